"""Scrub files of any size: Parquet, CSV, TSV, JSON Lines and plain text, in bounded memory, fail closed."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from privgen.anonymize.blocks import BLOCK_BYTES, FileFormat, check_format, file_format
from privgen.anonymize.cells import CellScrubber
from privgen.anonymize.customers import CustomerIndex
from privgen.anonymize.journal import (
    REJECTS,
    Journal,
    State,
    keep_report,
    publish,
    read_state,
    report_path,
    start_again,
    work_folder,
)
from privgen.anonymize.person_columns import read_customers
from privgen.anonymize.scrubber import Scrubber
from privgen.anonymize.sides import Side, open_side
from privgen.anonymize.workers import Workers
from privgen.errors import ConfigError, DataError
from privgen.files import canonical_json, read_json
from privgen.progress import Progress, silent

_ENDS = 1 << 16
_GRACE = 20.0
"""Seconds, beyond twice the time limit, after which a worker that cannot be interrupted is killed."""


def scrub_file(
    source: Path,
    out: Path,
    *,
    scrubber: Scrubber,
    columns: Sequence[str] | None = None,
    customers: CustomerIndex | None = None,
    workers: int = 1,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Scrub one file into another of the same format and compression, rows in order.

    All text is scrubbed, at any depth of nested values; a record without personal data is written as it was.
    Numbers of seven digits and more are looked at too: a JSON number that is personal data becomes a
    string, and a Parquet column that holds one becomes text (listed under `texts`). A record that cannot be
    scrubbed goes, by its row number and never a value, to `<out>.rejects.jsonl`; the counts go to
    `<out>.scrub.json`. A row with columns that are named like identifiers (name, phone, email, ...) is
    scrubbed with what they hold. A column called `customer_id` holds the pseudonyms (or, if the policy
    encrypts them, the encrypted ids) that `scrub_silo` writes under the same key.

    Guarantees: `out` appears whole or not at all; its bytes do not depend on `workers`; memory does not grow
    with the file; a run that was killed goes on where it was when it is called again with the same input
    and settings, and ends with the same bytes. Every worker is a process of its own, forked from this one.

    Args:
        source: Ends in .parquet, .csv, .tsv, .jsonl, .ndjson, .txt or .log; all but the first also in .gz
            or .zst after that. Text is UTF-8.
        out: Same ending as `source`.
        scrubber: What finds and replaces; its `time_limit` holds per record (per cell of a Parquet file).
        columns: Scrub only these columns and let the others pass; None or empty for all.
        customers: Identifiers by `customer_id`, searched in the rows of that customer.
        workers: Processes that scrub; one more reads and writes.
        progress: Told bytes read, and of how many.

    Returns:
        What `<out>.scrub.json` says, with `seconds` and `rows_per_second`; `unchanged` is true if an earlier
        run had done the same already.

    Raises:
        ConfigError: Unknown kind of file, unlike endings, unknown column, or `out` is `source`.
        DataError: The file cannot be read at all.
        RunError: `out` is something else, or in use; or workers keep dying.
    """
    source, out = Path(source), Path(out)
    started = time.monotonic()
    form = _check(source, out)
    basis = _basis(source, scrubber, columns or (), customers)
    side = open_side(source, form)
    side.check(scrubber, columns or ())
    cells = CellScrubber(scrubber, source.name.split(".")[0], columns or (), customers)
    out.parent.mkdir(parents=True, exist_ok=True)
    with work_folder(out) as folder:
        report = _earlier(out, basis)
        unchanged = report is not None
        if report is None:
            report = _in_folder(folder, out, basis, side, cells, workers, progress)
        shutil.rmtree(folder)
    seconds = time.monotonic() - started
    speed = round(report["rows"] / seconds, 1) if seconds else 0.0
    return report | {"unchanged": unchanged, "seconds": round(seconds, 2), "rows_per_second": speed}


def scrub_folder(
    source: Path,
    out: Path,
    *,
    scrubber: Scrubber,
    columns: Sequence[str] | None = None,
    workers: int = 1,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Scrub every table and text of a folder, at any depth, into another; see `scrub_file`.

    A file called `customers` with a `customer_id` tells the identifiers of the customers, which are then
    searched in every row with that `customer_id`. It is held in memory, one short string per customer.

    Args:
        source: Folder. Files of other kinds and hidden ones are not copied; they are listed as `left_out`.
        out: Another folder.
        scrubber: What finds and replaces.
        columns: Scrub only these columns of the files that have one of them; None or empty for all.
        workers: Processes that scrub.
        progress: Told bytes read, and of how many.

    Returns:
        Counts over all files, and `files`: the report of each by its path.

    Raises:
        ConfigError: One folder lies in the other.
        DataError: No such file in it, or one cannot be read at all.
    """
    source, out = Path(source), Path(out)
    if (
        source.resolve() in (out.resolve(), *out.resolve().parents)
        or out.resolve() in source.resolve().parents
    ):
        raise ConfigError(f"{out}: may not lie in the folder that is read, nor around it")
    paths = sorted(path for path in source.rglob("*") if path.is_file())
    wanted = [path for path in paths if _is_wanted(path, source)]
    if not wanted:
        raise DataError(f"{source}: no tables or texts there")
    customers = read_customers(source)
    total = sum(path.stat().st_size for path in wanted)
    before, files = 0, {}
    started = time.monotonic()
    for path in wanted:
        name = path.relative_to(source)
        files[name.as_posix()] = scrub_file(
            path,
            out / name,
            scrubber=scrubber,
            columns=columns,
            customers=customers,
            workers=workers,
            progress=_share(progress, before, total),
        )
        before += path.stat().st_size
    left_out = sorted(path.relative_to(source).as_posix() for path in paths if path not in wanted)
    return _total(files, customers, time.monotonic() - started) | {"left_out": left_out, "files": files}


def _in_folder(
    folder: Path, out: Path, basis: str, side: Side, cells: CellScrubber, workers: int, progress: Progress
) -> dict[str, Any]:
    """Scrub in the hidden folder, from where an earlier run was, and give the result its name."""
    state = read_state(folder, basis)
    while state.report is None:
        texts = side.texts | frozenset(state.texts)
        new_texts = _blocks(folder, state, side, texts, cells, workers, progress)
        if new_texts:
            state = start_again(folder, basis, texts | new_texts)
            continue
        state = read_state(folder, basis)
        side.finish(folder / "data", folder / "result", texts)
        report = _report(state, side.source, cells, texts, (folder / "result").stat().st_size)
        state = keep_report(folder, state, report)
    publish(folder, out, state.report)
    return state.report


def _blocks(
    folder: Path,
    state: State,
    side: Side,
    texts: frozenset[str],
    cells: CellScrubber,
    workers: int,
    progress: Progress,
) -> frozenset[str]:
    """Scrub the rest of the file; number columns that must become text end it at once."""
    limit = cells.scrubber.time_limit
    patience = None if limit is None else 2 * limit + _GRACE
    work = side.work(cells, texts)
    cells.scrubber.load_shared()
    size, name = side.source.stat().st_size, side.source.name
    with (
        Journal(folder, state) as journal,
        Workers(work, workers, patience=patience, prepare=cells.scrubber.load_alone) as pool,
    ):
        journal.begin(side.head())
        for result in pool.run(side.blocks(state.position)):
            if result.texts - texts:
                return frozenset(result.texts)
            journal.add(result, name)
            progress(side.bytes_read(), size, f"{name}: {journal.seen:,} rows")
        journal.keep()
    return frozenset()


def _check(source: Path, out: Path) -> FileFormat:
    form = check_format(source)
    if file_format(out) != form:
        raise ConfigError(f"{out}: must end as {source.name} does; the format stays as it is")
    if not source.is_file():
        raise DataError(f"{source}: file not found")
    if out.exists() and out.samefile(source):
        raise ConfigError(f"{out}: is the file that is read; choose another name")
    return form


def _basis(source: Path, scrubber: Scrubber, columns: Sequence[str], customers: CustomerIndex | None) -> str:
    """Keyed hash of all that decides the output: nobody without the key can test a guess against it."""
    size, modified = (stat := source.stat()).st_size, stat.st_mtime_ns
    with source.open("rb") as handle:
        first = handle.read(_ENDS)
        handle.seek(max(0, size - _ENDS))
        ends = hashlib.sha256(first + handle.read()).hexdigest()
    values = {
        "input": [size, modified, ends],
        "settings": scrubber.settings(),
        "columns": sorted(columns),
        "customers": customers.fingerprint() if customers is not None else None,
        "block_bytes": BLOCK_BYTES,
        "version": metadata.version("privgen"),
    }
    return scrubber.tokens.identifier("basis", canonical_json(values))


def _earlier(out: Path, basis: str) -> dict[str, Any] | None:
    """The report of an earlier run that did the same, if its output is still there."""
    if not (out.is_file() and report_path(out).is_file()):
        return None
    report: dict[str, Any] = read_json(report_path(out))
    same = report.get("basis") == basis and report.get("bytes") == out.stat().st_size
    return report if same else None


def _report(
    state: State, source: Path, cells: CellScrubber, texts: frozenset[str], size: int
) -> dict[str, Any]:
    entities: Counter[str] = Counter()
    for counts in state.columns.values():
        entities.update(counts)
    scrubber = cells.scrubber
    return {
        "file": source.name,
        "rows": state.seen - state.rejected,
        "changed": state.changed,
        "rejected": state.rejected,
        "entities": dict(sorted(entities.items())),
        "columns": state.columns,
        "residual": state.residual,
        "texts": sorted(texts),
        "bytes": size,
        "basis": state.basis,
        "languages": list(scrubber.languages),
        "policy": scrubber.policy.name,
        "presidio_version": metadata.version("presidio-analyzer"),
        "key_id": scrubber.key_id,
    }


def _total(
    files: dict[str, dict[str, Any]], customers: CustomerIndex | None, seconds: float
) -> dict[str, Any]:
    summary: dict[str, Any] = {
        key: sum(report[key] for report in files.values()) for key in ("rows", "changed", "rejected", "bytes")
    }
    for key in ("entities", "residual"):
        counts: Counter[str] = Counter()
        for report in files.values():
            counts.update(report[key])
        summary[key] = dict(sorted(counts.items()))
    return summary | {
        "unchanged": all(report["unchanged"] for report in files.values()),
        "known_identifiers": customers.identifiers if customers else 0,
        "seconds": round(seconds, 2),
        "rows_per_second": round(summary["rows"] / seconds, 1) if seconds else 0.0,
    }


def _share(progress: Progress, before: int, whole: int) -> Progress:
    """The progress of one file as a part of all files."""

    def show(done: float, total: float | None, label: str) -> None:
        progress(before + done, whole, label)

    return show


def _is_wanted(path: Path, folder: Path) -> bool:
    """Whether a file of a folder is to be scrubbed: of our kinds, not hidden, and no list of rejects."""
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return file_format(path) is not None and not hidden and not path.name.endswith(REJECTS)
