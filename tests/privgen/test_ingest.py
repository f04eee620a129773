from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privgen.errors import ConfigError, DataError, PrivgenError, RunError
from privgen.files import read_json, sha256_tree
from privgen.ingest import OTHER_SILOS, ingest
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


def _csv(path: Path, header: str, rows: list[tuple[Any, ...]]) -> None:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([tuple(header.split(",")), *rows])


def _export(
    folder: Path,
    items: list[tuple[Any, ...]],
    orders: list[tuple[Any, ...]],
    people: list[str],
    reviews: list[tuple[Any, ...]],
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    _csv(folder / "items.csv", "order,product,seller,price,quantity", items)
    half = len(orders) // 2
    for part, rows in enumerate((orders[:half], orders[half:])):
        _csv(folder / f"orders-{part}.csv.gz", "order,person,status,time", rows)
    lines = [json.dumps({"person": person, "email": f"{person}@example.org"}) for person in people]
    (folder / "people.jsonl").write_text("\n".join(lines or ['{"person": null, "email": null}']) + "\n")
    _csv(folder / "reviews.csv", "review,order,rating,text", reviews)
    return folder


def _mapping(folder: Path, top: int = 5, change: tuple[str, str] | None = None) -> Path:
    text = MAPPING.format(top=top)
    if change:
        assert change[0] in text, "the test changes nothing"
        text = text.replace(*change, 1)
    path = folder / "mapping.toml"
    path.write_text(text)
    return path


def _small(folder: Path) -> Path:
    """Two sellers, three orders, and one row of each fault."""
    return _export(
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


def _rows(silo: Path, table: str) -> list[dict[str, Any]]:
    return [row for batch in read_table(silo, table) for row in batch]


def _rejects(path: Path) -> list[tuple[str, str, int, str]]:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [(line["table"], line["file"], line["row"], line["reason"]) for line in lines]


def test_every_row_is_written_dropped_or_set_aside(tmp_path: Path) -> None:
    summary = ingest(_small(tmp_path / "export"), _mapping(tmp_path), tmp_path / "out")
    ana, bo = tmp_path / "out" / "ana-co", tmp_path / "out" / "bo"
    assert [(r["product_id"], r["title"], r["price"]) for r in _rows(ana, "products")] == [
        ("p1", "Product p1", 2.5)
    ]
    assert [(r["customer_id"], r["email"], r["consent"]) for r in _rows(bo, "customers")] == [
        ("c2", "c2@example.org", {"training": "2099-12-31"}),
        ("c1", "c1@example.org", {"training": "2099-12-31"}),
    ]
    events = [
        (r["customer_id"], r["kind"], r["quantity"], r["timestamp"].date().isoformat())
        for r in (*_rows(ana, "events"), *_rows(bo, "events"))
    ]
    assert events == [("c1", "purchase", 3, "2023-12-31"), ("c2", "return", 1, "2024-02-01")]
    assert [r["review_id"] for r in (*_rows(ana, "reviews"), *_rows(bo, "reviews"))] == ["r1", "r5"]
    assert _rejects(ana / "rejects.jsonl") == [("reviews", "reviews.csv", 3, "duplicate key")]
    assert _rejects(bo / "rejects.jsonl") == [
        ("products", "items.csv", 4, "column price is negative"),
        ("products", "items.csv", 6, "column product_id is empty"),
        ("events", "items.csv", 4, "column timestamp is not a time of the mapping's format"),
        ("events", "items.csv", 6, "column customer_id is empty"),
        ("reviews", "reviews.csv", 5, "column rating is not a number"),
    ]
    assert _rejects(tmp_path / "out" / "rejects.jsonl") == [
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
    export = _export(folder / "export", items, orders, people, reviews)
    try:
        summary = ingest(export, _mapping(folder, top), folder / "out")
    except DataError as fault:
        assert "no row could be used" in str(fault) and not (folder / "out").exists()
        return
    out, lengths = folder / "out", {"items": len(items), "reviews": len(reviews)}
    merchants = summary["merchants"]
    assert len(merchants) <= top
    rejected: Counter[str] = Counter()
    for path in (out / "rejects.jsonl", *(out / name / "rejects.jsonl" for name in merchants)):
        rejected += Counter(table for table, _, _, _ in _rejects(path))
    for table, count in summary["tables"].items():
        written = {name: _rows(out / name, table) for name in merchants}
        assert count["rows_in"] == lengths[count["source"]]
        assert count["rows_out"] == sum(len(rows) for rows in written.values())
        assert sum(count["rejected"].values()) == rejected[table]
        total = count["rows_out"] + rejected[table] + sum(count["filtered"].values())
        assert count["rows_in"] == total
    for name in merchants:
        customers = {row["customer_id"] for row in _rows(out / name, "customers")}
        products = {row["product_id"] for row in _rows(out / name, "products")}
        for row in (*_rows(out / name, "events"), *_rows(out / name, "reviews")):
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
    export = _export(folder / "export", items, orders, people, [("r", sales[0][0], "1", "x")])
    mapping = _mapping(folder, change=('top = 5\nby = "reviews"', 'by = "events"'))
    ingest(export, mapping, folder / "out")
    wanted: Counter[tuple[str, str]] = Counter()
    for person, product, quantity in sales:
        wanted[person, product] += quantity
    got = {(r["customer_id"], r["product_id"]): r["quantity"] for r in _rows(folder / "out" / "s", "events")}
    assert got == wanted


def test_the_busiest_silos_are_kept(tmp_path: Path) -> None:
    items = [(f"o{i}", f"p{i}", f"seller {i % 4}", "1", "1") for i in range(12)]
    orders = [(f"o{i}", f"c{i}", "ok", "01/02/2024") for i in range(12)]
    texts = {1: "x", 5: "x", 9: "x", 2: "x", 6: "x", 3: "x", 0: ""}
    reviews = [(f"r{i}", f"o{i}", "5", text) for i, text in texts.items()]
    export = _export(tmp_path / "export", items, orders, [f"c{i}" for i in range(12)], reviews)
    summary = ingest(export, _mapping(tmp_path, top=2), tmp_path / "out")
    assert list(summary["merchants"]) == ["seller-1", "seller-2"]
    assert summary["silos"] == {"found": 4, "kept": 2}
    assert summary["tables"]["products"]["filtered"] == {OTHER_SILOS: 6}
    fewer = ingest(export, _mapping(tmp_path, top=2), tmp_path / "one", only=1)
    assert list(fewer["merchants"]) == ["seller-1"]
    with pytest.raises(ConfigError, match="only"):
        ingest(export, _mapping(tmp_path), tmp_path / "none", only=0)


def test_the_same_export_gives_the_same_bytes(tmp_path: Path) -> None:
    export, mapping = _small(tmp_path / "export"), _mapping(tmp_path)
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
    export = _export(tmp_path / "export", items, orders, ["c"], [("r", "o0", "1", "x")])
    mapping = _mapping(tmp_path, change=("top = 5", ""))
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
    assert [(r["product_id"], r["price"]) for r in _rows(tmp_path / "out" / "my-shop", "products")] == [
        ("7,5", 7.5)
    ]
    assert summary["consent_basis"] is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("top = 5", "tops = 5", "silos.tops: unknown key"),
        ("top = 5", 'top = "5"', "silos.top: "),
        ('by = "reviews"', 'by = "sales"', "silos.by: not a table"),
        ('by = "reviews"', "", "silos.by: "),
        ('path = "items.csv"', 'path = "../items.csv"', "sources.items.path: "),
        ('path = "items.csv"', 'path = "items.csv"\nencoding = "utf-9"', "sources.items.encoding: "),
        (
            'price = "price"',
            'price = "cost"',
            "tables.products.columns.price: source items has no column cost",
        ),
        ('price = "price"', 'cost = "price"', "tables.products.columns.cost: table products has no such"),
        ('product_id = "product"\n', "", "tables.products.columns: column product_id is required"),
        ('email = "person.email"', 'email = "person.mail"', "join person has no column mail"),
        ('email = "person.email"', "email = { }", "tables.customers.columns.email: give exactly one of"),
        ('email = "person.email"', 'email = { column = "seller", uper = true }', "unknown key uper"),
        ('email = "person.email"', "email = { template = '{seller' }", "a part is written"),
        (
            'on = "order.person"',
            'on = "item.person"',
            "join.person.on: source items has no column item.person",
        ),
        ('source = "people"', 'source = "humans"', "tables.customers: unknown source humans"),
        ('format = "%d/%m/%Y"', 'zone = "UTC"', "timestamp: wrong type or value"),
        ('format = "%d/%m/%Y"', 'timezone = "Mars/Base"', "timestamp: wrong type or value"),
        ('column = "text", empty = true', 'column = "text", empty = 1', "empty: wrong type or value"),
        ('column = "text", empty = true', 'column = "text", matches = "("', "matches: wrong type or value"),
        (
            'column = "text", empty = true',
            'column = "text"',
            "tables.reviews.drop (no text): give column and exactly one of",
        ),
        ('basis = "a test"', "", "consent: say in basis why"),
        ('training = "2099-12-31"', 'marketing = "2099-12-31"', "consent.marketing: no such purpose"),
        ('training = "2099-12-31"', 'training = "always"', "consent: column consent has an expiry"),
        ('silo = "seller"', "", "tables.products.silo: give either this cell or silos.name"),
        ('sum = ["quantity"]', 'sum = ["kind"]', "tables.events.sum: kind is not"),
        ('repeat = "one more unit"', "", "tables.events.sum: needs repeat"),
        ("[tables.reviews]", "[tables.opinions]", "tables.opinions.columns: Field required"),
        ('silo = "item.seller"', "silo = 5", "tables.reviews.silo: give a column name"),
        ("[silos]", "[silos", "not valid TOML"),
    ],
)
def test_a_wrong_mapping_is_one_line_with_file_and_key(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    mapping = _mapping(tmp_path, change=(old, new))
    with pytest.raises(ConfigError) as fault:
        ingest(_small(tmp_path / "export"), mapping, tmp_path / "out")
    assert str(fault.value).startswith(str(mapping)) and message in str(fault.value)
    assert "\n" not in str(fault.value) and not (tmp_path / "out").exists()


def test_consent_is_never_assumed(tmp_path: Path) -> None:
    text = MAPPING.format(top=5)
    start = text.index("[tables.customers.columns.consent]")
    (tmp_path / "m.toml").write_text(text[:start] + text[text.index("[tables.events]") :])
    with pytest.raises(ConfigError, match=r"tables\.customers\.columns: column consent is required"):
        ingest(_small(tmp_path / "export"), tmp_path / "m.toml", tmp_path / "out")


def test_consent_from_columns_leaves_out_who_said_no(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,until\nyes,2030-01-01\nno,\nodd,soon\n")
    (tmp_path / "m.toml").write_text(
        '[silos]\nname = "s"\n[sources.p]\npath = "people.csv"\n[tables.customers]\nfrom = "p"\n'
        '[tables.customers.columns]\ncustomer_id = "id"\n'
        'consent = { map = { training = "until" }, basis = "form" }\n'
    )
    ingest(tmp_path, tmp_path / "m.toml", tmp_path / "out")
    rows = _rows(tmp_path / "out" / "s", "customers")
    assert [(r["customer_id"], r["consent"]) for r in rows] == [
        ("yes", {"training": "2030-01-01"}),
        ("no", {}),
    ]
    assert [line[2:] for line in _rejects(tmp_path / "out" / "s" / "rejects.jsonl")] == [
        (3, "column consent has an expiry that is not a date (YYYY-MM-DD)")
    ]


@pytest.mark.parametrize("fault", ["missing", "cut off", "empty", "not gzip"])
def test_an_unreadable_export_leaves_nothing(tmp_path: Path, fault: str) -> None:
    export = _small(tmp_path / "export")
    path = export / "orders-1.csv.gz"
    if fault == "missing":
        path = export / "items.csv"
        path.unlink()
    elif fault == "cut off":
        path.write_bytes(gzip.compress(path.read_bytes() * 50)[:-12])
    else:
        path.write_bytes(b"" if fault == "empty" else CANARY.encode())
    with pytest.raises(DataError) as error:
        ingest(export, _mapping(tmp_path), tmp_path / "out")
    assert path.name in str(error.value) and CANARY not in str(error.value)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["export", "mapping.toml"]


def test_an_export_of_other_columns_or_without_rows_says_so(tmp_path: Path) -> None:
    export = _export(tmp_path / "export", [], [], [], [])
    with pytest.raises(DataError, match="no row could be used"):
        ingest(export, _mapping(tmp_path), tmp_path / "out")


def test_a_folder_that_is_not_ours_is_never_replaced(tmp_path: Path) -> None:
    export, mapping = _small(tmp_path / "export"), _mapping(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "holiday.jpg").write_text("mine")
    with pytest.raises(RunError, match=r"ingest\.json"):
        ingest(export, mapping, tmp_path / "out")
    with pytest.raises(ConfigError, match="would replace the export"):
        ingest(export, mapping, export)
    with pytest.raises(ConfigError, match="would replace the export"):
        ingest(export, mapping, tmp_path)


def test_a_killed_ingest_leaves_nothing_and_runs_again(tmp_path: Path) -> None:
    export, mapping, out = _small(tmp_path / "export"), _mapping(tmp_path), tmp_path / "out"
    code = (
        "import os, signal, sys, pathlib\nfrom privgen.ingest import ingest\n"
        "def kill(done, total, label):\n    if label == sys.argv[4]: os.kill(os.getpid(), signal.SIGKILL)\n"
        "ingest(*map(pathlib.Path, sys.argv[1:4]), progress=kill)\n"
    )
    for label in ("ingest customers", "ingest reviews"):
        command = [sys.executable, "-c", code, str(export), str(mapping), str(out), label]
        assert subprocess.run(command, check=False).returncode == -9
        assert not out.exists()
    ingest(export, mapping, out)
    ingest(export, mapping, tmp_path / "clean")
    assert sha256_tree(out) == sha256_tree(tmp_path / "clean")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clean", "export", "mapping.toml", "out"]


def test_no_reason_summary_or_message_holds_a_value(tmp_path: Path) -> None:
    good = ("o1", "p1", "s", "1", "1")
    orders = [
        ("o1", "c1", "ok", "01/02/2024"),
        ("o2", "c1", CANARY, CANARY),
        (CANARY, CANARY, CANARY, CANARY),
    ]
    reviews = [(CANARY, CANARY, CANARY, CANARY), ("r1", "o1", CANARY, CANARY), ("r2", "o1", "1", "fine")]
    export = _export(tmp_path / "export", [good, ("o2", "p2", "s", CANARY, CANARY)], orders, ["c1"], reviews)
    with (export / "items.csv").open("a") as handle:
        handle.write(f'{CANARY},"{CANARY}"\n')
    summary = ingest(export, _mapping(tmp_path), tmp_path / "out")
    told = json.dumps(summary) + "".join(p.read_text() for p in (tmp_path / "out").rglob("*.json*"))
    assert summary["rejected"] >= 6 and "anna" not in told


def test_progress_reaches_its_total(tmp_path: Path) -> None:
    seen: list[tuple[float, float | None]] = []
    export, mapping = _small(tmp_path / "export"), _mapping(tmp_path)
    ingest(export, mapping, tmp_path / "out", progress=lambda done, total, label: seen.append((done, total)))
    assert seen == sorted(seen) and seen[0][0] == 0 and seen[-1][0] == seen[-1][1]


def test_every_failure_is_a_privgen_error(tmp_path: Path) -> None:
    for source, mapping in ((tmp_path / "gone", _mapping(tmp_path)), (tmp_path, tmp_path / "gone.toml")):
        with pytest.raises(PrivgenError):
            ingest(source, mapping, tmp_path / "out")
