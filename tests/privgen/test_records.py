"""A training record holds what one customer did and what the catalogue says, and nothing of anybody else."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from shop_rows import TODAY, canary, customer, products, shop, write_silo

from privgen.files import read_jsonl
from privgen.prompt import TrainingRecord
from privgen.records import records, write_records
from privgen.schema import Purpose, Row, SectionKind, SignalKind
from privgen.silo import Silo


def _silo(path: Path) -> Silo:
    return Silo(path, Purpose.TRAINING, TODAY)


@settings(deadline=None, max_examples=15)
@given(count=st.integers(1, 6), seed=st.integers(0, 999))
def test_a_record_holds_only_its_own_customer(count: int, seed: int) -> None:
    people = [f"c{number}" for number in range(count)]
    with TemporaryDirectory() as folder:
        silo = _silo(shop(Path(folder) / "m", dict.fromkeys(people), seed))
        made = list(records(silo))
    told = dict.fromkeys(people, 0)
    for record in made:
        text = json.dumps(record.to_json())
        told[record.customer_id] += canary(record.customer_id) in text
        for other in people:
            assert other == record.customer_id or (canary(other) not in text and f"-{other}" not in text)
    assert all(told.values())
    assert {record.section for record in made} >= {SectionKind.REVIEW_DIGEST, SectionKind.SERVICE_REPLY}


def test_records_read_back_as_they_were(tmp_path: Path) -> None:
    silo = _silo(shop(tmp_path / "m", {"a": None, "b": None}))
    made = list(records(silo))
    assert made and [TrainingRecord.from_json(record.to_json()) for record in made] == made
    counts = write_records(silo, tmp_path / "records.jsonl")
    assert [TrainingRecord.from_json(line) for line in read_jsonl(tmp_path / "records.jsonl")] == made
    assert counts == {"records": len(made), "customers": 2}
    first = (tmp_path / "records.jsonl").read_bytes()
    write_records(silo, tmp_path / "records.jsonl")
    assert (tmp_path / "records.jsonl").read_bytes() == first


def _dialogue_silo(tmp_path: Path, turns: list[Row]) -> Silo:
    people = [customer("a"), customer("b")]
    return _silo(
        write_silo(tmp_path / "m", {"products": products(), "customers": people, "dialogues": turns})
    )


def _turn(number: int, who: str, role: str, text: str) -> Row:
    return {
        "dialogue_id": "d",
        "customer_id": who,
        "turn": number,
        "role": role,
        "text": text,
        "product_id": "p1",
    }


def test_two_customers_under_one_dialogue_id_are_kept_apart(tmp_path: Path) -> None:
    turns = [
        _turn(1, "a", "customer", "What is the colour?"),
        _turn(2, "b", "merchant", "Dear B, we have your parcel."),
        _turn(3, "a", "customer", "And the weight?"),
        _turn(4, "a", "merchant", "It is 300 g."),
    ]
    (record,) = records(_dialogue_silo(tmp_path, turns))
    assert record.customer_id == "a" and record.target == ("It is 300 g.",)


def test_a_reply_with_a_scrub_token_is_not_taught(tmp_path: Path) -> None:
    turns = [
        _turn(1, "a", "customer", "What is the colour?"),
        _turn(2, "a", "merchant", "Dear <PERSON_ab12cd34ef>. It is teal."),
        _turn(3, "a", "customer", "Who asks?"),
        _turn(4, "a", "merchant", "It was <PERSON_ab12cd34ef>."),
    ]
    (record,) = records(_dialogue_silo(tmp_path, turns))
    assert record.target == ("It is teal.",)
    assert record.prompt.signals[0].kind is SignalKind.DIALOGUE


def test_the_last_product_touched_is_recommended_from_what_came_before(tmp_path: Path) -> None:
    def view(product_id: str, day: int) -> Row:
        row = {"customer_id": "a", "kind": "view", "product_id": product_id}
        return row | {"timestamp": f"2026-01-{day:02}"}

    events = [view("p3", 3), view("p4", 9), view("p1", 1)]  # not in order of time
    tables = {"products": products(), "customers": [customer("a")], "events": events}
    (record,) = records(_silo(write_silo(tmp_path / "m", tables)))
    assert record.section is SectionKind.RECOMMENDATION and "Orin 7 Bowl" in record.prompt.prefix
    told = [signal.text for signal in record.prompt.signals]
    assert len(told) == 2 and not any("Orin 7 Bowl" in text for text in told)


def test_a_silo_without_tracks_has_no_records(tmp_path: Path) -> None:
    path = write_silo(tmp_path / "m", {"products": products(), "customers": [customer("a")]})
    assert list(records(_silo(path))) == []
    assert write_records(_silo(path), tmp_path / "x.jsonl") == {"records": 0, "customers": 0}
