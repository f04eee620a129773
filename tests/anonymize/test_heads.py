"""Literal beginnings of patterns: no match may begin anywhere else."""

from __future__ import annotations

import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privgen.anonymize.heads import ODD, heads, heads_of
from privgen.anonymize.normalise import normalise
from privgen.anonymize.rules_labelled import any_of
from privgen.anonymize.scanner import RULES
from privgen.anonymize.triggers import Triggers

_PIECES = any_of(
    "regards, |Ann| |\n|My name is |order number |123 |4839|ask for |I'm |é|ı|，|收货人|电话：|c/o "
    "|SW1A 1AA|K1A 0B1|2024|.|,|a|X|tel |Ihre IBAN |weg 12|D-|张三|Best|10 High Street|at |@|gmail.com"
    "|password: |ſent by "
)
TRIGGERS = Triggers(RULES)
ALONE = [Triggers([rule]) for rule in RULES]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"(?i)(?<![a-z])(?:sent|signed) by (.+)", ("sent by", "signed ")),
        ("colou?r", ("color", "colour")),
        ("(?:ab)?c", ("abc", "c")),
        ("a*b", ("a", "b")),
        ("[aB]c", ("ac", "bc")),
        ("(?:a|.)b", ()),
        ("a?", ()),
    ],
)
def test_heads_of_small_patterns(pattern, expected):
    assert heads(re.compile(pattern)) == expected


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
def test_picked_places_find_what_the_whole_pattern_finds(text):
    plain = normalise(text).text
    places = {rule.name: found for rule, found in TRIGGERS.pick(plain)}
    for rule, alone in zip(RULES, ALONE, strict=True):
        if rule.name in places:
            assert list(rule.find(plain, places[rule.name])) == list(rule.find(plain))
        elif rule.needs is None or rule.needs.search(plain):
            assert not alone.pick(plain)


def test_a_needed_shape_stands_in_every_match():
    texts = [
        "SW1A 1AA",
        "K1A 0B1",
        "Austin, TX 78701",
        "Leeds, LS1 4AP",
        "ann (at) shop.com",
        "zoe at zoemail.com",
        "packed by T. Reuter",
        "signed for by T. REUTER",
        "love from Theo and Maya",
        "52.5200, 13.4050",
        "a gift (mother, 34)",
        "see shop.com/wishlist/anna",
        "order_no=4839123",
        "tracking_no: SF1234567890123",
        "agent: what is the order number?\ncustomer: it is 4839123",
    ]
    needing = [rule for rule in RULES if rule.needs is not None]
    found = {
        rule.name for rule in needing for text in texts if list(rule.find(text)) and rule.needs.search(text)
    }
    assert found == {rule.name for rule in needing}
    assert not [r.name for r in needing for t in texts if list(r.find(t)) and not r.needs.search(t)]


def test_every_character_that_matches_another_of_other_lower_case_is_odd():
    letters = {char for rule in RULES for head in heads(rule.pattern) for char in head}
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if char.lower() in letters or len(char.lower()) != 1 or 0xD800 <= code < 0xE000:
            continue
        if char.upper().lower() in letters or char.casefold() in letters:
            assert ODD.search(char) or not re.match(f"(?i){re.escape(char.upper().lower())}", char)


def test_most_labels_have_heads():
    known = [rule for rule in RULES if rule.name.endswith("_context") and "cn" not in rule.name]
    assert sum(bool(heads_of(r.pattern.pattern, r.pattern.flags).starts) for r in known) > len(known) / 2
