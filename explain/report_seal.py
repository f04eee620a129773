"""The seal of a report: hashes of run.json and of everything in `report/`, written last, and signatures.

report.json pins every other file of the run through the list beside it (report_files). Two things cannot be
in it: run.json, which records the report, and the report itself. `report/seal.json` holds their hashes and a
hash of its own contents. With a key, report.json and seal.json are signed (`.sig` beside each, 64 bytes).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privgen.errors import DataError, RunError
from privgen.explain.report_files import MANIFEST, REPORT, RunFile, describe, walk
from privgen.explain.report_values import mapping
from privgen.files import atomic_open, canonical_json, read_json, sha256_text, write_json

if TYPE_CHECKING:
    from privgen.explain.report_signature import SigningKey

SEAL = f"{REPORT}/seal.json"
SIGNED = (f"{REPORT}/report.json", SEAL)
"""Files that are signed; the signature lies beside each, with `SUFFIX`."""
SUFFIX = ".sig"
_KIND = "privgen.seal"


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal as read.

    Args:
        files: The sealed files by path.
        public_key: Of who signed, in hex; None if nobody did.
    """

    files: dict[str, RunFile] = field(default_factory=dict)
    public_key: str | None = None


def write_seal(run: Path, key: SigningKey | None = None) -> None:
    """Seal the report of a run, and sign it.

    Without a key, a seal that still holds is left alone, signatures and all; one that does not is replaced,
    and signatures that no longer fit are removed.

    Raises:
        RunError: There is no report to seal.
    """
    if not (run / SIGNED[0]).is_file():
        raise RunError(f"{run}: no report to seal; run: privgen report {run}")
    if key is None and _holds(run):
        return
    for name in SIGNED:
        (run / f"{name}{SUFFIX}").unlink(missing_ok=True)
    if key is not None:
        _sign(run, SIGNED[0], key)
    files = [describe(run, name).to_json() for name in sealed_now(run)]
    body = {"kind": _KIND, "files": files, "public_key": key.public if key else None}
    write_json(run / SEAL, body | {"sha256": sha256_text(canonical_json(body))})
    if key is not None:
        _sign(run, SEAL, key)


def read_seal(run: Path) -> Seal:
    """The seal of a run's report, if it is as privgen wrote it.

    Raises:
        DataError: It is missing, or one byte of it is not as it was written.
    """
    path = run / SEAL
    value = mapping(read_json(path))
    body = {name: item for name, item in value.items() if name != "sha256"}
    written = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    if value.get("sha256") != sha256_text(canonical_json(body)) or path.read_bytes() != written.encode():
        raise DataError(f"{path}: not as it was written")
    files = [RunFile(file["path"], file["bytes"], file["sha256"]) for file in body["files"]]
    return Seal({file.path: file for file in files}, body["public_key"])


def sealed_now(run: Path) -> list[str]:
    """Paths that a seal of this run would hold: run.json and what is in `report/`, its own files aside."""
    own = (SEAL, f"{SEAL}{SUFFIX}")
    found = (path.relative_to(run).as_posix() for path in walk(run / REPORT))
    return sorted([MANIFEST, *(name for name in found if name not in own)])


def _holds(run: Path) -> bool:
    try:
        seal = read_seal(run)
        now: dict[str, Any] = {name: describe(run, name) for name in sealed_now(run)}
    except (DataError, RunError):
        return False
    signatures = all((run / f"{name}{SUFFIX}").is_file() for name in SIGNED)
    return seal.files == now and (seal.public_key is None or signatures)


def _sign(run: Path, name: str, key: SigningKey) -> None:
    with atomic_open(run / f"{name}{SUFFIX}", "wb") as handle:
        handle.write(key.sign((run / name).read_bytes()))
