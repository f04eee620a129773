"""Processes of tests, forked from one that has loaded the libraries: one such server per pytest process.

Starting Python and importing torch would take most of the time of a command, and most of the kills. Who
starts the server decides what it has loaded, so that everything is loaded here, for all tests.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping
from functools import cache
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

LIBRARIES = (
    "privgen.cli",
    "privgen.hf",
    "privgen.anonymize.presidio",
    "privgen.federated.opacus_step",
    "privgen.federated.worker_grid",
)
_CONTEXT = multiprocessing.get_context("forkserver")


@cache
def load() -> None:
    """Start the server, unless this process has one already."""
    _CONTEXT.set_forkserver_preload(list(LIBRARIES))
    forkserver.ensure_running()


class Forked:
    """A function, started in a process of its own and a session of its own.

    Args:
        function: Of a module; it is called with a pipe's writing end, then with the arguments.
        arguments: Picklable.
    """

    def __init__(self, function: Callable[..., None], *arguments: Any) -> None:
        load()
        self.pipe, writer = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=_in_session, args=(function, writer, *arguments))
        self._process.start()
        writer.close()

    @property
    def pid(self) -> int:
        """Number of the process and of its session."""
        assert self._process.pid is not None
        return self._process.pid

    def wait(self, seconds: float | None = None) -> int | None:
        """Its exit code, if it ends within so many seconds."""
        self._process.join(seconds)
        return self._process.exitcode

    def kill(self) -> None:
        """SIGKILL."""
        os.kill(self.pid, signal.SIGKILL)


class Command(Forked):
    """`privgen` with arguments, started.

    Args:
        arguments: Of the command line.
        environment: Variables that it has besides.
    """

    def __init__(self, *arguments: object, environment: Mapping[str, str] | None = None) -> None:
        super().__init__(_main, [str(word) for word in arguments], dict(environment or {}))

    def end(self) -> tuple[int, str]:
        """Wait for its end and that of every process it started; exit code, and what they printed."""
        printed = bytearray()
        while piece := os.read(self.pipe.fileno(), 1 << 16):
            printed += piece
        code = self.wait()
        assert code is not None
        return code, printed.decode()


def session(number: int) -> list[Path]:
    """The processes of a session that have not ended, as folders of `/proc`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, of = entry.read_text().rpartition(")")[2].split()[:4]
        except (OSError, ValueError):
            continue  # it has just ended
        if int(of) == number and state != "Z":
            found.append(entry.parent)
    return found


def _in_session(function: Callable[..., None], writer: Connection, *arguments: Any) -> None:
    os.setsid()
    function(writer, *arguments)


def _main(writer: Connection, arguments: list[str], environment: dict[str, str]) -> None:
    for stream in (1, 2):
        os.dup2(writer.fileno(), stream)
    writer.close()
    os.environ.update(environment)
    sys.argv = ["privgen", *arguments]
    from privgen.cli import main

    main()
