"""The public rules of a training's rounds, and what the server saw of a round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from privgen.errors import ConfigError
from privgen.federated.aggregation import AggregationName, check_aggregation
from privgen.federated.settings import Weights

StrategyName = Literal["fedavg", "fedadam", "fedprox"]


def no_bound(parameters: int) -> float:
    """Any update is as good as another."""
    return float("inf")


@dataclass(frozen=True, slots=True)
class RoundResult:
    """One round as the server saw it.

    Args:
        server_round: 1 for the first.
        asked: Merchants that were to take part, sorted.
        participants: Merchants whose update is in the mean, sorted.
        failures: Merchant to reason, for those whose update is not.
        weights: The next weights, or None if nobody took part.
        bytes_sent: Payload to the silos, in bytes.
        bytes_received: Payload of the updates that were used.
        seconds: Wall time.
        norm: Median L2 norm of the updates that were used; 0 without any.
        cut: Share of the mean's norm that the rank could not hold.
        moments: State of the server's optimiser.
        late: Merchants that missed the deadline.
    """

    server_round: int
    asked: tuple[str, ...]
    participants: tuple[str, ...]
    failures: dict[str, str]
    weights: Weights | None
    bytes_sent: int
    bytes_received: int
    seconds: float
    norm: float = 0.0
    cut: float = 0.0
    moments: Weights = field(default_factory=dict)
    late: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """Public rules of a training's rounds.

    Args:
        plan_id: Silos with another plan refuse to take part.
        aggregation: How factors are averaged.
        strategy: What the server does with the mean.
        server_learning_rate: FedAdam's.
        proximal_mu: FedProx'.
        silos_per_round: How many silos a round asks; None for all.
        deadline: Seconds that a silo has for a round; None for no limit but Flower's.
        bound: L2 norm that no honest update of so many weights passes.
        seed: None, or the fixed seed of the choice of silos.
    """

    plan_id: str
    aggregation: AggregationName = "frozen"
    strategy: StrategyName = "fedavg"
    server_learning_rate: float = 0.01
    proximal_mu: float = 0.0
    silos_per_round: int | None = None
    deadline: float | None = None
    bound: Callable[[int], float] = no_bound
    seed: int | None = None

    def __post_init__(self) -> None:
        """Check the ranges."""
        check_aggregation(self.aggregation)
        if self.strategy not in get_args(StrategyName):
            raise ConfigError(f"train: strategy: wants one of {', '.join(get_args(StrategyName))}")
        if self.strategy == "fedadam" and self.aggregation == "exact":
            raise ConfigError("train: strategy: fedadam wants the aggregation frozen or alternating")
        if (self.strategy == "fedprox") != (self.proximal_mu > 0.0):
            raise ConfigError("train: proximal_mu: wants a number above 0 with fedprox, and 0 without")
        if not 0.0 < self.server_learning_rate < float("inf"):
            raise ConfigError("train: server_learning_rate: wants a finite number above 0")
        if self.silos_per_round is not None and self.silos_per_round < 1:
            raise ConfigError("train: silos_per_round: wants 1 or more")
        if self.deadline is not None and not self.deadline > 0.0:
            raise ConfigError("train: deadline: wants seconds, more than 0")

    def to_json(self) -> dict[str, Any]:
        """What shapes the weights, as JSON values."""
        names = ("aggregation", "strategy", "server_learning_rate", "proximal_mu", "silos_per_round")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Use:
    """What of the machine a federation may use.

    Args:
        workers: Processes in which silos train, 1 for this one; on Ray, at most so many at a time.
        gpus_per_client: On Ray, the share of a GPU that a silo takes, 0 or more.

    Raises:
        ConfigError: A number is out of range.
    """

    workers: int | None = None
    gpus_per_client: float = 0.0

    def __post_init__(self) -> None:
        """Check the ranges."""
        if self.workers is not None and self.workers < 1:
            raise ConfigError("train: workers: wants 1 or more")
        if not 0.0 <= self.gpus_per_client < float("inf"):
            raise ConfigError("train: gpus_per_client: wants a number, 0 or more")
