"""The ClientApp and the ServerApp (Flower's Message API); rounds are in `strategies`, engines in `engines`.

What a silo sends is the change of its noised factors and a constant weight; where the plan holds customers
out, a noised loss and count of those, charged to its ledger; no other count, loss or norm. What the server
sends is the adapter's factors, the round, which factors train, and the plan's id; the plan itself is the
silo's own, so that a server cannot ask for less noise.

Both travel in half precision; the server adds the changes to weights that it keeps in single precision, so
that rounding does not add up over rounds.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from privgen.errors import DataError, MissingExtraError, PlanError, PrivgenError
from privgen.federated.aggregation import Factors
from privgen.federated.local_training import Task, local_training
from privgen.federated.noised_validation import noised_loss
from privgen.federated.plan import PrivacyPlan
from privgen.federated.settings import TrainingSettings, Weights
from privgen.federated.silo import Silo
from privgen.federated.wire import WIRE, arrays_of, weights_of

os.environ.setdefault("FLWR_TELEMETRY_ENABLED", "0")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
try:
    from flwr.app import ArrayRecord, ConfigRecord, Context, Error, Message, MetricRecord, RecordDict
    from flwr.clientapp import ClientApp
    from flwr.serverapp import Grid, ServerApp
    from flwr.serverapp.strategy import Strategy
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None

FAILED = 1001
"""Flower error code of a silo that could not take part; the reason is `merchant: error: message`."""
CHANGE = "change"
"""Name of the record of changes in a silo's reply."""
VALIDATION = "validation"
"""Name of the record of noised sums in a silo's reply."""
DEADLINE = 12 * 3600.0
"""Seconds that a round lasts at most where no deadline was set; Flower keeps messages as long."""


def client_app(
    silos: tuple[Silo, ...], ledgers: Path, plan: PrivacyPlan, settings: TrainingSettings
) -> ClientApp:
    """The app of the silos; the node's `partition-id` says which of them it is.

    Args:
        silos: In the order of their partition ids.
        ledgers: Folder of the ledgers, `<merchant>.jsonl`.
        plan: The privacy plan that the silos agreed on.
        settings: How they train.
    """
    app = ClientApp()

    @app.query()  # type: ignore[untyped-decorator]
    def query(message: Message, context: Context) -> Message:
        """Say which merchant this node is."""
        merchant = silos[int(context.node_config["partition-id"])].merchant_id
        return Message(RecordDict({"silo": ConfigRecord({"merchant-id": merchant})}), reply_to=message)

    @app.train()  # type: ignore[untyped-decorator]
    def train(message: Message, context: Context) -> Message:
        silo = silos[int(context.node_config["partition-id"])]

        def work() -> dict[str, ArrayRecord | MetricRecord]:
            change = local_training(silo, ledgers, plan, settings, _task(message, plan))
            metrics = MetricRecord({"num-examples": 1})  # equal weights; the true number is private
            return {CHANGE: arrays_of(change, WIRE), "metrics": metrics}

        return _answer(silo, message, work, "local training")

    @app.evaluate()  # type: ignore[untyped-decorator]
    def evaluate(message: Message, context: Context) -> Message:
        """Let a noised loss on held-out customers out."""
        silo = silos[int(context.node_config["partition-id"])]

        def work() -> dict[str, ArrayRecord | MetricRecord]:
            found = noised_loss(silo, ledgers, plan, settings, _task(message, plan))
            return {VALIDATION: MetricRecord({"loss": found.loss, "count": found.count})}

        return _answer(silo, message, work, "validation")

    return app


def loaded_client_app(
    silos: tuple[Silo, ...], ledgers: Path, plan: PrivacyPlan, settings: TrainingSettings
) -> ClientApp:
    """The same, with the model loaded."""
    import privgen.federated.opacus_step  # noqa: F401 - slow to import
    from privgen.federated.model import model_for

    model_for(settings)
    return client_app(silos, ledgers, plan, settings)


def server_app(
    strategy: Strategy, weights: Weights, rounds: int, *, deadline: float | None = None
) -> ServerApp:
    """The server: `rounds` rounds of the strategy from `weights`.

    Args:
        strategy: How replies become the next weights.
        weights: Adapter weights to start from.
        rounds: Rounds still to do.
        deadline: Seconds that the silos of one round have.
    """
    app = ServerApp()

    @app.main()  # type: ignore[untyped-decorator]
    def main(grid: Grid, context: Context) -> None:
        start_rounds(strategy, grid, weights, rounds, deadline=deadline)

    return app


def start_rounds(
    strategy: Strategy, grid: Grid, weights: Weights, rounds: int, *, deadline: float | None = None
) -> None:
    """Run `rounds` rounds of the strategy from `weights` on a grid; for the rest see `server_app`."""
    strategy.start(grid, arrays_of(weights), num_rounds=rounds, timeout=deadline or DEADLINE)


def task_content(task: Task, plan_id: str) -> RecordDict:
    """What the server sends for a task."""
    config = {"server-round": task.server_round, "plan-id": plan_id, "factors": task.factors}
    config["proximal-mu"] = task.proximal_mu  # as Flower's FedProx names it
    return RecordDict({"arrays": arrays_of(task.weights, WIRE), "config": ConfigRecord(config)})


def _task(message: Message, plan: PrivacyPlan) -> Task:
    config = message.content.config_records["config"]
    if config["plan-id"] != plan.plan_id:
        raise PlanError("server: asks for another privacy plan than this silo's; agree on one plan")
    factors = config["factors"]
    if factors not in get_args(Factors):
        raise PlanError("server: asks to train unknown factors; run the same version everywhere")
    arrays = next(iter(message.content.array_records.values()))
    return Task(int(config["server-round"]), weights_of(arrays), factors, float(config["proximal-mu"]))


def _answer(
    silo: Silo, message: Message, work: Callable[[], dict[str, ArrayRecord | MetricRecord]], what: str
) -> Message:
    """What a silo's work gave, or why it gave nothing, in words that hold none of its data."""
    try:
        found = work()
    except DataError:  # where its rows are at fault is data too; the merchant finds it in its own records
        reason = f"DataError: merchant {silo.merchant_id}: its records cannot be read; check them there"
        return _failure(silo, reason, message)
    except PrivgenError as fault:
        return _failure(silo, f"{type(fault).__name__}: {fault}", message)
    except Exception as fault:  # its message may hold text of the data
        return _failure(silo, f"{type(fault).__name__}: {what} failed", message)
    name = ConfigRecord({"merchant-id": silo.merchant_id})
    return Message(RecordDict({**found, "silo": name}), reply_to=message)


def _failure(silo: Silo, reason: str, message: Message) -> Message:
    return Message(Error(FAILED, f"{silo.merchant_id}: {reason}"), reply_to=message)
