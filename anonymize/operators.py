"""What each operator of a policy makes of a value; Presidio's engine calls it by `presidio_operators`."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import TYPE_CHECKING

from privgen.anonymize import settings
from privgen.anonymize.dateshift import Day, shift, shift_days, shift_text
from privgen.anonymize.generalise import day, generalise
from privgen.anonymize.normalise import normalise
from privgen.anonymize.surrogates import Surrogates
from privgen.anonymize.tokens import Tokens

if TYPE_CHECKING:
    from privgen.anonymize.crypt import Cipher

_MASKED_AT_LEAST = 4


class Operators:
    """Every operator, under one key; its repr shows no key.

    Guarantees: no output holds the value (keep aside, and what is coarse already for generalise). An operator
    that cannot do its work on a value does more, never less: generalise writes `<TYPE>`, a surrogate becomes
    a pseudonym, a date that cannot be shifted goes.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.tokens = Tokens(key)
        self._surrogates = Surrogates(key)

    def __repr__(self) -> str:
        """Say what it is without the key."""
        return "Operators()"

    @cached_property
    def cipher(self) -> Cipher:
        """Loaded when the first value is encrypted."""
        from privgen.anonymize.crypt import Cipher

        return Cipher([self._key])

    def apply(
        self, setting: settings.Setting, entity_type: str, value: str, customer: str | None = None
    ) -> str:
        """What stands in the place of a value.

        Args:
            setting: Operator and parameters.
            entity_type: What the value is.
            value: As it is written.
            customer: Whose it is; only shift_date asks.
        """
        match setting:
            case settings.Keep():
                return value
            case settings.Redact():
                return ""
            case settings.Mask():
                return mask(value, setting.keep_first, setting.keep_last)
            case settings.Replace():
                return f"<{entity_type}>" if setting.value is None else setting.value
            case settings.Pseudonymize():
                return self.tokens.token(entity_type, value)
            case settings.Surrogate():
                made = self._surrogates.surrogate(entity_type, value)
                return made or self.tokens.token(entity_type, value)
            case settings.Encrypt():
                return self.cipher.encrypt(entity_type, value)
            case settings.Generalise():
                return generalise(setting, entity_type, normalise(value).text) or f"<{entity_type}>"
            case settings.ShiftDate():
                by = self._shift(setting, customer)
                return shift_text(normalise(value).text, by, setting.day_first) if by else ""

    def apply_date(self, setting: settings.Setting, value: Day, customer: str | None = None) -> Day | None:
        """The same for a cell that holds a date or a time; None where the operator leaves no date."""
        match setting:
            case settings.Keep():
                return value
            case settings.Generalise():
                return day(value, setting.date)
            case settings.ShiftDate():
                by = self._shift(setting, customer)
                return shift(value, by) if by else None
            case settings.Surrogate():
                made = self._surrogates.surrogate("DATE_OF_BIRTH", value.isoformat()[:10])
                return shift(value, (dt.date.fromisoformat(made) - _date(value)).days) if made else None
            case _:
                return None

    def _shift(self, setting: settings.ShiftDate, customer: str | None) -> int:
        return shift_days(self._key, customer, setting.days) if customer else 0


def _date(value: dt.date) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def mask(value: str, keep_first: int = 0, keep_last: int = 0) -> str:
    """A `*` per character; the first and last letters or digits stay if four or more are masked.

    >>> mask("138 0013 8000", 3, 4), mask("张伟", 1)
    ('138******8000', '**')
    """
    signs = [place for place, char in enumerate(value) if char.isalnum()]
    stay = {*signs[:keep_first], *signs[len(signs) - keep_last :]}
    if len(signs) - len(stay) < _MASKED_AT_LEAST:
        stay = set()
    return "".join(char if place in stay else "*" for place, char in enumerate(value))
