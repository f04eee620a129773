"""What every match of a pattern holds: read off the pattern, true of every match."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privgen.anonymize.first_characters import any_gate_of, gate_of, not_after
from privgen.anonymize.heads import Reading, heads_of
from privgen.anonymize.needs import Need, longest_row, most_capitals, need_of, runs_of
from privgen.anonymize.normalise import normalise
from privgen.anonymize.scanner import RULES

_NONE = Need(0, 0, 0, 0, 0, frozenset(), False)
_NUMBERS = st.from_regex(r"[+(]?[0-9]{1,4}([ ./()-]{0,4}[0-9]{1,5}){0,5}[A-Z]{0,2}[0-9]{0,3}", fullmatch=True)
_PIECES = st.sampled_from(
    (
        *(
            "tel ",
            "电话：",
            "身份证",
            "order no ",
            "IBAN DE89 3704 0044 0532 0130 00",
            " ",
            "\n",
            "-",
            ":",
            "，",
        ),
        *("415-555-0132", "(415) 555-0132", "13812345678", "4111 1111 1111 1111", "110101199003074477"),
        *(
            "021-62345678",
            "SW1A 1AA",
            "78701-1234",
            "+44 20 7946 0958",
            "52.5200, 13.4050",
            "12.34.56-789.01",
        ),
        *("E12345678", "AB123456C", "TBA123456789012", "2024-05-01T10:00:03", "沪A12345", "3栋2单元501"),
    )
)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[0-9]{3}-[0-9]{4}", _NONE._replace(joined=7, row=4, opening=7, marks=frozenset("-"))),
        ("[0-9]{3}.?[0-9]{4}", _NONE._replace(joined=4, row=4, opening=3)),
        (r"\+?[0-9]{2,}", _NONE._replace(joined=2, row=2, opening=2, lead=1)),
        ("(?:[0-9]{4}|[A-Z]{3})x", _NONE),
        ("(?:[0-9]{4}|[0-9]{2}) ?[0-9]", _NONE._replace(joined=3, row=2, opening=3)),
        ("[A-Z]{2}[0-9]{6}", _NONE._replace(joined=6, row=6, capitals=2)),
        ("(?i)[A-Z]{2}[0-9]{6}", _NONE._replace(joined=6, row=6)),
        ("(?i:[A-Z])[A-Z]", _NONE._replace(capitals=1)),
        ("([ -])[0-9]{2}\\1[0-9]{2}", _NONE._replace(joined=4, row=2, opening=4, lead=1)),
        ("[0-9](?: {5})[0-9]{2}", _NONE._replace(joined=2, row=2, opening=1, marks=frozenset(" "))),
        ("[一-鿿]{2}[0-9]{3}", _NONE._replace(joined=3, row=3, opening=3, lead=2, wide=True)),
        ("[0-9*]{4}", _NONE),
        (r"\d{8}", _NONE),
        ("(?=[0-9]{9})[0-9a-f]+", _NONE),
        (".*[0-9]{5}", _NONE._replace(joined=5, row=5)),
    ],
)
def test_needs_of_small_patterns(pattern, expected):
    assert need_of(pattern, re.compile(pattern).flags) == expected


def test_runs_count_digits_and_end_at_letters_and_wide_gaps():
    found = [(run.start, run.end, run.digits) for run in runs_of("12-34 x 5    6     7")]
    assert found == [(0, 5, 4), (8, 14, 2), (19, 20, 1)]
    assert longest_row("12-345 x 6") == 3 and longest_row("none") == 0
    assert most_capitals("AB cDEF") == 3 and most_capitals("一二") == 0


def test_what_stands_before_is_looked_up_behind_the_first_character():
    pattern = r"(?<![A-Za-z0-9])(?<![0-9][.,])[1-3][0-9]"
    assert not_after(pattern) == "(?<![A-Za-z0-9].)(?<![0-9][.,].)"
    text = "12 a13 4.21 \n31"
    gate = gate_of(pattern, 0)
    assert gate is not None
    begins = {match.start() for match in re.finditer(pattern, text)}
    assert begins <= {match.start() for match in gate.finditer(text)} == {0, 13}
    assert begins <= {match.start() for match in any_gate_of(pattern, 0).finditer(text)}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.one_of(_PIECES, _NUMBERS), max_size=8).map("".join))
def test_every_match_of_a_rule_holds_what_its_pattern_needs(text):
    plain = normalise(text).text
    joined, row = Reading(plain, plain.lower(), frozenset()).digits
    capitals = most_capitals(plain)
    for rule in RULES:
        match = rule.pattern.search(plain)
        if match is None:
            continue
        need = need_of(rule.pattern.pattern, rule.pattern.flags)
        assert need.joined <= joined and need.row <= row and need.capitals <= capitals, rule.name
        assert need.marks <= set(plain) and not (need.wide and plain.isascii()), rule.name


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.one_of(_PIECES, _NUMBERS), max_size=8).map("".join))
def test_every_match_begins_where_its_rule_looks(text):
    plain = normalise(text).text
    reading = Reading(plain, plain.lower(), frozenset())
    for rule in RULES:
        heads = heads_of(rule.pattern.pattern, rule.pattern.flags)
        if heads.starts:  # these want the words of the text: see test_heads
            continue
        places = heads.places(reading)
        begins = [match.start() for match in rule.pattern.finditer(plain)]
        assert places is None or set(begins) <= set(places), rule.name
