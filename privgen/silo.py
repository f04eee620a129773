"""Read a scrubbed silo for one purpose: only customers who consent to it are ever seen."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privgen.consent import allows
from privgen.errors import ConsentError, DataError
from privgen.files import canonical_json, read_jsonl, sha256_text
from privgen.schema import Purpose, Row
from privgen.signals import History
from privgen.tables import read_table, table_path

DIGEST_REVIEWS = 3
"""Reviews of a product that a digest reads."""
_STRANGER, _NOBODY = ("", False), ("", True)


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
        return {id_: locale for id_, (locale, agreed) in self._people().items() if agreed}

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
        found = self._people().get(customer_id)
        if found is None:
            raise DataError(
                f"{self.merchant_id}: no customer {customer_id}; use a pseudonym of the customers table"
            )
        if not found[1]:
            raise ConsentError(
                f"{self.merchant_id}: customer {customer_id} does not consent to {self.purpose.value} "
                f"on {self.on}; nothing was read"
            )

    def histories(self, customer_ids: Iterable[str]) -> dict[str, History]:
        """What these customers did, nothing of those who do not consent; memory for these customers only."""
        histories = {customer_id: History(customer_id) for customer_id in customer_ids}
        for table in ("events", "reviews", "dialogues"):
            for row in self.rows(table):
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
        """Rows of a table that belong to customers who consent (all rows of tables without customers).

        A file in `media` belongs to a customer if its owner is one; a product's or the merchant's is free.
        """
        people = self._people()
        for row in self._rows(table):
            if "customer_id" in row:
                allowed = people.get(row["customer_id"], _STRANGER)[1]
            else:
                allowed = people.get(row.get("owner", ""), _NOBODY)[1]
            if allowed:
                yield row

    def _people(self) -> dict[str, tuple[str, bool]]:
        """Customer id to locale and consent; of several rows of one customer each has to agree."""
        people: dict[str, tuple[str, bool]] = {}
        for row in self._rows("customers"):
            locale, agreed = people.get(row["customer_id"], ("", True))
            agreed = agreed and allows(row["consent"], self.purpose, self.on)
            people[row["customer_id"]] = (row["locale"] or locale, agreed)
        return people

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


def pages_without_consent(pages: Path, silos: Sequence[Silo]) -> frozenset[str]:
    """Ids of pages that use data of somebody who does not consent to the silos' purpose on their day.

    A page uses the data of its customer and of those whose reviews it was made from. A page of a merchant
    that is not there counts too: nobody can say what its customers agreed to. Memory grows with the pages.

    Raises:
        DataError: A line is no page record; the message names file and line.
    """
    customers: dict[str, tuple[str, str]] = {}
    reviews: dict[str, set[str]] = {}
    for line, page in enumerate(read_jsonl(pages), 1):
        try:
            customers[page["page_id"]] = page["merchant_id"], page["customer_id"]
            reviews[page["page_id"]] = set(page_sources(page, "reviews"))
        except (AttributeError, KeyError, TypeError):
            raise DataError(f"{pages}: line {line} is not a page record; run privgen generate") from None
    refused = set(customers)
    for silo in silos:
        agreed, cited = silo.customers(), {id_ for ids in reviews.values() for id_ in ids}
        told = {row["review_id"] for row in silo.rows("reviews") if row["review_id"] in cited}
        refused -= {
            page_id
            for page_id, (merchant, customer) in customers.items()
            if merchant == silo.merchant_id and customer in agreed and reviews[page_id] <= told
        }
    return frozenset(refused)


def page_sources(page: dict[str, Any], table: str) -> Iterator[str]:
    """First key of every row of a table that a page's prompts were made from."""
    for section in page["sections"]:
        for signal in section["prompt"]["signals"]:
            name, _, key = signal["source"].partition(":")
            if name == table:
                yield key.split(",")[0]


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
