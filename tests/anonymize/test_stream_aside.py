"""Bad records of a file are set aside with their row and reason, and nothing else is lost."""

import os
import signal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from stream_files import KEY, SCRUBBER, both, plain, read, rejects, write

from privgen.anonymize import Scrubber, Span, scrub_file


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
