"""Dates as people write them: read, and written again in the same format."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from privgen.anonymize.spans import Span
from privgen.anonymize.triggers import plain_words

_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "en_short": "jan feb mar apr may jun jul aug sep oct nov dec",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "pt_short": "jan fev mar abr mai jun jul ago set out nov dez",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
_LISTS = [names.split() for names in _MONTHS.values()]
_ALSO = {"sept": "sep", "marco": "março"}
_NAME = "|".join(sorted({*_ALSO, *(name for names in _LISTS for name in names)}, key=len, reverse=True))
_YEAR, _DAY, _MON = r"(?P<Y>(?:19|20)[0-9]{2})", r"(?P<d>[0-9]{1,2})", r"(?P<m>[0-9]{1,2})"
_LEFT, _RIGHT = r"(?<![0-9A-Za-z.,/-])", r"(?![0-9/]|(?!T[0-9])[A-Za-z]|[.,-][0-9])"
_NO_YEAR = 2001  # of 365 days: what a date without a year is counted in
_PIVOT = 30  # two-digit years up to here are of this century

_FULL = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_YEAR}[ ]?年[ ]?{_MON}[ ]?月[ ]?{_DAY}[ ]?[日号]?",
        rf"(?P<y>[0-9]{{2}})[ ]?年[ ]?{_MON}[ ]?月[ ]?{_DAY}[ ]?[日号]?",
        rf"{_YEAR}(?P<sep>[-/.]|[ ])[ ]?{_MON}(?P=sep)[ ]?{_DAY}",
        rf"(?P<p>[0-9]{{1,2}})(?P<sep>[-/.])(?P<q>[0-9]{{1,2}})(?P=sep)(?:{_YEAR}|(?P<y>[0-9]{{2}}))",
        rf"(?P<B>{_NAME})\.?[ ]{_DAY}(?P<th>st|nd|rd|th)?(?:,?[ ](?:of[ ])?{_YEAR})?(?!:)",
        rf"{_DAY}(?:(?P<th>st|nd|rd|th)|º|\.)?[ ](?:of[ ]|de[ ])?(?P<B>{_NAME})\.?"
        rf"(?:,?[ ](?:de[ ]|of[ ])?{_YEAR})?",
        rf"{_MON}[ ]?月[ ]?{_DAY}[ ]?[日号]",
    )
)
_COMPACT = re.compile(r"(?P<Y>(?:19|20)[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})")
_PLAIN = [re.sub(r"\(\?P<[a-zA-Z]+>", "(?:", form.pattern).replace("(?P=sep)", "[-/. ]") for form in _FULL]
_FIND = re.compile("|".join(f"(?:{_LEFT}{form}{_RIGHT})" for form in _PLAIN), re.IGNORECASE)


_NUMBERS = re.compile("[0-9]")
_SEPARATED = re.compile(r"[0-9](?:[-/.][ ]?|[ ]{1,2})[0-9]")
_MONTH_WORDS = frozenset(
    name.encode() for name in (*_ALSO, *(n for names in _LISTS for n in names)) if name.isascii()
)


@dataclass(frozen=True, slots=True)
class DateText:
    """A date in text, and how it is written; its repr shows neither."""

    date: dt.date
    match: re.Match[str]
    day_first: bool

    def __repr__(self) -> str:
        """Say what it is without the date."""
        return "DateText()"

    def write(self, date: dt.date) -> str:
        """Another date in the same format: order, separators, zeros, language and case."""
        groups = self.match.groupdict()
        month, day = ("q", "p") if self.day_first else ("p", "q")
        zeros = self._zeros(groups)
        values = {
            "Y": f"{date.year:04}",
            "y": f"{date.year % 100:02}",
            **dict.fromkeys(("m", month), f"{date.month:02}" if zeros else str(date.month)),
            **dict.fromkeys(("d", day), f"{date.day:02}" if zeros else str(date.day)),
            "B": _month_name(groups.get("B") or "", date.month),
            "th": _ordinal(date.day),
        }
        return _fill(self.match, {name: values[name] for name in groups if name in values and groups[name]})

    def month(self) -> str:
        """Year and month only (the month only if there is no year), in the same order and language."""
        groups, text = self.match.groupdict(), self.match.string
        if groups.get("B"):
            month = self.match["B"]
            return f"{month} {groups['Y']}" if groups.get("Y") else month
        if "月" in text:
            return text[: text.index("月") + 1]
        if groups.get("p"):
            month = self.match["q" if self.day_first else "p"]
            return f"{month}{self.match['sep']}{self.date.year}"
        return text[: self.match.end("m")]

    def year(self) -> str:
        """The year only; empty if there is none."""
        groups = self.match.groupdict()
        year = groups.get("Y") or (f"{self.date.year}" if groups.get("y") else "")
        return f"{year}年" if year and "年" in self.match.string else year

    def _zeros(self, groups: dict[str, str | None]) -> bool:
        given = [groups.get(name) or "" for name in ("m", "d", "p", "q")]
        if any(len(number) == 1 for number in given):
            return False
        named = groups.get("B") or "月" in self.match.string
        return not named or any(number.startswith("0") for number in given)


def read_date(text: str, day_first: bool = False) -> DateText | None:
    """Read a text that is a date with a day and nothing else; None if it is none.

    A date without a year is read as of a year of 365 days (of 366 on 29 February).

    Args:
        text: Normalised text.
        day_first: Whether 05/11/2017 is in November; a number above 12 decides by itself, and so do dots.
    """
    text = text.strip()
    for form in (*_FULL, _COMPACT):
        match = form.fullmatch(text)
        found = _read(match, day_first) if match else None
        if found is not None:
            return found
    return None


class DateFinder:
    """Finds every date with a day in it; run only where a policy asks for DATE_TIME."""

    name = "dates"

    def find(self, text: str) -> Iterator[Span]:
        """DATE_TIME spans in normalised text."""
        if not _may_hold_date(text):
            return
        for match in _FIND.finditer(text):
            if read_date(match[0]) is not None and not match[0].startswith("may "):  # "it may 3 ..."
                yield Span("DATE_TIME", match.start(), match.end(), 0.5)


def _may_hold_date(text: str) -> bool:
    """Whether the patterns are worth trying: digits with a separator between, or a digit and a month."""
    if not text.isascii():
        return True
    if _NUMBERS.search(text) is None:
        return False
    return _SEPARATED.search(text) is not None or not _MONTH_WORDS.isdisjoint(plain_words(text))


def _read(match: re.Match[str], day_first: bool) -> DateText | None:
    groups = match.groupdict()
    if groups.get("p"):
        first, second = int(match["p"]), int(match["q"])
        day_first = first > 12 or (second <= 12 and (day_first or match["sep"] == "."))
        day, month = (first, second) if day_first else (second, first)
    else:
        month = int(groups.get("m") or 0) or _month_number(groups["B"] or "")
        day = int(match["d"])
    leap = (month, day) == (2, 29)
    year = int(groups.get("Y") or 0) or (_century(int(groups["y"])) if groups.get("y") else _NO_YEAR - leap)
    try:
        return DateText(dt.date(year, month, day), match, day_first)
    except ValueError:
        return None


def _century(year: int) -> int:
    return year + (2000 if year <= _PIVOT else 1900)


def _month_number(name: str) -> int:
    name = _ALSO.get(name.lower(), name.lower())
    return next(names.index(name) + 1 for names in _LISTS if name in names)


def _month_name(given: str, month: int) -> str:
    name = _ALSO.get(given.lower(), given.lower())
    wanted = next((names[month - 1] for names in _LISTS if name in names), "")
    if given.isupper():
        return wanted.upper()
    return wanted.title() if given[:1].isupper() else wanted


def _ordinal(day: int) -> str:
    return "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _fill(match: re.Match[str], values: dict[str, str]) -> str:
    text = match.string
    for name in sorted(values, key=match.start, reverse=True):
        text = text[: match.start(name)] + values[name] + text[match.end(name) :]
    return text
