"""Parts: finished ones are kept for the same work, and for no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.files import write_jsonl
from privgen.parts import Parts, fingerprint_of


def test_finished_parts_are_kept_for_the_same_work(tmp_path: Path) -> None:
    parts = Parts(tmp_path / "parts", "a")
    write_jsonl(parts.path("m1"), [1, 2])
    again = Parts(tmp_path / "parts", "a")
    assert again.done("m1") and not again.done("m2")
    assert not Parts(tmp_path / "parts", "b").done("m1")
    assert not Parts(tmp_path / "parts", "a").done("m1")  # thrown away, not only hidden


def test_parts_join_in_the_order_of_their_names_and_go(tmp_path: Path) -> None:
    parts = Parts(tmp_path / "parts", "a")
    for name, lines in (("m2", [3]), ("m1", [1, 2]), ("m3", [])):
        write_jsonl(parts.path(name), lines)
    parts.join(["m1", "m3", "m2"], tmp_path / "all.jsonl")
    assert (tmp_path / "all.jsonl").read_text() == "1\n2\n3\n"
    assert not parts.folder.exists()


def test_a_part_that_is_missing_leaves_no_joined_file(tmp_path: Path) -> None:
    parts = Parts(tmp_path / "parts", "a")
    write_jsonl(parts.path("m1"), [1])
    with pytest.raises(FileNotFoundError):
        parts.join(["m1", "m2"], tmp_path / "all.jsonl")
    assert not (tmp_path / "all.jsonl").exists() and parts.done("m1")
    assert [path.name for path in tmp_path.iterdir()] == ["parts"]


@given(st.lists(st.text("ab\0", max_size=3), max_size=3), st.lists(st.text("ab", max_size=3), max_size=3))
def test_a_fingerprint_tells_different_things_apart(first: list[str], second: list[str]) -> None:
    assert fingerprint_of(*first) == fingerprint_of(*first)
    plain = [text.replace("\0", "") for text in first]
    if plain != second and (plain or [""]) != (second or [""]):
        assert fingerprint_of(*plain) != fingerprint_of(*second)
