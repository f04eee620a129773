"""Files and folders decrypted: everything back as it was, or nothing at all."""

import csv
import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privgen.anonymize import Cipher, Policy, Scrubber, reverse, scrub_silo
from privgen.errors import DataError, KeyFileError, RunError
from privgen.schema import TABLES
from privgen.tables import TableWriter, read_table

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
CIPHER = Cipher([OLD])
NASTY = 'Ann "the" Lee,\n张伟; \\ tab\t'
TOKEN = CIPHER.encrypt("PERSON", NASTY)
ROWS = [
    {"id": "1", "text": f"from {TOKEN} and {TOKEN}", "n": 1.50},
    {"id": "2", "text": 'none, "quoted"', "n": 2},
]


def files(tmp_path):
    """One file of each kind that holds `ROWS`, with how to read it back."""
    texts = {"jsonl": "".join(json.dumps(row) + "\n" for row in ROWS), "txt": f"a {TOKEN} b {TOKEN}\r\n"}
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(ROWS[0]))
    writer.writeheader()
    writer.writerows(ROWS)
    texts["csv"] = buffer.getvalue()
    for kind, text in texts.items():
        (tmp_path / f"t.{kind}").write_bytes(text.encode())
        with gzip.open(tmp_path / f"g.{kind}.gz", "wb") as handle:
            handle.write(text.encode())
        with pa.output_stream(str(tmp_path / f"z.{kind}.zst"), compression="zstd") as handle:
            handle.write(text.encode())
    table = pa.table(
        {
            "id": ["1", "2"],
            "text": [row["text"] for row in ROWS],
            "map": pa.array([[("k", TOKEN)], []], pa.map_(pa.string(), pa.string())),
            "list": pa.array([[TOKEN], None], pa.list_(pa.large_string())),
            "n": [1, 2],
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    return tmp_path


def content(path):
    with pa.input_stream(str(path)) as handle:  # compression by name
        return handle.read().decode()


@pytest.mark.parametrize("name", ["t.{}", "g.{}.gz", "z.{}.zst"])
def test_each_format_comes_back(tmp_path, name):
    folder = files(tmp_path)
    for kind in ("csv", "jsonl", "txt"):
        source, out = folder / name.format(kind), tmp_path / f"out-{name.format(kind)}"
        assert reverse(source, out, [NEW, OLD])["values"] == 2
        text = content(out)
        wanted = f"from {NASTY} and {NASTY}"
        if kind == "csv":
            found = list(csv.DictReader(io.StringIO(text, newline="")))
            assert found == [
                {"id": "1", "text": wanted, "n": "1.5"},
                {"id": "2", "text": ROWS[1]["text"], "n": "2"},
            ]
        elif kind == "jsonl":
            assert [json.loads(line) for line in text.splitlines()] == [{**ROWS[0], "text": wanted}, ROWS[1]]
            assert text.splitlines()[1] == json.dumps(ROWS[1])
        else:
            assert text == f"a {NASTY} b {NASTY}\r\n"
        assert out.stat().st_mode & 0o077 == 0


def test_parquet_with_nested_columns_comes_back(tmp_path):
    folder = files(tmp_path)
    assert reverse(folder / "t.parquet", tmp_path / "o.parquet", [OLD])["values"] == 4
    before, after = pq.read_table(folder / "t.parquet"), pq.read_table(tmp_path / "o.parquet")
    assert after.schema == before.schema
    assert after.to_pylist() == [
        {"id": "1", "text": f"from {NASTY} and {NASTY}", "map": [("k", NASTY)], "list": [NASTY], "n": 1},
        before.to_pylist()[1],
    ]


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), st.sampled_from([",", ";", "\t"]))
def test_any_text_comes_back_from_csv_and_jsonl(tmp_path_factory, value, delimiter):
    folder = tmp_path_factory.mktemp("any")
    token = CIPHER.encrypt("PERSON", value)
    with (folder / "a.csv").open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, delimiter=delimiter).writerows([["id", "text"], ["1", token]])
    reverse(folder / "a.csv", folder / "b.csv", [OLD])
    with (folder / "b.csv").open(newline="", encoding="utf-8") as handle:
        assert list(csv.reader(handle, delimiter=delimiter)) == [["id", "text"], ["1", value]]
    (folder / "a.jsonl").write_text(
        json.dumps({"text": token}).replace("<", "\\u003c").replace(">", "\\u003e")
    )
    reverse(folder / "a.jsonl", folder / "b.jsonl", [OLD])
    assert json.loads((folder / "b.jsonl").read_bytes()) == {"text": value}


@pytest.mark.parametrize("name", ["t.csv", "g.jsonl.gz", "t.txt", "t.parquet"])
def test_a_wrong_key_or_a_changed_value_leaves_nothing(tmp_path, name):
    source = files(tmp_path) / name
    out = tmp_path / "new" / name
    with pytest.raises(KeyFileError, match="needs the key"):
        reverse(source, out, [NEW])
    if name in ("t.csv", "t.txt"):
        source.write_bytes(
            source.read_bytes().replace(TOKEN[20:30].encode(), TOKEN[20:30].swapcase().encode(), 1)
        )
        reverse(source, tmp_path / f"case-{name}", [OLD])  # case does not matter
        source.write_bytes(source.read_bytes().replace(TOKEN[-9:].encode(), b"bbbbbbbb>", 1))
        with pytest.raises(KeyFileError, match="was changed or cut"):
            reverse(source, out, [OLD])
    assert not list((tmp_path / "new").iterdir())


def test_a_folder_comes_back_whole_or_not_at_all(tmp_path):
    folder = files(tmp_path / "in" if not (tmp_path / "in").mkdir() else tmp_path)
    (folder / "sub").mkdir()
    (folder / "sub" / "a.txt").write_text(TOKEN)
    (folder / "scrub.json").write_text("{}")
    calls = []
    done = reverse(folder, tmp_path / "out", [OLD], progress=lambda *call: calls.append(call))
    assert done["left_out"] == ["scrub.json"] and done["values"] == 9 * 2 + 4 + 1
    assert json.loads((tmp_path / "out" / "reverse.json").read_text()) == done
    assert (tmp_path / "out" / "sub" / "a.txt").read_bytes().decode() == NASTY
    assert calls[-1][:2] == (11, 11)
    (folder / "z.txt").write_text(Cipher([b"a third key, long enough"]).encrypt("ID", "x"))
    with pytest.raises(KeyFileError):
        reverse(folder, tmp_path / "other", [OLD])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


def test_bad_places_are_refused(tmp_path):
    folder = files(tmp_path / "in" if not (tmp_path / "in").mkdir() else tmp_path)
    cases = [
        (folder / "missing.csv", tmp_path / "o.csv", DataError, "no such file"),
        (folder / "t.csv", tmp_path / "o.jsonl", DataError, "must be of one format"),
        (folder / "t.csv", folder / "t.csv", DataError, "another file"),
        (folder, folder / "out", DataError, "outside"),
        (tmp_path, tmp_path, DataError, "outside"),
        (folder, folder.parent / "full", RunError, r"holds no reverse\.json"),
    ]
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious.txt").write_text("x")
    for source, out, error, fault in cases:
        with pytest.raises(error, match=fault):
            reverse(source, out, [OLD])
    (folder / "bad.txt").write_bytes(b"\xff\xfe broken")
    with pytest.raises(DataError, match=r"bad\.txt: not readable"):
        reverse(folder / "bad.txt", tmp_path / "o.txt", [OLD])


def test_a_scrubbed_silo_comes_back_and_a_rotated_key_scrubs_it_anew(tmp_path):
    silo, scrubbed, clear = tmp_path / "silo", tmp_path / "scrubbed", tmp_path / "clear"
    row = dict.fromkeys(column.name for column in TABLES["customers"].columns)
    people = [row | {"customer_id": f"c{i}", "consent": {}, "name": f"Name{i} Lee"} for i in range(30)]
    with TableWriter(silo, "customers") as writer:
        writer.write(people)
    policy = Policy(entities={"PERSON": "encrypt", "CUSTOMER_ID": "encrypt"})
    scrub_silo(silo, scrubbed, scrubber=Scrubber(key=OLD, policy=policy))
    with pytest.raises(KeyFileError):
        reverse(scrubbed, clear, [NEW])  # rotated out
    assert not clear.exists()
    reverse(scrubbed, clear, [NEW, OLD])
    assert [r for batch in read_table(clear, "customers") for r in batch] == people
    scrub_silo(clear, tmp_path / "again", scrubber=Scrubber(key=NEW, policy=policy))
    reverse(scrubbed, tmp_path / "rotated", [NEW, OLD], rotate=True)
    both = [
        [r for batch in read_table(tmp_path / name, "customers") for r in batch]
        for name in ("again", "rotated")
    ]
    assert both[0] == both[1]
    reverse(tmp_path / "rotated", tmp_path / "clear2", [NEW])
