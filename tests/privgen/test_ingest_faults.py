"""What ingest refuses, and that a failure leaves nothing behind and shows no value."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from ingest_tools import (
    CANARY,
    make_export,
    make_mapping,
    small_export,
)

from privgen.errors import ConfigError, DataError, PrivgenError, RunError
from privgen.files import sha256_tree
from privgen.ingest import ingest


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
    mapping = make_mapping(tmp_path, change=(old, new))
    with pytest.raises(ConfigError) as fault:
        ingest(small_export(tmp_path / "export"), mapping, tmp_path / "out")
    assert str(fault.value).startswith(str(mapping)) and message in str(fault.value)
    assert "\n" not in str(fault.value) and not (tmp_path / "out").exists()


@pytest.mark.parametrize("fault", ["missing", "cut off", "empty", "not gzip"])
def test_an_unreadable_export_leaves_nothing(tmp_path: Path, fault: str) -> None:
    export = small_export(tmp_path / "export")
    path = export / "orders-1.csv.gz"
    if fault == "missing":
        path = export / "items.csv"
        path.unlink()
    elif fault == "cut off":
        path.write_bytes(gzip.compress(path.read_bytes() * 50)[:-12])
    else:
        path.write_bytes(b"" if fault == "empty" else CANARY.encode())
    with pytest.raises(DataError) as error:
        ingest(export, make_mapping(tmp_path), tmp_path / "out")
    assert path.name in str(error.value) and CANARY not in str(error.value)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["export", "mapping.toml"]


def test_an_export_of_other_columns_or_without_rows_says_so(tmp_path: Path) -> None:
    export = make_export(tmp_path / "export", [], [], [], [])
    with pytest.raises(DataError, match="no row could be used"):
        ingest(export, make_mapping(tmp_path), tmp_path / "out")


def test_a_folder_that_is_not_ours_is_never_replaced(tmp_path: Path) -> None:
    export, mapping = small_export(tmp_path / "export"), make_mapping(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "holiday.jpg").write_text("mine")
    with pytest.raises(RunError, match=r"ingest\.json"):
        ingest(export, mapping, tmp_path / "out")
    with pytest.raises(ConfigError, match="would replace the export"):
        ingest(export, mapping, export)
    with pytest.raises(ConfigError, match="would replace the export"):
        ingest(export, mapping, tmp_path)


def test_a_killed_ingest_leaves_nothing_and_runs_again(tmp_path: Path) -> None:
    export, mapping, out = small_export(tmp_path / "export"), make_mapping(tmp_path), tmp_path / "out"
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
    export = make_export(
        tmp_path / "export", [good, ("o2", "p2", "s", CANARY, CANARY)], orders, ["c1"], reviews
    )
    with (export / "items.csv").open("a") as handle:
        handle.write(f'{CANARY},"{CANARY}"\n')
    summary = ingest(export, make_mapping(tmp_path), tmp_path / "out")
    told = json.dumps(summary) + "".join(p.read_text() for p in (tmp_path / "out").rglob("*.json*"))
    assert summary["rejected"] >= 6 and "anna" not in told


def test_every_failure_is_a_privgen_error(tmp_path: Path) -> None:
    for source, mapping in ((tmp_path / "gone", make_mapping(tmp_path)), (tmp_path, tmp_path / "gone.toml")):
        with pytest.raises(PrivgenError):
            ingest(source, mapping, tmp_path / "out")
