"""Labelled records to score a scrubber against, read as a stream; a bad one is told apart from a bad file.

A gold record is `{"text", "spans": [{"entity_type", "start", "end"}]}` with optional `known` (the customer's
row), `language` and `id`; or one of presidio-research: `{"full_text", "spans": [{"entity_type",
"start_position", "end_position"}]}`. Offsets are code points, half-open. Other keys are ignored.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privgen.anonymize.spans import Span
from privgen.errors import DataError, RowError
from privgen.rawfiles import RawFile

_CHUNK = 1 << 20
_LONGEST = 1 << 26
"""Most characters of one record of a JSON array."""
_OFFSETS = (("start", "end"), ("start_position", "end_position"))


@dataclass(frozen=True, slots=True)
class GoldRecord:
    """One labelled text. Its repr shows neither the text nor the row.

    Args:
        text: Any text.
        spans: What is personal in it; may overlap. Their scores are 1.0.
        known: The customer's own row, or None.
        language: Two-letter code, or "".
        id: Of the record, or "".
    """

    text: str
    spans: tuple[Span, ...]
    known: Mapping[str, Any] | None = None
    language: str = ""
    id: str = ""

    def __repr__(self) -> str:
        """Count without showing a value."""
        return f"GoldRecord({len(self.spans)} spans)"

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> GoldRecord:
        """Check one record.

        Raises:
            RowError: What is wrong with it, without a value.
        """
        text = row.get("text", row.get("full_text"))
        if not isinstance(text, str):
            raise RowError("text: missing, or not text")
        spans = row.get("spans")
        if not isinstance(spans, list):
            raise RowError("spans: missing, or not a list")
        known = row.get("known")
        if known is not None and not isinstance(known, dict):
            raise RowError("known: not an object of column and value")
        found = tuple(_span(place, span, len(text)) for place, span in enumerate(spans))
        return cls(text, found, known, str(row.get("language") or ""), str(row.get("id") or ""))


def read_gold(path: Path) -> Iterator[GoldRecord | RowError]:
    """Yield the records of a file in order, or the fault of one that is no gold record.

    Raises:
        DataError: As for `score_file`.
    """
    for row in _rows(path):
        try:
            yield row if isinstance(row, RowError) else GoldRecord.parse(row)
        except RowError as fault:
            yield fault


def _rows(path: Path) -> Iterator[dict[str, Any] | RowError]:
    if path.name.endswith((".json", ".json.gz")):
        for value in _array(path):
            yield value if isinstance(value, dict) else RowError("element is not a JSON object")
    else:
        for _, row in RawFile(path).rows():
            yield row


def _array(path: Path) -> Iterator[Any]:
    """Elements of a JSON array, one at a time."""
    opener = gzip.open if path.name.endswith(".gz") else open
    try:
        with opener(path, "rt", encoding="utf-8-sig") as handle:
            yield from _elements(iter(lambda: handle.read(_CHUNK), ""), path)
    except FileNotFoundError:
        raise DataError(f"{path}: file not found") from None
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as fault:
        raise DataError(f"{path}: not readable ({type(fault).__name__}); check the file") from None


def _elements(chunks: Iterator[str], path: Path) -> Iterator[Any]:
    decoder, rest, number = json.JSONDecoder(), next(chunks, "").lstrip(), 0
    if not rest.startswith("["):
        raise DataError(f"{path}: not a JSON array; name JSON Lines .jsonl")
    rest = rest[1:]
    while True:
        rest = rest.lstrip().removeprefix("," if number else "").lstrip()
        if rest.startswith("]"):
            return
        value, end = _decoded(decoder, rest)
        if end and rest[end:].lstrip()[:1] in {",", "]"}:  # else a number may go on in the next chunk
            rest, number = rest[end:], number + 1
            yield value
            continue
        more = next(chunks, "")
        if not more or len(rest) > _LONGEST:
            raise DataError(f"{path}: element {number + 1} is not JSON, is cut off or too long")
        rest += more


def _decoded(decoder: json.JSONDecoder, text: str) -> tuple[Any, int]:
    """The value at the head of `text` and its length, or length 0."""
    try:
        return decoder.raw_decode(text)
    except (ValueError, RecursionError):
        return None, 0


def _span(place: int, span: Any, length: int) -> Span:
    if not isinstance(span, dict) or not isinstance(span.get("entity_type"), str) or not span["entity_type"]:
        raise RowError(f"spans[{place}]: entity_type: missing, or not text")
    names = next((pair for pair in _OFFSETS if pair[0] in span), _OFFSETS[0])
    start, end = (span.get(name) for name in names)
    if type(start) is not int or type(end) is not int:
        raise RowError(f"spans[{place}]: {names[0]}, {names[1]}: missing, or not whole numbers")
    if not 0 <= start < end <= length:
        raise RowError(f"spans[{place}]: wants 0 <= {names[0]} < {names[1]} <= length of the text")
    return Span(span["entity_type"], start, end, 1.0)
