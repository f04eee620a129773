"""Read Parquet, CSV and JSON Lines files as streams of unchecked rows, bad rows told apart from bad files."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from privgen.errors import DataError, RowError

BATCH_ROWS = 10_000
SUFFIXES = (".parquet", ".csv", ".jsonl", ".csv.gz", ".jsonl.gz")
"""File name endings that a table may have, in the order they are looked for."""
_COLUMN_SAMPLE = 1_000
_CELL_LIMIT = 1 << 27

RawRow = dict[str, Any]
"""One unchecked row. CSV cells are text; Parquet and JSON Lines cells have the type they are stored with."""
Position = Callable[[int], None]
"""Told now and then how many bytes of the file have been read."""


@dataclass(frozen=True, slots=True)
class RawFile:
    """One file of rows.

    Args:
        path: Ends in one of `SUFFIXES`, or in .tsv or .tsv.gz.
        delimiter: CSV only; default comma, tab for .tsv.
        encoding: CSV and JSON Lines only; a byte order mark is skipped with the default.
    """

    path: Path
    delimiter: str | None = None
    encoding: str = "utf-8-sig"

    def columns(self) -> tuple[str, ...]:
        """Column names: of the schema or header, or, for JSON Lines, of the first 1,000 rows.

        Raises:
            DataError: The file is missing, empty, or not of its format.
        """
        with _readable(self.path):
            if self._is(".parquet"):
                return _parquet_columns(self.path)
            if self._is(".jsonl"):
                sample = islice(self._jsonl(None), _COLUMN_SAMPLE)
                return tuple(
                    dict.fromkeys(name for _, row in sample if isinstance(row, dict) for name in row)
                )
            with self._text() as (_, text):
                return self._header(csv.reader(text, delimiter=self._comma()))

    def rows(self, position: Position | None = None) -> Iterator[tuple[int, RawRow | RowError]]:
        """Yield row number (from 1, the header not counted) and row, or the fault of a row that is broken.

        Raises:
            DataError: The file is missing, empty, cut off, or not of its format; the message names the
                file only.
        """
        with _readable(self.path):
            if self._is(".parquet"):
                yield from enumerate(_parquet_rows(self.path, position), 1)
            elif self._is(".jsonl"):
                yield from self._jsonl(position)
            elif self._is(".csv") or self._is(".tsv"):
                yield from self._csv(position)
            else:
                raise DataError(f"{self.path}: unknown format; use one of {', '.join(SUFFIXES)}")

    def _is(self, suffix: str) -> bool:
        return self.path.name.endswith((suffix, f"{suffix}.gz"))

    def _comma(self) -> str:
        return self.delimiter or ("\t" if self._is(".tsv") else ",")

    @contextlib.contextmanager
    def _text(self) -> Iterator[tuple[IO[bytes], IO[str]]]:
        """The file on disk (for the position) and its decoded text."""
        with self.path.open("rb") as disk:
            data: Any = gzip.GzipFile(fileobj=disk) if self.path.name.endswith(".gz") else disk
            with io.TextIOWrapper(data, encoding=self.encoding, newline="") as text:
                yield disk, text

    def _header(self, lines: Iterator[list[str]]) -> tuple[str, ...]:
        header = tuple(name.strip() for name in next(lines, []))
        if not any(header):
            raise DataError(f"{self.path}: the file is empty")
        if len(set(header)) != len(header):
            raise DataError(f"{self.path}: two columns of the header have the same name")
        return header

    def _csv(self, position: Position | None) -> Iterator[tuple[int, RawRow | RowError]]:
        csv.field_size_limit(_CELL_LIMIT)
        with self._text() as (disk, text):
            lines = csv.reader(text, delimiter=self._comma())
            header = self._header(lines)
            width = len(header)
            filled = (cells for cells in lines if cells)  # a blank line is no row
            for number, cells in enumerate(filled, 1):
                if len(cells) == width:
                    yield number, dict(zip(header, cells, strict=True))
                else:
                    yield number, RowError(f"row has {len(cells)} cells, the header has {width}")
                if position and not number % BATCH_ROWS:
                    position(disk.tell())

    def _jsonl(self, position: Position | None) -> Iterator[tuple[int, RawRow | RowError]]:
        with self._text() as (disk, text):
            for number, line in enumerate(text, 1):
                if line.strip():
                    yield number, _json_row(line)
                if position and not number % BATCH_ROWS:
                    position(disk.tell())


def read_raw(path: Path, batch_rows: int = BATCH_ROWS) -> Iterator[list[RawRow]]:
    """Yield batches of unchecked rows of a Parquet, CSV or JSONL file; CSV cells are text.

    Raises:
        DataError: The file is missing, empty or not of its format, or one of its rows is broken; the
            message names the file, and the row.
    """
    batch: list[RawRow] = []
    for number, row in RawFile(path).rows():
        if isinstance(row, RowError):
            raise DataError(f"{path}: row {number}: {row.reason}; mend or remove the row")
        batch.append(row)
        if len(batch) >= batch_rows:
            yield batch
            batch = []
    if batch:
        yield batch


def column_names(path: Path) -> tuple[str, ...]:
    """Column names of a Parquet or CSV file, or of the first 1,000 rows of a JSONL file."""
    return RawFile(path).columns()


def _json_row(line: str) -> RawRow | RowError:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return RowError("line is not JSON")
    return value if isinstance(value, dict) else RowError("line is not a JSON object")


def _parquet_columns(path: Path) -> tuple[str, ...]:
    import pyarrow.parquet as pq

    return tuple(pq.read_schema(path).names)


def _parquet_rows(path: Path, position: Position | None) -> Iterator[RawRow]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        size, total, done = path.stat().st_size, max(1, file.metadata.num_rows), 0
        for batch in file.iter_batches(BATCH_ROWS):
            yield from batch.to_pylist()
            done += batch.num_rows
            if position:
                position(size * done // total)


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn what the readers raise on a broken file into one line that names the file only."""
    try:
        yield
    except FileNotFoundError:
        raise DataError(f"{path}: file not found") from None
    except (OSError, ValueError, EOFError, LookupError, NotImplementedError, csv.Error, zlib.error) as fault:
        raise DataError(f"{path}: not readable ({type(fault).__name__}); check the file") from None
