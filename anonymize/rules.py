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

_WORD = re.compile("[a-zß-ÿ]{2,}")
_TO_WORDS = bytes(code + 32 if 65 <= code <= 90 else code if 97 <= code <= 122 else 32 for code in range(256))
"""ASCII letters in lower case, everything else a space: splits plain text into words at the speed of C."""
_TO_ZEROS = bytes(48 if 48 <= code <= 57 else code for code in range(256))
_NOT_ALNUM = bytes(code for code in range(128) if not chr(code).isalnum())
BLANK = "\ue000"
"""Stands for a character that has been replaced; no rule reads it."""

_BLANKS = re.compile(f"{BLANK}+")
_DIGIT = re.compile("[0-9]")
_DOMAIN = re.compile(
    r"\.(?:com|net|org|info|biz|cn|io|uk|de|fr|br|edu|gov|shop|store|app|xyz|ru|eu|jp|nl)(?![a-z])"
)
_CODE_SHAPE = re.compile(r"[A-Z][ -]?[0-9]{2}")
_DOTTED_SHAPE = re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]")
_SHAPES = (
    (DIGITS[0], re.compile(r"[0-9](?:[^0-9A-Za-z]{0,3}[0-9]){6}")),
    (FIVE_DIGITS[0], re.compile(r"[0-9]{5}")),
    (DOTTED[0], _DOTTED_SHAPE),
    (CODE[0], _CODE_SHAPE),
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
        self._literal: dict[str, str] = {}
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
        self._starts = frozenset(self._words)
        self._byte_starts = {start.encode(): start for start in self._words if start.isascii()}
        self._first = frozenset(self._chars)
        plain = [w for some in self._chars.values() for w in some if w.isascii()]
        self._plain_with_digit = [(word, self._literal[word]) for word in plain]
        self._plain = [(w, literal) for w, literal in self._plain_with_digit if not self._only_with_digit(w)]

    def pick(self, text: str) -> list[Rule]:
        """Rules worth running on normalised `text`, in their order."""
        digit = _DIGIT.search(text) is not None
        held = self._held_plain(text, digit) if text.isascii() else self._held(text, digit)
        if "." in text and DOMAIN[0] in self._places and _DOMAIN.search(text.lower()):
            held.append(DOMAIN[0])
        places = set(self._always)
        for trigger in held:
            places.update(self._places[trigger])
        rules = self.rules
        return [rules[place] for place in sorted(places) if digit or not rules[place].digit]

    def _only_with_digit(self, word: str) -> bool:
        return all(self.rules[place].digit for place in self._places[word])

    def _held_plain(self, text: str, digit: bool) -> list[str]:
        """Triggers that an ASCII text holds."""
        lowered, raw = text.lower(), text.encode()
        starts = {word[:4] for word in raw.translate(_TO_WORDS).split()} & self._byte_starts.keys()
        held = [
            word
            for start in starts
            for word in self._words[self._byte_starts[start]]
            if self._literal[word] in lowered
        ]
        if not digit:
            return held + [word for word, literal in self._plain if literal in lowered]
        held += [word for word, literal in self._plain_with_digit if literal in lowered]
        if b"00000" in raw.translate(_TO_ZEROS, _NOT_ALNUM):
            return held + self._shapes(text)
        if DOTTED[0] in self._places and text.count(".") > 1 and _DOTTED_SHAPE.search(text):
            held.append(DOTTED[0])
        if CODE[0] in self._places and _CODE_SHAPE.search(text):
            held.append(CODE[0])
        return held

    def _held(self, text: str, digit: bool) -> list[str]:
        """Triggers that a text holds."""
        lowered = text.lower()
        starts = self._starts.intersection([word[:4] for word in _WORD.findall(lowered)])
        chars = self._first.intersection(lowered)
        candidates = [self._words[start] for start in starts] + [self._chars[char] for char in chars]
        held = [word for some in candidates for word in some if self._literal[word] in lowered]
        if CN_UNIT[0] in self._places and _CN_UNIT.search(text):
            held.append(CN_UNIT[0])
        return held + self._shapes(text) if digit else held

    def _shapes(self, text: str) -> list[str]:
        return [name for name, shape in _SHAPES if name in self._places and shape.search(text)]


def words(*alternatives: str) -> re.Pattern[str]:
    """A case-insensitive pattern of context words; Latin words are bounded on the left."""
    parts = [
        rf"(?<![A-Za-z]){word}" if word[0].isascii() and word[0].isalpha() else word for word in alternatives
    ]
    return re.compile("|".join(parts), re.IGNORECASE)
