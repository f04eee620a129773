"""The least noise that keeps a promise: a bracketed search over a decreasing epsilon curve."""

from __future__ import annotations

import math
from collections.abc import Callable

from privgen.errors import PlanError

_LEAST, _MOST = 1e-3, 1e6
_CLOSE = 3e-4  # relative width of the bracket, or distance to the target, at which the search ends
_TRIES = 80


def least_noise(epsilon_of: Callable[[float], float], target_epsilon: float) -> float:
    """Find a noise multiplier that costs at most `target_epsilon`, close to the smallest one.

    Args:
        epsilon_of: Epsilon of a noise multiplier; does not rise.
        target_epsilon: More than 0.

    Returns:
        A noise multiplier with five significant digits. Guarantees epsilon_of(it) <= target_epsilon.

    Raises:
        PlanError: No noise multiplier up to a million is enough.
    """
    low, high = _bracket(epsilon_of, target_epsilon)
    over, under = _gap(epsilon_of(low), target_epsilon), _gap(epsilon_of(high), target_epsilon)
    left = _TRIES
    while high / low > 1.0 + _CLOSE and under < -_CLOSE and left:
        middle = _round_up(low * (high / low) ** _share(over, under, bisect=left % 4 == 0))
        gap = _gap(epsilon_of(middle), target_epsilon)
        if gap <= 0.0:
            high, under = middle, gap
        else:
            low, over = middle, gap
        left -= 1
    return high


def _bracket(epsilon_of: Callable[[float], float], target: float) -> tuple[float, float]:
    """Two noise multipliers a factor of two apart; the first costs too much unless it is the least."""
    noise = 1.0
    if epsilon_of(noise) <= target:
        while noise / 2 >= _LEAST and epsilon_of(noise / 2) <= target:
            noise /= 2
        return noise / 2, noise
    while noise < _MOST:
        noise *= 2
        if epsilon_of(noise) <= target:
            return noise / 2, noise
    raise PlanError(
        "target_epsilon and delta: no noise is enough; raise one of them, or lower steps or sample_rate"
    )


def _gap(epsilon: float, target: float) -> float:
    return math.log(epsilon / target) if epsilon > 0.0 else -math.inf


def _share(over: float, under: float, *, bisect: bool) -> float:
    """Where a straight line of log epsilon over log noise meets the target; every fourth try, the middle."""
    if bisect or not math.isfinite(over) or not math.isfinite(under):
        return 0.5
    return min(max(over / (over - under), 0.01), 0.99)


def _round_up(value: float) -> float:
    """Five significant digits, never less than `value`: a figure that people can copy."""
    unit = 10.0 ** (math.floor(math.log10(value)) - 4)
    return float(f"{math.ceil(value / unit - 1e-6) * unit:.5g}")
