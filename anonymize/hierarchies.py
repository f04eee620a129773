"""Generalisation hierarchies: values in an order in which every coarser value is a run of finer ones."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from privgen.anonymize.encoded import Codes

SUPPRESSED = "*"
"""A cell that says nothing: it covers every value."""
SET_LIMIT = 10
"""Values that one cell lists at most; more become their common ancestor, or `SUPPRESSED`."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Name = Callable[[Any], tuple[str, str]]
"""First and last thing that a node stands for; equal ones for a node with a name of its own."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a hierarchy: which node a key belongs to, and what the node is called."""

    node: Callable[[Any], Hashable]
    name: Name


@dataclass(frozen=True, slots=True)
class Cover:
    """The cells that cover runs of leaves; all arrays have shape (runs,)."""

    level: Ints = field(repr=False)
    first: Codes = field(repr=False)
    last: Codes = field(repr=False)
    node: npt.NDArray[np.bool_] = field(repr=False)
    star: npt.NDArray[np.bool_] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """The hierarchy of one column.

    Args:
        kind: number, age, date, postcode, region, locale or category.
        leaf: Leaf of each value code; several codes may share one.
        keys: What each leaf stands for, in order; None for missing and unreadable cells, which come first.
        levels: Coarsest first; above them is the root, below them the leaves.
        nodes: Node of each leaf at each level, and the leaf itself at the last.
        ordered: A run of nodes is written low..high, not as a set.
        position: Where each leaf lies on a scale, for losses by distance; None: losses count leaves.
        leaf_name: Text of a leaf.
        missing: Text of cells that are missing or unreadable.
    """

    kind: str
    leaf: Codes = field(repr=False)
    keys: tuple[Any, ...] = field(repr=False)
    levels: tuple[Level, ...] = field(repr=False)
    nodes: Codes = field(repr=False)
    ordered: bool
    position: Floats | None = field(repr=False)
    leaf_name: Callable[[Any], str] = field(repr=False)
    missing: str = ""
    first: Codes = field(init=False, repr=False)
    last: Codes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Find the run of each node."""
        count = len(self.keys)
        first, last = np.zeros_like(self.nodes), np.zeros_like(self.nodes)
        for depth, nodes in enumerate(self.nodes):
            starts = np.flatnonzero(np.diff(nodes, prepend=-1))
            lengths = np.diff(starts, append=count)
            first[depth] = np.repeat(starts, lengths)
            last[depth] = np.repeat(starts + lengths - 1, lengths)
        object.__setattr__(self, "first", first)
        object.__setattr__(self, "last", last)

    def boundary(self, low: Codes, high: Codes) -> Ints:
        """Level at which two leaves part, 0 under the root; the number of levels for equal leaves."""
        return np.asarray((self.nodes[:, low] == self.nodes[:, high]).sum(axis=0), dtype=np.int64)

    def cover(self, low: Codes, high: Codes) -> Cover:
        """The cells that stand for runs of leaves from `low` to `high`, both included.

        Guarantees: the leaves `first` to `last` hold the run; a run of one leaf is covered by that leaf.
        """
        level = np.minimum(self.boundary(low, high), len(self.nodes) - 1)
        first, last = self.first[level, low], self.last[level, high]
        above = np.maximum(level - 1, 0)
        root = level == 0
        outer = np.where(root, 0, self.first[above, low])
        end = np.where(root, len(self.keys) - 1, self.last[above, high])
        node = (first == outer) & (last == end)
        if not self.ordered:
            node |= self.nodes[level, last] - self.nodes[level, first] >= SET_LIMIT
        node &= low != high
        first = np.where(node, outer, first).astype(np.int32)
        last = np.where(node, end, last).astype(np.int32)
        star = node & (level <= (self.keys[0] is None))
        return Cover(level, first, last, node, star)

    def loss(self, low: Codes, high: Codes) -> Floats:
        """Normalised certainty penalty of the cells that `cover` gives, in [0, 1].

        The part of the scale (or of the values) that a cell leaves open; 0 for a single value, 1 for
        `SUPPRESSED`. Source: Xu et al. 2006, section 3.
        """
        cover = self.cover(low, high)
        return np.where(cover.star, 1.0, self._span(cover.first, cover.last))

    def span(self, low: Codes, high: Codes) -> Floats:
        """The loss that runs would have if any run could be written: what a search goes by."""
        mixed = (low == 0) & (high > 0) & (self.keys[0] is None)
        return np.where(mixed, 1.0, self._span(low, high))

    def texts(self, low: Codes, high: Codes) -> tuple[tuple[str, ...], Codes]:
        """Distinct texts of the cells that cover runs, and the place of each run's text among them."""
        cover = self.cover(low, high)
        keys = np.stack([cover.level, cover.first, cover.last, cover.node, cover.star])
        distinct, where = np.unique(keys, axis=1, return_inverse=True)
        texts = [self._text(*map(int, column)) for column in distinct.T]
        names = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        places = np.array([names[text] for text in texts], dtype=np.int32)
        return tuple(names), places[where.reshape(-1)]

    def _span(self, first: Codes, last: Codes) -> Floats:
        if self.position is None:
            return np.where(first == last, 0.0, (last - first + 1) / len(self.keys))
        extent = float(self.position[-1] - self.position[0])
        return (self.position[last] - self.position[first]) / (extent or 1.0)

    def _text(self, level: int, first: int, last: int, node: int, star: int) -> str:
        if star:
            return SUPPRESSED
        if first == last:
            key = self.keys[first]
            return self.missing if key is None else self.leaf_name(key)
        if node:
            low, high = self._name(level - 1, first)
            return low if low == high else f"{low}..{high}"
        if self.ordered:
            return f"{self._name(level, first)[0]}..{self._name(level, last)[1]}"
        starts = range(first, last + 1)
        names = dict.fromkeys(self._name(level, leaf)[0] for leaf in starts)
        return "{" + "|".join(names) + "}"

    def _name(self, level: int, leaf: int) -> tuple[str, str]:
        level -= self.keys[0] is None
        if level < len(self.levels):
            return self.levels[level].name(self.keys[leaf])
        return (self.leaf_name(self.keys[leaf]),) * 2


def build_hierarchy(
    kind: str,
    keys: Sequence[Any],
    order: Callable[[Any], Any],
    levels: tuple[Level, ...],
    leaf_name: Callable[[Any], str],
    *,
    ordered: bool,
    position: Callable[[Any], float] | None = None,
    missing: str = "",
) -> Hierarchy:
    """The hierarchy over the keys of a column's values.

    Args:
        kind: See `Hierarchy`.
        keys: Key of each value code; None for missing and unreadable ones.
        order: Sorts the keys so that every node is a run.
        levels: Coarsest first.
        leaf_name: Text of a key.
        ordered: See `Hierarchy`.
        position: Place of a key on a scale.
        missing: See `Hierarchy`.
    """
    present = sorted({key for key in keys if key is not None}, key=order)
    absent = any(key is None for key in keys)
    leaves: list[Any] = [None] * absent + present
    place = {key: number for number, key in enumerate(leaves)}
    rows: list[list[Any]] = [[0] * absent + [1] * len(present)] if absent else []
    rows += [[None] * absent + [level.node(key) for key in present] for level in levels]
    nodes = np.zeros((len(rows) + 1, len(leaves)), dtype=np.int32)
    changed = np.zeros(len(leaves), dtype=bool)
    for depth, row in enumerate(rows):  # a finer node ends where a coarser one does
        changed[1:] |= np.array([a != b for a, b in pairwise(row)], dtype=bool)
        nodes[depth] = np.cumsum(changed)
    nodes[-1] = np.arange(len(leaves))
    scale = None
    if position is not None:
        scale = np.array([position(key) for key in present])
        scale = np.concatenate((scale[:1], scale)) if absent and len(present) else scale
        scale = scale if len(scale) else np.zeros(len(leaves))
    leaf = np.array([place[key] for key in keys], dtype=np.int32)
    return Hierarchy(kind, leaf, tuple(leaves), levels, nodes, ordered, scale, leaf_name, missing)
