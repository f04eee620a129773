"""Files that are never half-written: temporary name, fsync, rename; and hashes of files and folders."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from privgen.errors import DataError, RunError


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces, so that equal values have equal hashes.

    >>> canonical_json({"b": 1, "a": "é"})
    '{"a":"é","b":1}'
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_text(text: str) -> str:
    """Hex SHA-256 of the UTF-8 bytes of `text`."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def sha256_file(path: Path) -> str:
    """Hex SHA-256 of a file, read in blocks."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def sha256_tree(path: Path) -> str:
    """Hex SHA-256 of a file, or of a folder's sorted (name, hash) list.

    What an interrupted `atomic_path` left behind is not part of the folder.

    Raises:
        DataError: There is no such file or folder.
    """
    if path.is_file():
        return sha256_file(path)
    if not path.is_dir():
        raise DataError(f"{path}: no such file or folder")
    entries = sorted(p for p in path.rglob("*") if p.is_file() and not _left_over(p))
    return sha256_text("".join(f"{p.relative_to(path).as_posix()}\0{sha256_file(p)}\n" for p in entries))


@contextlib.contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it into place on success, remove it on failure."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    try:
        yield temporary
        _fsync(temporary)
        os.replace(temporary, path)
        _fsync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_once(path: Path, text: str) -> None:
    """Write a file that only its owner may read, durably, unless there is one: who comes first decides.

    Read `path` afterwards: it holds the whole text of whoever came first.

    Raises:
        OSError: It cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    try:
        temporary.touch(mode=0o600)
        temporary.write_text(text, encoding="ascii")
        _fsync(temporary)
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
        _fsync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_open(path: Path, mode: str = "w") -> Iterator[IO[Any]]:
    """Open `path` for writing so that readers see the old file or the whole new one."""
    with atomic_path(path) as temporary:
        encoding = None if "b" in mode else "utf-8"
        with temporary.open(mode, encoding=encoding) as handle:
            yield handle


@contextlib.contextmanager
def staged_folder(path: Path, *, marker: str) -> Iterator[Path]:
    """Yield an empty folder beside `path`; put it in the place of `path` on success, remove it on failure.

    Args:
        path: The folder to make or to replace. What is there already must be empty or hold `marker`.
        marker: Name of a file that the work writes last, and by which it knows its own folders.

    Raises:
        RunError: `path` holds something else, or another process is making it.
    """
    if path.exists() and not (path.is_dir() and ((path / marker).is_file() or not any(path.iterdir()))):
        raise RunError(f"{path}: exists and holds no {marker}; choose a new or empty folder")
    staging, old = (path.with_name(f".{path.name}.{word}.tmp") for word in ("new", "old"))
    staging.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(staging, os.O_RDONLY)
    try:
        if not _locked(descriptor, staging):
            raise RunError(f"{path}: another process is making this folder")
        _remove(*staging.iterdir())  # what a killed run left
        try:
            yield staging
            _remove(old)
            if path.exists():
                os.rename(path, old)
            os.rename(staging, path)
            _fsync(path.parent)
        finally:
            _remove(staging, old)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Hold `folder`, made if need be, against other processes; what is in it stays.

    Raises:
        RunError: Another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    _held.add(descriptor)
    try:
        if not _locked(descriptor, folder):
            raise RunError(f"{folder}: another process is working on this")
        yield
    finally:
        if descriptor in _held:
            _held.remove(descriptor)
            os.close(descriptor)


_held: set[int] = set()
"""Descriptors of the folders that this process holds."""


def _let_go() -> None:
    """In a forked child: a worker that outlives a killed parent for a moment must not keep its folders."""
    while _held:
        os.close(_held.pop())


os.register_at_fork(after_in_child=_let_go)


def _locked(descriptor: int, folder: Path) -> bool:
    """Whether this process now holds `folder`, and it has not just been moved away by another."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.fstat(descriptor).st_ino == folder.stat().st_ino
    except OSError:
        return False


def _remove(*paths: Path) -> None:
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON, atomically."""
    with atomic_open(path) as handle:
        json.dump(value, handle, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
        handle.write("\n")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        DataError: The file is missing or is not JSON; the message names the file only.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path}: file not found") from None
    except (OSError, ValueError, RecursionError):
        raise DataError(f"{path}: not readable as JSON") from None


def write_jsonl(path: Path, rows: Iterable[Any]) -> int:
    """Write one canonical JSON object per line, atomically; return the number of lines."""
    count = 0
    with atomic_open(path) as handle:
        for row in rows:
            handle.write(canonical_json(row) + "\n")
            count += 1
    return count


def read_jsonl(path: Path) -> Iterator[Any]:
    """Yield the objects of a JSON Lines file.

    Raises:
        DataError: The file is missing, or a line is not JSON; the message names file and line only.
    """
    try:
        handle = path.open(encoding="utf-8")
    except OSError:
        raise DataError(f"{path}: file not found or not readable") from None
    with handle:
        number = 0
        try:
            for line in handle:
                number += 1
                yield json.loads(line)
        except (OSError, UnicodeDecodeError):
            raise DataError(f"{path}: not readable as UTF-8 text") from None
        except (ValueError, RecursionError):  # a consumer's error is not raised in here
            raise DataError(f"{path}: line {number} is not JSON") from None


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")


def _left_over(path: Path) -> bool:
    return path.name.startswith(".") and path.name.endswith(".tmp")


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
