"""What a privacy plan's fields may be: each in range, and those of mechanisms that are not in use neutral."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

from privgen.errors import PlanError
from privgen.federated.accounting import check_count, check_delta, check_number
from privgen.federated.mechanisms import Clipping, Noise, split_noise

if TYPE_CHECKING:
    from privgen.federated.plan import PrivacyPlan

PrivacyUnit = Literal["customer", "record"]
NEIGHBORING_RELATION = "add_or_remove_one"
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


def check_plan(plan: PrivacyPlan) -> None:
    """Check every field.

    Raises:
        PlanError: One is out of range, or two mechanisms do not go together; the message names the field.
    """
    if plan.privacy_unit not in ("customer", "record"):
        raise PlanError("privacy_unit: wants customer or record")
    if plan.neighboring_relation != NEIGHBORING_RELATION:
        raise PlanError(f"neighboring_relation: wants {NEIGHBORING_RELATION}")
    check_number("sample_rate", plan.sample_rate, low=0.0, high=1.0, open_low=True)
    check_count("steps", plan.steps)
    check_number("max_grad_norm", plan.max_grad_norm, low=0.0, open_low=True)
    check_number("noise_multiplier", plan.noise_multiplier, low=0.0)
    check_count("records_per_unit", plan.records_per_unit)
    if plan.privacy_unit == "record" and plan.records_per_unit != 1:
        raise PlanError("records_per_unit: wants 1 where the privacy unit is the record")
    check_number("batch_divisor", plan.batch_divisor, low=0.0, open_low=True)
    check_delta(plan.delta)
    check_number("target_epsilon", plan.target_epsilon, low=0.0, open_low=True)
    if not isinstance(plan.accountant, str) or not plan.accountant.strip():
        raise PlanError("accountant: wants its name and version")
    _check_mechanisms(plan)


def _check_mechanisms(plan: PrivacyPlan) -> None:
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
