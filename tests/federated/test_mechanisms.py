"""What the optional mechanisms cost: against dp-accounting, and calibrated to the whole budget."""

from __future__ import annotations

import math
from typing import Any

import dp_accounting
import pytest
from dp_accounting.pld.pld_privacy_accountant import PLDAccountant
from hypothesis import given
from hypothesis import strategies as st

from privgen.errors import PlanError
from privgen.federated.accounting import BANDED_GAUSSIAN, GAUSSIAN, PrivacyEvent
from privgen.federated.mechanisms import joint_noise, split_noise, step_noise_multiplier
from privgen.federated.plan import PrivacyPlan
from privgen.federated.strategy_matrix import sensitivity

MECHANISMS: dict[str, dict[str, Any]] = {
    "adaptive": {"clipping": "adaptive"},
    "banded": {"noise": "banded"},
    "held out": {"holdout": 0.2, "validations": 6},
    "banded, held out": {"noise": "banded", "holdout": 0.2, "validations": 6, "clipping": "automatic"},
}


def independent_epsilon(plan: PrivacyPlan, merchants: int = 1) -> float:
    """From what a step draws, composed one by one on dp-accounting's own grid."""
    accountant = PLDAccountant(value_discretization_interval=5e-4)
    if plan.noise == "banded":
        whole = dp_accounting.GaussianDpEvent(
            step_noise_multiplier(plan) / sensitivity(plan.bands, plan.steps)
        )
        accountant.compose(whole, merchants)
    else:
        drawn = step_noise_multiplier(plan)
        if plan.clipping == "adaptive":  # two Gaussians on one sample: shifts add as squares
            drawn = (drawn**-2 + (2 * plan.count_noise) ** -2) ** -0.5
        step = dp_accounting.PoissonSampledDpEvent(plan.sample_rate, dp_accounting.GaussianDpEvent(drawn))
        accountant.compose(step, plan.steps * merchants)
    if plan.holdout:
        accountant.compose(dp_accounting.GaussianDpEvent(plan.validation_noise), plan.validations * merchants)
    return float(accountant.get_epsilon(plan.delta))


@pytest.mark.parametrize("name", MECHANISMS)
def test_calibration_spends_the_budget_and_an_auditor_finds_the_same(name: str) -> None:
    """dp-accounting within 0.1 %, of one merchant and composed of three."""
    plan = PrivacyPlan.calibrate(target_epsilon=4.0, sample_rate=0.2, steps=12, **MECHANISMS[name])
    assert 0.997 * 4.0 <= plan.epsilon() <= 4.0
    assert plan.epsilon() == pytest.approx(independent_epsilon(plan), rel=1e-3)
    composed = plan.composed_epsilon(3)
    assert composed == pytest.approx(independent_epsilon(plan, 3), rel=1e-3)
    assert 4.0 < composed < 3 * 4.0
    if plan.holdout:
        assert plan.epsilon(plan.steps) == pytest.approx(0.9 * 4.0, rel=3e-3)  # training's share


def test_banded_noise_is_paid_for_with_the_first_step() -> None:
    plan = PrivacyPlan.calibrate(noise="banded", sample_rate=0.2, steps=24)
    assert plan.bands == 5 and plan.participations == 5 and plan.sample_rate == 1.0
    assert plan.epsilon(0) == 0.0 and plan.epsilon(1) == plan.epsilon(24) == plan.epsilon()
    assert plan.event().event == BANDED_GAUSSIAN
    with pytest.raises(PlanError, match="sample_rate"):
        PrivacyEvent(GAUSSIAN, 1.0, 0.5, 1)


def test_settings_of_what_is_not_used_are_left_out() -> None:
    plain = PrivacyPlan.calibrate(steps=1)
    given_all = PrivacyPlan.calibrate(
        steps=1, clip_quantile=0.7, bands=9, clip_stability=1.0, validation_bound=2.0, validation_share=0.9
    )
    assert plain == given_all
    for wrong in ({"clipping": "best"}, {"noise": "tree"}):
        with pytest.raises(PlanError, match=next(iter(wrong))):
            PrivacyPlan.calibrate(steps=1, **wrong)  # type: ignore[arg-type]
    with pytest.raises(PlanError, match="validation_share"):
        PrivacyPlan.calibrate(steps=1, holdout=0.1, validation_share=1.0)
    with pytest.raises(PlanError, match="count_noise"):
        PrivacyPlan.calibrate(steps=1, clipping="adaptive", count_noise=0.01)


@given(st.floats(0.1, 50.0), st.floats(1.01, 20.0))
def test_the_split_is_that_of_the_paper_and_joins_again(noise: float, above: float) -> None:
    """Andrew et al., theorem 1; a larger share for the count leaves more noise on the sum."""
    count = above * noise / 2
    split = split_noise(noise, count)
    assert split == pytest.approx((noise**-2 - (2 * count) ** -2) ** -0.5)
    assert split > noise and joint_noise(split, count) == pytest.approx(noise)


@pytest.mark.parametrize("count", [0.0, 0.5, 0.25, math.nan])
def test_a_count_that_costs_more_than_both_may_is_refused(count: float) -> None:
    with pytest.raises(PlanError, match="count_noise"):
        split_noise(1.0, count)
