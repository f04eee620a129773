"""The apps that `flwr run .` starts: pyproject names them under `[tool.flwr.app.components]` (flwr).

Settings are those of `[tool.flwr.app.config]`, changed with `-c 'key=value'`: the fields of `TrainConfig` in
dashes, and where things are: `records` (a folder of `<merchant>.jsonl`), `base` and `out`. Empty, or 0 for a
number that may be left out, means not given. Node i is the i-th merchant by name; nodes beyond are idle.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from privgen.config import TrainConfig, validate
from privgen.errors import ConfigError, DataError, MissingExtraError
from privgen.federated.configured import plan_of, rules_of, settings_of
from privgen.federated.flower_app import client_app, start_rounds
from privgen.federated.plan import PrivacyPlan
from privgen.federated.settings import TrainingSettings, Weights
from privgen.federated.silo import Silo
from privgen.federated.simulation import check_training
from privgen.federated.strategies import PrivateRounds
from privgen.federated.training import Training
from privgen.progress import silent

os.environ.setdefault("FLWR_TELEMETRY_ENABLED", "0")
try:
    from flwr.app import Context, Message
    from flwr.clientapp import ClientApp
    from flwr.serverapp import Grid, ServerApp
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None

Value = str | int | float | bool
_PLACES = ("records", "base", "out")
_OPTIONAL = (
    *("learning-rate", "silos-per-round", "deadline", "validation", "ledger-dir", "unsafe-seed"),
    *("count-noise", "bands"),
)


@dataclass(frozen=True, slots=True)
class Job:
    """What a run's configuration amounts to; the same on server and nodes."""

    config: TrainConfig
    silos: tuple[Silo, ...]
    plan: PrivacyPlan
    settings: TrainingSettings
    out: Path
    ledgers: Path


def job_of(values: Mapping[str, Value]) -> Job:
    """Read a run's configuration.

    Raises:
        ConfigError: An unknown key, a wrong value, or no place given.
        DataError: No records.
    """
    for name in _PLACES:
        if not values.get(name):
            raise ConfigError(f"flwr run: {name}: not given; add -c '{name}=\"...\"' with a full path")
    given = {key: value for key, value in values.items() if key not in _PLACES}
    fields = {key.replace("-", "_"): value for key, value in given.items() if value or key not in _OPTIONAL}
    if "unsafe_seed" in fields:
        fields["seed"] = fields.pop("unsafe_seed")
    config = validate(TrainConfig, fields, "flwr run")
    files = sorted(Path(str(values["records"])).glob("*.jsonl"))
    if not files:
        raise DataError(f"{values['records']}: no records of a merchant (<merchant>.jsonl)")
    silos = tuple(Silo(file.stem, file) for file in files)
    out = Path(str(values["out"]))
    return Job(
        config,
        silos,
        plan_of(config, len(silos)),
        settings_of(config, str(values["base"]), len(silos)),
        out,
        Path(config.ledger_dir) if config.ledger_dir else out / "ledger",
    )


server = ServerApp()
client = ClientApp()


@server.main()  # type: ignore[untyped-decorator]
def main(grid: Grid, context: Context) -> None:
    """Train, and leave adapter, plan and history in `out`."""
    job = job_of(context.run_config)
    rules = rules_of(job.config, job.plan, job.settings)
    check_training(job.silos, job.plan, job.settings, rules, job.config.rounds, job.config.min_customers)
    validation = Path(job.config.validation) if job.config.validation else None
    training = Training(job.silos, job.plan, job.settings, rules, job.out, job.ledgers, validation, silent)

    def federate(strategy: PrivateRounds, weights: Weights, rounds: int) -> None:
        start_rounds(strategy, grid, weights, rounds, deadline=rules.deadline)

    training.run(job.config.rounds, federate)


@client.query()  # type: ignore[untyped-decorator]
def query(message: Message, context: Context) -> Message:
    """Say which merchant this node is."""
    return _silos_app(context)(message, context)


@client.train()  # type: ignore[untyped-decorator]
def train(message: Message, context: Context) -> Message:
    """Take a silo's part of a round."""
    return _silos_app(context)(message, context)


@client.evaluate()  # type: ignore[untyped-decorator]
def evaluate(message: Message, context: Context) -> Message:
    """Judge a round's weights on held-out customers."""
    return _silos_app(context)(message, context)


def _silos_app(context: Context) -> ClientApp:
    return _cached_app(tuple(sorted(context.run_config.items())))


@lru_cache(maxsize=1)
def _cached_app(values: tuple[tuple[str, Value], ...]) -> ClientApp:
    job = job_of(dict(values))
    return client_app(job.silos, job.ledgers, job.plan, job.settings)
