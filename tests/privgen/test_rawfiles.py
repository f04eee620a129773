from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.errors import DataError, RowError
from privgen.rawfiles import RawFile, column_names, read_raw

CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
CANARY = "anna@example.org"


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6), st.sampled_from([",", ";", "\t"]))
def test_csv_gives_back_what_a_csv_writer_wrote(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], comma: str
) -> None:
    path = tmp_path_factory.mktemp("csv") / "x.csv.gz"
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=comma, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    path.write_bytes(gzip.compress(text.getvalue().encode()))
    got = list(RawFile(path, comma).rows())
    assert got == [(i, {"a": a, "b": b}) for i, (a, b) in enumerate(rows, 1)]


def test_formats_agree(tmp_path: Path) -> None:
    rows = [{"id": "1", "text": "très 好"}, {"id": "2", "text": "b"}]
    (tmp_path / "x.csv").write_text("\ufeffid,text\n1,très 好\n2,b\n")
    (tmp_path / "x.tsv").write_text("id\ttext\n1\ttrès 好\n\n2\tb\n")
    (tmp_path / "x.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "x.parquet")
    for name in ("x.csv", "x.tsv", "x.jsonl", "x.parquet"):
        assert list(read_raw(tmp_path / name)) == [rows], name
        assert column_names(tmp_path / name) == ("id", "text"), name
        assert [len(batch) for batch in read_raw(tmp_path / name, 1)] == [1, 1], name


def test_a_header_alone_has_columns_and_no_rows(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,text\n")
    assert column_names(tmp_path / "x.csv") == ("id", "text")
    assert list(read_raw(tmp_path / "x.csv")) == []


def test_encoding(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes("name\nMüller\n".encode("cp1252"))
    assert list(RawFile(tmp_path / "x.csv", encoding="cp1252").rows()) == [(1, {"name": "Müller"})]
    with pytest.raises(DataError, match="UnicodeDecodeError"):
        list(read_raw(tmp_path / "x.csv"))


def test_a_broken_row_is_told_apart_from_a_broken_file(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(f"id,text\n1,a\n2\n3,b,{CANARY}\n4,c\n")
    rows = list(RawFile(tmp_path / "x.csv").rows())
    assert [(n, row.reason if isinstance(row, RowError) else row["id"]) for n, row in rows] == [
        (1, "1"),
        (2, "row has 1 cells, the header has 2"),
        (3, "row has 3 cells, the header has 2"),
        (4, "4"),
    ]
    with pytest.raises(DataError, match="row 2: row has 1 cells"):
        list(read_raw(tmp_path / "x.csv"))
    (tmp_path / "x.jsonl").write_text(f'{{"a": 1}}\n{CANARY}\n[1]\n' + "[" * 100_000 + "\n")
    faults = [row for _, row in RawFile(tmp_path / "x.jsonl").rows() if isinstance(row, RowError)]
    assert [fault.reason for fault in faults] == [
        "line is not JSON",
        "line is not a JSON object",
        "line is not JSON",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", b""),
        ("x.csv", b"\n"),
        ("x.csv", b"id,id\n1,2\n"),
        ("x.csv.gz", b"not gzip, " + CANARY.encode()),
        ("x.csv.gz", gzip.compress(b"id\n" + b"x\n" * 5_000, mtime=0)[:-20]),
        ("x.csv.gz", gzip.compress(b"id\n", mtime=0)[:10] + b"\xff" * 40),
        ("x.jsonl", b'{"a": "\xff\xfe"}'),
        ("x.parquet", b"PAR1 " + CANARY.encode()),
        ("x.xlsx", b"PK"),
    ],
)
def test_an_unreadable_file_is_one_line_with_its_name(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError) as fault:
        list(read_raw(path))
    message = str(fault.value)
    assert message.startswith(str(path)) and "\n" not in message and CANARY not in message


def test_missing_file_and_folder(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for name in ("gone.csv", "gone.parquet", "gone.jsonl", "folder.csv"):
        with pytest.raises(DataError, match=name):
            list(read_raw(tmp_path / name))


def test_position_grows_up_to_the_size(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("id\n" + "abc\n" * 30_000)
    seen: list[int] = []
    assert sum(1 for _ in RawFile(path).rows(seen.append)) == 30_000
    assert seen == sorted(seen) and seen[0] > 0 and seen[-1] == path.stat().st_size
