"""A plan, a ledger with a few lines, and a process that is killed: shared by the tests of the ledger."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from privgen.federated.chain import head_path
from privgen.federated.ledger import Ledger
from privgen.federated.plan import PrivacyPlan

FINGERPRINT = "ab" * 32


def plan(**changes: Any) -> PrivacyPlan:
    values: dict[str, Any] = {
        "privacy_unit": "customer",
        "neighboring_relation": "add_or_remove_one",
        "sample_rate": 0.1,
        "steps": 100_000,
        "max_grad_norm": 1.0,
        "noise_multiplier": 20.0,
        "records_per_unit": 4,
        "batch_divisor": 8.0,
        "delta": 1e-5,
        "target_epsilon": 8.0,
        "accountant": "test",
    }
    return PrivacyPlan(**(values | changes))


def reserve(ledger: Ledger, made: PrivacyPlan | None = None, *, steps: int = 2, server_round: int = 0) -> str:
    return ledger.reserve(
        made or plan(), steps=steps, server_round=server_round, data_fingerprint=FINGERPRINT
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger" / "m1.jsonl"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three reservations, the first two committed; copied, never changed."""
    path = tmp_path_factory.mktemp("written") / "m1.jsonl"
    ledger = Ledger.open(path)
    for server_round in range(3):
        entry = reserve(ledger, server_round=server_round)
        if server_round < 2:
            ledger.commit(entry)
    return path


def copy(written: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(head_path(written), folder)
    return Path(shutil.copy(written, folder))


def killed(work: Callable[[int], None], delay: float, *, first: int) -> bytes:
    """Run `work` in a fork, `kill -9` it `delay` seconds after its first word; all that it said.

    Args:
        work: Writes to the pipe that it is given; never has to end.
        delay: Seconds.
        first: Bytes of the first word.
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.close(read)
            work(write)
        os._exit(1)
    os.close(write)
    told = os.read(read, first)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := os.read(read, 1 << 16):
        told += more
    os.close(read)
    return told
