"""Solvers of the SHAP library over our value function. The only file that imports shap.

SHAP draws from numpy's global generator; it is seeded from the budget's generator and put back afterwards.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import shap

from privgen.errors import ExplainError
from privgen.explain.exact import MAX_EXACT, require_few
from privgen.explain.game import Game, Values
from privgen.explain.solvers import Budget, Solution, Solver, mean_solution, seeded_numpy
from privgen.schema import CUSTOMER_KINDS, SignalKind


def shap_exact(game: Game, budget: Budget) -> Solution:
    """SHAP's exact explainer: Shapley values from all subsets; a cross-check of our own."""
    n = game.n_signals
    require_few(n, MAX_EXACT)
    explainer = shap.explainers.Exact(_function(game), np.zeros((1, n)))
    with seeded_numpy(budget.rng):
        result = explainer(np.ones((1, n)), max_evals=1 << n, batch_size=1 << n, silent=True)
    return Solution(_scores(result.values, game), exact=True)


def shap_kernel(game: Game, budget: Budget) -> Solution:
    """SHAP's KernelExplainer without feature selection; exact where the rows cover all subsets.

    Raises:
        ExplainError: The rows that SHAP drew do not determine the values.
    """
    n = game.n_signals
    with seeded_numpy(budget.rng), warnings.catch_warnings():
        warnings.filterwarnings("error", message="Linear regression equation is singular")
        explainer = shap.KernelExplainer(_function(game), np.zeros((1, n)))
        try:
            values = explainer.shap_values(np.ones((1, n)), nsamples=budget.rows, l1_reg=False, silent=True)
        except UserWarning:
            raise ExplainError(f"{budget.rows} rows leave {n} signals undetermined; give more rows") from None
    return Solution(_scores(values, game), exact=n < 31 and budget.rows >= (1 << n) - 2)


def shap_permutation(game: Game, budget: Budget) -> Solution:
    """SHAP's antithetic permutation sampling; each permutation is one draw, their spread the error."""
    n = game.n_signals
    draws = max(2, budget.rows // (2 * n))
    runs = []
    for _ in range(draws):
        seed = int(budget.rng.integers(2**31))
        with seeded_numpy(budget.rng):
            explainer = shap.explainers.Permutation(_function(game), np.zeros((1, n)), seed=seed)
            result = explainer(np.ones((1, n)), max_evals=2 * n + 1, batch_size=2 * n + 1, silent=True)
        runs.append(_scores(result.values, game))
    return mean_solution(runs)


def shap_partition(game: Game, budget: Budget) -> Solution:
    """Owen values over the hierarchy customer or product > kind > signal: not Shapley values.

    Credit is first split between the sides of the tree, then inside each; the tree is part of the answer.
    Up to 12 signals the whole tree is played; above, where the rows do not reach the leaves, a branch is
    shared equally, and the solution is not exact.
    """
    n = game.n_signals
    if n == 1:
        return shap_exact(game, budget)
    tree = hierarchy(budget.kinds or _one_kind(n))
    most = max(budget.rows, tree_rows(tree)) if n <= MAX_EXACT else budget.rows
    masker = shap.maskers.Partition(np.zeros((1, n)), clustering=tree)
    with seeded_numpy(budget.rng):
        explainer = shap.explainers.Partition(_function(game), masker)
        result = explainer(np.ones((1, n)), max_evals=most, batch_size=64, silent=True)
    return Solution(_scores(result.values, game), exact=most >= tree_rows(tree))


def tree_rows(tree: Values) -> int:
    """Coalitions that SHAP asks for to play a whole tree: two per node and context, and both ends."""
    n, depth, total = len(tree) + 1, {2 * len(tree): 0}, 4
    for place in range(len(tree) - 1, -1, -1):
        total += 2 << depth[n + place]
        depth |= {int(child): depth[n + place] + 1 for child in tree[place, :2]}
    return total


def hierarchy(kinds: tuple[SignalKind, ...]) -> Values:
    """Binary tree of the signals in SciPy's linkage format, `(n_signals - 1, 4)`.

    Signals of one kind are joined first, in prompt order, then kinds of one side, then the two sides; each
    time in halves, so that the tree is shallow.
    """
    sides: dict[bool, dict[SignalKind, list[int]]] = {}
    for index, kind in enumerate(kinds):
        sides.setdefault(kind in CUSTOMER_KINDS, {}).setdefault(kind, []).append(index)
    rows: list[list[float]] = []
    sizes = dict.fromkeys(range(len(kinds)), 1)

    def join(nodes: list[int], height: float) -> int:
        if len(nodes) == 1:
            return nodes[0]
        half = (len(nodes) + 1) // 2
        left, right = join(nodes[:half], height), join(nodes[half:], height)
        new = len(kinds) + len(rows)
        sizes[new] = sizes[left] + sizes[right]
        rows.append([float(left), float(right), height, float(sizes[new])])
        return new

    join([join([join(group, 1.0) for group in side.values()], 2.0) for side in sides.values()], 3.0)
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def _function(game: Game) -> Callable[[Any], Values]:
    return lambda rows: game.score(np.asarray(rows) > 0.5)


def _scores(values: Any, game: Game) -> Values:
    return np.ascontiguousarray(np.asarray(values, dtype=np.float64).reshape(game.n_signals, -1).T)


def _one_kind(n_signals: int) -> tuple[SignalKind, ...]:
    return (SignalKind.PROFILE,) * n_signals


SHAP_SOLVERS: dict[str, Solver] = {
    "shap_exact": shap_exact,
    "shap_kernel": shap_kernel,
    "shap_partition": shap_partition,
    "shap_permutation": shap_permutation,
}
