"""Clipping rules: factors for the norms of the units that joined, and the bound of the next step.

Every rule sees what one step sees and no more: norms of units one batch after the other, then the end of the
step. `bound` is how far a unit moves the step's sum at most, and what its noise is scaled by; it changes
between steps only, and by noised counts only.

Source: see `mechanisms`.
"""

from __future__ import annotations

import math
from typing import Any, Protocol

from privgen.federated.plan import PrivacyPlan
from privgen.federated.randomness import RandomSource

_GUARD = 1e-6  # what Opacus adds to a norm, so that rounding cannot pass the bound
_FARTHEST = 1e4  # times the plan's first bound, up or down, that an adaptive bound may move


class Clipper(Protocol):
    """A clipping rule in use."""

    bound: float

    def factors(self, norms: Any) -> Any:
        """What to multiply the units' gradients by, for their norms; both tensors of shape `(units,)`."""
        ...

    def end_step(self, source: RandomSource) -> None:
        """The step's sum was noised with the present bound: go on to the next one's."""
        ...


class FlatClipper:
    """Each gradient no longer than a fixed bound."""

    def __init__(self, plan: PrivacyPlan, bound: float) -> None:
        self.bound = bound

    def factors(self, norms: Any) -> Any:
        """The bound over the norm where that is larger, else 1."""
        return (self.bound / (norms + _GUARD)).clamp(max=1.0)

    def end_step(self, source: RandomSource) -> None:
        """Nothing changes."""


class AutomaticClipper(FlatClipper):
    """Each gradient brought to the bound's length, a short one to less; no norm needs to be known."""

    def __init__(self, plan: PrivacyPlan, bound: float) -> None:
        super().__init__(plan, bound)
        self._stability = plan.clip_stability

    def factors(self, norms: Any) -> Any:
        """The bound over norm plus stability: the product with the norm is under the bound."""
        return self.bound / (norms * (1.0 + _GUARD) + self._stability)


class AdaptiveClipper(FlatClipper):
    """Flat, with a bound that goes to where a given share of the norms lies below it.

    Per unit, (1 if its norm is within the bound, else 0, less the quantile), scaled to a half at most, is
    added up: in expectation zero where the bound is the quantile, however many units joined, which is
    private. With Gaussian noise of `count_noise` on that count, the bound is multiplied by exp(-rate * count
    / divisor).
    """

    def __init__(self, plan: PrivacyPlan, bound: float) -> None:
        super().__init__(plan, bound)
        self._plan, self._count = plan, 0.0
        self._scale = 2.0 * max(plan.clip_quantile, 1.0 - plan.clip_quantile)

    def factors(self, norms: Any) -> Any:
        """As flat; the norms are counted."""
        within = int((norms <= self.bound).sum())
        self._count += (within - self._plan.clip_quantile * len(norms)) / self._scale
        return super().factors(norms)

    def end_step(self, source: RandomSource) -> None:
        """Noise the count, and let the bound follow it."""
        noised = self._count + self._plan.count_noise * float(source.normal(1)[0])
        self._count = 0.0
        share = noised * self._scale / self._plan.batch_divisor
        move = min(max(-self._plan.clip_learning_rate * share, -1.0), 1.0)
        first = self._plan.max_grad_norm
        self.bound = min(max(self.bound * math.exp(move), first / _FARTHEST), first * _FARTHEST)


_CLIPPERS: dict[str, type[FlatClipper]] = {
    "flat": FlatClipper,
    "automatic": AutomaticClipper,
    "adaptive": AdaptiveClipper,
}


def clipper_of(plan: PrivacyPlan, bound: float | None = None) -> Clipper:
    """The plan's clipping rule.

    Args:
        plan: The plan.
        bound: That an earlier round ended with, of an adaptive rule; None for the plan's own.
    """
    return _CLIPPERS[plan.clipping](plan, plan.max_grad_norm if bound is None else bound)
