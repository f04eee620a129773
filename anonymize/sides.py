"""The two ways in which files are read and written: text in blocks of bytes, Parquet in record batches."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from privgen.anonymize.block_text import BlockResult, TextBlocks
from privgen.anonymize.blocks import Block, FileFormat, TextFile, pack
from privgen.anonymize.cells import CellScrubber
from privgen.anonymize.person_columns import check_names
from privgen.anonymize.scrubber import Scrubber
from privgen.anonymize.workers import Work
from privgen.errors import ConfigError


class Side(Protocol):
    """How the files of one format are read, scrubbed and written.

    Attributes:
        source: The file.
        texts: Columns of other types that are written as text from the start.
    """

    source: Path
    texts: frozenset[str]

    def check(self, scrubber: Scrubber, columns: Sequence[str]) -> None:
        """Check that the file can be scrubbed, and has these columns."""
        ...

    def work(self, cells: CellScrubber, texts: frozenset[str]) -> Work[Block, BlockResult]:
        """What a worker does with a block."""
        ...

    def head(self) -> bytes:
        """What stands before the first block in the output."""
        ...

    def blocks(self, start: int) -> Iterator[Block]:
        """The blocks of the file from `start` on."""
        ...

    def bytes_read(self) -> int:
        """How far the file has been read."""
        ...

    def finish(self, data: Path, result: Path, texts: frozenset[str]) -> None:
        """Make the output file `result` from the scrubbed blocks in `data`."""
        ...


def open_side(source: Path, form: FileFormat) -> Side:
    """The side for a format; only that of Parquet loads pyarrow at once.

    Raises:
        DataError: The file cannot be read.
    """
    return ParquetSide(source) if form.kind == "parquet" else TextSide(source, form)


class TextSide:
    """CSV, TSV, JSON Lines and plain text; the scrubbed blocks one after the other are the output."""

    def __init__(self, source: Path, form: FileFormat) -> None:
        self.source = source
        self.texts: frozenset[str] = frozenset()
        self._file, self._form = TextFile(source, form), form

    def check(self, scrubber: Scrubber, columns: Sequence[str]) -> None:
        """See `Side`; the keys of JSON Lines are not known beforehand."""
        check_names(self._file.columns, scrubber, self.source)
        if self._form.kind != "jsonl":
            check_columns(self.source, columns, self._file.columns)

    def work(self, cells: CellScrubber, texts: frozenset[str]) -> Work[Block, BlockResult]:
        """See `Side`; text has no number columns."""
        return TextBlocks(self._form, self._file.columns, cells)

    def head(self) -> bytes:
        """The header of a CSV file."""
        return pack(self._file.header, self._form.codec)

    def blocks(self, start: int) -> Iterator[Block]:
        """See `Side`."""
        return self._file.blocks(start)

    def bytes_read(self) -> int:
        """See `Side`."""
        return self._file.bytes_read()

    def finish(self, data: Path, result: Path, texts: frozenset[str]) -> None:
        """See `Side`; `data` stays, so that this can be done again after a kill."""
        result.unlink(missing_ok=True)
        if data.stat().st_size or not self._form.codec:
            os.link(data, result)
        else:
            result.write_bytes(pack(b"", self._form.codec, empty=True))


class ParquetSide:
    """Parquet: scrubbed record batches, which are made a Parquet file in the end."""

    def __init__(self, source: Path) -> None:
        from privgen.anonymize.parquet_file import ParquetSource

        self.source = source
        self._file = ParquetSource(source)
        self.texts = frozenset[str]()
        self._schema: Any = None

    def check(self, scrubber: Scrubber, columns: Sequence[str]) -> None:
        """See `Side`."""
        from privgen.anonymize.block_table import check_types
        from privgen.anonymize.parquet_file import always_texts, clean_metadata

        check_names(self._file.schema.names, scrubber, self.source)
        check_columns(self.source, columns, self._file.schema.names)
        check_types(self._file.schema, columns, scrubber, self.source)
        self.texts = always_texts(self._file.schema, columns)
        self._schema = clean_metadata(self._file.schema, scrubber)

    def work(self, cells: CellScrubber, texts: frozenset[str]) -> Work[Block, BlockResult]:
        """See `Side`."""
        from privgen.anonymize.block_table import TableBlocks

        return TableBlocks(cells, self._file.schema, texts)

    def head(self) -> bytes:
        """Nothing."""
        return b""

    def blocks(self, start: int) -> Iterator[Block]:
        """See `Side`."""
        return self._file.blocks(start)

    def bytes_read(self) -> int:
        """See `Side`."""
        return self._file.bytes_read()

    def finish(self, data: Path, result: Path, texts: frozenset[str]) -> None:
        """See `Side`."""
        from privgen.anonymize.parquet_file import with_texts, write_parquet

        write_parquet(data, result, self._file, with_texts(self._schema, texts))


def check_columns(path: Path, wanted: Sequence[str], there: Sequence[str]) -> None:
    """Check that a file has the columns that are to be scrubbed.

    Raises:
        ConfigError: It has not.
    """
    for name in wanted:
        if name not in there:
            raise ConfigError(f"{path}: no column {name!r}; it has {', '.join(there) or 'none'}")
