"""Solvers by name, behind one interface: a game and a budget in, scores out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from privgen.errors import ExplainError, MissingExtraError
from privgen.explain.exact import exact_shapley, leave_one_out
from privgen.explain.game import Game, Values
from privgen.explain.sampling import kernel_shapley
from privgen.schema import SignalKind


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Budget:
    """What a solver may spend and know.

    Args:
        rows: Coalitions a sampling solver may score.
        rng: Source of all randomness; libraries with global generators are seeded from it and restored.
        max_exact: Most signals that may be enumerated.
        kinds: Kind of each signal, for solvers that use the hierarchy.
    """

    rows: int
    rng: np.random.Generator
    max_exact: int = 10
    kinds: tuple[SignalKind, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Solution:
    """Scores `(n_sentences, n_signals)`, their standard errors if estimated, and whether they are exact."""

    scores: Values
    standard_errors: Values | None = None
    exact: bool = False


Solver: TypeAlias = Callable[[Game, Budget], Solution]


def solve_exact(game: Game, budget: Budget) -> Solution:
    """Exact Shapley values."""
    return Solution(exact_shapley(game, max_signals=budget.max_exact), exact=True)


def solve_kernel(game: Game, budget: Budget) -> Solution:
    """Paired stratified KernelSHAP with standard errors."""
    scores, errors = kernel_shapley(game, rows=budget.rows, rng=budget.rng)
    enumerated = game.n_signals < 31 and budget.rows >= 1 << game.n_signals
    return Solution(scores, errors, exact=enumerated)


def solve_leave_one_out(game: Game, budget: Budget) -> Solution:
    """Leave-one-out: not Shapley, blind to redundant signals."""
    return Solution(leave_one_out(game), exact=True)


_OWN: dict[str, Solver] = {
    "exact": solve_exact,
    "kernel": solve_kernel,
    "leave_one_out": solve_leave_one_out,
}
_LIBRARY = {
    "captum_ablation": "captum",
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
        if library == "captum":
            from privgen.explain.captum_methods import CAPTUM_SOLVERS as solvers
        else:
            from privgen.explain.shap_methods import SHAP_SOLVERS as solvers
    except ImportError:
        raise MissingExtraError("explain", library) from None
    return solvers[method]


def choose(n_signals: int, *, max_exact: int, rows: int | None) -> tuple[str, int]:
    """Method and rows for `method="auto"`: exact while it is affordable, else paired KernelSHAP.

    Args:
        n_signals: Number of signals.
        max_exact: Most signals to enumerate.
        rows: Budget of coalitions, or None for `max(128, 8 * n_signals)`.
    """
    wanted = max(128, 8 * n_signals) if rows is None else rows
    affordable = n_signals <= max_exact and (rows is None or 1 << n_signals <= rows)
    return ("exact" if affordable else "kernel"), wanted


@contextmanager
def seeded_numpy(rng: np.random.Generator) -> Iterator[None]:
    """Seed numpy's global generator, which libraries draw from, and put it back afterwards."""
    state = np.random.get_state()
    np.random.seed(int(rng.integers(2**32)))
    try:
        yield
    finally:
        np.random.set_state(state)
