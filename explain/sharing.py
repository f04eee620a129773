"""Where to cut the signals so that coalitions which agree on the leading ones share their computation.

The coalitions of a section form a tree: at depth k they branch on signal k. A stage computes one range of
signals once per distinct choice of everything before its end, on top of the stages before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from privgen.explain.game import Mask

BATCH_ROWS = 43
"""Coalitions per forward call; halved by itself when memory runs out.

On CPU 16 to 43 is fastest, above that the states leave the cache. Six calls of 43 hold the 256 subsets of
eight signals, so that with what is shared and the noise floor these take nine.
"""

CALL_TOKENS = 96
"""Tokens that one more forward call must save: about what the call itself costs a small model."""

MOST_STAGES = 2

Index = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False, slots=True)
class Stage:
    """One range of signals, computed once per distinct beginning.

    Args:
        start: First signal of the range.
        stop: Signal after the last one.
        rows: `(beginnings,)`, a coalition that stands for each.
        group: `(coalitions,)`, the beginning of every coalition.
    """

    start: int
    stop: int
    rows: Index
    group: Index


def stages(
    rows: Mask, present: Sequence[int], absent: Sequence[int], *, batch_rows: int, most: int = MOST_STAGES
) -> tuple[Stage, ...]:
    """Plan what is shared; the signals after the last stage are computed coalition by coalition.

    Args:
        rows: Distinct coalitions, `(rows, n_signals)`.
        present: Tokens of each signal.
        absent: Tokens that stand for each absent signal, 0 where its line goes.
        batch_rows: Coalitions per forward call. At most four times as many beginnings are kept.
        most: Most stages.

    Returns:
        The plan that leaves the fewest tokens, each forward call counted as `CALL_TOKENS`, with at most one
        more call in six; empty where sharing saves nothing.
    """
    count, n = rows.shape
    here, gone = np.asarray(present, dtype=np.int64), np.asarray(absent, dtype=np.int64)
    tokens = np.zeros((count, n + 1), dtype=np.int64)  # of the first k signals, per coalition
    tokens[:, 1:] = np.where(rows, here, gone).cumsum(axis=1)
    cuts = _cuts(rows, limit=4 * batch_rows)
    affordable = max(1, -(-count // batch_rows) // 6)

    def cost(chosen: tuple[int, ...]) -> float:
        ends = [*((stop, cuts[stop][0]) for stop in chosen), (n, slice(None))]
        calls = sum(-(-len(cuts[stop][0]) // batch_rows) for stop in chosen)
        if calls > affordable:
            return np.inf
        spent = [
            (tokens[first, stop] - tokens[first, start]).sum()
            for start, (stop, first) in zip((0, *chosen), ends, strict=True)
        ]
        return float(sum(spent)) + calls * CALL_TOKENS

    plans = [chosen for size in range(most + 1) for chosen in combinations(cuts, size)]
    best = min(plans, key=cost)
    return tuple(Stage(start, stop, *cuts[stop]) for start, stop in zip((0, *best), best, strict=False))


def _cuts(rows: Mask, limit: int) -> dict[int, tuple[Index, Index]]:
    """Per cut that several coalitions share: a coalition of each beginning, and each one's beginning."""
    found: dict[int, tuple[Index, Index]] = {}
    group = np.zeros(len(rows), dtype=np.intp)
    for signal in range(rows.shape[1]):
        _, first, group = np.unique(group * 2 + rows[:, signal], return_index=True, return_inverse=True)
        group = group.reshape(-1)
        if len(first) > min(limit, len(rows) // 2):
            break
        found[signal + 1] = (first, group)
    return found
