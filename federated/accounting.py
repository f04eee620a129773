"""What privacy events cost: epsilon by privacy loss distributions, with RDP and PRV as cross-checks.

An event says what happened (`PrivacyEvent`), an accountant says what it costs. An event that this module
does not know is an error; an event without noise costs infinity, never a guess.

Source: privacy loss distributions with connect-the-dots upper bounds, Doroshenko et al. 2022,
arXiv:2207.04380; Renyi accounting, Mironov et al. 2019, arXiv:1908.10530; PRV, Gopi et al. 2021,
arXiv:2106.02848; the Gaussian mechanism, Balle and Wang 2018, arXiv:1805.06530.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from typing import Any

from privgen.errors import PlanError

POISSON_GAUSSIAN = "poisson_subsampled_gaussian"
"""Every unit joins a step independently with `sample_rate`; Gaussian noise on the clipped sum."""
GAUSSIAN = "gaussian"
"""Every unit counts in each release; nothing is claimed for sampling."""
BANDED_GAUSSIAN = "banded_gaussian"
"""A whole run of steps with correlated noise: one Gaussian mechanism on all of a unit's contributions, its
noise multiplier over their joint sensitivity. `steps` counts such runs, not the steps in them.

Source: Choquette-Choo et al. 2023, arXiv:2306.08153; for steps that follow from earlier ones, Denisov et al.
2022, arXiv:2202.08312, theorem 2.1."""
EVENTS = (POISSON_GAUSSIAN, GAUSSIAN, BANDED_GAUSSIAN)

_FINE, _COARSE, _COARSE_STEPS = 1e-4, 1e-3, 5000  # grids of the privacy loss; both give upper bounds
_LEAST_NOISE = 0.15  # under this the privacy loss needs gigabytes; a closed bound without sampling instead

_Total = tuple[float, float, int]


@dataclass(frozen=True, slots=True)
class PrivacyEvent:
    """`steps` steps of one mechanism on one merchant's data.

    Args:
        event: Name of the mechanism, one of `EVENTS`.
        noise_multiplier: Noise standard deviation over clip bound, 0 or more; 0 costs infinity.
        sample_rate: Poisson rate of a unit per step, in (0, 1]; 1 where nothing is sampled.
        steps: How many steps, 0 or more.

    Raises:
        PlanError: An unknown event, or a number out of range.
    """

    event: str
    noise_multiplier: float
    sample_rate: float
    steps: int

    def __post_init__(self) -> None:
        """Fail closed on whatever cannot be accounted for."""
        if self.event not in EVENTS:
            raise PlanError(
                f"privacy event: unknown mechanism; this version accounts for {', '.join(EVENTS)}"
            )
        check_number("noise_multiplier", self.noise_multiplier, low=0.0)
        check_number("sample_rate", self.sample_rate, low=0.0, high=1.0, open_low=True)
        if self.event != POISSON_GAUSSIAN and self.sample_rate != 1.0:
            raise PlanError(f"sample_rate: wants 1 for {self.event}: no sampling is accounted for")
        check_count("steps", self.steps, low=0)


def check_number(
    name: str,
    value: object,
    *,
    low: float,
    high: float = math.inf,
    open_low: bool = False,
    open_high: bool = False,
) -> None:
    """Check that a number is finite and in its range.

    Raises:
        PlanError: It is not; the message names the number and the range.
    """
    known = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if known and isinstance(value, int | float):
        above = value > low if open_low else value >= low
        if above and (value < high if open_high else value <= high):
            return
    left = f"{'(' if open_low else '['}{low:g}"
    raise PlanError(f"{name}: wants a number in {left}, {high:g}{')' if open_high else ']'}")


def check_count(name: str, value: object, *, low: int = 1) -> None:
    """Check that `value` is a whole number, `low` or more.

    Raises:
        PlanError: It is not.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < low:
        raise PlanError(f"{name}: wants a whole number, {low} or more")


def accountant_name() -> str:
    """Name and version of the accountant behind `pld_epsilon`."""
    return f"dp-accounting {metadata.version('dp-accounting')} PLD"


def pld_epsilon(events: Sequence[PrivacyEvent], delta: float) -> float:
    """Upper bound on epsilon of all `events` together, one unit added or removed.

    Equal events are merged first, so the time depends on distinct settings, not on entries. With a noise
    multiplier under 0.15 anywhere, the amplification by sampling is not counted (still an upper bound).

    Args:
        events: What happened, in any order.
        delta: In (0, 1).

    Returns:
        0 for no steps, infinity without noise or where delta is too small to be resolved.

    Raises:
        PlanError: delta is out of range.
    """
    check_delta(delta)
    totals = _merged(events)
    if not totals:
        return 0.0
    if min(total[0] for total in totals) == 0.0:
        return math.inf
    return _pld(totals, delta)


def rdp_epsilon(events: Sequence[PrivacyEvent], delta: float) -> float:
    """The same by Renyi differential privacy (whole orders): a looser bound, as a cross-check."""
    import dp_accounting
    from dp_accounting.rdp import RdpAccountant

    check_delta(delta)
    accountant = RdpAccountant(orders=[*range(2, 65), 128, 256, 512, 1024])
    for noise_multiplier, sample_rate, steps in _merged(events):
        gaussian = dp_accounting.GaussianDpEvent(noise_multiplier)
        accountant.compose(dp_accounting.PoissonSampledDpEvent(sample_rate, gaussian), steps)
    return float(accountant.get_epsilon(delta)) if _merged(events) else 0.0


def prv_epsilon(events: Sequence[PrivacyEvent], delta: float) -> float:
    """The same by Opacus' PRV accountant (additive error 0.01), as a cross-check; loads torch.

    Slow where many distinct settings are composed.
    """
    from opacus.accountants import PRVAccountant

    check_delta(delta)
    totals = _merged(events)
    if not totals or min(total[0] for total in totals) == 0.0:
        return math.inf if totals else 0.0
    accountant = PRVAccountant()
    accountant.history = list(totals)
    return float(accountant.get_epsilon(delta))


def check_delta(delta: object) -> None:
    """Check that delta lies strictly between 0 and 1.

    Raises:
        PlanError: It does not.
    """
    check_number("delta", delta, low=0.0, high=1.0, open_low=True, open_high=True)


def _merged(events: Sequence[PrivacyEvent]) -> tuple[_Total, ...]:
    steps: Counter[tuple[float, float]] = Counter()
    for event in events:
        steps[float(event.noise_multiplier), float(event.sample_rate)] += event.steps
    return tuple(sorted((*setting, count) for setting, count in steps.items() if count))


@lru_cache(maxsize=4096)
def _pld(totals: tuple[_Total, ...], delta: float) -> float:
    if min(total[0] for total in totals) < _LEAST_NOISE:
        return _unsampled(totals, delta)
    grid = _COARSE if sum(total[2] for total in totals) <= _COARSE_STEPS else _FINE
    composed: Any = None
    for noise_multiplier, sample_rate, steps in totals:
        many = _one_step(noise_multiplier, sample_rate, grid).self_compose(steps)
        composed = many if composed is None else composed.compose(many)
    return float(composed.get_epsilon_for_delta(delta))


@lru_cache(maxsize=32)
def _one_step(noise_multiplier: float, sample_rate: float, grid: float) -> Any:
    """Privacy loss distribution of one step, pessimistic, both directions of add or remove one."""
    from dp_accounting.pld.privacy_loss_distribution import from_gaussian_mechanism

    return from_gaussian_mechanism(
        standard_deviation=noise_multiplier, value_discretization_interval=grid, sampling_prob=sample_rate
    )


def _unsampled(totals: tuple[_Total, ...], delta: float) -> float:
    """Epsilon as if every unit joined every step: T Gaussian steps are one with noise over sqrt(T)."""
    from dp_accounting.gaussian_mechanism import get_epsilon_gaussian

    squares = sum(steps / noise_multiplier**2 for noise_multiplier, _, steps in totals)
    return float(get_epsilon_gaussian(1.0 / math.sqrt(squares), delta))
