"""Every file of a run with its size and hash: what a report stands on, and what has changed since.

The list lies beside the report as `report/files.jsonl`; report.json holds the hash of the list, so that a
signature over report.json covers every file. What is left out: `report/` itself and run.json, which changes
when the report is recorded in it (both are in the seal, see report_seal), and the empty lock file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privgen.errors import DataError, RunError
from privgen.files import read_jsonl, sha256_file, sha256_text
from privgen.progress import Progress, silent

MANIFEST = "run.json"
REPORT = "report"
LIST = f"{REPORT}/files.jsonl"
_KEYS = "keys"
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class RunFile:
    """One file.

    Args:
        path: Relative to the run folder, with forward slashes.
        bytes: Its size.
        digest: Hex SHA-256; of a key file only 8 digits of a hash, as a key id: it tells keys apart and
            tells nothing about a key.
    """

    path: str
    bytes: int
    digest: str

    def to_json(self) -> dict[str, Any]:
        """The line of files.jsonl."""
        name = "sha256" if len(self.digest) == 64 else "check"
        return {"path": self.path, "bytes": self.bytes, name: self.digest}


def list_files(run: Path, progress: Progress = silent) -> list[RunFile]:
    """All files that a report of `run` stands on, by path.

    Raises:
        RunError: Something in there is no file (a broken link, a pipe), or a link leads back.
    """
    paths = listed(run)
    found = []
    for done, path in enumerate(paths, start=1):
        found.append(describe(run, path))
        progress(done, len(paths), "files")
    return found


def listed(run: Path) -> list[str]:
    """Paths of the files that a report of `run` stands on.

    Raises:
        RunError: A link leads back to a folder that it lies in.
    """
    names = (path.relative_to(run) for path in walk(run))
    kept = (name.as_posix() for name in names if name.parts[0] != REPORT)
    return sorted(name for name in kept if name not in (MANIFEST, _LOCK))


def describe(run: Path, path: str) -> RunFile:
    """One file as it is now.

    Raises:
        RunError: It is missing or no file.
    """
    place = run / path
    if not place.is_file():
        raise RunError(f"{place}: not a file; restore or remove it")
    digest = key_check(place) if path.startswith(f"{_KEYS}/") else sha256_file(place)
    return RunFile(path, place.stat().st_size, digest)


def key_check(path: Path) -> str:
    """Eight hex digits that change when a key file changes."""
    return hashlib.sha256(b"privgen key file\0" + path.read_bytes()).hexdigest()[:8]


def list_text(files: Iterable[RunFile]) -> str:
    """The contents of files.jsonl; names that are not text are escaped."""
    return "".join(json.dumps(file.to_json(), sort_keys=True) + "\n" for file in files)


def list_facts(files: list[RunFile]) -> dict[str, Any]:
    """What report.json says of the list."""
    return {
        "path": LIST,
        "sha256": sha256_text(list_text(files)),
        "files": len(files),
        "bytes": sum(file.bytes for file in files),
    }


def read_list(run: Path) -> list[RunFile]:
    """The list as it was written with the report.

    Raises:
        DataError: It is missing or is no such list.
    """
    try:
        return [
            RunFile(str(line["path"]), int(line["bytes"]), str(line.get("sha256") or line["check"]))
            for line in read_jsonl(run / LIST)
        ]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise DataError(f"{run / LIST}: not a list of files; run: privgen report {run}") from None


def walk(folder: Path, above: frozenset[tuple[int, int]] = frozenset()) -> Iterator[Path]:
    """Every path below `folder` that is no folder, links followed.

    Raises:
        RunError: A link leads to a folder that it lies in.
    """
    status = folder.stat()
    inode = status.st_dev, status.st_ino
    if inode in above:
        raise RunError(f"{folder}: a link to a folder that it lies in; remove it")
    for path in folder.iterdir():
        if path.is_dir():
            yield from walk(path, above | {inode})
        else:
            yield path
