"""Search every file of a run for what must no longer be there."""

from __future__ import annotations

import gzip
import json
import mmap
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from privgen.errors import DataError
from privgen.progress import Progress, silent
from privgen.rawfiles import BATCH_ROWS
from privgen.runfolder import RunFolder

SHORTEST = 6
"""Shorter ids and values are too common as text to be searched for; rows are found by whole cells instead."""


@dataclass
class Search:
    """Counts by file, relative to the run: what names the person, and what may mention them.

    Args:
        left_in: Files other than tables that still hold an id of the person, and how often.
        mentions: Tables in which rows of others hold an id or a value, and how many rows; other files that
            hold a value, and how often. They may be others' own: a shared address, a namesake.
    """

    left_in: dict[str, int] = field(default_factory=dict)
    mentions: dict[str, int] = field(default_factory=dict)


def search(
    run: RunFolder, ids: Collection[str], values: Collection[str], progress: Progress = silent
) -> Search:
    """Search every file of a run, tables decoded and compressed files unpacked, for ids and values.

    Args:
        run: The run; its keys, its lock and links are not read.
        ids: Ids of the person and of what they wrote.
        values: Their identifiers.
        progress: Told files searched.
    """
    named, told = _pattern(ids), _pattern({*ids, *values})
    found = Search()
    files = sorted(path for path in run.path.rglob("*") if path.is_file() and not path.is_symlink())
    files = [path for path in files if path.parent != run.path / "keys"] if told is not None else []
    for number, path in enumerate(files):
        progress(number, len(files), "checking")
        name = path.relative_to(run.path).as_posix()
        if path.suffix == ".parquet":
            _count(found.mentions, name, _rows_with(path, {*ids, *values}, told))
        elif not _count(found.left_in, name, _times_in(path, named)):
            _count(found.mentions, name, _times_in(path, told))
    progress(len(files), len(files), "checked")
    return found


def _count(counts: dict[str, int], name: str, times: int) -> int:
    if times:
        counts[name] = times
    return times


def _searched(wanted: Collection[str]) -> list[str]:
    return sorted(text for text in wanted if len(text) >= SHORTEST or not text.isascii())


def _pattern(wanted: Collection[str]) -> re.Pattern[bytes] | None:
    """Any of the texts as UTF-8 or as JSON escapes it, not within a longer word or number."""
    forms = set()
    for text in _searched(wanted):
        forms.add(text.encode("utf-8", "surrogatepass"))
        forms.add(json.dumps(text)[1:-1].encode())
        forms.add(json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass"))
    if not forms:
        return None
    parts = b"|".join(map(re.escape, sorted(forms, key=lambda form: (-len(form), form))))
    return re.compile(rb"(?<![0-9A-Za-z_])(?<![0-9]\.)(?:" + parts + rb")(?![0-9A-Za-z_]|\.[0-9])")


def _rows_with(path: Path, wanted: Collection[str], pattern: re.Pattern[bytes] | None) -> int:
    """Rows of a Parquet file with a match in any cell; Arrow looks first, so that few rows become objects."""
    import pyarrow.parquet as pq

    if pattern is None:
        return 0
    literal = "|".join(re.escape(text) for text in _searched(wanted))
    try:
        with pq.ParquetFile(path) as file:
            return sum(
                any(pattern.search(text.encode("utf-8", "surrogatepass")) for text in _texts(row))
                for batch in file.iter_batches(BATCH_ROWS)
                for row in _candidates(batch, literal)
            )
    except (OSError, ValueError):
        raise DataError(f"{path}: not readable as Parquet; it cannot be searched") from None


def _candidates(batch: Any, literal: str) -> list[dict[str, Any]]:
    """Rows in which a text cell holds one of the texts; all rows where a cell is of a nested type."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if any(pa.types.is_nested(field.type) or pa.types.is_binary(field.type) for field in batch.schema):
        rows: list[dict[str, Any]] = batch.to_pylist()
        return rows
    places: set[int] = set()
    for cells in batch.columns:
        cells = cells.dictionary_decode() if pa.types.is_dictionary(cells.type) else cells
        text = cells if pa.types.is_string(cells.type) else cells.cast(pa.string())
        places.update(pc.indices_nonzero(pc.match_substring_regex(text, literal)).to_pylist())
    taken: list[dict[str, Any]] = batch.take(pa.array(sorted(places), pa.int64())).to_pylist()
    return taken


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(list(value.items()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)


def _times_in(path: Path, pattern: re.Pattern[bytes] | None) -> int:
    if pattern is None or path.stat().st_size == 0:
        return 0
    if path.suffix == ".gz":
        try:
            with gzip.open(path) as lines:
                return sum(len(pattern.findall(line)) for line in lines)
        except (OSError, EOFError):
            raise DataError(f"{path}: not readable as gzip; it cannot be searched") from None
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return sum(1 for _ in pattern.finditer(content))
