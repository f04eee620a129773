"""A sparse linear surrogate of the game, in the manner of ContextCite: few signals carry the weight.

Random subsets, each signal in with probability one half; LASSO from the mask to the log-probability. Weights
say what a signal adds on average, not how credit is shared: they need not sum to v(all) - v(none).

Source: Cohen-Wang et al. (2024), arXiv:2409.00729; Friedman et al. (2010), coordinate descent.
"""

from __future__ import annotations

import numpy as np

from privgen.explain.game import Game, Mask, Values

PENALTY = 0.02
"""Share of the least penalty that would set every weight to zero."""

_REFITS = 25


def lasso_surrogate(game: Game, *, rows: int, rng: np.random.Generator) -> tuple[Values, Values]:
    """Weights of the surrogate and the spread of refits on resampled rows, no further model calls.

    Args:
        game: The value function.
        rows: Subsets to draw.
        rng: Draws them and the resamples.

    Returns:
        Weights and their standard errors, both `(n_sentences, n_signals)`. The errors tell how far other
        subsets would have changed the weights, not how far these are from Shapley values.
    """
    masks = rng.random((max(rows, 2), game.n_signals)) < 0.5
    values = game.score(masks)
    refits = []
    for _ in range(_REFITS):
        chosen = rng.integers(len(masks), size=len(masks))
        refits.append(fit(masks[chosen], values[chosen]))
    return fit(masks, values), np.std(refits, axis=0, ddof=1)


def fit(masks: Mask, values: Values, penalty: float = PENALTY) -> Values:
    """LASSO with an intercept on standardised masks.

    Minimises, per sentence, mean squared error / 2 + alpha * sum |weight * deviation of the signal|, where
    alpha is `penalty` times the least one that leaves no weight.

    Args:
        masks: `(rows, n_signals)`.
        values: `(rows, n_sentences)`.
        penalty: In [0, 1].

    Returns:
        `(n_sentences, n_signals)`; zero for a signal that is in all rows or in none.
    """
    x = masks - masks.mean(axis=0)
    deviation = x.std(axis=0)
    moves = deviation > 0
    x = np.divide(x, deviation, out=np.zeros_like(x), where=moves)
    gram = x.T @ x / len(x)  # (n, n), ones on the diagonal of signals that move
    reach = x.T @ (values - values.mean(axis=0)) / len(x)  # (n, S)
    alpha = penalty * np.abs(reach).max(axis=0, initial=0.0)
    weights = _descend(gram, reach, alpha, np.flatnonzero(moves))
    return np.ascontiguousarray(np.divide(weights.T, deviation, out=np.zeros_like(weights.T), where=moves))


def _descend(gram: Values, reach: Values, alpha: Values, active: np.ndarray) -> Values:
    """Coordinate descent, all sentences at once, until no weight moves by a millionth of the largest."""
    weights = np.zeros_like(reach)
    for _ in range(500):
        moved = 0.0
        for j in active:
            pull = reach[j] - gram[j] @ weights + weights[j]
            new = np.sign(pull) * np.maximum(np.abs(pull) - alpha, 0.0)
            moved = max(moved, float(np.abs(new - weights[j]).max(initial=0.0)))
            weights[j] = new
        if moved <= 1e-6 * float(np.abs(weights).max(initial=0.0)):
            break
    return weights
