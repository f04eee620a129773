"""Read, check and write the tables of a silo as streams of row batches (pyarrow underneath)."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from privgen.errors import DataError, RowError
from privgen.files import atomic_path, canonical_json
from privgen.rawfiles import BATCH_ROWS, SUFFIXES, column_names, read_raw
from privgen.schema import EVENT_KINDS, MEDIA_KINDS, TABLES, Column, ColumnType, Row, Table

__all__ = [
    "BATCH_ROWS",
    "SUFFIXES",
    "TableWriter",
    "arrow_schema",
    "check_row",
    "column_names",
    "read_raw",
    "read_table",
    "row_json",
    "table_path",
]


def table_path(silo: Path, table: str) -> Path | None:
    """Path of a table in a silo folder, or None if the merchant does not have it."""
    return next((path for s in SUFFIXES if (path := silo / f"{table}{s}").is_file()), None)


def read_table(silo: Path, table: str, batch_rows: int = BATCH_ROWS) -> Iterator[list[Row]]:
    """Yield batches of checked rows of a table that `TableWriter` wrote; nothing if it is absent.

    Raises:
        DataError: A row does not fit the table; the message names file and row.
    """
    path = table_path(silo, table)
    if path is None:
        return
    number = 0
    for batch in read_raw(path, batch_rows):
        rows = []
        for raw in batch:
            number += 1
            try:
                rows.append(check_row(TABLES[table], raw))
            except RowError as fault:
                raise DataError(f"{path}: row {number}: {fault.reason}; run privgen ingest on it") from None
        yield rows


def check_row(table: Table, raw: dict[str, Any]) -> Row:
    """Return `raw` as a row of `table`: every column present, typed, empty text as None.

    Raises:
        RowError: A required cell is empty or a cell has the wrong type; the reason names the column.
    """
    row = {column.name: _cell(column, raw.get(column.name)) for column in table.columns}
    for name in table.required:
        if row[name] is None or row[name] == "":
            raise RowError(f"column {name} is empty")
    if table.name == "events" and row["kind"] not in EVENT_KINDS:
        raise RowError(f"column kind is not one of {', '.join(EVENT_KINDS)}")
    if table.name == "media" and row["kind"] not in MEDIA_KINDS:
        raise RowError(f"column kind is not one of {', '.join(MEDIA_KINDS)}")
    return row


class TableWriter:
    """Write one table as Parquet, batch by batch; the file appears under its name only when complete."""

    def __init__(self, silo: Path, table: str, batch_rows: int = BATCH_ROWS) -> None:
        self.path = silo / f"{table}.parquet"
        self.rows = 0
        self._table = TABLES[table]
        self._stack = contextlib.ExitStack()
        self._writer: Any = None
        self._pending: list[Row] = []
        self._batch_rows = batch_rows

    def __enter__(self) -> Self:
        import pyarrow.parquet as pq

        temporary = self._stack.enter_context(atomic_path(self.path))
        self._writer = pq.ParquetWriter(temporary, arrow_schema(self._table), compression="zstd")
        return self

    def write(self, rows: list[Row]) -> None:
        """Append checked rows."""
        self._pending.extend(rows)
        self.rows += len(rows)
        if len(self._pending) >= self._batch_rows:
            self._flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self._pending:
                self._flush()
        finally:
            self._writer.close()
            self._stack.__exit__(kind, error, trace)

    def _flush(self) -> None:
        import pyarrow as pa

        self._writer.write_table(pa.Table.from_pylist(self._pending, schema=arrow_schema(self._table)))
        self._pending = []


def arrow_schema(table: Table) -> Any:
    """The pyarrow schema of a table."""
    import pyarrow as pa

    types = {
        ColumnType.TEXT: pa.string(),
        ColumnType.INTEGER: pa.int64(),
        ColumnType.NUMBER: pa.float64(),
        ColumnType.TIMESTAMP: pa.timestamp("us", tz="UTC"),
        ColumnType.DATE: pa.date32(),
        ColumnType.MAP: pa.map_(pa.string(), pa.string()),
    }
    return pa.schema([(column.name, types[column.type]) for column in table.columns])


def row_json(row: Row) -> str:
    """A row as canonical JSON (times as ISO text): for fingerprints and rejects files of clean rows."""
    return canonical_json({k: v.isoformat() if isinstance(v, dt.date) else v for k, v in row.items()})


def _cell(column: Column, value: Any) -> Any:
    if value is None:
        return None
    try:
        return (_consent if column.name == "consent" else _PARSERS[column.type])(value)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise RowError(f"column {column.name} is not a {column.type.value}") from None


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return _utf8(value) or None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    return str(value)


def _utf8(text: str) -> str:
    """`text` itself; a lone surrogate, which no file could hold, is a ValueError."""
    if not text.isascii():
        text.encode()
    return text


def _number(value: Any) -> float | None:
    if value == "":
        return None
    if isinstance(value, bool):
        raise ValueError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _integer(value: Any) -> int | None:
    if value == "":
        return None
    if isinstance(value, bool):
        raise ValueError
    exact = value if isinstance(value, int) else float(value)
    if isinstance(value, str) and value.strip().lstrip("+-").isdigit():  # a float would round long ones
        exact = int(value)
    number = int(exact)
    if number != exact or not -(1 << 63) <= number < 1 << 63:
        raise ValueError
    return number


def _timestamp(value: Any) -> dt.datetime | None:
    if value == "":
        return None
    if isinstance(value, dt.datetime):
        moment = value
    elif isinstance(value, dt.date):
        moment = dt.datetime.combine(value, dt.time())
    else:
        moment = dt.datetime.fromisoformat(value)
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def _date(value: Any) -> dt.date | None:
    if value == "":
        return None
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else dt.datetime.fromisoformat(value).date()


def _map(value: Any) -> dict[str, str] | None:
    """A map cell: a dict, pairs, names, a JSON object or list, or `a=b;c=d` (a bare name maps to "")."""
    return _text_map(_pairs(value))


def _consent(value: Any) -> dict[str, str]:
    """A map of purpose to expiry; an expiry of null says nothing, so that the purpose is not agreed to."""
    return _text_map((purpose, expiry) for purpose, expiry in _pairs(value) if expiry is not None)


def _text_map(pairs: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    return {_utf8(str(k).strip()): "" if v is None else _utf8(str(v).strip()) for k, v in pairs}


def _pairs(value: Any) -> Iterable[tuple[Any, Any]]:
    if value == "":
        return []
    if isinstance(value, str):
        if value.lstrip().startswith(("{", "[")):
            value = json.loads(value)
        else:
            value = [part.partition("=")[::2] for part in value.split(";") if part.strip()]
    if isinstance(value, dict):
        return value.items()
    return [(item, "") if isinstance(item, str) else item for item in value]


_PARSERS: dict[ColumnType, Any] = {
    ColumnType.TEXT: _text,
    ColumnType.INTEGER: _integer,
    ColumnType.NUMBER: _number,
    ColumnType.TIMESTAMP: _timestamp,
    ColumnType.DATE: _date,
    ColumnType.MAP: _map,
}
