"""One way to write an identifier, and the squeezed form in which it is searched."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from privgen.anonymize.data_files import simplified

CUT = re.compile(r"[\W_]+")
"""What is no letter and no digit."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to write an identifier, squeezed; `rule` decides on the text around and in the match.

    `tail` is covered too where it follows the match.
    """

    squeezed: str
    entity_type: str
    rule: Callable[[str, int, int], bool] | None = None
    tail: str = ""

    def fits(self, text: str, start: int, end: int) -> bool:
        """Whether the match at `[start, end)` of `text` stands for the identifier."""
        return self.rule is None or self.rule(text, start, end)

    def __repr__(self) -> str:
        """Name the type without showing the value."""
        return f"Variant({self.entity_type})"


def squeeze(text: str) -> str:
    """Letters and digits of `text`, case-folded, without accents.

    >>> squeeze("São-Paulo, 12")
    'saopaulo12'
    """
    if text.isascii():
        return CUT.sub("", text.lower())
    split = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text)).translate(simplified()[1])
    return CUT.sub("", "".join(char for char in split if not unicodedata.combining(char)).casefold())
