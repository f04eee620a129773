"""The value of a rule stands in its first group: no match may go without it."""

from __future__ import annotations

import re
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

import pytest

from privgen.anonymize.scanner import RULES


def always_holds(items, group: int) -> bool:
    """Whether every way through a pattern passes a group."""
    for op, value in items:
        if op is ops.SUBPATTERN and (value[0] == group or always_holds(value[3], group)):
            return True
        if op is ops.BRANCH and all(always_holds(branch, group) for branch in value[1]):
            return True
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT) and value[0] > 0 and always_holds(value[2], group):
            return True
    return False


@pytest.mark.parametrize(("pattern", "expected"), [("a(b)", True), ("a(b)|c", False), ("(a)?b", False)])
def test_ways_around_a_group_are_seen(pattern, expected):
    assert always_holds(parser.parse(pattern, re.compile(pattern).flags), 1) == expected


def test_every_match_of_a_rule_has_a_value():
    around = [
        rule.name
        for rule in RULES
        if rule.pattern.groups and not always_holds(parser.parse(rule.pattern.pattern, rule.pattern.flags), 1)
    ]
    assert around == []
