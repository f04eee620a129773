"""An erasure happens whole or not at all: everything is written aside, then put in place by a journal.

`RUN/.erasing` holds the new files and, once all are there, `journal.json`. Without a journal an erasure had
not begun to change the run and what lies aside is thrown away; with one, whatever command opens the run next
finishes it first. Nothing in there tells who was erased: new files hold what stays, the record a keyed
fingerprint.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from privgen.files import atomic_path, read_json, sha256_tree, write_json
from privgen.runfolder import RunFolder, stage_fingerprint
from privgen.schema import Purpose
from privgen.silo import Silo

FOLDER, JOURNAL = ".erasing", "journal.json"
READ_AS: Mapping[str, Mapping[str, str]] = {
    "scrub": {"silos": "silos"},
    "generate": {"scrubbed": "scrubbed"},
    "explain": {"pages": "pages/pages.jsonl"},
}
"""Stage to the inputs, label and path, that follow an erasure. Training is not among them: its adapter was
made from what has been erased, and says so until it is trained again."""
EDITED = (
    *("silos", "truth", "scrubbed", "federated/records"),
    *("pages/pages.jsonl", "explanations/explanations.jsonl"),
)
"""Recorded outputs that an erasure edits."""
REBUILT = ("report", "pages/.parts", "explanations/.parts", ".scrubbing")
"""What an erasure removes whole: it is made again from the rest."""


class Staging:
    """The new files of an erasure, under the names that they will have in the run; gone if it fails."""

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.files: list[str] = []

    def __enter__(self) -> Self:
        shutil.rmtree(self.run.path / FOLDER, ignore_errors=True)
        (self.run.path / FOLDER).mkdir(mode=0o700)  # it holds raw tables
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and not (self.run.path / FOLDER / JOURNAL).exists():
            shutil.rmtree(self.run.path / FOLDER, ignore_errors=True)

    def path(self, path: Path) -> Path:
        """Where the new content of a file of the run lies once it is written."""
        return self.run.path / FOLDER / "new" / path.relative_to(self.run.path)

    @contextmanager
    def written(self, path: Path) -> Iterator[Path]:
        """Where the new content of a file of the run is to be written."""
        with atomic_path(self.path(path)) as temporary:
            yield temporary
        self.files.append(path.relative_to(self.run.path).as_posix())

    def forget(self, path: Path) -> None:
        """Leave a file of the run as it is."""
        self.files.remove(path.relative_to(self.run.path).as_posix())
        self.path(path).unlink()

    def commit(self, record: dict[str, Any], pseudonyms: Iterable[str]) -> None:
        """Put the journal down: from here on the erasure will be finished.

        Args:
            record: What is kept of it; no id.
            pseudonyms: Names that the manifest may hold as an argument of a stage.
        """
        before = {
            name: sha256_tree(self.run.path / name) for name in EDITED if (self.run.path / name).exists()
        }
        named = [
            stage
            for stage, entry in self.run.manifest["stages"].items()
            if entry.get("config", {}).get("customer_id") in set(pseudonyms)
        ]
        journal = {"files": self.files, "before": before, "record": record, "named": named}
        write_json(self.run.path / FOLDER / JOURNAL, journal)


def finish(run: RunFolder) -> dict[str, Any] | None:
    """Finish an erasure that was committed; its record, or None if there was none. Safe to repeat."""
    folder = run.path / FOLDER
    if not (folder / JOURNAL).is_file():
        shutil.rmtree(folder, ignore_errors=True)
        return None
    journal = read_json(folder / JOURNAL)
    for name in journal["files"]:
        target = run.path / name
        with atomic_path(target) as temporary:
            shutil.copyfile(folder / "new" / name, temporary)
            if target.exists():
                shutil.copymode(target, temporary)
    for name in REBUILT:
        shutil.rmtree(run.path / name, ignore_errors=True)
    run.amend(lambda manifest: _follow(run, manifest, journal))
    (folder / JOURNAL).unlink()
    shutil.rmtree(folder)
    record: dict[str, Any] = journal["record"]
    return record


def _follow(run: RunFolder, manifest: dict[str, Any], journal: Mapping[str, Any]) -> None:
    """Let the manifest follow the edit: what was valid stays valid, what has to be made again is."""
    stages, before = manifest["stages"], journal["before"]
    stages.pop("report", None)
    after = {name: sha256_tree(run.path / name) for name in before}
    for stage, entry in stages.items():
        outputs, inputs = entry.get("outputs", {}), entry.get("inputs", {})
        for name in before:
            if outputs.get(name) == before[name]:
                outputs[name] = after[name]
        for label, name in READ_AS.get(stage, {}).items():
            if name in before and inputs.get(label) == before[name]:
                inputs[label] = after[name]
        if stage in journal["named"]:
            entry["config"]["customer_id"] = "erased"
    scrub = stages.get("scrub", {})
    if scrub.get("status") == "complete":
        _recount(run, scrub, before.get("silos"), after.get("silos"))
    done = manifest.setdefault("erasures", [])
    seen = {name: journal["record"][name] for name in ("when", "customer")}
    if seen not in done:
        done.append(seen)


def _recount(run: RunFolder, scrub: dict[str, Any], before: str | None, after: str | None) -> None:
    """The scrub stage says what lies there now, and stays done: each row was scrubbed by itself."""
    if before is not None and scrub["inputs"].get("silos") == after:
        scrub["fingerprint"] = stage_fingerprint(scrub["config"], scrub["inputs"])
    summary = scrub["summary"]
    day = dt.date.fromisoformat(summary["consent_date"])
    for folder in sorted(path.parent for path in (run.path / "scrubbed").glob("*/scrub.json")):
        tables = read_json(folder / "scrub.json")["tables"]
        summary["rows"][folder.name] = {name: entry["rows"] for name, entry in tables.items()}
        summary["consent"][folder.name] = Silo(folder, Purpose.ANALYTICS, day).consent_counts()
