from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.errors import DataError, RunError
from privgen.files import (
    atomic_open,
    atomic_path,
    canonical_json,
    read_json,
    read_jsonl,
    sha256_file,
    sha256_text,
    sha256_tree,
    staged_folder,
    write_json,
    write_jsonl,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_canonical_json_reads_back_and_is_one_text_per_value(value: object) -> None:
    text = canonical_json(value)
    assert json.loads(text) == value
    assert canonical_json(json.loads(text)) == text


def test_canonical_json_ignores_key_order_and_refuses_nan() -> None:
    assert canonical_json({"b": 1, "a": 2}) == canonical_json({"a": 2, "b": 1})
    with pytest.raises(ValueError, match="range"):
        canonical_json(float("nan"))


def test_hashes_agree_with_hashlib(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\xe5\x95\x86" * 100_000)
    assert sha256_file(path) == hashlib.sha256(path.read_bytes()).hexdigest() == sha256_text("商" * 100_000)


def test_tree_hash_sees_name_and_content_but_no_left_over(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("1")
    first = sha256_tree(tmp_path)
    (tmp_path / "a" / ".x.1.2.tmp").write_text("cut off")
    assert sha256_tree(tmp_path) == first
    (tmp_path / "a" / "x").rename(tmp_path / "a" / "y")
    second = sha256_tree(tmp_path)
    (tmp_path / "a" / "y").write_text("2")
    assert len({first, second, sha256_tree(tmp_path)}) == 3


def test_tree_hash_of_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        sha256_tree(tmp_path / "gone")


def test_atomic_open_keeps_the_old_file_when_the_writer_fails(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), atomic_open(path) as handle:
        handle.write("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["x.txt"]


def test_atomic_path_makes_folders_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "x.bin"
    for content in (b"1", b"2"):
        with atomic_path(path) as temporary:
            temporary.write_bytes(content)
            assert temporary.parent == path.parent
    assert path.read_bytes() == b"2"
    assert os.listdir(path.parent) == ["x.bin"]


def test_a_killed_writer_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_json(path, {"run": 1})
    code = (
        "import os, signal, sys, pathlib\nfrom privgen.files import atomic_open\n"
        "with atomic_open(pathlib.Path(sys.argv[1])) as handle:\n"
        "    handle.write('half'); handle.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(path)], check=False).returncode == -9
    assert read_json(path) == {"run": 1}


@given(st.lists(st.dictionaries(st.text(), st.integers() | st.text(), max_size=3), max_size=5))
def test_jsonl_round_trip(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]]) -> None:
    path = tmp_path_factory.mktemp("jsonl") / "x.jsonl"
    assert write_jsonl(path, rows) == len(rows)
    assert list(read_jsonl(path)) == rows


def test_faults_name_the_file_and_line_and_never_the_content(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"a": 1}\nanna@example.org\n')
    with pytest.raises(DataError, match="line 2 is not JSON") as fault:
        list(read_jsonl(path))
    assert "anna" not in str(fault.value)
    with pytest.raises(DataError, match="not readable as JSON") as fault:
        read_json(path)
    assert "anna" not in str(fault.value)
    path.write_bytes(b'{"a": "\xff"}\n')
    with pytest.raises(DataError, match="UTF-8"):
        list(read_jsonl(path))
    for read in (read_json, lambda p: list(read_jsonl(p))):
        with pytest.raises(DataError, match="not found"):
            read(tmp_path / "gone")


def _make(path: Path, content: str) -> None:
    with staged_folder(path, marker="done.json") as folder:
        (folder / "x").write_text(content)
        write_json(folder / "done.json", {})


def test_staged_folder_appears_whole_and_replaces_its_own(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _make(out, "1")
    with pytest.raises(RuntimeError), staged_folder(out, marker="done.json") as folder:
        (folder / "x").write_text("half")
        raise RuntimeError
    assert (out / "x").read_text() == "1"
    _make(out, "2")
    assert (out / "x").read_text() == "2"
    assert os.listdir(tmp_path) == ["out"]


def test_staged_folder_never_replaces_what_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_text("mine")
    with pytest.raises(RunError, match=r"holds no done\.json"):
        _make(tmp_path, "1")
    assert os.listdir(tmp_path) == ["holiday.jpg"]
    with pytest.raises(RunError):
        _make(tmp_path / "holiday.jpg", "1")


def test_two_writers_of_one_folder_do_not_meet(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with staged_folder(out, marker="done.json") as folder:
        (folder / "x").write_text("first")
        with pytest.raises(RunError, match="another process"):
            _make(out, "second")
        write_json(folder / "done.json", {})
    assert (out / "x").read_text() == "first"


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    stale = tmp_path / ".out.new.tmp" / "merchant"
    stale.mkdir(parents=True)
    (stale / "y").write_text("stale")
    _make(tmp_path / "out", "1")
    assert sorted(os.listdir(tmp_path / "out")) == ["done.json", "x"]
