"""Commands of privgen in processes of their own, forked from one that has loaded the libraries.

Starting Python and importing torch would take most of the time of a command, and most of the kills.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from multiprocessing.connection import Connection

LIBRARIES = ("privgen.cli", "privgen.hf", "privgen.anonymize.presidio", "privgen.federated.opacus_step")
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(list(LIBRARIES))


class Command:
    """`privgen` with arguments, started."""

    def __init__(self, *arguments: object) -> None:
        self._reader, writer = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=_main, args=(writer, [str(word) for word in arguments]))
        self._process.start()
        writer.close()

    def wait(self, seconds: float) -> bool:
        """Whether it ends within so many seconds."""
        self._process.join(seconds)
        return self._process.exitcode is not None

    def kill(self) -> None:
        """SIGKILL."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGKILL)

    def end(self) -> tuple[int, str]:
        """Wait for its end and that of every process it started; exit code, and what they printed."""
        printed = bytearray()
        while piece := os.read(self._reader.fileno(), 1 << 16):
            printed += piece
        self._process.join()
        assert self._process.exitcode is not None
        return self._process.exitcode, printed.decode()


def _main(writer: Connection, arguments: list[str]) -> None:
    for stream in (1, 2):
        os.dup2(writer.fileno(), stream)
    writer.close()
    sys.argv = ["privgen", *arguments]
    from privgen.cli import main

    main()
