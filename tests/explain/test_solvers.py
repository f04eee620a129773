from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from explain_models import random_game
from hypothesis import given, settings
from hypothesis import strategies as st

from privgen.errors import ExplainError
from privgen.explain.exact import exact_shapley, interactions, leave_one_out
from privgen.explain.game import CachedGame, TableGame, Values, all_coalitions, ends
from privgen.explain.sampling import kernel_shapley, pair_design
from privgen.explain.solvers import METHODS, Budget, choose, rows_of, solver
from privgen.schema import SignalKind

SHAPLEY = ("exact", "kernel", "shap_exact", "shap_kernel")  # exact where the rows cover every subset
COMPLETE = (*SHAPLEY, "captum_sampling", "shap_partition", "shap_permutation")
UNBIASED = ("captum_sampling", "shap_permutation")
games = st.builds(random_game, st.integers(1, 5), st.integers(1, 3), st.integers(0, 10_000))


def solve(name: str, game: TableGame, rows: int = 64, seed: int = 0) -> Values:
    return solver(name)(game, budget(game, rows, seed)).scores


def budget(game: TableGame, rows: int = 64, seed: int = 0) -> Budget:
    kinds = (SignalKind.EVENT, SignalKind.ATTRIBUTE, SignalKind.EVENT, SignalKind.REVIEW, SignalKind.QUERY)
    cycled = tuple(kinds[j % len(kinds)] for j in range(game.n_signals))
    return Budget(rows=rows, rng=np.random.default_rng(seed), kinds=cycled)


@settings(max_examples=25, deadline=None)
@given(games)
def test_all_exact_solvers_agree(game: TableGame) -> None:
    expected = exact_shapley(game)
    for name in SHAPLEY:
        assert np.abs(solve(name, game) - expected).max() < 1e-6, name


@settings(max_examples=25, deadline=None)
@given(games)
def test_efficiency(game: TableGame) -> None:
    none, full = ends(game)
    for name in COMPLETE:
        assert np.abs(solve(name, game, rows=20).sum(axis=1) - (full - none)).max() < 1e-6, name


@settings(max_examples=25, deadline=None)
@given(games)
def test_captum_ablation_is_leave_one_out(game: TableGame) -> None:
    assert np.abs(solve("captum_ablation", game) - leave_one_out(game)).max() < 1e-9


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 4), st.integers(0, 10_000), st.data())
def test_a_null_player_gets_nothing(n: int, seed: int, data: st.DataObject) -> None:
    base = random_game(n, 2, seed)
    null = data.draw(st.integers(0, n))
    table = base.score(np.delete(all_coalitions(n + 1), null, axis=1))
    for name in (*COMPLETE, "leave_one_out", "captum_ablation"):
        assert np.abs(solve(name, TableGame(table))[:, null]).max() < 1e-6, name


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 5), st.integers(0, 10_000), st.data())
def test_equal_players_get_equal_scores(n: int, seed: int, data: st.DataObject) -> None:
    a, b = data.draw(st.lists(st.integers(0, n - 1), min_size=2, max_size=2, unique=True))
    masks = all_coalitions(n)
    swapped = masks.copy()
    swapped[:, [a, b]] = masks[:, [b, a]]
    game = random_game(n, 2, seed)
    symmetric = TableGame(game.score(masks) + game.score(swapped))
    for name in (*SHAPLEY, "leave_one_out"):
        scores = solve(name, symmetric)
        assert np.abs(scores[:, a] - scores[:, b]).max() < 1e-6, name


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5), st.integers(0, 10_000))
def test_linearity(n: int, seed: int) -> None:
    a, b = random_game(n, 2, seed), random_game(n, 2, seed + 1)
    masks = all_coalitions(n)
    both = TableGame(2 * a.score(masks) - b.score(masks))
    assert np.abs(exact_shapley(both) - (2 * exact_shapley(a) - exact_shapley(b))).max() < 1e-9


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 9), st.integers(0, 10_000))
def test_an_additive_game_is_solved_exactly_by_every_estimator(n: int, seed: int) -> None:
    weights = np.random.default_rng(seed).normal(size=(n, 2))
    game = TableGame(all_coalitions(n) @ weights + 1.0)
    for name in (*COMPLETE, "leave_one_out"):
        rows = 1 << n if name == "shap_kernel" else 2 * n + 4  # fewer can leave SHAP's fit singular
        assert np.abs(solve(name, game, rows=rows, seed=seed) - weights.T).max() < 1e-6, name


def test_shap_kernel_refuses_rows_that_determine_nothing() -> None:
    game = random_game(9, 1, 0)
    with pytest.raises(ExplainError, match="undetermined"):
        solve("shap_kernel", game, rows=8)


def test_owen_values_split_between_the_sides_first() -> None:
    # s0 and s2 are events, s1 an attribute; the game is s0 AND s1 AND s2: sides share 1/2, 1/2
    game = TableGame(all_coalitions(3).all(axis=1)[:, None].astype(float))
    assert np.allclose(solve("shap_partition", game), [[0.25, 0.5, 0.25]])
    assert np.allclose(solve("exact", game), [[1 / 3] * 3])


def test_interactions_of_and_or_and_sum() -> None:
    masks = all_coalitions(3)
    a, b = masks[:, 0], masks[:, 1]
    table = np.stack([a & b, a | b, a.astype(int) + b], axis=1).astype(float)
    found = interactions(TableGame(table))
    assert np.allclose(found[:, 0, 1], [1.0, -1.0, 0.0])
    assert np.allclose(found, found.transpose(0, 2, 1))
    assert np.allclose(found[:, 2, :], 0.0)


def test_leave_one_out_misses_what_either_signal_says() -> None:
    either = TableGame(all_coalitions(2).any(axis=1)[:, None].astype(float))
    assert np.allclose(leave_one_out(either), 0.0)
    assert np.allclose(exact_shapley(either), 0.5)


def structured_game(n: int, seed: int) -> TableGame:
    """Main effects, pairs and triples, and a little noise: like pages, not like chaos."""
    rng = np.random.default_rng(seed)
    masks = all_coalitions(n).astype(float)
    table = masks @ rng.normal(scale=2.0, size=(n, 4)) + 0.1 * rng.normal(size=(len(masks), 4))
    for _ in range(2 * n):
        members = rng.choice(n, int(rng.integers(2, 4)), replace=False)
        table += masks[:, members].prod(axis=1)[:, None] * rng.normal(size=(1, 4))
    return TableGame(table)


@pytest.mark.parametrize(("n", "rows"), [(8, 32), (8, 64), (10, 32), (10, 64), (12, 128)])
def test_stated_intervals_hold(n: int, rows: int) -> None:
    # 40 games x 4 sentences x n values; correlated within a game: 88 to 99.5 % would fail < 1 in 1000 runs
    inside, error = [], []
    for seed in range(40):
        game = structured_game(n, seed)
        exact = exact_shapley(game, max_signals=12)
        scores, errors = kernel_shapley(game, rows=rows, rng=np.random.default_rng(seed))
        assert (errors > 0).all()
        inside.append(np.abs(scores - exact) <= 1.96 * errors + 1e-12)
        error.append(np.abs(scores - exact).max() / np.abs(exact).max())
    assert 0.90 <= np.mean(inside) <= 0.995
    assert np.mean(error) < {32: 0.3, 64: 0.12, 128: 0.08}[rows]


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 40), st.integers(0, 300), st.integers(0, 99))
def test_the_design_keeps_its_budget_and_never_repeats(n: int, spare: int, seed: int) -> None:
    rows = 2 * n + 4 + spare
    design = pair_design(n, rows, seed)
    both = np.concatenate([design.masks, ~design.masks])
    assert len(both) + 2 <= rows
    assert len(np.unique(both, axis=0)) == len(both)
    assert (both.sum(axis=1) % n != 0).all()
    assert (design.weights > 0).all() and ((design.sampled >= 0) & (design.sampled <= 1)).all()


def test_forty_signals_from_two_hundred_rows() -> None:
    rng = np.random.default_rng(0)
    weights = rng.exponential(size=40) * (rng.random(40) < 0.5)
    first, second = rng.integers(40, size=(2, 30))
    pairs = list(zip(first, second, rng.normal(size=30), strict=True))

    class Big:
        n_signals, n_sentences = 40, 1

        def score(self, keep: np.ndarray) -> np.ndarray:
            return (keep @ weights + sum(w * keep[:, a] * keep[:, b] for a, b, w in pairs))[:, None]

    few, errors = kernel_shapley(Big(), rows=200, rng=np.random.default_rng(1))
    many, _ = kernel_shapley(Big(), rows=5000, rng=np.random.default_rng(2))
    from privgen.explain.metrics import spearman

    assert spearman(few[0], many[0]) >= 0.9
    assert errors.shape == (1, 40) and (errors > 0).any()


@pytest.mark.parametrize("name", ["captum_sampling", "shap_permutation"])
def test_sampled_library_methods_come_with_errors_that_mean_something(name: str) -> None:
    game = random_game(5, 2, 7)
    solution = solver(name)(game, budget(game, rows=400))
    assert solution.standard_errors is not None and not solution.exact
    assert (np.abs(solution.scores - exact_shapley(game)) <= 4 * solution.standard_errors + 1e-9).all()


def test_captum_kernel_comes_near_and_claims_nothing() -> None:
    game = structured_game(5, 3)
    solution = solver("captum_kernel")(game, budget(game, rows=600))
    exact = exact_shapley(game)
    assert np.abs(solution.scores - exact).max() < 0.1 * np.abs(exact).max()
    assert solution.standard_errors is None and not solution.exact


def test_captum_lime_weighs_an_additive_game_by_its_signs() -> None:
    game = TableGame(all_coalitions(4) @ np.array([[3.0], [-3.0], [0.0], [1.0]]))
    scores = solve("captum_lime", game, rows=100)[0]
    assert scores[0] > scores[3] > abs(scores[2]) and scores[1] < 0


@pytest.mark.parametrize("name", [name for name in METHODS if name not in ("auto", "captum_gradients")])
def test_same_seed_same_scores_and_global_generators_untouched(name: str) -> None:
    import torch

    game = random_game(4, 2, 1)
    before, torch_before = np.random.get_state()[1].tolist(), torch.get_rng_state()
    first, second = solve(name, game, rows=16, seed=5), solve(name, game, rows=16, seed=5)
    assert (first == second).all()
    assert np.random.get_state()[1].tolist() == before
    assert torch.equal(torch.get_rng_state(), torch_before)


def test_too_many_signals_and_unknown_methods_are_refused() -> None:
    with pytest.raises(ExplainError, match=r"13 signals.*method='kernel'"):
        exact_shapley(random_game(13, 1, 0))
    with pytest.raises(ExplainError, match="wanted at least 20"):
        kernel_shapley(random_game(8, 1, 0), rows=12, rng=np.random.default_rng(0))
    with pytest.raises(ExplainError, match="unknown name; choose one of auto"):
        solver("magic")


def test_the_cache_scores_each_coalition_once_and_rejects_nonsense() -> None:
    game = CachedGame(random_game(4, 2, 0))
    exact_shapley(game)
    assert game.rows == 16
    leave_one_out(game)
    assert game.rows == 16
    broken = CachedGame(TableGame(np.array([[0.0], [np.nan]])))
    with pytest.raises(ExplainError, match="not finite"):
        exact_shapley(broken)


def test_auto_chooses_by_signals_and_budget_and_says_why() -> None:
    def chosen(n: int, rows: int | None = None, **options: int) -> tuple[str, int]:
        choice = choose(n, rows=rows, **options)
        assert str(n) in choice.reason
        return choice.method, choice.rows

    assert chosen(8) == ("exact", 128)
    assert chosen(8, 100) == ("kernel", 100)
    assert chosen(12) == ("kernel", 128)
    assert chosen(12, max_exact=12) == ("exact", 128)
    assert chosen(40) == ("kernel", 320)
    assert chosen(200) == ("grouped", 512)
    assert chosen(200, 1000) == ("kernel", 1000)
    assert choose(5, method="lasso").reason == "lasso: asked for"


def test_a_budget_of_forward_passes_pays_for_rows() -> None:
    assert rows_of(12, 32) == 256
    assert rows_of(40, 32, games=4) == 192
    with pytest.raises(ExplainError, match="wanted at least 17, got 16"):
        rows_of(16, 32, games=4)


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, privgen.explain; "
        "print(sorted({'torch', 'transformers', 'captum', 'shap', 'numpy'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_every_public_name_exists_and_is_listed_in_order() -> None:
    import privgen.explain as package

    assert package.__all__ == sorted(package.__all__, key=lambda name: (not name.isupper(), name))  # ruff's
    assert set(package.__all__) == set(package._EXPORTS)
    for name in package.__all__:
        assert getattr(package, name) is not None
