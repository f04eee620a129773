"""What every match of a pattern holds: digits, capitals, marks; read off the pattern, and off a text.

A run of digits has at most four other characters, none an ASCII letter, between neighbours. Most
rules for numbers need a longer run than most texts have, and can only begin in one that is long enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

_APART = 4
"""Most characters between neighbours of a run."""
_RUN = re.compile(f"[0-9](?:[^0-9A-Za-z]{{0,{_APART}}}[0-9])*")
_DIGIT = re.compile("[0-9]")
_ROW = re.compile("[0-9]+")
_CAPITALS = re.compile("[A-Z]+")
_DIGITS = frozenset(range(48, 58))
_UPPER = frozenset(range(65, 91))
_LETTERS = _UPPER | frozenset(range(97, 123))
_LIKE_LETTERS = (0x17F, 0x212A)
"""Characters that match an ASCII letter where case does not matter."""
_WIDE = 0x3000
"""From here on no character matches an ASCII one in any case."""
_MOST_LEAD = 8
MOST = 20
"""Digits above which it no longer matters how many there are."""


class Run(NamedTuple):
    """A run of digits in a text: half-open offsets, and how many digits it has."""

    start: int
    end: int
    digits: int


class Need(NamedTuple):
    """What every match of a pattern holds at least.

    `joined`: digits of one run. `row`: digits with nothing between. `opening`: digits of the run with which
    it opens, after at most `lead` other characters; 0: it may open otherwise. `capitals`: ASCII capitals with
    nothing between. `marks`: ASCII characters that are neither letters nor digits. `wide`: a character of no
    ASCII text.
    """

    joined: int
    row: int
    opening: int
    lead: int
    capitals: int
    marks: frozenset[str]
    wide: bool


def runs_of(text: str) -> list[Run]:
    """The runs of digits in a text, in order.

    >>> runs_of("a 12-34 or 5")
    [Run(start=2, end=7, digits=4), Run(start=11, end=12, digits=1)]
    """
    return [Run(match.start(), match.end(), _count(match[0])) for match in _RUN.finditer(text)]


def longest_row(text: str) -> int:
    """How many digits stand in a text with nothing between them, at most."""
    return max(map(len, _ROW.findall(text)), default=0)


def most_capitals(text: str) -> int:
    """How many ASCII capitals stand in a text with nothing between them, at most."""
    return max(map(len, _CAPITALS.findall(text)), default=0)


def _count(run: str) -> int:
    return len(run) if run.isdecimal() else len(_DIGIT.findall(run))


@dataclass(frozen=True, slots=True)
class _State:
    """What is sure after a part of a pattern: all counts are the least, but `apart` and `lead` the most."""

    run: int = 0
    row: int = 0
    best_run: int = 0
    best_row: int = 0
    apart: int = 0
    lead: int = 0
    begun: bool = False
    opening: int = 0
    opens: bool = True
    capitals: int = 0
    best_capitals: int = 0
    marks: frozenset[str] = frozenset()
    wide: bool = False


@cache
def need_of(pattern: str, flags: int) -> Need:
    """What every match of a pattern holds.

    >>> need_of("[0-9]{3}-?[0-9]{4}x", 0)
    Need(joined=7, row=4, opening=7, lead=0, capitals=0, marks=frozenset(), wide=False)
    """
    end = _Reader(flags).sequence(_State(), parser.parse(pattern, flags))
    opening = end.opening if end.lead <= _MOST_LEAD else 0
    lead = end.lead if opening else 0
    return Need(end.best_run, end.best_row, opening, lead, end.best_capitals, end.marks, end.wide)


def _digit(state: _State) -> _State:
    run, row = min(state.run + 1, MOST), min(state.row + 1, MOST)
    return replace(
        state,
        run=run,
        row=row,
        best_run=max(state.best_run, run),
        best_row=max(state.best_row, row),
        apart=0,
        begun=True,
        opening=run if state.opens else state.opening,
        capitals=0,
    )


def _other(state: _State) -> _State:
    """A character that is neither a digit nor an ASCII letter."""
    if not state.begun:
        return replace(state, lead=min(state.lead + 1, _MOST_LEAD + 1), capitals=0)
    if state.apart == _APART:
        return _letter(state)
    return replace(state, row=0, apart=state.apart + 1, capitals=0)


def _letter(state: _State) -> _State:
    """Any character at all: what follows is another run."""
    return replace(state, run=0, row=0, apart=0, begun=True, opens=False, capitals=0)


def _capital(state: _State) -> _State:
    capitals = min(state.capitals + 1, MOST)
    return replace(_letter(state), capitals=capitals, best_capitals=max(state.best_capitals, capitals))


def _either(one: _State, other: _State) -> _State:
    return _State(
        run=min(one.run, other.run),
        row=min(one.row, other.row),
        best_run=min(one.best_run, other.best_run),
        best_row=min(one.best_row, other.best_row),
        apart=max(one.apart, other.apart),
        lead=max(one.lead, other.lead),
        begun=one.begun and other.begun,
        opening=min(one.opening, other.opening),
        opens=one.opens and other.opens,
        capitals=min(one.capitals, other.capitals),
        best_capitals=min(one.best_capitals, other.best_capitals),
        marks=one.marks & other.marks,
        wide=one.wide and other.wide,
    )


class _Reader:
    """Reads the parts of one pattern; a reference to a group repeats what was read for it."""

    def __init__(self, flags: int) -> None:
        self._groups: dict[int, Any] = {}
        self._flags = flags

    def sequence(self, state: _State, items: Iterable[tuple[Any, Any]]) -> _State:
        """The state after a sequence of parts."""
        for op, value in items:
            state = self._part(state, op, value)
        return state

    def _part(self, state: _State, op: Any, value: Any) -> _State:
        if op in (ops.ASSERT, ops.ASSERT_NOT, ops.AT):
            return state
        if op is ops.LITERAL:
            return _one_of(state, [(op, value)], self._flags)
        if op is ops.IN:
            return _one_of(state, value, self._flags)
        if op is ops.SUBPATTERN:
            return self._group(state, *value)
        if op is ops.GROUPREF and value in self._groups:
            return self.sequence(state, self._groups[value])
        if op is ops.BRANCH:
            return self._branches(state, value[1])
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            return self._repeat(state, *value)
        return _unknown(state)

    def _group(self, state: _State, number: int, on: int, off: int, items: Any) -> _State:
        self._groups[number] = items
        before, self._flags = self._flags, (self._flags | on) & ~off
        state = self.sequence(state, items)
        self._flags = before
        return state

    def _branches(self, state: _State, branches: Iterable[Any]) -> _State:
        first, *others = [self.sequence(state, branch) for branch in branches]
        for other in others:
            first = _either(first, other)
        return first

    def _repeat(self, state: _State, least: int, most: int, item: Any) -> _State:
        for _ in range(min(least, MOST + 1)):
            state = self.sequence(state, item)
        if least > MOST + 1:  # not read to its end: nothing about what follows is sure
            state = _unknown(state)
        for _ in range(min(int(most) - least, 2 * MOST)):
            longer = _either(state, self.sequence(state, item))
            if longer == state:
                break
            state = longer
        return state


def _unknown(state: _State) -> _State:
    """Any number of any characters."""
    return _letter(_either(state, _letter(state)))


def _one_of(state: _State, items: list[tuple[Any, Any]], flags: int) -> _State:
    """The state after one character of a class."""
    kinds = _kinds(items)
    if kinds.upper and flags & re.IGNORECASE:
        kinds = kinds._replace(upper=False, lower=True)
    steps = zip(kinds, (_digit, _capital, _letter, _other), strict=True)
    first, *more = [step(state) for held, step in steps if held]
    for other in more:
        first = _either(first, other)
    if all(op in (ops.LITERAL, ops.RANGE) for op, _ in items):
        lowest = min(value if op is ops.LITERAL else value[0] for op, value in items)
        first = replace(first, wide=first.wide or lowest >= _WIDE)
    mark = items[0][1] if len(items) == 1 and items[0][0] is ops.LITERAL and kinds.other else 128
    return replace(first, marks=first.marks | {chr(mark)}) if mark < 128 else first


class _Kinds(NamedTuple):
    digit: bool
    upper: bool
    lower: bool
    other: bool


def _kinds(items: list[tuple[Any, Any]]) -> _Kinds:
    """Whether a class holds ASCII digits, ASCII letters of each case, and other characters."""
    codes: set[int] = set()
    others = False
    negated = bool(items) and items[0][0] is ops.NEGATE
    for op, value in items[1:] if negated else items:
        if op is ops.LITERAL or op is ops.RANGE:
            low, high = (value, value) if op is ops.LITERAL else value
            codes.update(range(low, min(high, 127) + 1))
            codes.update(_LETTERS if any(low <= code <= high for code in _LIKE_LETTERS) else ())
            others = others or high > 127
        elif op is ops.CATEGORY and value is ops.CATEGORY_SPACE and not negated:
            others = True
        else:
            return _Kinds(True, True, True, True)
    if negated:
        codes = set(range(128)) - codes
        others = True
    return _Kinds(
        bool(codes & _DIGITS),
        bool(codes & _UPPER),
        bool(codes & _LETTERS - _UPPER),
        others or bool(codes - _DIGITS - _LETTERS),
    )
