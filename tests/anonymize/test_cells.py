"""Customer ids of free tables: pseudonyms as in a run, in every format, whatever their length."""

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from privgen.anonymize import Policy, Scrubber, scrub_file
from privgen.anonymize.ray_data import scrub_table
from privgen.anonymize.tokens import Tokens

KEY = bytes(range(32))
SCRUBBER = Scrubber(key=KEY)
IDS = ["7", "cust-1", "4711000012", "13800138000", "ann@shop.com"]


def write(folder, name, ids):
    path = folder / name
    rows = [{"customer_id": id_, "note": "nice shoes"} for id_ in ids]
    if name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif name.endswith(".csv"):
        path.write_text("customer_id,note\n" + "".join(f"{id_},nice shoes\n" for id_ in ids))
    else:
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def read(path):
    if path.suffix == ".parquet":
        return pq.read_table(path)["customer_id"].to_pylist()
    if path.suffix == ".csv":
        return [row["customer_id"] for row in csv.DictReader(path.open())]
    return [json.loads(line)["customer_id"] for line in path.open()]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
@pytest.mark.parametrize("number", [False, True])
def test_every_customer_id_becomes_the_pseudonym_of_a_run(tmp_path, name, number):
    ids = [int(id_) for id_ in IDS if id_.isdigit()] if number else IDS
    report = scrub_file(write(tmp_path, name, ids), tmp_path / f"out-{name}", scrubber=SCRUBBER)
    made = read(tmp_path / f"out-{name}")
    assert made == [Tokens(KEY).identifier("customer_id", str(id_)) for id_ in ids]
    assert report["columns"] == {"customer_id": {"CUSTOMER_ID": len(ids)}} and report["residual"] == {}
    scrub_file(tmp_path / f"out-{name}", tmp_path / f"again-{name}", scrubber=SCRUBBER)
    assert read(tmp_path / f"again-{name}") == made


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_other_columns_can_be_asked_for(tmp_path, name):
    out = tmp_path / f"out-{name}"
    scrub_file(write(tmp_path, name, [4711000012, 5]), out, scrubber=SCRUBBER, columns=["note"])
    assert [str(id_) for id_ in read(out)] == ["4711000012", "5"]


def test_a_policy_encrypts_them(tmp_path):
    scrubber = Scrubber(key=KEY, policy=Policy(entities={"CUSTOMER_ID": "encrypt"}))
    scrub_file(write(tmp_path, "a.csv", IDS), tmp_path / "out.csv", scrubber=scrubber)
    decrypted = [scrubber.operators.cipher.decrypt(id_) for id_ in read(tmp_path / "out.csv")]
    assert decrypted == [("CUSTOMER_ID", id_) for id_ in IDS]


def test_a_batch_of_a_dataset_too():
    done = scrub_table(pa.table({"customer_id": [7, 8], "note": ["a", "b"]}), SCRUBBER)
    assert done["customer_id"].to_pylist() == [Tokens(KEY).identifier("customer_id", id_) for id_ in "78"]
