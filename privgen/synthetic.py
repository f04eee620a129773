"""Write a synthetic marketplace as silos, with the truth beside it, from a seed, as a stream at any size.

The same seed, locale and sizes give the same rows. Memory does not grow with the number of customers: each
customer has a random generator of its own. A tenth of a merchant's customers shop at the next one too.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from privgen.config import SyntheticConfig
from privgen.files import atomic_open, canonical_json, write_json
from privgen.phrases import load_lexicon
from privgen.progress import Progress, silent
from privgen.schema import Row
from privgen.synthetic_people import Lexicon, Person, person
from privgen.synthetic_shop import Liking, campaigns, liking, products, query
from privgen.synthetic_text import (
    PlantedText,
    maybe_identifier,
    opinion,
    question_text,
    reply_text,
    review_text,
)
from privgen.tables import TableWriter

OVERLAP = 0.1
"""Share of a merchant's customers who also shop at the next merchant."""

_SIZES = (1.6, 1.0, 0.8, 0.6, 1.2, 0.9)
_TABLES = ("customers", "events", "reviews", "dialogues")
_EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Shop:
    """A merchant: catalogue and numbers of its customers."""

    merchant_id: str
    lexicon: Lexicon
    trade: dict[str, Any]
    catalogue: list[Row]
    customers: range
    seed: str


@dataclass
class CustomerRows:
    """All rows of one customer at one shop, with the planted spans."""

    tables: dict[str, list[Row]]
    truth: list[dict[str, Any]]


def shops(config: SyntheticConfig) -> list[Shop]:
    """The merchants of a marketplace, of different size and trade."""
    lexicon = load_lexicon(config.locale)
    trades = sorted(lexicon["trades"])
    made, first = [], 0
    for number in range(config.merchants):
        trade = trades[number % len(trades)]
        merchant = f"m{number + 1:02d}-{trade}"
        size = max(1, round(config.customers * _SIZES[number % len(_SIZES)]))
        seed = f"{config.seed}:{config.locale}"
        catalogue = products(lexicon, lexicon["trades"][trade], seed, merchant, config.products)
        customers = range(first, first + size)
        made.append(Shop(merchant, lexicon, lexicon["trades"][trade], catalogue, customers, seed))
        first += size - int(size * OVERLAP)
    return made


def write_marketplace(
    config: SyntheticConfig, silos: Path, truth: Path, progress: Progress = silent
) -> dict[str, Any]:
    """Write every merchant's tables under `silos` and the truth under `truth`.

    Returns:
        Counts: rows per merchant and table, planted spans.
    """
    made = shops(config)
    total, done = sum(len(shop.customers) for shop in made), 0
    summary: dict[str, Any] = {"locale": config.locale, "merchants": {}, "planted_spans": 0}
    for shop in made:
        with _ShopWriter(shop, silos, truth) as writer:
            for number in shop.customers:
                writer.write(customer_rows(shop, person(shop.lexicon, config.seed, number)))
                done += 1
                if done % 50 == 0 or done == total:
                    progress(done, total, shop.merchant_id)
        summary["merchants"][shop.merchant_id] = writer.counts
        summary["planted_spans"] += writer.spans
    write_json(truth / "marketplace.json", summary | {"seed": config.seed})
    return summary


def customer_rows(shop: Shop, who: Person) -> CustomerRows:
    """Everything one customer does at one shop."""
    rng = random.Random(f"rows:{shop.seed}:{shop.merchant_id}:{who.customer_id}")
    likes = liking(who, shop.seed, shop.lexicon, shop.trade, shop.catalogue)
    rows = CustomerRows({table: [] for table in _TABLES}, [])
    rows.tables["customers"].append(_customer_row(shop, who))
    rows.truth.append({"customer_id": who.customer_id, "category": likes.category, "aspect": likes.aspect})
    _events(rows, rng, shop, who, likes)
    _reviews(rows, rng, shop, who, likes)
    _dialogues(rows, rng, shop, who)
    return rows


class _ShopWriter:
    """The open tables and truth files of one merchant; all appear together or not at all."""

    def __init__(self, shop: Shop, silos: Path, truth: Path) -> None:
        self.counts: dict[str, int] = {"products": len(shop.catalogue)}
        self.spans = 0
        self._shop, self._silo, self._truth = shop, silos / shop.merchant_id, truth / shop.merchant_id
        self._stack = contextlib.ExitStack()
        self._writers: dict[str, TableWriter] = {}
        self._files: dict[str, IO[Any]] = {}

    def __enter__(self) -> _ShopWriter:
        for table in ("products", "campaigns", *_TABLES):
            self._writers[table] = self._stack.enter_context(TableWriter(self._silo, table))
        for name in ("spans", "preferences"):
            self._files[name] = self._stack.enter_context(atomic_open(self._truth / f"{name}.jsonl"))
        self._writers["products"].write(self._shop.catalogue)
        self._writers["campaigns"].write(
            campaigns(self._shop.lexicon, self._shop.seed, self._shop.merchant_id)
        )
        return self

    def write(self, rows: CustomerRows) -> None:
        for table, made in rows.tables.items():
            self._writers[table].write(made)
        for fact in rows.truth:
            name = "spans" if "entity_type" in fact else "preferences"
            self.spans += name == "spans"
            self._files[name].write(canonical_json(fact) + "\n")

    def __exit__(self, *error: Any) -> None:
        self.counts |= {table: writer.rows for table, writer in self._writers.items()}
        self._stack.__exit__(*error)


def _customer_row(shop: Shop, who: Person) -> Row:
    return {
        "customer_id": who.customer_id,
        "consent": who.consent,
        "locale": "zh_CN" if shop.lexicon["language"] == "zh" else "en_US",
        "region": who.region,
        "name": who.identifiers["PERSON"],
        "phone": who.identifiers["PHONE_NUMBER"],
        "email": who.identifiers["EMAIL_ADDRESS"],
        "address": who.identifiers["ADDRESS"],
        "birth_date": who.birth_date,
    }


def _events(rows: CustomerRows, rng: random.Random, shop: Shop, who: Person, likes: Liking) -> None:
    """Views, carts, purchases and returns, mostly of the liked category; searches in the liked words."""
    favourite = [row for row in shop.catalogue if row["category"] == likes.category]
    for moment in _moments(rng, rng.randint(4, 12)):
        product = rng.choice(favourite if rng.random() < 0.65 else shop.catalogue)
        kind = rng.choices(("view", "cart", "purchase", "return", "search"), (10, 2, 4, 1, 3))[0]
        planted = PlantedText("")
        if kind == "search":
            planted = PlantedText(query(rng, shop.lexicon, likes))
            if rng.random() < 0.1:
                planted = next(iter(maybe_identifier(rng, shop.lexicon, "query", who)), planted)
        row = {
            "customer_id": who.customer_id,
            "product_id": None if kind == "search" else product["product_id"],
            "kind": kind,
            "text": planted.text or None,
            "quantity": rng.randint(1, 3) if kind in ("cart", "purchase") else None,
            "timestamp": moment,
        }
        rows.tables["events"].append(row)
        _note_spans(rows, "events", [who.customer_id, moment.isoformat()], "text", planted)


def _reviews(rows: CustomerRows, rng: random.Random, shop: Shop, who: Person, likes: Liking) -> None:
    for number, moment in enumerate(_moments(rng, rng.randint(0, 3))):
        product = rng.choice(shop.catalogue)
        rating = rng.choices((1, 2, 3, 4, 5), (1, 1, 1, 3, 4))[0]
        good = rating > 3
        phrase = opinion(rng, shop.lexicon, shop.trade["aspects"], likes.aspect, good)
        planted = review_text(rng, shop.lexicon, product["category"], phrase, good, who)
        review_id = f"{shop.merchant_id}-r{who.customer_id[5:]}-{number}"
        titles = shop.lexicon["reviews"]["titles_good" if good else "titles_bad"]
        rows.tables["reviews"].append(
            {
                "review_id": review_id,
                "customer_id": who.customer_id,
                "product_id": product["product_id"],
                "rating": float(rating),
                "title": rng.choice(titles) if rng.random() < 0.5 else None,
                "text": planted.text,
                "timestamp": moment,
            }
        )
        _note_spans(rows, "reviews", [review_id], "text", planted)


def _dialogues(rows: CustomerRows, rng: random.Random, shop: Shop, who: Person) -> None:
    for number, moment in enumerate(_moments(rng, rng.randint(0, 2))):
        product = rng.choice(shop.catalogue)
        name, value = rng.choice(sorted(product["attributes"].items()))
        asked = question_text(rng, shop.lexicon, product["title"], name, who)
        answer = PlantedText(reply_text(rng, shop.lexicon, product["title"], name, value))
        dialogue_id = f"{shop.merchant_id}-d{who.customer_id[5:]}-{number}"
        for turn, (role, planted) in enumerate((("customer", asked), ("agent", answer))):
            rows.tables["dialogues"].append(
                {
                    "dialogue_id": dialogue_id,
                    "customer_id": who.customer_id,
                    "turn": turn,
                    "role": role,
                    "text": planted.text,
                    "product_id": product["product_id"],
                    "timestamp": moment + dt.timedelta(minutes=5 * turn),
                }
            )
            _note_spans(rows, "dialogues", [dialogue_id, turn], "text", planted)


def _note_spans(rows: CustomerRows, table: str, key: list[Any], column: str, planted: PlantedText) -> None:
    for span in planted.spans:
        place = {"table": table, "key": key, "column": column}
        rows.truth.append(place | {"entity_type": span.entity_type, "start": span.start, "end": span.end})


def _moments(rng: random.Random, count: int) -> Iterator[dt.datetime]:
    """Distinct times within a year, in order."""
    for minute in sorted(rng.sample(range(60 * 24 * 300), k=count)):
        yield _EPOCH + dt.timedelta(minutes=minute)
