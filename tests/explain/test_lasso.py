from __future__ import annotations

import numpy as np
import pytest
from explain_models import random_game
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Lasso

from privgen.explain.game import TableGame, all_coalitions
from privgen.explain.lasso import fit, lasso_surrogate


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 12), st.integers(20, 80), st.sampled_from([0.0, 0.02, 0.3]), st.integers(0, 99))
def test_it_is_scikit_learns_lasso(n: int, rows: int, penalty: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    masks = rng.random((rows, n)) < 0.5
    masks[0], masks[1] = True, False  # every signal moves
    values = masks @ rng.normal(size=(n, 1)) + rng.normal(scale=0.3, size=(rows, 1))
    x = (masks - masks.mean(axis=0)) / masks.std(axis=0)
    y = values[:, 0]
    alpha = penalty * np.abs(x.T @ (y - y.mean())).max() / rows
    theirs = Lasso(alpha=max(alpha, 1e-12), tol=1e-10, max_iter=100_000).fit(x, y).coef_ / masks.std(axis=0)
    assert np.abs(fit(masks, values, penalty)[0] - theirs).max() < 1e-3 * np.abs(theirs).max()


def test_few_signals_among_many_are_found_and_the_rest_are_near_nothing() -> None:
    weights = np.zeros(40)
    weights[[3, 17, 31]] = 4.0, -3.0, 2.0

    class Sparse:
        n_signals, n_sentences = 40, 1

        def score(self, keep: np.ndarray) -> np.ndarray:
            return (keep @ weights)[:, None]

    scores, errors = lasso_surrogate(Sparse(), rows=64, rng=np.random.default_rng(0))
    assert np.abs(scores[0] - weights).max() < 0.35
    assert set(np.argsort(-np.abs(scores[0]))[:3]) == {3, 17, 31}
    assert (np.abs(scores[0]) < 1e-9).sum() >= 30
    assert errors.shape == (1, 40) and (errors >= 0).all()


def test_signals_that_never_move_get_nothing() -> None:
    masks = np.ones((6, 2), dtype=bool)
    masks[:3, 1] = False
    assert fit(masks, np.arange(6.0)[:, None])[0, 0] == 0.0
    assert (fit(np.ones((4, 3), dtype=bool), np.ones((4, 2))) == 0).all()


def test_errors_shrink_with_rows_and_refits_cost_no_calls() -> None:
    game = random_game(6, 2, 3)
    asked = []

    class Counted(TableGame):
        def score(self, keep: np.ndarray) -> np.ndarray:
            asked.append(len(keep))
            return super().score(keep)

    counted = Counted(game.score(all_coalitions(6)))
    few = lasso_surrogate(counted, rows=40, rng=np.random.default_rng(0))[1].mean()
    many = lasso_surrogate(counted, rows=4000, rng=np.random.default_rng(0))[1].mean()
    assert asked == [40, 4000]
    assert many == pytest.approx(few / 10, rel=0.5)
