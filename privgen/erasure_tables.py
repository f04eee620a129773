"""Find a person's rows in table files of every format, and write a file again without them, as a stream."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from privgen.errors import DataError, RowError
from privgen.rawfiles import BATCH_ROWS, SUFFIXES, RawFile
from privgen.schema import IDENTIFIER_COLUMNS, TABLES, Row

OWNER_COLUMNS = ("customer_id", "owner")
"""Columns that say whose a row is."""
_NO_OWNER = f"no {' or '.join(OWNER_COLUMNS)}; mend the row, nothing was erased"
_READ = (*OWNER_COLUMNS, "review_id", "dialogue_id", "turn", "path", *IDENTIFIER_COLUMNS)


@dataclass
class TableRows:
    """The rows of one person in one table file, by number from 1.

    Args:
        path: The file.
        table: Name of the table.
        numbers: Row numbers, ascending.
        rows: The ids and identifiers of those rows, or the whole rows where that was asked for.
    """

    path: Path
    table: str
    numbers: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def root(self) -> str:
        """The folder of silos that the file lies in: silos or scrubbed."""
        return self.path.parent.parent.name

    def __repr__(self) -> str:
        """Count without showing a row."""
        return f"TableRows({self.table}, {len(self.numbers)} rows)"


def table_files(silo: Path) -> Iterator[tuple[str, Path]]:
    """Every file of a silo folder that holds rows of customers, also those that readers pass over."""
    for name, table in TABLES.items():
        if any(column.name in OWNER_COLUMNS for column in table.columns):
            for suffix in SUFFIXES:
                if (silo / f"{name}{suffix}").is_file():
                    yield name, silo / f"{name}{suffix}"


def find_rows(table: str, path: Path, owns: Callable[[object], bool], *, whole: bool = False) -> TableRows:
    """The rows of a file that name the person in an owner column; `whole` reads all of their columns.

    Raises:
        DataError: The file is not readable, or a row of it is broken or does not say whose it is.
    """
    found = TableRows(path, table)
    parquet = path.name.endswith(".parquet")
    for number, row in _parquet_owned(path, owns, whole) if parquet else _text_owned(path, owns):
        found.numbers.append(number)
        found.rows.append(row)
    return found


def write_without(path: Path, out: Path, numbers: Collection[int]) -> None:
    """Write a table file again, in its own format, without the rows of these numbers."""
    gone = frozenset(numbers)
    if path.name.endswith(".parquet"):
        _parquet_without(path, out, gone)
    else:
        _text_without(path, out, gone)


def _text_owned(path: Path, owns: Callable[[object], bool]) -> Iterator[tuple[int, Row]]:
    for number, row in RawFile(path).rows():
        if isinstance(row, RowError):
            raise DataError(f"{path}: row {number}: {row.reason}; mend the row, nothing was erased")
        if not any(column in row for column in OWNER_COLUMNS):
            raise DataError(f"{path}: row {number}: {_NO_OWNER}")
        if any(owns(row.get(column)) for column in OWNER_COLUMNS):
            yield number, row


def _parquet_owned(path: Path, owns: Callable[[object], bool], whole: bool) -> Iterator[tuple[int, Row]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            columns = [name for name in file.schema_arrow.names if whole or name in _READ]
            if file.metadata.num_rows and not set(columns) & set(OWNER_COLUMNS):
                raise DataError(f"{path}: row 1: {_NO_OWNER}")
            first = 1
            for batch in file.iter_batches(BATCH_ROWS, columns=columns):
                places = sorted(_places(batch, owns))
                rows = batch.take(pa.array(places, pa.int64())).to_pylist() if places else []
                yield from ((first + place, row) for place, row in zip(places, rows, strict=True))
                first += batch.num_rows
    except (OSError, ValueError):
        raise DataError(f"{path}: not readable as Parquet; nothing was erased") from None


def _places(batch: Any, owns: Callable[[object], bool]) -> set[int]:
    """Indices of a batch's rows that name the person; each different id is looked at once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    places: set[int] = set()
    for name in set(OWNER_COLUMNS) & set(batch.schema.names):
        cells = batch.column(name)
        if pa.types.is_dictionary(cells.type):
            cells = cells.dictionary_decode()
        mine = [value for value in pc.unique(cells).to_pylist() if owns(value)]
        if mine:
            hits = pc.is_in(cells, value_set=pa.array(mine, cells.type))
            places.update(pc.indices_nonzero(hits).to_pylist())
    return places


def _parquet_without(path: Path, out: Path, gone: frozenset[int]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        schema = _plain(file.schema_arrow)
        with pq.ParquetWriter(out, schema, compression="zstd") as writer:
            first = 1
            for batch in file.iter_batches(BATCH_ROWS):
                last = first + batch.num_rows
                if any(first <= number < last for number in gone):
                    batch = batch.filter(pa.array([number not in gone for number in range(first, last)]))
                first = last
                # cast: a dictionary column would carry the removed value along
                writer.write_table(pa.Table.from_batches([batch]).cast(schema))


def _plain(schema: Any) -> Any:
    """The schema without dictionary columns, and without metadata that others left."""
    import pyarrow as pa

    fields = [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
        for field in schema
    ]
    return pa.schema([field.remove_metadata() for field in fields])


def _text_without(path: Path, out: Path, gone: frozenset[int]) -> None:
    zipped = path.name.endswith(".gz")
    with ExitStack() as stack:
        source = stack.enter_context(_opened(path, "rt", zipped))
        target = stack.enter_context(_opened(out, "wt", zipped))
        if ".csv" in path.name:
            _csv_without(source, target, gone)
        else:
            for number, line in enumerate(source, 1):
                if number not in gone:
                    target.write(line)


def _csv_without(source: IO[str], target: IO[str], gone: frozenset[int]) -> None:
    """Copy records as `RawFile` numbers them: after the header, blank ones not counted."""
    lines, writer = csv.reader(source), csv.writer(target)
    writer.writerow(next(lines, []))
    for number, cells in enumerate((cells for cells in lines if cells), 1):
        if number not in gone:
            writer.writerow(cells)


def _opened(path: Path, mode: str, zipped: bool) -> Any:
    """Text as `RawFile` reads it: line ends as they are, no byte order mark."""
    encoding = "utf-8-sig" if mode == "rt" else "utf-8"
    if zipped:
        return gzip.open(path, mode, encoding=encoding, newline="")
    return path.open(mode, encoding=encoding, newline="")


def lines_without(path: Path, out: Path, drop: Callable[[Any], bool]) -> int:
    """Write a JSON Lines file again without the objects that `drop` is true of; the number of those.

    Raises:
        DataError: A line is not JSON, or not what such a file holds; the message names file and line.
    """
    gone = 0
    with path.open("rb") as source, out.open("wb") as target:
        for number, line in enumerate(source, 1):
            try:
                dropped = bool(line.strip()) and drop(json.loads(line))
            except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError):
                raise DataError(
                    f"{path}: line {number} is not as privgen wrote it; nothing was erased"
                ) from None
            gone += dropped
            if not dropped:
                target.write(line)
    return gone
