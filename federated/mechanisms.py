"""The ways of clipping and of noise that a plan may name, and what noise each step draws.

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
from typing import TYPE_CHECKING, Literal

from privgen.errors import PlanError
from privgen.federated.strategy_matrix import sensitivity

if TYPE_CHECKING:
    from privgen.federated.plan import PrivacyPlan

Clipping = Literal["flat", "automatic", "adaptive"]
Noise = Literal["independent", "banded"]

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


def step_noise_multiplier(plan: PrivacyPlan) -> float:
    """Standard deviation of what a step draws for the clipped sum, over the clip bound of that step.

    Of banded noise, that of z: what is added to the sum is row t of C^-1 z.
    """
    if plan.noise == "banded":
        return plan.noise_multiplier * sensitivity(plan.bands, plan.steps)
    if plan.clipping == "adaptive":
        return split_noise(plan.noise_multiplier, plan.count_noise)
    return plan.noise_multiplier
