"""Epsilon against closed forms, against dp-accounting used another way, and against Opacus."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privgen.errors import PlanError
from privgen.federated.accounting import (
    POISSON_GAUSSIAN,
    PrivacyEvent,
    accountant_name,
    pld_epsilon,
    prv_epsilon,
    rdp_epsilon,
)

NOISE = st.floats(0.6, 20.0)
RATE = st.floats(0.001, 1.0)
DELTA = st.sampled_from([1e-3, 1e-5, 1e-7])


def event(noise: float, rate: float, steps: int) -> PrivacyEvent:
    return PrivacyEvent(POISSON_GAUSSIAN, noise, rate, steps)


def above(x: float) -> float:
    """P(standard normal > x)."""
    return 0.5 * math.erfc(x / math.sqrt(2.0))


def one_step_delta(noise: float, rate: float, epsilon: float) -> float:
    """Hockey-stick divergence of one step, integrated by hand, the worse of add and remove."""
    most = math.exp(epsilon)

    def crossing(ratio: float) -> float:  # where (density at mean 1) / (density at mean 0) equals ratio
        return noise**2 * math.log(ratio) + 0.5

    t = crossing((most - 1.0 + rate) / rate)
    with_unit = (1.0 - rate) * above(t / noise) + rate * above((t - 1.0) / noise)
    removed = with_unit - most * above(t / noise)
    left = 1.0 / most - (1.0 - rate)
    if left <= 0.0:
        return removed
    t = crossing(left / rate)
    with_unit = (1.0 - rate) * above(-t / noise) + rate * above((1.0 - t) / noise)
    return max(removed, above(-t / noise) - most * with_unit)


@settings(max_examples=10, deadline=None)
@given(NOISE, RATE, DELTA)
def test_one_step_agrees_with_the_integral(noise: float, rate: float, delta: float) -> None:
    epsilon = pld_epsilon([event(noise, rate, 1)], delta)
    assert one_step_delta(noise, rate, epsilon) <= delta * (1 + 1e-9)
    if epsilon > 0.01:
        assert one_step_delta(noise, rate, epsilon * 0.999 - 1e-3) > delta


@settings(max_examples=10, deadline=None)
@given(st.floats(0.05, 6.0), st.integers(1, 50), DELTA)
def test_unsampled_steps_are_one_gaussian(mu: float, steps: int, delta: float) -> None:
    """T steps at rate 1 with noise sqrt(T) / mu are one step with noise 1 / mu."""
    epsilon = pld_epsilon([event(math.sqrt(steps) / mu, 1.0, steps)], delta)
    assert one_step_delta(1.0 / mu, 1.0, epsilon) <= delta * (1 + 1e-6)
    if epsilon > 0.1:
        assert one_step_delta(1.0 / mu, 1.0, epsilon * 0.999 - 1e-3) > delta


@pytest.mark.parametrize(
    "events",
    [
        [event(1.0, 0.05, 200)],
        [event(0.8988, 0.2, 20)],
        [event(1.0, 0.05, 20), event(2.0, 0.1, 30), event(1.0, 0.05, 7)],
        [event(1.5, 0.01, 6000)],
    ],
)
def test_agrees_with_independent_accountants(events: list[PrivacyEvent]) -> None:
    """dp-accounting composed entry by entry on its own grid: 0.1 %; Opacus' PRV: 2 %; Renyi: above."""
    import dp_accounting
    from dp_accounting.pld.pld_privacy_accountant import PLDAccountant

    accountant = PLDAccountant()
    for one in events:
        gaussian = dp_accounting.GaussianDpEvent(one.noise_multiplier)
        accountant.compose(dp_accounting.PoissonSampledDpEvent(one.sample_rate, gaussian), one.steps)
    epsilon = pld_epsilon(events, 1e-5)
    assert epsilon == pytest.approx(accountant.get_epsilon(1e-5), rel=1e-3)
    assert epsilon == pytest.approx(prv_epsilon(events, 1e-5), rel=0.02)
    assert epsilon <= rdp_epsilon(events, 1e-5) <= 1.5 * epsilon


@settings(max_examples=6, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([0.7, 1.5]), st.sampled_from([0.1, 0.5]), st.integers(0, 9))),
    st.randoms(),
)
def test_order_and_cutting_of_entries_do_not_matter(
    settings_of: list[tuple[float, float, int]], random: object
) -> None:
    events = [event(*one) for one in settings_of]
    cut = [event(e.noise_multiplier, e.sample_rate, 1) for e in events for _ in range(e.steps)]
    random.shuffle(cut)  # type: ignore[attr-defined]
    assert pld_epsilon(events, 1e-5) == pld_epsilon(cut, 1e-5)


@settings(max_examples=6, deadline=None)
@given(NOISE, RATE, st.integers(1, 200))
def test_more_steps_and_less_noise_cost_more(noise: float, rate: float, steps: int) -> None:
    base = pld_epsilon([event(noise, rate, steps)], 1e-5)
    assert pld_epsilon([event(noise, rate, 2 * steps)], 1e-5) >= base
    assert pld_epsilon([event(1.5 * noise, rate, steps)], 1e-5) <= base
    assert pld_epsilon([event(noise, rate, steps)], 1e-6) >= base


@pytest.mark.parametrize("cost", [pld_epsilon, rdp_epsilon, prv_epsilon])
def test_nothing_costs_nothing_and_no_noise_costs_infinity(cost: object) -> None:
    assert cost([], 1e-5) == 0.0  # type: ignore[operator]
    assert cost([event(0.0, 0.5, 0)], 1e-5) == 0.0  # type: ignore[operator]
    assert cost([event(9.0, 0.5, 1), event(0.0, 0.5, 1)], 1e-5) == math.inf  # type: ignore[operator]


def test_little_noise_is_bounded_without_sampling() -> None:
    little = pld_epsilon([event(0.1, 0.01, 3)], 1e-5)
    assert little == pld_epsilon([event(0.1, 1.0, 3)], 1e-5)
    assert little > pld_epsilon([event(0.16, 0.01, 3)], 1e-5)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("privacy event", ("laplace", 1.0, 0.5, 1)),
        ("noise_multiplier", (POISSON_GAUSSIAN, -0.1, 0.5, 1)),
        ("noise_multiplier", (POISSON_GAUSSIAN, math.nan, 0.5, 1)),
        ("noise_multiplier", (POISSON_GAUSSIAN, math.inf, 0.5, 1)),
        ("noise_multiplier", (POISSON_GAUSSIAN, True, 0.5, 1)),
        ("noise_multiplier", (POISSON_GAUSSIAN, "1", 0.5, 1)),
        ("sample_rate", (POISSON_GAUSSIAN, 1.0, 0.0, 1)),
        ("sample_rate", (POISSON_GAUSSIAN, 1.0, 1.01, 1)),
        ("steps", (POISSON_GAUSSIAN, 1.0, 0.5, -1)),
        ("steps", (POISSON_GAUSSIAN, 1.0, 0.5, 1.0)),
    ],
)
def test_what_cannot_be_accounted_for_is_refused(name: str, values: tuple[str, float, float, int]) -> None:
    with pytest.raises(PlanError, match=name):
        PrivacyEvent(*values)


@pytest.mark.parametrize("delta", [0.0, 1.0, -1e-5, math.nan, 2.0])
def test_delta_out_of_range_is_refused(delta: float) -> None:
    with pytest.raises(PlanError, match=r"delta: wants a number in \(0, 1\)"):
        pld_epsilon([event(1.0, 0.5, 1)], delta)


def test_a_thousand_entries_are_merged() -> None:
    """Two settings in a thousand entries: the cost of two."""
    from privgen.federated import accounting

    accounting._one_step.cache_clear()
    accounting._pld.cache_clear()
    pld_epsilon([event(1.0 + i % 2, 0.05, 1) for i in range(1000)], 1e-5)
    assert accounting._one_step.cache_info().misses == 2
    assert accounting._pld.cache_info().misses == 1


def test_importing_it_loads_no_heavy_library() -> None:
    code = (
        "import sys, privgen.federated.ledger, privgen.federated.accounting as a; print(a.accountant_name());"
        "print(sorted({'torch', 'opacus', 'dp_accounting', 'scipy', 'numpy', 'flwr'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [accountant_name(), "[]"]
