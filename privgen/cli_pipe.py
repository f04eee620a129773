"""A command whose output nobody reads any more (`privgen ... | head`) ends at once, as shells expect."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO

CLOSED = 141
"""Exit code of a process that a closed pipe ended: 128 and the number of SIGPIPE."""


class _Pipe(io.FileIO):
    """A file descriptor whose closed other end ends the process; pipes to workers are not touched."""

    def write(self, b: Any, /) -> int:
        try:
            return super().write(b)
        except BrokenPipeError:
            with open(os.devnull, "wb") as nowhere:  # else the interpreter complains at its end
                os.dup2(nowhere.fileno(), self.fileno())
            raise SystemExit(CLOSED) from None


@contextlib.contextmanager
def ended_by_closed_pipes() -> Iterator[None]:
    """Let standard output and error end the process silently where their reader has gone."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = map(_watched, before)
    try:
        yield
    finally:
        try:
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(AttributeError, ValueError):  # there is none, or it was closed
                    stream.flush()
        finally:
            sys.stdout, sys.stderr = before


def _watched(stream: TextIO) -> TextIO:
    """The same stream over a `_Pipe`; itself where it has no file descriptor."""
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(_Pipe(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
