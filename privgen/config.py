"""The resolved configuration of a run: defaults, then the TOML file, then flags; unknown keys are errors."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from privgen.errors import ConfigError
from privgen.schema import TABLES

T = TypeVar("T")


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Listed = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]
"""A tuple that a TOML or JSON file writes as a list."""
Positive = Annotated[int, Field(ge=1)]


def _dated_tables(days: dict[str, int]) -> dict[str, int]:
    dated = [name for name, table in TABLES.items() if any(c.name == "timestamp" for c in table.columns)]
    for name in days:
        if name not in dated:
            fault = "has no timestamp" if name in TABLES else "unknown table"
            raise PydanticCustomError("retention", f"{name}: {fault}; use {', '.join(dated)}")
    return days


Retention = Annotated[dict[str, Positive], AfterValidator(_dated_tables)]
"""Table to days; only tables whose rows have a timestamp."""
Locale = Literal["en_US", "zh_CN"]


class Part(BaseModel):
    """One section of the configuration. Types are strict: `true` is no number and `"10"` no count."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)


P = TypeVar("P", bound=Part)


class SyntheticConfig(Part):
    """The synthetic marketplace. `customers` is the mean per merchant; sizes differ."""

    locale: Locale = "en_US"
    merchants: Positive = 4
    customers: Positive = 60
    products: Positive = 12
    seed: int = 7


class ScrubConfig(Part):
    """Scrubbing.

    Args:
        languages: Expected languages; rules of all languages always run, models by these.
        key_file: Holds the key of pseudonyms and encryption; by default one is made in the run folder.
        policy: Name of a preset or path of a TOML file; default keyed pseudonyms throughout.
        ner: Folder of a model that recognises names and places.
        workers: Processes.
        retention: Table to the number of days after which its rows are dropped, by their timestamp; a row
            without one is dropped too.
    """

    languages: Listed[str] = ("en", "zh")
    key_file: str | None = None
    policy: str | None = None
    ner: str | None = None
    workers: Positive = 1
    retention: Retention = Field(default_factory=dict)


class TrainConfig(Part):
    """Federated training under differential privacy; every field is public.

    Args:
        target_epsilon: Budget per merchant, over all rounds.
        delta: Probability slack of the guarantee.
        rounds: Federated rounds.
        steps_per_round: Noisy steps of a merchant per round.
        sample_rate: Poisson rate at which a customer takes part in a step.
        max_grad_norm: Clip bound of one customer's summed gradient; with adaptive clipping the first one.
        clipping: flat, automatic (every gradient to about the bound's length) or adaptive (the bound follows
            a quantile of the norms, by noised counts).
        clip_stability: Automatic clipping: what is added to a norm.
        clip_quantile: Adaptive clipping: share of the norms that the bound goes to have below it.
        clip_learning_rate: Adaptive clipping: how fast.
        count_noise: Adaptive clipping: noise of the counts; default what makes the sum's noise 5 % more.
        noise: independent, or banded (correlated over steps) where sampling cannot be trusted: customers
            take turns, and nothing is claimed for sampling.
        bands: Banded noise: steps between two turns; default one over sample_rate.
        holdout: Share of the customers who validate instead of training; their noised loss chooses the round.
        validation_share: Share of the budget that this may take.
        validation_bound: Loss that a held-out customer counts with at most, in nats per token.
        records_per_customer: Contribution cap of one customer in one step.
        min_customers: Silos with fewer consenting customers are refused.
        skip_small: Leave such silos out, named in the summary, instead of refusing to train.
        expected_batch_size: Public divisor of the noisy sum, in customers.
        adapter: lora, or full to train all weights of the model.
        rank: LoRA rank.
        learning_rate: Of the local optimiser; default by the number of silos that a round averages.
        signal_dropout: Probability that a training example lacks a signal of its prompt, so that taking one
            away, as explanations do, is nothing new to the model.
        engine: inprocess, or ray for Flower's simulation engine.
        workers: Processes that train silos side by side; default none of their own, on Ray one per CPU.
        gpus_per_client: On Ray, the share of a GPU that a silo takes.
        aggregation: frozen, alternating or exact; average is refused with the reason.
        strategy: fedavg, fedadam or fedprox on the mean.
        server_learning_rate: FedAdam's.
        proximal_mu: FedProx' pull towards the round's first weights; above 0 with fedprox only.
        silos_per_round: Silos that a round asks, those asked least first; default all.
        deadline: Seconds that a silo has for a round; default no limit.
        validation: JSON Lines of public training records; the best round by their loss is kept.
        ledger_dir: Folder of the merchants' ledgers; default federated/ledger in the run folder. Point
            several runs at one folder to let the budget span them.
        seed: Leave unset. A fixed seed makes the noise predictable and stamps every artefact UNSAFE.
    """

    target_epsilon: Annotated[float, Field(gt=0, le=100)] = 8.0
    delta: Annotated[float, Field(gt=0, lt=1)] = 1e-5
    rounds: Positive = 10
    steps_per_round: Positive = 2
    sample_rate: Annotated[float, Field(gt=0, le=1)] = 0.2
    max_grad_norm: Annotated[float, Field(gt=0)] = 1.0
    clipping: Literal["flat", "automatic", "adaptive"] = "flat"
    clip_stability: Annotated[float, Field(gt=0)] = 0.01
    clip_quantile: Annotated[float, Field(gt=0, lt=1)] = 0.5
    clip_learning_rate: Annotated[float, Field(gt=0)] = 0.2
    count_noise: Annotated[float, Field(gt=0)] | None = None
    noise: Literal["independent", "banded"] = "independent"
    bands: Annotated[int, Field(ge=2)] | None = None
    holdout: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    validation_share: Annotated[float, Field(gt=0, lt=1)] = 0.1
    validation_bound: Annotated[float, Field(gt=0)] = 6.0
    records_per_customer: Positive = 4
    min_customers: Positive = 20
    skip_small: bool = False
    expected_batch_size: Annotated[float, Field(gt=0)] = 12.0
    adapter: Literal["lora", "full"] = "lora"
    rank: Positive = 8
    learning_rate: Annotated[float, Field(gt=0)] | None = None
    signal_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.3
    max_length: Positive = 512
    engine: Literal["inprocess", "ray"] = "inprocess"
    workers: Positive | None = None
    gpus_per_client: Annotated[float, Field(ge=0)] = 0.0
    aggregation: Literal["frozen", "alternating", "exact", "average"] = "frozen"
    strategy: Literal["fedavg", "fedadam", "fedprox"] = "fedavg"
    server_learning_rate: Annotated[float, Field(gt=0)] = 0.01
    proximal_mu: Annotated[float, Field(ge=0)] = 0.0
    silos_per_round: Positive | None = None
    deadline: Annotated[float, Field(gt=0)] | None = None
    validation: str | None = None
    ledger_dir: str | None = None
    seed: int | None = None


class GenerateConfig(Part):
    """Page generation. `generator` hf uses `model` with the run's adapter; template needs no model."""

    generator: Literal["hf", "template"] = "hf"
    pages_per_merchant: Positive = 3
    max_signals: Annotated[int, Field(ge=1, le=40)] = 7
    max_new_tokens: Positive = 160
    batch_size: Positive = 16


class ExplainConfig(Part):
    """Explanations. `method` exact scores all subsets of at most 10 signals; auto samples above that."""

    method: Literal[
        "auto",
        "captum_ablation",
        "captum_gradients",
        "captum_kernel",
        "captum_lime",
        "captum_sampling",
        "exact",
        "grouped",
        "kernel",
        "lasso",
        "leave_one_out",
        "shap_exact",
        "shap_kernel",
        "shap_partition",
        "shap_permutation",
    ] = "exact"
    batch_size: Positive = 32
    seed: int = 0


class RunConfig(Part):
    """Everything that a run needs besides its data."""

    model: str = "embedded"
    synthetic: SyntheticConfig = SyntheticConfig()
    scrub: ScrubConfig = ScrubConfig()
    train: TrainConfig = TrainConfig()
    generate: GenerateConfig = GenerateConfig()
    explain: ExplainConfig = ExplainConfig()


def load_config(
    path: Path | None = None,
    *,
    base: Mapping[str, Any] | None = None,
    **flags: Mapping[str, Any] | str | None,
) -> RunConfig:
    """Resolve the configuration: defaults, `base`, the file at `path`, `flags`; later ones win.

    Args:
        path: TOML file with the keys of `RunConfig`.
        base: The configuration that a run was made with.
        flags: Top-level keys; a part is given as a dict of its keys, None means not given.

    Raises:
        ConfigError: Unreadable file, unknown key, wrong type or range; the message names file and key.
    """
    values: dict[str, Any] = {}
    for layer in (base or {}, read_toml(path) if path else {}, flags):
        for name, given in layer.items():
            if isinstance(given, Mapping):
                part = values.setdefault(name, {})
                if isinstance(part, dict):  # anything else is a fault that `validate` names
                    part |= {key: value for key, value in given.items() if value is not None}
            elif given is not None:
                values[name] = given
    return validate(RunConfig, values, str(path or "flags"))


def validate(part: type[P], values: dict[str, Any], where: str) -> P:
    """Check `values` against a configuration part.

    Raises:
        ConfigError: The first fault, in one line: where, key, fault.
    """
    try:
        return part.model_validate(values)
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(step) for step in first["loc"]) or "top level"
        reason = "unknown key" if first["type"] == "extra_forbidden" else first["msg"]
        raise ConfigError(f"{where}: {key}: {reason}") from None


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        ConfigError: The file is missing or not TOML; the message names the file and the line.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise ConfigError(f"{path}: file not found or not readable") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{path}: not valid TOML ({fault})") from None
