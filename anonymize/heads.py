"""The literal text that every match of a pattern begins with, read off the pattern itself.

Where all alternatives of a pattern begin with known letters, as labels and greetings do, a text is searched
for those first (which costs next to nothing), and the pattern is tried only where one of them stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_LETTERS = re.compile("[a-z]+")
_LETTER_RANGES = {(65, 90), (97, 122)}

_FEW = 40
"""First characters of a pattern up to which places are looked up."""
LONGEST = 7
"""Characters after which the beginning of a pattern is not read on."""
_MOST = 400
_CLASS = 4
"""Characters of a class that are written out; a larger one ends what is known."""

ODD = re.compile("[ſıςϐϑϕϖϰϱϵẛιµ\u0345]")
"""Characters that match others in any case of letters although their lower case is another one."""

Open = dict[str, bool]
"""Beginning to whether the pattern goes on after it."""


def heads(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Lower-case strings with one of which every match begins, lowered; none if they cannot be told.

    They hold for texts of which the lower case is of the same length and in which `ODD` finds nothing.

    >>> heads(re.compile("(?i)(?<![a-z])(?:sent|signed) by (.+)"))
    ('sent by', 'signed ')
    """
    return _heads(parser.parse(pattern.pattern, pattern.flags))


def _heads(tree: Iterable[tuple[Any, Any]]) -> tuple[str, ...]:
    found = _sequence(tree)
    if found is None or "" in found:
        return ()
    return tuple(
        sorted(head for head in found if not any(head[:size] in found for size in range(1, len(head))))
    )


class Reading:
    """A text of which the lower case is in step with it, and what is known about it."""

    def __init__(self, text: str, lowered: str, starts: frozenset[bytes]) -> None:
        self.text, self.lowered, self.starts = text, lowered, starts
        self.ascii = text.isascii()
        self._firsts: dict[re.Pattern[str], list[int]] = {}

    def places(self, chars: re.Pattern[str]) -> list[int]:
        """Where one of some characters stands."""
        found = self._firsts.get(chars)
        if found is None:
            found = self._firsts[chars] = [match.start() for match in chars.finditer(self.text)]
        return found


class Heads:
    """Where the matches of a pattern can begin: at its heads, or in an ASCII text at its first characters."""

    def __init__(self, pattern: str, flags: int) -> None:
        tree = parser.parse(pattern, flags)
        self._all = _heads(tree)
        self._others: list[str] = []
        self._by_start: dict[bytes, list[str]] = {}
        whole_words = _after_no_letter(tree)
        for head in filter(str.isascii, self._all):
            letters = _LETTERS.match(head)
            if whole_words and letters and (len(letters[0]) >= 4 or letters[0] != head):
                self._by_start.setdefault(letters[0][:4].encode(), []).append(head)
            else:
                self._others.append(head)
        self.starts = frozenset(self._by_start)
        """First four letters of the words with which a match can begin."""
        self._first = None if self._all else _class_of(first_characters(tree, flags))
        self.only_words = bool(self._all) and not self._others
        """Whether every match in an ASCII text begins with one of these words."""

    def places(self, reading: Reading) -> list[int] | None:
        """Where a match can begin, ascending; None: anywhere."""
        if not self._all:
            return reading.places(self._first) if self._first and reading.ascii else None
        wanted: Iterable[str] = self._all
        if reading.ascii:
            wanted = self._others
            for start in self.starts & reading.starts:
                wanted = [*wanted, *self._by_start[start]]
        find = reading.lowered.find
        found: list[int] = []
        for head in wanted:
            place = find(head)
            while place >= 0:
                found.append(place)
                place = find(head, place + 1)
        found.sort()
        return found


@cache
def _class_of(chars: frozenset[str] | None) -> re.Pattern[str] | None:
    """A pattern of some characters, unless they are too many to be worth it."""
    if chars is None or len(chars) > _FEW:
        return None
    return re.compile("[" + "".join(map(re.escape, sorted(chars))) + "]" if chars else "(?!)")


def first_characters(items: Iterable[tuple[Any, Any]], flags: int) -> frozenset[str] | None:
    """ASCII characters with which a match can begin; None if it can be empty or they cannot be told."""
    found, empty = _firsts(items, flags)
    return None if empty or found is None else frozenset(found)


def _firsts(items: Iterable[tuple[Any, Any]], flags: int) -> tuple[set[str] | None, bool]:
    """First characters of a sequence, and whether it can be empty."""
    found: set[str] = set()
    for op, value in items:
        chars, empty = _first_of(op, value, flags)
        if chars is None:
            return None, False
        found |= chars
        if not empty:
            return found, False
    return found, True


def _first_of(op: Any, value: Any, flags: int) -> tuple[set[str] | None, bool]:
    if op in (ops.ASSERT, ops.ASSERT_NOT, ops.AT):
        return set(), True
    if op is ops.LITERAL or op is ops.IN:
        return _ascii([(op, value)] if op is ops.LITERAL else value, flags), False
    if op is ops.SUBPATTERN:
        return _firsts(value[3], (flags | value[1]) & ~value[2])
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
        chars, empty = _firsts(value[2], flags)
        return chars, empty or value[0] == 0
    if op is not ops.BRANCH:
        return None, False
    parts = [_firsts(branch, flags) for branch in value[1]]
    if any(chars is None for chars, _ in parts):
        return None, False
    return {char for chars, _ in parts for char in chars or ()}, any(empty for _, empty in parts)


def _ascii(items: Iterable[tuple[Any, Any]], flags: int) -> set[str] | None:
    """ASCII characters of a class, in both cases where case does not matter."""
    codes: set[int] = set()
    for op, value in items:
        if op is ops.LITERAL:
            codes.add(value)
        elif op is ops.RANGE:
            codes.update(range(value[0], min(value[1], 127) + 1))
        else:
            return None
    chars = {chr(code) for code in codes if code < 128}
    return (
        {case for char in chars for case in (char.lower(), char.upper())} if flags & re.IGNORECASE else chars
    )


def in_step(text: str, lowered: str) -> bool:
    """Whether heads found in `lowered` tell where matches begin in `text`."""
    return len(text) == len(lowered) and not ODD.search(text)


@cache
def heads_of(pattern: str, flags: int) -> Heads:
    """`Heads`, read once in a process."""
    return Heads(pattern, flags)


def _after_no_letter(items: Iterable[tuple[Any, Any]]) -> bool:
    """Whether no ASCII letter can stand before a match."""
    for op, value in items:
        if op is ops.SUBPATTERN:
            return _after_no_letter(value[3])
        if op is ops.ASSERT_NOT and value[0] < 0 and len(value[1]) == 1 and value[1][0][0] is ops.IN:
            if {tuple(item[1]) for item in value[1][0][1] if item[0] is ops.RANGE} >= _LETTER_RANGES:
                return True
        elif op not in (ops.ASSERT, ops.ASSERT_NOT, ops.AT):
            return False
    return False


def _sequence(items: Iterable[tuple[Any, Any]]) -> Open | None:
    """Beginnings of a sequence; None if there are too many."""
    found: Open = {"": True}
    for op, value in items:
        if not any(found.values()):
            break
        parts = _item(op, value)
        if parts is None:
            return dict.fromkeys(found, False)
        longer = _joined(found, parts)
        if len(longer) > _MOST:
            return dict.fromkeys(found, False)
        found = longer
    return found


def _joined(found: Open, parts: Open) -> Open:
    joined: Open = {}
    for head, goes_on in found.items():
        for part, more in parts.items() if goes_on else (("", False),):
            text = (head + part)[:LONGEST]
            joined[text] = (more and len(head + part) < LONGEST) and joined.get(text, True)
    return joined


def _item(op: Any, value: Any) -> Open | None:
    """Beginnings of one part of a pattern; None where they cannot be told."""
    if op in (ops.ASSERT, ops.ASSERT_NOT, ops.AT):
        return {"": True}
    if op is ops.LITERAL:
        return {chr(value).lower(): True}
    if op is ops.IN:
        return _class(value)
    if op is ops.SUBPATTERN:
        return _sequence(value[3])
    if op is ops.BRANCH:
        return _branches(value[1])
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
        return _repeat(*value)
    return None


def _class(items: Sequence[tuple[Any, Any]]) -> Open | None:
    if len(items) > _CLASS or any(op is not ops.LITERAL for op, _ in items):
        return None
    return {chr(value).lower(): True for _, value in items}


def _branches(branches: Iterable[Any]) -> Open | None:
    found: Open = {}
    for branch in branches:
        parts = _sequence(branch)
        if parts is None:
            return None
        for head, goes_on in parts.items():
            found[head] = goes_on and found.get(head, True)
    return found


def _repeat(least: int, most: int, item: Any) -> Open | None:
    once = _sequence(item)
    if once is None:
        return None
    found = dict(once) if most == 1 else dict.fromkeys(once, False)
    if least == 0:
        found[""] = found.get("", True)
    return found
