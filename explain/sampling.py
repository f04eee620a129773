"""Shapley values from few rows: paired, stratified KernelSHAP with standard errors.

Coalitions come in pairs (a set and its complement), which cancels all even-order interactions. Small strata
(sets of one size and their complements) are enumerated from the outside in; the rest of the budget is drawn
without replacement inside each remaining size. Values solve the weighted least squares problem under the
constraint that they sum to v(all) - v(none); the error is the design-based sandwich of the residuals.

Source: Lundberg and Lee (2017); Covert and Lee (2021), paired sampling; Särndal et al. (1992), ch. 6, for the
variance of a regression estimate under sampling without replacement.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from privgen.errors import ExplainError
from privgen.explain.game import Game, Mask, Values

_STUDENT = (12.706, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306)
"""97.5 % points for one to eight degrees of freedom, where the series of `student` is coarse."""


@dataclass(frozen=True, eq=False, slots=True)
class PairDesign:
    """Which pairs to score and how much each counts.

    Args:
        masks: `(pairs, n_signals)`; the partner of each row is its complement.
        weights: `(pairs,)`, kernel mass that the pair stands for.
        sampled: `(pairs,)`, share of its stratum that was not scored: 0 where the stratum is enumerated.
    """

    masks: Mask
    weights: Values
    sampled: Values


def kernel_shapley(game: Game, *, rows: int, rng: np.random.Generator) -> tuple[Values, Values]:
    """Shapley values and their standard errors from at most `rows` coalitions.

    Guarantees: the scores of a sentence sum to v(all) - v(none). Exact, with zero errors, where the budget
    covers all coalitions.

    Args:
        game: The value function.
        rows: Budget of coalitions, at least `2 * n_signals + 4` or all of them.
        rng: Draws the coalitions.

    Returns:
        Scores and standard errors, both `(n_sentences, n_signals)`. About 95 in 100 intervals of 1.96
        standard errors hold the exact value from four rows per signal on; fewer hold at the least budget.

    Raises:
        ExplainError: The budget is too small to determine the values.
    """
    n = game.n_signals
    if n < 2:
        values = game.score(np.array([[False] * n, [True] * n]).reshape(2, n))
        return np.repeat((values[1] - values[0])[:, None], n, axis=1), np.zeros((game.n_sentences, n))
    return _scored(game, pair_design(n, rows, int(rng.integers(2**32))))


def kernel_until_stable(
    game: Game, *, rows: int, rng: np.random.Generator, top: int = 3
) -> tuple[Values, Values, bool]:
    """Shapley values from as many coalitions as it takes for the order of the top signals to stand.

    Looks after four rows per signal and after each growth by half; each look keeps the coalitions before it.

    Args:
        game: The value function; a `CachedGame` scores only what a look adds.
        rows: Most coalitions, as for `kernel_shapley`.
        rng: Draws the coalitions.
        top: Signals whose order must stand, see `settled`.

    Returns:
        Scores, standard errors, both `(n_sentences, n_signals)`, and whether the order stands.

    Raises:
        ExplainError: The budget is too small to determine the values.
    """
    n, seed = game.n_signals, int(rng.integers(2**32))
    if n < 2:
        return *kernel_shapley(game, rows=rows, rng=rng), True
    look = min(rows, max(4 * n, 32))
    while True:
        scores, errors = _scored(game, pair_design(n, look, seed))
        stands = settled(scores, errors, top)
        if stands or look >= rows:
            return scores, errors, stands
        look = min(rows, look + look // 2)


def settled(scores: Values, errors: Values, top: int = 3, *, nats: float = 0.05, share: float = 0.05) -> bool:
    """Whether every sentence's order of its top signals would stand if sampling went on.

    Two signals are settled if their scores differ by more than chance, or if their difference is known to
    within `nats` or `share` of the sentence's largest score, whichever is more: then it does not matter.

    Args:
        scores: `(n_sentences, n_signals)`.
        errors: Standard errors, same shape.
        top: Highest signals to compare with all below them.
        nats: Difference that does not matter.
        share: Difference that does not matter, relative.
    """
    for score, error in zip(scores, errors, strict=True):
        order = np.argsort(-score, kind="stable")
        slack = max(nats, share * float(np.abs(score).max()))
        for place in range(min(top, len(order) - 1)):
            below = order[place + 1 :]
            margin = 1.96 * np.hypot(error[order[place]], error[below])
            if ((score[order[place]] - score[below] < margin) & (margin > slack)).any():
                return False
    return True


def _scored(game: Game, design: PairDesign) -> tuple[Values, Values]:
    n, pairs = game.n_signals, len(design.masks)
    masks = np.concatenate(
        [np.zeros((1, n), dtype=np.bool_), np.ones((1, n), dtype=np.bool_), design.masks, ~design.masks]
    )
    values = game.score(masks)
    return _solve(design, values[2 : 2 + pairs] - values[2 + pairs :], values[1] - values[0])


def pair_design(n_signals: int, rows: int, seed: int) -> PairDesign:
    """Plan the coalitions: enumerate outer sizes while they fit, then sample the rest in proportion.

    Single signals are always enumerated: they make the values determined. With the same seed, a larger
    budget draws the same coalitions of a size first.

    Raises:
        ExplainError: Fewer rows than `2 * n_signals + 4` that do not cover every coalition either.
    """
    sizes = list(range(1, n_signals // 2 + 1))
    budget = (rows - 2) // 2
    if budget < min(n_signals + 1, sum(_pairs(n_signals, size) for size in sizes)):
        raise ExplainError(f"{rows} rows for {n_signals} signals: wanted at least {2 * n_signals + 4}")
    mass = {size: _mass(n_signals, size) for size in sizes}
    chosen: list[tuple[Mask, float, float]] = []
    while sizes and _fits(n_signals, sizes, mass, budget):
        size = sizes.pop(0)
        masks = _every(n_signals, size)
        budget -= len(masks)
        chosen.append((masks, mass[size] / len(masks), 0.0))
    counts = _allocate(n_signals, sizes, mass, budget)
    # sizes that got no pair hand their mass to those that did
    scale = sum(mass[size] for size in sizes) / max(sum(mass[size] for size in counts), 1e-300)
    for size, count in counts.items():
        masks = _draw(n_signals, size, count, np.random.default_rng([seed, size]))
        share = 1.0 if scale > 1.0 + 1e-9 else 1.0 - count / _pairs(n_signals, size)
        chosen.append((masks, scale * mass[size] / count, share))
    return PairDesign(
        np.concatenate([masks for masks, _, _ in chosen]),
        np.concatenate([np.full(len(masks), weight) for masks, weight, _ in chosen]),
        np.concatenate([np.full(len(masks), share) for masks, _, share in chosen]),
    )


def _solve(design: PairDesign, contrast: Values, total: Values) -> tuple[Values, Values]:
    n = design.masks.shape[1]
    signs = 2.0 * design.masks - 1.0  # (P, n): v(z) - v(not z) = signs @ phi for an additive game
    basis = np.linalg.svd(np.ones((1, n)))[2][1:].T  # (n, n-1), orthonormal, sums to zero
    x = signs @ basis
    y = contrast - signs.mean(axis=1)[:, None] * total  # (P, S)
    root = np.sqrt(design.weights)[:, None]
    inverse = np.linalg.pinv((root * x).T @ (root * x))
    beta = inverse @ (x * design.weights[:, None]).T @ y  # (n-1, S)
    leverage = np.clip(np.einsum("pi,ij,pj,p->p", x, inverse, x, design.weights), 0.0, 0.99)
    residual = (y - x @ beta) / (1.0 - leverage)[:, None]
    influence = basis @ inverse @ (x * design.weights[:, None]).T  # (n, P)
    variance = (influence**2) @ (residual**2 * design.sampled[:, None])  # (n, S)
    scores = total[:, None] / n + (basis @ beta).T
    return scores, np.sqrt(variance).T * student(len(x) - x.shape[1])


def student(freedom: int) -> float:
    """97.5 % point of Student's t over that of the normal, so that 1.96 errors cover 95 % with few draws."""
    if freedom < len(_STUDENT):
        return _STUDENT[max(freedom, 1)] / 1.96
    z, df = 1.96, float(freedom)
    return float((z + (z**3 + z) / (4 * df) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * df**2)) / z)


def _mass(n: int, size: int) -> float:
    """Kernel mass of the pairs whose smaller side has `size` signals."""
    both = 1.0 if 2 * size == n else 2.0
    return both * (n - 1) / (size * (n - size))


def _pairs(n: int, size: int) -> int:
    return comb(n, size) // 2 if 2 * size == n else comb(n, size)


def _fits(n: int, sizes: list[int], mass: dict[int, float], budget: int) -> bool:
    """Whether to enumerate the next size: single signals always, others if enough is left to sample."""
    count, later = _pairs(n, sizes[0]), len(sizes) - 1
    if sizes[0] == 1 or later == 0:
        return count <= budget
    share = mass[sizes[0]] / sum(mass[size] for size in sizes)
    return count + 2 * later <= budget and count <= budget * max(share, 0.75)


def _allocate(n: int, sizes: list[int], mass: dict[int, float], budget: int) -> dict[int, int]:
    """Pairs per size, in proportion to kernel mass, at least one while they last, at most all there are."""
    counts: dict[int, int] = {}
    left = float(sum(mass[size] for size in sizes))
    for position, size in enumerate(sorted(sizes, key=lambda s: _pairs(n, s))):
        wanted = round(budget * mass[size] / left) if left else 0
        spare = budget - (len(sizes) - position - 1)
        counts[size] = max(0, min(max(wanted, 1), spare, _pairs(n, size)))
        budget -= counts[size]
        left -= mass[size]
    return {size: count for size, count in counts.items() if count}


def _every(n: int, size: int) -> Mask:
    subsets = list(combinations(range(n), size))
    if 2 * size == n:
        subsets = [subset for subset in subsets if 0 in subset]
    masks = np.zeros((len(subsets), n), dtype=np.bool_)
    for row, subset in enumerate(subsets):
        masks[row, list(subset)] = True
    return masks


def _draw(n: int, size: int, count: int, rng: np.random.Generator) -> Mask:
    """`count` distinct pairs of one size, uniformly without replacement."""
    if _pairs(n, size) <= 4096:
        every = _every(n, size)
        return every[rng.permutation(len(every))[:count]]
    found: dict[bytes, Mask] = {}
    while len(found) < count:
        mask = np.zeros(n, dtype=np.bool_)
        mask[rng.permutation(n)[:size]] = True
        if 2 * size == n and not mask[0]:
            mask = ~mask
        found.setdefault(mask.tobytes(), mask)
    return np.array(list(found.values()))
