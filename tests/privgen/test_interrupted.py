"""A command that is killed at any moment, run again, ends where an uninterrupted one ends.

Real processes and a real SIGKILL, at moments drawn from a fixed seed over the time that the command takes.
"""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from started import Command

from privgen.files import sha256_tree
from privgen.runfolder import RunFolder
from privgen.silo import row_count

pytestmark = pytest.mark.slow
KILLS = 5


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """The libraries are loaded before any command is timed."""
    assert Command("--version").end()[0] == 0


def _done(*arguments: object) -> float:
    """Run to the end; the seconds it took."""
    started = time.monotonic()
    code, printed = Command(*arguments).end()
    assert code == 0, printed
    return time.monotonic() - started


def _killed(seconds: float, rng: random.Random, *arguments: object) -> Iterator[bool]:
    """Start and kill, again and again; yields whether the kill came before the end.

    The first kills come early, so that some hit even where the measured run was five times slower.
    """
    for turn in range(KILLS):
        command = Command(*arguments)
        if command.wait((rng.uniform(0.1, 0.3) + 0.7 * turn / KILLS) * seconds) is None:
            command.kill()
        code, _ = command.end()
        yield code == -signal.SIGKILL


def _whole(run: Path) -> None:
    """Every file that shows under its name is whole: JSON parses, Parquet has its footer."""
    for path in run.rglob("*"):
        if any(part.startswith(".") for part in path.relative_to(run).parts):
            continue
        if path.suffix == ".json":
            json.loads(path.read_text())
        elif path.suffix == ".jsonl":
            text = path.read_text()
            assert not text or text.endswith("\n")
            for line in text.splitlines():
                json.loads(line)
        elif path.suffix == ".parquet":
            row_count(path.parent)
    for silo in (run / "scrubbed").glob("[!.]*"):
        assert (silo / "scrub.json").is_file()  # a silo shows when it is complete


def test_a_killed_scrub_goes_on(scrubbed: Path, tmp_path: Path) -> None:
    runs = [tmp_path / name for name in ("straight", "killed")]
    for run in runs:
        for part in ("silos", "truth", "keys"):
            shutil.copytree(scrubbed / part, run / part)
        manifest = json.loads((scrubbed / "run.json").read_text())
        manifest["stages"].pop("scrub")
        (run / "run.json").write_text(json.dumps(manifest))
    seconds = _done("scrub", runs[0])
    kills = 0
    for killed in _killed(seconds, random.Random(1), "scrub", runs[1]):
        kills += killed
        _whole(runs[1])
    assert kills
    _done("scrub", runs[1])
    assert sha256_tree(runs[0] / "scrubbed") == sha256_tree(runs[1] / "scrubbed")
    assert RunFolder(runs[0]).summary("scrub") == RunFolder(runs[1]).summary("scrub")
    assert not list(runs[1].rglob(".*.tmp"))


def test_a_killed_generate_goes_on_and_the_old_pages_stay_until_then(run: Path, tmp_path: Path) -> None:
    straight = Path(shutil.copytree(run, tmp_path / "straight"))
    template = ("--generator", "template")
    _done("generate", run, *template, "--pages", 1)
    old = (run / "pages/pages.jsonl").read_bytes()
    seconds = _done("generate", straight, *template, "--pages", 4)
    new = (straight / "pages/pages.jsonl").read_bytes()
    kills = 0
    for killed in _killed(seconds, random.Random(2), "generate", run, *template, "--pages", 4):
        kills += killed
        _whole(run)
        assert (run / "pages/pages.jsonl").read_bytes() in (old, new)
    assert kills
    _done("generate", run, *template, "--pages", 4)
    assert (run / "pages/pages.jsonl").read_bytes() == new != old
    assert not list(run.rglob(".*.tmp")) and not (run / "pages/.parts").exists()


def test_a_killed_ingest_goes_on(tmp_path: Path) -> None:
    size = ("--merchants", 2, "--customers", 400, "--synthetic", "--run")
    straight, killed_run = tmp_path / "straight", tmp_path / "killed"
    seconds = _done("ingest", *size, straight)
    kills = 0
    for killed in _killed(seconds, random.Random(3), "ingest", *size, killed_run):
        kills += killed
        _whole(killed_run)
    assert kills
    _done("ingest", *size, killed_run)
    for part in ("silos", "truth"):
        assert sha256_tree(straight / part) == sha256_tree(killed_run / part)
    assert not list(killed_run.rglob(".*.tmp"))


def test_a_killed_training_never_spends_unrecorded(run: Path, models: Path, tmp_path: Path) -> None:
    """Ledgers only grow, hold at the budget, and the rounds that were kept are not done again."""
    from privgen.federated import Ledger

    config = tmp_path / "train.toml"
    config.write_text(
        "[train]\nrounds = 6\nsteps_per_round = 1\nrank = 2\nmin_customers = 2\nmax_length = 256\n"
    )
    arguments = ("train", run, "--model", models / "causal", "--config", config)
    straight = Path(shutil.copytree(run, tmp_path / "straight"))
    seconds = _done("train", straight, *arguments[2:])
    before: dict[str, list[str]] = {}
    kills = 0
    for killed in _killed(seconds, random.Random(4), *arguments):
        kills += killed
        _whole(run)
        for path in (run / "federated").glob("ledger/*.jsonl"):
            lines = path.read_text().splitlines()
            assert lines[: len(before.get(path.name, []))] == before.get(path.name, [])
            before[path.name] = lines
            assert Ledger.open(path).spent().epsilon <= 8.0
    assert kills
    _done(*arguments)
    summary = RunFolder(run).summary("train")
    assert summary["rounds_done"] == 6 or "budget exhausted" in summary["stopped"]
    for path in (run / "federated").glob("ledger/*.jsonl"):
        assert Ledger.open(path).spent().epsilon == pytest.approx(summary["epsilon"][path.stem])


def test_a_second_process_is_refused_in_one_line(run: Path) -> None:
    with RunFolder(run).locked():
        code, printed = Command("generate", run, "--generator", "template").end()
    assert code == 1
    assert printed == f"privgen: {run}: another privgen process is using this run folder\n"


def _apart(*arguments: object) -> tuple[int, str, str]:
    """Exit code, output and errors of the command as a user starts it."""
    command = [sys.executable, "-m", "privgen.cli", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_broken_model_prints_one_line_and_nothing_else(run: Path, models: Path, tmp_path: Path) -> None:
    """Down to the file descriptors: no bar and no advice of a library gets through."""
    broken = Path(shutil.copytree(models / "causal", tmp_path / "broken"))
    (broken / "model.safetensors").write_bytes((broken / "model.safetensors").read_bytes()[:-100])
    code, output, errors = _apart("generate", run, "--model", broken, "--json")
    assert code == 1 and set(json.loads(output)) == {"error", "message"}
    assert len(errors.splitlines()) == 1 and errors.startswith("privgen: --model ")
    code, printed = Command("generate", run, "--model", models / "encoder").end()
    assert code == 1
    assert len(printed.splitlines()) == 1 and printed.startswith("privgen: --model ")
