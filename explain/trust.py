"""How far one result can be trusted: made with every explanation, at a bounded share of its cost.

Exact values have scored every subset, so curves and held-out scores cost no call of the model. A sampled
result may score `trust_rows` more subsets. Only the noise costs a few rows in every case: the same subsets
are scored again in a batch that shares nothing, and with the signals of the prompt in another order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from privgen.explain.game import CachedGame, Game, Mask, Values, all_coalitions
from privgen.explain.metrics import Faithfulness, faithfulness, kendall, lds_on
from privgen.explain.sampling import kernel_shapley
from privgen.explain.solvers import Solution

K = 2
"""Top signals of comprehensiveness and sufficiency."""
LEAST_ROWS = 48
"""Subsets that the trust of a sampled result may always score."""
_DRAWS, _ORDERS = 40, 2
_NOISE_ROWS = 4


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Trust:
    """Figures on an explanation, per sentence.

    Args:
        faithfulness: Deletion and insertion curves against random orders, comprehensiveness, sufficiency.
        lds: `(n_sentences,)` linear datamodelling score in [-1, 1], on subsets that were not used for
            fitting; NaN where none is left, with three signals or fewer. Of exact values, which use all
            subsets, it is that of values fitted to half of them.
        held_out: Subsets that `lds` was computed on.
        stability: `(n_sentences,)` Kendall's tau of the rankings that two seeds would give, in [-1, 1].
        top_stability: `(n_sentences,)` share of pairs of seeds that agree on the first signal.
        stability_from: `exact` (no seed has a part in it), `standard_errors` (drawn from them), or
            `second_seed` (the method was run again: one pair).
        rows: Subsets scored for all this and not for the scores.
    """

    faithfulness: Faithfulness
    lds: Values
    held_out: int
    stability: Values
    top_stability: Values
    stability_from: str
    rows: int

    def to_record(self, sentence: int) -> dict[str, Any]:
        """The `trust` field of a sentence's explanation record; nats to four decimals."""
        f = self.faithfulness
        curves = ("deletion", "insertion", "random_deletion", "random_insertion")
        lds = float(self.lds[sentence])
        return {
            "sizes": list(f.sizes),
            **{name: np.round(getattr(f, name)[sentence], 4).tolist() for name in curves},
            "deletion_gain": round(float(f.deletion_gain[sentence]), 4),
            "insertion_gain": round(float(f.insertion_gain[sentence]), 4),
            "comprehensiveness": round(float(f.comprehensiveness[sentence]), 4),
            "sufficiency": round(float(f.sufficiency[sentence]), 4),
            "k": f.k,
            "lds": None if np.isnan(lds) else round(lds, 4),
            "held_out": self.held_out,
            "stability": round(float(self.stability[sentence]), 4),
            "top_stability": round(float(self.top_stability[sentence]), 4),
            "stability_from": self.stability_from,
            "rows": self.rows,
        }


def trust_rows(rows: int) -> int:
    """Subsets that the trust of a sampled result may score: a quarter of its own, at least `LEAST_ROWS`."""
    return max(LEAST_ROWS, rows // 4)


def assess(
    game: CachedGame,
    solution: Solution,
    again: Callable[[], Solution],
    *,
    rng: np.random.Generator,
) -> Trust:
    """Measure a solution on the game that it was found on.

    Args:
        game: Holds what the solver scored.
        solution: What the solver found.
        again: Solves with another seed; asked only where the method is neither exact nor gives errors.
        rng: Draws subsets and orders.
    """
    before, n = game.rows, game.n_signals
    if n < 2 or (n < 31 and before >= 1 << n):
        lds, held_out = _cross_fitted(game, rng)
        curves = faithfulness(game, solution.scores, rng=rng, k=K)
    else:
        budget = trust_rows(before)
        lds, held_out = _held_out(game, solution.scores, budget // 4, rng)
        points = (budget - budget // 4) // (2 * (game.n_sentences + _ORDERS))
        sizes = np.geomspace(1, n - 1, max(0, points - 1)).round().astype(int).tolist()
        curves = faithfulness(game, solution.scores, rng=rng, k=K, orders=_ORDERS, sizes=sizes)
    stability, top, source = _stability(solution, again, rng)
    return Trust(
        faithfulness=curves,
        lds=lds,
        held_out=held_out,
        stability=stability,
        top_stability=top,
        stability_from=source,
        rows=game.rows - before,
    )


def noise(game: Game, scorer: Any, rng: np.random.Generator) -> tuple[float, Values, int]:
    """Most that scores may change, in nats, under another batching and under another order of the signals.

    Subsets are scored once more in one batch that shares nothing: as they are, with the signals of the prompt
    reversed, and shuffled. A score is a mean of differences of two values, so it moves by at most twice the
    most that a value moves. Both are estimates: other subsets and orders are not looked at. A model that
    writes about its signals one after the other makes the second large.

    Args:
        game: The value function.
        scorer: The `Scorer` or other `ModelGame` behind it.
        rng: Draws the subsets and an order.

    Returns:
        The first, the second as `(n_sentences,)`, and the batched calls of the model that it took.
    """
    n = game.n_signals
    orders = [np.arange(n), *([np.arange(n)[::-1], rng.permutation(n)] if n > 1 else [])]
    keeps = [_some(n, rng) for _ in orders]
    again, calls = scorer.score_in_orders(orders, keeps)
    change = [np.abs(values - game.score(keep)) for values, keep in zip(again, keeps, strict=True)]
    rounding = float(np.finfo(np.float32).eps * np.abs(again[0]).max(initial=0.0))
    batching = 2 * max(float(change[0].max(initial=0.0)), rounding)
    moved = np.concatenate(change[1:] or [np.zeros((1, game.n_sentences))]).max(axis=0)
    return batching, np.asarray(2 * moved), calls


def _some(n: int, rng: np.random.Generator) -> Mask:
    """The full and the empty subset, then random ones."""
    keep = rng.random((_NOISE_ROWS, n)) < 0.5
    keep[0], keep[1] = True, False
    return keep


def _cross_fitted(game: CachedGame, rng: np.random.Generator) -> tuple[Values, int]:
    """Values fitted to half of the subsets, tried on the rest; everything is scored already."""
    n = game.n_signals
    rows = max(2 * n + 4, 1 << max(n - 1, 0))
    if n < 2 or rows >= 1 << n:
        return np.full(game.n_sentences, np.nan), 0
    fitted = CachedGame(game)
    scores, _ = kernel_shapley(fitted, rows=rows, rng=rng)
    every = all_coalitions(n)
    left = every[~fitted.holds(every)]
    return lds_on(game, scores, left), len(left)


def _held_out(game: CachedGame, scores: Values, rows: int, rng: np.random.Generator) -> tuple[Values, int]:
    """Fresh subsets of about half the signals."""
    drawn = np.unique(rng.random((rows, game.n_signals)) < 0.5, axis=0)
    left = drawn[~game.holds(drawn)]
    if len(left) < 3:
        return np.full(game.n_sentences, np.nan), 0
    return lds_on(game, scores, left), len(left)


def _stability(
    solution: Solution, again: Callable[[], Solution], rng: np.random.Generator
) -> tuple[Values, Values, str]:
    scores, errors = solution.scores, solution.standard_errors
    ones = np.ones(len(scores))
    if solution.exact or not scores.shape[1]:
        return ones, ones, "exact"
    if errors is None:
        second = again().scores
        tau = np.array([kendall(a, b) for a, b in zip(scores, second, strict=True)])
        return tau, (scores.argmax(axis=1) == second.argmax(axis=1)).astype(float), "second_seed"
    draws = scores + errors * rng.standard_normal((2, _DRAWS, *errors.shape))  # (2, draws, S, n)
    tau = np.array(
        [
            np.mean([kendall(a, b) for a, b in zip(draws[0, :, s], draws[1, :, s], strict=True)])
            for s in range(len(scores))
        ]
    )
    top = draws.argmax(axis=3)
    return tau, np.asarray((top[0] == top[1]).mean(axis=0)), "standard_errors"
