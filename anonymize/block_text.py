"""What a worker does with a block of a text file: scrub its records and write them in the same format.

A record that holds no personal data is written byte for byte as it was.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from privgen.anonymize.blocks import Block, FileFormat, csv_records, pack
from privgen.anonymize.cells import CellScrubber, Tally
from privgen.anonymize.json_text import edit_json, read_json_text
from privgen.anonymize.time_limit import limited
from privgen.anonymize.workers import Mark
from privgen.errors import RowError, ScrubError

_KEYS_REMEMBERED = 10_000


@dataclass(slots=True)
class BlockResult:
    """A scrubbed block and its counts; never a value except in `data`, which is scrubbed.

    Args:
        data: What goes to the output, in its final form.
        end: The `end` of the block.
        seen: Records in the block.
        changed: Records written in which something was replaced.
        found: Number of replacements by column and entity type.
        residual: What a second scan still found in what is written, by entity type.
        rejects: Number in the block, from 1, and reason of every record that was set aside.
        texts: Number columns that hold personal data and must be written as text.
    """

    data: bytes
    end: int
    seen: int
    changed: int = 0
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    residual: Counter[str] = field(default_factory=Counter)
    rejects: list[tuple[int, str]] = field(default_factory=list)
    texts: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        """Count without showing a record."""
        return f"BlockResult({self.seen} records, {len(self.rejects)} set aside)"


def block_result(data: bytes, end: int, seen: int, tally: Tally, texts: frozenset[str]) -> BlockResult:
    """The result of a block from the tally of its records."""
    result = BlockResult(data, end, seen, rejects=sorted(tally.rejects.items()), texts=texts)
    for counts in tally.found.values():
        result.changed += bool(counts)
        result.found.update(counts)
    for left in tally.residual.values():
        result.residual.update(left)
    return result


def faulty(block: Block) -> BlockResult:
    """The result of a block that could not be read."""
    rejects = [(number, block.fault) for number in range(1, block.lost + 1)]
    return BlockResult(b"", block.end, block.lost, rejects=rejects)


class TextBlocks:
    """Scrubs blocks of CSV, TSV, JSON Lines or plain text.

    Args:
        form: The format of input and output.
        columns: Of the header, for CSV.
        cells: Scrubs the cells.
    """

    def __init__(self, form: FileFormat, columns: tuple[str, ...], cells: CellScrubber) -> None:
        self._form, self._columns, self._cells = form, columns, cells
        self._clean_keys: set[str] = set()
        self._scrub = {"jsonl": self._json, "text": self._line}.get(form.kind, self._row)

    def __call__(self, block: Block, skip: Mapping[int, str], mark: Mark) -> BlockResult:
        """Scrub a block; see `Workers`."""
        if block.fault:
            return faulty(block)
        tally, pieces, seen = Tally(), [], 0
        for data, fault in self._records(block.data):
            if not data.strip(b"\r\n") and self._form.kind in ("csv", "tsv"):
                pieces.append(data)  # a blank line is no row
                continue
            seen += 1
            mark(seen)
            try:
                if fault or seen in skip:
                    raise RowError(fault or skip[seen])
                work = partial(self._record, data, seen, tally)
                pieces.append(limited(self._cells.scrubber.time_limit, work))
            except (ScrubError, RowError) as reason:
                tally.reject(seen, str(reason))
        return block_result(pack(b"".join(pieces), self._form.codec), block.end, seen, tally, frozenset())

    def _records(self, data: bytes) -> Iterator[tuple[bytes, str]]:
        if self._form.kind in ("csv", "tsv"):
            for start, end, fault in csv_records(data, self._form.delimiter, len(self._columns)):
                yield data[start:end], fault
            return
        for line in io.BytesIO(data):
            yield line, ""

    def _record(self, data: bytes, number: int, tally: Tally) -> bytes:
        body = data.rstrip(b"\n").removesuffix(b"\r")
        ending = data[len(body) :]
        if b"\0" in body:
            raise RowError("NUL byte; the record is held back")
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            raise RowError("bytes that are not UTF-8; the record is held back") from None
        if not text.strip():
            return data
        scrubbed = self._scrub(text, number, tally)
        return data if scrubbed is text else scrubbed.encode("utf-8") + ending

    def _line(self, text: str, number: int, tally: Tally) -> str:
        return self._cells.text(text, number, "", None, tally)

    def _json(self, text: str, number: int, tally: Tally) -> str:
        mark = "\ufeff" if text[0] == "\ufeff" else ""
        text = text.removeprefix("\ufeff")
        row = read_json_text(text)
        known = self._cells.identifiers(row) if isinstance(row, dict) else None
        for key in row if isinstance(row, dict) else ():
            self._check_key(key)

        def edit(value: str, column: str) -> str:
            wanted = self._cells.wants(column)
            return self._cells.text(value, number, column, known, tally) if wanted else value

        def edit_number(value: str, column: str) -> str | None:
            wanted = self._cells.wants(column)
            return self._cells.number(value, number, column, known, tally) if wanted else None

        scrubbed = edit_json(text, edit, edit_number)
        return text if scrubbed is text and not mark else mark + scrubbed

    def _check_key(self, key: str) -> None:
        """A top-level key is a column name and is kept, so it may not hold personal data."""
        if key in self._clean_keys:
            return
        if self._cells.scrubber.find(key):
            raise RowError("a key of the object holds personal data; the record is held back")
        if len(self._clean_keys) < _KEYS_REMEMBERED:
            self._clean_keys.add(key)

    def _row(self, text: str, number: int, tally: Tally) -> str:
        cells = self._split(text)
        known = self._cells.identifiers(dict(zip(self._columns, cells, strict=True)))
        scrubbed = [
            self._cells.text(cell, number, column, known, tally)
            if cell and self._cells.wants(column)
            else cell
            for column, cell in zip(self._columns, cells, strict=True)
        ]
        return text if scrubbed == cells else self._join(scrubbed)

    def _split(self, text: str) -> list[str]:
        try:
            cells = next(csv.reader((text,), delimiter=self._form.delimiter, strict=True))
        except (csv.Error, StopIteration):
            raise RowError("broken CSV; the record is held back") from None
        if len(cells) != len(self._columns):
            raise RowError(
                f"row has {len(cells)} cells, the header has {len(self._columns)}; the record is held back"
            )
        return cells

    def _join(self, cells: list[str]) -> str:
        line = io.StringIO()
        csv.writer(line, delimiter=self._form.delimiter, lineterminator="\r\n").writerow(cells)
        return line.getvalue().removesuffix("\r\n")  # with "" the writer would not quote line ends
