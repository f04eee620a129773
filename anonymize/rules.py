"""What a recogniser rule is, and how one is applied to normalised text.

A rule is a pattern with boundaries that hold next to Chinese characters, an optional check (a checksum or a
trim), and optional context that must or must not stand just before the match. Rules run only on texts that
hold what triggers them, so plain prose costs almost nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from privgen.anonymize.spans import Span

WINDOW = 28
"""Code points before a match in which context words count."""

DIGITS = ("\0digits",)
"""Trigger: seven digits with at most three separators between neighbours."""
FIVE_DIGITS = ("\0five",)
"""Trigger: five digits in a row."""
DOTTED = ("\0dotted",)
"""Trigger: three short numbers joined by dots."""

CODE = ("\0code",)
"""Trigger: two digits after a capital letter, with at most one separator."""
LETTER_DIGIT = ("\0letter digit",)
"""Trigger: a capital letter and a digit behind it."""

DOMAIN = ("\0domain",)
"""Trigger: a common top-level domain after a dot."""

CN_UNIT = ("\0cn_unit",)
"""Trigger: a number with a word for a part of a Chinese address, or numbers of doors."""

LEFT, RIGHT = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
"""Boundaries of an ASCII token; unlike `\\b` they also hold next to Chinese characters."""
NO_DIGIT_LEFT, NO_DIGIT_RIGHT = r"(?<![0-9])", r"(?![0-9])"

CJK = "\u3400-\u9fff"
TOKEN = re.compile(
    r"<[A-Z][A-Z_]{1,30}(?:_(?![0-9a-f]*[0-9]{4})[a-f][0-9a-f]{9})?>"
    r"|<ENC_[A-Z_]{1,31}_[bcdfghjklmnpqrst]{98,}>"
)
"""A replacement that this package writes: it is left alone, and nothing can hide in it."""

BLANK = "\ue000"
"""Stands for a character that has been replaced; no rule reads it."""

_BLANKS = re.compile(f"{BLANK}+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One recogniser rule.

    Args:
        name: Unique, for error messages and Presidio's metadata.
        entity_type: What a match is.
        pattern: Its first group is the value, or the whole match if it has no group.
        score: Confidence of a match in (0, 1); a match that passes `check` with `validated` set gets 1.0.
        triggers: `DIGITS` or a like shape, or lower-case strings of which one must occur in the text;
            empty: always run. A Latin string counts where a word starts with its first four letters, one of
            two or three letters where it is a word; one that begins with `*` counts anywhere.
        check: Number of leading characters of the value that are the identifier; False or 0 rejects it.
        validated: Whether `check` is a checksum.
        before: Must be found in the window before the match.
        unless: Must not be found in the window before the match.
        digit: Whether the text must hold a digit besides its triggers.
        tail: Look only at the last so many characters of a text of one line; 0: at all of it.
        needs: What every text with a match holds, if that is found faster than the pattern fails.
        places: Where in a text a match that `check` keeps can begin, ascending, if the pattern does not tell.
    """

    name: str
    entity_type: str
    pattern: re.Pattern[str]
    score: float
    triggers: tuple[str, ...] = ()
    check: Callable[[str], int | bool] | None = None
    validated: bool = False
    before: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    digit: bool = False
    tail: int = 0
    needs: re.Pattern[str] | None = None
    places: Callable[[str], list[int]] | None = None

    def find(self, text: str, places: Iterable[int] | None = None) -> Iterator[Span]:
        """Spans of this rule in normalised text; they may overlap those of other rules.

        Args:
            text: Normalised text.
            places: Where a match can begin, ascending; None: anywhere.
        """
        group = 1 if self.pattern.groups else 0
        position = self.first(text)
        left = None if places is None else iter(places)
        while match := self._next(text, position, left):
            start = match.start(group)
            kept = self._kept(text, match.start(), match[group])
            position = max(start + kept, match.start() + 1)
            if kept:
                yield Span(self.entity_type, start, start + kept, 1.0 if self.validated else self.score)

    def first(self, text: str) -> int:
        """Where the first match can begin."""
        return max(0, len(text) - self.tail) if self.tail and "\n" not in text else 0

    def _next(self, text: str, position: int, places: Iterator[int] | None) -> re.Match[str] | None:
        if places is None:
            return self.pattern.search(text, position)
        for place in places:
            if place >= position and (match := self.pattern.match(text, place)):
                return match
        return None

    def _kept(self, text: str, start: int, value: str) -> int:
        window = text[max(0, start - WINDOW) : start]
        if BLANK in window:  # however long what stood there was, it counts as one character
            window = _BLANKS.sub(BLANK, text[max(0, start - 8 * WINDOW) : start])[-WINDOW:]
        if self.before is not None and not self.before.search(window):
            return 0
        if self.unless is not None and self.unless.search(window):
            return 0
        if self.check is None:
            return len(value)
        kept = self.check(value)
        return (len(value) if kept else 0) if isinstance(kept, bool) else kept


def words(*alternatives: str) -> re.Pattern[str]:
    """A case-insensitive pattern of context words; Latin words are bounded on the left."""
    parts = [
        rf"(?<![A-Za-z]){word}" if word[0].isascii() and word[0].isalpha() else word for word in alternatives
    ]
    return re.compile("|".join(parts), re.IGNORECASE)
