"""Hierarchies: what runs of values are written as, and that cover and loss agree with the values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privgen.anonymize.encoded import EncodedColumn
from privgen.anonymize.hierarchy_kinds import KINDS, coarser_column, hierarchy_of


def column(values, name="x"):
    distinct = tuple(dict.fromkeys(values))
    codes = np.array([distinct.index(value) for value in values], dtype=np.int32)
    return EncodedColumn(name, codes, distinct)


def cell(hierarchy, held, values):
    """What the values are written as together, and the loss."""
    leaves = [int(hierarchy.leaf[held.values.index(value)]) for value in values]
    low, high = (np.array([end(leaves)], dtype=np.int32) for end in (min, max))
    texts, place = hierarchy.texts(low, high)
    return texts[place[0]], float(hierarchy.loss(low, high)[0])


@pytest.mark.parametrize(
    ("kind", "values", "together", "wanted"),
    [
        ("age", ["20", "21", "24", "31", "57"], ["20", "24"], "20..24"),
        ("age", ["20", "21", "25", "31", "57"], ["20", "25"], "20..29"),
        ("age", ["20", "", "57"], ["", "57"], "*"),
        ("number", ["1", "2.5", "-7", "40"], ["1", "2.5"], "1..2.5"),
        ("number", ["1", "2.5", "-7", "40"], ["40", "-7"], "*"),
        (
            "date",
            ["2018-01-05", "2018-01-07", "2018-03-01", "2019-01-01"],
            ["2018-01-05", "2018-01-07"],
            "2018-01",
        ),
        (
            "date",
            ["2018-01-05", "2018-05-07", "2018-09-01", "2019-01-01"],
            ["2018-01-05", "2018-05-07"],
            "2018-Q1..2018-Q2",
        ),
        ("date", ["2018-01-05", "2018-05-07", "2021-09-01"], ["2018-01-05", "2018-05-07"], "2018"),
        ("postcode", ["1310", "01311", "20231"], ["1310", "01311"], "0131*"),
        ("postcode", ["SW1A 1AA", "SW1A 2BB", "SW2 1CC", "E1 6AN"], ["SW1A 1AA", "SW1A 2BB"], "SW1A ***"),
        (
            "region",
            ["广东省深圳市", "广东省广州市", "江苏省南京市"],
            ["广东省深圳市", "广东省广州市"],
            "广东省*",
        ),
        (
            "region",
            ["Lyon, France", "Nice, France", "Rome, Italy"],
            ["Lyon, France", "Nice, France"],
            "*, France",
        ),
        ("locale", ["en_US", "en_GB", "zh_CN"], ["en_US", "en_GB"], "en_*"),
        ("category", ["a", "a", "b", "c"], ["a", "b"], "{a|b}"),
        (
            "category",
            ["Shoes > Boots", "Shoes > Pumps", "Hats > Caps"],
            ["Shoes > Boots", "Shoes > Pumps"],
            "Shoes > *",
        ),
    ],
)
def test_runs_are_written_as_people_write_them(kind, values, together, wanted):
    held = column(values)
    assert cell(hierarchy_of(kind, held), held, together)[0] == wanted


def test_losses_by_hand():
    ages, jobs = column(["20", "30", "60"]), column(["a", "b", "c", "d"])
    assert cell(hierarchy_of("number", ages), ages, ["20", "30"])[1] == pytest.approx(10 / 40)
    assert cell(hierarchy_of("category", jobs), jobs, ["a", "b"])[1] == pytest.approx(2 / 4)
    assert cell(hierarchy_of("category", jobs), jobs, ["b"]) == ("b", 0.0)
    assert cell(hierarchy_of("category", jobs), jobs, ["a", "d"]) == ("*", 1.0)


@given(
    kind=st.sampled_from(KINDS),
    values=st.lists(
        st.one_of(
            st.sampled_from(["", " ", "n/a", "Rome, Italy", "广东省深圳市", "en_US", "a > b"]),
            st.integers(-5, 130).map(str),
            st.dates().map(str),
            st.text(max_size=4),
        ),
        min_size=1,
        max_size=12,
    ),
)
@settings(max_examples=70, deadline=None, derandomize=True)
def test_covers_are_nested_runs_with_losses_between_nothing_and_all(kind, values):
    hierarchy = hierarchy_of(kind, column(values))
    count = len(hierarchy.keys)
    low, high = np.array([(i, j) for i in range(count) for j in range(i, count)], dtype=np.int32).T
    cover, loss = hierarchy.cover(low, high), hierarchy.loss(low, high)
    assert (cover.first <= low).all() and (cover.last >= high).all()
    assert (loss >= 0).all() and (loss <= 1).all() and (loss[low == high] == 0).all()
    for node, finer in zip(hierarchy.nodes, hierarchy.nodes[1:], strict=False):
        assert (np.diff(node) >= 0).all() and (np.diff(finer) >= np.diff(node)).all()
    texts, place = hierarchy.texts(low, high)
    stars = np.array([texts[p] == "*" for p in place])
    assert stars[cover.star].all() and len(set(texts)) == len(texts)


def test_the_coarser_column_is_the_finest_that_is_told():
    city = column(["a", "a", "b", "c", "d"] * 30, "city")
    state = column(["1", "1", "1", "2", "2"] * 30, "state")
    country = column(["x"] * 150, "country")
    loose = column([str(n % 3) for n in range(150)], "loose")
    assert coarser_column(city, [country, state, loose]) == state
    assert coarser_column(country, [state]) is None
