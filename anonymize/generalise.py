"""Coarser values: age bands, postcode prefixes, months and years, cities and provinces, bands of numbers.

Every function gives "" for what it cannot make coarser, and leaves what is coarse enough already as it is.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TypeVar

from privgen.anonymize.date_text import read_date
from privgen.anonymize.dateshift import Day
from privgen.anonymize.settings import DATE_TYPES, Generalise

Number = TypeVar("Number", int, float)

_NUMBER = re.compile("[0-9]+")
_BAND = re.compile(r"[0-9]+-[0-9]+|[0-9]+\+")
_TOP_AGE = 90
"""Ages from here on are one band: there are few such people. Source: 45 CFR 164.514(b)(2)(i)(C)."""
_LONGEST_NUMBER = 6
"""Longer numbers are names of something rather than quantities; a band of them would still tell which."""

_MONTH_ONLY = re.compile(
    r"(?i)(?:19|20)[0-9]{2}[-/. ]?[0-9]{1,2}|[0-9]{1,2}[-/.](?:19|20)[0-9]{2}|[a-zç]{3,9}"
)
_YEAR_ONLY = re.compile("(?:19|20)[0-9]{2}年?")
_YEAR = re.compile("(?:19|20)[0-9]{2}")
_CN_YEAR_MONTH = re.compile(r"(?:(?:19|20)?[0-9]{2}[ ]?年[ ]?)?[0-9]{1,2}[ ]?月")
_MUNICIPALITIES = "北京|天津|上海|重庆"
_PROVINCES = (
    "河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西"
    "|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆"
)
_CN_PLACE = re.compile(
    rf"(?P<province>(?:{_MUNICIPALITIES})市?|(?:{_PROVINCES})(?:省|(?:维吾尔|壮族|回族)?自治区)?"
    r"|(?:香港|澳门)(?:特别行政区)?)?[ ,，]?(?P<city>[\u4e00-\u9fff]{2,6}?(?:市|自治州|地区|盟))?"
)
_END = 80
"""City and state stand in so many last characters."""
_US_PLACE = re.compile(
    r"(?:^|,)\s*(?P<city>[A-Z][A-Za-z'. -]{1,30}?),?\s+(?P<state>[A-Z]{2})(?:[ ,]+[0-9]{5}(?:-[0-9]{4})?)?$"
)


def generalise(setting: Generalise, entity_type: str, value: str) -> str:
    """The coarser form of a value of a type; "" if there is none."""
    if entity_type == "AGE":
        return age(value, setting.band)
    if entity_type == "POSTCODE":
        return postcode(value, setting.prefix)
    if entity_type in DATE_TYPES:
        return date_text(value, setting.date, setting.day_first)
    if entity_type in ("ADDRESS", "LOCATION"):
        return place(value, setting.place)
    return number(value, setting.band) if entity_type == "NUMBER" else ""


def age(value: str, width: int = 10) -> str:
    """An age in a band of years, its words kept; 90 and over are one band.

    >>> age("52 years old"), age("7岁", 5), age("93")
    ('50-59 years old', '5-9岁', '90+')
    """
    if _BAND.search(value):
        return value
    found = _NUMBER.findall(value)
    if len(found) != 1 or len(found[0]) > 3:
        return ""
    years = int(found[0])
    return value.replace(found[0], f"{_TOP_AGE}+" if years >= _TOP_AGE else _band(years, width, _TOP_AGE - 1))


def number(value: str, width: int = 10) -> str:
    """A whole number of at most six digits in a band.

    >>> number("1234", 100)
    '1200-1299'
    """
    if _BAND.fullmatch(value):
        return value
    return _band(int(value), width) if re.fullmatch(f"[0-9]{{1,{_LONGEST_NUMBER}}}", value) else ""


def band(value: Number, width: int = 10) -> Number:
    """The lower bound of the band of a number, for a cell that must stay a number.

    >>> band(37), band(1.5)
    (30, 0.0)
    """
    return value - value % width


def _band(value: int, width: int, top: int | None = None) -> str:
    low = band(value, width)
    high = low + width - 1
    return f"{low}-{high if top is None else min(high, top)}"


def postcode(value: str, prefix: int = 2) -> str:
    """The first characters of a postcode; a British one without `prefix` digits left keeps its area.

    >>> postcode("100080"), postcode("SW1A 1AA"), postcode("01310-100", 3)
    ('10', 'SW', '013')
    """
    return "".join(char for char in value if char.isalnum())[:prefix]


def date_text(value: str, keep: str = "month", day_first: bool = False) -> str:
    """The month or the year of a written date.

    >>> date_text("May 17, 1990"), date_text("1990年5月17日", "year"), date_text("17/05/1990")
    ('May 1990', '1990年', '05/1990')
    """
    value = value.strip()
    if _YEAR_ONLY.fullmatch(value):
        return value
    found = read_date(value, day_first)
    if found is not None:
        return found.year() if keep == "year" else found.month()
    if (
        _MONTH_ONLY.fullmatch(value)
        or _CN_YEAR_MONTH.fullmatch(value)
        or re.fullmatch(r"[A-Za-zç]+ (?:19|20)[0-9]{2}", value)
    ):
        year = _YEAR.search(value)
        return value if keep == "month" else (year[0] + "年" * ("年" in value) if year else "")
    return ""


def day(value: Day, keep: str = "month") -> Day:
    """The first day of the month or year of a date; of a time, its first moment.

    >>> day(dt.date(1990, 5, 17)), day(dt.date(1990, 5, 17), "year")
    (datetime.date(1990, 5, 1), datetime.date(1990, 1, 1))
    """
    first = value.replace(day=1) if keep == "month" else value.replace(day=1, month=1)
    return (
        first.replace(hour=0, minute=0, second=0, microsecond=0) if isinstance(first, dt.datetime) else first
    )


def place(value: str, keep: str = "city") -> str:
    """City or province of an address, where the address says them.

    >>> place("广东省深圳市南山区科技路1号"), place("广东省深圳市南山区科技路1号", "province")
    ('广东省深圳市', '广东省')
    >>> place("12 Oak Street, Springfield, IL 62704")
    'Springfield, IL'
    """
    chinese = _CN_PLACE.match(value)
    if chinese is not None and (chinese["province"] or chinese["city"]):
        return _chinese(chinese, keep)
    found = _US_PLACE.search(value.strip()[-_END:])
    if found is None or any(char.isdigit() for char in found["city"]):
        return ""
    return found["state"] if keep == "province" else f"{found['city']}, {found['state']}"


def _chinese(found: re.Match[str], keep: str) -> str:
    province, city = found["province"] or "", found["city"] or ""
    if keep == "province":
        return province
    own_city = re.match(f"{_MUNICIPALITIES}|香港|澳门", province) is not None
    return province if own_city else province + city if city else ""
