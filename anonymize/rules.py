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
"""Trigger: five digits with at most three other characters between two of them."""

LEFT, RIGHT = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
"""Boundaries of an ASCII token; unlike `\\b` they also hold next to Chinese characters."""
NO_DIGIT_LEFT, NO_DIGIT_RIGHT = r"(?<![0-9])", r"(?![0-9])"

CJK = "\u3400-\u9fff"
TOKEN = re.compile(r"<[A-Z][A-Z_]{1,30}(?:_(?![0-9a-f]*[0-9]{4})[a-f][0-9a-f]{9})?>")
"""A replacement that this package writes: it is left alone, and nothing can hide in it."""

_WORD = re.compile("[a-zß-ÿ]{2,}")
_DIGIT = re.compile("[0-9]")
_FIVE_DIGITS = re.compile(r"[0-9](?:[^0-9]{0,3}[0-9]){4}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One recogniser rule.

    Args:
        name: Unique, for error messages and Presidio's metadata.
        entity_type: What a match is.
        pattern: Its first group is the value, or the whole match if it has no group.
        score: Confidence of a match in (0, 1); a match that passes `check` with `validated` set gets 1.0.
        triggers: `DIGITS`, or lower-case strings of which one must occur in the text; empty: always run. A
            Latin one counts where a word starts with it (its first two letters at least); one that begins
            with `*` counts anywhere.
        check: Number of leading characters of the value that are the identifier; False or 0 rejects it.
        validated: Whether `check` is a checksum.
        before: Must be found in the window before the match.
        unless: Must not be found in the window before the match.
        digit: Whether the text must hold a digit besides its triggers.
        tail: Look only at the last so many characters of a text of one line; 0: at all of it.
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

    def find(self, text: str) -> Iterator[Span]:
        """Spans of this rule in normalised text; they may overlap those of other rules."""
        group = 1 if self.pattern.groups else 0
        position = max(0, len(text) - self.tail) if self.tail and "\n" not in text else 0
        while match := self.pattern.search(text, position):
            start = match.start(group)
            kept = self._kept(text, match.start(), match[group])
            position = max(start + kept, match.start() + 1)
            if kept:
                yield Span(self.entity_type, start, start + kept, 1.0 if self.validated else self.score)

    def _kept(self, text: str, start: int, value: str) -> int:
        window = text[max(0, start - WINDOW) : start]
        if self.before is not None and not self.before.search(window):
            return 0
        if self.unless is not None and self.unless.search(window):
            return 0
        if self.check is None:
            return len(value)
        kept = self.check(value)
        return (len(value) if kept else 0) if isinstance(kept, bool) else kept


class Triggers:
    """Picks the rules whose triggers a text holds."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._plan = tuple((rule, frozenset(rule.triggers), rule.digit) for rule in self.rules)
        self._words: dict[str, list[str]] = {}
        self._chars: dict[str, list[str]] = {}
        self._anywhere: list[str] = []
        for word in sorted(
            {word for rule in self.rules for word in rule.triggers if rule.triggers != DIGITS}
        ):
            start = _WORD.match(word.lstrip())
            if start:
                self._words.setdefault(start[0][:2], []).append(word)
            elif word[0] > "\u2e80":
                self._chars.setdefault(word[0], []).append(word)
            else:
                self._anywhere.append(word)

    def pick(self, text: str) -> list[Rule]:
        """Rules worth running on normalised `text`, in their order."""
        lowered = text.lower()
        found = {word for word in self._anywhere if word.lstrip("*") in lowered}
        for start in {word[:2] for word in _WORD.findall(lowered)}.intersection(self._words):
            found.update(word for word in self._words[start] if word in lowered)
        if not text.isascii():
            for char in self._chars.keys() & set(lowered):
                found.update(word for word in self._chars[char] if word in lowered)
        digit = _DIGIT.search(text) is not None
        if digit and _FIVE_DIGITS.search(text):
            found.update(DIGITS)
        return [
            rule
            for rule, wanted, needs_digit in self._plan
            if (digit or not needs_digit) and (not wanted or not wanted.isdisjoint(found))
        ]


def words(*alternatives: str) -> re.Pattern[str]:
    """A case-insensitive pattern of context words; Latin words are bounded on the left."""
    parts = [
        rf"(?<![A-Za-z]){word}" if word[0].isascii() and word[0].isalpha() else word for word in alternatives
    ]
    return re.compile("|".join(parts), re.IGNORECASE)
