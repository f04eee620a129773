"""Scrub and re-scan the rows of one table: text, identifier columns, ids and region."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from privgen.anonymize.cells import checked
from privgen.anonymize.customers import CustomerIndex
from privgen.anonymize.scrubber import Scrubber
from privgen.errors import ScrubError
from privgen.schema import IDENTIFIER_COLUMNS, TABLES, ColumnType, Row

PSEUDONYM_COLUMNS = ("customer_id", "review_id", "dialogue_id")
"""Ids that become keyed pseudonyms; product and campaign ids stay."""

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
_POSTCODE = re.compile(r"[0-9][0-9 -]{2,}[0-9]")
_GB_POSTCODE = re.compile(r"(?<![A-Za-z0-9])([A-Z]{1,2})[0-9][0-9A-Z]?(?: ?[0-9][A-Z]{2})?(?![A-Za-z0-9])")


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
        """Number of rows, and what a fresh scan of scrubbed rows still finds, by entity type."""
        found: Counter[str] = Counter()
        for row in rows:
            for column in self._texts[table]:
                for text in _texts(row[column]):
                    found.update(s.entity_type for s in self._scrubber.find(text, table=table, column=column))
        return len(rows), found

    def _row(self, table: str, row: Row, found: Counter[tuple[str, str]]) -> Row:
        known = self._index.known(row.get("customer_id"))
        clean = dict(row)
        for column in self._texts[table]:
            clean[column] = self._cell(table, column, row[column], known, found)
        for column in PSEUDONYM_COLUMNS:
            if row.get(column):
                clean[column] = self._scrubber.tokens.identifier(column, row[column])
        if table == "customers":
            for column in IDENTIFIER_COLUMNS:
                found[column, _IDENTIFIER_TYPES[column]] += row[column] is not None
                clean[column] = None
            clean["region"] = generalise_region(row["region"])
        if table == "media" and row["owner"] in self._index:
            clean["owner"] = self._scrubber.tokens.identifier("customer_id", row["owner"])
        for key in [key for key, count in found.items() if not count]:
            del found[key]
        return clean

    def _cell(self, table: str, column: str, value: Any, known: Any, found: Counter[tuple[str, str]]) -> Any:
        if isinstance(value, dict):
            return {key: self._cell(table, column, item, known, found) for key, item in value.items()}
        if not value:
            return value
        result = checked(self._scrubber, value, known, table, column, Counter())
        found.update((column, span.entity_type) for span in result.spans)
        return result.text


_IDENTIFIER_TYPES = {
    "name": "PERSON",
    "phone": "PHONE_NUMBER",
    "email": "EMAIL_ADDRESS",
    "address": "ADDRESS",
    "birth_date": "DATE_OF_BIRTH",
}


def generalise_region(region: str | None) -> str | None:
    """A region with postcodes cut to their first two or three characters; names of places stay.

    >>> [generalise_region(region) for region in ("01310-100 São Paulo", "SW1A 1AA", "北京 100080")]
    ['013 São Paulo', 'SW', '北京 10']
    """
    if not region:
        return region
    region = _GB_POSTCODE.sub(r"\1", region)
    return _POSTCODE.sub(lambda match: match[0][: 2 if len(match[0].strip()) == 6 else 3], region)


def _text_columns(table: str) -> tuple[str, ...]:
    wanted = (ColumnType.TEXT, ColumnType.MAP)
    skipped = {*_UNSCANNED, "consent", "owner", *(IDENTIFIER_COLUMNS if table == "customers" else ())}
    return tuple(c.name for c in TABLES[table].columns if c.type in wanted and c.name not in skipped)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [item for item in value.values() if item]
    return [value] if value else []
