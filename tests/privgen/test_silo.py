"""Consent: nothing of a customer who does not agree is ever read for a purpose."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shop_rows import TODAY, canary, customer, products, shop, write_silo

from privgen.consent import allows
from privgen.errors import ConsentError, DataError
from privgen.generator import TemplateWriter
from privgen.pages import PageGenerator
from privgen.records import records
from privgen.requests import page_requests
from privgen.schema import Purpose
from privgen.silo import Silo, consenting, open_silos, row_count

PURPOSES = tuple(Purpose)
days = st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31))


@given(expiry=days, on=days)
def test_consent_holds_up_to_and_on_its_last_day(expiry: dt.date, on: dt.date) -> None:
    assert allows({"training": expiry.isoformat()}, Purpose.TRAINING, on) == (on <= expiry)
    assert not allows({"training": expiry.isoformat()}, Purpose.ANALYTICS, on)


@given(text=st.text(max_size=14), on=days)
@example("2026-12-31garbage", TODAY)
@example("2026-12-31 maybe", TODAY)
@example("31.12.2026", TODAY)
@example("true", TODAY)
@example("never", TODAY)
@example(" ", TODAY)
@example("２０２６-12-31", TODAY)
def test_a_malformed_expiry_is_no_consent(text: str, on: dt.date) -> None:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        assert allows({"training": text}, Purpose.TRAINING, on) == (text == "")


@pytest.mark.parametrize("consent", [None, {}, {"personalisation": ""}, {"Training": ""}])
def test_what_is_not_agreed_to_is_refused(consent: dict[str, str] | None) -> None:
    assert not allows(consent, Purpose.TRAINING, TODAY)
    assert allows({"training": "2026-06-01T23:59:00"}, Purpose.TRAINING, TODAY)


_terms = st.one_of(
    st.just(""), days.map(dt.date.isoformat), st.sampled_from(("soon", "2026-13-01", "2026-07-01x", "0"))
)
_consents = st.lists(
    st.dictionaries(st.sampled_from([p.value for p in PURPOSES]), _terms), min_size=2, max_size=5
)


@settings(deadline=None, max_examples=25)
@given(consents=_consents, on=days, seed=st.integers(0, 99))
def test_nothing_of_a_customer_without_consent_gets_anywhere(
    consents: list[dict[str, str]], on: dt.date, seed: int
) -> None:
    """Records, requests and pages (and the digests of others in them) never hold a refuser's canary."""
    people = {f"c{number}": consent for number, consent in enumerate(consents)}
    with TemporaryDirectory() as folder:
        path = shop(Path(folder) / "m", people, seed)
        for purpose in (Purpose.TRAINING, Purpose.PERSONALISATION):
            silo = Silo(path, purpose, on)
            told = [json.dumps(record.to_json()) for record in records(silo)]
            requests = page_requests(silo, 9)
            told += [str([(s.text, s.source) for s in request.signals]) for request in requests]
            pages = PageGenerator(TemplateWriter(), max_signals=40).write(requests)
            told += [json.dumps(page.to_json()) for page in pages]
            for customer_id, consent in people.items():
                agreed = allows(consent, purpose, on)
                assert any(canary(customer_id) in text for text in told) == agreed
                assert (customer_id in silo.customers()) == agreed
                rows = [*silo.rows("events"), *silo.rows("reviews"), *silo.rows("dialogues")]
                assert any(row["customer_id"] == customer_id for row in rows) == agreed
            assert {request.customer_id for request in requests} == set(silo.customers())


def test_a_named_customer_must_exist_and_agree(tmp_path: Path) -> None:
    path = shop(tmp_path / "m", {"yes": None, "no": {}, "over": {"personalisation": "2026-05-31"}})
    silo = Silo(path, Purpose.PERSONALISATION, TODAY)
    silo.require("yes")
    assert [request.customer_id for request in page_requests(silo, 3, customer_id="yes")] == ["yes"]
    for refused in ("no", "over"):
        with pytest.raises(ConsentError, match="does not consent to personalisation on 2026-06-01"):
            page_requests(silo, 3, customer_id=refused)
    with pytest.raises(DataError, match="no customer nobody"):
        page_requests(silo, 3, customer_id="nobody")


def test_consent_is_counted_on_the_day(tmp_path: Path) -> None:
    people = {"a": None, "b": {"training": "2026-05-31"}, "c": {"training": "2026-06-01", "analytics": "x"}}
    silo = Silo(shop(tmp_path / "m", people), Purpose.TRAINING, TODAY)
    assert silo.consent_counts() == {"customers": 3, "personalisation": 1, "training": 2, "analytics": 1}


def test_the_fingerprint_of_consent_changes_when_a_consent_runs_out(
    tmp_path: Path,
) -> None:
    path = shop(tmp_path / "m", {"a": None, "b": {"training": "2026-06-10"}})

    def on(day: int, purpose: Purpose = Purpose.TRAINING) -> str:
        return consenting([Silo(path, purpose, dt.date(2026, 6, day))])

    assert on(1) == on(10) != on(11) == on(30)
    assert on(1) != on(1, Purpose.ANALYTICS)


def test_the_latest_reviews_are_the_latest(tmp_path: Path) -> None:
    """Also with two rows that are equal in time and id, as only a hand-made table can have."""
    review = {"review_id": "r", "customer_id": "a", "product_id": "p1", "rating": 5, "text": "good"}
    rows = [review | {"review_id": f"r{n}", "timestamp": f"2026-01-0{n}"} for n in (3, 1, 5, 2, 4)]
    twins = [review | {"timestamp": "2026-02-01", "text": text} for text in ("one", "two")]
    tables = {"products": products(), "customers": [customer("a")], "reviews": rows + twins}
    silo = Silo(write_silo(tmp_path / "m", tables), Purpose.PERSONALISATION, TODAY)
    assert [row["review_id"] for row in silo.latest_reviews(["p1", "p2"])["p1"]] == ["r", "r", "r5"]
    assert silo.latest_reviews(["p1"], without="a") == {"p1": []}


def test_an_empty_silo_is_one_line_with_its_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no silos there; run privgen ingest"):
        open_silos(tmp_path, Purpose.TRAINING, TODAY)
    write_silo(tmp_path / "m", {"products": products()})
    with pytest.raises(DataError, match=r"m: no customers table"):
        open_silos(tmp_path, Purpose.TRAINING, TODAY)
    write_silo(tmp_path / "m", {"customers": []})
    with pytest.raises(DataError, match=r"m: no row in customers"):
        open_silos(tmp_path, Purpose.TRAINING, TODAY)
    write_silo(tmp_path / "m", {"customers": [customer("a")], "products": []})
    (silo,) = open_silos(tmp_path, Purpose.TRAINING, TODAY)
    with pytest.raises(DataError, match=r"m: no products"):
        silo.catalogue()


def test_rows_are_counted_from_the_footers(tmp_path: Path) -> None:
    path = shop(tmp_path / "m", {"a": None, "b": None})
    silo = Silo(path, Purpose.ANALYTICS, TODAY)
    tables = ("products", "customers", "campaigns", "events", "reviews", "dialogues")
    assert row_count(path) == sum(len(list(silo.rows(table))) for table in tables)
    (path / "events.parquet").write_bytes(b"PAR1 garbage")
    with pytest.raises(DataError, match=r"events\.parquet: not readable as Parquet"):
        row_count(path)
