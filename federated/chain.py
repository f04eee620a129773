"""A hash-chained, append-only JSON Lines file, and a head file beside it that tells where the chain ends.

Each line is canonical JSON with `previous_hash` and `hash`, the SHA-256 of the line without its `hash`. The
head (`<name>.head`) holds number and hash of the last line, so that lines cut off the end are noticed. A
crash while appending leaves a last line without line break: no append that returned can be lost that way,
so such a tail is dropped. A chain may be one line ahead of its head, never behind it.

Limits: who can write both files can write another consistent pair. A chain proves nothing against the
owner of the disk unless its head is copied elsewhere.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privgen.errors import LedgerError
from privgen.files import canonical_json, sha256_text, write_json

GENESIS = "0" * 64
"""`previous_hash` of the first line."""

Entry = dict[str, Any]
_TRIES = 100  # a reader beside a busy writer


@dataclass(frozen=True, slots=True)
class Chain:
    """The whole lines of a chain.

    Args:
        entries: One object per line, in order.
        size: Bytes of the whole lines; what follows is the torn line of a crash.
    """

    entries: tuple[Entry, ...] = ()
    size: int = 0

    @property
    def last_hash(self) -> str:
        """Hash of the last line; `GENESIS` of an empty chain."""
        return str(self.entries[-1]["hash"]) if self.entries else GENESIS


def head_path(path: Path) -> Path:
    """The head file of a chain."""
    return path.with_suffix(".head")


def read_chain(path: Path) -> Chain:
    """Read and verify a chain; a path where nothing was ever written is an empty one.

    Raises:
        LedgerError: A line is not what was written, or lines are missing; the message names the line.
    """
    data, known, last = _stable(path)
    *lines, torn = data.split(b"\n")
    entries: list[Entry] = []
    previous = GENESIS
    for number, line in enumerate(lines, start=1):
        entry = _parsed(line)
        if entry is None or entry.get("previous_hash") != previous or entry.get("hash") != _hash(entry):
            raise LedgerError(f"{path}: line {number} is not as it was written; restore the ledger")
        previous = str(entry["hash"])
        entries.append(entry)
    _check_head(path, entries, known, last)
    return Chain(tuple(entries), len(data) - len(torn))


def append(descriptor: int, path: Path, chain: Chain, fields: Entry) -> Chain:
    """Add one line, durably: the line first, then the head.

    Args:
        descriptor: Of the locked file at `path`, open for reading and writing.
        path: The chain's file.
        chain: What the file holds.
        fields: JSON values; must not hold `hash` or `previous_hash`.

    Raises:
        LedgerError: The disk does not take it; the line may or may not be there, so read the chain again.
    """
    entry = fields | {"previous_hash": chain.last_hash}
    entry["hash"] = _hash(entry)
    line = (canonical_json(entry) + "\n").encode()
    try:
        os.ftruncate(descriptor, chain.size)  # what a crash left
        os.lseek(descriptor, chain.size, os.SEEK_SET)
        _write_all(descriptor, line)
        os.fsync(descriptor)
        write_json(head_path(path), {"lines": len(chain.entries) + 1, "hash": entry["hash"]})
    except OSError as fault:
        raise LedgerError(f"{path}: cannot be written ({fault.strerror}); nothing may be spent") from None
    return Chain((*chain.entries, entry), chain.size + len(line))


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _hash(entry: Entry) -> str:
    return sha256_text(canonical_json({key: value for key, value in entry.items() if key != "hash"}))


def _parsed(line: bytes) -> Entry | None:
    """The object on a line; None unless the line is its canonical JSON, byte for byte."""
    try:
        text = line.decode()
        entry = json.loads(text)
        same = isinstance(entry, dict) and canonical_json(entry) == text
    except (ValueError, RecursionError):
        return None
    return entry if same else None


def _stable(path: Path) -> tuple[bytes, int, str]:
    """Bytes of the chain, and lines and hash of its head, both of one moment though another writes."""
    head = head_path(path)
    for _ in range(_TRIES):
        before = _read_head(head)
        try:
            data = path.read_bytes() if path.exists() else b""
        except OSError:
            raise LedgerError(f"{path}: not readable; check its permissions") from None
        if before == _read_head(head):
            return data, *before
    raise LedgerError(f"{path}: is being written to; wait until that ends")


def _check_head(path: Path, entries: list[Entry], known: int, last: str) -> None:
    """At most the last line may be unknown to the head: a crash came between the two writes."""
    head = head_path(path)
    if known > len(entries):
        raise LedgerError(f"{path}: ends at line {len(entries)}, its head knows {known}; restore the ledger")
    if known < len(entries) - 1:
        where = "its head is missing" if not head.exists() else f"its head knows {known}"
        raise LedgerError(f"{path}: has {len(entries)} lines, {where}; restore {head.name} beside it")
    if last != (entries[known - 1]["hash"] if known else GENESIS):
        raise LedgerError(f"{path}: line {known} is not the one its head knows; restore the ledger")


def _read_head(head: Path) -> tuple[int, str]:
    if not head.exists():
        return 0, GENESIS
    try:
        value = json.loads(head.read_text(encoding="utf-8"))
        lines, last = value["lines"], value["hash"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise LedgerError(f"{head}: not readable; restore it from a copy") from None
    if not isinstance(lines, int) or isinstance(lines, bool) or lines < 1 or not isinstance(last, str):
        raise LedgerError(f"{head}: not the head of a ledger; restore it from a copy")
    return lines, last
