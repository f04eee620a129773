"""Scrub and re-scan the rows of one table: text, identifier columns, ids and region."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from privgen.anonymize.cells import checked, leftovers
from privgen.anonymize.customers import CustomerIndex
from privgen.anonymize.known import KnownIdentifiers
from privgen.anonymize.policy import PSEUDONYM_COLUMNS
from privgen.anonymize.scrubber import Scrubber
from privgen.anonymize.typed_cells import TypedCells, generalise_region
from privgen.errors import ScrubError
from privgen.schema import IDENTIFIER_COLUMNS, TABLES, ColumnType, Row

__all__ = ["PSEUDONYM_COLUMNS", "BatchResult", "RowScrubber", "generalise_region"]

_UNSCANNED = frozenset(
    {
        *PSEUDONYM_COLUMNS,
        "product_id",
        "campaign_id",
        "media_id",
        "kind",
        "modality",
        "currency",
        "language",
        "locale",
        "region",
    }
)


@dataclass(slots=True)
class BatchResult:
    """What became of a batch: scrubbed rows, counts by (column, entity type), rows held back or too old."""

    seen: int
    rows: list[Row] = field(default_factory=list)
    changed: int = 0
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    held_back: list[tuple[int, str]] = field(default_factory=list)
    expired: Counter[str] = field(default_factory=Counter)

    def __repr__(self) -> str:
        """Count without showing a row."""
        return f"BatchResult({len(self.rows)} of {self.seen} rows)"


class RowScrubber:
    """Scrubs rows with what is known of their customers; rows of a table from before its `oldest` day go."""

    def __init__(
        self, scrubber: Scrubber, index: CustomerIndex, oldest: Mapping[str, dt.date] | None = None
    ) -> None:
        self._scrubber, self._index, self._oldest = scrubber, index, dict(oldest or {})
        self._cells = TypedCells(scrubber.operators, scrubber.policy)
        self._texts = {name: _text_columns(name) for name in TABLES}

    def load_shared(self) -> None:
        """Load what forked processes share."""
        self._scrubber.load_shared()

    def load_alone(self) -> None:
        """Load what is loaded lazily, in a process that does nothing but scrub."""
        self._scrubber.load_alone()

    def scrub_batch(self, table: str, rows: list[Row]) -> BatchResult:
        """Scrub the rows of a batch; a row that fails is held back with its number (from 1) and a reason."""
        result = BatchResult(len(rows))
        for number, row in enumerate(rows, 1):
            if reason := self._expired(table, row):
                result.expired[reason] += 1
                continue
            found: Counter[tuple[str, str]] = Counter()
            try:
                clean = self._row(table, row, found)
            except ScrubError as fault:
                result.held_back.append((number, str(fault)))
                continue
            result.rows.append(clean)
            result.found.update(found)
            result.changed += bool(found)
        return result

    def _expired(self, table: str, row: Row) -> str | None:
        """Why a row may not be kept any longer; one without a date cannot be shown to be young enough."""
        oldest = self._oldest.get(table)
        if oldest is None:
            return None
        if row["timestamp"] is None:
            return "undated"
        return "expired" if row["timestamp"].date() < oldest else None

    def rescan_batch(self, table: str, rows: list[Row]) -> tuple[int, Counter[str]]:
        """Number of rows, and what a fresh scan of scrubbed rows still finds, by entity type."""
        found: Counter[str] = Counter()
        for row in rows:
            for column in self._texts[table]:
                for text in _texts(row[column]):
                    found.update(leftovers(self._scrubber, text, table, column))
        return len(rows), found

    def _row(self, table: str, row: Row, found: Counter[tuple[str, str]]) -> Row:
        customer = row.get("customer_id")
        known = self._index.known(customer)
        clean = dict(row)
        for column in self._texts[table]:
            clean[column] = self._cell(table, column, row[column], known, customer, found)
        typed, counts = self._cells.scrub(table, row)
        found.update(counts)
        clean.update(typed)
        if table == "media" and row["owner"] in self._index:
            clean["owner"] = self._cells.identifier("customer_id", row["owner"])
        return clean

    def _cell(
        self,
        table: str,
        column: str,
        value: Any,
        known: KnownIdentifiers | None,
        customer: str | None,
        found: Counter[tuple[str, str]],
    ) -> Any:
        if isinstance(value, dict):
            return {key: self._cell(table, column, v, known, customer, found) for key, v in value.items()}
        if not value:
            return value
        result = checked(self._scrubber, value, known, table, column, customer)
        found.update((column, span.entity_type) for span in result.spans)
        return result.text


def _text_columns(table: str) -> tuple[str, ...]:
    wanted = (ColumnType.TEXT, ColumnType.MAP)
    skipped = {*_UNSCANNED, "consent", "owner", *(IDENTIFIER_COLUMNS if table == "customers" else ())}
    return tuple(c.name for c in TABLES[table].columns if c.type in wanted and c.name not in skipped)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [item for item in value.values() if item]
    return [value] if value else []
