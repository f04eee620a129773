"""What is kept of a file while it is scrubbed, so that a run that is killed goes on where it was.

In a hidden folder beside the output: `data` and `rejects`, which only grow, and `state.json`, replaced in one
step after both are on disk. It says how long they are, and how far the input was read by then; what a kill
leaves beyond is cut off. The output gets its name when it is whole.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from pydantic import Field

from privgen.anonymize.block_text import BlockResult
from privgen.config import Part
from privgen.errors import DataError, RunError
from privgen.files import canonical_json, locked_folder, read_json, write_json

REJECTS = ".rejects.jsonl"
"""What the name of an output is followed by in the name of the list of what was set aside."""
_EVERY = 1.0
"""Seconds between two states."""


class State(Part):
    """How far a file is, and the counts up to there; never a value.

    Args:
        basis: Hash of the input and of everything that decides the output.
        position: Where the next block starts.
        data_bytes: Valid bytes of `data`.
        rejects_bytes: Valid bytes of `rejects`.
        seen: Records read.
        rejected: Of those, set aside.
        changed: Of those, written with a replacement.
        columns: Replacements by column and entity type.
        residual: What a second scan still found, by entity type.
        texts: Number columns that must be written as text.
        report: The report, when everything is written and only the names are to be given.
    """

    basis: str
    position: int = 0
    data_bytes: int = 0
    rejects_bytes: int = 0
    seen: int = 0
    rejected: int = 0
    changed: int = 0
    columns: dict[str, dict[str, int]] = Field(default_factory=dict)
    residual: dict[str, int] = Field(default_factory=dict)
    texts: tuple[str, ...] = ()
    report: dict[str, Any] | None = None


class Journal:
    """The hidden folder of one output while it is made."""

    def __init__(self, folder: Path, state: State) -> None:
        self.folder, self.state = folder, state
        self._data = _open_at(folder / "data", state.data_bytes)
        self._rejects = _open_at(folder / "rejects", state.rejects_bytes)
        self._position, self._seen = state.position, state.seen
        self._rejected, self._changed = state.rejected, state.changed
        self._columns = {name: dict(counts) for name, counts in state.columns.items()}
        self._residual = dict(state.residual)
        self._kept_at = time.monotonic()

    @property
    def data(self) -> Path:
        """The output so far."""
        return self.folder / "data"

    def begin(self, data: bytes) -> None:
        """Write what comes before the first record, if that has not been done."""
        if not self._data.tell():
            self._data.write(data)

    def add(self, result: BlockResult, name: str) -> None:
        """Append a block; every second the state is made to survive a kill."""
        self._data.write(result.data)
        for number, reason in result.rejects:
            line = {"file": name, "row": self._seen + number, "reason": reason}
            self._rejects.write(canonical_json(line).encode() + b"\n")
        self._position = result.end
        self._seen += result.seen
        self._rejected += len(result.rejects)
        self._changed += result.changed
        for (column, kind), count in sorted(result.found.items()):
            _add(self._columns.setdefault(column, {}), kind, count)
        for kind, count in sorted(result.residual.items()):
            _add(self._residual, kind, count)
        if time.monotonic() - self._kept_at >= _EVERY:
            self.keep()

    def keep(self) -> State:
        """Make everything so far survive a kill."""
        for handle in (self._data, self._rejects):
            handle.flush()
            os.fsync(handle.fileno())
        self.state = State(
            basis=self.state.basis,
            position=self._position,
            data_bytes=self._data.tell(),
            rejects_bytes=self._rejects.tell(),
            seen=self._seen,
            rejected=self._rejected,
            changed=self._changed,
            columns=self._columns,
            residual=self._residual,
            texts=self.state.texts,
        )
        _write_state(self.folder, self.state)
        self._kept_at = time.monotonic()
        return self.state

    @property
    def seen(self) -> int:
        """Records so far."""
        return self._seen

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self._data.close()
        self._rejects.close()


@contextlib.contextmanager
def work_folder(out: Path) -> Iterator[Path]:
    """The hidden folder of `out`, held so that no other process uses it; it stays when the work fails.

    Raises:
        RunError: Another process is making `out`, or `out` is no file that privgen made.
    """
    folder = out.with_name(f".{out.name}.scrub")
    if out.exists() and not (report_path(out).is_file() or folder.is_dir()):
        raise RunError(f"{out}: exists and has no {report_path(out).name} beside it; choose another name")
    with locked_folder(folder):
        yield folder


def read_state(folder: Path, basis: str) -> State:
    """The state that an earlier run on the same basis left, or one that starts at the beginning."""
    try:
        values = read_json(folder / "state.json")
        state = State.model_validate(values | {"texts": tuple(values["texts"])})
    except (DataError, ValueError, KeyError, TypeError):
        return State(basis=basis)
    whole = all(
        (folder / name).is_file() and (folder / name).stat().st_size >= size
        for name, size in (("data", state.data_bytes), ("rejects", state.rejects_bytes))
    )
    return state if state.basis == basis and (whole or state.report) else State(basis=basis)


def start_again(folder: Path, basis: str, texts: frozenset[str]) -> State:
    """Drop what is written so far: some number columns turned out to hold personal data."""
    state = State(basis=basis, texts=tuple(sorted(texts)))
    _write_state(folder, state)
    return state


def keep_report(folder: Path, state: State, report: dict[str, Any]) -> State:
    """From here on only the names of the finished files are missing."""
    state = state.model_copy(update={"report": report})
    _write_state(folder, state)
    return state


def publish(folder: Path, out: Path, report: dict[str, Any]) -> None:
    """Give the finished files their names; done again after a kill, it ends the same."""
    if report["rejected"]:
        _move(folder / "rejects", rejects_path(out))
    else:
        rejects_path(out).unlink(missing_ok=True)
    _move(folder / "result", out)
    write_json(report_path(out), report)


def report_path(out: Path) -> Path:
    """Where the counts of `out` go."""
    return out.with_name(f"{out.name}.scrub.json")


def rejects_path(out: Path) -> Path:
    """Where the records that were set aside are named."""
    return out.with_name(f"{out.name}{REJECTS}")


def _move(source: Path, target: Path) -> None:
    if source.exists():
        os.replace(source, target)


def _write_state(folder: Path, state: State) -> None:
    write_json(folder / "state.json", state.model_dump())


def _open_at(path: Path, size: int) -> IO[bytes]:
    path.touch()
    handle = path.open("r+b")
    handle.truncate(size)
    handle.seek(size)
    return handle


def _add(counts: dict[str, int], name: str, count: int) -> None:
    counts[name] = counts.get(name, 0) + count
