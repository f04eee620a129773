"""A policy over whole silos: identifiers, ids, dates and numbers of columns, and the re-scan beside them."""

import datetime as dt

import pytest

from privgen.anonymize import Cipher, Policy, Scrubber, scrub_silo
from privgen.anonymize.settings import Encrypt, Generalise, Mask, ShiftDate
from privgen.schema import TABLES
from privgen.tables import TableWriter, read_table

KEY = bytes(range(32))
NOW = dt.datetime(2024, 5, 1, 10, 30, tzinfo=dt.UTC)
NAMES = ("张晓娜", "Maria Souza", "Peter Pan", "欧阳明")
PHONES = ("13800130001", "(212) 555-0199", "+44 20 7946 0958", "139-0013-0004")
SECRETS = (*NAMES, *PHONES, "@shop.com", "学院路", "cust00", "1990", "maria")


def write(silo, table, rows):
    with TableWriter(silo, table) as writer:
        writer.write([{c.name: row.get(c.name) for c in TABLES[table].columns} for row in rows])


@pytest.fixture
def silo(tmp_path):
    folder = tmp_path / "silos" / "m1"
    people = [
        {
            "customer_id": f"cust000{i}",
            "consent": {"training": ""},
            "name": name,
            "phone": phone,
            "email": f"user.{i}@shop.com",
            "address": f"广东省深圳市学院路{i + 1}号",
            "birth_date": dt.date(1990, 5, 17 + i),
            "region": "广东省深圳市",
        }
        for i, (name, phone) in enumerate(zip(NAMES, PHONES, strict=True))
    ]
    write(folder, "customers", people)
    write(
        folder,
        "reviews",
        [
            {
                "review_id": f"r{i}",
                "customer_id": p["customer_id"],
                "product_id": "p1",
                "rating": 5.0,
                "text": f"{p['name']}, 电话{p['phone']}，{p['email']}, born on {p['birth_date']:%Y-%m-%d}. "
                "Bought 2024-04-20; 24小时发货",
                "timestamp": NOW + dt.timedelta(days=i),
            }
            for i, p in enumerate(people)
        ],
    )
    write(
        folder,
        "events",
        [
            {
                "customer_id": p["customer_id"],
                "product_id": "p1",
                "kind": "purchase",
                "quantity": 7,
                "timestamp": NOW,
            }
            for p in people
        ],
    )
    write(folder, "campaigns", [{"campaign_id": "k1", "theme": "夏", "starts": dt.date(2024, 6, 1)}])
    write(
        folder,
        "media",
        [{"media_id": "i1", "owner": people[0]["customer_id"], "kind": "image", "path": "a.png"}],
    )
    return folder


def rows(folder, table):
    return [row for batch in read_table(folder, table) for row in batch]


def scrub(silo, tmp_path, policy, workers=1):
    out = tmp_path / "scrubbed" / "m1"
    report = scrub_silo(silo, out, scrubber=Scrubber(key=KEY, policy=policy), workers=workers)
    assert report["held_back"] == [] and report["residual"] == {}
    return out, report


@pytest.mark.parametrize(
    "policy",
    [
        *(Policy(default=name) for name in ("pseudonymize", "redact", "replace", "surrogate", "encrypt")),
        Policy(default=Mask()),
        Policy(default=Generalise()),
        Policy(default=ShiftDate()),
        *("pipl", "gdpr-pseudonymous", "gdpr-anonymous"),
    ],
    ids=lambda policy: policy if isinstance(policy, str) else policy.default.operator,
)
def test_no_operator_lets_an_identifier_out(silo, tmp_path, policy):
    out, report = scrub(silo, tmp_path, policy)
    everything = "".join(str(rows(out, t)) for t in ("customers", "reviews", "events", "media"))
    left = [secret for secret in SECRETS if secret in everything]
    assert not left or left == ["1990"]  # a year may stay where the policy says so
    assert {r["customer_id"] for r in rows(out, "reviews")} == {
        r["customer_id"] for r in rows(out, "customers")
    }
    assert report["tables"]["reviews"]["rows"] == 4 and report["entities"]["PHONE_NUMBER"] >= 4


def test_encrypted_identifiers_and_ids_come_back_and_join(silo, tmp_path):
    kinds = ("PERSON", "PHONE_NUMBER", "EMAIL_ADDRESS", "ADDRESS", "CUSTOMER_ID", "ID")
    out, _ = scrub(silo, tmp_path, Policy(entities=dict.fromkeys(kinds, "encrypt")), workers=2)
    cipher = Cipher([KEY])
    before, after = rows(silo, "customers"), rows(out, "customers")
    for column in ("customer_id", "name", "phone", "email", "address"):
        assert [cipher.reverse(row[column])[0] for row in after] == [row[column] for row in before]
    assert {row["birth_date"] for row in after} == {None}
    ids = [row["customer_id"] for row in after]
    assert [row["customer_id"] for row in rows(out, "reviews")] == ids
    assert rows(out, "media")[0]["owner"] == ids[0]
    assert [cipher.reverse(row["review_id"])[0] for row in rows(out, "reviews")] == ["r0", "r1", "r2", "r3"]


def test_the_nearest_setting_of_a_column_wins(silo, tmp_path):
    columns = {
        "name": {"PERSON": "surrogate"},
        "phone": {"PHONE_NUMBER": {"operator": "mask", "keep_first": 3, "keep_last": 4}},
        "birth_date": {"DATE_OF_BIRTH": {"operator": "generalise", "date": "year"}},
        "region": {"LOCATION": {"operator": "generalise", "place": "province"}},
    }
    out, _ = scrub(silo, tmp_path, Policy(tables={"customers": {"columns": columns}}))
    first, second, *_ = rows(out, "customers")
    assert len(first["name"]) == 3 and first["name"] != "张晓娜" and len(second["name"].split()) == 2
    assert first["phone"] == "138****0001" and first["email"] is None
    assert first["birth_date"] == dt.date(1990, 1, 1) and first["region"] == "广东省"


def test_surrogates_are_the_same_in_column_and_text(silo, tmp_path):
    out, report = scrub(silo, tmp_path, Policy(entities={"PERSON": "surrogate", "PHONE_NUMBER": "surrogate"}))
    for person, review in zip(rows(out, "customers"), rows(out, "reviews"), strict=True):
        assert person["name"] in review["text"] and person["phone"] in review["text"]
    assert report["lookalikes"] == ["PERSON", "PHONE_NUMBER"]


def test_dates_of_a_customer_shift_alike_in_text_and_columns(silo, tmp_path):
    policy = Policy(entities={"DATE_OF_BIRTH": "shift_date", "DATE_TIME": "shift_date"})
    out, _ = scrub(silo, tmp_path, policy)
    for table in ("customers", "reviews", "events"):
        assert [row["customer_id"] for row in rows(out, table)] == [
            row["customer_id"] for row in rows(out, "customers")
        ]
    shifts = set()
    for i, (person, review, event) in enumerate(
        zip(rows(out, "customers"), rows(out, "reviews"), rows(out, "events"), strict=True)
    ):
        by = person["birth_date"] - dt.date(1990, 5, 17 + i)
        shifts.add(by.days)
        assert review["timestamp"] == NOW + dt.timedelta(days=i) + by and event["timestamp"] == NOW + by
        assert f"born on {person['birth_date']:%Y-%m-%d}" in review["text"]
        assert f"Bought {dt.date(2024, 4, 20) + by:%Y-%m-%d}" in review["text"]
    assert 0 not in shifts and len(shifts) > 1 and max(map(abs, shifts)) <= 180
    assert rows(out, "campaigns")[0]["starts"] == dt.date(2024, 6, 1)


def test_numbers_and_times_of_columns_get_coarser(silo, tmp_path):
    out, _ = scrub(
        silo,
        tmp_path,
        Policy(entities={"DATE_TIME": "generalise", "NUMBER": {"operator": "generalise", "band": 5}}),
    )
    event = rows(out, "events")[0]
    assert event["quantity"] == 5 and event["timestamp"] == dt.datetime(2024, 5, 1, tzinfo=dt.UTC)
    assert "Bought 2024-04;" in rows(out, "reviews")[0]["text"] and rows(out, "reviews")[0]["rating"] == 5.0


def test_the_anonymous_preset(silo, tmp_path):
    out, report = scrub(silo, tmp_path, "gdpr-anonymous")
    person = rows(out, "customers")[0]
    assert report["key_id"] == "discarded" and person["region"] == "广东省"
    assert all(person[column] is None for column in ("name", "phone", "email", "address", "birth_date"))
    again, _ = scrub(silo, tmp_path, "gdpr-anonymous")
    assert rows(again, "customers")[0]["customer_id"] != person["customer_id"]
    assert all(row["timestamp"] == dt.datetime(2024, 5, 1, tzinfo=dt.UTC) for row in rows(out, "reviews"))


def test_any_number_of_workers_gives_one_result(silo, tmp_path):
    policy = Policy(default="surrogate", entities={"PERSON": Encrypt(), "DATE_TIME": "shift_date"})
    results = []
    for workers in (1, 2):
        out, report = scrub(silo, tmp_path / str(workers), policy, workers)
        results.append((report, [rows(out, table) for table in ("customers", "reviews", "events", "media")]))
    assert results[0] == results[1]


def test_what_a_replacement_makes_of_its_neighbours_holds_the_row_back(silo, tmp_path):
    """A name that goes between two halves of a number joins them."""
    with TableWriter(silo, "products") as writer:
        row = dict.fromkeys(column.name for column in TABLES["products"].columns)
        text = "13800王女士138000, mail a@b.com"
        writer.write([row | {"product_id": "p1", "title": "包", "attributes": {}, "description": text}])
    policy = Policy(default="surrogate", tables={"products": {"entities": {"PERSON": "redact"}}})
    report = scrub_silo(silo, tmp_path / "out", scrubber=Scrubber(key=KEY, policy=policy))
    (entry,) = report["held_back"]
    assert entry["table"] == "products" and "PHONE_NUMBER still found" in entry["reason"]
