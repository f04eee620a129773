"""Scrub a silo: every table streamed through the scrubber, the result in one step, and scrub.json last."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import Any

from privgen.anonymize.customers import CustomerIndex
from privgen.anonymize.rows import BatchResult, RowScrubber
from privgen.anonymize.scrubber import Scrubber
from privgen.anonymize.silo_risk import silo_risk
from privgen.anonymize.workers import Workers
from privgen.errors import DataError
from privgen.files import staged_folder, write_json
from privgen.progress import Progress, silent
from privgen.schema import TABLES, Row
from privgen.tables import TableWriter, read_table, table_path

_Task = tuple[str, str, list[Row]]
CHUNK_ROWS = 500
"""Rows that go to a worker at once."""


def scrub_silo(
    silo: Path,
    out: Path,
    *,
    scrubber: Scrubber,
    workers: int = 1,
    oldest: Mapping[str, dt.date] | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Scrub every table of a silo into `out` and return what scrub.json says.

    Free text is scrubbed with the identifiers of the customer whose row it is; identifier columns are
    emptied, and customer, review and dialogue ids become keyed pseudonyms, unless the policy says
    otherwise. A record that cannot be scrubbed is left out and listed under `held_back`. The written tables
    are scanned once more for `residual`; types that the policy replaces by look-alikes are named under
    `lookalikes` and not counted there, as `RowScrubber.rescan_batch` says.

    Guarantees: `out` appears complete or not at all; the result does not depend on `workers`; memory does
    not grow with the tables, except for one short string per customer.

    Args:
        silo: Folder of ingested tables.
        out: Folder to make or replace; its name is the merchant id.
        scrubber: What finds and replaces.
        workers: Processes.
        oldest: Table to the oldest day whose rows are kept; older and undated rows are dropped and counted.
        progress: Called with rows done and rows in all, both passes counted.

    Raises:
        DataError: No table there, or a row that does not fit its table.
        RunError: `out` holds something that is no scrubbed silo, or a worker process died.
    """
    silo, out = Path(silo), Path(out)
    tables = [name for name in TABLES if table_path(silo, name) is not None]
    if not tables:
        raise DataError(f"{silo}: no tables; run privgen ingest first")
    index = CustomerIndex.read(silo)
    total = sum(_row_count(silo, name) for name in tables)
    meter = _Meter(progress, 2 * total if total else None)
    report = _Report()
    with (
        staged_folder(out, marker="scrub.json") as staging,
        _Runner(RowScrubber(scrubber, index, oldest), workers) as runner,
    ):
        for name in tables:
            with TableWriter(staging, name) as writer:
                for result in runner.scrub(name, _chunks(silo, name)):
                    writer.write(result.rows)
                    report.add(name, result)
                    meter.step(result.seen, f"scrubbing {name}")
        for name in tables:
            for seen, found in runner.rescan(name, _chunks(staging, name)):
                report.residual.update(found)
                meter.step(seen, f"checking {name}")
        summary = report.summary(out.name, scrubber, index.identifiers)
        summary["retention"] = _retention(oldest or {}, report.expired)
        summary["risk"] = silo_risk(staging)
        write_json(staging / "scrub.json", summary)
    return summary


class _Meter:
    def __init__(self, progress: Progress, total: int | None) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def step(self, rows: int, label: str) -> None:
        self._done += rows
        self._progress(self._done, self._total, label)


class _Report:
    """Counts for scrub.json; never a value."""

    def __init__(self) -> None:
        self.residual: Counter[str] = Counter()
        self.expired: dict[str, Counter[str]] = {}
        self._tables: dict[str, dict[str, Any]] = {}
        self._held_back: list[dict[str, Any]] = []

    def add(self, table: str, result: BatchResult) -> None:
        entry = self._tables.setdefault(table, {"rows": 0, "rows_changed": 0, "columns": {}, "seen": 0})
        for number, reason in result.held_back:
            self._held_back.append({"table": table, "row": entry["seen"] + number, "reason": reason})
        self.expired.setdefault(table, Counter()).update(result.expired)
        entry["seen"] += result.seen
        entry["rows"] += len(result.rows)
        entry["rows_changed"] += result.changed
        for (column, entity_type), count in sorted(result.found.items()):
            counts = entry["columns"].setdefault(column, {})
            counts[entity_type] = counts.get(entity_type, 0) + count

    def summary(self, merchant_id: str, scrubber: Scrubber, identifiers: int) -> dict[str, Any]:
        entities: Counter[str] = Counter()
        for entry in self._tables.values():
            entry.pop("seen", None)
            for counts in entry["columns"].values():
                entities.update(counts)
        return {
            "merchant_id": merchant_id,
            "tables": self._tables,
            "entities": dict(sorted(entities.items())),
            "known_identifiers": identifiers,
            "residual": dict(sorted(self.residual.items())),
            "held_back": self._held_back,
            "languages": list(scrubber.languages),
            "policy": scrubber.policy.name,
            "lookalikes": scrubber.policy.lookalikes(),
            "presidio_version": metadata.version("presidio-analyzer"),
            "key_id": scrubber.key_id,
        }


def _retention(oldest: Mapping[str, dt.date], dropped: Mapping[str, Counter[str]]) -> dict[str, Any]:
    """Per table with a limit: the oldest day that was kept, and how many rows were dropped."""
    return {
        table: {"oldest": day.isoformat()}
        | {reason: dropped.get(table, Counter())[reason] for reason in ("expired", "undated")}
        for table, day in sorted(oldest.items())
    }


class _Runner:
    """Runs batches here or in a pool of forked processes; results come in order, few in flight."""

    def __init__(self, rows: RowScrubber, workers: int) -> None:
        self._rows = rows
        self._pool: Workers[_Task, Any] | None = (
            Workers(self._work, workers, retry=False, prepare=rows.load_alone) if workers > 1 else None
        )

    def __enter__(self) -> _Runner:
        if self._pool is not None:
            self._rows.load_shared()
            self._pool.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.__exit__()

    def scrub(self, table: str, chunks: Iterator[list[Row]]) -> Iterator[BatchResult]:
        return self._run("scrub_batch", table, chunks)

    def rescan(self, table: str, chunks: Iterator[list[Row]]) -> Iterator[tuple[int, Counter[str]]]:
        return self._run("rescan_batch", table, chunks)

    def _run(self, method: str, table: str, chunks: Iterator[list[Row]]) -> Iterator[Any]:
        tasks = ((method, table, rows) for rows in chunks)
        return (self._work(task) for task in tasks) if self._pool is None else self._pool.run(tasks)

    def _work(self, task: _Task, *_: object) -> Any:
        method, table, rows = task
        return getattr(self._rows, method)(table, rows)


def _chunks(silo: Path, table: str) -> Iterator[list[Row]]:
    for batch in read_table(silo, table):
        rows = iter(batch)
        while chunk := list(islice(rows, CHUNK_ROWS)):
            yield chunk


def _row_count(silo: Path, table: str) -> int:
    """Rows of a Parquet table; 0 where counting would mean reading the file."""
    import pyarrow.parquet as pq

    path = table_path(silo, table)
    if path is None or path.suffix != ".parquet":
        return 0
    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, ValueError):
        raise DataError(f"{path}: not readable as Parquet; run privgen ingest on it") from None
