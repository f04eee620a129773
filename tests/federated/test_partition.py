"""The salt beside a ledger: one for all who ask, however many draw it at once."""

from __future__ import annotations

import itertools
import secrets
from pathlib import Path

import pytest

from privgen.federated.partition import customer_key, salt_of


def test_two_that_draw_a_salt_at_once_get_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other draws, writes and reads between our look for the file and our writing it."""
    ledger, draws, others = tmp_path / "books" / "m.jsonl", itertools.count(), []

    def drawn(size: int) -> str:
        if next(draws) == 0:
            others.append((salt_of(ledger), customer_key(ledger, "m", None)))
        return real(size)

    real = secrets.token_hex
    monkeypatch.setattr(secrets, "token_hex", drawn)
    ours = salt_of(ledger)
    assert others == [(ours, customer_key(ledger, "m", None))] and next(draws) == 2
    assert len(ours) == 64 and ledger.with_suffix(".salt").read_text() == ours
    assert [path.name for path in ledger.parent.iterdir()] == ["m.salt"]  # nothing else is left
    assert ledger.with_suffix(".salt").stat().st_mode & 0o777 == 0o600
