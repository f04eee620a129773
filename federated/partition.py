"""Which customers a merchant holds out, and whose turn it is: by a keyed hash of each one's own id.

Adding or removing a customer moves no other customer, which a split by order or by number would do. The key
is the salt that lies beside the merchant's ledger: it outlives rounds, restarts and runs.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from pathlib import Path

from privgen.errors import DataError
from privgen.files import write_once

_SPAN = 2**64


def salt_of(ledger: Path) -> str:
    """The secret beside a ledger, drawn when it is first asked for; of two that draw at once, one's for both.

    Raises:
        DataError: It cannot be read or written.
    """
    path = ledger.with_suffix(".salt")
    try:
        if not path.exists():
            write_once(path, secrets.token_hex(32))
        return path.read_text(encoding="ascii")
    except (OSError, ValueError):
        raise DataError(f"{path}: not readable or not writable; restore it") from None


def customer_key(ledger: Path, merchant_id: str, seed: int | None) -> bytes:
    """The key that places a merchant's customers.

    Args:
        ledger: The merchant's ledger.
        merchant_id: Whose customers.
        seed: None, or the fixed seed that makes everything UNSAFE.
    """
    known = salt_of(ledger) if seed is None else f"{seed}\0{merchant_id}"
    return hashlib.sha256(f"customers\0{known}".encode()).digest()


def held_out(key: bytes, share: float) -> Callable[[str], bool]:
    """Whether a customer is held out: a share of all ids in expectation."""
    return lambda customer_id: _place(key, "holdout", customer_id) < share * _SPAN


def turn_of(key: bytes, turns: int) -> Callable[[str], int]:
    """A customer's turn, below `turns`, each as likely as another."""
    return lambda customer_id: _place(key, "turn", customer_id) % turns


def commitment(key: bytes) -> str:
    """What tells two keys apart and gives neither away."""
    return hmac.new(key, b"commitment", hashlib.sha256).hexdigest()[:32]


def _place(key: bytes, purpose: str, customer_id: str) -> int:
    digest = hmac.new(key, f"{purpose}\0{customer_id}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8])
