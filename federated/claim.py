"""The claim: what a privacy plan promises, in one sentence that leaves out no assumption."""

from __future__ import annotations

import math
from typing import Any

_UNITS = {
    "customer": "all data of one customer of a merchant (at most {cap} of the customer's records in a step)",
    "record": "one record of a merchant",
}
_SAMPLED = {"customer": "customers", "record": "records"}
_NOT_COVERED = (
    "the choice of settings by looking at the data",
    "floating-point rounding of the noise",
    "a person behind several customer ids",
    "what others wrote about the customer",
    "data that a page's prompt holds at generation",
    "anything but the adapter that is let out of a merchant",
)


def claim_sentence(plan: dict[str, Any], epsilon: float, *, unsafe_seed: bool) -> str:
    """Write the claim of a plan.

    Args:
        plan: Fields of a `PrivacyPlan`.
        epsilon: Of the whole plan; shown rounded up.
        unsafe_seed: Whether the noise came from a fixed seed.

    Returns:
        One sentence: unit, neighbouring relation, epsilon, delta, accountant, steps, sampler, rate, clipping,
        noise, divisor, random source, several merchants, what is not covered.
    """
    unit = _UNITS[plan["privacy_unit"]].format(cap=plan["records_per_unit"])
    if unsafe_seed:
        return (
            "UNSAFE: the noise of this training came from a fixed seed and can be predicted, so "
            f"nothing is promised for {unit}."
        )
    if math.isinf(epsilon):
        return f"NOT PRIVATE: this plan's noise and delta promise nothing (epsilon is infinite) for {unit}."
    parts = (
        f"Whether {unit} is added or removed ({plan['neighboring_relation']}) changes the distribution of",
        f"the adapter weights that leave that merchant by at most (epsilon {round_up(epsilon)},",
        f"delta {plan['delta']:g}), planned for at most epsilon {plan['target_epsilon']:g} and counted with",
        f"{plan['accountant']} over at most {plan['steps']} steps in all rounds, each on a Poisson sample",
        f"of the {_SAMPLED[plan['privacy_unit']]} at rate {plan['sample_rate']:g}, with each one's summed",
        f"gradient clipped to L2 norm {plan['max_grad_norm']:g}, Gaussian noise of",
        f"{plan['noise_multiplier']:.5g} times that norm added to the sum and the sum divided by",
        f"the public constant {plan['batch_divisor']:g},",
        "sampling and noise drawn from the operating system's cryptographic generator (its entropy pool;",
        "long draws from its keys, expanded by AES-256 in counter mode),",
        "the merchant's own machine trusted; a customer of several merchants",
        f"has the composed figure of those; not covered: {', '.join(_NOT_COVERED)}.",
    )
    return " ".join(parts)


def round_up(value: float, digits: int = 3) -> str:
    """`value` with `digits` decimals, never less than it is.

    >>> round_up(7.99912), round_up(8.0)
    ('8.000', '8.000')
    """
    scale = 10.0**digits
    return f"{math.ceil(value * scale - 1e-9) / scale:.{digits}f}"
