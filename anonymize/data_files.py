"""Word lists that ship with the package."""

from __future__ import annotations

import tomllib
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
