"""Nobody is asked more often than the plan was calibrated for, whatever the draws."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.errors import ConfigError
from privgen.federated.participation import most_rounds, next_silos
from privgen.federated.randomness import random_source


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 40), st.integers(0, 1000))
def test_counts_never_pass_the_most_rounds(silos: int, per_round: int, rounds: int, seed: int) -> None:
    names = [f"m{place}" for place in range(silos)]
    asked: Counter[str] = Counter()
    for server_round in range(1, rounds + 1):
        chosen = next_silos(asked, names, per_round, random_source(seed, server_round))
        assert len(set(chosen)) == len(chosen) == min(per_round, silos) and chosen == sorted(chosen)
        asked.update(chosen)
        assert max(asked.values()) - min(asked[name] for name in names) <= 1
    assert max(asked.values()) == most_rounds(rounds, silos, per_round)


def test_all_silos_are_asked_by_default() -> None:
    assert next_silos({}, ["b", "a"], None, random_source(None)) == ["a", "b"]
    assert most_rounds(7, 3) == most_rounds(7, 3, 3) == most_rounds(7, 3, 9) == 7
    with pytest.raises(ConfigError, match="silos_per_round"):
        most_rounds(7, 3, 0)


def test_every_silo_has_the_same_chance() -> None:
    """Seed 3; of 2,000 first draws of 1 of 4, each silo has 500 within 110 (false alarm under 1e-7)."""
    counts: Counter[str] = Counter()
    for place in range(2000):
        counts.update(next_silos({}, "abcd", 1, random_source(3, place)))
    assert all(abs(counts[name] - 500) < 110 for name in "abcd")
