"""What differs between two reports: nothing is lost, nothing moves because something was added."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_run import make_run

from privgen.errors import ConfigError, RunError
from privgen.explain.report import write_report
from privgen.explain.report_diff import ABSENT, TEXTS, Change, changes, run_changes
from privgen.explain.report_diff_html import write_diff
from privgen.explain.report_html import labels
from privgen.files import read_json, write_json
from privgen.runfolder import RunFolder

SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab/=", max_size=3)
NAMES = st.text("abc", min_size=1, max_size=2)
VALUES = st.recursive(
    SCALARS, lambda part: st.lists(part, max_size=3) | st.dictionaries(NAMES, part, max_size=3), max_leaves=12
)


@given(VALUES)
def test_equal_values_do_not_differ(value: Any) -> None:
    assert changes(value, copy.deepcopy(value)) == []


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), st.data())
def test_any_changed_leaf_is_told(value: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(value)))
    after = value | {name: "something else"}
    found = changes(value, after)
    assert found and all(change.figure.split("/")[1] == name for change in found)
    assert {(c.figure, c.before, c.after) for c in changes(after, value)} == {
        (c.figure, c.after, c.before) for c in found
    }


def test_one_more_merchant_moves_no_other() -> None:
    before = {"m": [{"merchant_id": "b", "n": 1}]}
    after = {"m": [{"merchant_id": "a", "n": 5}, {"merchant_id": "b", "n": 2}]}
    assert [c.to_json() for c in changes(before, after)] == [
        {"figure": "/m/merchant_id=b/n", "before": 1, "after": 2, "by": 1.0},
        {"figure": "/m/merchant_id=a/merchant_id", "before": ABSENT, "after": "a", "by": None},
        {"figure": "/m/merchant_id=a/n", "before": ABSENT, "after": 5, "by": None},
    ]


@pytest.mark.parametrize(
    ("before", "after", "tolerance", "differs"),
    [
        (1.0, 1.0 + 1e-9, 1e-6, False),
        (1.0, 1.0 + 1e-9, 0.0, True),
        (1, True, 1e-6, True),
        (1, 1.0, 0.0, False),
        (0.0, 1e-12, 1e-6, True),
        (None, 0, 0.0, True),
        ("1", 1, 0.0, True),
        ([], {}, 0.0, False),
    ],
)
def test_what_counts_as_a_difference(before: Any, after: Any, tolerance: float, differs: bool) -> None:
    assert bool(changes({"x": before}, {"x": after}, tolerance=tolerance)) == differs


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, RunFolder]:
    """A run of one merchant, and one of two with twice the rounds."""
    folder = tmp_path_factory.mktemp("two")
    first = RunFolder(make_run(folder / "first", merchants=("alpine",), pages=1))
    second = RunFolder(make_run(folder / "second", pages=1, rounds=2))
    for run in (first, second):
        write_report(run)
    return first, second


def test_two_runs(two: tuple[RunFolder, RunFolder]) -> None:
    first, second = two
    found = {change.figure: change for change in run_changes(second, first)}
    assert (found["/data/rows"].before, found["/data/rows"].after, found["/data/rows"].by) == (540, 1080, 540)
    spent = found["/privacy/merchants/merchant_id=alpine/epsilon"]
    assert spent.by is not None and spent.by > 0
    assert found["/generation/by_merchant/harbour"].before == ABSENT
    assert found[TEXTS[0]] == Change(TEXTS[0], "1 texts", "2 texts")
    assert not any(figure.startswith(f"{text}/") for figure in found for text in TEXTS)
    assert run_changes(first, first) == []


def test_no_sample_text_is_told(two: tuple[RunFolder, RunFolder], tmp_path: Path) -> None:
    out = tmp_path / "diff.html"
    write_diff(out, ("first", "second <b>"), run_changes(two[1], two[0]), "zh")
    html = out.read_text("utf-8")
    assert "merino" not in html and "<script" not in html and "&lt;b&gt;" in html
    assert html.count("<caption>") == html.count("<table>") > 3
    with pytest.raises(ConfigError, match="language"):
        write_diff(out, ("a", "b"), [], "tlh")


def test_without_a_report(two: tuple[RunFolder, RunFolder], tmp_path: Path) -> None:
    other = RunFolder(make_run(tmp_path / "r", merchants=("alpine",), pages=1))
    with pytest.raises(RunError, match="has no report; run: privgen report"):
        run_changes(two[0], other)


@pytest.mark.parametrize("name", ["diff", "access"])
def test_documents_have_the_same_words_in_both_languages(name: str) -> None:
    english, chinese = labels("en", name), labels("zh", name)
    assert {part: set(words) for part, words in english.items()} == {
        part: set(words) for part, words in chinese.items()
    }


def test_every_part_of_a_report_has_a_name(two: tuple[RunFolder, RunFolder]) -> None:
    report = read_json(two[0].path / "report" / "report.json")
    blocks = {block for block, value in report.items() if isinstance(value, dict | list)}
    assert blocks | {"config"} == set(labels("en", "diff")["diff_parts"])


def test_a_report_of_something_else_is_told(tmp_path: Path) -> None:
    from privgen.errors import DataError

    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1)
    write_report(RunFolder(path))
    write_json(path / "report" / "report.json", {"kind": "other"})
    with pytest.raises(DataError, match="not a report of privgen"):
        run_changes(RunFolder(path), RunFolder(path))
