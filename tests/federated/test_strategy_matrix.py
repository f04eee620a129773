"""The strategy matrix and its noise: against the matrix written out, by brute force and by statistics."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from privgen.federated.randomness import random_source
from privgen.federated.step_noise import BandedNoise
from privgen.federated.strategy_matrix import coefficients, participations, sensitivity

SIZES = [(bands, steps) for bands in (1, 2, 3, 5) for steps in (1, 2, 4, 7, 11)]


def matrix(bands: int, steps: int) -> NDArray[np.float64]:
    """C, entry by entry."""
    c = coefficients(bands)
    return np.array([[c[i - j] if 0 <= i - j < bands else 0.0 for j in range(steps)] for i in range(steps)])


def test_the_coefficients_are_the_square_root_of_prefix_sums() -> None:
    """Without cutting, C C is the lower triangle of ones."""
    whole = matrix(12, 12)
    np.testing.assert_allclose(whole @ whole, np.tril(np.ones((12, 12))), atol=1e-12)


@pytest.mark.parametrize(("bands", "steps"), SIZES)
def test_no_stream_of_contributions_moves_more_than_the_sensitivity(bands: int, steps: int) -> None:
    """Brute force: every turn, any directions and lengths up to 1, and any other pattern as far apart; equal
    where all lengths are 1. Oracle: the matrix."""
    c, most, rng = matrix(bands, steps), sensitivity(bands, steps), np.random.default_rng(1)
    reached = 0.0
    for chosen in itertools.product([False, True], repeat=steps):
        places = [place for place, joins in enumerate(chosen) if joins]
        if any(b - a < bands for a, b in itertools.pairwise(places)):
            continue
        x = np.zeros((steps, 3))
        x[places] = rng.normal(size=(len(places), 3))
        x /= np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
        reached = max(reached, float(np.linalg.norm(c @ x)))
        x *= rng.uniform(size=(steps, 1))
        assert np.linalg.norm(c @ x) <= most * (1 + 1e-9)
    assert reached == pytest.approx(most)
    assert participations(bands, steps) == max(len(range(turn, steps, bands)) for turn in range(bands))


def test_closer_contributions_would_move_more() -> None:
    """What the turns are for: two neighbouring steps pass the bound."""
    x = np.zeros((6, 1))
    x[[0, 1, 3, 4]] = 1.0
    assert np.linalg.norm(matrix(3, 6) @ x) > 1.2 * sensitivity(3, 6)


@pytest.mark.parametrize("bands", [2, 5])
def test_rows_of_noise_are_those_of_the_inverse(bands: int) -> None:
    """C times the noise gives the independent draws back, across a state that was kept and read again."""
    steps, size = 9, 40
    noise, source = BandedNoise(bands), random_source(4)
    rows = []
    for step in range(steps):
        (row,) = noise.draw([(size,)], source)
        rows.append(row)
        if step == 4:
            noise = BandedNoise(bands, noise.position, noise.rows)
    again = random_source(4)
    drawn = np.stack([again.normal(size) for _ in range(steps)])
    np.testing.assert_allclose(matrix(bands, steps) @ np.stack(rows), drawn, atol=2e-6)
    assert noise.position == steps and len(noise.rows) == min(bands - 1, steps)


def test_noise_has_the_variance_and_correlation_of_the_matrix() -> None:
    """Chi-square of C n over its own variance, at seed 5: false alarm 1e-3; and without whitening the same
    test fails, so it can tell."""
    noise, source = BandedNoise(4), random_source(5)
    rows = np.stack([next(iter(noise.draw([(500,)], source))) for _ in range(20)]).astype(np.float64)
    low, high = stats.chi2.ppf([5e-4, 1 - 5e-4], df=rows.size)
    assert low < float((matrix(4, 20) @ rows).__pow__(2).sum()) < high
    assert not low < float((rows**2).sum()) < high
    assert stats.kstest((matrix(4, 20) @ rows).ravel(), "norm").pvalue > 1e-3


def test_a_skipped_step_is_drawn_and_forgotten() -> None:
    noise, straight = BandedNoise(3), BandedNoise(3)
    source, other = random_source(6), random_source(6)
    noise.skip(2, 7, source)
    for _ in range(2):
        list(straight.draw([(7,)], other))
    for row, wanted in zip(
        noise.draw([(3,), (2, 2)], source), straight.draw([(3,), (2, 2)], other), strict=True
    ):
        np.testing.assert_array_equal(row, wanted)


def test_sums_of_steps_are_less_noisy_than_with_independent_noise() -> None:
    """At the same price without sampling: mean squared error of prefix sums, over 40 steps in 8 turns."""
    bands, steps = 8, 40
    rows = np.linalg.inv(matrix(bands, steps)) * sensitivity(bands, steps)
    banded = float((np.cumsum(rows, axis=0) ** 2).sum(1).mean())
    independent = float(np.mean(np.arange(1, steps + 1)) * participations(bands, steps))
    assert banded < 0.7 * independent
