"""`privgen ingest`: a merchant's or a marketplace's own export to the tables of silos, by a mapping.

Each row of a table's source is written, or dropped under a name of the mapping, or set aside with file,
row and reason: rows_in = rows_out + rejected + filtered, for every table. The export is streamed once per
table (and once more to find the busiest silos); in memory are the keys written, the columns used of the
sources that are looked up by key (on disk when they are many), and tables whose repeats are added up.
"""

from __future__ import annotations

import hashlib
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from privgen.errors import ConfigError, DataError, RowError
from privgen.files import canonical_json, sha256_file, sha256_text, staged_folder, write_json
from privgen.lookup import Lookup
from privgen.mapping import Join, MappingPlan, TablePlan
from privgen.mapping_values import clean, text_of
from privgen.progress import Progress, silent
from privgen.rawfiles import RawRow
from privgen.schema import TABLES, Row
from privgen.tables import TableWriter

MAX_SILOS = 500
"""Silos that one ingest writes at the same time, each with a file open."""
OTHER_SILOS = "not one of the silos kept"
_PENDING_ROWS = 200_000
_REFERENCES = {"customer_id": "customers", "product_id": "products"}

Summary = dict[str, Any]


def ingest(
    source: Path, mapping: Path, out: Path, *, only: int | None = None, progress: Progress = silent
) -> Summary:
    """Map an export to silos: `out/<merchant>/<table>.parquet` and `rejects.jsonl`, `out/ingest.json`.

    The folder `out` appears, or is replaced, only when everything is written; the same input gives the same
    bytes. Rows whose merchant is unknown go to `out/rejects.jsonl`.

    Args:
        source: Folder of the export.
        mapping: TOML file, see `privgen.mapping`.
        out: Folder for the silos; new, empty, or made by an earlier ingest.
        only: Keep only so many of the busiest silos (the mapping's `silos.by` says what is counted).
        progress: Told bytes read, of all bytes to read.

    Returns:
        `merchants` (per merchant: rows of each table, rejects by reason, filtered by name, bytes), `tables`
        (per table: source, rows_in, rows_out, rejected, filtered), `sources` (rows that a look-up could not
        use), `silos` (found, kept), `consent_basis`, `mapping` (its SHA-256), `rows_in`, `rows_out`,
        `rejected`, `filtered`, `bytes`, and `seconds`, which is not in ingest.json.

    Raises:
        ConfigError: The mapping is wrong.
        DataError: A file is missing or unreadable, or no row fits.
        RunError: `out` holds something else, or another ingest is writing it.
    """
    started = time.monotonic()
    if out.resolve() in (source.resolve(), *source.resolve().parents):
        raise ConfigError(f"{out}: the output folder would replace the export; choose another")
    plan = MappingPlan(mapping, source)
    with staged_folder(out, marker="ingest.json") as folder:
        run = _Ingest(plan, folder, progress)
        run.work(only)
        summary = run.summary()
        if not summary["rows_out"]:
            raise DataError(f"{source}: no row could be used ({run.main_reason()}); check {mapping}")
        write_json(folder / "ingest.json", summary)
    return summary | {"seconds": round(time.monotonic() - started, 3)}


@dataclass(slots=True)
class _Count:
    """What became of the rows of one table (in one silo, or of no known silo)."""

    rows_out: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    filtered: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: _Count) -> _Count:
        return _Count(
            self.rows_out + other.rows_out, self.rejected + other.rejected, self.filtered + other.filtered
        )

    @property
    def rows_in(self) -> int:
        return self.rows_out + self.rejected.total() + self.filtered.total()


class _Rejects:
    """The rejects file of one silo, or of all rows without a known one."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "rejects.jsonl"
        self._lines: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, table: str, file: str, row: int, reason: str) -> None:
        line = {"table": table, "file": file, "row": row, "reason": reason}
        self._lines.append(canonical_json(line) + "\n")
        if len(self._lines) >= 1_000:
            self.flush()

    def flush(self) -> None:
        with self._path.open("a", encoding="utf-8") as handle:
            handle.writelines(self._lines)
        self._lines = []


class _Silo:
    """One silo being filled; `folder` is the merchant id."""

    def __init__(self, name: str | None, root: Path, folder: str = "") -> None:
        self.name, self.folder, self.path = name, folder, root / folder
        self.counts = {table: _Count() for table in TABLES}
        self.rejects = _Rejects(self.path)
        self.keys: dict[str, set[Any]] = {table: set() for table in TABLES}
        self.writer: TableWriter | None = None
        self.held: dict[Any, Row] = {}

    def summary(self) -> Summary:
        counts = self.counts.items()
        return {
            "silo": self.name,
            "tables": {table: count.rows_out for table, count in counts if count.rows_out},
            "rejects": {f"{t}: {reason}": n for t, count in counts for reason, n in count.rejected.items()},
            "filtered": {f"{t}: {name}": n for t, count in counts for name, n in count.filtered.items()},
            "bytes": _size(self.path),
        }


class _Ingest:
    """One run over an export."""

    def __init__(self, plan: MappingPlan, root: Path, progress: Progress) -> None:
        self._plan, self._root, self._progress = plan, root, progress
        self._silos: dict[str, _Silo | None] = {}
        self._nowhere = _Silo(None, root)
        self._kept: frozenset[str] | None = None
        self._indexes: dict[Any, Lookup] = {}
        self._sources: dict[str, Counter[str]] = {}
        self._done = self._total = 0

    def work(self, only: int | None) -> None:
        """Choose the silos, then write table after table: customers and products before what names them."""
        if only is not None and only < 1:
            raise ConfigError("only: the number of silos to keep is at least 1")
        spec = self._plan.spec.silos
        counted = spec.name is None and (spec.top is not None or only is not None)
        self._total = self._bytes_to_read(counted)
        if counted:
            if spec.by is None:
                raise self._plan.fault("silos.by", "needed to keep only the busiest silos")
            keep = min(n for n in (spec.top, only) if n is not None)
            self._kept = self._busiest(self._plan.tables[spec.by], keep)
        for plan in self._plan.tables.values():
            self._table(plan)
        for silo in (*self._open_silos(), self._nowhere):
            silo.rejects.flush()
        for index in self._indexes.values():
            index.close()

    def summary(self) -> Summary:
        """Counts of the run; no value of the export but the silos' names."""
        silos = sorted(self._open_silos(), key=lambda silo: silo.folder)
        totals = {table: self._total_of(table, silos) for table in self._plan.tables}
        return {
            "merchants": {silo.folder: silo.summary() for silo in silos},
            "tables": {
                table: {
                    "source": self._plan.tables[table].source,
                    "rows_in": count.rows_in,
                    "rows_out": count.rows_out,
                    "rejected": dict(count.rejected),
                    "filtered": dict(count.filtered),
                }
                for table, count in totals.items()
            },
            "sources": {name: dict(faults) for name, faults in self._sources.items() if faults},
            "silos": {"found": len(self._silos), "kept": len(silos)},
            "consent_basis": self._plan.consent_basis,
            "mapping": sha256_file(self._plan.path),
            "rows_in": sum(count.rows_in for count in totals.values()),
            "rows_out": sum(count.rows_out for count in totals.values()),
            "rejected": sum(count.rejected.total() for count in totals.values()),
            "filtered": sum(count.filtered.total() for count in totals.values()),
            "bytes": _size(self._root),
        }

    def main_reason(self) -> str:
        """The most frequent reason why rows were not used."""
        reasons: Counter[str] = Counter()
        for table in self._plan.tables:
            count = self._total_of(table, self._open_silos())
            reasons += count.rejected + count.filtered
        return reasons.most_common(1)[0][0] if reasons else "the sources have no rows"

    def _total_of(self, table: str, silos: list[_Silo]) -> _Count:
        return sum((silo.counts[table] for silo in silos), self._nowhere.counts[table])

    def _open_silos(self) -> list[_Silo]:
        return [silo for silo in self._silos.values() if silo]

    # -- reading

    def _bytes_to_read(self, counted: bool) -> int:
        plans = self._plan.tables
        passes = [plan.source for plan in plans.values()]
        passes += [plans[self._plan.spec.silos.by].source] if counted and self._plan.spec.silos.by else []
        passes += [index[0] for index in {_index_of(join) for plan in plans.values() for join in plan.joins}]
        return sum(file.path.stat().st_size for name in passes for file in self._plan.files[name])

    def _rows(self, source: str, label: str) -> Iterator[tuple[str, int, RawRow | RowError]]:
        for file in self._plan.files[source]:
            self._progress(self._done, self._total, label)
            name, show = file.path.name, partial(self._show, self._done, label)
            for number, row in file.rows(show):
                yield name, number, row
            self._done += file.path.stat().st_size
        self._progress(self._done, self._total, label)

    def _show(self, before: int, label: str, position: int) -> None:
        self._progress(min(before + position, self._total), self._total, label)

    def _joined(self, plan: TablePlan, row: RawRow | RowError) -> RawRow:
        """The row with the columns of its joins as `alias.column`."""
        if isinstance(row, RowError):
            raise row
        for join in plan.joins:
            key = join.on(row)
            found = None if key is None else self._index(join).get(text_of(key))
            if found is Lookup.AMBIGUOUS:
                raise RowError(f"several rows of {join.source} fit and differ (join {join.alias})")
            if found is None and join.missing == "reject":
                fault = "has no key" if key is None else f"has no row in {join.source}"
                raise RowError(f"{fault} (join {join.alias})")
            for position, column in enumerate(join.columns):
                row[f"{join.alias}.{column}"] = found[position] if found else None
        return row

    def _index(self, join: Join) -> Lookup:
        """Key to the used columns of a joined source; rows that agree in them count as one."""
        wanted = _index_of(join)
        if wanted not in self._indexes:
            index = Lookup(several=join.many == "reject")
            faults = self._sources.setdefault(join.source, Counter())
            empty = frozenset(self._plan.spec.sources[join.source].empty)
            for file, number, row in self._rows(join.source, f"index {join.source}"):
                key = None if isinstance(row, RowError) else clean(row.get(join.key), empty)
                if key is None or isinstance(row, RowError):
                    reason = row.reason if isinstance(row, RowError) else f"column {join.key} is empty"
                    faults[reason] += 1
                    self._nowhere.rejects.add(f"(source {join.source})", file, number, reason)
                    continue
                index.add(text_of(key), tuple(clean(row.get(column), empty) for column in join.columns))
            self._indexes[wanted] = index
        return self._indexes[wanted]

    # -- silos

    def _busiest(self, plan: TablePlan, keep: int) -> frozenset[str]:
        """Names of the silos with the most rows of a table after its drops; ties by name."""
        counts: Counter[str] = Counter()
        for _, _, raw in self._rows(plan.source, f"count {plan.table}"):
            try:
                row = self._joined(plan, raw)
                name = _silo_name(plan, row)
                counts[name] += plan.dropped(row) is None
            except RowError:
                continue  # set aside and counted when the table is written
        return frozenset(sorted(counts, key=lambda name: (-counts[name], name))[:keep])

    def _silo(self, plan: TablePlan, row: RawRow) -> _Silo | None:
        """The row's silo; None if it is not kept."""
        name = _silo_name(plan, row)
        if name not in self._silos:
            kept = self._kept is None or name in self._kept
            self._silos[name] = self._new_silo(name) if kept else None
        return self._silos[name]

    def _new_silo(self, name: str) -> _Silo:
        taken = {silo.folder for silo in self._open_silos()}
        if len(taken) >= MAX_SILOS:
            raise self._plan.fault("silos", f"more than {MAX_SILOS} silos; set silos.top and silos.by")
        return _Silo(name, self._root, _folder_name(name, taken))

    # -- writing

    def _table(self, plan: TablePlan) -> None:
        label = f"ingest {plan.table}"
        with ExitStack() as stack:
            for file, number, raw in self._rows(plan.source, label):
                silo: _Silo | None = self._nowhere
                try:
                    row = self._joined(plan, raw)
                    silo = self._silo(plan, row)
                    name = OTHER_SILOS if silo is None else plan.dropped(row)
                    if silo is not None and name is None:
                        known = plan.plain_key(row) in silo.keys[plan.table]
                        name = plan.repeat if known else self._write(plan, silo, plan.row(row), stack)
                    count = (silo or self._nowhere).counts[plan.table]
                    if name is None:
                        count.rows_out += 1
                    else:
                        count.filtered[name] += 1
                except RowError as fault:
                    at = silo or self._nowhere
                    at.counts[plan.table].rejected[fault.reason] += 1
                    at.rejects.add(plan.table, file, number, fault.reason)
            self._finish(plan, stack)

    def _write(self, plan: TablePlan, silo: _Silo, row: Row, stack: ExitStack) -> str | None:
        """Write a row unless its key is there already; then the name under which it is counted."""
        for column, table in _REFERENCES.items():
            refers = plan.table != table and table in self._plan.tables and row.get(column) is not None
            if refers and row[column] not in silo.keys[table]:
                raise RowError(f"column {column} is not in this silo's {table}")
        key = _key(plan.table, row)
        if key in silo.keys[plan.table]:
            if plan.repeat is None:
                raise RowError("duplicate key")
            for column in plan.sum:
                first = silo.held[key]
                first[column] = (first[column] or 0) + (row[column] or 0)
            return plan.repeat
        silo.keys[plan.table].add(key)
        if plan.sum:
            silo.held[key] = row
        else:
            self._writer(plan, silo, stack).write([row])
        return None

    def _writer(self, plan: TablePlan, silo: _Silo, stack: ExitStack) -> TableWriter:
        if silo.writer is None:
            batch = max(500, _PENDING_ROWS // max(1, len(self._silos)))
            silo.writer = stack.enter_context(TableWriter(silo.path, plan.table, batch))
        return silo.writer

    def _finish(self, plan: TablePlan, stack: ExitStack) -> None:
        """Write what was held back for adding up, and be ready for the next table."""
        for silo in self._open_silos():
            if silo.held:
                self._writer(plan, silo, stack).write(list(silo.held.values()))
            silo.held, silo.writer = {}, None
            if plan.table not in _REFERENCES.values():
                silo.keys[plan.table] = set()


def _index_of(join: Join) -> tuple[str, str, tuple[str, ...], str]:
    return join.source, join.key, join.columns, join.many


def _silo_name(plan: TablePlan, row: RawRow) -> str:
    name = plan.silo(row)
    if name is None:
        raise RowError("silo is empty")
    return text_of(name)


def _key(table: str, row: Row) -> Any:
    """What identifies a row: the cell itself, or 16 bytes for several columns."""
    columns = TABLES[table].key
    if len(columns) == 1:
        return row[columns[0]]
    text = canonical_json([None if row[c] is None else str(row[c]) for c in columns])
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _folder_name(name: str, taken: set[str]) -> str:
    """A silo's name as a folder name: letters and digits of any script, `_` and `-`; never one taken."""
    plain = unicodedata.normalize("NFKC", name).lower()
    slug = re.sub(r"[^\w]+", "-", plain).strip("-")[:64]
    return slug if slug and slug not in taken else f"{slug or 'silo'}-{sha256_text(name)[:8]}"


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
