from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from privgen.errors import DataError, RunError
from privgen.files import sha256_tree
from privgen.runfolder import STAGES, RunFolder, StageResult, versions


class Work:
    """Writes one output and counts how often it ran."""

    def __init__(self, folder: Path) -> None:
        self.out, self.calls = folder / "scrubbed" / "x.json", 0

    def __call__(self) -> dict[str, Any]:
        self.calls += 1
        self.out.parent.mkdir(parents=True, exist_ok=True)
        self.out.write_text("done")
        return {"rows": self.calls}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "silos"
    path.mkdir()
    (path / "a.csv").write_text("1")
    return path


def _run(run: RunFolder, source: Path, work: Work, **config: int) -> StageResult:
    return run.stage("scrub", config, {"silos": source}, ("scrubbed",), work)


def test_a_complete_unchanged_stage_is_skipped(tmp_path: Path, source: Path) -> None:
    run, work = RunFolder(tmp_path / "run"), Work(tmp_path / "run")
    assert _run(run, source, work) == StageResult("scrub", {"rows": 1}, skipped=False)
    assert _run(RunFolder(run.path), source, work) == StageResult("scrub", {"rows": 1}, skipped=True)
    assert work.calls == 1 and run.summary("scrub") == {"rows": 1}


@pytest.mark.parametrize("change", ["config", "input", "output", "output gone"])
def test_any_change_runs_the_stage_again(tmp_path: Path, source: Path, change: str) -> None:
    run, work = RunFolder(tmp_path / "run"), Work(tmp_path / "run")
    _run(run, source, work)
    if change == "input":
        (source / "a.csv").write_text("2")
    elif change == "output":
        work.out.write_text("edited by hand")
    elif change == "output gone":
        work.out.unlink()
    result = _run(run, source, work, **({"workers": 2} if change == "config" else {}))
    assert not result.skipped and work.calls == 2 and work.out.read_text() == "done"


def test_the_manifest_has_hashes_versions_and_configuration(tmp_path: Path, source: Path) -> None:
    run = RunFolder(tmp_path / "run")
    _run(run, source, Work(run.path), workers=2)
    entry = run.manifest["stages"]["scrub"]
    assert entry["status"] == "complete" and entry["config"] == {"workers": 2}
    assert entry["inputs"] == {"silos": sha256_tree(source)}
    assert entry["outputs"] == {"scrubbed": sha256_tree(run.path / "scrubbed")}
    assert entry["versions"]["pyarrow"] == versions()["pyarrow"]


def test_a_failed_stage_is_not_complete_and_runs_again(tmp_path: Path, source: Path) -> None:
    run, work = RunFolder(tmp_path / "run"), Work(tmp_path / "run")

    def fail() -> dict[str, Any]:
        raise DataError("x")

    with pytest.raises(DataError):
        run.stage("scrub", {}, {"silos": source}, ("scrubbed",), fail)
    with pytest.raises(RunError, match="run: privgen scrub"):
        run.summary("scrub")
    assert not _run(run, source, work).skipped


def test_a_missing_input_is_an_error_and_not_an_empty_folder(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run")
    with pytest.raises(DataError, match="no such file or folder"):
        _run(run, tmp_path / "gone", Work(run.path))


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '{"stages": {"scrub": 1}, "format": 1}', '{"stages": {}, "format": 2}']
)
def test_a_manifest_changed_by_hand_is_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises((RunError, DataError), match=r"run\.json"):
        _ = RunFolder(tmp_path).manifest


def test_a_stage_entry_without_its_fields_runs_again(tmp_path: Path, source: Path) -> None:
    run, work = RunFolder(tmp_path / "run"), Work(tmp_path / "run")
    run.path.mkdir()
    (run.path / "run.json").write_text(json.dumps({"format": 1, "stages": {"scrub": {}}}))
    with pytest.raises(RunError, match="not complete"):
        run.summary("scrub")
    assert not _run(run, source, work).skipped


def test_one_process_at_a_time_and_a_killed_one_lets_go(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib\nfrom privgen.runfolder import RunFolder\n"
        "with RunFolder(pathlib.Path(sys.argv[1])).locked():\n"
        "    print('held', flush=True); time.sleep(600)\n"
    )
    other = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        with pytest.raises(RunError, match="another privgen process"), RunFolder(tmp_path).locked():
            pass
    finally:
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
        if other.stdout:
            other.stdout.close()
    with RunFolder(tmp_path).locked():
        assert (tmp_path / ".lock").exists()


def test_stage_names_are_those_of_the_commands() -> None:
    assert STAGES == ("ingest", "scrub", "train", "generate", "explain", "evaluate", "audit", "report")
