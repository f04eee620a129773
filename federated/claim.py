"""The claim: what a privacy plan promises, in one sentence that leaves out no assumption."""

from __future__ import annotations

import math
from typing import Any

from privgen.federated.mechanisms import split_noise
from privgen.federated.strategy_matrix import participations, sensitivity

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
    "anything else that is let out of a merchant",
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
        f"{_released(plan)} by at most (epsilon {round_up(epsilon)},",
        f"delta {plan['delta']:g}), planned for at most epsilon {plan['target_epsilon']:g} and counted with",
        f"{plan['accountant']} over at most {plan['steps']} steps in all rounds, each on {_sampler(plan)},",
        f"with each one's summed gradient {_clipped(plan)}, {_noised(plan)} and the sum divided by",
        f"the public constant {plan['batch_divisor']:g},",
        *_validated(plan),
        "sampling and noise drawn from the operating system's cryptographic generator (its entropy pool;",
        "long draws from its keys, expanded by AES-256 in counter mode),",
        "the merchant's own machine trusted; a customer of several merchants",
        f"has the composed figure of those; not covered: {', '.join(_NOT_COVERED)}.",
    )
    return " ".join(parts)


def _released(plan: dict[str, Any]) -> str:
    weights = "the adapter weights that leave that merchant"
    return f"{weights}, and of its noised validation losses," if plan["holdout"] else weights


def _sampler(plan: dict[str, Any]) -> str:
    if plan["noise"] == "banded":
        return (
            f"the customers whose turn it is: every {plan['bands']} steps, by a keyed hash of the customer's "
            f"id, at most {participations(plan['bands'], plan['steps'])} times (nothing is claimed for "
            "sampling)"
        )
    return f"a Poisson sample of the {_SAMPLED[plan['privacy_unit']]} at rate {plan['sample_rate']:g}"


def _clipped(plan: dict[str, Any]) -> str:
    bound = f"{plan['max_grad_norm']:g}"
    if plan["clipping"] == "automatic":
        return (
            f"brought to less than L2 norm {bound} (automatic clipping: divided by its norm plus "
            f"{plan['clip_stability']:g})"
        )
    if plan["clipping"] == "adaptive":
        return (
            f"clipped to an L2 norm that starts at {bound} and follows the {plan['clip_quantile']:g} "
            f"quantile of the norms by a count with Gaussian noise of {plan['count_noise']:g} (adaptive "
            "clipping, charged as one mechanism with the sum)"
        )
    return f"clipped to L2 norm {bound}"


def _noised(plan: dict[str, Any]) -> str:
    noise = f"{plan['noise_multiplier']:.5g}"
    if plan["noise"] == "banded":
        whole = plan["noise_multiplier"] * sensitivity(plan["bands"], plan["steps"])
        return (
            f"Gaussian noise correlated over steps by a banded matrix ({plan['bands']} bands; {whole:.5g} "
            f"times that norm before correlating, {noise} times the sensitivity of all steps together) added"
        )
    if plan["clipping"] == "adaptive":
        split = split_noise(plan["noise_multiplier"], plan["count_noise"])
        return (
            f"Gaussian noise of {split:.5g} times that norm added to the sum ({noise} for sum and count "
            "together)"
        )
    return f"Gaussian noise of {noise} times that norm added to the sum"


def _validated(plan: dict[str, Any]) -> list[str]:
    if not plan["holdout"]:
        return []
    return [
        f"and over at most {plan['validations']} validation losses on a held-out share of",
        f"{plan['holdout']:g} of the customers (by a keyed hash of the id; they never train), each one's",
        f"mean loss clamped to {plan['validation_bound']:g} and Gaussian noise of",
        f"{plan['validation_noise']:.5g} times the sensitivity added to sum and count,",
    ]


def round_up(value: float, digits: int = 3) -> str:
    """`value` with `digits` decimals, never less than it is.

    >>> round_up(7.99912), round_up(8.0)
    ('8.000', '8.000')
    """
    scale = 10.0**digits
    return f"{math.ceil(value * scale - 1e-9) / scale:.{digits}f}"
