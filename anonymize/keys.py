"""The key of pseudonyms and encryption: made once, kept in a file that only its owner can read."""

from __future__ import annotations

import hashlib
import re
import secrets
import stat
from pathlib import Path

from privgen.errors import KeyFileError
from privgen.files import write_once

KEY_BYTES = 32
MIN_KEY_BYTES = 16
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2})+")


def load_key(path: Path, create: bool = False) -> bytes:
    """Read the newest key of a key file; see `load_keys`.

    Args:
        path: The file; only its owner may read it (mode 0600 or 0400).
        create: Make a new key of 32 random bytes if there is no file.

    Raises:
        KeyFileError: Missing, readable by others, too short or unreadable; the message names the path only.
    """
    return load_keys(path, create)[0]


def load_keys(path: Path, create: bool = False) -> tuple[bytes, ...]:
    """Read a key file: a key in hex (at least 32 digits) per line, newest first; or at least 16 raw bytes.

    To rotate a key, put a new one on a line above the old ones: the first encrypts and makes pseudonyms,
    all of them decrypt. Lines that are empty or begin with `#` do not count.

    Raises:
        KeyFileError: As for `load_key`, or a line that is no key; the message names path and line only.
    """
    path = Path(path)
    try:
        if create and not path.exists():
            write_once(path, secrets.token_hex(KEY_BYTES) + "\n")
        mode = stat.S_IMODE(path.stat().st_mode)
        raw = path.read_bytes()
    except FileNotFoundError:
        raise KeyFileError(f"{path}: key file not found; make one with 32 random bytes, mode 0600") from None
    except OSError as fault:
        raise KeyFileError(f"{path}: key file not readable ({type(fault).__name__})") from None
    if mode & 0o077:
        raise KeyFileError(f"{path}: key file can be read by others; run: chmod 600 {path}")
    lines = {number: line.strip() for number, line in enumerate(raw.split(b"\n"), 1)}
    lines = {number: line for number, line in lines.items() if line and not line.startswith(b"#")}
    if not any(_HEX.fullmatch(line) and (len(lines) == 1 or len(line) >= 32) for line in lines.values()):
        return (check_key(raw, str(path)),)
    for number, line in lines.items():
        if not _HEX.fullmatch(line):
            raise KeyFileError(f"{path}: line {number} is not a key in hex")
    return tuple(check_key(bytes.fromhex(line.decode()), f"{path}: line {n}") for n, line in lines.items())


def check_key(key: bytes, where: str = "key") -> bytes:
    """Return `key` if it is usable.

    Raises:
        KeyFileError: Not bytes, shorter than 16 bytes, or a single repeated byte.
    """
    if not isinstance(key, bytes | bytearray) or len(key) < MIN_KEY_BYTES or len(set(key)) < 2:
        raise KeyFileError(f"{where}: a key needs at least {MIN_KEY_BYTES} random bytes")
    return bytes(key)


def key_id(key: bytes) -> str:
    """First 8 hex digits of a hash of the key: tells keys apart, tells nothing about a key."""
    return hashlib.sha256(b"privgen key id\0" + key).hexdigest()[:8]
