"""Read text files of any size as blocks of whole records, of which a worker can do one at a time.

The process that reads only looks for where records end; what is in them is for the workers. Blocks depend on
nothing but the file and the place they start at, so that a run that goes on makes the same ones.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from privgen.errors import ConfigError, DataError

BLOCK_BYTES = 1 << 18
"""Size of a block before compression."""
MAX_RECORD_BYTES = 1 << 22
"""Longer records are set aside unread: no text of `MAX_CHARACTERS` is longer in UTF-8."""
TOO_LONG = f"record of more than {MAX_RECORD_BYTES >> 20} MB; the record is held back"
BROKEN_QUOTES = "broken CSV quoting; the record is held back"
CUT_OFF = "the compressed data is damaged or cut off here; the rest of the file cannot be read"

_KINDS = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".txt": "text",
    ".log": "text",
}
_CODECS = {".gz": "gzip", ".zst": "zstd"}
_STEP = 1 << 13
"""Bytes asked of a decompressor at once: what is lost with the end of a file that is cut off."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How a file is written: `kind` (parquet, csv, tsv, jsonl, text) and `codec` (gzip, zstd or empty)."""

    kind: str
    codec: str = ""

    @property
    def delimiter(self) -> str:
        """Between the cells of a row."""
        return "\t" if self.kind == "tsv" else ","


def file_format(path: Path) -> FileFormat | None:
    """The format that the name of a file tells, or None if it is none of ours.

    >>> file_format(Path("a.csv.gz"))
    FileFormat(kind='csv', codec='gzip')
    """
    name = path.name.lower()
    codec = next((suffix for suffix in _CODECS if name.endswith(suffix)), "")
    kind = _KINDS.get(Path(name.removesuffix(codec)).suffix, "")
    if not kind or (kind == "parquet" and codec):
        return None
    return FileFormat(kind, _CODECS.get(codec, ""))


def known_endings() -> str:
    """Endings of file names, for messages."""
    return f"{', '.join(_KINDS)}; all but .parquet also with {' or '.join(_CODECS)}"


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records of a file, or, with a `fault`, records that are set aside without being read.

    Args:
        data: The bytes of the records.
        end: Where the next block starts: bytes (after decompression), or rows of a Parquet file.
        fault: Why the records of this block are set aside.
        lost: With a fault, how many they are.
    """

    data: bytes
    end: int
    fault: str = ""
    lost: int = 1

    def __repr__(self) -> str:
        """Count without showing a byte."""
        return f"Block({len(self.data)} bytes, end={self.end})"


class TextFile:
    """A CSV, TSV, JSON Lines or plain text file, read block by block.

    Args:
        path: The file.
        form: Its format.

    Raises:
        DataError: A CSV file whose header cannot be read.
    """

    def __init__(self, path: Path, form: FileFormat) -> None:
        self.path, self.form = path, form
        self.header = b""
        self.columns: tuple[str, ...] = ()
        if form.kind in ("csv", "tsv"):
            self.header, self.columns = self._read_header()
        self._input: _Input | None = None

    def blocks(self, start: int = 0) -> Iterator[Block]:
        """Blocks from `start` (0, or the end of an earlier block) on."""
        at = max(start, len(self.header))
        with _Input(self.path, self.form.codec) as source:
            self._input = source
            source.skip(at)
            data, size = b"", BLOCK_BYTES
            while True:
                data += source.read(size - len(data))
                last = source.ended and len(data) <= size
                cut = self._cut(data[:size], last and not source.fault)
                if cut:
                    at, size = at + cut, BLOCK_BYTES
                    yield Block(data[:cut], at)
                    data = data[cut:]
                elif last:
                    break
                elif size >= MAX_RECORD_BYTES:
                    length, data = source.rest_of_line(data)
                    at, size = at + length, BLOCK_BYTES
                    yield Block(b"", at, TOO_LONG)
                else:
                    size *= 2
            if source.fault:
                yield Block(b"", at + len(data), source.fault)

    def bytes_read(self) -> int:
        """How far the file on disk has been read."""
        return self._input.tell() if self._input else 0

    def _cut(self, data: bytes, final: bool) -> int:
        """Length of the whole records at the beginning of `data`."""
        if final:
            return len(data)
        if not self.columns or b'"' not in data:
            return data.rfind(b"\n") + 1
        cut = 0
        for _, end, _ in csv_records(data, self.form.delimiter, len(self.columns), final=False):
            cut = end
        return cut

    def _read_header(self) -> tuple[bytes, tuple[str, ...]]:
        with _Input(self.path, self.form.codec) as source:
            data = source.read(MAX_RECORD_BYTES)
            if not data and not source.fault:
                return b"", ()
            match = _record_pattern(self.form.delimiter).match(data)
            try:
                if match is None:
                    raise ValueError
                text = match[0].decode("utf-8-sig")
                names = next(csv.reader((text,), delimiter=self.form.delimiter, strict=True), [])
            except (ValueError, csv.Error):
                raise DataError(f"{self.path}: the header is not readable as UTF-8 CSV") from None
        if not any(names):
            raise DataError(f"{self.path}: the header is empty")
        return match[0], tuple(names)


def pack(data: bytes, codec: str, *, empty: bool = False) -> bytes:
    """`data` compressed on its own; packed pieces may follow one another in a file.

    Args:
        data: Bytes.
        codec: gzip, zstd or empty.
        empty: Whether no bytes are packed too, as a file that is nothing but compressed must have some.
    """
    if not codec or not (data or empty):
        return data
    if codec == "gzip":
        return gzip.compress(data, 6, mtime=0)
    import pyarrow as pa

    return bytes(pa.Codec(codec).compress(data, asbytes=True))


def csv_records(
    data: bytes, delimiter: str, width: int, *, final: bool = True
) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and fault (or "") of every record of CSV `data`, which starts with one.

    A line that opens a quote which is never rightly closed is a fault of that line alone: the next line is
    read as a record again.

    Args:
        data: Bytes in an encoding that holds ASCII.
        delimiter: Comma or tab.
        width: Number of columns: a record of several lines with another number is taken for a broken quote.
        final: Whether no more data follows.
    """
    whole, part = _record_pattern(delimiter), _part_pattern(delimiter)
    at = 0
    while at < len(data):
        match = whole.match(data, at)
        if match is not None and (final or data[match.end() - 1] == 10):
            if b"\n" in data[at : match.end() - 1] and _cells(match[0], delimiter) != width:
                match = None
        elif not final and len(data) - at < MAX_RECORD_BYTES and part.match(data, at):
            return
        else:
            match = None
        line_end = match.end() if match else data.find(b"\n", at) + 1 or len(data)
        if match is None and not final and line_end == len(data) and data[-1] != 10:
            return
        yield at, line_end, "" if match else BROKEN_QUOTES
        at = line_end


def _cells(record: bytes, delimiter: str) -> int:
    text = record.decode("utf-8", "replace")
    return len(next(csv.reader((text,), delimiter=delimiter), []))


@cache
def _record_pattern(delimiter: str) -> re.Pattern[bytes]:
    cell = _cell(delimiter, '"')
    return re.compile(f"(?:{cell})(?:{delimiter}(?:{cell}))*+(?:\r?\n|\\Z)".encode())


@cache
def _part_pattern(delimiter: str) -> re.Pattern[bytes]:
    """What may become a record when more bytes come."""
    cell = _cell(delimiter, '"')
    return re.compile(f"(?:(?:{cell}){delimiter})*+(?:{_cell(delimiter, chr(34) + '?')})\r?\\Z".encode())


def _cell(delimiter: str, closing: str) -> str:
    return f'"[^"]*+(?:""[^"]*+)*+{closing}|[^"{delimiter}\r\n][^{delimiter}\r\n]*+|'


class _Input:
    """The bytes of a file after decompression; a fault of the compression ends it and is kept."""

    def __init__(self, path: Path, codec: str) -> None:
        self.fault, self.ended, self._place = "", False, 0
        try:
            self._disk = path.open("rb")
        except OSError:
            raise DataError(f"{path}: file not found or not readable") from None
        self._stream: Any = self._disk
        self._step = BLOCK_BYTES
        if codec:
            import pyarrow as pa

            self._stream, self._step = pa.CompressedInputStream(self._disk, codec), _STEP

    def __enter__(self) -> _Input:
        return self

    def __exit__(self, *_: object) -> None:
        self._place = self._disk.tell()
        self._disk.close()

    def tell(self) -> int:
        return self._place if self._disk.closed else self._disk.tell()

    def read(self, count: int) -> bytes:
        """So many bytes, fewer only at the end."""
        pieces, have = [], 0
        while have < count and not self.ended:
            try:
                piece = bytes(self._stream.read(min(self._step, count - have)))
            except (OSError, ValueError):  # what pyarrow raises on damaged data
                self.fault, piece = CUT_OFF, b""
            self.ended = not piece
            pieces.append(piece)
            have += len(piece)
        return b"".join(pieces)

    def skip(self, count: int) -> None:
        """Go forward; through compressed data that means reading it."""
        if self._stream is self._disk:
            self._disk.seek(count)
            return
        while count > 0 and (piece := self.read(min(count, BLOCK_BYTES))):
            count -= len(piece)

    def rest_of_line(self, data: bytes) -> tuple[int, bytes]:
        """Length of the line that `data` starts with, to its end, and what has been read after it."""
        length = 0
        while (end := data.find(b"\n") + 1) == 0 and data:
            length += len(data)
            data = self.read(BLOCK_BYTES)
        return length + end, data[end:]


def check_format(path: Path) -> FileFormat:
    """The format of a file.

    Raises:
        ConfigError: It is none of ours.
    """
    form = file_format(path)
    if form is None:
        raise ConfigError(f"{path}: unknown kind of file; use one of {known_endings()}")
    return form
