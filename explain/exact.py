"""Exact solutions read off the value table: Shapley values, pairwise interactions, leave-one-out.

Source: Shapley (1953); Grabisch and Roubens (1999) for the interaction index.
"""

from __future__ import annotations

from math import factorial

import numpy as np

from privgen.errors import ExplainError
from privgen.explain.game import Game, Values, all_coalitions

MAX_EXACT = 12
"""Most signals for which all `2**n` coalitions are scored (4096)."""


def exact_shapley(game: Game, *, max_signals: int = MAX_EXACT) -> Values:
    """Shapley values from all `2**n` coalitions.

    Guarantees: the scores of a sentence sum to v(all) - v(none) up to float64 rounding.

    Args:
        game: The value function.
        max_signals: Refuse more signals than this; at most `MAX_EXACT`.

    Returns:
        `(n_sentences, n_signals)` in the units of the game.

    Raises:
        ExplainError: More signals than allowed.
    """
    n = game.n_signals
    require_few(n, max_signals)
    if n == 0:
        return np.zeros((game.n_sentences, 0))
    masks = all_coalitions(n)
    values = game.score(masks)  # (2**n, S)
    sizes = masks.sum(axis=1)
    weight = np.array([factorial(s) * factorial(n - s - 1) / factorial(n) for s in range(n)])
    scores = np.empty((values.shape[1], n))
    for j in range(n):
        out = np.flatnonzero(~masks[:, j])
        scores[:, j] = weight[sizes[out]] @ (values[out | (1 << j)] - values[out])
    return scores


def interactions(game: Game, *, max_signals: int = 10) -> Values:
    """Pairwise Shapley interaction index: what two signals do together beyond what each does alone.

    Args:
        game: The value function; an exact explanation has already scored every coalition.
        max_signals: Refuse more signals than this; at most `MAX_EXACT`.

    Returns:
        `(n_sentences, n_signals, n_signals)`, symmetric, zero diagonal. Positive: the two only matter
        together (AND). Negative: either will do (OR).

    Raises:
        ExplainError: More signals than allowed.
    """
    n = game.n_signals
    require_few(n, max_signals)
    result = np.zeros((game.n_sentences, n, n))
    if n < 2:
        return result
    masks = all_coalitions(n)
    values = game.score(masks)
    sizes = masks.sum(axis=1)
    weight = np.array([factorial(s) * factorial(n - s - 2) / factorial(n - 1) for s in range(n - 1)])
    for i in range(n):
        for j in range(i + 1, n):
            out = np.flatnonzero(~masks[:, i] & ~masks[:, j])
            a, b = 1 << i, 1 << j
            together = values[out | a | b] - values[out | a] - values[out | b] + values[out]
            result[:, i, j] = result[:, j, i] = weight[sizes[out]] @ together
    return result


def leave_one_out(game: Game) -> Values:
    """Drop of each sentence when one signal is removed from the full prompt.

    Misses redundancy: of two signals that say the same, each gets zero. Not complete: scores need not sum
    to v(all) - v(none).

    Returns:
        `(n_sentences, n_signals)`.
    """
    n = game.n_signals
    masks = np.vstack([np.ones((1, n), dtype=np.bool_), ~np.eye(n, dtype=np.bool_)])
    values = game.score(masks)
    return np.ascontiguousarray((values[0] - values[1:]).T)


def require_few(n_signals: int, max_signals: int) -> None:
    """Refuse to enumerate too many coalitions.

    Raises:
        ExplainError: `n_signals` is over `max_signals`, or that is over `MAX_EXACT`.
    """
    if n_signals > min(max_signals, MAX_EXACT):
        raise ExplainError(
            f"{n_signals} signals: exact values score all 2**n subsets and stop at "
            f"{min(max_signals, MAX_EXACT)}; use method='kernel' or 'auto'"
        )
