"""The ClientApp, the ServerApp and the aggregation (Flower's Message API); how they run is in `engines`.

What a silo sends is the noised B factors and a constant weight: no count, loss or norm. What the server
sends is the B factors, the round and the plan's id; the plan itself is the silo's own, so that a server
cannot ask for less noise.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from privgen.errors import DataError, MissingExtraError, PlanError, PrivgenError
from privgen.federated.ledger import Ledger
from privgen.federated.plan import PrivacyPlan
from privgen.federated.settings import TrainingSettings, Weights
from privgen.federated.silo import Silo, open_records

os.environ.setdefault("FLWR_TELEMETRY_ENABLED", "0")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
try:
    from flwr.app import (
        Array,
        ArrayRecord,
        ConfigRecord,
        Context,
        Error,
        Message,
        MessageType,
        MetricRecord,
        RecordDict,
    )
    from flwr.clientapp import ClientApp
    from flwr.serverapp import Grid, ServerApp
    from flwr.serverapp.strategy import Strategy
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None

FAILED = 1001
"""Flower error code of a silo that could not take part; the reason is `merchant: error: message`."""
_NODE_WAIT = 60.0  # seconds that nodes have to register


@dataclass(frozen=True, slots=True)
class RoundResult:
    """One round as the server saw it.

    Args:
        server_round: 1 for the first.
        participants: Merchants whose update is in the mean, sorted.
        failures: Merchant to reason, for those whose update is not.
        weights: The mean, or None if nobody took part.
        bytes_sent: Payload to the silos, in bytes.
        bytes_received: Payload from them.
        seconds: Wall time.
    """

    server_round: int
    participants: tuple[str, ...]
    failures: dict[str, str]
    weights: Weights | None
    bytes_sent: int
    bytes_received: int
    seconds: float


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

    @app.train()  # type: ignore[untyped-decorator]
    def train(message: Message, context: Context) -> Message:
        silo = silos[int(context.node_config["partition-id"])]
        try:
            weights = local_training(silo, ledgers, plan, settings, *_asked(message, plan))
        except DataError:  # where its rows are at fault is data too; the merchant finds it in its own records
            reason = f"DataError: merchant {silo.merchant_id}: its records cannot be read; check them there"
            return _failure(silo, reason, message)
        except PrivgenError as fault:
            return _failure(silo, f"{type(fault).__name__}: {fault}", message)
        except Exception as fault:  # its message may hold text of the data
            return _failure(silo, f"{type(fault).__name__}: local training failed", message)
        return Message(
            RecordDict(
                {
                    "arrays": arrays_of(weights),
                    "metrics": MetricRecord({"num-examples": 1}),  # equal weights; the true number is private
                    "silo": ConfigRecord({"merchant-id": silo.merchant_id}),
                }
            ),
            reply_to=message,
        )

    return app


def local_training(
    silo: Silo,
    ledgers: Path,
    plan: PrivacyPlan,
    settings: TrainingSettings,
    weights: Weights,
    server_round: int,
) -> Weights:
    """One silo's part of a round: reserve in the ledger, take the noisy steps, commit.

    Returns:
        The new B factors, which the plan's noise protects.

    Raises:
        BudgetExhausted: The round would pass the budget; nothing was done.
        PrivgenError: The silo cannot take part; what was reserved stays charged.
    """
    from privgen.federated.model import load_model
    from privgen.federated.opacus_step import private_steps
    from privgen.federated.randomness import random_source

    records = open_records(silo)
    model = load_model(
        settings.base, rank=settings.rank, adapter_seed=settings.adapter_seed, adapter=settings.adapter
    )
    model.set_weights(weights)
    path = ledgers / f"{silo.merchant_id}.jsonl"
    ledger = Ledger.open(path)
    source = random_source(settings.seed, silo.merchant_id, server_round)
    with ledger.locked():
        entry = ledger.reserve(
            plan,
            steps=settings.steps_per_round,
            server_round=server_round,
            data_fingerprint=records.fingerprint(path),
            unsafe=source.unsafe,
        )
        private_steps(model, records, plan, settings, source)
        ledger.commit(entry)
    return model.weights()


class FrozenAAverage(Strategy):  # type: ignore[misc]
    """The plain mean of the silos' B factors, added up as the replies come in.

    All silos weigh the same: a weight that follows a silo's size would release the size. With equal A
    factors everywhere, the mean of B is the B of the mean update.

    Args:
        plan_id: Silos with another plan refuse to take part.
        silos: How many nodes to wait for.
        on_round: Called after every round; returns whether to go on.
        first_round: Number of the first round; more than 1 where training is resumed.
    """

    def __init__(
        self,
        plan_id: str,
        silos: tuple[Silo, ...],
        on_round: Callable[[RoundResult], bool],
        first_round: int = 1,
    ) -> None:
        self._plan_id, self._silos, self._on_round = plan_id, silos, on_round
        self._offset = first_round - 1
        self._going = True
        self._weights: Weights = {}
        self._started, self._sent = 0.0, 0

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """One message per silo: the present weights, the round, the plan's id."""
        if not self._going:
            return ()
        self._started = time.perf_counter()
        self._weights = weights_of(arrays)
        nodes = self._nodes(grid)
        self._sent = len(nodes) * _bytes(self._weights)
        settings = {"server-round": server_round + self._offset, "plan-id": self._plan_id}
        content = RecordDict({"arrays": arrays, "config": ConfigRecord({**config, **settings})})
        group = str(server_round + self._offset)
        return (Message(content, node, MessageType.TRAIN, group_id=group) for node in nodes)

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """Mean of the usable replies in double precision; what is not usable is named, never averaged."""
        if not self._going:
            return None, None
        total = {name: np.zeros(value.shape, np.float64) for name, value in self._weights.items()}
        participants: list[str] = []
        failures: dict[str, str] = {}
        received = 0
        for reply in replies:
            merchant, update, reason = self._checked(reply)
            if reason:
                failures[merchant] = reason
                continue
            received += _bytes(update)
            participants.append(merchant)
            for name, value in update.items():
                total[name] += value
        named = {*participants, *failures}
        failures |= {s.merchant_id: "no reply" for s in self._silos if s.merchant_id not in named}
        mean = (
            {name: (value / len(participants)).astype(np.float32) for name, value in total.items()}
            if participants
            else None
        )
        seconds = time.perf_counter() - self._started
        self._going = self._on_round(
            RoundResult(
                server_round + self._offset,
                tuple(sorted(participants)),
                dict(sorted(failures.items())),
                mean,
                self._sent,
                received,
                seconds,
            )
        )
        return (arrays_of(mean) if mean else None), None

    def configure_evaluate(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """No evaluation on private data: it would have to be noised and charged."""
        return ()

    def aggregate_evaluate(self, server_round: int, replies: Iterable[Message]) -> MetricRecord | None:
        """Nothing to aggregate."""
        return None

    def summary(self) -> None:
        """Nothing to log: the plan's claim says it."""

    def _nodes(self, grid: Grid) -> list[int]:
        """Ids of the nodes, once all silos have one or the wait is over."""
        deadline = time.monotonic() + _NODE_WAIT
        while len(nodes := sorted(grid.get_node_ids())) < len(self._silos) and time.monotonic() < deadline:
            time.sleep(0.1)
        return nodes

    def _checked(self, reply: Message) -> tuple[str, Weights, str]:
        """Merchant, its weights, and what is wrong with them; no reason if nothing is."""
        if reply.has_error():
            merchant, _, reason = (reply.error.reason or "").partition(": ")
            known = reply.error.code == FAILED and merchant in {s.merchant_id for s in self._silos}
            node = f"node {reply.metadata.src_node_id}"
            return (merchant, {}, reason) if known else (node, {}, "the node failed")
        try:
            return self._checked_content(reply.content)
        except (KeyError, TypeError, ValueError):
            return f"node {reply.metadata.src_node_id}", {}, "the reply is malformed"

    def _checked_content(self, content: RecordDict) -> tuple[str, Weights, str]:
        merchant = str(content.config_records["silo"]["merchant-id"])
        (arrays,) = content.array_records.values()
        update = weights_of(arrays)
        wanted = {name: value.shape for name, value in self._weights.items()}
        if {name: value.shape for name, value in update.items()} != wanted:
            return merchant, {}, "sent weights of other names or shapes"
        if not all(np.isfinite(value).all() for value in update.values()):
            return merchant, {}, "sent weights that are not finite"
        return merchant, update, ""


def server_app(
    strategy: FrozenAAverage, weights: Weights, rounds: int, *, timeout: float = 3600.0
) -> ServerApp:
    """The server: `rounds` rounds of the strategy from `weights`.

    Args:
        strategy: How replies become the next weights.
        weights: B factors to start from.
        rounds: Rounds still to do.
        timeout: Seconds that the silos of one round have.
    """
    app = ServerApp()

    @app.main()  # type: ignore[untyped-decorator]
    def main(grid: Grid, context: Context) -> None:
        strategy.start(grid, arrays_of(weights), num_rounds=rounds, timeout=timeout)

    return app


def arrays_of(weights: Weights) -> ArrayRecord:
    """Weights as a Flower record."""
    return ArrayRecord({name: Array(np.ascontiguousarray(value)) for name, value in weights.items()})


def weights_of(arrays: ArrayRecord) -> Weights:
    """The weights of a Flower record, in fp32."""
    return {name: array.numpy().astype(np.float32, copy=False) for name, array in arrays.items()}


def _asked(message: Message, plan: PrivacyPlan) -> tuple[Weights, int]:
    config = message.content.config_records["config"]
    if config["plan-id"] != plan.plan_id:
        raise PlanError("server: asks for another privacy plan than this silo's; agree on one plan")
    arrays = next(iter(message.content.array_records.values()))
    return weights_of(arrays), int(config["server-round"])


def _failure(silo: Silo, reason: str, message: Message) -> Message:
    return Message(Error(FAILED, f"{silo.merchant_id}: {reason}"), reply_to=message)


def _bytes(weights: Weights) -> int:
    return sum(value.nbytes for value in weights.values())
