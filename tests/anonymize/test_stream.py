"""Files of every format: equal to scrubbing each cell, order and types kept, bad records set aside."""

import contextlib
import csv
import gzip
import io
import json
import os
import signal
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privgen.anonymize import Policy, Scrubber, Span, journal, scrub_file, scrub_folder
from privgen.anonymize import blocks as blocks_module
from privgen.errors import ConfigError, DataError, RunError
from privgen.files import read_json

KEY = bytes(range(32))
SCRUBBER = Scrubber(key=KEY)
CODECS = {"": "", ".gz": "gzip", ".zst": "zstd"}
PERSONAL = [
    "mail ann.lee@example.com",
    "电话13800138000。",
    "card 4111 1111 1111 1111",
    "Dear Mary, hi",
    "13800138000",
]

texts = st.one_of(
    st.sampled_from(PERSONAL),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
    st.sampled_from(['5" screen', '"', "a,b", "two\nlines", "tab\there", "\r", '""', " "]),
)
quick = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def write(path: Path, data: bytes) -> None:
    codec = CODECS.get(path.suffix, "")
    if codec == "gzip":
        data = gzip.compress(data)
    elif codec:
        data = pa.Codec(codec).compress(data, asbytes=True)
    path.write_bytes(data)


def read(path: Path) -> bytes:
    codec = CODECS.get(path.suffix, "")
    if not codec:
        return path.read_bytes()
    pieces = []
    with pa.CompressedInputStream(path.open("rb"), codec) as stream:
        while piece := stream.read(1 << 16):
            pieces.append(piece)
    return b"".join(pieces)


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def both(source: Path, **options) -> tuple[Path, dict]:
    """Scrub with one worker and with two; the bytes agree."""
    one, two = (source.with_name(f"{word}-{source.name}") for word in ("one", "two"))
    report = scrub_file(source, one, scrubber=options.pop("scrubber", SCRUBBER), workers=1, **options)
    scrub_file(source, two, scrubber=SCRUBBER, workers=2, **options)
    assert one.read_bytes() == two.read_bytes()
    return one, report


def plain(text: str) -> str:
    return SCRUBBER.scrub(text).text


@quick
@given(st.data())
def test_csv_round_trips_and_equals_scrubbing_each_cell(data):
    width = data.draw(st.integers(1, 4))
    rows = data.draw(st.lists(st.lists(texts, min_size=width, max_size=width), max_size=12))
    ending = data.draw(st.sampled_from([".csv", ".tsv", ".csv.gz", ".csv.zst"]))
    delimiter = "\t" if "tsv" in ending else ","
    handle = io.StringIO(newline="")
    style = data.draw(st.sampled_from([("\r\n", csv.QUOTE_MINIMAL), ("\n", csv.QUOTE_ALL)]))
    writer = csv.writer(handle, delimiter=delimiter, lineterminator=style[0], quoting=style[1])
    writer.writerows([[f"c{i}" for i in range(width)], *rows])
    with folder() as home:
        source = home / f"in{ending}"
        write(source, handle.getvalue().encode())
        out = home / f"out{ending}"
        report = scrub_file(source, out, scrubber=SCRUBBER, workers=1)
        header, *found = csv.reader(io.StringIO(read(out).decode(), newline=""), delimiter=delimiter)
    assert header == [f"c{i}" for i in range(width)]
    assert found == [[plain(cell) for cell in row] for row in rows]
    assert (report["rows"], report["rejected"]) == (len(rows), 0) and report["residual"] == {}
    assert report["changed"] == sum(found[i] != row for i, row in enumerate(rows))


values = st.recursive(
    st.one_of(texts, st.integers(-(1 << 70), 1 << 70), st.floats(allow_nan=False), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)


def scrubbed(value):
    """The slow way: every text, key and number of a value on its own."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {plain(key): scrubbed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [scrubbed(item) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1:
        digits = str(abs(int(value)))
        return (
            plain(digits) if len(digits) >= 7 and abs(value) < 1 << 63 and plain(digits) != digits else value
        )
    return value


@quick
@given(
    st.lists(st.dictionaries(st.sampled_from(["id", "t", "u"]), values), max_size=10),
    st.sampled_from(list(CODECS)),
)
def test_json_lines_round_trip_and_equal_scrubbing_each_value(rows, ending):
    lines = [json.dumps(row, ensure_ascii=i % 2 == 0) for i, row in enumerate(rows)]
    with folder() as home:
        source, out = home / f"in.jsonl{ending}", home / f"out.jsonl{ending}"
        write(source, "".join(line + "\n" for line in lines).encode())
        report = scrub_file(source, out, scrubber=SCRUBBER)
        found = read(out).decode().split("\n")[:-1]
    assert [json.loads(line) for line in found] == [scrubbed(row) for row in rows]
    for line, new in zip(lines, found, strict=True):
        assert new == line or json.loads(new) != json.loads(line)  # what holds nothing stays byte for byte
    assert (report["rows"], report["rejected"]) == (len(rows), 0)


@quick
@given(
    st.lists(texts.filter(lambda t: "\n" not in t), max_size=15), st.sampled_from(list(CODECS)), st.booleans()
)
def test_lines_round_trip_and_equal_scrubbing_each_line(lines, ending, last):
    body = "\n".join(lines) + "\n" * last
    with folder() as home:
        source, out = home / f"in.log{ending}", home / f"out.log{ending}"
        write(source, body.encode())
        scrub_file(source, out, scrubber=SCRUBBER)
        found = read(out).decode()
    ends = ["\r" if line.endswith("\r") else "" for line in lines]
    assert (
        found.split("\n")[: len(lines)]
        == [plain(line.removesuffix("\r")) + end for line, end in zip(lines, ends, strict=True)]
        or not lines
    )


TABLE_TYPES = {
    "text": pa.string(),
    "large": pa.large_string(),
    "words": pa.dictionary(pa.int32(), pa.string()),
    "list": pa.list_(pa.string()),
    "map": pa.map_(pa.string(), pa.list_(pa.string())),
    "struct": pa.struct([("a", pa.string()), ("at", pa.timestamp("ns"))]),
    "bytes": pa.binary(),
    "price": pa.float64(),
    "day": pa.date32(),
    "flag": pa.bool_(),
}


def parquet_rows(text):
    return st.fixed_dictionaries(
        {
            "text": st.none() | text,
            "large": st.none() | text,
            "words": st.none() | text,
            "list": st.none() | st.lists(st.none() | text, max_size=3),
            "map": st.none()
            | st.lists(st.tuples(st.sampled_from("xyz"), st.lists(text, max_size=2)), max_size=2),
            "struct": st.none()
            | st.fixed_dictionaries({"a": st.none() | text, "at": st.none() | st.just(1)}),
            "bytes": st.none() | text.map(str.encode),
            "price": st.none() | st.floats(0, 99),
            "day": st.none() | st.dates(),
            "flag": st.none() | st.booleans(),
        }
    )


def cells(value):
    """As `scrubbed`, for what `to_pylist` gives; map keys included, struct names not."""
    if isinstance(value, bytes):
        return plain(value.decode()).encode()
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {key: cells(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(cells(item) for item in value)
    return value


@quick
@given(
    st.lists(parquet_rows(texts), max_size=12),
    st.sampled_from(["snappy", "zstd", "none"]),
    st.integers(1, 20),
)
def test_parquet_round_trips_with_its_types(rows, compression, group):
    schema = pa.schema(list(TABLE_TYPES.items()))
    table = pa.table(
        {name: pa.array([r[name] for r in rows], kind) for name, kind in TABLE_TYPES.items()}, schema
    )
    with folder() as home:
        source = home / "in.parquet"
        pq.write_table(table, source, compression=compression, row_group_size=group)
        out, report = both(source)
        found = pq.read_table(out)
        if rows:
            codec = pq.read_metadata(out).row_group(0).column(0).compression
            assert codec == {"none": "UNCOMPRESSED"}.get(compression, compression.upper())
    assert found.schema == pq.read_schema(source) if source.exists() else found.schema == schema
    for name in TABLE_TYPES:
        assert found.column(name).to_pylist() == [cells(v) for v in table.column(name).to_pylist()]
    assert (report["rows"], report["rejected"], report["texts"]) == (len(rows), 0, [])


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
    rejects = [
        json.loads(line) for line in out.with_name(f"{out.name}.rejects.jsonl").read_text().splitlines()
    ]
    assert [(r["file"], r["row"]) for r in rejects] == [("t.csv", 78), ("t.csv", 204)]
    assert calls[-1][0] == calls[-1][1] == source.stat().st_size
    assert report["changed"] == sum(1 for row in rows if len(row) == 2 and "@" in row[1])
    assert json.loads(out.with_name(f"{out.name}.scrub.json").read_text()).items() <= report.items()


def rejects(out: Path) -> dict[int, str]:
    path = out.with_name(f"{out.name}.rejects.jsonl")
    lines = path.read_text().splitlines() if path.exists() else []
    assert all(set(json.loads(line)) == {"file", "row", "reason"} for line in lines)
    return {json.loads(line)["row"]: json.loads(line)["reason"] for line in lines}


def scrub(
    tmp_path: Path, name: str, data: bytes, scrubber: Scrubber = SCRUBBER
) -> tuple[bytes, dict[int, str]]:
    source, out = tmp_path / name, tmp_path / f"out-{name}"
    source.write_bytes(data)
    scrub_file(source, out, scrubber=scrubber)
    return read(out), rejects(out)


def test_a_50_mb_line_is_set_aside(tmp_path):
    data = b"first a@b.com\n" + b"x a@b.com " * 5_200_000 + b"\nlast\n"
    found, aside = scrub(tmp_path, "a.log", data)
    assert found == plain("first a@b.com").encode() + b"\nlast\n"
    assert list(aside) == [2] and "more than 4 MB" in aside[2]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_a_50_mb_record_of_other_formats_is_set_aside(tmp_path, name):
    big = b"y" * 50_000_000
    record = b'{"t":"%s"}' % big if "jsonl" in name else b'1,"%s"' % big
    good = [b'{"t":"a@b.com"}', b'{"t":"z"}'] if "jsonl" in name else [b"1,a@b.com", b"2,z"]
    head = b"" if "jsonl" in name else b"id,t\n"
    found, aside = scrub(tmp_path, name, head + b"\n".join([good[0], record, good[1]]) + b"\n")
    assert b"@" not in found and found.endswith(good[1] + b"\n") and list(aside) == [2]


def test_deep_json_and_other_bad_lines_are_set_aside(tmp_path):
    deep = b'{"a":' * 100_000 + b'"a@b.com"' + b"}" * 100_000
    lines = [
        b'{"a":"ok"}',
        deep,
        b'{"a":"a@b.com","a":1}',
        b'{"a":"\xff"}',
        b'{"a":"a@b.com"',
        b'{"a":"a\0b"}',
        b'{"13800138000":1}',
        b'{"a":{"a@b.com":1,"a@B.com":2}}',
        b"[1,2]",
    ]
    found, aside = scrub(tmp_path, "a.jsonl", b"\n".join(lines))
    assert found == b'{"a":"ok"}\n[1,2]'
    words = (
        "nested too deep",
        "same key twice",
        "not UTF-8",
        "not JSON",
        "NUL byte",
        "holds personal data",
        "same key",
    )
    assert list(aside) == [2, 3, 4, 5, 6, 7, 8]
    assert all(word in reason for word, reason in zip(words, aside.values(), strict=True))


def test_broken_quoting_costs_its_own_line(tmp_path):
    data = (
        b'id,t\n1,"open a@b.com\n2,fine\n3,"closed, then"junk\n4,"two\nlines"\n5,5" screen\n6,"never closed\n'
    )
    found, aside = scrub(tmp_path, "a.csv", data)
    assert found == b'id,t\n2,fine\n4,"two\nlines"\n5,5" screen\n'
    assert list(aside) == [1, 3, 6] and all("quoting" in reason for reason in aside.values())


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_of_a_file_that_is_cut_off_the_rest_is_written(tmp_path, ending):
    lines = [f"line {i} user{os.urandom(30).hex()}@shop.com\n".encode() for i in range(3000)]
    source, out = tmp_path / f"a.log{ending}", tmp_path / f"out.log{ending}"
    write(source, b"".join(lines))
    source.write_bytes(source.read_bytes()[:-20_000])
    report = scrub_file(source, out, scrubber=SCRUBBER)
    found, aside = read(out).splitlines(), rejects(out)
    assert 1000 < len(found) == report["rows"] < 3000 and all(b"@" not in line for line in found)
    assert list(aside) == [len(found) + 1] and "cut off" in aside[len(found) + 1]


class Nasty:
    """Raises, hangs or kills its process on certain texts."""

    name = "nasty"

    def find(self, text):
        if "raise" in text:
            raise RuntimeError(text)
        if "loop" in text:
            while True:
                pass
        if "kill" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        return [Span("PERSON", text.index("Zoe"), text.index("Zoe") + 3, 0.9)] if "Zoe" in text else []


@pytest.mark.parametrize("workers", [1, 2])
def test_recogniser_errors_time_outs_and_killed_workers_cost_one_record(tmp_path, workers):
    scrubber = Scrubber(key=KEY, finders=[Nasty()], time_limit=0.3)
    rows = ["a Zoe", "raise secret", "b", "loop secret", "kill secret", "c Zoe"]
    source, out = tmp_path / "a.log", tmp_path / "out.log"
    source.write_text("\n".join(rows))
    report = scrub_file(source, out, scrubber=scrubber, workers=workers)
    token = scrubber.scrub("Zoe").text
    assert out.read_text() == f"a {token}\nb\nc {token}" and report["rejected"] == 3
    aside = rejects(out)
    assert list(aside) == [2, 4, 5] and "secret" not in str(aside)
    assert "RuntimeError" in aside[2] and "longer than" in aside[4] and "died" in aside[5]
    table = pa.table({"t": rows, "n": range(6)})
    pq.write_table(table, tmp_path / "a.parquet")
    scrub_file(tmp_path / "a.parquet", tmp_path / "out.parquet", scrubber=scrubber, workers=workers)
    assert pq.read_table(tmp_path / "out.parquet").column("n").to_pylist() == [0, 2, 5]
    assert list(rejects(tmp_path / "out.parquet")) == [2, 4, 5]


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
    import datetime as dt

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


def test_a_damaged_row_group_is_set_aside(tmp_path):
    table = pa.table({"t": [f"user{i}@shop.com" for i in range(300)]})
    source = tmp_path / "a.parquet"
    pq.write_table(table, source, row_group_size=100, compression="gzip", use_dictionary=False)
    column = pq.read_metadata(source).row_group(1).column(0)
    data = bytearray(source.read_bytes())
    middle = column.data_page_offset + column.total_compressed_size // 2
    data[middle : middle + 40] = bytes(40)
    source.write_bytes(data)
    out, report = both(source)
    assert pq.read_table(out).num_rows == 200 == report["rows"]
    assert list(rejects(out)) == list(range(101, 201))


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
