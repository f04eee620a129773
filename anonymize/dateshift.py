"""Per-customer date shift: all dates of a customer move by one secret number of days, so intervals stay."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from typing import TypeVar

from privgen.anonymize.date_text import read_date

Day = TypeVar("Day", dt.date, dt.datetime)


def shift_days(key: bytes, customer: str, days: int) -> int:
    """The shift of a customer: HMAC-SHA256 of the id, spread evenly over -days ... days without 0."""
    message = b"privgen date shift\0" + customer.encode("utf-8", "surrogatepass")
    place = int.from_bytes(hmac.digest(key, message, hashlib.sha256)) % (2 * days)
    return place - days if place < days else place - days + 1


def shift_text(text: str, by: int, day_first: bool = False) -> str:
    """A written date moved by days, its format kept; empty if it is no full date or leaves the calendar.

    >>> shift_text("May 31, 2024", 1), shift_text("2024年5月31日", 30)
    ('June 1, 2024', '2024年6月30日')
    """
    found = read_date(text, day_first)
    moved = shift(found.date, by) if found else None
    return found.write(moved) if found and moved else ""


def shift(day: Day, by: int) -> Day | None:
    """A date or time moved by days, its time of day kept; None if it leaves the calendar."""
    try:
        return day + dt.timedelta(days=by)
    except OverflowError:
        return None
