"""The literal text that every match of a pattern begins with, read off the pattern itself.

Where all alternatives of a pattern begin with known letters, as labels and greetings do, a text is searched for
those first (which costs next to nothing), and the pattern is tried only where one of them stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

_TO_WORDS = bytes(code + 32 if 65 <= code <= 90 else code if 97 <= code <= 122 else 32 for code in range(256))
"""ASCII letters in lower case, everything else a space: splits plain text into words at the speed of C."""
_LETTERS = re.compile("[a-z]+")
_LETTER_RANGES = {(65, 90), (97, 122)}

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
    found = _sequence(parser.parse(pattern.pattern, pattern.flags))
    if found is None or "" in found:
        return ()
    return tuple(sorted(head for head in found if not any(head.startswith(o) for o in found if o != head)))


class Reading(NamedTuple):
    """A text of which the lower case is in step with it."""

    text: str
    lowered: str
    starts: frozenset[bytes]
    """First four letters of every word, lowered; only of an ASCII text."""


class Places(NamedTuple):
    """The heads of a pattern: those that stand at the start of a word by that word, and the others."""

    by_start: dict[bytes, list[str]]
    keys: frozenset[bytes]
    others: list[str]
    all: tuple[str, ...]


def byte_words(text: str) -> frozenset[bytes]:
    """First four letters of every word of an ASCII text, lowered."""
    return frozenset([word[:4] for word in text.encode().translate(_TO_WORDS).split()])


def in_step(text: str, lowered: str) -> bool:
    """Whether heads found in `lowered` tell where matches begin in `text`."""
    return len(text) == len(lowered) and not ODD.search(text)


def places_of(pattern: re.Pattern[str], reading: Reading) -> list[int] | None:
    """Where a match can begin, ascending; None: anywhere."""
    known = _places(pattern)
    if known is None:
        return None
    wanted: Iterable[str] = known.all
    if reading.text.isascii():
        wanted = known.others
        for start in known.keys & reading.starts:
            wanted = [*wanted, *known.by_start[start]]
    found: list[int] = []
    for head in wanted:
        place = reading.lowered.find(head)
        while place >= 0:
            found.append(place)
            place = reading.lowered.find(head, place + 1)
    found.sort()
    return found


@lru_cache(maxsize=None)
def _places(pattern: re.Pattern[str]) -> Places | None:
    known = heads(pattern)
    if not known:
        return None
    by_start: dict[bytes, list[str]] = {}
    others: list[str] = []
    whole_words = _after_no_letter(parser.parse(pattern.pattern, pattern.flags))
    for head in filter(str.isascii, known):
        letters = _LETTERS.match(head)
        if whole_words and letters and (len(letters[0]) >= 4 or letters[0] != head):
            by_start.setdefault(letters[0][:4].encode(), []).append(head)
        else:
            others.append(head)
    return Places(by_start, frozenset(by_start), others, known)


def _after_no_letter(items: Iterable[tuple[Any, Any]]) -> bool:
    """Whether no ASCII letter can stand before a match."""
    for op, value in items:
        if op is ops.SUBPATTERN:
            return _after_no_letter(value[3])
        if op is ops.ASSERT_NOT and value[0] < 0 and len(value[1]) == 1 and value[1][0][0] is ops.IN:
            if _LETTER_RANGES <= {tuple(item[1]) for item in value[1][0][1] if item[0] is ops.RANGE}:
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
