"""The shape of a column's cells: numbers, dates, ids, categories or prose, and whether a header fits them."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from privgen.anonymize.cell_values import days, number

Test = Callable[[str], bool]
"""Whether a cell is of some kind."""

_LOCALE = re.compile(r"[a-z]{2,3}(?:[-_](?:[A-Z][a-z]{3}[-_])?[A-Z]{2})?")
_LONG_LOCALE = re.compile(r"[a-z]{2}[-_][A-Z]{2}")
_POSTCODE = re.compile(r"(?=.*[0-9])[A-Z0-9][A-Z0-9 -]{1,9}", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9][-A-Za-z0-9_.:/#]{3,63}")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LETTER = re.compile(r"[^\W\d_]")
_GENDERS = (
    "m f male female man woman masculino feminino homem mulher 男 女 男性 女性 other outro unknown u x 未知"
)
_FITS = 0.95
"""Share of cells that must be numbers, or dates, for a column to be of them."""
_RARE = 3
"""A value in fewer sampled rows is rare."""
_MANY = 20
"""Sampled cells under which uniqueness says nothing."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A type that the shape of cells speaks for, and the number of cells that have it."""

    type: str
    hits: int


@dataclass
class CellShapes:
    """Statistics over the cells of one column that hold something."""

    texts: list[str] = field(repr=False)

    @property
    def cells(self) -> int:
        """Cells looked at."""
        return len(self.texts)

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(self.texts)

    @property
    def distinct(self) -> int:
        """Distinct values."""
        return len(self._counts)

    @property
    def uniqueness(self) -> float:
        """Share of cells whose value stands in no other cell."""
        return sum(count == 1 for count in self._counts.values()) / self.cells if self.cells else 0.0

    @property
    def rare(self) -> int:
        """Values in fewer than three of at least a hundred cells."""
        return sum(count < _RARE for count in self._counts.values()) if self.cells >= 100 else 0

    @cached_property
    def mean_words(self) -> float:
        """Words per cell; two Chinese characters count as one."""
        return sum(self._words(text) * count for text, count in self._counts.items()) / max(1, self.cells)

    def commonest(self, most: int) -> list[tuple[str, int]]:
        """The commonest values with their counts; of equally common ones the first seen."""
        return self._counts.most_common(most)

    def fitting(self, hint: str) -> int:
        """Cells that may well be what a header calls them."""
        if hint in ("AGE", "household"):
            return self._count(lambda text: number(text) is not None and 0 <= (number(text) or 0) <= 120)
        if hint == "DATE_OF_BIRTH":
            return max(self._count(_birth_year), sum(_born(day) for day in days(self.texts)))
        if hint == "gender":
            return self.cells if self.distinct <= 8 else 0
        test = _CELL_TESTS.get(hint)
        return self._count(test) if test else self.cells

    def type(self, called_id: bool) -> Shape:
        """What the cells look like, whatever they are called."""
        if (genders := self._count(lambda text: text.lower() in _GENDERS.split())) >= _FITS * self.cells and (
            1 < self.distinct <= 8
        ):
            return Shape("gender", genders)
        if (locales := self._count(lambda text: bool(_LONG_LOCALE.fullmatch(text)))) >= _FITS * self.cells:
            return Shape("locale", locales)
        if self._is_id(called_id):
            return Shape("id", self._count(lambda text: bool(_TOKEN.fullmatch(text)) or text.isdigit()))
        if self._numbers >= _FITS * self.cells:
            return Shape("number", self._numbers)
        if self._dates >= _FITS * self.cells:
            return Shape("date", self._dates)
        if self.mean_words >= 4 and self.distinct >= 0.3 * self.cells:
            return Shape("text", self._count(lambda text: self._words(text) > 1))
        if self.distinct > max(20, 0.5 * self.cells):
            return Shape("text", self.cells)
        return Shape("category", self.cells)

    def kind(self, wanted: str | None) -> str:
        """Hierarchy to generalise by: the wanted one, or the one that the cells fit."""
        dated, numeric = self._dates >= _FITS * self.cells, self._numbers >= _FITS * self.cells
        if wanted == "date" and numeric and not dated:
            return "age"  # years of birth: bands of years
        if wanted in ("age", "date") and not (numeric if wanted == "age" else dated):
            return "category"
        if wanted:
            return wanted
        return "date" if dated and not numeric else "number" if numeric else "category"

    @cached_property
    def _numbers(self) -> int:
        return self._count(lambda text: number(text) is not None)

    @cached_property
    def _dates(self) -> int:
        return sum(day is not None for day in days(self.texts))

    def _is_id(self, called_id: bool) -> bool:
        tokens = self._count(lambda text: bool(_TOKEN.fullmatch(text)) and any(map(str.isdigit, text)))
        if called_id:
            return tokens >= _FITS * self.cells or self._count(str.isdigit) == self.cells
        plain = self._numbers >= _FITS * self.cells or self._dates >= _FITS * self.cells
        return not plain and tokens >= _FITS * self.cells and self.distinct >= max(_MANY, 0.2 * self.cells)

    def _count(self, test: Test) -> int:
        return sum(count for text, count in self._counts.items() if test(text))

    def _words(self, text: str) -> float:
        han = len(_CJK.findall(text))
        return han / 2 + len(_CJK.sub(" ", text).split())


def _birth_year(text: str) -> bool:
    year = number(text)
    return year is not None and 1900 <= year <= dt.date.today().year


def _born(day: dt.date | None) -> bool:
    return day is not None and dt.date(1900, 1, 1) <= day <= dt.date.today()


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_name(text: str) -> bool:
    return len(text) <= 60 and not any(map(str.isdigit, text)) and bool(_LETTER.search(text))


def _is_phone(text: str) -> bool:
    return len(text) <= 24 and 6 <= sum(map(str.isdigit, text)) <= 15


def _is_short(text: str) -> bool:
    return len(text) <= 60


def _is_place(text: str) -> bool:
    return len(text) <= 60 and bool(_LETTER.search(text))


_CELL_TESTS: dict[str, Test] = {
    "EMAIL_ADDRESS": lambda text: "@" in text,
    "IP_ADDRESS": _is_ip,
    "POSTCODE": lambda text: bool(_POSTCODE.fullmatch(text)),
    "PHONE_NUMBER": _is_phone,
    "PERSON": _is_name,
    "ADDRESS": lambda text: len(text) >= 4 and bool(_LETTER.search(text)),
    "ID": _is_short,
    "USER_NAME": _is_short,
    "locale": lambda text: bool(_LOCALE.fullmatch(text)) or _is_place(text),
    **dict.fromkeys(("city", "region", "country"), _is_place),
    **dict.fromkeys(("occupation", "education", "marital"), _is_short),
}
