"""Federated fine-tuning of one adapter across silos, with a ledger per merchant, resumable round by round."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from privgen.errors import ConfigError, DataError, PlanError
from privgen.federated.aggregation import AggregationName
from privgen.federated.bounds import update_bound
from privgen.federated.participation import most_rounds
from privgen.federated.plan import PrivacyPlan
from privgen.federated.rates import default_rate
from privgen.federated.result import FederatedResult
from privgen.federated.rules import Rules, StrategyName, Use
from privgen.federated.settings import Adapter, TrainingSettings, Weights
from privgen.federated.silo import Silo, open_records
from privgen.federated.training import Training
from privgen.progress import Progress, silent

if TYPE_CHECKING:
    from privgen.federated.strategies import PrivateRounds

EngineName = Literal["inprocess", "ray"]


def simulate(
    silos: Sequence[Silo],
    plan: PrivacyPlan,
    base: str,
    out: Path,
    *,
    rounds: int,
    steps_per_round: int,
    engine: EngineName = "inprocess",
    adapter: Adapter = "lora",
    workers: int | None = None,
    gpus_per_client: float = 0.0,
    aggregation: AggregationName = "frozen",
    strategy: StrategyName = "fedavg",
    server_learning_rate: float = 0.01,
    proximal_mu: float = 0.0,
    silos_per_round: int | None = None,
    deadline: float | None = None,
    validation: Path | None = None,
    rank: int = 8,
    learning_rate: float | None = None,
    max_length: int = 512,
    signal_dropout: float = 0.3,
    min_customers: int = 20,
    ledger_dir: Path | None = None,
    seed: int | None = None,
    progress: Progress = silent,
) -> FederatedResult:
    """Train one adapter across `silos` under `plan`.

    Writes `adapter/`, `plan.json`, `history.jsonl`, `state.safetensors` and, unless `ledger_dir` says
    otherwise, `ledger/<merchant>.jsonl` into `out`. Called again with the same arguments it goes on at the
    next round; with other ones it starts anew, while the ledgers go on counting. A round that was lost to a
    crash is charged again when it is redone, so the budget may end before the last round: training then
    stops and keeps the model so far.

    Guarantees: no step is taken that was not reserved in the merchant's ledger before; no ledger passes the
    plan's target epsilon.

    Args:
        silos: The merchants, each with its own records.
        plan: Privacy plan of every merchant.
        base: Base model, folder or hub id.
        out: Folder of the training.
        rounds: Federated rounds in all.
        steps_per_round: Noisy steps of a merchant per round; times the most rounds that a merchant can be
            asked (`most_rounds`), it is at most `plan.steps`.
        engine: inprocess, or ray for Flower's simulation engine.
        workers: Processes that train silos side by side; default none of their own, and on Ray one per CPU.
            They import the main script, so it must start this under `if __name__ == "__main__"`.
        gpus_per_client: On Ray, the share of a GPU that a silo takes.
        aggregation: frozen (B trains), alternating (B and A in turns) or exact (both; products averaged).
        strategy: What the server does with the mean: fedavg, fedadam or fedprox, Flower's own.
        server_learning_rate: FedAdam's.
        proximal_mu: FedProx' pull towards the round's first weights.
        silos_per_round: How many merchants a round asks; default all. Those asked least come first.
        deadline: Seconds that a merchant has for its round, from its own start (on Ray, from the round's);
            who misses it is left out, named, and charged for what it had reserved.
        validation: JSON Lines of public training records; the adapter is then the best round's by their loss.
        adapter: lora, or full to train all weights of the base model.
        rank: LoRA rank.
        learning_rate: Of the local optimiser; default by the number of silos that a round averages.
        max_length: Most tokens of a record; longer ones lose their first signals, or are left out.
        signal_dropout: Probability that a signal of a record is left out of its prompt in a step.
        min_customers: Silos with fewer customers are refused.
        ledger_dir: Folder of ledgers that several trainings share.
        seed: Leave None. A fixed seed makes the noise predictable and stamps every artefact UNSAFE.
        progress: Told of every round.

    Raises:
        DataError: No silos, two of one name, or one whose records are missing, malformed or too few.
        PlanError: The plan was calibrated for fewer steps.
        BudgetExhausted: No merchant has budget for even one round.
        LedgerError: A ledger is in use or not as it was written.
        ModelError: The base model cannot be loaded or trained.
        RunError: No silo gave a usable result in the first round.
    """
    members = tuple(silos)
    averaged = min(silos_per_round or len(members), len(members)) or 1
    settings = TrainingSettings(
        base=base,
        adapter=adapter,
        rank=rank,
        steps_per_round=steps_per_round,
        learning_rate=default_rate(averaged, adapter) if learning_rate is None else learning_rate,
        max_length=max_length,
        signal_dropout=signal_dropout,
        proximal_mu=proximal_mu,
        seed=seed,
    )
    rules = Rules(
        plan.plan_id,
        aggregation=aggregation,
        strategy=strategy,
        server_learning_rate=server_learning_rate,
        proximal_mu=proximal_mu,
        silos_per_round=silos_per_round,
        deadline=deadline,
        bound=partial(update_bound, settings),
        seed=seed,
    )
    check_training(members, plan, settings, rules, rounds, min_customers)
    if engine not in get_args(EngineName):
        raise ConfigError("train: engine: wants inprocess or ray")
    use = Use(workers=workers, gpus_per_client=gpus_per_client)
    folder = ledger_dir or out / "ledger"
    training = Training(members, plan, settings, rules, out, folder, validation, progress)

    def federate(rounds_left: PrivateRounds, weights: Weights, count: int) -> None:
        from privgen.federated.engines import ENGINES
        from privgen.federated.flower_app import server_app

        server = server_app(rounds_left, weights, count, deadline=deadline)
        ENGINES[engine](server, training.client(), len(members), use)

    return training.run(rounds, federate)


def check_training(
    silos: tuple[Silo, ...],
    plan: PrivacyPlan,
    settings: TrainingSettings,
    rules: Rules,
    rounds: int,
    min_customers: int,
) -> None:
    """Refuse what cannot keep the plan, before anything is written or charged.

    Raises:
        ConfigError: A number is out of range.
        PlanError: The plan was calibrated for fewer steps.
        DataError: No silos, two of one name, or one that is too small.
    """
    if rounds < 1 or min_customers < 1:
        raise ConfigError("train: rounds and min_customers: want 1 or more")
    if settings.adapter == "full" and rules.aggregation != "frozen":
        raise ConfigError(
            f"train: aggregation {rules.aggregation}: is of LoRA factors; with adapter full, frozen"
        )
    if plan.noise == "banded" and rules.aggregation == "alternating":
        raise ConfigError("train: noise banded: correlates steps of the same weights; not alternating")
    if plan.holdout and rounds > plan.validations:
        raise PlanError(f"plan: calibrated for {plan.validations} validations, one a round; not for {rounds}")
    most = most_rounds(rounds, max(1, len(silos)), rules.silos_per_round) * settings.steps_per_round
    if most > plan.steps:
        raise PlanError(
            f"plan: calibrated for {plan.steps} steps, but {rounds} rounds of {settings.steps_per_round} can "
            f"ask a silo for {most}; calibrate with steps={most}"
        )
    if not silos:
        raise DataError("no silos to train on; ingest and scrub at least one merchant")
    if len({silo.merchant_id for silo in silos}) != len(silos):
        raise DataError("two silos have the same merchant_id; give each merchant its own")
    for silo in silos:
        if open_records(silo).customers < min_customers:
            raise DataError(
                f"merchant {silo.merchant_id}: fewer than {min_customers} customers with records; leave the "
                "merchant out or lower min_customers (privgen train: --skip-small or --min-customers)"
            )
