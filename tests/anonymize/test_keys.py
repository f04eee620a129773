"""Key files: made once, private, and refused with one clear line."""

import os

import pytest

from privgen.anonymize import load_key, load_keys
from privgen.anonymize.keys import key_id
from privgen.errors import KeyFileError


def test_a_key_is_made_once_and_private(tmp_path):
    path = tmp_path / "keys" / "scrub.key"
    key = load_key(path, create=True)
    assert len(key) == 32 and load_key(path, create=True) == key == load_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["scrub.key"]


@pytest.mark.parametrize(
    "content", [bytes(range(16)), bytes(range(16)).hex().encode(), b"not hex, but long enough"]
)
def test_raw_and_hex_keys(tmp_path, content):
    path = tmp_path / "k"
    path.write_bytes(content)
    path.chmod(0o600)
    assert len(load_key(path)) >= 16


@pytest.mark.parametrize(
    ("content", "mode", "fault"),
    [
        (bytes(range(32)), 0o644, "chmod 600"),
        (bytes(range(32)), 0o620, "chmod 600"),
        (b"abc", 0o600, "at least 16"),
        (b"\0" * 32, 0o600, "at least 16"),
    ],
)
def test_bad_keys(tmp_path, content, mode, fault):
    path = tmp_path / "k"
    path.write_bytes(content)
    os.chmod(path, mode)
    with pytest.raises(KeyFileError, match=fault) as caught:
        load_key(path)
    assert content.hex() not in str(caught.value)


def test_a_missing_key_names_the_path(tmp_path):
    with pytest.raises(KeyFileError, match=r"missing\.key: key file not found"):
        load_key(tmp_path / "missing.key")


def test_key_ids_tell_keys_apart():
    assert key_id(b"a" * 32) != key_id(b"b" * 32)
    assert len(key_id(b"a" * 32)) == 8


def write(path, content):
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def test_a_key_file_holds_old_keys_below_the_newest(tmp_path):
    new, old = bytes(range(32)), bytes(range(32, 64))
    lines = f"# of 2026\n{new.hex()}\r\n\n# of 2025\n{old.hex().upper()}\n"
    path = write(tmp_path / "k", lines.encode())
    assert load_keys(path) == (new, old) and load_key(path) == new
    raw = write(tmp_path / "raw", b"\x00\n#\xff" + bytes(range(16)))
    assert load_keys(raw) == (raw.read_bytes(),)


@pytest.mark.parametrize("bad", ["not hex", "abcd", "0" * 64, bytes(range(31)).hex() + "0"])
def test_a_line_that_is_no_key_is_refused_by_its_number(tmp_path, bad):
    path = write(tmp_path / "k", f"{bytes(range(32)).hex()}\n{bad}\n".encode())
    with pytest.raises(KeyFileError, match="line 2") as caught:
        load_keys(path)
    assert bad not in str(caught.value)


def test_a_short_hex_key_is_not_taken_for_raw_bytes(tmp_path):
    with pytest.raises(KeyFileError, match="at least 16"):
        load_key(write(tmp_path / "k", bytes(range(10)).hex().encode()))
