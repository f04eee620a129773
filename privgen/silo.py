"""Read a scrubbed silo for one purpose: only customers who consent to it are ever seen."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from privgen.consent import allows
from privgen.errors import ConsentError, DataError
from privgen.files import canonical_json, sha256_text
from privgen.schema import Purpose, Row
from privgen.signals import History
from privgen.tables import read_table, table_path

DIGEST_REVIEWS = 3
"""Reviews of a product that a digest reads."""


@dataclass(frozen=True)
class Silo:
    """One merchant's scrubbed tables, opened for one purpose on one day."""

    path: Path
    purpose: Purpose
    on: dt.date

    @property
    def merchant_id(self) -> str:
        """The folder's name."""
        return self.path.name

    def catalogue(self) -> dict[str, Row]:
        """Product id to product row.

        Raises:
            DataError: The silo has no products.
        """
        rows = {row["product_id"]: row for row in self._rows("products")}
        if not rows:
            raise DataError(f"{self.path}: no products; a silo needs a products table with at least one row")
        return rows

    def customers(self) -> dict[str, str]:
        """Customer id to locale (may be empty) of everyone who consents to the purpose."""
        return {
            row["customer_id"]: row["locale"] or ""
            for row in self._rows("customers")
            if allows(row["consent"], self.purpose, self.on)
        }

    def consent_counts(self) -> dict[str, int]:
        """How many customers there are, and how many consent to each purpose today."""
        counts = {"customers": 0} | {purpose.value: 0 for purpose in Purpose}
        for row in self._rows("customers"):
            counts["customers"] += 1
            for purpose in Purpose:
                counts[purpose.value] += allows(row["consent"], purpose, self.on)
        return counts

    def require(self, customer_id: str) -> None:
        """Check that this customer exists and consents.

        Raises:
            DataError: No such customer.
            ConsentError: The customer does not consent to the purpose today.
        """
        for row in self._rows("customers"):
            if row["customer_id"] == customer_id:
                if allows(row["consent"], self.purpose, self.on):
                    return
                raise ConsentError(
                    f"{self.merchant_id}: customer {customer_id} does not consent to {self.purpose.value} "
                    f"on {self.on}; nothing was read"
                )
        raise DataError(
            f"{self.merchant_id}: no customer {customer_id}; use a pseudonym of the customers table"
        )

    def histories(self, customer_ids: Iterable[str]) -> dict[str, History]:
        """What these customers did; one pass over each table, memory for these customers only."""
        histories = {customer_id: History(customer_id) for customer_id in customer_ids}
        for table in ("events", "reviews", "dialogues"):
            for row in self._rows(table):
                history = histories.get(row["customer_id"])
                if history is not None:
                    getattr(history, table).append(row)
        return histories

    def latest_reviews(self, product_ids: Iterable[str], without: str = "") -> dict[str, list[Row]]:
        """The latest reviews of each product, by customers who consent; `without` leaves one customer out."""
        allowed = self.customers()
        newest: dict[str, list[tuple[dt.datetime, str, int, Row]]] = {key: [] for key in product_ids}
        for number, row in enumerate(self._rows("reviews")):  # the number keeps rows from being compared
            kept = newest.get(row["product_id"])
            if kept is not None and row["customer_id"] in allowed and row["customer_id"] != without:
                heapq.heappush(kept, (row["timestamp"], row["review_id"], number, row))
                if len(kept) > DIGEST_REVIEWS:
                    heapq.heappop(kept)
        return {key: [row for *_, row in sorted(kept, reverse=True)] for key, kept in newest.items()}

    def campaigns(self) -> list[Row]:
        """The merchant's campaigns that are not over, the earliest first; all if all are over."""
        rows = sorted(
            self._rows("campaigns"), key=lambda row: (row["ends"] or dt.date.max, row["campaign_id"])
        )
        return [row for row in rows if (row["ends"] or dt.date.max) >= self.on] or rows

    def rows(self, table: str) -> Iterator[Row]:
        """Rows of a table that belong to customers who consent (all rows of tables without customers)."""
        allowed = self.customers()
        for row in self._rows(table):
            if "customer_id" not in row or row["customer_id"] in allowed:
                yield row

    def _rows(self, table: str) -> Iterator[Row]:
        for batch in read_table(self.path, table):
            yield from batch


def row_count(path: Path) -> int:
    """Rows of all Parquet tables of a silo folder, read from their footers; other files count as none.

    Raises:
        DataError: A table is not readable as Parquet.
    """
    import pyarrow.parquet as pq

    rows = 0
    for file in sorted(path.glob("*.parquet")):
        try:
            rows += pq.read_metadata(file).num_rows
        except (OSError, ValueError):
            raise DataError(f"{file}: not readable as Parquet; run privgen ingest again") from None
    return rows


def consenting(silos: Sequence[Silo]) -> str:
    """A fingerprint of who consents to the silos' purpose today: it changes when a consent runs out."""
    return sha256_text(canonical_json([[silo.merchant_id, sorted(silo.customers())] for silo in silos]))


def open_silos(folder: Path, purpose: Purpose, on: dt.date) -> list[Silo]:
    """The silos of a folder, by merchant id.

    Raises:
        DataError: The folder has none, or one has no customers.
    """
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    paths = [path for path in found if path.is_dir() and not path.name.startswith(".")]
    if not paths:
        raise DataError(f"{folder}: no silos there; run privgen ingest and privgen scrub first")
    for path in paths:
        if table_path(path, "customers") is None:
            raise DataError(f"{path}: no customers table; an empty silo cannot take part, remove the folder")
        if not any(read_table(path, "customers")):
            raise DataError(f"{path}: no row in customers; an empty silo cannot take part, remove the folder")
    return [Silo(path, purpose, on) for path in paths]
