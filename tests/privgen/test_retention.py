"""Retention: what is older than its limit is gone from every table that it limits, and is counted."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop_rows import customer, products, write_silo

from privgen.anonymize import Scrubber, scrub_silo
from privgen.config import load_config
from privgen.errors import ConfigError
from privgen.files import read_json
from privgen.pipeline import run_stage
from privgen.retention import oldest_days
from privgen.runfolder import RunFolder
from privgen.schema import Row
from privgen.tables import read_table

TODAY = dt.date(2026, 6, 1)
KEY = bytes(range(32))


@given(days=st.integers(1, 10**7), age=st.integers(0, 700_000))
def test_a_row_is_kept_exactly_up_to_its_last_day(days: int, age: int) -> None:
    day = dt.date(2026, 6, 1) - dt.timedelta(days=age)
    kept = day >= oldest_days({"events": days}, TODAY)["events"]
    assert kept == (age <= days)


def _silo(folder: Path, tables: dict[str, list[Row]] | None = None) -> Path:
    """Events and dialogues of every age from 0 to 9 days, at the first and the last second of the day."""
    events, dialogues = [], []
    for age in range(10):
        day = TODAY - dt.timedelta(days=age)
        for clock in ("00:00:00", "23:59:59"):
            moment = f"{day}T{clock}+00:00"
            events.append({"customer_id": "a", "kind": "search", "text": f"age{age}", "timestamp": moment})
        turn = {"dialogue_id": f"d{age}", "customer_id": "a", "turn": 1, "role": "customer"}
        dialogues.append(turn | {"text": f"age{age}", "timestamp": f"{day}T12:00:00+00:00"})
    dialogues.append(turn | {"dialogue_id": "d-undated", "text": "undated"})
    people = {"products": products(), "customers": [customer("a")]}
    return write_silo(folder, people | {"events": events, "dialogues": dialogues} | (tables or {}))


def _texts(silo: Path, table: str) -> list[str]:
    return [row["text"] for batch in read_table(silo, table) for row in batch]


@pytest.mark.parametrize("workers", [1, 2])
def test_old_rows_are_dropped_and_counted_by_table(tmp_path: Path, workers: int) -> None:
    silo, out = _silo(tmp_path / "m"), tmp_path / "out" / "m"
    oldest = oldest_days({"events": 3, "dialogues": 5}, TODAY)
    report = scrub_silo(silo, out, scrubber=Scrubber(key=KEY), workers=workers, oldest=oldest)
    assert _texts(out, "events") == [f"age{age}" for age in range(4) for _ in "ab"]
    assert _texts(out, "dialogues") == [f"age{age}" for age in range(6)]  # the undated turn went too
    assert report["retention"] == {
        "events": {"oldest": "2026-05-29", "expired": 12, "undated": 0},
        "dialogues": {"oldest": "2026-05-27", "expired": 4, "undated": 1},
    }
    assert report["tables"]["events"]["rows"] == 8 and report == read_json(out / "scrub.json")
    assert report["held_back"] == []


def test_without_a_limit_every_row_stays_the_undated_too(tmp_path: Path) -> None:
    silo = _silo(tmp_path / "m")
    report = scrub_silo(silo, tmp_path / "out", scrubber=Scrubber(key=KEY), oldest={})
    assert len(_texts(tmp_path / "out", "dialogues")) == 11 and report["retention"] == {}


def test_a_row_held_back_keeps_its_number_when_others_expire(tmp_path: Path) -> None:
    long = "x" * 1_000_001
    rows = [
        {"customer_id": "a", "kind": "search", "text": text, "timestamp": f"{day}T01:00:00+00:00"}
        for text, day in (("old", "2026-01-01"), (long, TODAY), ("new", TODAY))
    ]
    silo = _silo(tmp_path / "m", {"events": rows})
    oldest = oldest_days({"events": 3}, TODAY)
    report = scrub_silo(silo, tmp_path / "out", scrubber=Scrubber(key=KEY), oldest=oldest)
    assert [(item["table"], item["row"]) for item in report["held_back"]] == [("events", 2)]
    assert _texts(tmp_path / "out", "events") == ["new"]


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("evnets = 30", "scrub.retention: evnets: unknown table; use events, reviews, dialogues"),
        ("customers = 30", "scrub.retention: customers: has no timestamp; use events"),
        ("campaigns = 30", "scrub.retention: campaigns: has no timestamp"),
        ("events = 0", "scrub.retention.events: "),
        ("events = 1.5", "scrub.retention.events: "),
        ('events = "30"', "scrub.retention.events: "),
    ],
)
def test_a_limit_at_fault_names_file_and_table(tmp_path: Path, toml: str, said: str) -> None:
    file = tmp_path / "my.toml"
    file.write_text(f"[scrub.retention]\n{toml}\n")
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert str(caught.value).startswith(f"{file}: {said}")


def test_the_stage_drops_by_its_day_and_does_not_skip_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on(day: dt.date) -> None:
        moment = dt.datetime.combine(day, dt.time(12), dt.UTC)
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(moment.timestamp())))

    run, config = tmp_path / "run", tmp_path / "my.toml"
    run_stage("ingest", run, flags={"synthetic": {"merchants": 1, "customers": 6, "products": 2}})
    (raw,) = (path for path in (run / "silos").iterdir() if path.is_dir())
    days = sorted(row["timestamp"].date() for batch in read_table(raw, "events") for row in batch)
    newest = days[-1]
    config.write_text(f"[scrub.retention]\nevents = {(newest - days[len(days) // 2]).days}\n")
    on(newest)
    summary = run_stage("scrub", run, config).summary
    kept = [day for day in days if day >= days[len(days) // 2]]
    assert summary["rows"][raw.name]["events"] == len(kept) < len(days)
    assert summary["expired"] == {raw.name: {"events": len(days) - len(kept)}}
    assert run_stage("scrub", run).skipped  # the limit stays for the next command
    on(newest + dt.timedelta(days=1))
    again = run_stage("scrub", run)
    assert not again.skipped
    still = [day for day in kept if day > days[len(days) // 2]]
    assert again.summary["rows"][raw.name]["events"] == len(still)
    assert RunFolder(run).config["scrub"]["retention"]
    dates = [row["timestamp"] for b in read_table(run / "scrubbed" / raw.name, "events") for row in b]
    assert len(dates) == len(still) and json.dumps(summary)
