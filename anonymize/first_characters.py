"""Where a match of a pattern can begin: its first character, and what must not stand before it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_FEW = 40
"""First characters up to which places are looked up where the pattern does not say what stands before."""
_NOT_AFTER = re.compile(r"\(\?<!((?:\[(?:\\.|[^\]\\])+\]){1,3})\)")


@cache
def gate_of(pattern: str, flags: int) -> re.Pattern[str] | None:
    """Finds the characters of an ASCII text with which a match can begin; None if nearly all can.

    >>> gate_of("(?<![0-9])[1-3][0-9]{4}", 0).pattern
    '[123](?<![0-9].)'
    """
    chars = first_characters(parser.parse(pattern, flags), flags)
    if chars is None or (len(chars) > _FEW and not not_after(pattern)):
        return None
    first = "[" + "".join(map(re.escape, sorted(chars))) + "]" if chars else "(?!)"
    return _compiled(first + not_after(pattern), flags & re.IGNORECASE)


@cache
def any_gate_of(pattern: str, flags: int) -> re.Pattern[str]:
    """Finds the characters of any text before which nothing stands that a match must not follow."""
    return _compiled("." + not_after(pattern), flags & re.IGNORECASE)


@cache
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    """One object for equal patterns, so that what they find in a text is looked up once."""
    return re.compile(pattern, flags | re.DOTALL)


def not_after(pattern: str) -> str:
    """What a pattern says at its start about what must not stand before it, one character further on.

    A pattern that begins with a class is searched for many times faster than one that looks back first.
    """
    found: list[str] = []
    place = 0
    while match := _NOT_AFTER.match(pattern, place):
        found.append(f"(?<!{match[1]}.)")
        place = match.end()
    return "".join(found)


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
