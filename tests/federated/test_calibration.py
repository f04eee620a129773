from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.errors import PlanError
from privgen.federated.calibration import least_noise


@given(st.floats(0.3, 4.0), st.floats(0.01, 100.0), st.floats(0.05, 1000.0))
def test_keeps_the_promise_with_little_to_spare(power: float, scale: float, target: float) -> None:
    def epsilon_of(noise: float) -> float:
        return scale / noise**power

    exact = (scale / target) ** (1 / power)
    if 2e-3 < exact < 1e6:
        found = least_noise(epsilon_of, target)
        assert epsilon_of(found) <= target
        assert found <= exact * 1.001
        assert found == float(f"{found:.5g}")


@given(st.floats(0.01, 1000.0), st.floats(0.1, 10.0))
def test_survives_jumps_and_infinity(jump: float, target: float) -> None:
    """An infinite cost under the jump, nothing above it."""

    def epsilon_of(noise: float) -> float:
        return math.inf if noise < jump else 0.0

    found = least_noise(epsilon_of, target)
    assert jump <= found <= jump * 1.001


def test_counts_few_evaluations() -> None:
    calls = []

    def epsilon_of(noise: float) -> float:
        calls.append(noise)
        return 5.0 / noise**1.7 + 2.0 / noise

    least_noise(epsilon_of, 8.0)
    assert len(set(calls)) <= 12


def test_an_unreachable_target_is_refused() -> None:
    with pytest.raises(PlanError, match="no noise is enough"):
        least_noise(lambda noise: 3.0, 2.0)
