"""An erasure that was broken off is finished by the next command, or has not happened."""

from __future__ import annotations

import json
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from erasure_tools import files_with, people
from started import Command

from privgen.erasure_journal import FOLDER, Staging, finish
from privgen.files import sha256_tree
from privgen.pipeline import run_stage
from privgen.runfolder import RunFolder


def _record(customer: str) -> dict[str, Any]:
    return {"when": "2026-01-01T00:00:00+00:00", "customer": customer}


def test_what_was_written_aside_without_a_journal_is_thrown_away(run: Path) -> None:
    before = sha256_tree(run)
    with Staging(RunFolder(run)) as staging, staging.written(run / "pages/pages.jsonl") as new:
        new.write_text("half\n")
    assert (run / FOLDER).stat().st_mode & 0o777 == 0o700
    assert finish(RunFolder(run)) is None and sha256_tree(run) == before


def test_any_command_finishes_what_was_committed(run: Path) -> None:
    """As after a kill between the journal and the last file."""
    run_stage("generate", run, flags={"generate": {"generator": "template"}})
    pages = (run / "pages/pages.jsonl").read_text().splitlines(keepends=True)
    with Staging(RunFolder(run)) as staging:
        with staging.written(run / "pages/pages.jsonl") as new:
            new.write_text("".join(pages[1:]))
        staging.commit(_record("f" * 32), ())
    assert len((run / "pages/pages.jsonl").read_text().splitlines()) == len(pages)
    assert run_stage("scrub", run).skipped
    assert (run / "pages/pages.jsonl").read_text() == "".join(pages[1:]) and not (run / FOLDER).exists()
    assert RunFolder(run).manifest["erasures"] == [_record("f" * 32)]
    entry = RunFolder(run).manifest["stages"]["generate"]
    assert entry["outputs"]["pages/pages.jsonl"] == sha256_tree(run / "pages/pages.jsonl")


def test_finishing_twice_is_finishing_once(run: Path) -> None:
    with Staging(RunFolder(run)) as staging:
        with staging.written(run / "erasures.jsonl") as new:
            new.write_text("{}\n")
        staging.commit(_record("e" * 32), ())
    aside = Path(shutil.copytree(run / FOLDER, run.parent / "aside"))
    finish(RunFolder(run))
    once = sha256_tree(run)
    shutil.copytree(aside, run / FOLDER)
    finish(RunFolder(run))
    assert sha256_tree(run) == once


def _start(*arguments: object) -> Command:
    return Command("erase", *arguments, "--json", environment={"SOURCE_DATE_EPOCH": "1780000000"})


@pytest.mark.slow
def test_a_killed_erasure_goes_on(run: Path, tmp_path: Path) -> None:
    """Killed while it writes aside and while it puts in place: in the end all is as without a kill."""
    run_stage("generate", run, flags={"generate": {"generator": "template", "pages_per_merchant": 9}})
    customer, who = next((id_, who) for id_, who in people(run).items() if len(who["merchants"]) == 2)
    (run / "keys/erasures.key").write_text("12cd" * 16)
    (run / "keys/erasures.key").chmod(0o600)
    straight = Path(shutil.copytree(run, tmp_path / "straight"))
    assert _start("--customer", customer, straight).end()[0] == 0
    for turn, sign in enumerate(("new/silos", "journal.json", "journal.json")):
        killed = Path(shutil.copytree(run, tmp_path / f"killed{turn}"))
        _kill_when(killed / FOLDER / sign, "--customer", customer, killed)
        journal = killed / FOLDER / "journal.json"
        assert (killed / FOLDER).exists() and journal.exists() == (sign == "journal.json")
        assert not journal.exists() or not any(id_ in journal.read_text() for id_ in who["ids"])
        code, printed = _start("--customer", customer, killed).end()
        assert code == 0, printed
        assert json.loads(printed)["status"] == "erased"  # by this command, whoever began it
        assert files_with(killed, who["ids"] | who["values"]) == set()
        for part in ("silos", "scrubbed", "truth", "pages", "erasures.jsonl"):
            assert sha256_tree(killed / part) == sha256_tree(straight / part)
        assert RunFolder(killed).manifest == RunFolder(straight).manifest


def _kill_when(sign: Path, *arguments: object) -> None:
    """Kill the process as soon as a file shows."""
    process = _start(*arguments)
    while not sign.exists() and process.wait(0.0) is None:
        time.sleep(0.0005)
    process.kill()
    assert process.wait() == -signal.SIGKILL
