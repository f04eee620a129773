"""The mappings in examples/ on small exports of the same columns, made here."""

from __future__ import annotations

import csv
import gzip
import importlib.util
from pathlib import Path
from typing import Any

import pytest

from privgen.ingest import ingest
from privgen.tables import read_table

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
OLIST = {
    "olist_order_items": (
        "order_id order_item_id product_id seller_id price",
        ["o1 1 p1234567890 s1 10.5", "o1 2 p1234567890 s1 10.5", "o2 1 q1234567890 s1 7", "o2 2 r1 s2 3"],
    ),
    "olist_orders": (
        "order_id customer_id order_status order_purchase_timestamp",
        ["o1 k1 delivered 2018-01-15T23:30:00", "o2 k2 canceled 2018-07-01T10:00:00"],
    ),
    "olist_customers": (
        "customer_id customer_unique_id customer_zip_code_prefix customer_city customer_state",
        ["k1 anna 1310 city SP", "k2 anna 1310 city SP"],
    ),
    "olist_products": (
        "product_id product_category_name product_photos_qty product_weight_g product_length_cm "
        "product_height_cm product_width_cm",
        ["p1234567890 brinquedos 1 200 3 4 5", "q1234567890 novo 1 _ 3 4 5", "r1 _ _ 1 1 1 1"],
    ),
    "category_translation": ("product_category_name product_category_name_english", ["brinquedos toys"]),
    "olist_order_reviews": (
        "review_id order_id review_score review_comment_title review_comment_message review_creation_date",
        [
            "v1 o1 5 _ wonderful 2018-01-20T00:00:00",
            "v2 o1 4 _ _ 2018-01-20T00:00:00",
            "v3 o2 1 _ bad 2018-07-02T00:00:00",
        ],
    ),
}
RETAIL = [
    "536365 85123A red_lamp 6.0 2010-12-01T08:26:00 2.55 17850.0 France",
    "536365 85123a red_lamp 2.0 2010-12-01T08:26:00 2.55 17850.0 France",
    "C536366 85123A red_lamp -1.0 2011-07-01T08:26:00 2.55 17850.0 France",
    "536367 POST postage 1.0 2010-12-01T08:26:00 18.0 17850.0 France",
    "536368 22222 blue_lamp 1.0 2010-12-01T08:26:00 3.0 _ France",
    "536369 22223 _ 1.0 2010-12-01T08:26:00 0.0 12345.0 EIRE",
]


def _write(path: Path, header: str, lines: list[str]) -> None:
    """Cells apart by blanks; `_` is an empty cell, in words it is a blank; T between date and time too."""
    with gzip.open(path, "wt", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header.split())
        for line in lines:
            cells = ["" if cell == "_" else cell for cell in line.split()]
            writer.writerow([cell.replace("T", " ") if cell[4:5] == "-" else cell for cell in cells])


def _rows(silo: Path, table: str) -> list[dict[str, Any]]:
    return [row for batch in read_table(silo, table) for row in batch]


@pytest.fixture
def marketplace(tmp_path: Path) -> Path:
    for name, (header, lines) in OLIST.items():
        _write(tmp_path / f"{name}.csv.gz", header, lines)
    return tmp_path


def test_olist(marketplace: Path) -> None:
    out = marketplace / "out"
    summary = ingest(marketplace, EXAMPLES / "olist.toml", out)
    assert list(summary["merchants"]) == ["s1"]  # s2 has no review of its own
    toys, new = _rows(out / "s1", "products")
    assert (toys["title"], toys["category"], toys["price"], toys["language"]) == (
        "toys p1234567",
        "toys",
        10.5,
        "pt",
    )
    assert new["title"] == "novo q1234567" and "weight_g" not in new["attributes"]
    assert toys["attributes"] == {
        "weight_g": "200",
        "length_cm": "3",
        "height_cm": "4",
        "width_cm": "5",
        "photos": "1",
    }
    (anna,) = _rows(out / "s1", "customers")
    assert (anna["customer_id"], anna["region"], anna["address"]) == ("anna", "01310", "city SP")
    assert set(anna["consent"]) == {"personalisation", "training", "analytics"}
    bought, cancelled = _rows(out / "s1", "events")
    assert (bought["kind"], bought["quantity"], bought["timestamp"].isoformat()) == (
        "purchase", 2, "2018-01-16T01:30:00+00:00",  # summer time there: two hours behind
    )  # fmt: skip
    assert (cancelled["kind"], cancelled["timestamp"].isoformat()) == ("return", "2018-07-01T13:00:00+00:00")
    assert [(r["review_id"], r["product_id"], r["rating"]) for r in _rows(out / "s1", "reviews")] == [
        ("v1", "p1234567890", 5.0)
    ]
    assert summary["tables"]["reviews"]["filtered"] == {"review without text": 1}
    assert summary["tables"]["reviews"]["rejected"] == {"several rows of items fit and differ (join item)": 1}
    assert "assumed" in summary["consent_basis"]


def test_online_retail(tmp_path: Path) -> None:
    header = "InvoiceNo StockCode Description Quantity InvoiceDate UnitPrice CustomerID Country"
    _write(tmp_path / "online_retail.csv.gz", header, RETAIL)
    out = tmp_path / "out"
    summary = ingest(tmp_path, EXAMPLES / "online_retail.toml", out)
    assert list(summary["merchants"]) == ["eire", "france"]
    assert [(r["product_id"], r["price"]) for r in _rows(out / "france", "products")] == [
        ("85123A", 2.55),
        ("22222", 3.0),
    ]
    assert [r["customer_id"] for r in _rows(out / "france", "customers")] == ["17850"]
    assert [(r["kind"], r["quantity"], r["timestamp"].hour) for r in _rows(out / "france", "events")] == [
        ("purchase", 8, 8),
        ("return", 1, 7),  # British summer time
    ]
    assert summary["merchants"]["eire"]["rejects"] == {
        "events: column product_id is not in this silo's products": 1
    }
    assert summary["merchants"]["eire"]["filtered"] == {"products: line without a price or a description": 1}


def test_the_example_script(marketplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = importlib.util.spec_from_file_location("ingest_olist", EXAMPLES / "ingest_olist.py")
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.main([str(marketplace), str(marketplace / "out")]) == 0
    assert "s1 {'products': 2, 'customers': 1, 'events': 2, 'reviews': 1}" in capsys.readouterr().out
    assert script.main([str(marketplace / "gone"), str(marketplace / "out")]) == 1
    assert script.main([]) == 2
