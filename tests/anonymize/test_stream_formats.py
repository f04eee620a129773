"""Files of every format: equal to scrubbing each cell, order and types kept."""

import contextlib
import csv
import io
import json
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stream_files import CODECS, SCRUBBER, both, plain, read, write

from privgen.anonymize import scrub_file

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

quick = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


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
