"""Make a table k-anonymous (l-diverse, t-close): generalise, suppress, verify, and say what was lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from privgen.anonymize.columns import DIRECT, FREE_TEXT, QUASI, SENSITIVE, SINGLING, TypedColumn, type_columns
from privgen.anonymize.encoded import Codes, EncodedColumn, EncodedTable, read_encoded, require_columns
from privgen.anonymize.hierarchy_kinds import KINDS
from privgen.anonymize.information_loss import InformationLoss
from privgen.anonymize.recoding import Recoded, Target, recode
from privgen.anonymize.risk import RiskReport, measure_risk
from privgen.anonymize.table_output import format_of, open_table
from privgen.errors import ConfigError, DataError, RowError, ScrubError
from privgen.progress import Progress, silent
from privgen.rawfiles import RawFile


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
        telling: Columns kept as they are although they look like identifiers or quasi-identifiers, or many
            of their values are unique: k does not speak for them.
        set_aside: Rows that could not be read, left out.
    """

    target: Target
    kinds: dict[str, str]
    before: RiskReport
    after: RiskReport
    loss: InformationLoss
    dropped: dict[str, str]
    telling: tuple[str, ...]
    set_aside: int

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "target": asdict(self.target),
            "kinds": self.kinds,
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "loss": self.loss.to_json(),
            "dropped": self.dropped,
            "telling": list(self.telling),
            "set_aside": self.set_aside,
        }


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

    Edge cases: of JSON Lines only the columns of the first 1,000 rows are written; broken rows are left out
    and counted.

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
    progress(0, None, "finding classes")
    recoded = recode(path, table, quasi, sensitive, used, target)
    after = _verified(path, table, recoded, quasi, sensitive, target)
    dropped = {
        column.column: column.role
        for column in columns
        if column.role in (DIRECT, FREE_TEXT) and column.column not in (*quasi, *sensitive, *keep)
    }
    _write(path, out, table, recoded, [c.column for c in columns if c.column not in dropped], progress)
    rest = [c for c in columns if c.column not in (*dropped, *quasi, *sensitive)]
    telling = tuple(c.column for c in rest if c.role in (DIRECT, QUASI) or c.uniqueness >= SINGLING)
    return Anonymised(target, used, before, after, recoded.loss, dropped, telling, len(table.set_aside))


def proposed(columns: Sequence[TypedColumn], role: str) -> tuple[str, ...]:
    """Names of the columns that were typed with a role."""
    return tuple(column.column for column in columns if column.role == role)


def _kinds(columns: Sequence[TypedColumn], quasi: Sequence[str], wanted: Mapping[str, str]) -> dict[str, str]:
    for name, kind in wanted.items():
        if name not in quasi or kind not in KINDS:
            raise ConfigError(f"kinds.{name}: a quasi-identifier to one of {', '.join(KINDS)}")
    typed = {column.column: column.kind for column in columns}
    return {name: wanted.get(name, typed.get(name, "category")) for name in quasi}


def _verified(
    path: Path,
    table: EncodedTable,
    recoded: Recoded,
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
    recoded: Recoded,
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
