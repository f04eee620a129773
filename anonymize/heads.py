"""The literal text that every match of a pattern begins with, read off the pattern itself.

Where all alternatives of a pattern begin with known letters, as labels and greetings do, a text is searched
for those first (which costs next to nothing), and the pattern is tried only where one of them stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from privgen.anonymize.first_characters import any_gate_of, gate_of
from privgen.anonymize.needs import Need, Run, longest_row, need_of, runs_of

_LETTERS = re.compile("[a-z]+")
_LETTER_RANGES = {(65, 90), (97, 122)}

_OPENING = 4
"""Digits at the beginning of every match from which it is worth looking for runs of as many."""
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


class Gate:
    """Where in a text some matches can begin: one object for all that can begin alike.

    Args:
        pattern: Finds the first character.
        opening: Digits of the run with which every match opens; 0: of no run.
        lead: Most other characters before that run.
    """

    def __init__(self, pattern: re.Pattern[str], opening: int, lead: int) -> None:
        self.pattern, self.opening, self.lead = pattern, opening, lead


@cache
def _gate(pattern: re.Pattern[str] | None, need: Need) -> Gate | None:
    if pattern is None:
        return None
    in_runs = need.opening >= _OPENING
    return _same_gate(pattern, need.opening if in_runs else 0, need.lead if in_runs else 0)


@cache
def _same_gate(pattern: re.Pattern[str], opening: int, lead: int) -> Gate:
    return Gate(pattern, opening, lead)


class Reading:
    """A text of which the lower case is in step with it, and what is known about it."""

    def __init__(self, text: str, lowered: str, starts: frozenset[bytes]) -> None:
        self.text, self.lowered, self.starts = text, lowered, starts
        self.ascii = text.isascii()
        self._known: dict[object, list[int]] = {}

    @cached_property
    def runs(self) -> list[Run]:
        """The runs of digits."""
        return runs_of(self.text)

    @cached_property
    def digits(self) -> tuple[int, int]:
        """How many digits stand in a run, and with nothing between them, at most."""
        return max((run.digits for run in self.runs), default=0), longest_row(self.text)

    def places(self, gate: Gate) -> list[int]:
        """Where a gate opens, ascending."""
        found = self._known.get(gate)
        if found is None:
            parts = self._long(gate.opening, gate.lead) if gate.opening else [(0, len(self.text))]
            find = gate.pattern.finditer
            found = self._known[gate] = [
                match.start() for start, end in parts for match in find(self.text, start, end)
            ]
        return found

    def told(self, where: Callable[[str], list[int]]) -> list[int]:
        """What a function tells of the text, asked once."""
        found = self._known.get(where)
        if found is None:
            found = self._known[where] = where(self.text)
        return found

    def _long(self, digits: int, lead: int) -> Iterator[tuple[int, int]]:
        last = 0
        for start, end, held in self.runs:
            if held >= digits:
                yield max(start - lead, last), end
                last = end


class Heads:
    """Where the matches of a pattern can begin: at its heads, its digits, or in an ASCII text its gate."""

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
        self.need = need_of(pattern, flags)
        """What every match holds."""
        self._in_runs = self.need.opening >= _OPENING
        self._gate = _gate(gate_of(pattern, flags), self.need)
        self._any_gate = _gate(any_gate_of(pattern, flags), self.need) if self._in_runs else None
        self.only_words = bool(self._all) and not self._others
        """Whether every match in an ASCII text begins with one of these words."""

    def places(self, reading: Reading, start: int = 0) -> list[int] | None:
        """Where a match can begin, ascending, if it begins at `start` or later; None: anywhere."""
        if self._in_runs or not self._all:
            return self._gated(reading)
        wanted: Iterable[str] = self._all
        if reading.ascii:
            wanted = self._others
            for word in self.starts & reading.starts:
                wanted = [*wanted, *self._by_start[word]]
        find = reading.lowered.find
        found: list[int] = []
        for head in wanted:
            place = find(head, start)
            while place >= 0:
                found.append(place)
                place = find(head, place + 1)
        found.sort()
        return found

    def _gated(self, reading: Reading) -> list[int] | None:
        gate = (reading.ascii and self._gate) or self._any_gate
        return reading.places(gate) if gate else None


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
