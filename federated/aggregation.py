"""How the silos' LoRA factors become the next ones: sums that grow with the model, never with the silos.

The update of a layer is the product B A. The mean of B times the mean of A is not the mean of the products,
and noise on both factors is multiplied, so plain averaging of both is refused. What is exact:

- frozen: A is public and never trains; the mean of B is the B of the mean product.
- alternating: B trains in odd rounds, A in even ones, the other is the same everywhere.
- exact: both train; the products are averaged (stacked), then cut to the rank by singular values, which is
  the closest matrix of that rank; what is cut off is reported.

Source: FFA-LoRA, Sun et al. 2024, arXiv:2403.12313; alternating: RoLoRA, Chen et al. 2024, arXiv:2409.02346;
stacking: FLoRA, Wang et al. 2024, arXiv:2409.05976; the closest matrix: Eckart and Young 1936.
"""

from __future__ import annotations

from typing import Any, Literal, Protocol, get_args

import numpy as np
import numpy.typing as npt

from privgen.errors import ConfigError, PlanError
from privgen.federated.settings import Adapter, Weights

AggregationName = Literal["frozen", "alternating", "exact"]
Factors = Literal["A", "B", "AB"]
"""Which of a layer's two factors train in a round."""

_Matrix = npt.NDArray[np.float64]
_SLACK = 64  # columns that a stack may have beyond what a matrix of its shape needs
_TINY = 1e-12


def check_aggregation(name: str) -> None:
    """Check that `name` is an aggregation that is exact.

    Raises:
        PlanError: Plain averaging of both factors.
        ConfigError: No such aggregation.
    """
    known = ", ".join(get_args(AggregationName))
    if name == "average":
        raise PlanError(
            "aggregation average: refused under differential privacy: the mean of B times the mean of A is "
            f"not the mean of the products, and noise on both factors is multiplied; use {known}"
        )
    if name not in get_args(AggregationName):
        raise ConfigError(f"train: aggregation: wants one of {known}")


def trained_factors(name: AggregationName, server_round: int) -> Factors:
    """The factors that train in a round; rounds count from 1."""
    if name == "alternating":
        return "B" if server_round % 2 else "A"
    return "B" if name == "frozen" else "AB"


class Sum(Protocol):
    """Adds up what silos made of the factors that they were sent."""

    def add(self, change: Weights) -> None:
        """Add one silo's change of its trained factors, of known names and shapes."""
        ...

    def mean(self) -> tuple[Weights, float]:
        """The mean of the silos' factors, and the share in [0, 1] of its norm that had to be cut off."""
        ...


def new_sum(name: AggregationName, sent: Weights, factors: Factors) -> Sum:
    """An empty sum.

    Args:
        name: The aggregation.
        sent: What the silos were given; not altered.
        factors: What they train.
    """
    return StackedSum(sent) if name == "exact" else PlainSum(trained(sent, factors))


def trained(weights: Weights, factors: Factors) -> Weights:
    """The part of `weights` that trains; all of it where no name tells of factors."""
    other = {"A": ".lora_B.", "B": ".lora_A."}.get(factors)
    return {name: value for name, value in weights.items() if other is None or other not in name}


class PlainSum:
    """A sum of changes in double precision.

    Args:
        sent: The factors that the silos were given.
    """

    def __init__(self, sent: Weights) -> None:
        self._sent = sent
        self._total = {name: np.zeros(value.shape, np.float64) for name, value in sent.items()}
        self._count = 0

    def add(self, change: Weights) -> None:
        """Add one silo's change."""
        for name, total in self._total.items():
            total += change[name]
        self._count += 1

    def mean(self) -> tuple[Weights, float]:
        """The plain mean; nothing is cut off."""
        moved = {name: self._sent[name] + total / self._count for name, total in self._total.items()}
        return {name: value.astype(np.float32) for name, value in moved.items()}, 0.0


class StackedSum:
    """A sum of the products B A of every layer, kept as stacked factors and folded when they grow too wide.

    Args:
        sent: The factors that the silos were given; their rank is that of the mean.
    """

    def __init__(self, sent: Weights) -> None:
        self._sent = sent
        self._pairs = {name: name.replace(".lora_A.", ".lora_B.") for name in sent if ".lora_A." in name}
        self._stacks: dict[str, tuple[_Matrix, _Matrix]] = {}
        self._count = 0

    def add(self, change: Weights) -> None:
        """Stack one silo's factors below those before it."""
        for name, partner in self._pairs.items():
            left, right = (self._sent[n].astype(np.float64) + change[n] for n in (partner, name))
            if name in self._stacks:
                left = np.hstack([self._stacks[name][0], left])  # (out, columns)
                right = np.vstack([self._stacks[name][1], right])  # (columns, in)
            if left.shape[1] > min(left.shape[0], right.shape[1]) + _SLACK:
                left, right, _ = _refactored(left, right, min(left.shape[0], right.shape[1]))
            self._stacks[name] = left, right
        self._count += 1

    def mean(self) -> tuple[Weights, float]:
        """Factors of the closest matrix of the rank to the mean product, and the share that it lacks."""
        found: Weights = {}
        kept, whole = 0.0, 0.0
        for name, partner in self._pairs.items():
            left, right = self._stacks[name]
            rank = self._sent[name].shape[0]
            b, a, values = _refactored(left / self._count, right, rank)
            dead = (b == 0.0).all(0)  # a direction without weight: A starts again where it was sent
            a[dead] = self._sent[name][dead]
            found[partner], found[name] = b.astype(np.float32), a.astype(np.float32)
            whole += float((values**2).sum())
            kept += float((values[:rank] ** 2).sum())
        return found, float(np.sqrt(max(0.0, whole - kept) / whole)) if whole else 0.0


def _refactored(left: _Matrix, right: _Matrix, rank: int) -> tuple[_Matrix, _Matrix, _Matrix]:
    """Factors of `left @ right` cut to `rank`, both of the same norm, and all singular values."""
    q_left, r_left = np.linalg.qr(left)
    q_right, r_right = np.linalg.qr(right.T)
    u, values, v = np.linalg.svd(r_left @ r_right.T)
    count = min(rank, len(values))
    used = np.where(values > _TINY * values[0], values, 0.0)[:count]
    u, v = q_left @ u[:, :count], v[:count] @ q_right.T
    # Else the library chooses. Adam's first steps are of one size: the largest entry would decide nothing.
    signs = np.sign(np.cos(np.arange(len(u))) @ u)
    signs[signs == 0.0] = 1.0
    b, a = np.zeros((left.shape[0], rank)), np.zeros((rank, right.shape[1]))
    b[:, :count] = u * signs * np.sqrt(used)
    a[:count] = (v.T * signs * np.sqrt(used)).T
    return b, a, values


def as_statement(name: AggregationName, adapter: Adapter = "lora") -> str:
    """What an aggregation is, for `plan.json`."""
    if adapter == "full":
        return "all weights of the model, equal weights"
    said: dict[str, Any] = {
        "frozen": "frozen-A LoRA, equal weights",
        "alternating": "LoRA, B in odd rounds and A in even ones, equal weights",
        "exact": "LoRA, mean of the products cut to the rank, equal weights",
    }
    return str(said[name])
