"""For whom pages are written, on what, and from which evidence."""

from __future__ import annotations

from pathlib import Path

import pytest
from shop_rows import PRODUCTS, TODAY, campaigns, canary, customer, products, shop, write_silo

from privgen.errors import DataError
from privgen.requests import page_requests, suited_product
from privgen.schema import TABLES, Purpose, Row, SignalKind
from privgen.signals import History
from privgen.silo import Silo
from privgen.tables import check_row

CATALOGUE = {row["product_id"]: check_row(TABLES["products"], row) for row in products()}


def _silo(path: Path) -> Silo:
    return Silo(path, Purpose.PERSONALISATION, TODAY)


def _event(customer_id: str, kind: str, product_id: str | None, day: int) -> Row:
    row = {"customer_id": customer_id, "kind": kind, "product_id": product_id}
    return check_row(TABLES["events"], row | {"timestamp": f"2026-01-{day:02}"})


def _turn(product_id: str | None, turn: int, moment: str | None) -> Row:
    row = {"dialogue_id": "d", "customer_id": "c", "turn": turn, "role": "customer", "text": "Well?"}
    return check_row(TABLES["dialogues"], row | {"product_id": product_id, "timestamp": moment})


def test_the_richest_histories_come_first_and_ties_by_id(tmp_path: Path) -> None:
    people = [customer(id_) for id_ in ("d", "c", "b", "a")]
    events = [_event("c", "view", "p1", day) for day in range(1, 4)]
    review = {"review_id": "r", "customer_id": "b", "product_id": "p1", "rating": 4, "text": "a fine pan"}
    tables = {"products": products(), "customers": people, "events": events}
    tables["reviews"] = [review | {"timestamp": "2026-01-01"}]
    silo = _silo(write_silo(tmp_path / "m", tables))
    assert [request.customer_id for request in page_requests(silo, 3)] == ["c", "b", "a"]
    assert page_requests(silo, 9) == page_requests(silo, 9)


@pytest.mark.parametrize(
    ("turns", "product_id"),
    [
        ([("p2", 1, "2026-01-05"), ("p4", 1, "2026-01-02")], "p2"),  # last in time, not last in the file
        ([("p2", 1, None), ("p4", 2, None)], "p4"),
        ([("p2", 1, "2026-01-05"), ("gone", 2, "2026-01-06"), (None, 3, "2026-01-07")], "p2"),
    ],
)
def test_what_was_asked_about_last_decides(turns: list[tuple], product_id: str) -> None:
    events = [_event("c", "view", "p3", day) for day in range(1, 9)]
    history = History("c", events=events, dialogues=[_turn(*turn) for turn in turns])
    assert suited_product(history, CATALOGUE) == product_id


@pytest.mark.parametrize(
    ("events", "product_id"),
    [
        ([], "p1"),
        ([("view", "p3"), ("view", "p4"), ("view", "p4")], "p4"),
        ([("purchase", "p4"), ("view", "p4"), ("view", "p4"), ("view", "p1")], "p3"),
        ([("purchase", id_) for id_ in PRODUCTS], "p1"),
        ([("view", "gone"), ("search", None)], "p1"),
    ],
)
def test_else_one_of_the_favourite_category_that_is_not_bought(
    events: list[tuple[str, str | None]], product_id: str
) -> None:
    rows = [_event("c", kind, id_, day) for day, (kind, id_) in enumerate(events, 1)]
    assert suited_product(History("c", events=rows), CATALOGUE) == product_id


def test_the_evidence_is_the_customers_own_and_what_others_say_of_the_product(tmp_path: Path) -> None:
    silo = _silo(shop(tmp_path / "m", {"a": None, "b": None, "c": None}, seed=4))
    for request in page_requests(silo, 3, product_id="p1"):
        assert request.product_id == "p1" and request.product_title == "Sol Pan"
        for signal in request.signals:
            others = {"a", "b", "c"} - {request.customer_id}
            if signal.kind is SignalKind.DIGEST:  # a digest is what others say
                assert canary(request.customer_id) not in signal.text
            elif signal.personal:
                assert not any(canary(other) in signal.text for other in others)
        kinds = {signal.kind for signal in request.signals}
        assert kinds >= {SignalKind.EVENT, SignalKind.QUERY, SignalKind.ATTRIBUTE, SignalKind.CAMPAIGN}


def test_campaigns_that_run_are_told_and_old_ones_only_if_none_does(tmp_path: Path) -> None:
    tables = {"products": products(), "customers": [customer("a")], "campaigns": campaigns()}
    (request,) = page_requests(_silo(write_silo(tmp_path / "m", tables)), 1)
    told = [signal.text for signal in request.signals if signal.kind is SignalKind.CAMPAIGN]
    assert told == ["spring; 10%; 2026-05-01 to 2026-06-30", "terms: members only"]


def test_an_unknown_product_is_one_line(tmp_path: Path) -> None:
    silo = _silo(shop(tmp_path / "m", {"a": None}))
    with pytest.raises(DataError, match="m: no product p9; see the products table"):
        page_requests(silo, 1, product_id="p9")


def test_the_language_is_the_products_then_the_customers(tmp_path: Path) -> None:
    def language(of_product: str | None, locale: str | None) -> str:
        rows = [row | {"language": of_product} for row in products()]
        people = [customer("a") | {"locale": locale}]
        folder = tmp_path / f"{of_product}-{locale}"
        (request,) = page_requests(_silo(write_silo(folder, {"products": rows, "customers": people})), 1)
        return request.language

    assert language("zh", "en_US") == "zh"
    assert language(None, "zh_CN") == "zh_CN"
    assert language(None, None) == "en"


def test_a_silo_of_one_customer_without_tracks_still_gets_a_page(tmp_path: Path) -> None:
    tables = {"products": products(), "customers": [customer("a")]}
    (request,) = page_requests(_silo(write_silo(tmp_path / "m", tables)), 5)
    assert request.product_id == "p1" and {s.kind for s in request.signals} == {SignalKind.ATTRIBUTE}
