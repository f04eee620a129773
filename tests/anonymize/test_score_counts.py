"""Counts of a score against sets of characters, and intervals against their definition."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.anonymize.score_counts import ALIKE, Counts, Cover, Scores, ratio_interval, same_type, wilson
from privgen.anonymize.spans import Span

SPANS = st.lists(
    st.builds(
        lambda kind, start, length: Span(kind, start, start + length, 1.0),
        st.sampled_from(["PERSON", "NAME", "URL", "AGE"]),
        st.integers(0, 25),
        st.integers(1, 8),
    ),
    max_size=7,
)


def chars(spans):
    return {place for span in spans for place in range(span.start, span.end)}


def keys(spans):
    return {(span.entity_type, span.start, span.end) for span in spans}


def right(key, others):
    return any(key[1:] == other[1:] and same_type(key[0], other[0]) for other in others)


def slow(records):
    """The counts over all types, by sets of characters."""
    wanted = dict.fromkeys(
        [
            "gold",
            "strict",
            "masked",
            "characters",
            "leaked_characters",
            "records",
            "leaked_records",
            "found",
            "found_strict",
            "found_overlap",
        ],
        0,
    )
    for gold, found in records:
        gold_keys, found_keys, truth, cover = keys(gold), keys(found), chars(gold), chars(found)
        wanted["gold"] += len(gold_keys)
        wanted["strict"] += sum(right(key, found_keys) for key in gold_keys)
        wanted["masked"] += sum(set(range(start, end)) <= cover for _, start, end in gold_keys)
        wanted["characters"] += len(truth)
        wanted["leaked_characters"] += len(truth - cover)
        wanted["records"] += bool(gold_keys)
        wanted["leaked_records"] += bool(truth - cover)
        wanted["found"] += len(found_keys)
        wanted["found_strict"] += sum(right(key, gold_keys) for key in found_keys)
        wanted["found_overlap"] += sum(bool(set(range(start, end)) & truth) for _, start, end in found_keys)
    return wanted


def counted(counts):
    return {name: value for name, value in counts.as_json().items() if isinstance(value, int)}


@given(st.lists(st.tuples(SPANS, SPANS), max_size=5))
def test_counts_equal_those_of_character_sets(records):
    scores = Scores()
    for gold, found in records:
        scores.add(gold, found)
    assert counted(scores.overall) == slow(records)
    assert scores.records == len(records)
    assert scores.clean_records == sum(not gold for gold, _ in records)
    assert scores.false_alarm_records == sum(not gold and bool(found) for gold, found in records)


@given(st.lists(st.tuples(SPANS, SPANS), max_size=5), st.sampled_from(["PERSON", "NAME", "URL", "AGE"]))
def test_counts_of_a_type_are_those_of_its_spans(records, kind):
    scores = Scores()
    for gold, found in records:
        scores.add(gold, found)
    counts = scores.types.get(kind, Counts())
    of_gold = slow([([s for s in gold if s.entity_type == kind], found) for gold, found in records])
    of_found = slow([(gold, [s for s in found if s.entity_type == kind]) for gold, found in records])
    names = ("gold", "strict", "masked", "characters", "leaked_characters", "records", "leaked_records")
    assert {name: getattr(counts, name) for name in names} == {name: of_gold[name] for name in names}
    names = ("found", "found_strict", "found_overlap")
    assert {name: getattr(counts, name) for name in names} == {name: of_found[name] for name in names}


@given(SPANS, st.integers(0, 30), st.integers(0, 10))
def test_cover_counts_characters(spans, start, length):
    cover = Cover(spans)
    assert cover.size == len(chars(spans))
    assert cover.inside(start, start + length) == len(chars(spans) & set(range(start, start + length)))


def test_a_score_by_hand():
    scores = Scores()
    # "Ann Lee, 555-0199": the name found as a whole under a like name, three characters of the phone missed
    scores.add(
        [Span("PERSON", 0, 7, 1.0), Span("PHONE_NUMBER", 9, 17, 1.0)],
        [Span("NAME", 0, 7, 0.8), Span("PHONE_NUMBER", 12, 17, 0.6), Span("URL", 20, 25, 0.5)],
    )
    scores.add([], [Span("URL", 0, 3, 0.5)])
    scores.add([], [])
    done = scores.as_json()
    assert done["types"]["PERSON"]["strict_recall"]["value"] == 1.0
    assert done["types"]["PHONE_NUMBER"]["masked_recall"]["value"] == 0.0
    assert done["types"]["PHONE_NUMBER"]["leaked_share"]["value"] == 3 / 8
    assert done["overall"]["leaked_share"]["value"] == 3 / 15
    assert done["overall"]["strict_precision"]["value"] == 1 / 4
    assert done["overall"]["overlap_precision"]["value"] == 2 / 4
    assert done["overall"]["leaked_records"] == 1
    assert done["false_alarms_per_1000"]["value"] == 500.0


@pytest.mark.parametrize(("part", "whole"), [(0, 10), (1, 10), (5, 10), (97, 100), (10, 10), (0, 5000)])
def test_wilson_bounds_solve_its_equation(part, whole):
    """Each bound p is where |part/whole - p| is 1.96 standard errors of p."""
    z = 1.959963984540054
    low, high = wilson(part, whole)
    for bound in (low, high):
        if 0.0 < bound < 1.0:
            error = z * math.sqrt(bound * (1 - bound) / whole)
            assert abs(part / whole - bound) == pytest.approx(error, rel=1e-9)
    assert low <= part / whole <= high
    assert (low == 0.0) == (part == 0) and (high == 1.0) == (part == whole)


def test_the_leaked_share_has_the_interval_of_a_ratio_of_sums():
    records = [(0, 10), (4, 8), (0, 11), (12, 12), (1, 20), (0, 9)]
    counts = Counts()
    for leaked, size in records:
        counts.record(size, leaked)
    rate = sum(x for x, _ in records) / sum(y for _, y in records)
    residual = sum((x - rate * y) ** 2 for x, y in records)
    half = 1.959963984540054 * math.sqrt(residual * 6 / 5) / sum(y for _, y in records)
    assert ratio_interval(counts) == pytest.approx((max(0.0, rate - half), min(1.0, rate + half)))


@pytest.mark.parametrize("leaked", [0, 10])
def test_a_share_without_spread_has_the_interval_of_its_records(leaked):
    counts = Counts()
    for _ in range(20):
        counts.record(10, leaked)
    assert ratio_interval(counts) == wilson(20 * (leaked > 0), 20)


def test_nothing_counted_has_no_share():
    assert Scores().as_json()["overall"]["masked_recall"] == {"value": None, "low": 0.0, "high": 1.0}


def test_a_type_is_alike_in_one_way_only():
    names = [name for group in ALIKE for name in group]
    assert len(names) == len(set(names))
