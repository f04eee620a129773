"""How often each sensitive value stands in each equivalence class, and how far a class is from the whole."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from privgen.anonymize.encoded import Codes, EncodedColumn

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """Rows per (class, value) that occurs, sorted by class, then value; all arrays have shape (pairs,)."""

    owner: npt.NDArray[np.int64] = field(repr=False)
    value: npt.NDArray[np.int64] = field(repr=False)
    count: npt.NDArray[np.int64] = field(repr=False)
    share: Floats = field(repr=False)
    classes: int

    @classmethod
    def of(
        cls, classes: Codes, values: Codes, weights: npt.NDArray[np.int64] | None, number: int
    ) -> ClassCounts:
        """Count `values` in `classes`, both of shape (units,), each unit standing for `weights` rows.

        Args:
            classes: Class of each unit, from 0 to `number` - 1; each of them occurs.
            values: Code of each unit's value.
            weights: Rows of each unit; None: one each.
            number: Classes.
        """
        width = int(values.max()) + 1
        key = classes.astype(np.int64) * width + values
        if weights is None:
            pairs, count = np.unique(key, return_counts=True)
        else:
            pairs, where = np.unique(key, return_inverse=True)
            count = np.bincount(where.reshape(-1), weights=weights).astype(np.int64)
        owner, value = np.divmod(pairs, width)
        total = np.bincount(owner, weights=count, minlength=number)
        return cls(owner, value, count.astype(np.int64), count / total[owner], number)

    def distinct(self) -> npt.NDArray[np.int64]:
        """Distinct values per class."""
        return np.bincount(self.owner, minlength=self.classes)

    def entropy(self) -> Floats:
        """Entropy per class, in nats."""
        return self._sum(-self.share * np.log(self.share))

    def recursive_c(self, l: int) -> int:  # noqa: E741  the letter of the literature
        """Smallest whole c with r_1 < c (r_l + ... + r_m) in every class, r falling counts; l at most m."""
        order = np.lexsort((-self.count, self.owner))
        owner, count = self.owner[order], self.count[order]
        first = np.flatnonzero(np.diff(owner, prepend=-1))
        rank = np.arange(len(owner)) - np.repeat(first, np.diff(first, append=len(owner)))
        tail = self._of(owner, np.where(rank >= l - 1, count, 0))
        return int(np.max(np.floor(count[first] / tail))) + 1

    def _sum(self, amounts: Floats) -> Floats:
        return self._of(self.owner, amounts)

    def _of(self, owner: npt.NDArray[np.int64], amounts: npt.NDArray[np.float64 | np.int64]) -> Floats:
        return np.bincount(owner, weights=amounts, minlength=self.classes).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Distribution:
    """Shares of a sensitive column's values in the whole table.

    Args:
        ordered: Values are numbers in rising order (missing ones first); else their order means nothing.
        shares: Share of each value, all above 0.
        rank: Code in the table to place in `shares`.
    """

    ordered: bool
    shares: Floats = field(repr=False)
    rank: Codes = field(repr=False)

    def code(self, codes: Codes) -> Codes:
        """Codes of the table as places in `shares`."""
        return self.rank[codes]

    def distances(self, counts: ClassCounts) -> Floats:
        """Earth mover's distance of each class from the whole, in [0, 1].

        Source: Li et al. 2007, section 4.1 (ordered distance) and 4.2 (equal distance).
        """
        if len(self.shares) == 1:
            return np.zeros(counts.classes)
        if not self.ordered:
            return counts._sum(np.maximum(0.0, counts.share - self.shares[counts.value]))
        return self._ordered(counts)

    def _ordered(self, counts: ClassCounts) -> Floats:
        """Sum of |Q_i - P_i| over values / (m - 1), for cumulated Q of a class and P of the whole.

        Q is constant from one value that occurs to the next, and P rises, so that each run is two
        differences of P's running sum: no class needs a row of all m values.
        """
        m = len(self.shares)
        cumulated = np.cumsum(self.shares)
        running = np.concatenate(([0.0], np.cumsum(cumulated)))
        first = np.flatnonzero(np.diff(counts.owner, prepend=-1))
        reached = np.cumsum(counts.share)
        reached -= np.repeat((reached - counts.share)[first], np.diff(first, append=len(reached)))
        start = counts.value
        end = np.append(counts.value[1:], m)
        end[np.append(first[1:], len(end)) - 1] = m
        turn = np.clip(np.searchsorted(cumulated, reached), start, end)
        below = reached * (turn - start) - (running[turn] - running[start])
        above = (running[end] - running[turn]) - reached * (end - turn)
        before = running[counts.value[first]]  # no row yet: Q is 0
        return (counts._sum(below + above) + before) / (m - 1)


def distribution_of(column: EncodedColumn) -> Distribution:
    """Distribution of a column; ordered if every value that is not missing is a finite number."""
    counts = column.counts
    numbers = [_number(text) for text in column.values]
    present = [number for number, text in zip(numbers, column.values, strict=True) if text.strip()]
    ordered = bool(present) and all(number is not None for number in present)
    if not ordered:
        return Distribution(False, counts / counts.sum(), np.arange(len(counts), dtype=np.int32))
    keys = np.array([-math.inf if number is None else number for number in numbers])
    _, rank = np.unique(keys, return_inverse=True)  # "5" and "5.0" are one value
    shares = np.bincount(rank.reshape(-1), weights=counts) / counts.sum()
    return Distribution(True, shares, rank.reshape(-1).astype(np.int32))


@dataclass(frozen=True, slots=True)
class Diversity:
    """What `mondrian.partition` is asked for besides k: l-diversity and t-closeness of one column.

    Args:
        whole: Distribution of the column in the table.
        values: The value of each unit, as a place in `whole.shares`.
        weights: Rows of each unit.
        l: Distinct values that a class must have; None: any.
        t: Distance from the whole that a class may have; None: any.
    """

    whole: Distribution
    values: Codes = field(repr=False)
    weights: npt.NDArray[np.int64] = field(repr=False)
    l: int | None = None  # noqa: E741
    t: float | None = None

    def met(self, units: Codes, parts: Codes, number: int) -> npt.NDArray[np.bool_]:
        """Which of the parts, given by their units, are diverse and close enough."""
        counts = ClassCounts.of(parts, self.values[units], self.weights[units], number)
        met = np.ones(number, dtype=bool)
        if self.l is not None:
            met &= counts.distinct() >= self.l
        if self.t is not None:
            met &= self.whole.distances(counts) <= self.t + 1e-12
        return met


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
