"""Silos with hand-made rows: every customer writes a canary of their own into everything they write."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from privgen.schema import TABLES, Row
from privgen.tables import TableWriter, check_row

TODAY = dt.date(2026, 6, 1)
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
PRODUCTS = ("p1", "p2", "p3", "p4")
LETTERS = "bcdfghjklmnpqrstvwxz"


def write_silo(folder: Path, tables: Mapping[str, Iterable[Row]]) -> Path:
    """Write checked rows as the tables of a silo."""
    for name, rows in tables.items():
        with TableWriter(folder, name) as writer:
            writer.write([check_row(TABLES[name], row) for row in rows])
    return folder


def canary(customer_id: str) -> str:
    """A word that nobody else writes and that no wording of ours holds."""
    rng = random.Random(f"canary {customer_id}")
    return "zq" + "".join(rng.choice(LETTERS) for _ in range(10))


def products(language: str = "en") -> list[Row]:
    """Four products, two with the same title, in two categories."""
    titles = ("Sol Pan", "Sol Pan", "Vek Kettle", "Orin 7 Bowl")
    return [
        {
            "product_id": id_,
            "title": title,
            "category": ("pan", "kettle")[number // 2],
            "attributes": {"colour": ("teal", "rust", "mint", "sand")[number], "weight": f"{number + 3}00 g"},
            "price": 10.5 + number,
            "currency": "USD",
            "language": language,
        }
        for number, (id_, title) in enumerate(zip(PRODUCTS, titles, strict=True))
    ]


def campaigns() -> list[Row]:
    """One campaign that runs and one that is over."""
    return [
        {
            "campaign_id": "k1",
            "theme": "spring",
            "starts": "2026-05-01",
            "ends": "2026-06-30",
            "discount": "10%",
        }
        | {"terms": "members only"},
        {
            "campaign_id": "k0",
            "theme": "winter",
            "starts": "2026-01-01",
            "ends": "2026-01-31",
            "discount": "5%",
        },
    ]


def customer(customer_id: str, consent: Mapping[str, str] | None = None) -> Row:
    """A customers row; by default every purpose without end."""
    everything = {"personalisation": "", "training": "", "analytics": ""}
    return {"customer_id": customer_id, "consent": everything if consent is None else dict(consent)}


def tracks(customer_id: str, rng: random.Random) -> dict[str, list[Row]]:
    """What one customer leaves: views, searches, reviews and a dialogue, all with the customer's canary."""
    word = canary(customer_id)

    def at(day: int) -> str:
        return (START + dt.timedelta(days=day, minutes=rng.randrange(1440))).isoformat()

    def event(kind: str, day: int, **more: Any) -> Row:
        return {"customer_id": customer_id, "kind": kind, "timestamp": at(day)} | more

    events = [event("view", day, product_id=rng.choice(PRODUCTS)) for day in range(1, 6)]
    events += [event("purchase", 7, product_id=rng.choice(PRODUCTS)), event("search", 8, text=f"{word} pan")]
    review = {
        "customer_id": customer_id,
        "title": word,
        "text": f"The handle is {word} and fine. Nice {word}.",
    }
    reviews = [
        review | {"review_id": f"r-{customer_id}-{id_}", "product_id": id_, "rating": 4, "timestamp": at(20)}
        for id_ in rng.sample(PRODUCTS, 2)
    ]
    turn = {"dialogue_id": f"d-{customer_id}", "customer_id": customer_id, "product_id": rng.choice(PRODUCTS)}
    dialogues = [
        turn | {"turn": 1, "role": "customer", "text": f"Hello. Is the colour {word}?", "timestamp": at(30)},
        turn
        | {
            "turn": 2,
            "role": "merchant",
            "text": f"Happy to help. Its colour is {word}.",
            "timestamp": at(31),
        },
    ]
    return {"events": events, "reviews": reviews, "dialogues": dialogues}


def shop(folder: Path, consents: Mapping[str, Mapping[str, str] | None], seed: int = 0) -> Path:
    """A silo of these customers, each with tracks."""
    rng = random.Random(seed)
    tables: dict[str, list[Row]] = {"events": [], "reviews": [], "dialogues": []}
    for customer_id in consents:
        for name, rows in tracks(customer_id, rng).items():
            tables[name].extend(rows)
    people = [customer(id_, consent) for id_, consent in consents.items()]
    everything = {"products": products(), "customers": people, "campaigns": campaigns(), **tables}
    return write_silo(folder, everything)
