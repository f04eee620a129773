"""What a worker does with a batch of a Parquet file: scrub the texts in its columns, at any depth.

Types are kept. Lists, maps and structs are taken apart with their offsets, so that only texts are touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, pairwise, repeat
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from privgen.anonymize.block_text import BlockResult, block_result, faulty
from privgen.anonymize.blocks import Block
from privgen.anonymize.cells import MIN_DIGITS, CellScrubber, Tally
from privgen.anonymize.headers import identifier_of
from privgen.anonymize.parquet_file import frame, inner_fields, to_ipc, with_texts
from privgen.anonymize.person_columns import tells_of_a_person
from privgen.anonymize.scrubber import Known, Scrubber
from privgen.anonymize.workers import Mark
from privgen.errors import DataError, RowError, ScrubError

Rows = Sequence[int]
"""For every value of an array the number, from 0, of the table row that it belongs to."""
_LEAVES = ("null", "boolean", "integer", "floating", "decimal", "temporal")
_LISTS = ("list", "large_list", "map")
_SCANNED = (
    *("string", "large_string", "binary", "large_binary", "fixed_size_binary", "string_view", "binary_view"),
    *("dictionary", "struct", "fixed_size_list", *_LISTS, *_LEAVES),
)
_LARGE = 10 ** (MIN_DIGITS - 1)


class TableBlocks:
    """Scrubs record batches, as Arrow IPC streams.

    Args:
        cells: Scrubs the cells.
        schema: Of the input.
        texts: Number and date columns to write as text, because some cell of them holds personal data.
    """

    def __init__(self, cells: CellScrubber, schema: pa.Schema, texts: frozenset[str]) -> None:
        self._cells, self._texts = cells, texts
        self._names = [f.name for f in schema if identifier_of(f.name) or f.name == "customer_id"]

    def __call__(self, block: Block, skip: Mapping[int, str], mark: Mark) -> BlockResult:
        """Scrub a block; see `Workers`."""
        if block.fault:
            return faulty(block)
        with pa.ipc.open_stream(block.data) as reader:
            batch = reader.read_all()
        done, tally, texts = self.scrub(batch, skip, mark)
        kept = pa.array([row + 1 not in tally.rejects for row in range(batch.num_rows)], pa.bool_())
        return block_result(frame(to_ipc(done.filter(kept))), block.end, batch.num_rows, tally, texts)

    def scrub(
        self, batch: pa.Table, skip: Mapping[int, str], mark: Mark, *, retype: bool = True
    ) -> tuple[pa.Table, Tally, frozenset[str]]:
        """Scrub a table of any length.

        Args:
            batch: The rows.
            skip: Records to set aside, by their number from 1.
            mark: Told the record that is being worked on.
            retype: Whether a number column with personal data may become text; else its row is set aside.

        Returns:
            All rows, those in `rejects` of the tally not to be used; the tally; and the number columns that
            hold personal data, with which all must be done again.
        """
        work = _Batch(self._cells, self._known(batch), skip, mark, retype)
        columns = [self._column(work, name, batch.column(name)) for name in batch.schema.names]
        done = pa.table(columns, schema=with_texts(batch.schema, self._texts))
        return done, work.tally, frozenset(work.texts)

    def _known(self, batch: pa.Table) -> list[Known]:
        if not tells_of_a_person(self._names) and "customer_id" not in self._names:
            return [None] * batch.num_rows
        columns = [_plain(batch.column(name)) for name in self._names]
        rows = (dict(zip(self._names, row, strict=True)) for row in zip(*columns, strict=True))
        return [self._cells.identifiers(row) for row in rows]

    def _column(self, work: _Batch, name: str, chunked: pa.ChunkedArray) -> pa.Array:
        array = pa.concat_arrays(chunked.chunks) if chunked.num_chunks else pa.array([], chunked.type)
        if not self._cells.wants(name):
            return array
        if name in self._texts:
            array = pa.array([None if v is None else str(v) for v in _plain(array)], pa.string())
        work.column, work.type = name, array.type
        return work.scrub(array, range(len(array)))


def check_types(schema: pa.Schema, columns: Sequence[str], scrubber: Scrubber, path: Path) -> None:
    """Check that every column can be scrubbed, and that no name of a nested field holds personal data.

    Raises:
        DataError: One cannot, or does.
    """
    for field in schema:
        if columns and field.name not in columns:
            continue
        for inner in (field, *inner_fields(field.type)):
            if not _is(inner.type, *_SCANNED) and not isinstance(inner.type, pa.BaseExtensionType):
                raise DataError(f"{path}: column {field.name}: values of this type cannot be scrubbed")
            if scrubber.find(inner.name):
                raise DataError(f"{path}: column {field.name}: the name of a field in it holds personal data")


class _Batch:
    """One batch while it is scrubbed."""

    def __init__(
        self, cells: CellScrubber, known: list[Known], skip: Mapping[int, str], mark: Mark, retype: bool
    ) -> None:
        self.tally, self.texts, self.column, self.type = Tally(), set[str](), "", pa.null()
        self._retype = retype
        self._cells, self._known, self._mark = cells, known, mark
        for record, reason in skip.items():
            self.tally.reject(record, reason)

    def scrub(self, array: pa.Array, rows: Rows) -> pa.Array:
        """`array` with its texts scrubbed, of the same type."""
        kind = array.type
        if pa.types.is_dictionary(kind):
            return self.scrub(array.dictionary_decode(), rows).dictionary_encode().cast(kind)
        if _is(kind, "string", "large_string"):
            return self._texts(array, rows, _same)
        if _is(kind, "binary", "large_binary"):
            return self._texts(array, rows, _decoded)
        if _is(kind, "fixed_size_binary"):
            return self._fixed(array, rows)
        if _is(kind, "string_view", "binary_view"):
            wide = pa.large_string() if _is(kind, "string_view") else pa.large_binary()
            return self.scrub(array.cast(wide), rows).cast(kind)
        if isinstance(array, pa.ExtensionArray):
            return pa.ExtensionArray.from_storage(kind, self.scrub(array.storage, rows))
        if pa.types.is_struct(kind):
            fields = [self.scrub(array.field(place), rows) for place in range(kind.num_fields)]
            return pa.StructArray.from_arrays(fields, fields=list(kind), mask=array.is_null())
        if pa.types.is_fixed_size_list(kind):
            inner = [row for row in rows for _ in range(kind.list_size)]
            return pa.FixedSizeListArray.from_arrays(
                self.scrub(array.values, inner), type=kind, mask=array.is_null()
            )
        if _is(kind, *_LISTS):
            return self._listed(array, rows)
        if not _is(kind, *_LEAVES):
            raise DataError(f"column {self.column}: values of this type cannot be scrubbed")
        self._numbers(array, rows)
        return array

    def _fixed(self, array: pa.Array, rows: Rows) -> pa.Array:
        """Bytes of a fixed length: a digest passes; a text with personal data cannot be replaced in place."""
        wide = array.cast(pa.binary())
        readable = [_is_text(value) for value in wide.to_pylist()]
        texts = pc.if_else(pa.array(readable, pa.bool_()), wide, None)
        if not self._texts(texts, rows, _decoded).equals(texts):
            before, after = texts.to_pylist(), self._texts(texts, rows, _decoded).to_pylist()
            for row, old, new in zip(rows, before, after, strict=True):
                if old != new:
                    self.tally.reject(
                        row + 1, f"column {self.column}: personal data in bytes of a fixed length"
                    )
        return array

    def _listed(self, array: pa.Array, rows: Rows) -> pa.Array:
        offsets, empty = array.offsets, array.is_null()
        places = offsets.to_pylist()
        lead = repeat(rows[0] if rows else 0, places[0] if places else 0)
        inner = list(chain(lead, *(repeat(rows[i], b - a) for i, (a, b) in enumerate(pairwise(places)))))
        if not pa.types.is_map(array.type):
            values = array.values.slice(0, len(inner))
            return type(array).from_arrays(offsets, self.scrub(values, inner), type=array.type, mask=empty)
        keys, items = array.keys.slice(0, len(inner)), array.items.slice(0, len(inner))
        return pa.MapArray.from_arrays(
            offsets, self.scrub(keys, inner), self.scrub(items, inner), type=array.type, mask=empty
        )

    def _texts(self, array: pa.Array, rows: Rows, read: Callable[[Any], str]) -> pa.Array:
        changed, values = False, array.to_pylist()
        for place, (value, row) in enumerate(zip(values, rows, strict=True)):
            if value and row + 1 not in self.tally.rejects:
                new = self._one(row, self._cells.text, partial(read, value))
                if new is not None and new != value:
                    values[place], changed = new.encode() if isinstance(value, bytes) else new, True
        return pa.array(values, array.type) if changed else array

    def _numbers(self, array: pa.Array, rows: Rows) -> None:
        """Look for personal data among numbers; the type of the column must change if there is some."""
        for place, value in _numbers(array):
            row = rows[place]
            if row + 1 not in self.tally.rejects:
                new = self._one(row, self._cells.number, partial(_same, value))
                if new is not None and self._retype and array.type == self.type:
                    self.texts.add(self.column)
                elif new is not None:
                    self.tally.reject(row + 1, f"column {self.column}: a number that is personal data")

    def _one(self, row: int, scrub: Callable[..., str | None], read: Callable[[], Any]) -> str | None:
        self._mark(row + 1)
        try:
            return scrub(read(), row + 1, self.column, self._known[row], self.tally)
        except (ScrubError, RowError) as fault:
            self.tally.reject(row + 1, str(fault))
            return None


def _numbers(array: pa.Array) -> Iterator[tuple[int, float]]:
    """Place and value of the numbers that are large enough to be looked at."""
    kind = array.type
    if _is(kind, "integer", "floating"):
        if kind == pa.float16():
            return  # none that large is exact
        large = pc.or_(pc.greater_equal(array, _LARGE), pc.less_equal(array, -_LARGE))
        places = pc.indices_nonzero(pc.fill_null(large, False)).to_pylist()
        yield from zip(places, array.take(pa.array(places, pa.int64())).to_pylist(), strict=True)
    elif _is(kind, "decimal"):
        for place, value in enumerate(array.to_pylist()):
            if value is not None and abs(value) >= _LARGE and value == value.to_integral_value():
                yield place, int(value)


def _plain(array: Any) -> list[Any]:
    """Values as text or days where they are numbers or times, so that they can be searched for."""
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.timestamp("us", array.type.tz), safe=False).cast(pa.date32(), safe=False)
    values: list[Any] = array.to_pylist()
    if _is(array.type, "floating", "decimal"):
        return [int(v) if v is not None and v == v and v % 1 == 0 else v for v in values]
    return values


def _same(value: Any) -> Any:
    return value


def _decoded(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise ScrubError("bytes that are not UTF-8; the record is held back") from None


def _is_text(value: bytes | None) -> bool:
    try:
        return value is not None and bool(value.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _is(kind: pa.DataType, *names: str) -> bool:
    return any(getattr(pa.types, f"is_{name}")(kind) for name in names)
