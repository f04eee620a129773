"""Solvers by name, behind one interface: a game and a budget in, scores out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from privgen.errors import ExplainError, MissingExtraError
from privgen.explain.exact import MAX_EXACT, exact_shapley, leave_one_out
from privgen.explain.game import Game, Values
from privgen.explain.grouping import grouped_shapley
from privgen.explain.lasso import lasso_surrogate
from privgen.explain.sampling import kernel_until_stable, student
from privgen.schema import SignalKind


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Budget:
    """What a solver may spend and know.

    Args:
        rows: Most coalitions a sampling solver may score.
        rng: Source of all randomness; libraries with global generators are seeded from it and restored.
        kinds: Kind of each signal, for solvers that use the hierarchy.
    """

    rows: int
    rng: np.random.Generator
    kinds: tuple[SignalKind, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Solution:
    """What a solver found.

    Args:
        scores: `(n_sentences, n_signals)`.
        standard_errors: Same shape, or None where the values are exact or the method estimates none.
        exact: Whether the scores are the exact solution of the method's own definition.
        stable: Whether the order of the top signals would stand if sampling went on; None if not looked at.
        note: What else a reader must know, in plain words.
    """

    scores: Values
    standard_errors: Values | None = None
    exact: bool = False
    stable: bool | None = None
    note: str = ""


Solver: TypeAlias = Callable[[Game, Budget], Solution]


def solve_exact(game: Game, budget: Budget) -> Solution:
    """Exact Shapley values of at most 12 signals, however many "auto" would enumerate."""
    return Solution(exact_shapley(game, max_signals=MAX_EXACT), exact=True)


def solve_kernel(game: Game, budget: Budget) -> Solution:
    """Paired stratified KernelSHAP with standard errors; stops when the order of the top signals stands."""
    scores, errors, stable = kernel_until_stable(game, rows=budget.rows, rng=budget.rng)
    enumerated = not errors.any() and game.n_signals < 31 and budget.rows >= 1 << game.n_signals
    return Solution(scores, errors, exact=enumerated, stable=stable)


def solve_grouped(game: Game, budget: Budget) -> Solution:
    """Groups first, then the signals of the groups that matter."""
    found = grouped_shapley(game, rows=budget.rows, rng=budget.rng, kinds=budget.kinds)
    alone = sum(len(group) == 1 for group in found.players)
    whole = len(found.players) - alone
    note = f"{alone} signals scored one by one, {game.n_signals - alone} in {whole} groups that matter less"
    return Solution(found.scores, found.errors, stable=found.stable, note=note)


def solve_lasso(game: Game, budget: Budget) -> Solution:
    """Sparse linear surrogate: not Shapley, not complete; errors are those of resampled subsets."""
    scores, errors = lasso_surrogate(game, rows=budget.rows, rng=budget.rng)
    return Solution(scores, errors)


def solve_leave_one_out(game: Game, budget: Budget) -> Solution:
    """Leave-one-out: not Shapley, blind to redundant signals."""
    return Solution(leave_one_out(game), exact=True)


_OWN: dict[str, Solver] = {
    "exact": solve_exact,
    "grouped": solve_grouped,
    "kernel": solve_kernel,
    "lasso": solve_lasso,
    "leave_one_out": solve_leave_one_out,
}
_LIBRARY = {
    "captum_ablation": "captum",
    "captum_gradients": "captum",
    "captum_kernel": "captum",
    "captum_lime": "captum",
    "captum_sampling": "captum",
    "shap_exact": "shap",
    "shap_kernel": "shap",
    "shap_partition": "shap",
    "shap_permutation": "shap",
}
METHODS: tuple[str, ...] = ("auto", *sorted([*_OWN, *_LIBRARY]))
"""Names that `explain` takes as method."""


def solver(method: str) -> Solver:
    """The solver called `method`; loads captum or shap only where it is theirs.

    Raises:
        ExplainError: There is no such method.
        MissingExtraError: Its library is not installed.
    """
    if method in _OWN:
        return _OWN[method]
    library = _LIBRARY.get(method)
    if library is None:
        raise ExplainError(f"method: unknown name; choose one of {', '.join(METHODS)}")
    try:
        if method == "captum_gradients":
            from privgen.explain.captum_gradients import solve_gradients

            return solve_gradients
        if library == "captum":
            from privgen.explain.captum_methods import CAPTUM_SOLVERS as solvers
        else:
            from privgen.explain.shap_methods import SHAP_SOLVERS as solvers
    except ImportError:
        raise MissingExtraError("explain", library) from None
    return solvers[method]


@dataclass(frozen=True, slots=True)
class Choice:
    """Method, rows it may score, and why, in plain words."""

    method: str
    rows: int
    reason: str


def choose(n_signals: int, *, max_exact: int = 10, rows: int | None = None, method: str = "auto") -> Choice:
    """What "auto" stands for: exact while affordable, else sampled, else groups first.

    Args:
        n_signals: Number of signals.
        max_exact: Most signals that "auto" enumerates.
        rows: Budget of coalitions, or None for `default_rows`.
        method: A method that was asked for is kept; its reason says so.
    """
    budget = default_rows(n_signals) if rows is None else rows
    if method != "auto":
        return Choice(method, budget, f"{method}: asked for")
    every = 1 << min(n_signals, 62)
    if n_signals <= min(max_exact, MAX_EXACT) and (rows is None or every <= rows):
        return Choice("exact", budget, f"exact: {n_signals} signals have {every} subsets, all are scored")
    if budget >= max(4 * n_signals, 2 * n_signals + 4):
        return Choice("kernel", budget, f"kernel: {n_signals} signals, sampled from at most {budget} subsets")
    return Choice(
        "grouped",
        budget,
        f"grouped: {budget} subsets are under four for each of {n_signals} signals, so groups come first",
    )


def default_rows(n_signals: int) -> int:
    """Coalitions where no budget is given: eight per signal, at least 128 and at most 512."""
    return min(512, max(128, 8 * n_signals))


def rows_of(passes: int, batch_rows: int, games: int = 1) -> int:
    """Coalitions that a budget of forward passes pays for.

    Args:
        passes: Batched forward calls, the four for what is shared and for the noise floor included.
        batch_rows: Coalitions per call.
        games: Calls per coalition: the draws, where absent signals are drawn.

    Raises:
        ExplainError: Nothing is left for coalitions.
    """
    if passes < 4 * games + 1:
        raise ExplainError(f"passes: wanted at least {4 * games + 1}, got {passes}")
    return (passes - 4 * games) // games * batch_rows


def mean_solution(runs: list[Values]) -> Solution:
    """Mean and standard error of independent unbiased runs; few runs widen the error as Student's t does."""
    stack = np.stack(runs)
    error = stack.std(axis=0, ddof=1) / np.sqrt(len(runs)) * student(len(runs) - 1)
    return Solution(stack.mean(axis=0), error)


@contextmanager
def seeded_numpy(rng: np.random.Generator) -> Iterator[None]:
    """Seed numpy's global generator, which libraries draw from, and put it back afterwards."""
    state = np.random.get_state()
    np.random.seed(int(rng.integers(2**32)))
    try:
        yield
    finally:
        np.random.set_state(state)
