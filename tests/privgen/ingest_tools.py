"""A mapping, and exports that it fits, made on the spot."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

from privgen.tables import read_table

CANARY = "anna@example.org"
MAPPING = """
[silos]
top = {top}
by = "reviews"
[sources.items]
path = "items.csv"
[sources.orders]
path = "orders-*.csv.gz"
empty = ["NULL"]
[sources.people]
path = "people.jsonl"
[sources.reviews]
path = "reviews.csv"
[tables.products]
from = "items"
silo = "seller"
repeat = "again"
[tables.products.columns]
product_id = "product"
title = {{ template = "Product {{product}}" }}
price = "price"
[tables.customers]
from = "items"
silo = "seller"
repeat = "again"
[tables.customers.join.order]
source = "orders"
on = "order"
[tables.customers.join.person]
source = "people"
on = "order.person"
[tables.customers.columns]
customer_id = "order.person"
email = "person.email"
[tables.customers.columns.consent]
basis = "a test"
value = {{ training = "2099-12-31" }}
[tables.events]
from = "items"
silo = "seller"
repeat = "one more unit"
sum = ["quantity"]
[tables.events.join.order]
source = "orders"
on = "order"
[tables.events.columns]
customer_id = "order.person"
product_id = "product"
kind = {{ column = "order.status", values = {{ ok = "purchase", back = "return" }} }}
quantity = "quantity"
timestamp = {{ column = "order.time", timestamp = {{ format = "%d/%m/%Y" }} }}
[tables.reviews]
from = "reviews"
silo = "item.seller"
[tables.reviews.join.item]
source = "items"
on = "order"
[tables.reviews.join.order]
source = "orders"
on = "order"
[[tables.reviews.drop]]
name = "no text"
when = {{ column = "text", empty = true }}
[tables.reviews.columns]
review_id = "review"
customer_id = "order.person"
product_id = "item.product"
rating = "rating"
text = "text"
timestamp = {{ column = "order.time", timestamp = {{ format = "%d/%m/%Y" }} }}
"""


def write_csv(path: Path, header: str, rows: list[tuple[Any, ...]]) -> None:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([tuple(header.split(",")), *rows])


def make_export(
    folder: Path,
    items: list[tuple[Any, ...]],
    orders: list[tuple[Any, ...]],
    people: list[str],
    reviews: list[tuple[Any, ...]],
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(folder / "items.csv", "order,product,seller,price,quantity", items)
    half = len(orders) // 2
    for part, rows in enumerate((orders[:half], orders[half:])):
        write_csv(folder / f"orders-{part}.csv.gz", "order,person,status,time", rows)
    lines = [json.dumps({"person": person, "email": f"{person}@example.org"}) for person in people]
    (folder / "people.jsonl").write_text("\n".join(lines or ['{"person": null, "email": null}']) + "\n")
    write_csv(folder / "reviews.csv", "review,order,rating,text", reviews)
    return folder


def make_mapping(folder: Path, top: int = 5, change: tuple[str, str] | None = None) -> Path:
    text = MAPPING.format(top=top)
    if change:
        assert change[0] in text, "the test changes nothing"
        text = text.replace(*change, 1)
    path = folder / "mapping.toml"
    path.write_text(text)
    return path


def small_export(folder: Path) -> Path:
    """Two sellers, three orders, and one row of each fault."""
    return make_export(
        folder,
        items=[
            ("o1", "p1", "Ana & Co", "2.50", "1"),
            ("o1", "p1", "Ana & Co", "2.50", "2"),
            ("o2", "p2", "Bo", "3", "1"),
            ("o3", "p3", "Bo", "-1", "1"),
            ("o4", "p1", "Bo", "2", "1"),
            ("o5", "", "Bo", "2", "1"),
            ("o3", "p2", "", "3", "1"),
        ],
        orders=[
            ("o1", "c1", "ok", "31/12/2023"),
            ("o2", "c2", "back", "01/02/2024"),
            ("o3", "c1", "ok", CANARY),
            ("o5", "NULL", "ok", "01/02/2024"),
        ],
        people=["c1", "c2"],
        reviews=[
            ("r1", "o1", "5", "good"),
            ("r2", "o2", "4", ""),
            ("r1", "o1", "5", "again"),
            ("r3", "o9", "5", CANARY),
            ("r4", "o2", "five", "x"),
            ("r5", "o2", "2", "bad"),
        ],
    )


def rows_of(silo: Path, table: str) -> list[dict[str, Any]]:
    return [row for batch in read_table(silo, table) for row in batch]


def rejects_of(path: Path) -> list[tuple[str, str, int, str]]:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [(line["table"], line["file"], line["row"], line["reason"]) for line in lines]
