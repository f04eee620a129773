from __future__ import annotations

import numpy as np
import pytest
from explain_models import prompt, random_game
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau, spearmanr

from privgen.errors import ExplainError
from privgen.explain.attribution import explain
from privgen.explain.exact import exact_shapley
from privgen.explain.game import CachedGame, TableGame, all_coalitions
from privgen.explain.metrics import faithfulness, kendall, lds, spearman, stability

numbers = st.lists(st.integers(-3, 3).map(float), min_size=2, max_size=8)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@settings(max_examples=50, deadline=None)
@given(numbers, st.integers(0, 999))
def test_rank_correlations_equal_scipy(a: list[float], seed: int) -> None:
    x = np.array(a)
    y = np.random.default_rng(seed).integers(-3, 4, len(a)).astype(float)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        assert spearman(x, y) == kendall(x, y) == 0.0
        return
    assert spearman(x, y) == pytest.approx(spearmanr(x, y).statistic)
    assert kendall(x, y) == pytest.approx(kendalltau(x, y).statistic)


def test_curves_by_hand() -> None:
    game = TableGame(all_coalitions(3) @ np.array([[1.0], [4.0], [2.0]]))
    found = faithfulness(game, np.array([[1.0, 4.0, 2.0]]), rng=rng(), k=1)
    assert found.deletion.tolist() == [[7.0, 3.0, 1.0, 0.0]]
    assert found.insertion.tolist() == [[0.0, 4.0, 6.0, 7.0]]
    assert found.comprehensiveness.tolist() == [4.0]
    assert found.sufficiency.tolist() == [3.0]


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 6), st.integers(0, 999))
def test_the_true_order_of_an_additive_game_is_never_beaten(n: int, seed: int) -> None:
    weights = np.random.default_rng(seed).normal(size=(n, 3))
    found = faithfulness(TableGame(all_coalitions(n) @ weights), weights.T, rng=rng())
    assert (found.deletion <= found.random_deletion + 1e-9).all()
    assert (found.insertion >= found.random_insertion - 1e-9).all()
    assert (found.deletion_gain >= -1e-9).all() and (found.insertion_gain >= -1e-9).all()


def test_each_sentence_is_ranked_by_its_own_scores() -> None:
    weights = np.array([[1.0, 5.0], [3.0, 2.0]])
    found = faithfulness(TableGame(all_coalitions(2) @ weights), weights.T, rng=rng())
    assert found.deletion.tolist() == [[4.0, 1.0, 0.0], [7.0, 2.0, 0.0]]


def test_a_filled_cache_answers_without_new_rows() -> None:
    game = CachedGame(random_game(5, 2, 0))
    scores = exact_shapley(game)
    rows = game.rows
    faithfulness(game, scores, rng=rng())
    lds(game, scores, rng=rng())
    assert game.rows == rows


def test_lds_is_one_for_an_additive_game_and_none_for_noise() -> None:
    weights = rng().normal(size=(6, 2))
    game = TableGame(all_coalitions(6) @ weights)
    assert lds(game, weights.T, rng=rng()) == pytest.approx([1.0, 1.0])
    assert (np.abs(lds(game, np.zeros((2, 6)), rng=rng())) == 0).all()


def test_stability_over_seeds() -> None:
    shown, sentences = prompt(*"abcdefgh"), ["one", "two"]
    game = random_game(8, 2, 3)
    exact = [explain(game, shown, sentences) for _ in range(2)]
    assert stability(exact) == pytest.approx([1.0, 1.0])
    sampled = [
        explain(game, shown, sentences, "kernel", rows=24, rng=np.random.default_rng(seed))
        for seed in range(4)
    ]
    assert (stability(sampled) < 1.0).all() and (stability(sampled) > -1.0).all()
    with pytest.raises(ExplainError, match="at least two"):
        stability(exact[:1])


def test_scores_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ExplainError, match=r"\(2, 3\)"):
        faithfulness(random_game(3, 2, 0), np.zeros((3, 2)), rng=rng())
