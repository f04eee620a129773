"""Customer id to the identifiers of that customer's row, kept compact while a silo is scrubbed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from privgen.anonymize.known import KnownIdentifiers
from privgen.schema import IDENTIFIER_COLUMNS, Row
from privgen.tables import read_table

_SEPARATOR = "\x1f"
_MIN_ID = 6
"""Shorter customer ids are too common as text to be searched for."""


class CustomerIndex:
    """Identifiers by customer id: one joined string per customer, compiled when its texts come by.

    Attributes:
        identifiers: Number of identifier values in the index.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows: dict[str, str] = {}
        self.identifiers = 0
        for row in rows:
            values = [_text(row.get(column)) for column in IDENTIFIER_COLUMNS]
            self.identifiers += sum(1 for value in values if value)
            self._rows[row["customer_id"]] = _SEPARATOR.join(values) if any(values) else ""
        self._compiled = lru_cache(maxsize=4096)(self._compile)

    @classmethod
    def read(cls, silo: Path) -> CustomerIndex:
        """Index of the customers table of a silo; empty if there is none."""
        return cls(row for batch in read_table(silo, "customers") for row in batch)

    def known(self, customer_id: str | None) -> KnownIdentifiers | None:
        """What is known of a customer; the id alone if the table has no row of it."""
        return self._compiled(customer_id) if customer_id else None

    def fingerprint(self) -> str:
        """SHA-256 over all that is known; as it is of personal data, it must not be written anywhere bare."""
        digest = hashlib.sha256()
        for customer_id, values in sorted(self._rows.items()):
            digest.update(f"{customer_id}\0{values}\n".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def __contains__(self, customer_id: object) -> bool:
        return customer_id in self._rows

    def __repr__(self) -> str:
        """Count without showing a value."""
        return f"CustomerIndex({len(self._rows)} customers)"

    def _compile(self, customer_id: str) -> KnownIdentifiers:
        joined = self._rows.get(customer_id, "")
        values = joined.split(_SEPARATOR) if joined else []
        row = dict(zip(IDENTIFIER_COLUMNS, values, strict=False))
        if len(customer_id) >= _MIN_ID:
            row["customer_id"] = customer_id
        return KnownIdentifiers(row, customer_id)


def _text(value: object) -> str:
    return "" if value is None else str(value).replace(_SEPARATOR, " ")
