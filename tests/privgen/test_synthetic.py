"""The synthetic marketplace: deterministic, truthful about what it plants, and shaped by preferences."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from privgen.config import SyntheticConfig
from privgen.files import sha256_tree
from privgen.schema import TABLES
from privgen.synthetic import OVERLAP, customer_rows, shops, write_marketplace
from privgen.synthetic_people import person
from privgen.tables import read_table

LOCALES = ("en_US", "zh_CN")


@pytest.fixture(params=LOCALES)
def marketplace(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    config = SyntheticConfig(locale=request.param, merchants=3, customers=30, products=6)
    write_marketplace(config, tmp_path / "silos", tmp_path / "truth")
    return tmp_path


def _rows(silo: Path, table: str) -> list[dict]:
    return [row for batch in read_table(silo, table) for row in batch]


def test_every_planted_span_is_where_the_truth_says(marketplace: Path) -> None:
    planted = 0
    for silo in sorted((marketplace / "silos").iterdir()):
        people = {row["customer_id"]: row for row in _rows(silo, "customers")}
        texts: dict[tuple, tuple[str, str]] = {}
        for row in _rows(silo, "reviews"):
            texts["reviews", row["review_id"]] = (row["text"], row["customer_id"])
        for row in _rows(silo, "dialogues"):
            texts["dialogues", row["dialogue_id"], row["turn"]] = (row["text"], row["customer_id"])
        for row in _rows(silo, "events"):
            key = ("events", row["customer_id"], row["timestamp"].isoformat())
            texts[key] = (row["text"] or "", row["customer_id"])
        columns = {"PERSON": "name", "PHONE_NUMBER": "phone", "EMAIL_ADDRESS": "email", "ADDRESS": "address"}
        for line in (marketplace / "truth" / silo.name / "spans.jsonl").read_text().splitlines():
            span = json.loads(line)
            text, customer_id = texts[span["table"], *span["key"]]
            value = text[span["start"] : span["end"]]
            assert value and value == value.strip()
            column = columns.get(span["entity_type"])
            assert column is None or value == people[customer_id][column]
            planted += 1
    assert planted > 20


def test_same_seed_same_rows_other_seed_other_rows(tmp_path: Path) -> None:
    hashes = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        config = SyntheticConfig(merchants=2, customers=12, products=4, seed=seed)
        write_marketplace(config, tmp_path / name / "silos", tmp_path / name / "truth")
        hashes.append(sha256_tree(tmp_path / name))
    assert hashes[0] == hashes[1] != hashes[2]


def test_customers_write_about_what_they_like() -> None:
    shop = shops(SyntheticConfig(merchants=1, customers=150, products=12))[0]
    liked = other = 0
    for number in shop.customers:
        rows = customer_rows(shop, person(shop.lexicon, 7, number))
        preference = rows.truth[0]
        phrases = {p for side in shop.trade["aspects"][preference["aspect"]] for p in side}
        for review in rows.tables["reviews"]:
            hit = any(phrase in review["text"] for phrase in phrases)
            liked, other = liked + hit, other + (not hit)
    # 0.7 + 0.3 / 4 aspects = 0.775 expected; below 0.65 has probability under 1e-4 at these counts
    assert liked / (liked + other) > 0.65


def test_a_tenth_of_the_customers_shops_at_the_next_merchant() -> None:
    first, second = shops(SyntheticConfig(merchants=2, customers=100))
    shared = len(set(first.customers) & set(second.customers))
    assert shared == int(len(first.customers) * OVERLAP)


def test_merchants_differ_in_size_and_trade() -> None:
    made = shops(SyntheticConfig(merchants=4, customers=50))
    assert len({len(shop.customers) for shop in made}) == 4
    assert len({shop.trade["title"] for shop in made}) == 4


def test_rows_have_the_columns_of_the_schema(marketplace: Path) -> None:
    for silo in (marketplace / "silos").iterdir():
        for table in ("products", "customers", "events", "reviews", "dialogues", "campaigns"):
            rows = _rows(silo, table)
            assert rows
            assert set(rows[0]) == {column.name for column in TABLES[table].columns}


def test_consent_is_a_choice() -> None:
    shop = shops(SyntheticConfig(merchants=1, customers=200))[0]
    counts: Counter[str] = Counter()
    for number in shop.customers:
        counts.update(list(person(shop.lexicon, 7, number).consent))
    assert 0.75 * 320 < counts["training"] < 0.95 * 320
    assert counts["analytics"] < counts["personalisation"]
