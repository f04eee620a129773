"""How people write a date of birth that they know from a row."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from privgen.anonymize.numerals import numeral
from privgen.anonymize.variant import Variant, squeeze

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTHS_PT = [
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
]


def birth_dates(value: str) -> Iterator[Variant]:
    """Variants of a date of birth in ISO form."""
    try:
        born = dt.date.fromisoformat(value[:10])
    except ValueError:
        if len(squeeze(value)) >= 6:
            yield Variant(squeeze(value), "DATE_OF_BIRTH")
        return
    y, m, d = born.year, born.month, born.day
    month, mes = _MONTHS[m - 1], _MONTHS_PT[m - 1]
    forms = {
        f"{y}{m:02}{d:02}",
        f"{y}{m}{d}",
        f"{d:02}{m:02}{y}",
        f"{m:02}{d:02}{y}",
        f"{d}{m}{y}",
        f"{m}{d}{y}",
    }
    forms |= {
        f"{y}年{m}月{d}日",
        f"{y}年{m:02}月{d:02}日",
        f"{y}年{m}月{d}号",
        f"{y}年{m}月{d}",
        f"{d}de{mes}de{y}",
    }
    forms |= {
        f"{y % 100:02}年{m}月{d}日",
        f"{y % 100:02}年{m}月{d}号",
        f"{y}年{m}月",
        f"{y % 100:02}年{m}月{d}",
    }
    spelled = "".join("零一二三四五六七八九"[int(c)] for c in str(y))
    for year in (f"{y}", f"{y % 100:02}", spelled, spelled[2:]):
        for day in (f"{numeral(d)}", f"{d}"):
            forms |= {f"{year}年{numeral(m)}月{day}{end}" for end in ("日", "号", "")}
    for name in (month, month[:3]):
        forms |= {f"{name}{d}{y}", f"{name}{d:02}{y}", f"{d}{name}{y}", f"{d:02}{name}{y}", f"{y}{name}{d}"}
        forms |= {f"{name}{d}{end}{y}" for end in ("st", "nd", "rd", "th")}
        forms |= {f"{d}{end}{of}{name}{y}" for end in ("st", "nd", "rd", "th") for of in ("", "of")}
    yield from (Variant(squeeze(form), "DATE_OF_BIRTH") for form in forms)
    days = {
        f"{m}月{d}日",
        f"{m}月{d}号",
        f"{m:02}月{d:02}日",
        f"{numeral(m)}月{numeral(d)}日",
        f"{numeral(m)}月{numeral(d)}号",
    }
    days |= {
        f"{month}{d}",
        f"{d}{month}",
        f"{month[:3]}{d}",
        f"{d}{month[:3]}",
        f"{m}{d}",
        f"{m:02}{d:02}",
        f"{d}de{mes}",
    }
    days |= {f"{month}{d}{end}" for end in ("st", "nd", "rd", "th")} | {
        f"{y % 100:02}{m:02}{d:02}",
        f"{y % 100:02}{m}{d}",
    }
    yield from (Variant(squeeze(form), "DATE_OF_BIRTH", _birthday) for form in days)


def _birthday(text: str, start: int, end: int) -> bool:
    """A day of the year, or a short form of the date, counts beside a word for a birthday."""
    return bool(
        re.search(
            r"生日|出生|birth|born|aniversário|nasc|dob|d\.o\.b",
            text[max(0, start - 20) : start],
            re.IGNORECASE,
        )
        or re.match(r"\D{0,6}(?:生日|出生|生的|生人)|.{0,16}birthday", text[end : end + 28], re.IGNORECASE)
    )
