"""Parquet files of any size: read as record batches from any row on, written row group by row group."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from privgen.anonymize.blocks import BLOCK_BYTES, Block
from privgen.anonymize.headers import identifier_of
from privgen.anonymize.person_columns import CUSTOMER_ID, tells_of_a_person
from privgen.anonymize.scrubber import Scrubber
from privgen.errors import DataError, ScrubError

DAMAGED = "this row group of the Parquet file is damaged; its records are held back"
_ROWS = (16, 5_000)
"""Fewest and most rows of a block."""
_GROUP_BYTES = 1 << 26
_LENGTH = struct.Struct("<Q")
_CODECS = {"UNCOMPRESSED": "NONE", "LZ4_RAW": "LZ4"}


class ParquetSource:
    """A Parquet file, read block by block.

    Raises:
        DataError: Missing, or not readable as Parquet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._open() as file:
            self.schema: pa.Schema = file.schema_arrow
            self.metadata = file.metadata
        self._size, self._done = path.stat().st_size, 0

    def blocks(self, start: int = 0) -> Iterator[Block]:
        """Blocks from row `start` (0, or the end of an earlier block) on."""
        first = 0
        with self._open() as file:
            for group in range(self.metadata.num_row_groups):
                rows = self.metadata.row_group(group).num_rows
                if first + rows > start:
                    yield from self._group(file, group, first, rows, start)
                first += rows

    def bytes_read(self) -> int:
        """How far the file has been read, in bytes, by its rows."""
        return int(self._size * self._done / max(1, self.metadata.num_rows))

    def row_group_rows(self) -> int:
        """Rows of the largest row group."""
        groups = (self.metadata.row_group(i).num_rows for i in range(self.metadata.num_row_groups))
        return max(groups, default=1) or 1

    def compression(self) -> str | dict[str, str]:
        """How the columns are compressed, as the writer wants to be told."""
        if not self.metadata.num_row_groups:
            return "snappy"
        group = self.metadata.row_group(0)
        chunks = [group.column(place) for place in range(group.num_columns)]
        codecs = {c.path_in_schema: _CODECS.get(c.compression, c.compression) for c in chunks}
        return next(iter(codecs.values())) if len(set(codecs.values())) == 1 else codecs

    def _group(self, file: Any, group: int, first: int, rows: int, start: int) -> Iterator[Block]:
        at = first
        try:
            for batch in file.iter_batches(self._block_rows(group), row_groups=[group], use_threads=False):
                at += batch.num_rows
                if at > start:
                    self._done = at
                    yield Block(to_ipc(pa.Table.from_batches([batch])), at)
        except (OSError, ValueError):  # what pyarrow raises on damaged pages
            lost = first + rows - max(at, start)
            yield Block(b"", first + rows, DAMAGED, lost)

    def _block_rows(self, group: int) -> int:
        meta = self.metadata.row_group(group)
        per_row = max(1, meta.total_byte_size // max(1, meta.num_rows))
        return int(min(max(BLOCK_BYTES // per_row, _ROWS[0]), _ROWS[1]))

    def _open(self) -> Any:
        try:
            return pq.ParquetFile(self.path, pre_buffer=False, buffer_size=1 << 20)
        except FileNotFoundError:
            raise DataError(f"{self.path}: file not found") from None
        except (OSError, ValueError) as fault:
            raise DataError(f"{self.path}: not readable as Parquet ({type(fault).__name__})") from None


def write_parquet(data: Path, out: Path, source: ParquetSource, schema: pa.Schema) -> None:
    """Write the framed record batches in `data` as a Parquet file compressed as `source` is."""
    pending: list[pa.Table] = []
    rows = size = 0
    with data.open("rb") as handle, pq.ParquetWriter(out, schema, compression=source.compression()) as writer:
        for table in read_frames(handle):
            pending.append(table.cast(schema))
            rows, size = rows + table.num_rows, size + table.nbytes
            if rows >= source.row_group_rows() or size >= _GROUP_BYTES:
                writer.write_table(pa.concat_tables(pending), row_group_size=rows)
                pending, rows, size = [], 0, 0
        if rows:
            writer.write_table(pa.concat_tables(pending), row_group_size=rows)


def to_ipc(table: pa.Table) -> bytes:
    """A table as one Arrow IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def frame(data: bytes) -> bytes:
    """`data` with its length before it, so that frames can be told apart in a file."""
    return _LENGTH.pack(len(data)) + data


def read_frames(handle: IO[bytes]) -> Iterator[pa.Table]:
    """The tables that `frame(to_ipc(...))` wrote one after the other."""
    while head := handle.read(_LENGTH.size):
        with pa.ipc.open_stream(handle.read(_LENGTH.unpack(head)[0])) as reader:
            yield reader.read_all()


def with_texts(schema: pa.Schema, texts: frozenset[str]) -> pa.Schema:
    """`schema` with the columns in `texts` as text."""
    for place, field in enumerate(schema):
        if field.name in texts:
            schema = schema.set(place, field.with_type(pa.string()))
    return schema


def always_texts(schema: pa.Schema, columns: Collection[str] = ()) -> frozenset[str]:
    """Columns that are no text but become one: customer ids, and birth dates of the persons of the rows.

    Args:
        schema: Of the input.
        columns: Those that are scrubbed; empty for all.
    """
    persons = tells_of_a_person(schema.names)
    return frozenset(
        field.name
        for field in schema
        if (not columns or field.name in columns)
        and (
            (field.name == CUSTOMER_ID and pa.types.is_integer(field.type))
            or (persons and identifier_of(field.name) == "birth_date" and pa.types.is_temporal(field.type))
        )
    )


def inner_fields(kind: Any) -> Iterator[Any]:
    """The fields of a nested type, at any depth."""
    for place in range(kind.num_fields):
        field = kind.field(place)
        yield field
        yield from inner_fields(field.type)


def clean_metadata(schema: pa.Schema, scrubber: Scrubber) -> pa.Schema:
    """`schema` without the notes (of the file and of its fields) that hold personal data."""
    fields = [field.with_metadata(_clean(field.metadata, scrubber)) for field in schema]
    return pa.schema(fields, _clean(schema.metadata, scrubber))


def _clean(notes: Any, scrubber: Scrubber) -> dict[bytes, bytes]:
    return {key: value for key, value in (notes or {}).items() if not _finds(scrubber, value)}


def _finds(scrubber: Scrubber, value: bytes) -> bool:
    try:
        return bool(scrubber.find(value.decode("utf-8")))
    except (UnicodeDecodeError, ScrubError):
        return True
