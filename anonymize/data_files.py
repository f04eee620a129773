"""Word lists that ship with the package."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "data"


def wordlist(name: str) -> frozenset[str]:
    """The words of `data/<name>.txt`, separated by white space."""
    return frozenset((_FOLDER / f"{name}.txt").read_text(encoding="utf-8").split())


def lines(name: str) -> tuple[str, ...]:
    """The lines of `data/<name>.txt` that are not empty."""
    text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line)
