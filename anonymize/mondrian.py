"""Mondrian: split a table again and again while every part keeps at least k rows.

All parts of one depth are split at once, on arrays, so that a million rows take some twenty passes and not
half a million small ones. Source: LeFevre, DeWitt and Ramakrishnan 2006, figure 2 (strict and relaxed cuts).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from privgen.anonymize.encoded import Codes
from privgen.anonymize.hierarchies import Floats, Hierarchy, Ints

Bools = npt.NDArray[np.bool_]


class Requirement(Protocol):
    """What a part must hold besides its k rows."""

    def met(self, units: Codes, parts: Codes, number: int) -> Bools:
        """Which parts meet it.

        Args:
            units: Units in question.
            parts: The part that each of them would be in, from 0 to `number` - 1; each occurs.
            number: Parts.
        """
        ...


@dataclass(frozen=True, slots=True)
class Units:
    """What is split: rows, or groups of rows that are alike.

    Args:
        leaves: Leaf of each unit, per quasi-identifier.
        weights: Rows of each unit.
        hierarchies: One per quasi-identifier.
    """

    leaves: tuple[Codes, ...] = field(repr=False)
    weights: Ints = field(repr=False)
    hierarchies: tuple[Hierarchy, ...] = field(repr=False)

    def __len__(self) -> int:
        """Number of units."""
        return len(self.weights)


@dataclass(frozen=True, slots=True)
class _Cuts:
    """One possible cut per part: the part, the place of its last unit on the left, and what it gains."""

    part: Ints
    place: Ints
    gain: Floats


def partition(
    units: Units, k: int, *, relaxed: bool = False, requirements: Sequence[Requirement] = ()
) -> Codes:
    """The part of each unit, numbered in the order in which parts were finished.

    Each part is cut along the quasi-identifier whose two halves lose least, at the boundary of the coarsest
    value of its hierarchy, and there as near to the middle as can be.

    Guarantees: every part holds at least `k` rows and meets the requirements, if the whole table does; the
    result depends on the arguments only.

    Args:
        units: What to split.
        k: Rows that a part must have.
        relaxed: Where no boundary between values will do, cut between rows of one value, so that parts are
            smaller and their ranges may overlap.
        requirements: What each part must meet besides.
    """
    search = _Search(units, k, relaxed, tuple(requirements))
    while search.parts:
        search.step()
    return search.result


class _Search:
    """The parts still to be cut: runs of units, in the order of each quasi-identifier."""

    def __init__(self, units: Units, k: int, relaxed: bool, requirements: tuple[Requirement, ...]) -> None:
        self._units, self._k, self._relaxed, self._requirements = units, k, relaxed, requirements
        self._orders = [np.argsort(leaf, kind="stable").astype(np.int32) for leaf in units.leaves]
        self._lengths: Ints = np.array([len(units)] if len(units) else [], dtype=np.int64)
        self._finished = 0
        self.result: Codes = np.full(len(units), -1, dtype=np.int32)

    @property
    def parts(self) -> int:
        """Parts still to be cut."""
        return len(self._lengths)

    def step(self) -> None:
        """Cut every part once; those that cannot be cut are finished."""
        part = np.repeat(np.arange(self.parts), self._lengths)
        best = np.full(self.parts, -1.0)
        right = np.zeros(len(self._units), dtype=bool)
        for dimension, order in enumerate(self._orders):
            cuts = self._allowed(self._cuts(dimension, part), dimension, part)
            better = cuts.gain > best[cuts.part]
            best[cuts.part[better]] = cuts.gain[better]
            place = np.full(self.parts, len(part))
            place[cuts.part[better]] = cuts.place[better]
            chosen = np.zeros(self.parts, dtype=bool)
            chosen[cuts.part[better]] = True
            touched = chosen[part]
            right[order[touched]] = np.arange(len(part))[touched] > place[part[touched]]
        self._split(part, best >= 0, right)

    def _cuts(self, dimension: int, part: Ints) -> _Cuts:
        """Per part: the cut along one quasi-identifier, where one leaves k rows on both sides."""
        order, hierarchy = self._orders[dimension], self._units.hierarchies[dimension]
        leaf = self._units.leaves[dimension][order]
        rows = np.cumsum(self._units.weights[order])
        ends = np.cumsum(self._lengths)
        starts = ends - self._lengths
        before = np.concatenate(([0], rows[ends[:-1] - 1]))
        total = rows[ends - 1] - before
        left = rows - before[part]
        low, high = leaf[starts], leaf[ends - 1]
        possible = (left >= self._k) & (total[part] - left >= self._k) & (low < high)[part]
        if not self._relaxed:
            possible &= np.append(leaf[1:] != leaf[:-1], False)
        place = np.flatnonzero(possible)
        owner = part[place]
        level = hierarchy.boundary(leaf[place], leaf[place + 1])  # equal values: below every level
        score = level * (2 * int(total.max()) + 2) + np.abs(2 * left[place] - total[owner])
        place = place[_first_least(owner, score)]
        owner = part[place]
        after = left[place] * hierarchy.span(low[owner], leaf[place])
        after += (total[owner] - left[place]) * hierarchy.span(leaf[place + 1], high[owner])
        gain = hierarchy.span(low[owner], high[owner]) * total[owner] - after
        return _Cuts(owner, place, gain / np.maximum(1, total[owner]))

    def _allowed(self, cuts: _Cuts, dimension: int, part: Ints) -> _Cuts:
        """The cuts whose two sides meet every requirement."""
        for requirement in self._requirements:
            if not len(cuts.part):
                break
            number = np.full(self.parts, -1)
            number[cuts.part] = np.arange(len(cuts.part))
            touched = np.flatnonzero(number[part] >= 0)
            cut = number[part[touched]]
            side = 2 * cut + (touched > cuts.place[cut])
            units = self._orders[dimension][touched]
            met = requirement.met(units, side.astype(np.int32), 2 * len(cuts.part))
            both = met[0::2] & met[1::2]
            cuts = _Cuts(cuts.part[both], cuts.place[both], cuts.gain[both])
        return cuts

    def _split(self, part: Ints, cut: Bools, right: Bools) -> None:
        """Finish the parts without a cut; put the units of the others to the left and right."""
        done = ~cut
        self.result[self._orders[0][done[part]]] = (self._finished + np.cumsum(done) - 1)[part[done[part]]]
        self._finished += int(done.sum())
        stays = cut[part]
        lengths = self._lengths[cut]
        starts = np.cumsum(lengths) - lengths
        owner = np.repeat(np.arange(len(lengths)), lengths)
        sides: Ints = np.zeros(0, dtype=np.int64)
        for dimension, order in enumerate(self._orders):
            order = order[stays]
            high = right[order]
            rights = np.cumsum(high, dtype=np.int64) - high
            rights = rights - rights[starts[owner]]
            lefts = np.arange(len(order)) - starts[owner] - rights
            count = np.bincount(owner, weights=~high, minlength=len(lengths)).astype(np.int64)
            place = starts[owner] + np.where(high, count[owner] + rights, lefts)
            moved = np.empty_like(order)
            moved[place] = order
            self._orders[dimension] = moved
            sides = np.stack([count, lengths - count], axis=1).reshape(-1)
        self._lengths = sides


def _first_least(owner: Ints, score: Ints) -> Ints:
    """Per owner (in runs): the first place of the least score."""
    if not len(owner):
        return np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    least = np.minimum.reduceat(score, starts)
    hits = np.flatnonzero(score == np.repeat(least, np.diff(starts, append=len(owner))))
    return hits[np.flatnonzero(np.diff(owner[hits], prepend=-1))]
