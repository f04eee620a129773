"""Word lists that ship with the package."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent / "data"


def wordlist(name: str) -> frozenset[str]:
    """The words of `data/<name>.txt`, separated by white space."""
    return frozenset((_FOLDER / f"{name}.txt").read_text(encoding="utf-8").split())


def toml(name: str) -> dict[str, Any]:
    """The values of `data/<name>.toml`."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def lines(name: str) -> tuple[str, ...]:
    """The lines of `data/<name>.txt` that are not empty."""
    text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line)


def lettered(name: str) -> frozenset[str]:
    """The characters of `data/<name>.txt`, white space apart."""
    return frozenset("".join((_FOLDER / f"{name}.txt").read_text(encoding="utf-8").split()))


@cache
def simplified() -> tuple[re.Pattern[str], dict[int, str]]:
    """A pattern of traditional Chinese characters, and a table from them to the simplified ones."""
    old, new = (_FOLDER / "simplified.txt").read_text(encoding="utf-8").split()
    return re.compile(f"[{old}]"), {ord(a): b for a, b in zip(old, new, strict=True)}


def pairs(name: str) -> list[tuple[str, str]]:
    """The `key:value` words of `data/<name>.txt`, in their order."""
    words = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").split()
    return [(key, value) for key, _, value in (word.partition(":") for word in words)]
