"""Which rules are worth running on a text, and where in it their matches can begin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from privgen.anonymize.heads import Reading, heads_of, in_step
from privgen.anonymize.needs import MOST, most_capitals
from privgen.anonymize.rules import (
    BLANK,
    CN_UNIT,
    CODE,
    DIGITS,
    DOMAIN,
    DOTTED,
    FIVE_DIGITS,
    LETTER_DIGIT,
    Rule,
)

_ASCII_BLANK = "\x7f"
_WORD = re.compile("[a-zß-ÿ]{2,}")
_TO_ZEROS = bytes(48 if 48 <= code <= 57 else code for code in range(256))
_NOT_ALNUM = bytes(code for code in range(128) if not chr(code).isalnum())
_NO_MARKS = bytes(code for code in range(128) if chr(code).isalpha() or code == 32)
_TO_WORDS = bytes(code + 32 if 65 <= code <= 90 else code if 97 <= code <= 122 else 32 for code in range(256))
"""ASCII letters in lower case, everything else a space: splits plain text into words at the speed of C."""
_LETTERS = re.compile("[a-z]+")
_MOST_WORDS = 20_000
_COMMON_MARKS = "-',."
_DIGIT = re.compile("[0-9]")
_DOMAIN = re.compile(
    r"\.(?:com|net|org|info|biz|cn|io|uk|de|fr|br|edu|gov|shop|store|app|xyz|ru|eu|jp|nl)(?![a-z])"
)
_TO_SHAPES = bytes(65 if 65 <= code <= 90 else 48 if 48 <= code <= 57 else code for code in range(256))
"""Capital letters as A, digits as 0."""
_CODE_SHAPE = re.compile(r"[A-Z][ -]?[0-9]{2}")
_DOTTED_SHAPE = re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]")
_SHAPES = (
    (DIGITS[0], re.compile(r"[0-9](?:[^0-9A-Za-z]{0,3}[0-9]){6}")),
    (FIVE_DIGITS[0], re.compile(r"[0-9]{5}")),
    (DOTTED[0], _DOTTED_SHAPE),
    (CODE[0], _CODE_SHAPE),
    (LETTER_DIGIT[0], re.compile("[A-Z][0-9]")),
)
_CN_UNIT = re.compile(
    r"[0-9A-Za-z一二三四五六七八九十](?:[ #]?(?:号|[弄幢栋座室户房]"
    r"|单元|[层楼期组队]|[区社铺])|-[0-9]{1,4}-[0-9])"
)


class Picked(NamedTuple):
    """A rule to run, and where its matches can begin (None: anywhere)."""

    rule: Rule
    places: list[int] | None


class Group(NamedTuple):
    """Triggers that begin alike, with the rules of each as bits."""

    always: int
    some: list[tuple[str, int]]


Candidate = tuple[int, tuple[tuple[str, int], ...]]
"""Literals to look for with the rules of each, and the rules of all of them."""


class WordTriggers(dict[bytes, "tuple[bytes, int, Candidate | None, int] | None"]):
    """What each word of an ASCII text makes worth a look, kept from text to text; other triggers by a mark.

    A word's value: its first four letters, the rules that these trigger, the triggers to look for, and the
    rules of which matches begin with such a word.
    """

    def __init__(
        self, groups: dict[bytes, Group], begins: dict[bytes, int], others: Iterable[tuple[str, int]]
    ):
        super().__init__()
        self._groups, self._begins = groups, begins
        self._pieces: list[tuple[str, str, int]] = []
        self._marks: dict[int, dict[str, int]] = {}
        merged: dict[str, int] = {}
        for literal, rules in others:  # with a star in front or not
            merged[literal] = merged.get(literal, 0) | rules
        for literal, rules in merged.items():
            pieces = _LETTERS.findall(literal)
            marks = [char for char in literal if not char.isalnum() and char != " "]
            if pieces and not marks:
                self._pieces.append((max(pieces, key=len), literal, rules))
            else:
                mark = min(marks or literal[0], key=_COMMON_MARKS.find)
                _add(self._marks.setdefault(ord(mark), {}), [(literal, rules)])
        self._mark_candidates = {mark: _candidate(some) for mark, some in self._marks.items()}
        self._mark_keys = frozenset(self._marks)

    def __missing__(self, word: bytes) -> tuple[bytes, int, Candidate | None, int] | None:
        """Work out what a word triggers, and keep it."""
        start, letters = word[:4], word.decode()
        always, some = self._groups.get(start, (0, ()))
        wanted: dict[str, int] = {}
        for literal, rules in some:
            held = _held_by(literal, letters)
            if held is None:
                _add(wanted, [(literal, rules)])
            elif held:
                always |= rules
        _add(wanted, ((literal, rules) for piece, literal, rules in self._pieces if piece in letters))
        begins = self._begins.get(start, 0)
        if len(self) >= _MOST_WORDS:
            self.clear()
        candidate = _candidate(wanted) if wanted else None
        self[word] = found = (start, always, candidate, begins) if always or wanted or begins else None
        return found

    def held(self, lowered: str, raw: bytes, anywhere: int) -> tuple[int, frozenset[bytes]]:
        """The rules that an ASCII text triggers and that can begin in it, and the starts of its words.

        Args:
            lowered: The text in lower case.
            raw: The text as bytes.
            anywhere: Rules that can begin elsewhere than at a word.
        """
        bits, can_begin = 0, anywhere
        starts: list[bytes] = []
        candidates: list[Candidate] = [
            self._mark_candidates[mark]
            for mark in self._mark_keys.intersection(raw.translate(None, _NO_MARKS))
        ]
        for start, always, wanted, begins in filter(None, map(self.__getitem__, plain_words(raw))):
            starts.append(start)
            bits |= always
            can_begin |= begins
            if wanted:
                candidates.append(wanted)
        for rules_of_all, literals in candidates:
            if not rules_of_all & can_begin & ~bits:
                continue
            for literal, rules in literals:
                if rules & can_begin & ~bits and literal in lowered:
                    bits |= rules
        return bits & can_begin, frozenset(starts)


def _candidate(literals: dict[str, int]) -> Candidate:
    rules_of_all = 0
    for rules in literals.values():
        rules_of_all |= rules
    return rules_of_all, tuple(literals.items())


def _held_by(literal: str, word: str) -> bool | None:
    """Whether a text with a word holds a literal of which the first letters stand in that word.

    None: it depends on what stands around the word.
    """
    first = _LETTERS.search(literal)
    if first is None:
        return None
    if first.end() < len(literal):
        return None if word == first[0] else False
    if not word.startswith(first[0]):
        return False
    return True if first.start() == 0 else None


def _add(found: dict[str, int], items: Iterable[tuple[str, int]]) -> None:
    """Add literals with their rules; one literal may come as several triggers."""
    for literal, rules in items:
        found[literal] = found.get(literal, 0) | rules


class Triggers:
    """Picks the rules whose triggers a text holds, and the places where they can match."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._sets: dict[str, int] = {}
        """Trigger to its rules: a bit for each."""
        for place, rule in enumerate(self.rules):
            for word in rule.triggers:
                self._sets[word] = self._sets.get(word, 0) | 1 << place
        self._always = self._bits(rule for rule in self.rules if not rule.triggers)
        self._digit = self._bits(rule for rule in self.rules if rule.digit)
        words: dict[str, list[str]] = {}
        chars: dict[str, list[str]] = {}
        for word in sorted(word for word in self._sets if word[0] != "\0"):
            start = _WORD.match(word.lstrip())
            if start:
                words.setdefault(start[0][:4], []).append(word)
            else:
                chars.setdefault(word.lstrip("*")[0], []).append(word)
        self._words = {start: self._group(some, start) for start, some in words.items()}
        self._chars = {char: self._group(some) for char, some in chars.items()}
        self._starts = frozenset(self._words)
        self._first = frozenset(self._chars)
        self._heads = [heads_of(rule.pattern.pattern, rule.pattern.flags) for rule in self.rules]
        known = list(zip(self.rules, self._heads, strict=True))
        self._anywhere = self._bits(rule for rule, begins in known if not begins.only_words)
        needs = [begins.need for begins in self._heads]
        self._by_run = self._up_to([need.joined for need in needs])
        self._by_row = self._up_to([need.row for need in needs])
        self._by_capitals = self._up_to([need.capitals for need in needs])
        self._wide = self._bits(rule for rule, need in zip(self.rules, needs, strict=True) if need.wide)
        marks = {mark for need in needs for mark in need.marks}
        self._by_mark = [
            (mark, sum(1 << place for place, need in enumerate(needs) if mark in need.marks))
            for mark in sorted(marks)
        ]
        self._plain = {digit: self._word_triggers(0 if digit else self._digit) for digit in (False, True)}

    def pick(self, text: str) -> list[Picked]:
        """Rules worth running on normalised `text`, in their order."""
        digit = _DIGIT.search(text) is not None
        if BLANK in text:  # no rule reads either, and a text that is ASCII otherwise is read as such
            text = text.replace(BLANK, _ASCII_BLANK)
        lowered = text.lower()
        plain = text.isascii()
        starts = frozenset[bytes]()
        bits = self._always
        if plain:
            raw = text.encode()
            held, starts = self._plain[digit].held(lowered, raw, self._anywhere)
            bits |= held | (self._plain_shapes(text, raw) if digit else 0)
            bits &= ~self._wide
        else:
            bits |= self._held(text, lowered, digit)
        if "." in text and DOMAIN[0] in self._sets and _DOMAIN.search(lowered):
            bits |= self._sets[DOMAIN[0]]
        reading = Reading(text, lowered, starts)
        bits = self._needed(bits, reading, digit)
        in_place = plain or in_step(text, lowered)
        picked: list[Picked] = []
        lacking: dict[int, bool] = {}  # by identity: a pattern's hash is worked out anew each time
        while bits:
            number = bits.bit_length() - 1
            bits ^= 1 << number
            rule = self.rules[number]
            if rule.needs is not None:
                key = id(rule.needs)
                if key not in lacking:
                    lacking[key] = rule.needs.search(text) is None
                if lacking[key]:
                    continue
            if rule.places is not None:
                places: list[int] | None = reading.told(rule.places)
            else:
                places = self._heads[number].places(reading, rule.first(text)) if in_place else None
            if places is None or places:
                picked.append(Picked(rule, places))
        picked.reverse()
        return picked

    def _needed(self, bits: int, reading: Reading, digit: bool) -> int:
        """Of some rules, those of which a text holds what every match needs."""
        if not digit:
            bits &= self._by_run[0] & ~self._digit
        elif bits & ~self._by_run[0]:
            joined, row = reading.digits
            bits &= self._by_run[min(joined, MOST)] & self._by_row[min(row, MOST)]
        if bits & ~self._by_capitals[0]:
            bits &= self._by_capitals[min(most_capitals(reading.text), MOST)]
        for mark, needing in self._by_mark:
            if bits & needing and mark not in reading.text:
                bits &= ~needing
        return bits

    def _word_triggers(self, unwanted: int) -> WordTriggers:
        """The triggers of an ASCII text, without those of rules that need not be tried."""

        def wanted(items: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
            return [(literal, rules) for literal, rules in items if literal.isascii() and rules & ~unwanted]

        begins: dict[bytes, int] = {}
        for place, known in enumerate(self._heads):
            for start in known.starts:
                begins[start] = begins.get(start, 0) | 1 << place
        groups = {
            start.encode(): Group(group.always, wanted(group.some))
            for start, group in self._words.items()
            if start.isascii()
        }
        return WordTriggers(
            groups, begins, wanted(item for group in self._chars.values() for item in group.some)
        )

    def _up_to(self, needs: list[int]) -> list[int]:
        """For each number of digits that a text has at most, the rules that need no more."""
        return [
            sum(1 << place for place, need in enumerate(needs) if need <= digits)
            for digits in range(MOST + 1)
        ]

    def _bits(self, rules: Iterable[Rule]) -> int:
        wanted = {id(rule) for rule in rules}
        return sum(1 << place for place, rule in enumerate(self.rules) if id(rule) in wanted)

    def _group(self, words: Iterable[str], start: str = "") -> Group:
        """Triggers that begin alike: those that a word of this beginning is, and those to look for."""
        group = Group(0, [])
        for word in words:
            literal = word.lstrip("*")
            if literal == start:
                group = Group(group.always | self._sets[word], group.some)
            else:
                group.some.append((literal, self._sets[word]))
        return group

    def _plain_shapes(self, text: str, raw: bytes) -> int:
        """Rules of which an ASCII text holds the shape."""
        bits = 0
        if b"00000" in raw.translate(_TO_ZEROS, _NOT_ALNUM):
            return self._shapes(text)
        if DOTTED[0] in self._sets and text.count(".") > 1 and _DOTTED_SHAPE.search(text):
            bits |= self._sets[DOTTED[0]]
        shapes = raw.translate(_TO_SHAPES)
        if b"A0" in shapes and LETTER_DIGIT[0] in self._sets:
            bits |= self._sets[LETTER_DIGIT[0]]
        if CODE[0] in self._sets and (b"A00" in shapes or b"A 00" in shapes or b"A-00" in shapes):
            bits |= self._sets[CODE[0]]
        return bits

    def _held(self, text: str, lowered: str, digit: bool) -> int:
        """Rules of which a text holds a trigger."""
        groups = [self._words[s] for s in self._starts.intersection([w[:4] for w in _WORD.findall(lowered)])]
        groups += [self._chars[char] for char in self._first.intersection(lowered)]
        bits = _held_of(groups, lowered)
        if CN_UNIT[0] in self._sets and _CN_UNIT.search(text):
            bits |= self._sets[CN_UNIT[0]]
        return bits | self._shapes(text) if digit else bits

    def _shapes(self, text: str) -> int:
        bits = 0
        for name, shape in _SHAPES:
            if name in self._sets and shape.search(text):
                bits |= self._sets[name]
        return bits


def _held_of(groups: Iterable[Group], lowered: str) -> int:
    """Rules of the triggers that occur."""
    bits = 0
    for always, some in groups:
        bits |= always
        for literal, rules in some:
            if literal in lowered:
                bits |= rules
    return bits


def plain_words(text: str | bytes) -> set[bytes]:
    """The words of an ASCII text: runs of letters, in lower case."""
    raw = text.encode() if isinstance(text, str) else text
    return set(raw.translate(_TO_WORDS).split())
