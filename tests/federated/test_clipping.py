"""Clipping rules: sensitivity by brute force over neighbouring data, and where an adaptive bound goes."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from federated_models import make_plan
from numpy.typing import NDArray
from scipy import stats

from privgen.federated.clipping import Clipper, clipper_of
from privgen.federated.opacus_step import _optimizer
from privgen.federated.plan import PrivacyPlan
from privgen.federated.randomness import random_source
from privgen.federated.step_noise import noise_of

ADAPTIVE: dict[str, Any] = {"clipping": "adaptive", "clip_learning_rate": 0.2, "count_noise": 3.0}
RULES: dict[str, dict[str, Any]] = {
    "flat": {},
    "automatic": {"clipping": "automatic", "clip_stability": 0.01},
    "adaptive": ADAPTIVE | {"clip_quantile": 0.6},
}


def step(
    plan: PrivacyPlan, gradients: list[NDArray[np.float32]], clipper: Clipper, seed: int | None = 1
) -> NDArray[np.float64]:
    """What one step hands to the inner optimiser, from each unit's gradient of two parameters."""
    parameters = [torch.nn.Parameter(torch.zeros(3, 2)), torch.nn.Parameter(torch.zeros(4))]
    inner = torch.optim.SGD(parameters, lr=0.0)
    optimizer = _optimizer(inner, plan, random_source(seed), clipper, noise_of(plan))
    flat = torch.from_numpy(np.array(gradients, np.float32).reshape(len(gradients), 10))
    for parameter, part in zip(parameters, (flat[:, :6], flat[:, 6:]), strict=True):
        parameter.grad_sample = part.reshape(len(flat), *parameter.shape).clone()
    optimizer.step()
    return torch.cat([p.grad.flatten() for p in parameters]).double().numpy()


def units(seed: int = 2) -> list[NDArray[np.float32]]:
    """Gradients of lengths from far under the bound to far over it, one of length zero, one on the bound."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(6, 10)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return [row * length for row, length in zip(rows, (0.0, 1e-3, 0.3, 0.7, 5.0, 1e4), strict=True)]


@pytest.mark.parametrize("name", RULES)
def test_one_unit_more_or_less_moves_the_sum_by_the_bound_at_most(name: str) -> None:
    """Brute force: every set of units with and without each of its members; and the bound is reached."""
    plan = make_plan(noise_multiplier=0.0, max_grad_norm=0.7, batch_divisor=1.0, **RULES[name])
    far = 0.0
    for count in range(1, 7):
        for chosen in itertools.combinations(units(), count):
            whole = step(plan, list(chosen), clipper_of(plan))
            for left_out in range(count):
                rest = [unit for place, unit in enumerate(chosen) if place != left_out]
                far = max(far, float(np.linalg.norm(whole - step(plan, rest, clipper_of(plan)))))
    assert 0.69 < far <= 0.7 * (1 + 1e-5)


def test_automatic_clipping_is_the_paper_s() -> None:
    plan = make_plan(noise_multiplier=0.0, max_grad_norm=0.7, batch_divisor=2.0, **RULES["automatic"])
    wanted = sum(unit.astype(np.float64) * 0.7 / (np.linalg.norm(unit) + 0.01) for unit in units()) / 2.0
    np.testing.assert_allclose(step(plan, units(), clipper_of(plan)), wanted, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.8])
def test_one_unit_moves_the_count_by_a_half_at_most(quantile: float) -> None:
    """Brute force: with the noise of the count taken away, the bound's move tells the count."""
    plan = make_plan(**ADAPTIVE, clip_quantile=quantile, batch_divisor=10.0)
    scale = 2 * max(quantile, 1 - quantile)

    def count(chosen: list[NDArray[np.float32]]) -> float:
        clipper = clipper_of(plan)
        step(plan, chosen, clipper)
        moved = np.log(clipper.bound / plan.max_grad_norm) * plan.batch_divisor / scale
        source = random_source(1)
        source.normal(3, 2), source.normal(4)
        return float(-moved / plan.clip_learning_rate - plan.count_noise * source.normal(1)[0])

    whole, moves = units(), set()
    for left_out in range(6):
        rest = [unit for place, unit in enumerate(whole) if place != left_out]
        moves.add(round(abs(count(whole) - count(rest)), 4))
    assert max(moves) == pytest.approx(0.5, abs=1e-3) and len(moves) == (1 if quantile == 0.5 else 2)


@pytest.mark.parametrize(("quantile", "joined"), [(0.5, 20), (0.3, 60), (0.8, 8)])
def test_an_adaptive_bound_goes_to_the_quantile_however_many_join(quantile: float, joined: int) -> None:
    """From a hundred times too high and too low, on log-normal norms; the divisor is 20 throughout. The mean
    of the last 300 bounds lies within 10 % of the quantile: twenty standard errors, seed 7."""
    for first in (100.0, 0.01):
        plan = make_plan(
            **ADAPTIVE | {"count_noise": 2.0}, clip_quantile=quantile, batch_divisor=20.0, max_grad_norm=first
        )
        clipper, source, rng = clipper_of(plan), random_source(7), np.random.default_rng(7)
        bounds = []
        for _ in range(800):
            norms = torch.from_numpy(rng.lognormal(0.0, 0.5, rng.poisson(joined)))
            factors = clipper.factors(norms)
            assert bool((factors * norms <= clipper.bound * (1 + 1e-12)).all())
            clipper.end_step(source)
            bounds.append(clipper.bound)
        wanted = float(np.exp(0.5 * stats.norm.ppf(quantile)))
        assert np.exp(np.mean(np.log(bounds[-300:]))) == pytest.approx(wanted, rel=0.1)


def test_noise_goes_with_the_bound_that_clipped_and_the_count_has_its_own() -> None:
    """The sum's noise is exactly the source's draws times the split noise and the bound before the step; the
    count's, of 300 steps, has its variance (chi-square) and is normal: false alarm 2e-3."""
    settings = ADAPTIVE | {"clip_learning_rate": 1.0, "count_noise": 0.7}
    plan = make_plan(**settings, clip_quantile=0.5, noise_multiplier=1.0, batch_divisor=4.0)
    split = (1.0 - (2 * 0.7) ** -2) ** -0.5
    clipper, counts = clipper_of(plan), []
    for seed in range(300):
        bound, source = clipper.bound, random_source(seed)
        drawn = np.concatenate([source.normal(3, 2).ravel(), source.normal(4)])
        np.testing.assert_allclose(step(plan, [], clipper, seed), drawn * split * bound / 4.0, rtol=1e-5)
        counts.append(np.log(clipper.bound / bound) * -4.0 / 0.7)
    assert len(set(counts)) == 300
    low, high = stats.chi2.ppf([5e-4, 1 - 5e-4], df=300)
    assert low < float(np.square(counts).sum()) < high
    assert stats.kstest(counts, "norm").pvalue > 1e-3


def test_a_bound_goes_on_where_it_was_and_stays_in_its_public_range() -> None:
    plan = make_plan(**ADAPTIVE | {"clip_learning_rate": 50.0}, clip_quantile=0.5, max_grad_norm=2.0)
    assert clipper_of(plan, 0.25).bound == 0.25 and clipper_of(plan).bound == 2.0
    clipper, source = clipper_of(plan), random_source(3)
    bounds = []
    for _ in range(40):
        clipper.factors(torch.full((100,), 1e9))
        clipper.end_step(source)
        bounds.append(clipper.bound)
    assert max(bounds) == bounds[-1] == 2.0 * 1e4
