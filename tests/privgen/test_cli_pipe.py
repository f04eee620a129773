"""`privgen ... | head`: where the reader has gone, every command ends as shells expect, and says nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer
from started import Command

from privgen.cli import app
from privgen.cli_pipe import CLOSED, ended_by_closed_pipes

COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_ends_with_its_reader(name: str) -> None:
    for arguments in ([name, "--help"], [name, "--no-such-option"]):
        process = Command(*arguments)
        process.pipe.close()
        assert process.wait() == CLOSED


def test_a_result_that_nobody_reads_is_no_fault(run: Path) -> None:
    """The work was done: the next time there is nothing to do."""
    for arguments in (["generate", run, "--generator", "template"], ["generate", run, "--json"]):
        process = Command(*arguments)
        process.pipe.close()
        assert process.wait() == CLOSED
    code, printed = Command("erase", "--customer", "nobody", run).end()
    assert code in (0, 1) and "Broken pipe" not in printed


def test_nothing_is_said_on_standard_error() -> None:
    """Through a real pipe; the other stream is still read."""
    command = [sys.executable, "-m", "privgen.cli", "--version"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b"" and process.wait() == CLOSED


def test_a_broken_pipe_of_ours_is_still_a_fault(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BrokenPipeError), ended_by_closed_pipes():
        raise BrokenPipeError
