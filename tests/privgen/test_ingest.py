"""What ingest makes of an export: every row written, dropped or set aside, in silos, with consent."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingest_tools import (
    MAPPING,
    make_export,
    make_mapping,
    rejects_of,
    rows_of,
    small_export,
)

from privgen.errors import ConfigError, DataError
from privgen.files import read_json, sha256_tree
from privgen.ingest import OTHER_SILOS, ingest


def test_every_row_is_written_dropped_or_set_aside(tmp_path: Path) -> None:
    summary = ingest(small_export(tmp_path / "export"), make_mapping(tmp_path), tmp_path / "out")
    ana, bo = tmp_path / "out" / "ana-co", tmp_path / "out" / "bo"
    assert [(r["product_id"], r["title"], r["price"]) for r in rows_of(ana, "products")] == [
        ("p1", "Product p1", 2.5)
    ]
    assert [(r["customer_id"], r["email"], r["consent"]) for r in rows_of(bo, "customers")] == [
        ("c2", "c2@example.org", {"training": "2099-12-31"}),
        ("c1", "c1@example.org", {"training": "2099-12-31"}),
    ]
    events = [
        (r["customer_id"], r["kind"], r["quantity"], r["timestamp"].date().isoformat())
        for r in (*rows_of(ana, "events"), *rows_of(bo, "events"))
    ]
    assert events == [("c1", "purchase", 3, "2023-12-31"), ("c2", "return", 1, "2024-02-01")]
    assert [r["review_id"] for r in (*rows_of(ana, "reviews"), *rows_of(bo, "reviews"))] == ["r1", "r5"]
    assert rejects_of(ana / "rejects.jsonl") == [("reviews", "reviews.csv", 3, "duplicate key")]
    assert rejects_of(bo / "rejects.jsonl") == [
        ("products", "items.csv", 4, "column price is negative"),
        ("products", "items.csv", 6, "column product_id is empty"),
        ("events", "items.csv", 4, "column timestamp is not a time of the mapping's format"),
        ("events", "items.csv", 6, "column customer_id is empty"),
        ("reviews", "reviews.csv", 5, "column rating is not a number"),
    ]
    assert rejects_of(tmp_path / "out" / "rejects.jsonl") == [
        ("products", "items.csv", 7, "silo is empty"),
        ("customers", "items.csv", 5, "has no row in orders (join order)"),
        ("customers", "items.csv", 6, "has no key (join person)"),
        ("customers", "items.csv", 7, "silo is empty"),
        ("events", "items.csv", 5, "has no row in orders (join order)"),
        ("events", "items.csv", 7, "silo is empty"),
        ("reviews", "reviews.csv", 4, "has no row in items (join item)"),
    ]
    assert summary["merchants"]["bo"]["filtered"] == {"reviews: no text": 1}
    assert summary["tables"]["events"]["filtered"] == {"one more unit": 1}
    assert summary["consent_basis"] == "a test"
    assert read_json(tmp_path / "out" / "ingest.json") == {k: v for k, v in summary.items() if k != "seconds"}


NAMES = st.sampled_from(["a", "b", "c", "d", ""])
ITEMS = st.lists(
    st.tuples(
        NAMES, NAMES, NAMES, st.sampled_from(["1", "-2", "", "x"]), st.sampled_from(["1", "2.0", "-1", "0.5"])
    ),
    max_size=8,
)
ORDERS = st.lists(
    st.tuples(
        NAMES, NAMES, st.sampled_from(["ok", "back", "lost"]), st.sampled_from(["01/02/2024", "later"])
    ),
    max_size=6,
)
REVIEWS = st.lists(st.tuples(NAMES, NAMES, st.sampled_from(["1", "-3", "?"]), NAMES), max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ITEMS, ORDERS, st.lists(NAMES, max_size=4), REVIEWS, st.integers(1, 3))
def test_nothing_is_lost_on_any_export(
    tmp_path_factory: pytest.TempPathFactory,
    items: list[tuple[str, ...]],
    orders: list[tuple[str, ...]],
    people: list[str],
    reviews: list[tuple[str, ...]],
    top: int,
) -> None:
    folder = tmp_path_factory.mktemp("any")
    export = make_export(folder / "export", items, orders, people, reviews)
    try:
        summary = ingest(export, make_mapping(folder, top), folder / "out")
    except DataError as fault:
        assert "no row could be used" in str(fault) and not (folder / "out").exists()
        return
    out, lengths = folder / "out", {"items": len(items), "reviews": len(reviews)}
    merchants = summary["merchants"]
    assert len(merchants) <= top
    rejected: Counter[str] = Counter()
    for path in (out / "rejects.jsonl", *(out / name / "rejects.jsonl" for name in merchants)):
        rejected += Counter(table for table, _, _, _ in rejects_of(path))
    for table, count in summary["tables"].items():
        written = {name: rows_of(out / name, table) for name in merchants}
        assert count["rows_in"] == lengths[count["source"]]
        assert count["rows_out"] == sum(len(rows) for rows in written.values())
        assert sum(count["rejected"].values()) == rejected[table]
        total = count["rows_out"] + rejected[table] + sum(count["filtered"].values())
        assert count["rows_in"] == total
    for name in merchants:
        customers = {row["customer_id"] for row in rows_of(out / name, "customers")}
        products = {row["product_id"] for row in rows_of(out / name, "products")}
        for row in (*rows_of(out / name, "events"), *rows_of(out / name, "reviews")):
            assert row["customer_id"] in customers and row["product_id"] in products


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(NAMES.filter(bool), NAMES.filter(bool), st.integers(1, 9)), min_size=1, max_size=12)
)
def test_sums_agree_with_a_loop(
    tmp_path_factory: pytest.TempPathFactory, sales: list[tuple[str, str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("sum")
    items = [(person, product, "s", "1", quantity) for person, product, quantity in sales]
    orders = [(person, person, "ok", "01/02/2024") for person in sorted({sale[0] for sale in sales})]
    people = sorted({sale[0] for sale in sales})
    export = make_export(folder / "export", items, orders, people, [("r", sales[0][0], "1", "x")])
    mapping = make_mapping(folder, change=('top = 5\nby = "reviews"', 'by = "events"'))
    ingest(export, mapping, folder / "out")
    wanted: Counter[tuple[str, str]] = Counter()
    for person, product, quantity in sales:
        wanted[person, product] += quantity
    got = {
        (r["customer_id"], r["product_id"]): r["quantity"] for r in rows_of(folder / "out" / "s", "events")
    }
    assert got == wanted


def test_the_busiest_silos_are_kept(tmp_path: Path) -> None:
    items = [(f"o{i}", f"p{i}", f"seller {i % 4}", "1", "1") for i in range(12)]
    orders = [(f"o{i}", f"c{i}", "ok", "01/02/2024") for i in range(12)]
    texts = {1: "x", 5: "x", 9: "x", 2: "x", 6: "x", 3: "x", 0: ""}
    reviews = [(f"r{i}", f"o{i}", "5", text) for i, text in texts.items()]
    export = make_export(tmp_path / "export", items, orders, [f"c{i}" for i in range(12)], reviews)
    summary = ingest(export, make_mapping(tmp_path, top=2), tmp_path / "out")
    assert list(summary["merchants"]) == ["seller-1", "seller-2"]
    assert summary["silos"] == {"found": 4, "kept": 2}
    assert summary["tables"]["products"]["filtered"] == {OTHER_SILOS: 6}
    fewer = ingest(export, make_mapping(tmp_path, top=2), tmp_path / "one", only=1)
    assert list(fewer["merchants"]) == ["seller-1"]
    with pytest.raises(ConfigError, match="only"):
        ingest(export, make_mapping(tmp_path), tmp_path / "none", only=0)


def test_the_same_export_gives_the_same_bytes(tmp_path: Path) -> None:
    export, mapping = small_export(tmp_path / "export"), make_mapping(tmp_path)
    first = ingest(export, mapping, tmp_path / "a")
    hashed = sha256_tree(tmp_path / "a")
    ingest(export, mapping, tmp_path / "b")
    again = ingest(export, mapping, tmp_path / "a")
    assert sha256_tree(tmp_path / "a") == sha256_tree(tmp_path / "b") == hashed
    assert {k: v for k, v in first.items() if k != "seconds"} == {
        k: v for k, v in again.items() if k != "seconds"
    }


def test_silo_names_are_safe_folders_and_never_shared(tmp_path: Path) -> None:
    names = ["../../evil", "Evil", "evil", "商店", "...", "/", "a" * 200, "x\ny"]
    items = [(f"o{i}", "p", name, "1", "1") for i, name in enumerate(names)]
    orders = [(f"o{i}", "c", "ok", "01/02/2024") for i in range(len(names))]
    export = make_export(tmp_path / "export", items, orders, ["c"], [("r", "o0", "1", "x")])
    mapping = make_mapping(tmp_path, change=("top = 5", ""))
    summary = ingest(export, mapping, tmp_path / "out")
    assert {merchant["silo"] for merchant in summary["merchants"].values()} == set(names)
    folders = sorted(path.name for path in (tmp_path / "out").iterdir() if path.is_dir())
    assert folders == sorted(summary["merchants"]) and "商店" in folders
    assert all("/" not in name and "." not in name and len(name) <= 80 for name in folders)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["export", "mapping.toml", "out"]


def test_one_merchant_by_name(tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("sku;name\n7,5;Cafetière\n")
    (tmp_path / "m.toml").write_text(
        '[silos]\nname = "My shop"\n[sources.s]\npath = "sales.csv"\ndelimiter = ";"\n'
        '[tables.products]\nfrom = "s"\n[tables.products.columns]\ntitle = "name"\n'
        'product_id = "sku"\nprice = { column = "sku", number = { decimal = "," } }\n'
    )
    summary = ingest(tmp_path, tmp_path / "m.toml", tmp_path / "out", only=3)
    assert [(r["product_id"], r["price"]) for r in rows_of(tmp_path / "out" / "my-shop", "products")] == [
        ("7,5", 7.5)
    ]
    assert summary["consent_basis"] is None


def test_consent_is_never_assumed(tmp_path: Path) -> None:
    text = MAPPING.format(top=5)
    start = text.index("[tables.customers.columns.consent]")
    (tmp_path / "m.toml").write_text(text[:start] + text[text.index("[tables.events]") :])
    with pytest.raises(ConfigError, match=r"tables\.customers\.columns: column consent is required"):
        ingest(small_export(tmp_path / "export"), tmp_path / "m.toml", tmp_path / "out")


def test_consent_from_columns_leaves_out_who_said_no(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,until\nyes,2030-01-01\nno,\nodd,soon\n")
    (tmp_path / "m.toml").write_text(
        '[silos]\nname = "s"\n[sources.p]\npath = "people.csv"\n[tables.customers]\nfrom = "p"\n'
        '[tables.customers.columns]\ncustomer_id = "id"\n'
        'consent = { map = { training = "until" }, basis = "form" }\n'
    )
    ingest(tmp_path, tmp_path / "m.toml", tmp_path / "out")
    rows = rows_of(tmp_path / "out" / "s", "customers")
    assert [(r["customer_id"], r["consent"]) for r in rows] == [
        ("yes", {"training": "2030-01-01"}),
        ("no", {}),
    ]
    assert [line[2:] for line in rejects_of(tmp_path / "out" / "s" / "rejects.jsonl")] == [
        (3, "column consent has an expiry that is not a date (YYYY-MM-DD)")
    ]


def test_progress_reaches_its_total(tmp_path: Path) -> None:
    seen: list[tuple[float, float | None]] = []
    export, mapping = small_export(tmp_path / "export"), make_mapping(tmp_path)
    ingest(export, mapping, tmp_path / "out", progress=lambda done, total, label: seen.append((done, total)))
    assert seen == sorted(seen) and seen[0][0] == 0 and seen[-1][0] == seen[-1][1]
