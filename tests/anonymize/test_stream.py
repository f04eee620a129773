"""Scrubbing of files and folders: blocks, columns, persons of a row, faults of the call, a stopped run."""

import csv
import datetime as dt
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from stream_files import SCRUBBER, both, plain, read, write

from privgen.anonymize import Policy, Scrubber, journal, scrub_file, scrub_folder
from privgen.anonymize import blocks as blocks_module
from privgen.errors import ConfigError, DataError, RunError
from privgen.files import read_json


def test_many_blocks_keep_order_and_row_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks_module, "BLOCK_BYTES", 300)
    rows = [
        [str(i), f"order by user{i}@shop.com\nsecond line" if i % 3 else "x" * (i % 50)] for i in range(300)
    ]
    rows[77] = ["77"]
    rows[203] = ["203", "a", "b"]
    handle = io.StringIO(newline="")
    csv.writer(handle).writerows([["id", "text"], *rows])
    source = tmp_path / "t.csv"
    source.write_text(handle.getvalue(), newline="")
    calls = []
    out, report = both(source, progress=lambda *call: calls.append(call))
    with out.open(newline="") as found:
        assert [row[0] for row in csv.reader(found)][1:] == [str(i) for i in range(300) if i not in (77, 203)]
    aside = out.with_name(f"{out.name}.rejects.jsonl").read_text().splitlines()
    assert [(r["file"], r["row"]) for r in map(json.loads, aside)] == [("t.csv", 78), ("t.csv", 204)]
    assert calls[-1][0] == calls[-1][1] == source.stat().st_size
    assert report["changed"] == sum(1 for row in rows if len(row) == 2 and "@" in row[1])
    assert json.loads(out.with_name(f"{out.name}.scrub.json").read_text()).items() <= report.items()


def test_number_columns_with_personal_data_become_text(tmp_path):
    table = pa.table(
        {
            "id": pa.array([10_000_001, 2, 3], pa.int64()),
            "phone": pa.array([13800138000, None, 5], pa.int64()),
            "mobile": pa.array([None, 13900139000.0, 0.5]),
            "price": pa.array([1.5, 2e9, 1e300]),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    out, report = both(tmp_path / "a.parquet")
    found = pq.read_table(out)
    assert report["texts"] == ["mobile", "phone"]
    assert found.column("phone").to_pylist()[1:] == [None, "5"] and "1380" not in str(found.to_pylist())
    assert found.column("mobile").to_pylist()[2] == "0.5" and "1390" not in str(found.to_pylist())
    assert found.column("id").equals(table.column("id")) and found.column("price").equals(
        table.column("price")
    )


def test_columns_can_be_named(tmp_path):
    (tmp_path / "a.csv").write_text("id,t,u\n1,a@b.com,a@b.com\n")
    scrub_file(tmp_path / "a.csv", tmp_path / "b.csv", scrubber=SCRUBBER, columns=["t"])
    assert (tmp_path / "b.csv").read_text() == f"id,t,u\n1,{plain('a@b.com')},a@b.com\n"
    with pytest.raises(ConfigError, match="no column 'z'"):
        scrub_file(tmp_path / "a.csv", tmp_path / "c.csv", scrubber=SCRUBBER, columns=["z"])


def test_the_row_of_a_person_is_scrubbed_with_what_it_says(tmp_path):
    (tmp_path / "a.csv").write_text("姓名,手机,note\n欧阳明,5550123,找欧阳明 5550123\n")
    scrub_file(tmp_path / "a.csv", tmp_path / "b.csv", scrubber=SCRUBBER)
    text = (tmp_path / "b.csv").read_text()
    assert "欧阳" not in text and "5550123" not in text
    table = pa.table(
        {"full_name": ["Ann Lee"], "dob": [dt.date(1990, 5, 17)], "day": [dt.date(2024, 1, 1)], "t": ["Ann"]}
    )
    pq.write_table(table, tmp_path / "a.parquet")
    report = scrub_file(tmp_path / "a.parquet", tmp_path / "b.parquet", scrubber=SCRUBBER)
    found = pq.read_table(tmp_path / "b.parquet")
    assert (
        "Ann" not in str(found.to_pylist())
        and "1990" not in str(found.to_pylist())
        and report["texts"] == ["dob"]
    )
    assert found.column("day").to_pylist() == [dt.date(2024, 1, 1)]


def test_a_folder_is_scrubbed_with_its_customers(tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    (source / "deep").mkdir(parents=True)
    (source / "customers.csv").write_text("customer_id,name,phone\ncust-0001,Maria Souza,5550199\n")
    (source / "deep" / "reviews.jsonl").write_text(
        '{"customer_id":"cust-0001","text":"maria says 555 01 99"}\n'
        '{"customer_id":"cust-0002","text":"maria"}\n'
    )
    (source / "logo.png").write_bytes(b"\x89PNG")
    report = scrub_folder(source, out, scrubber=SCRUBBER, workers=2)
    first, second = map(json.loads, (out / "deep" / "reviews.jsonl").read_text().splitlines())
    assert "maria" not in first["text"] and "01" not in first["text"] and second["text"] == "maria"
    assert "Maria" not in (out / "customers.csv").read_text()
    assert report["left_out"] == ["logo.png"] and not (out / "logo.png").exists()
    assert report["rows"] == 3 and report["known_identifiers"] == 2
    again = scrub_folder(source, out, scrubber=SCRUBBER)
    assert all(entry["unchanged"] for entry in again["files"].values())
    other = scrub_folder(source, out, scrubber=Scrubber(key=bytes(range(1, 33))))
    assert not any(entry["unchanged"] for entry in other["files"].values())


def test_faults_of_the_call(tmp_path):
    source = tmp_path / "a.csv"
    source.write_text("id,t\n1,x\n")
    (tmp_path / "b.csv").write_text("precious")
    cases = [
        (source, "b.csv", RunError, "exists and has no"),
        (source, "a.csv", ConfigError, "the file that is read"),
        (source, "c.jsonl", ConfigError, r"must end as a\.csv"),
        (tmp_path / "a.xlsx", "b.xlsx", ConfigError, "unknown kind of file"),
        (tmp_path / "no.csv", "c.csv", DataError, "not found"),
    ]
    for path, out, error, words in cases:
        with pytest.raises(error, match=words):
            scrub_file(path, tmp_path / out, scrubber=SCRUBBER)
    assert (tmp_path / "b.csv").read_text() == "precious"
    for header, words in (
        ("13800138000,t", "give the file a header"),
        ("a,a", "the name of another"),
        ("\xff", "header"),
    ):
        source.write_text(f"{header}\n1,x\n", encoding="latin-1")
        with pytest.raises(DataError, match=words):
            scrub_file(source, tmp_path / "c.csv", scrubber=SCRUBBER)
    (tmp_path / "a.parquet").write_bytes(b"PAR1 broken")
    with pytest.raises(DataError, match=r"a\.parquet: not readable as Parquet"):
        scrub_file(tmp_path / "a.parquet", tmp_path / "c.parquet", scrubber=SCRUBBER)
    with pytest.raises(ConfigError, match="may not lie"):
        scrub_folder(tmp_path, tmp_path / "in", scrubber=SCRUBBER)
    assert not (tmp_path / "c.csv").exists()


def test_empty_files_stay_empty(tmp_path):
    for name in ("a.csv", "a.log", "a.jsonl.gz", "a.csv.zst"):
        write(tmp_path / name, b"")
        out, report = both(tmp_path / name)
        assert read(out) == b"" and report["rows"] == 0


def test_under_a_key_that_nobody_keeps_a_stopped_run_begins_again(tmp_path, monkeypatch):
    """Else one value would have two tokens in one file."""
    monkeypatch.setattr(blocks_module, "BLOCK_BYTES", 256)
    monkeypatch.setattr(journal, "_EVERY", 0.0)
    source, out = tmp_path / "a.txt", tmp_path / "out.txt"
    source.write_text("mail ann@shop.com\n" * 100)

    def scrub(progress):
        scrub_file(source, out, scrubber=Scrubber(policy=Policy(key="discard")), progress=progress)

    def stop(done, total, label):
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scrub(stop)
    assert read_json(tmp_path / ".out.txt.scrub" / "state.json")["position"] > 0
    shown = []
    scrub(lambda *step: shown.append(step[0]))
    assert shown[0] < source.stat().st_size / 2 and len(set(out.read_text().splitlines())) == 1
