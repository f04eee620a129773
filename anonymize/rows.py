"""Scrub and re-scan the rows of one table: text, identifier columns, ids and region."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from privgen.anonymize.columns import Columns, generalise_region
from privgen.anonymize.customers import CustomerIndex
from privgen.anonymize.known import KnownIdentifiers
from privgen.anonymize.policy import PSEUDONYM_COLUMNS
from privgen.anonymize.scrubber import Scrubber
from privgen.anonymize.settings import looks_alike
from privgen.anonymize.spans import Span
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
    """What became of a batch: scrubbed rows, counts by (column, entity type), and what was held back."""

    seen: int
    rows: list[Row] = field(default_factory=list)
    changed: int = 0
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    held_back: list[tuple[int, str]] = field(default_factory=list)

    def __repr__(self) -> str:
        """Count without showing a row."""
        return f"BatchResult({len(self.rows)} of {self.seen} rows)"


class RowScrubber:
    """Scrubs rows with what is known of their customers."""

    def __init__(self, scrubber: Scrubber, index: CustomerIndex) -> None:
        self._scrubber, self._index = scrubber, index
        self._columns = Columns(scrubber.operators, scrubber.policy)
        self._texts = {name: _text_columns(name) for name in TABLES}

    def load(self) -> None:
        """Load what is loaded lazily, before a process forks."""
        self._scrubber.load()

    def scrub_batch(self, table: str, rows: list[Row]) -> BatchResult:
        """Scrub the rows of a batch; a row that fails is held back with its number (from 1) and a reason."""
        result = BatchResult(len(rows))
        for number, row in enumerate(rows, 1):
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

    def rescan_batch(self, table: str, rows: list[Row]) -> tuple[int, Counter[str]]:
        """Number of rows, and what a fresh scan of scrubbed rows still finds, by entity type.

        Types that the policy replaces by look-alikes are not counted, nor is what would stay as it is: the
        check when a row was written knew the place of each replacement, and held back a row with leftovers.
        """
        found: Counter[str] = Counter()
        for row in rows:
            for column in self._texts[table]:
                for text in _texts(row[column]):
                    spans = self._scrubber.find(text, table=table, column=column)
                    found.update(s.entity_type for s in spans if self._left(s, text, table, column))
        return len(rows), found

    def _left(self, span: Span, text: str, table: str, column: str) -> bool:
        setting = self._scrubber.policy.setting(span.entity_type, table, column)
        value = text[span.start : span.end]
        if looks_alike(setting):
            return False
        return self._scrubber.operators.apply(setting, span.entity_type, value) != value

    def _row(self, table: str, row: Row, found: Counter[tuple[str, str]]) -> Row:
        customer = row.get("customer_id")
        known = self._index.known(customer)
        clean = dict(row)
        for column in self._texts[table]:
            clean[column] = self._cell(table, column, row[column], known, customer, found)
        typed, counts = self._columns.scrub(table, row)
        found.update(counts)
        clean.update(typed)
        if table == "media" and row["owner"] in self._index:
            clean["owner"] = self._columns.identifier("customer_id", row["owner"])
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
        result = self._scrubber.scrub(value, known, table=table, column=column, customer=customer)
        if not result.spans:
            return value
        found.update((column, span.entity_type) for span in result.spans)
        left = self._scrubber.find(result.blanked(), known, table=table, column=column)
        if left:
            raise ScrubError(
                f"column {column}: {left[0].entity_type} still found after scrubbing; the record is held back"
            )
        return result.text


def _text_columns(table: str) -> tuple[str, ...]:
    wanted = (ColumnType.TEXT, ColumnType.MAP)
    skipped = {*_UNSCANNED, "consent", "owner", *(IDENTIFIER_COLUMNS if table == "customers" else ())}
    return tuple(c.name for c in TABLES[table].columns if c.type in wanted and c.name not in skipped)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [item for item in value.values() if item]
    return [value] if value else []
