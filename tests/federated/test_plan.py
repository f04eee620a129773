from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.errors import PlanError
from privgen.federated.accounting import POISSON_GAUSSIAN, PrivacyEvent, accountant_name, pld_epsilon
from privgen.federated.claim import round_up
from privgen.federated.plan import PrivacyPlan


def plan(**changes: Any) -> PrivacyPlan:
    values: dict[str, Any] = {
        "privacy_unit": "customer",
        "neighboring_relation": "add_or_remove_one",
        "sample_rate": 0.1,
        "steps": 20,
        "max_grad_norm": 1.0,
        "noise_multiplier": 1.5,
        "records_per_unit": 4,
        "batch_divisor": 8.0,
        "delta": 1e-5,
        "target_epsilon": 8.0,
        "accountant": accountant_name(),
    }
    return PrivacyPlan(**(values | changes))


@pytest.mark.parametrize(
    ("target", "delta", "rate", "steps"),
    [
        (8.0, 1e-5, 0.05, 200),
        (8.0, 1e-5, 0.2, 20),
        (3.0, 1e-5, 1.0, 5),
        (1.0, 1e-6, 0.01, 1000),
    ],
)
def test_calibration_spends_the_target_and_not_more(
    target: float, delta: float, rate: float, steps: int
) -> None:
    made = PrivacyPlan.calibrate(target_epsilon=target, delta=delta, sample_rate=rate, steps=steps)
    assert 0.998 * target <= made.epsilon() <= target
    assert made.epsilon() == pld_epsilon(
        [PrivacyEvent(POISSON_GAUSSIAN, made.noise_multiplier, rate, steps)], delta
    )
    assert made == PrivacyPlan.calibrate(target_epsilon=target, delta=delta, sample_rate=rate, steps=steps)


def test_the_unit_decides_the_cap() -> None:
    loose = {"target_epsilon": 2.0, "steps": 1}
    assert PrivacyPlan.calibrate(**loose).records_per_unit == 4  # type: ignore[arg-type]
    assert PrivacyPlan.calibrate(**loose, privacy_unit="record").records_per_unit == 1  # type: ignore[arg-type]
    with pytest.raises(PlanError, match="records_per_unit"):
        PrivacyPlan.calibrate(**loose, privacy_unit="record", records_per_unit=2)  # type: ignore[arg-type]


def test_epsilon_grows_from_zero_and_composes() -> None:
    made = plan()
    series = [made.epsilon(steps) for steps in range(0, 21, 4)]
    assert series[0] == 0.0 and series == sorted(series) and series[-1] == made.epsilon()
    assert made.composed_epsilon(1) == made.epsilon()
    assert made.composed_epsilon(3) == plan(steps=60).epsilon()
    assert made.epsilon() < made.composed_epsilon(3) < 3 * made.epsilon()
    assert plan(noise_multiplier=0.0).epsilon() == math.inf
    for call in (lambda: made.epsilon(-1), lambda: made.composed_epsilon(0)):
        with pytest.raises(PlanError):
            call()


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -1.0, "1", None, True])
@pytest.mark.parametrize(
    "name",
    [
        "sample_rate",
        "steps",
        "max_grad_norm",
        "noise_multiplier",
        "records_per_unit",
        "batch_divisor",
        "delta",
        "target_epsilon",
    ],
)
def test_a_field_out_of_range_is_named(name: str, wrong: object) -> None:
    with pytest.raises(PlanError, match=f"^{name}: wants"):
        plan(**{name: wrong})


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *[("privacy_unit", "silo"), ("neighboring_relation", "replace_one"), ("sample_rate", 0.0)],
        *[("sample_rate", 1.1), ("delta", 0.0), ("delta", 1.0), ("steps", 0), ("steps", 2.0)],
        *[("max_grad_norm", 0.0), ("batch_divisor", 0.0), ("target_epsilon", 0.0), ("accountant", " ")],
    ],
)
def test_edges_are_outside(name: str, wrong: object) -> None:
    with pytest.raises(PlanError, match=f"^{name}: wants"):
        plan(**{name: wrong})


def test_json_brings_back_the_same_plan() -> None:
    made = plan()
    again = PrivacyPlan.from_json(json.loads(json.dumps(made.to_json())))
    assert again == made and again.plan_id == made.plan_id and len(made.plan_id) == 64


def test_a_whole_number_is_the_same_plan() -> None:
    assert plan(batch_divisor=8, target_epsilon=8).plan_id == plan().plan_id


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(PrivacyPlan)])
def test_every_field_is_wanted_and_part_of_the_id(field: str) -> None:
    made = plan()
    values = made.to_json()
    del values[field]
    with pytest.raises(PlanError, match=f"missing field {field}"):
        PrivacyPlan.from_json(values)
    with pytest.raises(PlanError, match="unknown field seed"):
        PrivacyPlan.from_json(made.to_json() | {"seed": 1})
    if field == "neighboring_relation":
        return
    before, after = _OTHERS.get(field, ({}, {field: 3.0}))
    assert plan(**before).plan_id != plan(**(before | after)).plan_id


_ADAPTIVE = {"clipping": "adaptive", "clip_quantile": 0.5, "clip_learning_rate": 0.2, "count_noise": 2.0}
_AUTOMATIC = {"clipping": "automatic", "clip_stability": 0.01}
_BANDED = {"noise": "banded", "bands": 4, "sample_rate": 1.0}
_HELD_OUT = {"holdout": 0.2, "validation_noise": 4.0, "validation_bound": 6.0, "validations": 5}
_OTHERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "privacy_unit": ({"records_per_unit": 1}, {"privacy_unit": "record"}),
    "records_per_unit": ({}, {"records_per_unit": 3}),
    "steps": ({}, {"steps": 21}),
    "sample_rate": ({}, {"sample_rate": 0.2}),
    "delta": ({}, {"delta": 1e-6}),
    "accountant": ({}, {"accountant": "x 1"}),
    "clipping": ({}, _AUTOMATIC),
    "noise": ({"sample_rate": 1.0}, _BANDED),
    "bands": (_BANDED, {"bands": 5}),
    "clip_stability": (_AUTOMATIC, {"clip_stability": 0.02}),
    "clip_quantile": (_ADAPTIVE, {"clip_quantile": 0.7}),
    "holdout": (_HELD_OUT, {"holdout": 0.3}),
    "validations": (_HELD_OUT, {"validations": 6}),
    **{name: (_ADAPTIVE, {name: 3.0}) for name in ("clip_learning_rate", "count_noise")},
    **{name: (_HELD_OUT, {name: 3.0}) for name in ("validation_noise", "validation_bound")},
}
"""Field to a plan that may have it otherwise, and the change."""


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        *[("clipping", {"clipping": "none"}), ("noise", {"noise": "tree"}), ("holdout", {"holdout": 0.6})],
        *[(name, {name: 0.5}) for name in ("clip_stability", "clip_quantile", "count_noise")],
        *[("bands", {"bands": 2}), ("validations", {"validations": 1}), ("bands", _BANDED | {"bands": 1})],
        ("clip_quantile", _ADAPTIVE | {"clip_quantile": 1.0}),
        ("clip_quantile", _ADAPTIVE | {"clip_quantile": math.nan}),
        ("count_noise", _ADAPTIVE | {"count_noise": 0.75}),  # alone as much as both may cost
        ("clip_stability", _AUTOMATIC | {"clip_stability": 0.0}),
        ("sample_rate", _BANDED | {"sample_rate": 0.5}),
        ("privacy_unit", _BANDED | {"privacy_unit": "record", "records_per_unit": 1}),
        ("clipping", _BANDED | _ADAPTIVE),
        ("validation_bound", _HELD_OUT | {"validation_bound": math.inf}),
        ("validations", _HELD_OUT | {"validations": 0}),
    ],
)
def test_mechanisms_have_their_own_fields_and_no_others(name: str, changes: dict[str, Any]) -> None:
    with pytest.raises(PlanError, match=f"^{name}: wants"):
        plan(**changes)


@pytest.mark.parametrize("changes", [_ADAPTIVE, _AUTOMATIC, _BANDED, _HELD_OUT])
def test_a_claim_names_the_mechanism(changes: dict[str, Any]) -> None:
    made = plan(**changes)
    claim = made.claim()
    words = {
        "clip_stability": ["automatic clipping: divided by its norm plus 0.01", "less than L2 norm 1"],
        "count_noise": ["0.5 quantile", "noise of 2 ", "charged as one mechanism", "sum and count together"],
        "bands": ["banded matrix (4 bands", "at most 5 times", "nothing is claimed for sampling"],
        "holdout": ["5 validation losses", "share of 0.2", "clamped to 6", "noise of 4", "they never train"],
    }
    for field, parts in words.items():
        for part in parts:
            assert (part in claim) == (field in changes), part
    assert ("Poisson" in claim) == (made.noise == "independent") and claim.count("\n") == 0
    assert "anything else that is let out of a merchant" in claim and "anything but the adapter" not in claim
    assert PrivacyPlan.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_a_plan_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan().noise_multiplier = 0.0  # type: ignore[misc]


def test_the_claim_leaves_out_no_assumption() -> None:
    made = plan(max_grad_norm=0.7, batch_divisor=17.0)
    claim = made.claim()
    for part in (
        *(
            "customer",
            "at most 4 of",
            "add_or_remove_one",
            "delta 1e-05",
            "at most epsilon 8",
            made.accountant,
        ),
        *("at most 20 steps", "Poisson", "rate 0.1", "L2 norm 0.7", "1.5 times", "constant 17", "entropy"),
        *("several merchants", "not covered", "settings", "floating-point"),
        f"epsilon {round_up(made.epsilon())}",
    ):
        assert part in claim, part
    assert claim.endswith(".") and "\n" not in claim
    assert "one record" in plan(privacy_unit="record", records_per_unit=1).claim()


def test_a_predictable_or_missing_noise_claims_nothing() -> None:
    for claim in (plan().claim(unsafe_seed=True), plan(noise_multiplier=0.0).claim()):
        assert claim.startswith(("UNSAFE", "NOT PRIVATE")) and "epsilon 8" not in claim and "nothing" in claim


@given(st.floats(1e-6, 1e6))
def test_a_shown_epsilon_is_never_smaller(value: float) -> None:
    assert value - 1e-11 <= float(round_up(value)) + 1e-9 * value and float(round_up(value)) < value + 1.01e-3
