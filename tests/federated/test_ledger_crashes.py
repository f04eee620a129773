"""The ledger: no crash and no second process makes it count less."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ledger_tools import copy, killed, path, plan, reserve, written

from privgen.errors import LedgerError
from privgen.federated.accounting import pld_epsilon
from privgen.federated.chain import head_path
from privgen.federated.ledger import Ledger

__all__ = ["path", "written"]  # fixtures


# ---- crashes -----------------------------------------------------------------------------------------


def test_a_crash_at_any_byte_of_an_append(written: Path, tmp_path: Path) -> None:
    """Every prefix of a new line, its head not yet written: earlier spending stays, and writing goes on."""
    path = copy(written, tmp_path)
    before, head, spent = path.read_bytes(), head_path(path).read_bytes(), Ledger.open(path).spent()
    reserve(Ledger.open(path), server_round=3)
    after = path.read_bytes()
    for length in range(len(before), len(after), 7):
        path.write_bytes(after[:length])
        head_path(path).write_bytes(head)
        assert Ledger.open(path).spent() == spent
    path.write_bytes(after)  # the whole line, the head one behind
    ledger = Ledger.open(path)
    assert ledger.spent().epsilon == plan().epsilon(8)
    path.write_bytes(after[:-5])
    reserve(ledger, server_round=4)
    assert [line["server_round"] for line in Ledger.open(path).entries()][-2:] == [2, 4]


def test_a_torn_tail_longer_than_a_line_leaves_nothing_behind(written: Path, tmp_path: Path) -> None:
    path = copy(written, tmp_path)
    with path.open("ab") as handle:
        handle.write(b"\0" * 4096)  # what a file system may leave after a power cut
    spent = Ledger.open(path).spent()
    assert spent == Ledger.open(written).spent()
    reserve(Ledger.open(path))
    assert b"\0" not in path.read_bytes() and len(Ledger.open(path).entries()) == 6


def _spend_until_killed(path: Path, pipe: int) -> None:
    ledger = Ledger.open(path)
    with ledger.locked():
        while True:
            entry = reserve(ledger, steps=1)
            os.write(pipe, entry.encode() + b"\n")  # a step could run from here on
            ledger.commit(entry)


def test_kill_9_never_loses_a_reservation(path: Path) -> None:
    """50 kills at random moments: whatever `reserve` returned is charged, and the ledger stays usable."""
    made, delays = plan(), random.Random(7)
    pld_epsilon([made.event(1)], made.delta)  # load the libraries before the forks
    returned: list[str] = []
    for _ in range(50):
        seen = killed(lambda pipe: _spend_until_killed(path, pipe), delays.uniform(0.0, 0.02), first=65)
        returned += seen.decode().splitlines()
        ledger = Ledger.open(path)
        charged = {line["hash"] for line in ledger.entries() if line["state"] == "reserved"}
        assert set(returned) <= charged
        assert len(charged) <= len(returned) + 50
    assert len(returned) >= 50
    assert ledger.spent().epsilon >= made.epsilon(len(returned))
    reserve(ledger, steps=1)


def test_a_full_disk_spends_nothing(written: Path, tmp_path: Path) -> None:
    """The operating system cuts the line short: `reserve` fails, and what was there still counts."""
    path = copy(written, tmp_path)
    spent, size = Ledger.open(path).spent(), path.stat().st_size
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size + 40, size + 40))
            try:
                reserve(Ledger.open(path))
            except LedgerError as fault:
                code = 0 if "cannot be written" in str(fault) else 2
        os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    assert path.stat().st_size == size + 40
    ledger = Ledger.open(path)
    assert ledger.spent() == spent
    reserve(ledger)
    assert len(Ledger.open(path).entries()) == 6


# ---- two at once -------------------------------------------------------------------------------------


def test_another_process_cannot_spend_at_once(written: Path, tmp_path: Path) -> None:
    path = copy(written, tmp_path)
    code = (
        "import sys; from pathlib import Path; from privgen.federated.ledger import Ledger\n"
        "with Ledger.open(Path(sys.argv[1])).locked():\n    print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-P", "-c", code, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        ledger = Ledger.open(path)  # reading is free
        with pytest.raises(LedgerError, match="another process is spending"):
            reserve(ledger)
        other.communicate("")
    reserve(ledger)


def test_two_ledgers_of_one_process_neither(path: Path) -> None:
    first, second = Ledger.open(path), Ledger.open(path)
    with first.locked(), first.locked():
        reserve(first)
        with pytest.raises(LedgerError, match="another process"), second.locked():
            pass
    reserve(second)  # reads what the first one wrote
    assert len(second.entries()) == 2 and second.spent().epsilon == plan().epsilon(4)


def test_a_lock_is_given_back_on_error(path: Path) -> None:
    ledger = Ledger.open(path)
    with pytest.raises(ZeroDivisionError), ledger.locked():
        raise ZeroDivisionError
    reserve(Ledger.open(path))


def test_a_ledger_replaced_while_held_is_refused(written: Path, tmp_path: Path) -> None:
    path = copy(written, tmp_path)
    ledger = Ledger.open(path)
    with ledger.locked():
        os.replace(shutil.copy(path, tmp_path / "other"), path)
        with pytest.raises(LedgerError, match="moved or replaced"):
            reserve(ledger)


def test_a_reader_beside_a_writer_sees_a_whole_ledger(path: Path) -> None:
    reserve(Ledger.open(path))
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            _spend_until_killed(path, write)
        os._exit(1)
    try:
        os.read(read, 65)
        counts = [len(Ledger.open(path).entries()) for _ in range(40)]
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(read)
        os.close(write)
    assert counts == sorted(counts) and counts[-1] > 0
