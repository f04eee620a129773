"""Noise has the planned distribution, and is never the same twice."""

from __future__ import annotations

import multiprocessing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from privgen.federated.randomness import random_source


@given(seed=st.integers(0, 2**40), context=st.text(max_size=5))
def test_a_fixed_seed_gives_the_same_draws_and_says_so(seed: int, context: str) -> None:
    first, second = random_source(seed, context), random_source(seed, context)
    assert first.unsafe and np.array_equal(first.normal(3, 5), second.normal(3, 5))
    assert np.array_equal(first.uniform(7), second.uniform(7))


def test_no_two_sources_agree() -> None:
    """Not without a seed, and with one not for other silos or rounds; a chance match has odds of 2^-500."""
    sources = [random_source(None, "a", 1) for _ in range(3)]
    sources += [random_source(7, merchant, server_round) for merchant in "ab" for server_round in (1, 2)]
    assert [source.unsafe for source in sources] == [False] * 3 + [True] * 4
    draws = {source.normal(16).tobytes() for source in sources}
    assert len(draws) == 7


def test_a_fork_has_draws_of_its_own() -> None:
    """A source has no state that a copy of the process would draw from again; odds as above."""
    source = random_source(None)
    context = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe()
    child = context.Process(target=lambda: theirs.send_bytes(source.normal(5000).tobytes()))
    child.start()
    received = np.frombuffer(mine.recv_bytes(), np.float32)
    child.join()
    assert len(received) == 5000 and abs(np.corrcoef(received, source.normal(5000))[0, 1]) < 0.1


@pytest.mark.parametrize("seed", [11, 12])
def test_normal_draws_are_normal(seed: int) -> None:
    """Kolmogorov-Smirnov and a chi-square test of the variance; each fails by chance with odds of 1e-3."""
    draws = random_source(seed).normal(100_001).astype(np.float64)  # seven parts, the last of odd length
    assert stats.kstest(draws, "norm").pvalue > 1e-3
    low, high = stats.chi2.ppf([5e-4, 1 - 5e-4], df=len(draws))
    assert low < float((draws**2).sum()) < high
    first, second = draws[: 6 * 16384].reshape(-1, 2, 8192).swapaxes(0, 1).reshape(2, -1)
    assert abs(float(np.corrcoef(first, second)[0, 1])) < 3.3 / len(first) ** 0.5  # of Box-Muller pairs
    assert abs(float(np.corrcoef(first**2, second**2)[0, 1])) < 3.3 / len(first) ** 0.5


def test_system_draws_are_normal_and_uniform() -> None:
    """The seedless source; false alarm 1e-6 each."""
    source = random_source(None)
    assert stats.kstest(source.normal(20_000), "norm").pvalue > 1e-6
    uniform = source.uniform(20_000)
    assert stats.kstest(uniform, "uniform").pvalue > 1e-6
    assert uniform.min() >= 0.0 and uniform.max() < 1.0


@given(population=st.integers(0, 30), most=st.integers(1, 8))
def test_choose_samples_without_replacement(population: int, most: int) -> None:
    chosen = random_source(1).choose(population, most)
    assert len(chosen) == min(population, most) == len(set(chosen))
    assert set(chosen) <= set(range(population))


@pytest.mark.parametrize("shape", [(0,), (1,), (3, 5), (2, 0, 4)])
def test_shapes(shape: tuple[int, ...]) -> None:
    assert random_source(1).normal(*shape).shape == shape
