"""The tables of a silo and the signal, the two data shapes that every part of privgen shares.

One merchant is one folder with a file per table (Parquet, CSV or JSON Lines). Inside privgen a row is a
plain dict with exactly the table's columns; `privgen.tables` reads, checks and writes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Row = dict[str, Any]
"""One table row: column name to str, int, float, aware datetime, dict[str, str] (a map) or None."""


class ColumnType(StrEnum):
    """How a cell is stored. A map holds text to text; a consent map holds purpose to expiry date."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    TIMESTAMP = "timestamp"
    DATE = "date"
    MAP = "map"


class Purpose(StrEnum):
    """What a customer can agree to."""

    PERSONALISATION = "personalisation"
    TRAINING = "training"
    ANALYTICS = "analytics"


EVENT_KINDS = ("view", "search", "cart", "purchase", "return")
MEDIA_KINDS = ("image", "audio")
IDENTIFIER_COLUMNS = ("name", "phone", "email", "address", "birth_date")
"""Columns of `customers` that identify a person directly; they never leave the scrubber in the clear."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type, whether a row must have it, and whether it holds free text."""

    name: str
    type: ColumnType = ColumnType.TEXT
    required: bool = False
    free_text: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a silo; `key` are the columns that identify a row."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that every row must have."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def free_text(self) -> tuple[str, ...]:
        """Names of the columns that people write into."""
        return tuple(column.name for column in self.columns if column.free_text)

    def column(self, name: str) -> Column:
        """The column called `name` (KeyError if there is none)."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


_MAP, _DATE, _TIME = ColumnType.MAP, ColumnType.DATE, ColumnType.TIMESTAMP
_NUMBER, _INTEGER = ColumnType.NUMBER, ColumnType.INTEGER


def _starred(*names: str, type: ColumnType = ColumnType.TEXT) -> tuple[Column, ...]:
    return tuple(Column(name, type, required=True) for name in names)


def _optional(*names: str, type: ColumnType = ColumnType.TEXT) -> tuple[Column, ...]:
    return tuple(Column(name, type) for name in names)


def _written(name: str, required: bool = False) -> Column:
    return Column(name, required=required, free_text=True)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "products",
            ("product_id",),
            (
                *_starred("product_id", "title"),
                *_optional("category", "brand"),
                Column("attributes", _MAP),
                Column("price", _NUMBER),
                *_optional("currency"),
                _written("description"),
                *_optional("language"),
            ),
        ),
        Table(
            "customers",
            ("customer_id",),
            (
                *_starred("customer_id"),
                Column("consent", _MAP, required=True),
                *_optional("locale", "region", "name", "phone", "email", "address"),
                Column("birth_date", _DATE),
            ),
        ),
        Table(
            "events",
            ("customer_id", "product_id", "kind", "timestamp"),
            (
                *_starred("customer_id"),
                *_optional("product_id"),
                *_starred("kind"),
                _written("text"),
                Column("quantity", _INTEGER),
                *_starred("timestamp", type=_TIME),
            ),
        ),
        Table(
            "reviews",
            ("review_id",),
            (
                *_starred("review_id", "customer_id", "product_id"),
                Column("rating", _NUMBER, required=True),
                _written("title"),
                _written("text", required=True),
                *_starred("timestamp", type=_TIME),
            ),
        ),
        Table(
            "dialogues",
            ("dialogue_id", "turn"),
            (
                *_starred("dialogue_id", "customer_id"),
                Column("turn", _INTEGER, required=True),
                *_starred("role"),
                _written("text", required=True),
                *_optional("product_id"),
                Column("timestamp", _TIME),
            ),
        ),
        Table(
            "campaigns",
            ("campaign_id",),
            (
                *_starred("campaign_id", "theme"),
                Column("starts", _DATE),
                Column("ends", _DATE),
                *_optional("discount"),
                _written("terms"),
            ),
        ),
        Table(
            "media",
            ("media_id",),
            _starred("media_id", "owner", "kind", "path"),
        ),
    )
}


class SignalKind(StrEnum):
    """Where a signal comes from: the customer (first five) or the product and the merchant (the rest)."""

    PROFILE = "profile"
    EVENT = "event"
    REVIEW = "review"
    DIALOGUE = "dialogue"
    QUERY = "query"
    ATTRIBUTE = "attribute"
    DIGEST = "digest"
    CAMPAIGN = "campaign"
    IMAGE = "image"
    AUDIO = "audio"


CUSTOMER_KINDS = frozenset(
    {SignalKind.PROFILE, SignalKind.EVENT, SignalKind.REVIEW, SignalKind.DIALOGUE, SignalKind.QUERY}
)
"""Kinds that tell something of a person; using one needs that person's consent."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One typed piece of evidence that a page may use, made after scrubbing and the consent check.

    Args:
        signal_id: Unique within its prompt.
        kind: Where it comes from.
        modality: text, image or audio.
        text: The line the model reads, one line, scrubbed.
        source: Row it was made from, `table:key[,key...]`, so that a claim can be traced.
    """

    signal_id: str
    kind: SignalKind
    modality: str
    text: str
    source: str

    def __post_init__(self) -> None:
        """Check that the text is one line: a line break would let a signal forge another one."""
        if not self.signal_id or not self.text.strip() or self.text.splitlines() != [self.text]:
            raise ValueError("a signal needs an id and exactly one non-empty line of text")

    def __repr__(self) -> str:
        """Identify without showing the text."""
        return f"Signal({self.signal_id!r}, {self.kind.value}, {self.modality})"

    @property
    def personal(self) -> bool:
        """Whether it tells something of the customer rather than of the product."""
        return self.kind in CUSTOMER_KINDS


class SectionKind(StrEnum):
    """The five sections of a page, in the order a page shows them."""

    DESCRIPTION = "description"
    REVIEW_DIGEST = "review_digest"
    RECOMMENDATION = "recommendation"
    SERVICE_REPLY = "service_reply"
    CAMPAIGN = "campaign"
