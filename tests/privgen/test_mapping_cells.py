from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.errors import ConfigError, RowError
from privgen.mapping_cells import Scope, compile_cell, compile_condition

CANARY = "anna@example.org"


def _scope() -> Scope:
    return Scope("s", frozenset({"a", "b", "c"}), {"j": frozenset({"x"})}, frozenset({"NULL"}))


def _cell(spec: Any, **row: Any) -> Any:
    return compile_cell(spec, _scope(), "m.toml: here")({"a": None, "b": None, "c": None, "j.x": None} | row)


def _holds(spec: Any, **row: Any) -> bool:
    return compile_condition(spec, _scope(), "m.toml: here")({"a": None, "b": None, "c": None} | row)


@pytest.mark.parametrize(
    ("spec", "row", "wanted"),
    [
        ("a", {"a": " x "}, "x"),
        ("a", {"a": "  "}, None),
        ("a", {"a": "NULL"}, None),
        ("a", {"a": float("nan")}, None),
        ("a", {"a": 0}, 0),
        ("j.x", {"j.x": "y"}, "y"),
        ({"value": "BRL"}, {}, "BRL"),
        ({"template": "{a} {b:3}!"}, {"a": "x", "b": "12345"}, "x 123!"),
        ({"template": "{a} {b}"}, {"a": "x"}, None),
        ({"template": "plain"}, {}, "plain"),
        ({"concat": ["a", "b", "c"]}, {"a": "x", "c": 3}, "x 3"),
        ({"concat": ["a", "b"], "separator": ", "}, {"a": "x", "b": "y"}, "x, y"),
        ({"concat": ["a"]}, {}, None),
        ({"first": ["a", "b", {"value": "z"}]}, {"b": "y"}, "y"),
        ({"first": ["a", {"value": "z"}]}, {}, "z"),
        ({"map": {"one": "a", "two": "b"}}, {"b": 2}, {"two": "2"}),
        (
            {"case": [{"when": {"column": "a", "below": 0}, "then": "b"}, {"then": "c"}]},
            {"a": "-1", "b": "r"},
            "r",
        ),
        (
            {"case": [{"when": {"column": "a", "below": 0}, "then": "b"}, {"then": "c"}]},
            {"a": "1", "c": "p"},
            "p",
        ),
        ({"case": [{"when": {"column": "a", "equals": "x"}, "then": "b"}]}, {"a": "y", "b": "r"}, None),
        ({"column": "a", "remove": ["R$", "."]}, {"a": "R$ 1.200"}, "1200"),
        ({"column": "a", "remove": "x"}, {"a": "xx"}, None),
        ({"column": "a", "whole": True}, {"a": "17850.0"}, "17850"),
        ({"column": "a", "whole": True}, {"a": 17850.0}, "17850"),
        ({"column": "a", "whole": True}, {"a": "00017"}, "00017"),
        ({"column": "a", "pad": 5}, {"a": 4726}, "04726"),
        ({"column": "a", "take": 2, "upper": True}, {"a": "abc"}, "AB"),
        ({"column": "a", "lower": True, "values": {"ja": "yes", "nein": ""}}, {"a": "JA"}, "yes"),
        ({"column": "a", "lower": True, "values": {"ja": "yes", "nein": ""}}, {"a": "Nein"}, None),
        ({"column": "a", "values": {"x": "y"}, "otherwise": "z"}, {"a": "q"}, "z"),
        ({"column": "a", "values": {"x": "y"}}, {}, None),
        ({"column": "a", "number": {"decimal": ",", "thousands": "."}}, {"a": "1.234,5"}, 1234.5),
        ({"column": "a", "number": {"absolute": True, "scale": 0.01}}, {"a": -250}, 2.5),
    ],
)
def test_cells(spec: Any, row: dict[str, Any], wanted: Any) -> None:
    assert _cell(spec, **row) == wanted


@given(st.decimals(-(10**9), 10**9, places=2))
def test_a_number_in_another_notation_is_the_same_number(number: Decimal) -> None:
    written = f"{number:,.2f}".translate(str.maketrans(",.", ".,"))
    assert _cell({"column": "a", "number": {"decimal": ",", "thousands": "."}}, a=written) == float(number)


@given(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2035, 1, 1)).map(lambda t: t.replace(microsecond=0)))
def test_a_time_is_read_in_its_zone(moment: dt.datetime) -> None:
    spec = {"column": "a", "timestamp": {"format": "%d.%m.%Y %H:%M:%S", "timezone": "Asia/Shanghai"}}
    got = _cell(spec, a=moment.strftime("%d.%m.%Y %H:%M:%S"))
    if moment.year >= 1992:  # no summer time there since
        assert got == (moment - dt.timedelta(hours=8)).replace(tzinfo=dt.UTC)
    assert _cell({"column": "a", "timestamp": {}}, a=moment.isoformat()) == moment.replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "spec",
    [
        {"column": "a", "whole": True},
        {"column": "a", "values": {"x": "y"}},
        {"column": "a", "number": {}},
        {"column": "a", "timestamp": {"format": "%Y"}},
    ],
)
def test_a_value_that_does_not_fit_is_a_row_error_without_it(spec: Any) -> None:
    for value in (CANARY, [CANARY], {CANARY: 1}, True):
        with pytest.raises(RowError) as fault:
            _cell(spec, a=value)
        assert CANARY not in fault.value.reason


@pytest.mark.parametrize(
    ("spec", "true_for", "false_for"),
    [
        ({"column": "a", "empty": True}, [None, " ", "NULL"], ["x", 0]),
        ({"column": "a", "empty": False}, ["x", 0], [None, "NULL"]),
        ({"column": "a", "equals": "x"}, ["x", " x"], ["y", None]),
        ({"column": "a", "equals": 3}, ["3", 3], ["4", None]),
        ({"column": "a", "one_of": ["x", "y"]}, ["x", "y"], ["z", None]),
        ({"column": "a", "matches": "^C"}, ["C1"], ["1C", None]),
        ({"column": "a", "below": 0}, ["-1", -0.5], ["0", 1, None]),
        ({"column": "a", "above": 2}, ["3"], ["2", None]),
        ({"not": {"column": "a", "matches": "^C"}}, ["1C", None], ["C1"]),
        ({"any": [{"column": "a", "empty": True}, {"column": "a", "equals": "x"}]}, [None, "x"], ["y"]),
        ([{"column": "a", "above": 0}, {"column": "a", "below": 5}], ["3"], ["7", "-1", None]),
        ([], [None, "x"], []),
    ],
)
def test_conditions(spec: Any, true_for: list[Any], false_for: list[Any]) -> None:
    assert all(_holds(spec, a=value) for value in true_for)
    assert not any(_holds(spec, a=value) for value in false_for)


def test_a_let_is_a_name_for_a_cell_and_joins_are_recorded() -> None:
    scope = _scope()
    scope.lets["kind"] = compile_cell({"first": ["j.x", {"value": "none"}]}, scope, "w")
    cell = compile_cell({"template": "{kind}/{a}"}, scope, "w")
    assert cell({"a": "1", "j.x": None}) == "none/1"
    assert scope.used == {"j": {"x": None}}


@pytest.mark.parametrize(
    "spec",
    [
        3,
        [],
        {},
        "d",
        "j.y",
        "k.x",
        {"column": 3},
        {"column": "a", "value": "b"},
        {"value": True},
        {"value": ["a"]},
        {"template": 3},
        {"template": "{a"},
        {"template": "{a:x}"},
        {"template": "{d}"},
        {"concat": "a"},
        {"concat": []},
        {"concat": ["a"], "separator": 1},
        {"first": "a"},
        {"map": "a"},
        {"case": {}},
        {"case": [{"when": []}]},
        {"case": [{"then": "a", "else": "b"}]},
        {"column": "a", "separator": ","},
        {"column": "a", "otherwise": "x"},
        {"column": "a", "take": 0},
        {"column": "a", "take": True},
        {"column": "a", "pad": "5"},
        {"column": "a", "upper": 1},
        {"column": "a", "whole": "yes"},
        {"column": "a", "remove": 3},
        {"column": "a", "values": 3},
        {"column": "a", "number": {"decimals": ","}},
        {"column": "a", "number": {"scale": "much"}},
        {"column": "a", "timestamp": {"zone": "UTC"}},
        {"column": "a", "timestamp": {"timezone": "Nowhere/At_all"}},
        {"column": "a", "timestamp": {"format": 3}},
    ],
)
def test_a_wrong_cell_is_one_line_that_says_where(spec: Any) -> None:
    with pytest.raises(ConfigError) as fault:
        compile_cell(spec, _scope(), "m.toml: here")
    assert str(fault.value).startswith("m.toml: here") and "\n" not in str(fault.value)


@pytest.mark.parametrize(
    "spec",
    [
        "a",
        3,
        {},
        {"column": "a"},
        {"column": "a", "empty": True, "equals": "x"},
        {"empty": True},
        {"any": "a"},
        {"column": "d", "empty": True},
        {"column": "a", "empty": "yes"},
        {"column": "a", "one_of": "xy"},
        {"column": "a", "one_of": [["x"]]},
        {"column": "a", "matches": "["},
        {"column": "a", "below": "much"},
        {"column": "a", "equals": "x", "case": 1},
        {"not": [], "any": []},
    ],
)
def test_a_wrong_condition_is_one_line_that_says_where(spec: Any) -> None:
    with pytest.raises(ConfigError) as fault:
        compile_condition(spec, _scope(), "m.toml: here")
    assert str(fault.value).startswith("m.toml: here") and "\n" not in str(fault.value)
