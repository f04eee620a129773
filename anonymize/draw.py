"""Draws that a key decides: the stream behind surrogates."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
_AT_ONCE = 18
"""Digits drawn at once: the bound stays small against the stream."""


class Draw:
    """An endless stream of numbers by HMAC-SHA512 over type, value and a counter; its repr shows nothing."""

    def __init__(self, key: bytes, entity_type: str, value: str, attempt: int = 0) -> None:
        self._key, self._count = key, 0
        self._pool, self._size = 0, 1  # a number evenly spread below a size
        self._message = f"surrogate\0{entity_type}\0{attempt}\0{value}".encode("utf-8", "surrogatepass")

    def __repr__(self) -> str:
        """Say what it is without what it draws for."""
        return "Draw()"

    def below(self, bound: int) -> int:
        """A whole number in [0, bound), even to within one part in 2 ** 64."""
        if self._size >> 64 < bound:
            message = self._count.to_bytes(4) + self._message
            self._count += 1
            self._pool, self._size = int.from_bytes(hmac.digest(self._key, message, hashlib.sha512)), 1 << 512
        self._pool, drawn = divmod(self._pool, bound)
        self._size //= bound
        return drawn

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def other(self, choices: Sequence[str], unlike: str) -> str:
        """One of the choices that is not `unlike`, case aside."""
        rest = [choice for choice in choices if choice.casefold() != unlike.casefold()]
        return self.pick(rest or choices)

    def digits(self, count: int) -> str:
        """Decimal digits."""
        parts = [min(_AT_ONCE, count - done) for done in range(0, count, _AT_ONCE)]
        return "".join(f"{self.below(10**part):0{part}}" for part in parts)

    def other_digits(self, digits: str) -> str:
        """As many digits, not the same ones; a number without a leading zero gets none."""
        while True:
            made = self.digits(len(digits))
            if digits[0] != "0" and made[0] == "0":
                made = str(1 + self.below(9)) + made[1:]
            if made != digits:
                return made


def fill(form: str, chars: str) -> str:
    """`form` with its letters and digits replaced in order; the separators stay.

    >>> fill("(212) 555-0199", "3015550142")
    '(301) 555-0142'
    """
    rest = iter(chars)
    return "".join(next(rest) if char.isalnum() else char for char in form)
