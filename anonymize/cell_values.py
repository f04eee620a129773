"""Numbers and dates in the ways tables write them."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable

_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?")
_YEAR_FIRST = re.compile(
    r"([12][0-9]{3})[-/.年]\s?([01]?[0-9])[-/.月]\s?([0-3]?[0-9])日?(?:[T ]\s?[0-9]{1,2}:[0-9]{2}.{0,24})?"
)
_YEAR_LAST = re.compile(r"([0-3]?[0-9])[-/.]([0-3]?[0-9])[-/.]([12][0-9]{3})(?: [0-9]{1,2}:[0-9]{2}.{0,16})?")
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])")


def number(text: str) -> float | None:
    """The number that `text` is, with commas between thousands or not; None if it is none.

    >>> [number(text) for text in ("12", "-3.5", "1,204", "", "NaN", "12,5", "1e400")]
    [12.0, -3.5, 1204.0, None, None, None, None]
    """
    text = text.strip()
    if not text or not any(char.isdigit() for char in text) or not _NUMBER.fullmatch(text):
        return None
    value = float(text.replace(",", ""))
    return value if math.isfinite(value) else None


def number_text(value: float) -> str:
    """A number without a needless fraction.

    >>> [number_text(value) for value in (20.0, 2.5, -1e20)]
    ['20', '2.5', '-1e+20']
    """
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def day(text: str, month_first: bool = False) -> dt.date | None:
    """The day that a date or a time in `text` falls on; None if it is none.

    >>> day("2018-03-05 10:57:55"), day("1990年5月17日"), day("17/05/1990"), day("20180230")
    (datetime.date(2018, 3, 5), datetime.date(1990, 5, 17), datetime.date(1990, 5, 17), None)
    """
    text = text.strip()
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return _date(match[1], match[2], match[3])
    if match := _YEAR_LAST.fullmatch(text):
        return _date(match[3], *((match[1], match[2]) if month_first else (match[2], match[1])))
    return None


def days(texts: Iterable[str]) -> list[dt.date | None]:
    """`day` of each text of one column; the column tells whether 03/04/2020 starts with its month."""
    texts = list(texts)
    last = [match for text in texts if (match := _YEAR_LAST.fullmatch(text.strip()))]
    month_first = any(int(match[2]) > 12 for match in last) and all(int(match[1]) <= 12 for match in last)
    return [day(text, month_first) for text in texts]


def _date(year: str, month: str, day_of_month: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day_of_month))
    except ValueError:
        return None
