"""Charts, number formats and the cleaning of hostile values: small functions, checked as properties."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.explain.report_charts import (
    bars,
    epsilon_lines,
    heat_class,
    nice_ceiling,
    share_class,
    verdict_bars,
)
from privgen.explain.report_html import TEMPLATES, difference, percent, round_up, small, translate
from privgen.explain.report_values import clean, shorten

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(values)
def test_cleaned_values_can_be_written_and_stay_clean(value: Any) -> None:
    cleaned = clean(value)
    json.dumps(cleaned, ensure_ascii=False).encode("utf-8")
    assert clean(cleaned) == cleaned


@given(st.text(st.characters(codec="utf-8")), st.integers(2, 50))
def test_shortened_text_is_one_line_of_bounded_length(text: str, most: int) -> None:
    line = shorten(text, most)
    assert len(line) <= most and len(line.splitlines()) <= 1
    whole = " ".join(text.split())
    assert line == whole or (line.endswith("…") and whole.startswith(line[:-1]))


@given(st.floats(0, 1e6))
def test_privacy_is_never_shown_smaller(epsilon: float) -> None:
    shown = float(round_up(epsilon))
    assert shown >= epsilon - 1e-6 and shown - epsilon <= 0.0101


@given(st.floats(0, 1))
def test_percent_claims_all_or_nothing_only_when_it_is(share: float) -> None:
    assert (percent(share) == "100%") == (share == 1)
    assert (percent(share) == "0%") == (share == 0)


@given(st.floats(1e-12, 1e6))
def test_small_numbers_keep_two_digits(value: float) -> None:
    assert float(small(value)) == pytest.approx(value, rel=0.051)


@given(st.floats(1e-6, 1e9))
def test_nice_ceiling_is_close_above(value: float) -> None:
    top = nice_ceiling(value)
    assert value <= top * (1 + 1e-9) and top <= 2 * value * (1 + 1e-9)


@given(st.dictionaries(st.text(max_size=5), st.integers(1, 1000), max_size=20), st.integers(2, 8))
def test_bars_lose_nothing(found: dict[str, int], most: int) -> None:
    rows = bars(found, most)
    assert len(rows) <= most and sum(row["count"] for row in rows) == sum(found.values())
    assert all(0 < row["share"] <= 1 for row in rows)


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=10))
def test_heat_grows_with_the_score(scores: list[float]) -> None:
    largest = max(abs(score) for score in scores)
    for score in scores:
        kind, level = heat_class(score, largest)[0], heat_class(score, largest)[1:]
        assert kind == ("z" if abs(score) < 0.05 else "p" if score > 0 else "n")
        assert kind == "z" or int(level) == math.ceil(6 * abs(score) / largest - 1e-9)
    assert share_class(0.0) == "z" and share_class(1.0) == "p6"


def test_merchants_with_equal_spend_share_a_line() -> None:
    series = [{"entry": 1, "epsilon": 1.0}, {"entry": 2, "epsilon": 2.0}]
    merchants = [{"merchant_id": name, "series": series} for name in ("b", "a")]
    merchants.append({"merchant_id": "c", "series": [{"entry": 2, "epsilon": 4.0}]})
    chart = epsilon_lines(merchants, 5.0)
    assert [line["merchants"] for line in chart["lines"]] == [["c"], ["b", "a"]]
    assert chart["last"] == 2 and 0 <= chart["target"] < 100
    top = chart["ticks"][-1]["value"]
    assert top == 6.0 and chart["lines"][0]["points"] == f"0.00,100.00 100.00,{100 - 400 / top:.2f}"
    assert epsilon_lines([], None)["lines"] == []


def test_verdict_bars_fill_the_row() -> None:
    section = {"sentences": 8, "verdicts": {"supported": 4, "weak": 3, "none": 1}}
    empty = {"sentences": 0, "verdicts": {"supported": 0, "weak": 0, "none": 0}}
    (row,) = verdict_bars({"description": section, "campaign": empty}, ("supported", "weak", "none"))
    assert [part["x"] for part in row["parts"]] == [0.0, 50.0, 87.5]
    assert sum(part["width"] for part in row["parts"]) == 100.0


def test_difference_escapes_and_marks() -> None:
    before, after = "Warm <b>red</b> shoes", "Warm shoes"
    removed, added = difference(before, after, "removed"), difference(before, after, "added")
    assert "<b>" not in removed and "&lt;" in removed and "<del>" in removed
    assert "<del>" not in added and "<ins>" not in added


def test_values_in_sentences_are_escaped() -> None:
    words = {"a": {"b": "count {n}"}}
    assert translate(words, "a.b", n="<i>") == "count &lt;i&gt;"


@pytest.mark.parametrize("dark", [False, True])
def test_every_shade_can_be_read(dark: bool) -> None:
    """WCAG 2.2 1.4.3: 4.5 to 1 for text, on every colour that stands behind text."""
    light, _, rest = (
        (TEMPLATES / "style.css").read_text("utf-8").partition("@media (prefers-color-scheme: dark)")
    )
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", rest[: rest.index("* {")] if dark else light))
    pairs = [
        ("muted", "paper"),
        ("link", "paper"),
        ("alarm", "paper"),
        ("alarm", "alarm-paper"),
        ("ink", "panel"),
    ]
    pairs += [("deep" if level > 4 else "ink", f"{sign}{level}") for sign in "pn" for level in range(1, 7)]
    for front, behind in pairs:
        low, high = sorted(luminance(found[name]) for name in (front, behind))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (front, behind)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
