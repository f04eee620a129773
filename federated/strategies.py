"""Rounds as the server runs them: whom to ask, what to add up, and Flower's own strategies on top (flwr).

Replies are checked and added up one by one; what then reaches Flower's FedAvg, FedAdam or FedProx is one
reply, the plain mean, with weight 1. So the weights are equal and public whatever the strategy, and the
server never holds more than one silo's reply.

Source: FedAvg, McMahan et al. 2017, arXiv:1602.05629; FedAdam, Reddi et al. 2021, arXiv:2003.00295; FedProx,
Li et al. 2020, arXiv:1812.06127.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from privgen.errors import MissingExtraError
from privgen.federated.aggregation import new_sum, trained, trained_factors
from privgen.federated.flower_app import task_content
from privgen.federated.local_training import Task
from privgen.federated.noised_validation import NoisedLoss
from privgen.federated.participation import next_silos
from privgen.federated.randomness import RandomSource, random_source
from privgen.federated.replies import Unusable, change_of, check_change, loss_of, merchant_of, no_reply
from privgen.federated.rules import RoundResult, Rules
from privgen.federated.settings import Weights
from privgen.federated.silo import Silo
from privgen.federated.streamed_grid import StreamedGrid
from privgen.federated.wire import arrays_of, payload, weights_of

try:
    from flwr.app import ArrayRecord, ConfigRecord, Message, MessageType, MetricRecord, RecordDict
    from flwr.serverapp import Grid
    from flwr.serverapp.strategy import FedAdam, FedAvg, FedProx, Strategy
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None

_NODE_WAIT = 60.0  # seconds that nodes have to register
_NAME_WAIT = 600.0  # seconds that nodes have to say who they are; Ray may still be starting
_ABSENT = "no node speaks for it"


class PrivateRounds(Strategy):  # type: ignore[misc]
    """Asks silos, checks their replies, averages what is usable, and lets a Flower strategy take the step.

    All silos weigh the same: a weight that follows a silo's size would release the size. A reply that is
    not usable is named and left out, never mended: its silo has been charged for the steps it took.

    Args:
        rules: Public rules.
        silos: The merchants of the training.
        on_round: Called after every round; returns whether to go on.
        first_round: Number of the first round; more than 1 where training is resumed.
        asked: How often each merchant was asked before.
        norm: Median norm of the round before; 0 for none.
        moments: State of the server's optimiser.
        on_losses: Called with the number of a round, the noised losses of its weights by merchant, and why
            others have none, where the plan has them; None for no validation at the silos.
    """

    def __init__(
        self,
        rules: Rules,
        silos: tuple[Silo, ...],
        on_round: Callable[[RoundResult], bool],
        *,
        first_round: int = 1,
        asked: Counter[str] | None = None,
        norm: float = 0.0,
        moments: Weights | None = None,
        on_losses: Callable[[int, dict[str, NoisedLoss], dict[str, str]], None] | None = None,
    ) -> None:
        self._rules, self._on_round, self._on_losses = rules, on_round, on_losses
        self._merchants = frozenset(silo.merchant_id for silo in silos)
        self._offset = first_round - 1
        self._counts = Counter(asked or {})
        self._norm, self._moments = norm, dict(moments or {})
        self._flower: dict[str, FedAvg] = {}
        self._names: dict[int, str] = {}
        self._nodes: dict[int, str] = {}
        self._judges: dict[int, str] = {}
        self._absent: set[str] = set()
        self._wait = _NODE_WAIT
        self._task = Task(0, {}, "B")
        self._going, self._moved, self._started, self._bytes = True, False, 0.0, 0

    def start(self, grid: Grid, *args: Any, **kwargs: Any) -> Any:  # Flower's own signature
        """Run the rounds; on a grid that collects replies, take them as they come."""
        return super().start(grid if getattr(grid, "streams", False) else StreamedGrid(grid), *args, **kwargs)

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """One message per silo of this round."""
        if not self._going:
            return ()
        number = server_round + self._offset
        factors = trained_factors(self._rules.aggregation, number)
        self._nodes = self._chosen(grid, number)
        self._started = time.perf_counter()
        self._task = Task(number, weights_of(arrays), factors, self._rules.proximal_mu)
        content = task_content(self._task, self._rules.plan_id)
        self._bytes = len(self._nodes) * payload(content["arrays"])
        return (Message(content, node, MessageType.TRAIN, group_id=str(number)) for node in self._nodes)

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """The next weights; what is not usable is named, never averaged."""
        if not self._going:
            return None, None
        sent = self._task.weights
        asked_for = trained(sent, self._task.factors)
        total = new_sum(self._rules.aggregation, sent, self._task.factors)
        most = self._rules.bound(sum(value.size for value in asked_for.values()))
        used: dict[str, float] = {}
        failures: dict[str, str] = {}
        late: set[str] = set()
        received = 0
        for reply in replies:
            merchant = self._name(reply)
            try:
                change = change_of(reply, merchant, asked_for)
                check_change(change, self._norm, most)
            except Unusable as fault:
                failures.setdefault(merchant, str(fault))
                late |= {merchant} if fault.late else set()
                continue
            if merchant in used:
                continue  # a second reply of one message
            used[merchant] = change.norm
            received += change.size
            total.add(change.weights)
        silent = {*self._nodes.values()} - {*used, *failures}
        failures |= dict.fromkeys(silent, no_reply(self._rules.deadline))
        failures |= dict.fromkeys(self._absent, _ABSENT)
        failures = {name: why for name, why in failures.items() if name not in used}
        weights, cut = self._stepped(*total.mean()) if used else (None, 0.0)
        self._moved = weights is not None
        self._norm = statistics.median(used.values()) if used else self._norm
        self._going = self._on_round(
            RoundResult(
                server_round=self._task.server_round,
                asked=tuple(sorted({*self._nodes.values(), *self._absent})),
                participants=tuple(sorted(used)),
                failures=dict(sorted(failures.items())),
                weights=weights,
                bytes_sent=self._bytes,
                bytes_received=received,
                seconds=time.perf_counter() - self._started,
                norm=self._norm if used else 0.0,
                cut=cut,
                moments=self._moments,
                late=tuple(sorted(late | silent)),
            )
        )
        return (arrays_of(weights) if weights else None), None

    def configure_evaluate(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """Ask all silos for a noised loss of the new weights, where the plan pays for it; else nothing."""
        self._judges = {}
        if self._on_losses is None or not self._going or not self._moved:
            return ()
        task = Task(self._task.server_round, weights_of(arrays), self._task.factors)
        content = task_content(task, self._rules.plan_id)
        self._judges = {node: name for node, name in self._names.items() if name in self._merchants}
        group = f"validation {task.server_round}"
        return (Message(content, node, MessageType.EVALUATE, group_id=group) for node in self._judges)

    def aggregate_evaluate(self, server_round: int, replies: Iterable[Message]) -> MetricRecord | None:
        """Hand the losses on; a silo without one is named with the reason, and left out of this round's."""
        if self._on_losses is None or not self._judges:
            return None
        losses: dict[str, NoisedLoss] = {}
        failures = dict.fromkeys(self._merchants, _ABSENT)
        failures |= dict.fromkeys(self._judges.values(), no_reply(self._rules.deadline))
        for reply in replies:
            name = self._judges.get(reply.metadata.src_node_id)
            if name is None or name in losses:
                continue
            try:
                losses[name] = loss_of(reply, name)
            except Unusable as fault:
                failures[name] = str(fault)
        failures = {name: failures[name] for name in sorted(failures) if name not in losses}
        self._on_losses(self._task.server_round, losses, failures)
        return None

    def summary(self) -> None:
        """Nothing to log: the plan's claim says it."""

    def _chosen(self, grid: Grid, server_round: int) -> dict[int, str]:
        """Node to merchant, for those that this round asks."""
        self._meet(grid)
        known = {merchant: node for node, merchant in reversed(self._names.items())}
        pool = self._merchants if self._merchants & known.keys() else known.keys()
        source: RandomSource = random_source(self._rules.seed, "silos", server_round)
        chosen = next_silos(self._counts, pool, self._rules.silos_per_round, source)
        self._counts.update(chosen)
        self._absent = {merchant for merchant in chosen if merchant not in known}
        return {known[merchant]: merchant for merchant in chosen if merchant in known}

    def _meet(self, grid: Grid) -> None:
        """Wait for the silos' nodes and ask new ones who they are; who does not tell has a number."""
        deadline = time.monotonic() + self._wait
        while len(nodes := sorted(grid.get_node_ids())) < len(self._merchants):
            if time.monotonic() > deadline:
                self._wait = 0.0  # not again in every round
                break
            time.sleep(0.1)
        self._names = {node: name for node, name in self._names.items() if node in nodes}
        unknown = [node for node in nodes if node not in self._names]
        if not unknown:
            return
        messages = [Message(RecordDict(), node, MessageType.QUERY, group_id="names") for node in unknown]
        self._names |= {node: _numbered(node) for node in unknown}
        for reply in grid.send_and_receive(messages, timeout=_NAME_WAIT):
            name = merchant_of(reply)
            if name in self._merchants and name not in self._names.values():
                self._names[reply.metadata.src_node_id] = name

    def _name(self, reply: Message) -> str:
        """The merchant of a reply, by the node that it came from; by its own word where that did not tell."""
        node = reply.metadata.src_node_id
        name = self._nodes.get(node, _numbered(node))
        if node in self._nodes and name == _numbered(node):
            told = merchant_of(reply)
            if told in self._merchants - {*self._nodes.values()}:
                self._nodes[node] = self._names[node] = name = told
        return name

    def _stepped(self, mean: Weights, cut: float) -> tuple[Weights, float]:
        """The next weights: Flower's strategy on one reply, the mean."""
        before = trained(self._task.weights, self._task.factors)
        flower = self._flower.get(self._task.factors) or self._restored(before)
        self._flower[self._task.factors] = flower
        metrics = MetricRecord({flower.weighted_by_key: 1})
        content = RecordDict({flower.arrayrecord_key: arrays_of(mean), "metrics": metrics})
        reply = Message(content, next(iter(self._nodes)), MessageType.TRAIN)
        if isinstance(flower, FedAdam):
            flower.current_arrays = before
        arrays, _ = flower.aggregate_train(self._task.server_round, [reply])
        if isinstance(flower, FedAdam):
            for letter, values in (("m", flower.m_t), ("v", flower.v_t)):
                self._moments |= {f"{letter}/{name}": value for name, value in (values or {}).items()}
        return {**self._task.weights, **weights_of(arrays)}, cut

    def _restored(self, before: Weights) -> FedAvg:
        flower = _flower(self._rules)
        if isinstance(flower, FedAdam) and all(f"m/{name}" in self._moments for name in before):
            flower.m_t = {name: self._moments[f"m/{name}"] for name in before}
            flower.v_t = {name: self._moments[f"v/{name}"] for name in before}
        return flower


def _flower(rules: Rules) -> FedAvg:
    """A Flower strategy for one set of factors."""
    if rules.strategy == "fedadam":
        return FedAdam(eta=rules.server_learning_rate)
    return FedProx(proximal_mu=rules.proximal_mu) if rules.strategy == "fedprox" else FedAvg()


def _numbered(node: int) -> str:
    """What a node is called whose merchant is not known."""
    return f"node {node}"
