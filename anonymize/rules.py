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

DOMAIN = ("\0domain",)
"""Trigger: a common top-level domain after a dot."""

CN_UNIT = ("\0cn_unit",)
"""Trigger: a number with a word for a part of a Chinese address, or numbers of doors."""

LEFT, RIGHT = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
"""Boundaries of an ASCII token; unlike `\\b` they also hold next to Chinese characters."""
NO_DIGIT_LEFT, NO_DIGIT_RIGHT = r"(?<![0-9])", r"(?![0-9])"

CJK = "\u3400-\u9fff"
TOKEN = re.compile(r"<[A-Z][A-Z_]{1,30}(?:_(?![0-9a-f]*[0-9]{4})[a-f][0-9a-f]{9})?>")
"""A replacement that this package writes: it is left alone, and nothing can hide in it."""

_WORD = re.compile("[a-zß-ÿ]{2,}")
BLANK = "\ue000"
"""Stands for a character that has been replaced; no rule reads it."""

_BLANKS = re.compile(f"{BLANK}+")
_DIGIT = re.compile("[0-9]")
_DOMAIN = re.compile(
    r"\.(?:com|net|org|info|biz|cn|io|uk|de|fr|br|edu|gov|shop|store|app|xyz|ru|eu|jp|nl)(?![a-z])"
)
_SHAPES = (
    (DIGITS[0], re.compile(r"[0-9](?:[^0-9A-Za-z]{0,3}[0-9]){6}")),
    (FIVE_DIGITS[0], re.compile(r"[0-9]{5}")),
    (DOTTED[0], re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]")),
)
_CN_UNIT = re.compile(
    r"[0-9A-Za-z一二三四五六七八九十](?:[ #]?(?:号|[弄幢栋座室户房]"
    r"|单元|[层楼期组队]|[区社铺])|-[0-9]{1,4}-[0-9])"
)


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


class Triggers:
    """Picks the rules whose triggers a text holds."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._always = [place for place, rule in enumerate(self.rules) if not rule.triggers]
        self._places: dict[str, list[int]] = {}
        self._words: dict[str, list[str]] = {}
        self._chars: dict[str, list[str]] = {}
        for place, rule in enumerate(self.rules):
            for word in rule.triggers:
                self._places.setdefault(word, []).append(place)
        for word in sorted(word for word in self._places if word[0] != "\0"):
            start = _WORD.match(word.lstrip())
            if start:
                self._words.setdefault(start[0][:4], []).append(word)
            else:
                self._chars.setdefault(word.lstrip("*")[0], []).append(word)
        self._literal = {word: word.lstrip("*") for word in self._places}

    def pick(self, text: str) -> list[Rule]:
        """Rules worth running on normalised `text`, in their order."""
        lowered = text.lower()
        places = set(self._always)
        for start in {word[:4] for word in _WORD.findall(lowered)} & self._words.keys():
            self._add(places, self._words[start], lowered)
        for char in self._chars.keys() & set(lowered):
            self._add(places, self._chars[char], lowered)
        if DOMAIN[0] in self._places and _DOMAIN.search(lowered):
            places.update(self._places[DOMAIN[0]])
        if CN_UNIT[0] in self._places and not text.isascii() and _CN_UNIT.search(text):
            places.update(self._places[CN_UNIT[0]])
        digit = _DIGIT.search(text) is not None
        if digit:
            for name, shape in _SHAPES:
                if name in self._places and shape.search(text):
                    places.update(self._places[name])
        rules = self.rules
        return [rules[place] for place in sorted(places) if digit or not rules[place].digit]

    def _add(self, places: set[int], candidates: list[str], lowered: str) -> None:
        for word in candidates:
            if self._literal[word] in lowered:
                places.update(self._places[word])


def words(*alternatives: str) -> re.Pattern[str]:
    """A case-insensitive pattern of context words; Latin words are bounded on the left."""
    parts = [
        rf"(?<![A-Za-z]){word}" if word[0].isascii() and word[0].isalpha() else word for word in alternatives
    ]
    return re.compile("|".join(parts), re.IGNORECASE)
