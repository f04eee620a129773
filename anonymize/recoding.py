"""Search the classes of a table and give each class its cells: what generalisation writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from privgen.anonymize.encoded import Codes, EncodedColumn, EncodedTable
from privgen.anonymize.hierarchies import Hierarchy
from privgen.anonymize.hierarchy_kinds import coarser_column, hierarchy_of
from privgen.anonymize.information_loss import InformationLoss, column_loss, information_loss
from privgen.anonymize.mondrian import Units, partition
from privgen.anonymize.risk import equivalence_classes
from privgen.anonymize.sensitive import Diversity, distribution_of
from privgen.anonymize.suppression import suppress
from privgen.errors import ConfigError, DataError

MAX_SUPPRESSED = 0.01
"""Share of rows that may be left out unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the table is to reach.

    Args:
        k: Rows that share each combination of quasi-identifiers, at least 2.
        l: Distinct values of each sensitive column in each class; None: any.
        t: Distance of each class from the whole table in each sensitive column; None: any.
        max_suppressed: Share of rows that may be left out, in [0, 1]. With `t`, none are: that would move
            the distribution that t is measured from.
        relaxed: Let rows with equal values go to different classes: smaller classes, overlapping ranges.
    """

    k: int
    l: int | None = None  # noqa: E741  the letter of the literature
    t: float | None = None
    max_suppressed: float = MAX_SUPPRESSED
    relaxed: bool = False

    def __post_init__(self) -> None:
        """Check the ranges."""
        if self.k < 2:
            raise ConfigError("k: at least 2")
        if self.l is not None and self.l < 1:
            raise ConfigError("l: at least 1")
        if self.t is not None and not 0 <= self.t <= 1:
            raise ConfigError("t: from 0 to 1")
        if not 0 <= self.max_suppressed <= 1:
            raise ConfigError("max_suppressed: from 0 to 1")


@dataclass(frozen=True, slots=True)
class Recoded:
    """The table as it will be written: texts of each quasi-identifier, and which rows stay."""

    columns: dict[str, EncodedColumn] = field(repr=False)
    kept: Codes = field(repr=False)  # row numbers
    loss: InformationLoss


def recode(
    path: Path,
    table: EncodedTable,
    quasi: tuple[str, ...],
    sensitive: tuple[str, ...],
    kinds: Mapping[str, str],
    target: Target,
) -> Recoded:
    """Search the classes and give each its cells.

    Args:
        path: The table's file, for messages.
        table: Holds the columns `quasi` and `sensitive`.
        quasi: Quasi-identifiers.
        sensitive: Sensitive columns.
        kinds: Quasi-identifier to hierarchy.
        target: What each class must meet.

    Raises:
        DataError: The table has fewer than k rows, or a sensitive column fewer than l values.
    """
    if table.rows < target.k:
        raise DataError(f"{path}: {table.rows} rows cannot be {target.k}-anonymous")
    encoded = [table.columns[name] for name in quasi]
    hierarchies = tuple(
        hierarchy_of(kinds[column.name], column, coarser_column(column, [o for o in encoded if o != column]))
        for column in encoded
    )
    units, owner, requirements = _units(table, encoded, hierarchies, sensitive, target)
    everything = np.zeros(len(units), dtype=np.int32)
    for name, requirement in zip(sensitive, requirements, strict=False):
        if not requirement.met(np.arange(len(units), dtype=np.int32), everything, 1).all():
            raise DataError(f"{path}: column {name} has fewer than {target.l} values")
    parts = partition(units, target.k, relaxed=target.relaxed, requirements=requirements)
    budget = 0 if target.t is not None else int(target.max_suppressed * table.rows)
    parts = suppress(units, parts, target.k, budget, requirements=requirements)
    return _cells(table, quasi, hierarchies, units, parts[owner], parts, target.k)


def _units(
    table: EncodedTable,
    encoded: Sequence[EncodedColumn],
    hierarchies: tuple[Hierarchy, ...],
    sensitive: tuple[str, ...],
    target: Target,
) -> tuple[Units, Codes, list[Diversity]]:
    """Rows that are alike in all that matters as one unit (with relaxed cuts each row is its own)."""
    leaves = [h.leaf[column.codes] for h, column in zip(hierarchies, encoded, strict=True)]
    wanted = sensitive if target.l is not None or target.t is not None else ()
    wholes = [distribution_of(table.columns[name]) for name in wanted]
    values = [w.code(table.columns[name].codes) for w, name in zip(wholes, wanted, strict=True)]
    if target.relaxed:
        owner, sizes = np.arange(table.rows, dtype=np.int32), np.ones(table.rows, dtype=np.int64)
    else:
        owner, sizes = equivalence_classes([*leaves, *values], table.rows)
    first = np.empty(len(sizes), dtype=np.int64)
    first[owner[::-1]] = np.arange(table.rows)[::-1]
    units = Units(tuple(leaf[first] for leaf in leaves), sizes, hierarchies)
    return (
        units,
        owner,
        [Diversity(w, v[first], sizes, target.l, target.t) for w, v in zip(wholes, values, strict=True)],
    )


def _cells(
    table: EncodedTable,
    quasi: tuple[str, ...],
    hierarchies: tuple[Hierarchy, ...],
    units: Units,
    part: Codes,
    parts: Codes,
    k: int,
) -> Recoded:
    """The text of each kept row's quasi-identifiers, and what they lose."""
    kept = np.flatnonzero(part >= 0).astype(np.int32)
    gone = table.rows - len(kept)
    columns, losses = {}, []
    for name, hierarchy, leaves in zip(quasi, hierarchies, units.leaves, strict=True):
        low = np.full(int(parts.max()) + 1, len(hierarchy.keys), dtype=np.int32)
        high = np.full(len(low), -1, dtype=np.int32)
        stays = parts >= 0
        np.minimum.at(low, parts[stays], leaves[stays])
        np.maximum.at(high, parts[stays], leaves[stays])
        used = np.flatnonzero(high >= 0)  # a part may have lost all its rows
        texts, place = hierarchy.texts(low[used], high[used])
        text_of = np.zeros(len(low), dtype=np.int32)
        text_of[used] = place
        penalty = np.zeros(len(low))
        penalty[used] = hierarchy.loss(low[used], high[used])
        column = EncodedColumn(name, text_of[part[kept]], texts)
        wide = {texts[p] for p, is_wide in zip(place, low[used] < high[used], strict=True) if is_wide}
        cells = [(t, t in wide, int(n)) for t, n in zip(texts, column.counts, strict=True)]
        columns[name] = column
        losses.append(column_loss(name, penalty[part[kept]], cells, gone))
    _, sizes = equivalence_classes([column.codes for column in columns.values()], len(kept))
    return Recoded(columns, kept, information_loss(sizes, gone, k, tuple(losses)))
