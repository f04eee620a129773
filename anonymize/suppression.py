"""Suppression: leave out the few rows that keep their whole part coarse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from privgen.anonymize.encoded import Codes
from privgen.anonymize.hierarchies import Floats, Hierarchy, Ints
from privgen.anonymize.mondrian import Bools, Requirement, Units

_ROUNDS = 6
"""A part may be trimmed at both ends of several columns, one end in each round."""


@dataclass(frozen=True, slots=True)
class _Runs:
    """Units of each part in the order of one quasi-identifier; parts are runs."""

    order: Codes
    leaf: Codes
    part: Ints
    rows: Ints
    total: Ints
    low: Codes
    high: Codes


def suppress(
    units: Units, parts: Codes, k: int, budget: int, *, requirements: Sequence[Requirement] = ()
) -> Codes:
    """`parts` with -1 for the units that are better left out.

    Rows at the end of a part's range go where the loss they cause to those that stay is greater than their
    own loss (a row left out counts as wholly lost); the greatest gains per row come first.

    Guarantees: at most `budget` rows go; every part keeps `k` rows and meets the requirements, if it did
    before; the total loss does not grow.

    Args:
        units: What the parts are made of.
        parts: Part of each unit, as `partition` gives it.
        k: Rows that a part must keep.
        budget: Rows that may go.
        requirements: What each part must go on to meet.
    """
    parts = parts.copy()
    for _ in range(_ROUNDS):
        gone = _round(units, parts, k, budget, tuple(requirements))
        if not len(gone):
            break
        budget -= int(units.weights[gone].sum())
        parts[gone] = -1
    return parts


def _round(units: Units, parts: Codes, k: int, budget: int, requirements: tuple[Requirement, ...]) -> Codes:
    """Units to leave out: at most one end of one column of each part."""
    number = int(parts.max()) + 1 if len(parts) else 0
    kept = np.flatnonzero(parts >= 0).astype(np.int32)
    if budget <= 0 or not len(kept):
        return kept[:0]
    runs = [_runs(units, parts, kept, dimension, number) for dimension in range(len(units.leaves))]
    losses = [h.loss(run.low, run.high) for h, run in zip(units.hierarchies, runs, strict=True)]
    own = len(runs) - np.sum(losses, axis=0)  # what a row of the part loses more when it goes
    best = np.zeros(number)  # gain per row
    rows = np.zeros(number, dtype=np.int64)
    out = np.zeros(len(parts), dtype=bool)
    for hierarchy, run, loss in zip(units.hierarchies, runs, losses, strict=True):
        for upper in (False, True):
            _trim(hierarchy, run, loss, own, k, budget, upper, best, rows, out)
    chosen = np.flatnonzero(best > 0)
    chosen = chosen[np.lexsort((chosen, -best[chosen]))]
    taken = np.zeros(number, dtype=bool)
    taken[chosen[np.cumsum(rows[chosen]) <= budget]] = True
    for requirement in requirements:
        taken &= _still_met(requirement, parts, kept, out, taken)
    return kept[taken[parts[kept]] & out[kept]]


def _runs(units: Units, parts: Codes, kept: Codes, dimension: int, number: int) -> _Runs:
    leaves = units.leaves[dimension]
    order = kept[np.lexsort((leaves[kept], parts[kept]))]
    part = parts[order].astype(np.int64)
    weights = units.weights[order]
    total = np.bincount(part, weights=weights, minlength=number).astype(np.int64)
    before = np.cumsum(total) - total
    starts = np.flatnonzero(np.diff(part, prepend=-1))
    ends = np.append(starts[1:], len(part)) - 1
    low, high = np.zeros(number, dtype=np.int32), np.zeros(number, dtype=np.int32)
    low[part[starts]], high[part[ends]] = leaves[order[starts]], leaves[order[ends]]
    return _Runs(order, leaves[order], part, np.cumsum(weights) - before[part], total, low, high)


def _trim(
    hierarchy: Hierarchy,
    run: _Runs,
    loss: Floats,
    own: Floats,
    k: int,
    budget: int,
    upper: bool,
    best: Floats,
    rows: Ints,
    out: Bools,
) -> None:
    """Enter the best trim of one end of one column into `best`, `rows` and `out` where it beats them."""
    differs = (run.leaf[1:] != run.leaf[:-1]) & (run.part[1:] == run.part[:-1])
    place = np.flatnonzero(differs)
    left = run.rows[place]
    going = run.total[run.part[place]] - left if upper else left
    staying = run.total[run.part[place]] - going
    possible = (staying >= k) & (going <= budget)
    place, going, staying = place[possible], going[possible], staying[possible]
    part = run.part[place]
    low, high = (run.low[part], run.leaf[place]) if upper else (run.leaf[place + 1], run.high[part])
    gain = (staying * (loss[part] - hierarchy.loss(low, high)) - going * own[part]) / going
    order = np.lexsort((place, -gain, part))
    first = order[np.flatnonzero(np.diff(part[order], prepend=-1))]
    first = first[gain[first] > best[part[first]] + 1e-12]
    best[part[first]], rows[part[first]] = gain[first], going[first]
    at = np.full(len(best), -1)
    at[part[first]] = place[first]
    changed = at[run.part] >= 0
    beyond = np.arange(len(run.part)) > at[run.part]
    out[run.order[changed]] = (beyond if upper else ~beyond)[changed]


def _still_met(requirement: Requirement, parts: Codes, kept: Codes, out: Bools, taken: Bools) -> Bools:
    """Of the parts that are `taken`: which still meet the requirement without the units that are `out`."""
    met = np.zeros(len(taken), dtype=bool)
    staying = kept[taken[parts[kept]] & ~out[kept]]
    found, number = np.unique(parts[staying], return_inverse=True)
    if len(found):
        met[found] = requirement.met(staying, number.reshape(-1).astype(np.int32), len(found))
    return met
