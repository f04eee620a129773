"""Make a table k-anonymous (l-diverse, t-close): generalise, suppress, verify, and say what was lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from privgen.anonymize.columns import DIRECT, FREE_TEXT, QUASI, SENSITIVE, SINGLING, TypedColumn, type_columns
from privgen.anonymize.encoded import Codes, EncodedColumn, EncodedTable, read_encoded, require_columns
from privgen.anonymize.hierarchies import Hierarchy
from privgen.anonymize.hierarchy_kinds import KINDS, coarser_column, hierarchy_of
from privgen.anonymize.information_loss import InformationLoss, column_loss, information_loss
from privgen.anonymize.mondrian import Units, partition
from privgen.anonymize.risk import RiskReport, equivalence_classes, measure_risk
from privgen.anonymize.sensitive import Diversity, distribution_of
from privgen.anonymize.suppression import suppress
from privgen.anonymize.table_output import format_of, open_table
from privgen.errors import ConfigError, DataError, RowError, ScrubError
from privgen.progress import Progress, silent
from privgen.rawfiles import RawFile

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
class Anonymised:
    """What was done to a table; counts and figures only, never a value.

    Args:
        target: What was asked for.
        kinds: Quasi-identifier to the hierarchy that it was generalised by.
        before: Risk of the table as it was.
        after: Risk of the table as written.
        loss: Information lost.
        dropped: Columns left out, with the reason (direct identifier, free text).
        singling: Columns kept as they are although most of their values are unique.
        set_aside: Rows that could not be read, left out.
    """

    target: Target
    kinds: dict[str, str]
    before: RiskReport
    after: RiskReport
    loss: InformationLoss
    dropped: dict[str, str]
    singling: tuple[str, ...]
    set_aside: int

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        target = {name: getattr(self.target, name) for name in ("k", "l", "t", "max_suppressed", "relaxed")}
        return {
            "target": target,
            "kinds": self.kinds,
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "loss": self.loss.to_json(),
            "dropped": self.dropped,
            "singling": list(self.singling),
            "set_aside": self.set_aside,
        }


@dataclass(frozen=True, slots=True)
class _Recoded:
    """The table as it will be written: texts of each quasi-identifier, and which rows stay."""

    columns: dict[str, EncodedColumn] = field(repr=False)
    kept: Codes = field(repr=False)  # row numbers
    loss: InformationLoss


def k_anonymize(
    path: Path | str,
    out: Path | str,
    target: Target,
    *,
    quasi: Sequence[str] = (),
    sensitive: Sequence[str] = (),
    kinds: Mapping[str, str] | None = None,
    keep: Sequence[str] = (),
    columns: Sequence[TypedColumn] = (),
    progress: Progress = silent,
) -> Anonymised:
    """Write a table in which every combination of quasi-identifiers stands in at least k rows.

    Guarantees: what is written was measured before it was written and meets the target, else nothing is
    written; every cell covers the value that it replaces; the result depends on the arguments only. The file
    appears complete or not at all. Memory: four bytes per row and quasi-identifier (and per sensitive
    column), some ten times that while classes are searched, and each distinct value once; the rest is
    streamed.

    Args:
        path: A Parquet, CSV or JSON Lines table.
        out: Where the safer table goes, in the same format; another file than `path`.
        target: What to reach.
        quasi: Quasi-identifiers; none: those that `type_columns` proposes.
        sensitive: Sensitive columns; none: those that it proposes.
        kinds: Quasi-identifier to one of `hierarchy_kinds.KINDS`; default: as its cells say.
        keep: Direct identifiers and free text to write all the same; they are not looked at.
        columns: What `type_columns` said of the table, if that was asked before.
        progress: Told of bytes read in each pass.

    Raises:
        ConfigError: Unknown column, kind, or a format that is not that of `path`.
        DataError: The table has fewer than k rows, or no class can reach l.
        ScrubError: The result does not meet the target (it never should); nothing is written.
    """
    path, out = Path(path), Path(out)
    if format_of(path) != format_of(out) or path.resolve() == out.resolve():
        raise ConfigError(f"{out}: choose another file than {path}, with the ending {format_of(path)}")
    columns = tuple(columns) or type_columns(path, progress=progress)
    quasi = require_columns(path, quasi or proposed(columns, QUASI))
    sensitive = require_columns(
        path, [name for name in sensitive or proposed(columns, SENSITIVE) if name not in quasi]
    )
    require_columns(path, keep)
    if not quasi:
        raise DataError(f"{path}: no column looks like a quasi-identifier; name some")
    used = _kinds(columns, quasi, kinds or {})
    table = read_encoded(path, (*quasi, *sensitive), progress)
    before = measure_risk(table, quasi, sensitive)
    recoded = _recode(path, table, quasi, sensitive, used, target)
    after = _verified(path, table, recoded, quasi, sensitive, target)
    dropped = {
        column.column: column.role
        for column in columns
        if column.role in (DIRECT, FREE_TEXT) and column.column not in (*quasi, *sensitive, *keep)
    }
    _write(path, out, table, recoded, [c.column for c in columns if c.column not in dropped], progress)
    singling = tuple(
        c.column
        for c in columns
        if c.column not in (*dropped, *quasi, *sensitive) and c.uniqueness >= SINGLING
    )
    return Anonymised(target, used, before, after, recoded.loss, dropped, singling, len(table.set_aside))


def proposed(columns: Sequence[TypedColumn], role: str) -> tuple[str, ...]:
    """Names of the columns that were typed with a role."""
    return tuple(column.column for column in columns if column.role == role)


def _kinds(columns: Sequence[TypedColumn], quasi: Sequence[str], wanted: Mapping[str, str]) -> dict[str, str]:
    for name, kind in wanted.items():
        if name not in quasi or kind not in KINDS:
            raise ConfigError(f"kinds.{name}: a quasi-identifier to one of {', '.join(KINDS)}")
    typed = {column.column: column.kind for column in columns}
    return {name: wanted.get(name, typed.get(name, "category")) for name in quasi}


def _recode(
    path: Path,
    table: EncodedTable,
    quasi: tuple[str, ...],
    sensitive: tuple[str, ...],
    kinds: Mapping[str, str],
    target: Target,
) -> _Recoded:
    """Search the classes and give each its cells."""
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
) -> _Recoded:
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
    return _Recoded(columns, kept, information_loss(sizes, gone, k, tuple(losses)))


def _verified(
    path: Path,
    table: EncodedTable,
    recoded: _Recoded,
    quasi: tuple[str, ...],
    sensitive: tuple[str, ...],
    target: Target,
) -> RiskReport:
    """The risk of what would be written.

    Raises:
        ScrubError: It does not meet the target.
    """
    kept = {name: _subset(table.columns[name], recoded.kept) for name in sensitive}
    written = EncodedTable(len(recoded.kept), recoded.columns | kept)
    after = measure_risk(written, quasi, sensitive)
    missed = after.k < target.k
    missed |= target.l is not None and (after.distinct_l or target.l) < target.l
    missed |= target.t is not None and (after.t or 0.0) > target.t + 1e-9
    missed |= recoded.loss.suppressed_rows > target.max_suppressed * table.rows
    if missed:
        raise ScrubError(f"{path}: the result misses its target; nothing was written")
    return after


def _subset(column: EncodedColumn, rows: Codes) -> EncodedColumn:
    """The column in some rows, with the values that stand there."""
    found, codes = np.unique(column.codes[rows], return_inverse=True)
    return EncodedColumn(
        column.name, codes.reshape(-1).astype(np.int32), tuple(column.values[code] for code in found)
    )


def _write(
    path: Path,
    out: Path,
    table: EncodedTable,
    recoded: _Recoded,
    names: Sequence[str],
    progress: Progress,
) -> None:
    """Stream the table into `out`, with the new cells and without the rows that go.

    Raises:
        DataError: The table is no longer the one that was measured.
    """
    cells = [(name, column.values, column.codes.tolist()) for name, column in recoded.columns.items()]
    stays = np.zeros(table.rows, dtype=bool)
    stays[recoded.kept] = True
    size, seen, written = path.stat().st_size, 0, 0
    with open_table(path, out, names, tuple(recoded.columns)) as write:
        for _, row in RawFile(path).rows(lambda done: progress(done, size, "writing")):
            if isinstance(row, RowError):
                continue
            seen += 1
            if seen > table.rows or not stays[seen - 1]:
                continue
            for name, values, codes in cells:
                row[name] = values[codes[written]]
            write(row)
            written += 1
        if seen != table.rows:
            raise DataError(f"{path}: changed while it was read; run the same command again")
