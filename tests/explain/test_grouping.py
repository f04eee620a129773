from __future__ import annotations

import numpy as np
import pytest
from explain_models import random_game
from hypothesis import given, settings
from hypothesis import strategies as st

from privgen.errors import ExplainError
from privgen.explain.exact import exact_shapley
from privgen.explain.game import CachedGame, ends
from privgen.explain.grouping import QuotientGame, first_groups, grouped_shapley
from privgen.explain.solvers import Budget, solver
from privgen.schema import SignalKind

KINDS = (SignalKind.EVENT, SignalKind.ATTRIBUTE, SignalKind.REVIEW, SignalKind.QUERY)


class Page:
    """Many signals of which few matter, two of them only together; three sentences."""

    n_sentences = 3

    def __init__(self, n: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.n_signals = n
        self.main = rng.choice(n, 6, replace=False)
        self.weights = rng.uniform(1.0, 5.0, size=(6, 3)) * (rng.random((6, 3)) < 0.6)
        self.faint = rng.normal(scale=0.002, size=(n, 3))

    def score(self, keep: np.ndarray) -> np.ndarray:
        values = keep[:, self.main] @ self.weights + keep @ self.faint
        values[:, 0] += 3.0 * (keep[:, self.main[0]] & keep[:, self.main[1]])
        return values

    @property
    def truth(self) -> np.ndarray:
        scores = self.faint.T.copy()
        scores[:, self.main] += self.weights.T
        scores[0, self.main[:2]] += 1.5
        return scores


def kinds(n: int) -> tuple[SignalKind, ...]:
    return tuple(KINDS[(4 * j) // n] for j in range(n))


@pytest.mark.parametrize(("n", "rows"), [(60, 200), (120, 256), (200, 256), (200, 512)])
def test_the_signals_that_matter_are_found_within_the_budget(n: int, rows: int) -> None:
    found_all, inside = [], []
    for seed in range(6):
        page = Page(n, seed)
        cached = CachedGame(page)
        found = grouped_shapley(cached, rows=rows, rng=np.random.default_rng(seed), kinds=kinds(n))
        assert cached.rows <= rows
        none, full = ends(page)
        assert np.abs(found.scores.sum(axis=1) - (full - none)).max() < 1e-6
        strong = np.abs(page.truth) > 1.0
        found_all.append((np.abs(found.scores - page.truth)[strong] < 0.3).mean())
        inside.append((np.abs(found.scores - page.truth) <= 1.96 * found.errors + 1e-9).mean())
    assert np.mean(found_all) >= 0.95
    assert np.mean(inside) >= 0.90


def test_the_result_says_how_much_is_refined() -> None:
    page = Page(200, 0)
    budget = Budget(rows=256, rng=np.random.default_rng(0), kinds=kinds(200))
    solution = solver("grouped")(page, budget)
    alone = int(solution.note.split()[0])
    assert 5 <= alone < 100 and f"{200 - alone} in" in solution.note
    assert solution.stable is not None and not solution.exact


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 200), st.integers(1, 40), st.integers(1, 4))
def test_groups_are_a_partition_by_kind(n: int, most: int, used: int) -> None:
    kinds = tuple(KINDS[j % used] for j in range(n))
    groups = first_groups(kinds, most)
    assert sorted(j for group in groups for j in group) == list(range(n))
    assert all(len({kinds[j] for j in group}) == 1 for group in groups)


def test_a_quotient_of_single_signals_is_the_game() -> None:
    game = random_game(5, 2, 0)
    single = QuotientGame(game, [(j,) for j in range(5)])
    assert np.allclose(exact_shapley(single), exact_shapley(game))
    pair = QuotientGame(game, [(0, 1), (2,), (3, 4)])
    assert pair.n_signals == 3
    assert (pair.score(np.array([[True, False, False]])) == game.score(np.array([[1, 1, 0, 0, 0]]) > 0)).all()


def test_small_games_are_exact_and_small_budgets_are_refused() -> None:
    game = random_game(5, 2, 1)
    found = grouped_shapley(game, rows=40, rng=np.random.default_rng(0))
    assert np.allclose(found.scores, exact_shapley(game)) and not found.errors.any()
    with pytest.raises(ExplainError, match="wants at least 32"):
        grouped_shapley(Page(100, 0), rows=31, rng=np.random.default_rng(0))
