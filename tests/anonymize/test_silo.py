"""Whole silos: nothing personal comes out, any number of workers gives one result, failures are held back."""

import datetime as dt
import json
import os
import signal
from itertools import pairwise

import pytest

from privgen.anonymize import Scrubber, scrub_silo
from privgen.anonymize.rows import generalise_region
from privgen.errors import DataError, RunError
from privgen.tables import TableWriter, read_table

KEY = bytes(range(32))
NOW = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)


def write(silo, table, rows):
    from privgen.schema import TABLES

    with TableWriter(silo, table) as writer:
        writer.write(
            [{column.name: row.get(column.name) for column in TABLES[table].columns} for row in rows]
        )


@pytest.fixture
def silo(tmp_path):
    folder = tmp_path / "silos" / "m1"
    people = [
        {
            "customer_id": f"cust{i:04}",
            "consent": {"training": ""},
            "name": name,
            "phone": f"1380013{i:04}",
            "email": f"user{i}@shop.com",
            "address": f"北京市海淀区学院路{i + 1}号",
            "birth_date": dt.date(1990, 5, 17),
            "region": "100080",
        }
        for i, name in enumerate(["张晓娜", "Maria Souza", "Peter Pan", "欧阳明"] * 130)
    ]
    write(folder, "customers", people)
    write(
        folder,
        "products",
        [
            {
                "product_id": "p1",
                "title": "包 电话13900139000",
                "attributes": {"color": "red", "maker": "mail a@b.com"},
                "description": "coupon code SAVE20NOW, Dr. Martens",
            }
        ],
    )
    write(
        folder,
        "reviews",
        [
            {
                "review_id": f"r{i}",
                "customer_id": p["customer_id"],
                "product_id": "p1",
                "rating": 5.0,
                "text": f"{p['name']}说很好，电话{p['phone']}，{p['email']}，{p['customer_id']}",
                "timestamp": NOW,
            }
            for i, p in enumerate(people)
        ],
    )
    write(
        folder,
        "dialogues",
        [
            {
                "dialogue_id": "d1",
                "customer_id": "cust0001",
                "turn": 1,
                "role": "customer",
                "text": "maria here, ring me",
                "timestamp": NOW,
            }
        ],
    )
    write(
        folder,
        "events",
        [
            {
                "customer_id": "cust0001",
                "product_id": "p1",
                "kind": "search",
                "text": "size 10 dress",
                "timestamp": NOW,
            }
        ],
    )
    write(folder, "campaigns", [{"campaign_id": "k1", "theme": "summer", "terms": "coupon code SAVE20NOW"}])
    return folder


def rows(folder, table):
    return [row for batch in read_table(folder, table) for row in batch]


def test_nothing_personal_comes_out_and_the_rest_stays(silo, tmp_path):
    out = tmp_path / "scrubbed" / "m1"
    calls = []
    report = scrub_silo(silo, out, scrubber=Scrubber(key=KEY), progress=lambda *call: calls.append(call))
    assert json.loads((out / "scrub.json").read_text()) == report
    everything = "".join(str(rows(out, table)) for table in ("customers", "products", "reviews", "dialogues"))
    for secret in (
        "张晓娜",
        "Maria",
        "maria",
        "1380013",
        "@shop.com",
        "cust0",
        "学院路",
        "13900139000",
        "a@b.com",
        "1990",
    ):
        assert secret not in everything and secret not in json.dumps(report, ensure_ascii=False)
    product = rows(out, "products")[0]
    assert product["product_id"] == "p1" and product["attributes"]["color"] == "red"
    assert product["description"] == "coupon code SAVE20NOW, Dr. Martens"
    customer = rows(out, "customers")[0]
    assert customer["consent"] == {"training": ""} and customer["region"] == "10"
    assert {row["customer_id"] for row in rows(out, "reviews")} == {
        row["customer_id"] for row in rows(out, "customers")
    }
    assert rows(out, "events")[0]["text"] == "size 10 dress"
    assert report["merchant_id"] == "m1" and report["residual"] == {} and report["held_back"] == []
    assert report["known_identifiers"] == 2600 and report["tables"]["reviews"]["rows"] == 520
    assert report["entities"]["PERSON"] >= 1040
    assert calls[-1][0] == calls[-1][1] and all(a[0] < b[0] for a, b in pairwise(calls))


def test_workers_give_the_same_result(silo, tmp_path):
    scrubber = Scrubber(key=KEY)
    one = scrub_silo(silo, tmp_path / "a" / "m", scrubber=scrubber)
    two = scrub_silo(silo, tmp_path / "b" / "m", scrubber=scrubber, workers=2)
    assert one == two
    for table in ("customers", "products", "reviews", "dialogues", "events", "campaigns"):
        assert rows(tmp_path / "a" / "m", table) == rows(tmp_path / "b" / "m", table)


def test_one_customer_at_two_merchants_has_one_pseudonym(silo, tmp_path):
    other = silo.parent / "m2"
    write(other, "customers", [{"customer_id": "cust0000", "consent": {}}])
    scrubber = Scrubber(key=KEY)
    for folder in (silo, other):
        scrub_silo(folder, tmp_path / "out" / folder.name, scrubber=scrubber)
    assert (
        rows(tmp_path / "out" / "m2", "customers")[0]["customer_id"]
        == rows(tmp_path / "out" / "m1", "customers")[0]["customer_id"]
    )


class RaisingOnMaria:
    name = "raising"

    def find(self, text):
        if "here" in text:
            raise RuntimeError(text)
        return ()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failing_record_is_held_back_and_counted(silo, tmp_path, workers):
    out = tmp_path / "out"
    report = scrub_silo(silo, out, scrubber=Scrubber(key=KEY, finders=[RaisingOnMaria()]), workers=workers)
    assert rows(out, "dialogues") == []
    (entry,) = report["held_back"]
    assert (entry["table"], entry["row"]) == ("dialogues", 1) and "RuntimeError" in entry["reason"]
    assert "maria" not in json.dumps(report)


class Killing:
    name = "killing"

    def find(self, text):
        if "here" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        return ()


def test_a_worker_that_dies_is_one_clear_line(silo, tmp_path):
    with pytest.raises(RunError, match="a worker process died"):
        scrub_silo(silo, tmp_path / "out", scrubber=Scrubber(key=KEY, finders=[Killing()]), workers=2)
    assert not (tmp_path / "out").exists()


def test_faults_leave_nothing(tmp_path, silo):
    with pytest.raises(DataError, match="no tables"):
        scrub_silo(tmp_path / "nowhere", tmp_path / "out", scrubber=Scrubber(key=KEY))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious.txt").write_text("x")
    with pytest.raises(RunError, match=r"holds no scrub\.json"):
        scrub_silo(silo, tmp_path / "full", scrubber=Scrubber(key=KEY))
    (silo / "reviews.parquet").write_bytes(b"broken")
    with pytest.raises(DataError, match=r"reviews\.parquet"):
        scrub_silo(silo, tmp_path / "out", scrubber=Scrubber(key=KEY))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("region", "wanted"),
    [
        ("01310-100", "013"),
        ("62704", "627"),
        ("100080", "10"),
        ("SW1A 1AA", "SW"),
        ("São Paulo", "São Paulo"),
        (None, None),
        ("SP 01310", "SP 013"),
    ],
)
def test_regions_are_generalised(region, wanted):
    assert generalise_region(region) == wanted
