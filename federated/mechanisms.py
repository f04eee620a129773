"""The ways of clipping and of noise that a plan may name: which fields each has, and what each step draws.

- flat: g * min(1, C / |g|). A unit moves the sum by C at most.
- automatic: g * C / (|g| + stability). A unit moves the sum by less than C.
- adaptive: flat, with a C that follows a quantile of the units' norms. The count that moves it is noised, and
  sum and count are released as one Gaussian: z^-2 = z_sum^-2 + (2 count_noise)^-2.
- independent: fresh noise in each step.
- banded: noise correlated over steps, see `strategy_matrix`; the whole run is one Gaussian.

Source: automatic clipping, Bu et al. 2022, arXiv:2206.07136; adaptive clipping, Andrew et al. 2021,
arXiv:1905.03871, theorem 1.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, get_args

from privgen.errors import PlanError
from privgen.federated.accounting import check_count, check_number
from privgen.federated.strategy_matrix import sensitivity

if TYPE_CHECKING:
    from privgen.federated.plan import PrivacyPlan

Clipping = Literal["flat", "automatic", "adaptive"]
Noise = Literal["independent", "banded"]

_NEUTRAL: dict[str, Any] = {
    "clip_stability": 0.0,
    "clip_quantile": 0.0,
    "clip_learning_rate": 0.0,
    "count_noise": 0.0,
    "bands": 1,
    "validation_noise": 0.0,
    "validation_bound": 0.0,
    "validations": 0,
}
_FIELDS: dict[str, tuple[str, ...]] = {
    "automatic": ("clip_stability",),
    "adaptive": ("clip_quantile", "clip_learning_rate", "count_noise"),
    "banded": ("bands",),
    "holdout": ("validation_noise", "validation_bound", "validations"),
}
_COUNT_NOISE = 1.64  # times the noise multiplier: the sum's noise is then 5 % more than without the count


def split_noise(noise_multiplier: float, count_noise: float) -> float:
    """Noise multiplier of the sum, where sum and count together are to have `noise_multiplier`.

    Args:
        noise_multiplier: Of the two as one Gaussian mechanism.
        count_noise: Standard deviation of the noise on the count, in which a unit weighs a half at most; more
            than half of `noise_multiplier`.

    Raises:
        PlanError: The count alone would cost more than both are to.
    """
    if not 2.0 * count_noise > noise_multiplier:
        raise PlanError(f"count_noise: wants more than half of the noise multiplier {noise_multiplier:g}")
    if noise_multiplier == 0.0:
        return 0.0
    return 1.0 / math.sqrt(noise_multiplier**-2 - (2.0 * count_noise) ** -2)


def joint_noise(sum_noise: float, count_noise: float) -> float:
    """Noise multiplier of sum and count as one Gaussian mechanism: what `split_noise` splits."""
    return 1.0 / math.hypot(1.0 / sum_noise, 0.5 / count_noise)


def default_count_noise(noise_multiplier: float) -> float:
    """Noise of the count that makes the sum's noise 5 % larger, to four digits."""
    return float(f"{_COUNT_NOISE * noise_multiplier:.4g}")


def step_noise(plan: PrivacyPlan) -> float:
    """Standard deviation of what a step draws for the clipped sum, over the clip bound of that step.

    Of banded noise, that of z: what is added to the sum is row t of C^-1 z.
    """
    if plan.noise == "banded":
        return plan.noise_multiplier * sensitivity(plan.bands, plan.steps)
    if plan.clipping == "adaptive":
        return split_noise(plan.noise_multiplier, plan.count_noise)
    return plan.noise_multiplier


def check_mechanisms(plan: PrivacyPlan) -> None:
    """Check that the fields of each mechanism in use are in range, and those of the others neutral.

    Raises:
        PlanError: One is not, or two mechanisms do not go together; the message names the field.
    """
    for name, kinds in (("clipping", get_args(Clipping)), ("noise", get_args(Noise))):
        if getattr(plan, name) not in kinds:
            raise PlanError(f"{name}: wants {', '.join(kinds[:-1])} or {kinds[-1]}")
    check_number("holdout", plan.holdout, low=0.0, high=0.5)
    used = {plan.clipping, plan.noise} | ({"holdout"} if plan.holdout else set())
    for mechanism, fields in _FIELDS.items():
        for name in fields:
            if mechanism in used:
                _check(plan, name)
            elif getattr(plan, name) != _NEUTRAL[name]:
                raise PlanError(f"{name}: wants {_NEUTRAL[name]:g} without {mechanism}")
    if plan.clipping == "adaptive":
        split_noise(plan.noise_multiplier, plan.count_noise)
    if plan.noise == "banded":
        _check_banded(plan)


def _check(plan: PrivacyPlan, name: str) -> None:
    value = getattr(plan, name)
    if name == "bands":
        check_count(name, value, low=2)
    elif name == "validations":
        check_count(name, value)
    elif name == "clip_quantile":
        check_number(name, value, low=0.0, high=1.0, open_low=True, open_high=True)
    elif name == "validation_noise":
        check_number(name, value, low=0.0)
    else:
        check_number(name, value, low=0.0, open_low=True)


def _check_banded(plan: PrivacyPlan) -> None:
    if plan.sample_rate != 1.0:
        raise PlanError("sample_rate: wants 1 with banded noise: nothing is claimed for sampling")
    if plan.privacy_unit != "customer":
        raise PlanError("privacy_unit: wants customer with banded noise: a record has no id to be placed by")
    if plan.clipping == "adaptive":
        raise PlanError("clipping: wants flat or automatic with banded noise: its bound holds for all steps")
