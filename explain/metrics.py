"""How far an explanation can be trusted: deletion and insertion, comprehensiveness, LDS, stability.

Every figure stands beside the same figure for a random order of the signals.

Source: Petsiuk et al. (2018), deletion and insertion; DeYoung et al. (2020, ERASER), comprehensiveness and
sufficiency; Ilyas et al. (2022), linear datamodelling score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from privgen.errors import ExplainError
from privgen.explain.game import Game, Mask, Values
from privgen.explain.result import Explanation


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Faithfulness:
    """Curves and summaries per sentence; all in nats.

    Args:
        sizes: `(n_points,)`: how many signals are gone (deletion) or there (insertion) at each point, from 0
            to `n_signals`.
        deletion: `(n_sentences, n_points)`: log-probability as signals are removed, best first.
        insertion: Same, as signals are added to an empty prompt, best first.
        random_deletion: Mean deletion curve over random orders.
        random_insertion: Mean insertion curve over random orders.
        comprehensiveness: `(n_sentences,)`: v(all) - v(all but the top k); higher is better.
        sufficiency: `(n_sentences,)`: v(all) - v(only the top k); lower is better.
        k: Top signals of the last two.
    """

    sizes: tuple[int, ...]
    deletion: Values
    insertion: Values
    random_deletion: Values
    random_insertion: Values
    comprehensiveness: Values
    sufficiency: Values
    k: int

    @property
    def deletion_gain(self) -> Values:
        """`(n_sentences,)`: mean nats by which the deletion curve lies below the random one."""
        return self._mean(self.random_deletion - self.deletion)

    @property
    def insertion_gain(self) -> Values:
        """`(n_sentences,)`: mean nats by which the insertion curve lies above the random one."""
        return self._mean(self.insertion - self.random_insertion)

    def _mean(self, curves: Values) -> Values:
        """Area under the curves (trapezoids) over their width."""
        width = max(self.sizes[-1], 1)
        return np.asarray(np.trapezoid(curves, self.sizes, axis=1) / width)


def faithfulness(
    game: Game,
    scores: Values,
    *,
    rng: np.random.Generator,
    k: int = 2,
    orders: int = 10,
    sizes: Sequence[int] | None = None,
) -> Faithfulness:
    """Curves of an explanation against random orders.

    Args:
        game: The value function; a `CachedGame` that an exact explanation has filled costs no model call.
        scores: `(n_sentences, n_signals)`.
        rng: Draws the random orders.
        k: Top signals for comprehensiveness and sufficiency; at most the number of signals.
        orders: Random orders to average, at least 1.
        sizes: Points of the curves between 0 and `n_signals`, which are points anyhow, as is `k`; default
            every number of signals. A curve costs two subsets per sentence and point, an order two per point.

    Raises:
        ExplainError: The scores do not fit the game, or `orders` is below 1.
    """
    n, sentences = game.n_signals, game.n_sentences
    if scores.shape != (sentences, n) or orders < 1:
        raise ExplainError(f"scores: wanted shape ({sentences}, {n}) and orders >= 1")
    k = min(k, n)
    points = np.unique([0, k, n, *(range(n) if sizes is None else sizes)])
    ranked = np.argsort(-scores, axis=1, kind="stable")
    deletion, insertion = _curves(game, ranked, points)
    shuffled = [np.tile(rng.permutation(n), (sentences, 1)) for _ in range(orders)]
    random = [_curves(game, order, points) for order in shuffled]
    at = int(np.searchsorted(points, k))
    return Faithfulness(
        sizes=tuple(int(point) for point in points),
        deletion=deletion,
        insertion=insertion,
        random_deletion=np.mean([curve for curve, _ in random], axis=0),
        random_insertion=np.mean([curve for _, curve in random], axis=0),
        comprehensiveness=deletion[:, 0] - deletion[:, at],
        sufficiency=deletion[:, 0] - insertion[:, at],
        k=k,
    )


def lds(
    game: Game, scores: Values, *, rng: np.random.Generator, rows: int = 64, keep_rate: float = 0.5
) -> Values:
    """Linear datamodelling score: rank correlation of additive predictions with the game on random subsets.

    Not maximal for exact Shapley values where signals interact; not a measure of truth on its own.

    Args:
        game: The value function.
        scores: `(n_sentences, n_signals)`.
        rng: Draws the subsets.
        rows: Subsets.
        keep_rate: Probability that a subset holds a signal.

    Returns:
        `(n_sentences,)` in [-1, 1]; 0 where the game or the prediction is constant.
    """
    return lds_on(game, scores, rng.random((rows, game.n_signals)) < keep_rate)


def lds_on(game: Game, scores: Values, keep: Mask) -> Values:
    """Linear datamodelling score on given subsets, `(rows, n_signals)`; else as `lds`."""
    actual, predicted = game.score(keep), keep @ scores.T
    return np.array([spearman(actual[:, s], predicted[:, s]) for s in range(game.n_sentences)])


def stability(explanations: Sequence[Explanation]) -> Values:
    """Mean Kendall tau-b of the rankings of every pair of explanations, e.g. over seeds.

    Args:
        explanations: At least two, of the same sentences and signals.

    Returns:
        `(n_sentences,)` in [-1, 1].

    Raises:
        ExplainError: Fewer than two, or shapes that differ.
    """
    if len(explanations) < 2 or len({e.scores.shape for e in explanations}) != 1:
        raise ExplainError("stability: wanted at least two explanations of the same sentences and signals")
    sentences = range(len(explanations[0].sentences))
    pairs = [(a, b) for i, a in enumerate(explanations) for b in explanations[i + 1 :]]
    return np.array([np.mean([kendall(a.scores[s], b.scores[s]) for a, b in pairs]) for s in sentences])


def spearman(a: Values, b: Values) -> float:
    """Spearman rank correlation with average ranks; 0 if either is constant."""
    ranks_a, ranks_b = _ranks(a), _ranks(b)
    deviation = ranks_a.std() * ranks_b.std()
    if deviation == 0:
        return 0.0
    return float(((ranks_a - ranks_a.mean()) * (ranks_b - ranks_b.mean())).mean() / deviation)


def kendall(a: Values, b: Values) -> float:
    """Kendall's tau-b; 0 if either is constant."""
    upper = np.triu_indices(len(a), 1)
    sign_a = np.sign(a[:, None] - a[None, :])[upper]
    sign_b = np.sign(b[:, None] - b[None, :])[upper]
    norm = np.sqrt((sign_a**2).sum() * (sign_b**2).sum())
    return float((sign_a * sign_b).sum() / norm) if norm else 0.0


def _curves(game: Game, order: npt.NDArray[np.intp], points: npt.NDArray[np.intp]) -> tuple[Values, Values]:
    """Deletion and insertion curve of each sentence under its own order, `(n_sentences, n_points)`."""
    sentences, n = order.shape
    position = np.empty_like(order)
    np.put_along_axis(position, order, np.tile(np.arange(n), (sentences, 1)), axis=1)
    gone = position[:, None, :] < points[None, :, None]  # (S, P, n)
    masks = np.concatenate([~gone, gone]).reshape(2 * sentences * len(points), n)
    values = game.score(masks).reshape(2, sentences, len(points), sentences)
    own = np.arange(sentences)
    return values[0, own, :, own], values[1, own, :, own]


def _ranks(values: Values) -> Values:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2.0)[inverse])
