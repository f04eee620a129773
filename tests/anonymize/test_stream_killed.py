"""A run that is killed at any moment goes on, and ends with the bytes of a run that was not.

Real processes (forked, so that they start at once) and a real SIGKILL, at moments drawn from a fixed seed.
"""

import gzip
import json
import os
import random
import signal
import time
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from privgen.anonymize import Scrubber, blocks, journal, parquet_file, scrub_file, stream
from privgen.files import sha256_file

pytestmark = pytest.mark.slow
SCRUBBER = Scrubber(key=bytes(range(32)))
ROWS, KILLS = 600, 3


def make(folder: Path, name: str, count: int = ROWS) -> Path:
    path = folder / name
    rows = [f"{i}: user{i}@shop.com wrote at length, ring 138{i:08}" for i in range(count)]
    if name.endswith(".parquet"):
        columns = {"n": list(range(count)), "t": rows, "m": [[{"k": r}] for r in rows]}
        pq.write_table(pa.table(columns), path, row_group_size=350)
    elif name.endswith(".csv.gz"):
        body = "".join(f'{i},"{text}\nend"\n' if i % 50 else f"{i}\n" for i, text in enumerate(rows))
        path.write_bytes(gzip.compress(f"n,t\n{body}".encode()))
    else:
        lines = [json.dumps({"n": i, "t": text}) if i % 50 else "broken" for i, text in enumerate(rows)]
        path.write_text("\n".join(lines))
    return path


def start(source: Path, out: Path) -> int:
    """Scrub in a process of its own, in a group of its own; the process id."""
    pid = os.fork()
    if pid == 0:
        os.setsid()
        try:
            scrub_file(source, out, scrubber=SCRUBBER, workers=2)
            os._exit(0)
        finally:
            os._exit(1)
    return pid


def position(out: Path) -> int:
    """How far the journal of an unfinished output says that it got."""
    state = out.parent / f".{out.name}.scrub" / "state.json"
    return json.loads(state.read_text())["position"] if state.exists() else 0


def wait_until_past(before: int, out: Path, pid: int) -> None:
    """Wait until the journal got past a position, or the process ended."""
    while position(out) <= before and os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        time.sleep(0.005)


def group_is_gone(group: int) -> bool:
    """Whether the workers end when their parent does; waits for it a while."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv.gz", "a.parquet"])
def test_a_killed_run_goes_on(tmp_path, monkeypatch, name):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 4096)
    monkeypatch.setattr(parquet_file, "BLOCK_BYTES", 4096)
    monkeypatch.setattr(journal, "_EVERY", 0.02)
    SCRUBBER.load()
    source, straight, killed = make(tmp_path, name), tmp_path / f"one-{name}", tmp_path / f"two-{name}"
    report = scrub_file(source, straight, scrubber=SCRUBBER, workers=2)
    rng, kills, positions = random.Random(5), 0, [0]
    while kills < KILLS:
        pid = start(source, killed)
        if kills:  # the first kill may come before anything is written, the others after some progress
            wait_until_past(positions[-1], killed, pid)
        time.sleep(rng.uniform(0.0, 0.1))
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        assert group_is_gone(pid)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0 and sha256_file(killed) == sha256_file(straight)
            for path in tmp_path.glob("two-*"):  # done before enough kills: begin again
                path.unlink()
            positions.append(0)
            continue
        kills += 1
        assert not killed.exists()
        positions.append(position(killed))
    assert any(later > earlier > 0 for earlier, later in pairwise(positions))
    again = scrub_file(source, killed, scrubber=SCRUBBER, workers=1)
    assert sha256_file(killed) == sha256_file(straight)
    for ending in (".rejects.jsonl", ".scrub.json"):
        one, two = (path.with_name(f"{path.name}{ending}") for path in (straight, killed))
        assert one.exists() == two.exists() and (not one.exists() or one.read_text() == two.read_text())
    assert again["rows"] + again["rejected"] == report["rows"] + report["rejected"] == ROWS
    assert again["changed"] == again["rows"] and not list(tmp_path.glob(".*"))


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("step", ["rejects", "result", "report", "removal"])
def test_a_kill_between_the_last_steps_loses_nothing(tmp_path, monkeypatch, step):
    source, straight, out = make(tmp_path, "a.jsonl", 120), tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    scrub_file(source, straight, scrubber=SCRUBBER)
    move, write = journal._move, journal.write_json
    with monkeypatch.context() as patch:
        if step == "removal":
            patch.setattr(stream.shutil, "rmtree", die)
        elif step == "report":
            patch.setattr(
                journal,
                "write_json",
                lambda p, v: die() if p.suffixes[-2:] == [".scrub", ".json"] else write(p, v),
            )
        else:
            patch.setattr(journal, "_move", lambda a, b: die() if a.name == step else move(a, b))
        assert os.waitpid(start(source, out), 0)[1] == signal.SIGKILL
    again = scrub_file(source, out, scrubber=SCRUBBER)
    assert out.read_bytes() == straight.read_bytes() and not list(tmp_path.glob(".*"))
    assert again["rejected"] == len(out.with_name(f"{out.name}.rejects.jsonl").read_text().splitlines()) > 0


def test_a_changed_input_or_setting_begins_again(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 4096)
    monkeypatch.setattr(journal, "_EVERY", 0.0)
    source, out = make(tmp_path, "a.jsonl"), tmp_path / "two.jsonl"
    pid = start(source, out)
    state = tmp_path / f".{out.name}.scrub" / "state.json"
    while not (state.exists() and json.loads(state.read_text())["position"]):
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    other = Scrubber(key=bytes(range(1, 33)))
    scrub_file(source, out, scrubber=other)
    scrub_file(source, tmp_path / "one.jsonl", scrubber=other)
    assert out.read_bytes() == (tmp_path / "one.jsonl").read_bytes()
