"""How long work tells how far it is, without knowing who shows it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called with work done so far, the total (None if unknown) and a word on what is going on."""

    def __call__(self, done: float, total: float | None, label: str) -> None:
        """Show it."""
        ...


def silent(done: float, total: float | None, label: str) -> None:
    """Show nothing: the default of every library function."""
