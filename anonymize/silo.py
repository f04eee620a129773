"""Scrub a silo: every table streamed through the scrubber, the result in one step, and scrub.json last."""

from __future__ import annotations

import multiprocessing
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import Any

from privgen.anonymize.customers import CustomerIndex
from privgen.anonymize.rows import BatchResult, RowScrubber
from privgen.anonymize.scrubber import Scrubber
from privgen.anonymize.silo_risk import silo_risk
from privgen.errors import DataError
from privgen.files import staged_folder, write_json
from privgen.progress import Progress, silent
from privgen.schema import TABLES, Row
from privgen.tables import TableWriter, read_table, table_path

CHUNK_ROWS = 500
"""Rows that go to a worker at once."""


def scrub_silo(
    silo: Path, out: Path, *, scrubber: Scrubber, workers: int = 1, progress: Progress = silent
) -> dict[str, Any]:
    """Scrub every table of a silo into `out` and return what scrub.json says.

    Free text is scrubbed with the identifiers of the customer whose row it is; identifier columns are
    emptied; customer, review and dialogue ids become keyed pseudonyms. A record that cannot be scrubbed is
    left out and listed under `held_back`. The written tables are scanned once more for `residual`.

    Guarantees: `out` appears complete or not at all; the result does not depend on `workers`; memory does
    not grow with the tables, except for one short string per customer.

    Args:
        silo: Folder of ingested tables.
        out: Folder to make or replace; its name is the merchant id.
        scrubber: What finds and replaces.
        workers: Processes.
        progress: Called with rows done and rows in all, both passes counted.

    Raises:
        DataError: No table there, or a row that does not fit its table.
        RunError: `out` holds something that is no scrubbed silo.
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
        _Runner(RowScrubber(scrubber, index), workers) as runner,
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
        summary = report.summary(out.name, scrubber, index.identifiers) | {"risk": silo_risk(staging)}
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
        self._tables: dict[str, dict[str, Any]] = {}
        self._held_back: list[dict[str, Any]] = []

    def add(self, table: str, result: BatchResult) -> None:
        entry = self._tables.setdefault(table, {"rows": 0, "rows_changed": 0, "columns": {}, "seen": 0})
        for number, reason in result.held_back:
            self._held_back.append({"table": table, "row": entry["seen"] + number, "reason": reason})
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
            "presidio_version": metadata.version("presidio-analyzer"),
            "key_id": scrubber.key_id,
        }


class _Runner:
    """Runs batches here or in a pool of forked processes; results come in order, few in flight."""

    def __init__(self, rows: RowScrubber, workers: int) -> None:
        self._rows, self._workers = rows, workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> _Runner:
        if self._workers > 1:
            self._rows.load()
            context = multiprocessing.get_context("fork")
            self._pool = ProcessPoolExecutor(self._workers, context, _start_worker, (self._rows,))
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def scrub(self, table: str, chunks: Iterator[list[Row]]) -> Iterator[BatchResult]:
        if self._pool is None:
            yield from (self._rows.scrub_batch(table, rows) for rows in chunks)
            return
        pending: deque[Future[BatchResult]] = deque()
        for rows in chunks:
            pending.append(self._pool.submit(_scrub_in_worker, table, rows))
            if len(pending) >= 2 * self._workers:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    def rescan(self, table: str, chunks: Iterator[list[Row]]) -> Iterator[tuple[int, Counter[str]]]:
        if self._pool is None:
            yield from (self._rows.rescan_batch(table, rows) for rows in chunks)
            return
        pending: deque[Future[tuple[int, Counter[str]]]] = deque()
        for rows in chunks:
            pending.append(self._pool.submit(_rescan_in_worker, table, rows))
            if len(pending) >= 2 * self._workers:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


_worker_rows: list[RowScrubber] = []
"""The scrubber of a worker process, inherited through fork; always empty in the parent."""


def _start_worker(rows: RowScrubber) -> None:
    _worker_rows[:] = [rows]


def _scrub_in_worker(table: str, rows: list[Row]) -> BatchResult:
    return _worker_rows[0].scrub_batch(table, rows)


def _rescan_in_worker(table: str, rows: list[Row]) -> tuple[int, Counter[str]]:
    return _worker_rows[0].rescan_batch(table, rows)


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
