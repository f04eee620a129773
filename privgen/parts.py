"""Work done merchant by merchant that survives a kill: finished parts are kept, the rest is done again."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from privgen.files import atomic_open, sha256_text


class Parts:
    """Named part files in a folder, valid for one fingerprint of configuration and inputs.

    A part is written atomically by the caller, so that its presence means it is whole. Opening the folder
    with another fingerprint throws the old parts away.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder = folder
        marker = folder / "fingerprint"
        if not marker.is_file() or marker.read_text(encoding="utf-8") != fingerprint:
            shutil.rmtree(folder, ignore_errors=True)
            with atomic_open(marker) as handle:
                handle.write(fingerprint)

    def path(self, name: str) -> Path:
        """Where a part is, or belongs."""
        return self.folder / f"{name}.jsonl"

    def done(self, name: str) -> bool:
        """Whether the part is there."""
        return self.path(name).is_file()

    def join(self, names: Iterable[str], target: Path) -> None:
        """Write all parts, in order, into one file, then drop them."""
        with atomic_open(target, "wb") as handle:
            for name in names:
                with self.path(name).open("rb") as part:
                    shutil.copyfileobj(part, handle)
        shutil.rmtree(self.folder, ignore_errors=True)


def fingerprint_of(*parts: object) -> str:
    """A fingerprint of anything that prints the same when it is the same."""
    return sha256_text("\0".join(str(part) for part in parts))
