"""Score a scrubber against labelled records: what was masked, what leaked, what was masked for nothing.

Figures, per entity type and over all:
    strict recall      share of gold spans found with the same offsets and a type of like meaning (`ALIKE`)
    masked recall      share of gold spans of which every character is covered, by findings of any type
    strict precision   share of findings that are a gold span, by offsets and type
    overlap precision  share of findings that share a character with a gold span of any type
    leaked share       share of gold characters that no finding covers; also of records that leak any
    false alarms       records with a finding, per 1,000 records without a gold span
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from privgen.anonymize.gold import GoldRecord, read_gold
from privgen.anonymize.score_counts import Counts, Scores, same_type
from privgen.errors import DataError, RowError, ScrubError
from privgen.progress import Progress, silent

if TYPE_CHECKING:
    from privgen.anonymize.scrubber import Scrubber

__all__ = [
    "Counts",
    "GoldRecord",
    "Report",
    "Scores",
    "read_gold",
    "same_type",
    "score_file",
    "score_records",
]

_STEP, _NAMED = 200, 1_000


@dataclass(slots=True)
class Faults:
    """Records at fault: how many, and number (from 1) and reason of the first thousand."""

    count: int = 0
    rows: list[tuple[int, str]] = field(default_factory=list)

    def add(self, row: int, reason: str) -> None:
        """Count one."""
        self.count += 1
        if len(self.rows) < _NAMED:
            self.rows.append((row, reason))

    def as_json(self) -> dict[str, Any]:
        """The count and the rows."""
        return {"count": self.count, "rows": [{"row": row, "reason": reason} for row, reason in self.rows]}


@dataclass(slots=True)
class Report:
    """What scoring gave.

    Args:
        scores: The figures.
        set_aside: Records that are no gold records.
        held_back: Records that the scrubber refused; they leak nothing, and are in no figure.
        unknown_types: Gold types that no rule, row or model of the scrubber has a name for; they are in the
            figures.
    """

    scores: Scores = field(default_factory=Scores)
    set_aside: Faults = field(default_factory=Faults)
    held_back: Faults = field(default_factory=Faults)
    unknown_types: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Everything, without a text or a value."""
        faults = {"set_aside": self.set_aside.as_json(), "held_back": self.held_back.as_json()}
        return self.scores.as_json() | faults | {"unknown_types": list(self.unknown_types)}


def score_file(path: Path, scrubber: Scrubber, progress: Progress = silent) -> Report:
    """Score a scrubber against a file of gold records, read as a stream.

    Args:
        path: JSON Lines, or a JSON array (.json), gzipped or not; Parquet with the same columns.
        scrubber: Its policy counts: what it keeps is not found.
        progress: Told how many records are done.

    Raises:
        DataError: The file is missing, unreadable, or holds no gold record; names the file only.
    """
    report = score_records(read_gold(Path(path)), scrubber, progress)
    if not report.scores.records and not report.held_back.count:
        first = "".join(f"; row {row}: {reason}" for row, reason in report.set_aside.rows[:1])
        raise DataError(f"{path}: no gold record{first}")
    return report


def score_records(
    records: Iterable[GoldRecord | RowError], scrubber: Scrubber, progress: Progress = silent
) -> Report:
    """Score a scrubber against gold records; a `RowError` among them is set aside."""
    report = Report()
    for number, record in enumerate(records, 1):
        if isinstance(record, RowError):
            report.set_aside.add(number, record.reason)
            continue
        try:
            found = scrubber.find(record.text, record.known)
        except ScrubError as fault:
            report.held_back.add(number, str(fault))
        else:
            report.scores.add(record.spans, found)
        if not number % _STEP:
            progress(number, None, "records")
    report.unknown_types = _unknown(report.scores)
    return report


def _unknown(scores: Scores) -> tuple[str, ...]:
    from privgen.anonymize.scanner import all_entity_types

    names = all_entity_types()
    gold = (kind for kind, counts in scores.types.items() if counts.gold)
    return tuple(sorted(kind for kind in gold if not any(same_type(kind, name) for name in names)))
