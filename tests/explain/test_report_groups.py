"""Outcomes by customer group: intervals that hold, groups only of people who allow it, small ones unseen."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_run import make_run

from privgen.explain.report_groups import MIN_PEOPLE, groups, interval
from privgen.files import read_json, read_jsonl, write_json, write_jsonl
from privgen.runfolder import RunFolder
from privgen.tables import TableWriter


@given(st.lists(st.integers(1, 9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=30))
def test_an_interval_lies_in_range_around_the_share(tallies: list[tuple[int, int]]) -> None:
    found = interval(tallies)
    assert (found is None) == (len(tallies) < 2)
    if found:
        share = sum(hits for hits, _ in tallies) / sum(trials for _, trials in tallies)
        assert 0 <= found[0] <= share + 1e-9 and share - 1e-9 <= found[1] <= 1 and found[0] < found[1]
        assert (found[0] == 0 or share > 0) and (found[1] == 1 or share < 1)


@pytest.mark.parametrize(("people", "alike"), [(40, 0.0), (40, 1.0), (200, 0.5), (200, 1.0)])
def test_intervals_hold_for_clusters(people: int, alike: float) -> None:
    """95 % nominal; 400 draws; a true coverage of 94 % falls under 91 % once in 80 such tests."""
    rng = random.Random(11)
    truth, covered = 0.4, 0
    for _ in range(400):
        tallies = []
        for _ in range(people):
            share = (rng.random() < truth) if rng.random() < alike else truth
            tallies.append((sum(rng.random() < share for _ in range(8)), 8))
        found = interval(tallies)
        assert found is not None
        covered += found[0] <= truth <= found[1]
    assert covered / 400 >= 0.91


def test_sentences_of_one_person_are_not_independent() -> None:
    spread = interval([(4, 8)] * 50 + [(3, 8), (5, 8)])
    lumped = interval([(8, 8), (0, 8)] * 26)
    assert spread and lumped and lumped[1] - lumped[0] > 2 * (spread[1] - spread[0])


def people_of(path: Path, regions: dict[str, str], *, consent: dict[str, str], born: int | None) -> None:
    """Write the scrubbed customers of a merchant and a page for each."""
    day = dt.date(born, 5, 1) if born else None
    rows: list[dict[str, Any]] = [
        {"customer_id": name, "consent": consent, "locale": "en_US", "region": region, "birth_date": day}
        | dict.fromkeys(("name", "phone", "email", "address"))
        for name, region in regions.items()
    ]
    with TableWriter(path / "scrubbed" / "alpine", "customers") as table:
        table.write(rows)
    pages = list(read_jsonl(path / "pages" / "pages.jsonl"))
    pages = [pages[i % len(pages)] | {"page_id": f"p{i}", "customer_id": n} for i, n in enumerate(regions)]
    write_jsonl(path / "pages" / "pages.jsonl", pages)


def test_groups_of_a_run(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=2, explained=False)
    regions = {f"c{i}": "north" if i < MIN_PEOPLE else "south" for i in range(MIN_PEOPLE + 3)}
    people_of(path, regions, consent={"analytics": ""}, born=1990)
    found = groups(RunFolder(path), explained=False)
    assert (found["on"], found["people"], found["left_out"]) == ("2026-01-01", 13, 0)
    language, region, age = found["dimensions"]
    assert [g["group"] for g in region["groups"]] == ["north"] and region["groups"][0]["people"] == 10
    assert (region["small_groups"], region["small_people"]) == (1, 3)
    assert [g["group"] for g in language["groups"]] == ["en_US"] and language["known"] == 13
    assert [g["group"] for g in age["groups"]] == ["30-44"]
    outcome = region["groups"][0]["outcomes"]
    assert (
        outcome["template"]["of"] == 50 and outcome["template"]["share"] == 0.1
    )  # every second page, 1 of 5
    assert outcome["template"]["low"] < 0.1 < outcome["template"]["high"]
    assert outcome["supported"] == {"of": 0, "share": None, "low": None, "high": None}


@pytest.mark.parametrize(
    "consent", [{}, {"analytics": "2025-12-31"}, {"training": ""}, {"analytics": "soon"}]
)
def test_nobody_is_in_a_group_without_consent_to_analytics(tmp_path: Path, consent: dict[str, str]) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1, explained=False)
    people_of(path, {f"c{i}": "north" for i in range(20)}, consent=consent, born=None)
    found = groups(RunFolder(path), explained=False)
    assert (found["people"], found["left_out"]) == (0, 20)
    assert all(d["known"] == 0 and d["groups"] == [] for d in found["dimensions"])


def test_a_shifted_birth_date_is_no_age(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1, explained=False)
    people_of(path, {f"c{i}": "north" for i in range(20)}, consent={"analytics": ""}, born=1990)
    log = path / "scrubbed" / "alpine" / "scrub.json"
    write_json(log, read_json(log) | {"lookalikes": ["DATE_OF_BIRTH"]})
    assert groups(RunFolder(path), explained=False)["dimensions"][2]["known"] == 0


def test_no_day_of_consent_is_no_group(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1, explained=False)
    people_of(path, {f"c{i}": "north" for i in range(20)}, consent={"analytics": ""}, born=None)
    manifest = read_json(path / "run.json")
    del manifest["stages"]["scrub"]["summary"]["consent_date"]
    write_json(path / "run.json", manifest)
    assert groups(RunFolder(path), explained=False)["people"] == 0


def test_explained_outcomes_follow_the_person(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1)
    people_of(path, {f"c{i}": "north" for i in range(10)}, consent={"analytics": ""}, born=None)
    records = list(read_jsonl(path / "explanations" / "explanations.jsonl"))
    written = [
        record | {"page_id": f"p{i}", "verdict": "supported", "cited": []} for i, record in enumerate(records)
    ]
    write_jsonl(
        path / "explanations" / "explanations.jsonl", [*written, records[0] | {"page_id": "elsewhere"}]
    )
    north = groups(RunFolder(path), explained=True)["dimensions"][1]["groups"][0]["outcomes"]
    assert north["supported"]["of"] == len(records) and north["supported"]["share"] == 1.0
    assert north["supported"]["low"] < 1.0 == north["supported"]["high"]
