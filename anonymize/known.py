"""Identifiers known from the customer's own row, searched in that customer's text in all usual variants.

Both sides are squeezed to letters and digits, case-folded and without accents, so that spacing, punctuation,
width and case do not matter. The search is literal: no pattern is ever built from a customer's data.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from privgen.anonymize.known_variants import TYPES, variants
from privgen.anonymize.normalise import normalise
from privgen.anonymize.spans import Span
from privgen.anonymize.variant import Variant

_WORD = re.compile(r"[^\W_]+")
_GAP = 3
"""Most characters that may stand between two neighbouring characters of an identifier."""


class KnownIdentifiers:
    """The identifiers of one customer, ready to be searched; its repr shows none of them.

    Args:
        row: Identifier column (name, phone, email, address, birth_date, customer_id, or any other whose
            value identifies the customer) to value; None and empty values are ignored.
        customer: The customer's id where the row leaves it out, too short to be searched for.
    """

    name = "known identifiers"

    def __init__(self, row: Mapping[str, Any], customer: str | None = None) -> None:
        self.customer = customer or str(row.get("customer_id") or "") or None
        found: dict[tuple[str, str], Variant] = {}
        self.count = 0
        for column, value in row.items():
            text = value.isoformat() if isinstance(value, dt.date) else str(value or "").strip()
            if text:
                self.count += 1
                plain = normalise(text).text  # as the texts are searched
                for variant in variants(column, plain):
                    found.setdefault((variant.squeezed, variant.entity_type), variant)
        self._variants = tuple(found.values())

    def __repr__(self) -> str:
        """Count without showing a value."""
        return f"KnownIdentifiers({self.count})"

    def find(self, text: str) -> Iterator[Span]:
        """Spans of the identifiers in normalised text, score 1.0; they may overlap."""
        squeezed = "".join(_WORD.findall(fold(text)))
        wanted = [variant for variant in self._variants if variant.squeezed in squeezed]
        if wanted:
            places = _places(text)
            for variant in wanted:
                yield from _hits(text, squeezed, places, variant)


def known_types() -> tuple[str, ...]:
    """Entity types that a known identifier can have."""
    return tuple(sorted({*TYPES.values(), "ID"}))


def fold(text: str) -> str:
    """Lower case without accents; one character may become several or none.

    >>> fold("JOSÉ")
    'jose'
    """
    return text.lower() if text.isascii() else "".join(map(_fold_char, text))


@lru_cache(maxsize=65536)
def _fold_char(char: str) -> str:
    split = unicodedata.normalize("NFKD", char)
    return "".join(part for part in split if not unicodedata.combining(part)).casefold()


def _places(text: str) -> list[int]:
    """Index in `text` of every character of the squeezed text."""
    if text.isascii():
        return [i for i, char in enumerate(text) if char.isalnum()]
    return [i for i, char in enumerate(text) for part in _fold_char(char) if _WORD.match(part)]


def _hits(text: str, squeezed: str, places: list[int], variant: Variant) -> Iterator[Span]:
    length = len(variant.squeezed)
    at = squeezed.find(variant.squeezed)
    while at >= 0:
        indices = places[at : at + length]
        start, end = indices[0], indices[-1] + 1
        if _whole(text, start, end) and _tight(indices) and variant.fits(text, start, end):
            end += bool(variant.tail) and text.startswith(variant.tail, end) and len(variant.tail)
            yield Span(variant.entity_type, start, end, 1.0)
        at = squeezed.find(variant.squeezed, at + 1)


def _tight(indices: Iterable[int]) -> bool:
    previous = None
    for index in indices:
        if previous is not None and index - previous > _GAP + 1:
            return False
        previous = index
    return True


def _whole(text: str, start: int, end: int) -> bool:
    """Whether the match is not a part of a longer Latin word or number."""
    return not (
        (start and _joined(text[start - 1], text[start]))
        or (end < len(text) and _joined(text[end - 1], text[end]))
    )


def _joined(left: str, right: str) -> bool:
    if left.isdigit() or right.isdigit():
        return left.isdigit() and right.isdigit()
    return _latin(left) and _latin(right)


def _latin(char: str) -> bool:
    return char.isalpha() and char < "\u0530"
