"""Scoring files end to end: both record formats, faults set aside by row, no text in what is shown."""

from __future__ import annotations

import gzip
import json

import pytest

from privgen.anonymize import GoldRecord, Policy, Scrubber, Span, read_gold, score_file, score_records
from privgen.anonymize.gold import _elements
from privgen.errors import DataError, RowError

KEY = bytes(range(32))
CANARY = "canary.7391@example.com"
OURS = {
    "text": f"mail {CANARY} now",
    "spans": [{"entity_type": "EMAIL_ADDRESS", "start": 5, "end": 28}],
    "id": "r1",
    "language": "en",
}
THEIRS = {
    "full_text": f"mail {CANARY} now",
    "masked": "mail {{email}} now",
    "spans": [
        {"entity_type": "EMAIL", "entity_value": CANARY, "start_position": 5, "end_position": 28},
    ],
    "template_id": 3,
    "metadata": None,
}
CLEAN = {"text": "the dress is soft", "spans": []}


def write(path, text):
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.fixture(scope="module")
def plain():
    return Scrubber(key=KEY)


@pytest.mark.parametrize("name", ["gold.jsonl", "gold.jsonl.gz", "gold.json", "gold.json.gz"])
def test_both_formats_in_every_container(tmp_path, plain, name):
    rows = [OURS, THEIRS, CLEAN]
    lines = "\n".join(map(json.dumps, rows)) if "jsonl" in name else json.dumps(rows, indent=4)
    done = score_file(write(tmp_path / name, lines), plain).as_json()
    assert done["records"] == 3 and done["clean_records"] == 1 and done["false_alarm_records"] == 0
    assert done["overall"]["gold"] == done["overall"]["strict"] == done["overall"]["masked"] == 2
    assert done["overall"]["found"] == done["overall"]["found_strict"] == 2
    assert done["set_aside"] == done["held_back"] == {"count": 0, "rows": []}
    assert CANARY not in json.dumps(done)


def test_the_row_of_the_customer_is_searched():
    text = "Zorblatt sent it back"
    record = GoldRecord(text, (Span("PERSON", 0, 8, 1.0),), {"name": "Zorblatt Quux"})
    with_row = score_records([record], Scrubber(key=KEY)).scores.overall
    without = score_records([GoldRecord(text, record.spans)], Scrubber(key=KEY)).scores.overall
    assert (with_row.strict, without.strict) == (1, 0)


def test_what_the_policy_keeps_leaks():
    keeps = Scrubber(key=KEY, policy=Policy(entities={"EMAIL_ADDRESS": "keep"}))
    done = score_records([GoldRecord.parse(OURS)], keeps).as_json()
    assert done["overall"]["leaked_characters"] == 23 and done["overall"]["leaked_records"] == 1


BAD = [
    ({"spans": []}, "text: missing, or not text"),
    ({"text": 5, "spans": []}, "text: missing, or not text"),
    ({"text": CANARY}, "spans: missing, or not a list"),
    ({"text": CANARY, "spans": [], "known": CANARY}, "known: not an object of column and value"),
    ({"text": CANARY, "spans": [CANARY]}, "spans[0]: entity_type: missing, or not text"),
    ({"text": CANARY, "spans": [{"start": 0, "end": 1}]}, "spans[0]: entity_type: missing, or not text"),
    (
        {"text": CANARY, "spans": [{"entity_type": "A", "start": 0}]},
        "spans[0]: start, end: missing, or not whole numbers",
    ),
    (
        {"text": CANARY, "spans": [{"entity_type": "A", "start": True, "end": 2}]},
        "spans[0]: start, end: missing, or not whole numbers",
    ),
    (
        {"text": "abc", "spans": [{"entity_type": "A", "start_position": 1, "end_position": 4}]},
        "spans[0]: wants 0 <= start_position < end_position <= length of the text",
    ),
    (
        {"text": "abc", "spans": [{"entity_type": "A", "start": 2, "end": 2}]},
        "spans[0]: wants 0 <= start < end <= length of the text",
    ),
]


@pytest.mark.parametrize(("row", "reason"), BAD)
def test_a_bad_record_is_set_aside_with_its_reason(tmp_path, plain, row, reason):
    path = write(tmp_path / "gold.jsonl", f"{json.dumps(OURS)}\nnot json {CANARY}\n[1]\n{json.dumps(row)}\n")
    done = score_file(path, plain).as_json()
    assert done["records"] == 1
    assert done["set_aside"]["count"] == 3
    assert [fault["row"] for fault in done["set_aside"]["rows"]] == [2, 3, 4]
    assert done["set_aside"]["rows"][2]["reason"] == reason
    assert CANARY not in json.dumps(done)


def test_a_record_that_the_scrubber_refuses_is_held_back(plain):
    records = [GoldRecord("a" * 1_000_001, (Span("PERSON", 0, 5, 1.0),)), GoldRecord.parse(OURS)]
    report = score_records(records, plain)
    assert report.held_back.count == 1 and report.held_back.rows[0][0] == 1
    assert report.scores.overall.gold == 1


def test_faults_are_counted_but_named_only_so_often(plain):
    report = score_records((RowError("line is not JSON") for _ in range(3_000)), plain)
    assert report.set_aside.count == 3_000 and len(report.set_aside.rows) == 1_000


def test_gold_types_that_no_rule_has_are_named(plain):
    spans = (Span("ORGANIZATION", 0, 4, 1.0), Span("EMAIL", 5, 28, 1.0))
    assert score_records([GoldRecord(str(OURS["text"]), spans)], plain).unknown_types == ("ORGANIZATION",)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("gold.json", '{"a": 1}', "not a JSON array"),
        ("gold.json", '[{"text": "a", "spans": []}, {"text": "canary', "element 2 is not JSON"),
        ("gold.json", "[" + "[" * 100_000, "element 1 is not JSON"),
        ("gold.jsonl", "canary\n", "no gold record; row 1: line is not JSON"),
        ("gold.jsonl", "", "no gold record"),
        ("gold.json", "[]", "no gold record"),
    ],
)
def test_a_bad_file_is_one_error_that_names_it(tmp_path, plain, name, text, said):
    path = write(tmp_path / name, text)
    with pytest.raises(DataError) as caught:
        score_file(path, plain)
    assert said in str(caught.value) and str(path) in str(caught.value) and "canary" not in str(caught.value)


def test_missing_and_cut_off_files(tmp_path):
    with pytest.raises(DataError, match="file not found"):
        list(read_gold(tmp_path / "none.json"))
    whole = gzip.compress(json.dumps([OURS] * 500).encode())
    (tmp_path / "cut.json.gz").write_bytes(whole[:-20])
    with pytest.raises(DataError, match="not readable"):
        list(read_gold(tmp_path / "cut.json.gz"))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_an_array_reads_the_same_however_it_is_cut(tmp_path, size):
    wanted = [{"a": [1, {"b": "x, ]"}]}, {}, {"c": 'é\\"'}, 12345, None, "]"]
    text = f" {json.dumps(wanted)} "
    chunks = iter([text[i : i + size] for i in range(0, len(text), size)])
    first = next(chunks)
    while not first.strip():
        first += next(chunks)
    assert list(_elements(iter([first, *chunks]), tmp_path)) == wanted


def test_no_repr_shows_a_text():
    assert repr(GoldRecord.parse(OURS)) == "GoldRecord(1 spans)"
