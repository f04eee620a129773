"""Records of a silo: found by customer, encoded one by one; faults are named, only a salted hash leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
from federated_models import byte_tokenizer, make_silo, record
from hypothesis import given
from hypothesis import strategies as st

from privgen.errors import DataError
from privgen.federated.silo import Encoder, Example, Silo, open_records
from privgen.files import write_jsonl
from privgen.prompt import encode_prompt, encode_sentences

CANARY = "canary-7719"
TOKENIZER = byte_tokenizer()


def _encoder(max_length: int) -> Encoder:
    return Encoder(TOKENIZER, (256,), (), (257,), max_length)


def test_units_are_customers_or_records(tmp_path: Path) -> None:
    rows = [record(customer, "red") for customer in "abacab"]
    write_jsonl(tmp_path / "m.jsonl", [row.to_json() for row in rows])
    records = open_records(Silo("m", tmp_path / "m.jsonl"))
    by_customer = records.units("customer")
    assert records.customers == 3 and sorted(map(len, by_customer)) == [1, 2, 3]
    for unit in by_customer:
        assert len({row.customer_id for row in records.read(unit)}) == 1
    singles = records.units("record")
    assert [len(unit) for unit in singles] == [1] * 6
    assert sorted(offset for (offset,) in singles) == sorted(
        offset for unit in by_customer for offset in unit
    )
    assert sorted(r.customer_id for unit in singles for r in records.read(unit)) == sorted("abacab")


@given(st.integers(20, 140), st.integers(0, 6), st.data())
def test_encoding_keeps_the_last_signals_that_fit(max_length: int, signals: int, data: st.DataObject) -> None:
    row = record("c", "red", signals=signals)
    keep = data.draw(st.lists(st.booleans(), min_size=signals, max_size=signals))
    example = _encoder(max_length).encode(row, keep)
    prompt = encode_prompt(row.prompt, TOKENIZER, (256,))
    target = (*encode_sentences(row.target, TOKENIZER)[0], 257)
    kept = [place for place in range(signals) if keep[place]]
    fitting = [
        tuple(prompt.ids([place in kept[start:] for place in range(signals)]))
        for start in range(len(kept) + 1)
    ]
    lengths = [len(ids) + len(target) for ids in fitting]
    best = next((ids for ids, length in zip(fitting, lengths, strict=True) if length <= max_length), None)
    assert example == (None if best is None else Example(best, target))


def test_faults_are_named_and_never_quoted(tmp_path: Path) -> None:
    good = record("c1", CANARY).to_json()
    for name, rows, words in (
        ("empty", [], "no training records"),
        ("list", [good, [CANARY]], "line 2"),
        ("field", [good, good, {**good, "section": CANARY}], "line 3"),
        ("target", [{**good, "target": []}], "line 1"),
        ("customer", [{**good, "customer_id": ""}], "line 1"),
    ):
        path = tmp_path / f"{name}.jsonl"
        write_jsonl(path, rows)
        with pytest.raises(DataError) as caught:
            open_records(Silo(name, path))
        text = str(caught.value)
        assert words in text and name in text and CANARY not in text and "\n" not in text
        assert caught.value.__cause__ is None
    with pytest.raises(DataError, match=r"merchant gone: .*gone\.jsonl: file not found"):
        open_records(Silo("gone", tmp_path / "gone.jsonl"))


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "a b", "x" * 129])
def test_a_merchant_id_must_name_a_file(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="merchant_id"):
        Silo(name, tmp_path)


def test_fingerprint_is_salted_and_follows_the_records(tmp_path: Path) -> None:
    silo = make_silo(tmp_path)
    here, there = tmp_path / "a" / "m.jsonl", tmp_path / "b" / "m.jsonl"
    first = open_records(silo).fingerprint(here)
    assert first == open_records(silo).fingerprint(here) and len(first) == 64
    assert first != open_records(silo).fingerprint(there)  # another salt
    assert (tmp_path / "a" / "m.salt").stat().st_mode & 0o777 == 0o600
    changed = make_silo(tmp_path, seed=2)
    assert open_records(changed).fingerprint(here) != first


def test_reprs_show_no_text() -> None:
    example = _encoder(200).encode(record("c", CANARY), [True, True])
    assert example is not None and CANARY not in repr(example) and repr(example).startswith("Example(")
