"""Rows of one person leave a table file of any format; every other row stays as it stood."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privgen.anonymize.tokens import Tokens
from privgen.erasure_person import Person
from privgen.erasure_tables import find_rows, table_files, write_without
from privgen.errors import DataError
from privgen.rawfiles import read_raw

_ids = st.sampled_from(["a", "b", "c_0123456789abcdef", "7"])
_texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
_rows = st.lists(st.fixed_dictionaries({"customer_id": _ids, "text": _texts}), min_size=1, max_size=30)


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=7)
        return
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as handle:
        if ".csv" in path.name:
            writer = csv.DictWriter(handle, ["customer_id", "text"])
            writer.writeheader()
            writer.writerows(rows)
        else:
            handle.write("".join(json.dumps(row, ensure_ascii=False) + "\n\n" for row in rows))


def _read(path: Path) -> list[dict[str, str]]:
    return [row for batch in read_raw(path) for row in batch]


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl", ".csv.gz", ".jsonl.gz"])
@settings(max_examples=40)
@given(rows=_rows, who=_ids)
def test_the_rest_stays_as_it_stood(suffix: str, rows: list[dict[str, str]], who: str) -> None:
    with TemporaryDirectory() as folder:
        path, out = Path(folder) / f"reviews{suffix}", Path(folder) / "out" / f"reviews{suffix}"
        out.parent.mkdir()
        _write(path, rows)
        before = _read(path)
        found = find_rows("reviews", path, Person(who).owns)
        assert len(found.numbers) == len(found.rows) == sum(row["customer_id"] == who for row in before)
        write_without(path, out, found.numbers)
        assert _read(out) == [row for row in before if row["customer_id"] != who]


def test_a_dictionary_column_does_not_carry_the_removed_value_along(tmp_path: Path) -> None:
    """Arrow keeps all values of a dictionary with every part of the table."""
    names = pa.array(["ann-canary-17", "bo"] * 3).dictionary_encode()
    table = pa.table({"customer_id": pa.array(["a", "b"] * 3), "name": names})
    pq.write_table(table, tmp_path / "customers.parquet")
    found = find_rows("customers", tmp_path / "customers.parquet", Person("a").owns)
    write_without(tmp_path / "customers.parquet", tmp_path / "out.parquet", found.numbers)
    assert b"ann-canary" in (tmp_path / "customers.parquet").read_bytes()
    assert b"ann-canary" not in (tmp_path / "out.parquet").read_bytes()
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == [{"customer_id": "b", "name": "bo"}] * 3


def test_a_number_is_an_id_too(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"customer_id": [7, 70, 7], "path": ["x", "y", "z"]}), tmp_path / "events.parquet"
    )
    assert find_rows("events", tmp_path / "events.parquet", Person("7").owns).numbers == [1, 3]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("reviews.jsonl", '{"customer_id": "a"}\n{"text": "whose?"}\n'),
        ("reviews.jsonl", '{"customer_id": "a"}\n{"customer_id"\n'),
        ("reviews.csv", "text,when\nwhose,now\n"),
        ("reviews.csv", "customer_id,text\na,b,c\n"),
    ],
)
def test_a_row_that_does_not_say_whose_it_is_stops(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=r"reviews\.\w+: row [12]: "):
        find_rows("reviews", tmp_path / name, Person("a").owns)


def test_every_format_of_a_table_is_seen_not_only_the_one_that_readers_take(tmp_path: Path) -> None:
    for name in ("events.parquet", "events.csv", "products.parquet", "media.jsonl.gz", "other.csv"):
        (tmp_path / name).touch()
    assert [path.name for _, path in table_files(tmp_path)] == [
        *("events.parquet", "events.csv", "media.jsonl.gz")
    ]


def test_a_person_is_known_by_id_and_by_pseudonym_and_by_nothing_else() -> None:
    make = Tokens(bytes(range(32)))
    name = make.identifier("customer_id", "ann")
    for person in (Person("ann", make), Person(name, make)):
        assert person.owns("ann") and person.owns(name)
        assert not any(person.owns(other) for other in ("bob", "an", "ann ", "", None, name[:-1]))
    assert not Person(name).owns("ann")  # without the key nobody can tell
