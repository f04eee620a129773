"""`privgen ledger show|verify` as an auditor meets it: figures, JSON, one line where books are off."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from privgen.cli import app
from privgen.federated import Ledger, PrivacyPlan
from privgen.files import write_json, write_jsonl


def privgen(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["ledger", *map(str, arguments)])


def make_plan(**changes: Any) -> PrivacyPlan:
    values: dict[str, Any] = {"noise_multiplier": 1.5, "sample_rate": 0.2, "steps": 30, "max_grad_norm": 1.0}
    values |= {"privacy_unit": "customer", "neighboring_relation": "add_or_remove_one", "records_per_unit": 4}
    values |= {"batch_divisor": 8.0, "delta": 1e-5, "target_epsilon": 8.0, "accountant": "test"}
    return PrivacyPlan(**(values | changes))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a run of two merchants and two rounds, as training leaves it."""
    run = tmp_path / "run"
    for merchant in ("alpine", "harbour"):
        ledger = Ledger.open(run / "federated" / "ledger" / f"{merchant}.jsonl")
        for server_round in (1, 2):
            ledger.commit(
                ledger.reserve(make_plan(), steps=2, server_round=server_round, data_fingerprint="ab" * 32)
            )
    epsilon = make_plan().epsilon(4)
    line = {"server_round": 2, "epsilon": {"alpine": epsilon, "harbour": epsilon}}
    write_jsonl(run / "federated" / "history.jsonl", [line])
    return run


def ledger(run: Path, merchant: str = "harbour") -> Path:
    return run / "federated" / "ledger" / f"{merchant}.jsonl"


def one_line(result: Result, *words: str) -> None:
    assert result.exit_code == 1, result.output
    (line,) = result.stderr.splitlines()
    assert line.startswith("privgen: ") and all(word in line for word in words), line


def test_show_says_what_was_spent_and_what_is_left(run: Path) -> None:
    result = privgen("show", run, "--json")
    assert result.exit_code == 0, result.output
    alpine, harbour = json.loads(result.stdout)["ledgers"]
    assert (alpine["merchant"], harbour["merchant"]) == ("alpine", "harbour")
    assert alpine["epsilon"] == pytest.approx(make_plan().epsilon(4)) and alpine["delta"] == 1e-5
    assert (alpine["reservations"], alpine["unfinished"], alpine["rounds"], alpine["steps"]) == (2, 0, 2, 4)
    (plan,) = alpine["plans"]
    assert plan["noise_multiplier"] == 1.5 and plan["sample_rate"] == 0.2 and plan["steps"] == 4
    assert plan["epsilon_left"] == pytest.approx(8.0 - alpine["epsilon"]) and plan["steps_left"] == 26
    table = privgen("show", run)
    assert table.exit_code == 0
    for words in ("alpine", "harbour", make_plan().plan_id[:12], "customer", "1.5", "0.2", "1e-05"):
        assert words in table.stdout


@pytest.mark.parametrize("place", ["run", "folder", "file"])
def test_verify_says_that_books_are_whole(run: Path, place: str) -> None:
    path = {"run": run, "folder": ledger(run).parent, "file": ledger(run)}[place]
    result = privgen("verify", path, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["verified"] is True and len(told["ledgers"]) == (1 if place == "file" else 2)
    for entry in told["ledgers"]:
        assert (entry["lines"], entry["reservations"], entry["unfinished"]) == (4, 2, 0)
        assert entry["recomputed"] == pytest.approx(entry["epsilon"], rel=1e-3)
        assert entry["head"] == Ledger.open(ledger(run, entry["merchant"])).entries()[-1]["hash"]
    assert "harbour: whole: 4 lines" in privgen("verify", path).stdout


@pytest.mark.parametrize("command", ["show", "verify"])
def test_tampered_cut_and_lost_ledgers_are_one_line(run: Path, command: str) -> None:
    path = ledger(run)
    whole = path.read_text()
    for damaged, words in (
        (whole.replace('"steps":2', '"steps":1', 1), "line 1"),
        ("".join(whole.splitlines(keepends=True)[:2]), "ends at line 2, its head knows 4"),
        (whole[:-9], "ends at line 3"),
    ):
        path.write_text(damaged)
        one_line(privgen(command, run), "harbour.jsonl", words)
        failed = privgen(command, path, "--json")
        assert failed.exit_code == 1 and json.loads(failed.stdout)["error"] == "LedgerError"
    path.unlink()
    one_line(privgen(command, run), "harbour.jsonl", "ends at line 0")


def test_an_older_copy_of_file_and_head_is_noticed_by_the_history(run: Path) -> None:
    old = run.parent / "old"
    shutil.copytree(ledger(run).parent, old)
    book = Ledger.open(ledger(run))
    book.commit(book.reserve(make_plan(), steps=20, server_round=3, data_fingerprint="ab" * 32))
    line = {"server_round": 3, "epsilon": {"alpine": 0.0, "harbour": book.spent().epsilon}}
    write_jsonl(run / "federated" / "history.jsonl", [line])
    assert privgen("verify", run).exit_code == 0
    for suffix in (".jsonl", ".head"):
        shutil.copy(old / f"harbour{suffix}", ledger(run).parent)
    assert privgen("verify", ledger(run)).exit_code == 0  # by itself it is whole
    one_line(privgen("verify", run), "harbour.jsonl", "older copy")
    for suffix in (".jsonl", ".head"):
        ledger(run).with_suffix(suffix).unlink()
    one_line(privgen("verify", run), "harbour", "no ledger")


def test_ledgers_elsewhere_and_none(run: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shutil.move(ledger(run).parent, shared)
    one_line(privgen("show", run), "no ledger here")
    write_json(run / "run.json", {"format": 1, "stages": {"train": {"config": {"ledger_dir": str(shared)}}}})
    assert privgen("verify", run).exit_code == 0
    one_line(privgen("show", tmp_path / "nowhere"), "no ledger here")


def test_an_unsafe_ledger_and_a_damaged_history(run: Path) -> None:
    book = Ledger.open(ledger(run))
    book.reserve(make_plan(), steps=2, server_round=3, data_fingerprint="ab" * 32, unsafe=True)
    shown = privgen("show", run)
    assert "harbour: UNSAFE" in shown.stdout and "alpine: UNSAFE" not in shown.stdout
    write_jsonl(run / "federated" / "history.jsonl", [{"server_round": 1}])
    one_line(privgen("verify", run), "history.jsonl")


def test_help_and_usage() -> None:
    assert "verify" in privgen("--help").stdout and privgen("nonsense").exit_code == 2
