"""Consent: a customer's data is read for a purpose only while the customer agrees to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from privgen.schema import Purpose


def allows(consent: Mapping[str, str] | None, purpose: Purpose, on: dt.date) -> bool:
    """Whether `consent` (purpose to expiry date, empty for none) covers `purpose` on a day.

    Fails closed: an expiry that is not a date, or a date with anything but a time behind it, is no consent.
    The day of expiry is included.

    >>> allows({"training": "2026-12-31"}, Purpose.TRAINING, dt.date(2026, 6, 1))
    True
    >>> allows({"training": "soon"}, Purpose.TRAINING, dt.date(2026, 6, 1))
    False
    """
    expiry = (consent or {}).get(purpose.value)
    if expiry is None:
        return False
    if expiry == "":
        return True
    try:
        return dt.datetime.fromisoformat(expiry).date() >= on
    except ValueError:
        return False
