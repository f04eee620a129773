"""The hierarchy of each kind of quasi-identifier, made from the values of its column."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from privgen.anonymize.cell_values import days, number, number_text
from privgen.anonymize.encoded import EncodedColumn
from privgen.anonymize.hierarchies import SUPPRESSED, Hierarchy, Level, build_hierarchy

KINDS = ("number", "age", "date", "postcode", "region", "locale", "category")
"""Kinds of quasi-identifiers."""

_BANDS = (20, 10, 5)
_ZH_REGION = re.compile(
    r"(?P<a>[\u4e00-\u9fff]{2,8}?(?:省|自治区|特别行政区|市))"
    r"(?P<b>[\u4e00-\u9fff]{2,10}?(?:市|自治州|地区|盟|区|县))?(?P<c>.+)?"
)
_NESTED = 0.99
"""Share of rows in which a column must tell another for the other to be the coarser one of the two."""


def hierarchy_of(kind: str, column: EncodedColumn, parent: EncodedColumn | None = None) -> Hierarchy:
    """The hierarchy of a quasi-identifier.

    Args:
        kind: One of `KINDS`. number: ranges; age: bands of 5, 10 and 20; date: month, quarter, year, 5 and
            10 years; postcode: prefixes; region: district, city, province (or the parts between commas or
            slashes); locale: language; category: sets of values, or as region where values hold " > ".
        column: Its values.
        parent: A coarser column of the same table (see `coarser_column`); regions and categories without
            parts of their own are grouped under its values.
    """
    keys: Sequence[Any]
    if kind in ("number", "age"):
        keys = [number(text) for text in column.values]
        built = _numbers
    elif kind == "date":
        keys = days(column.values)
        built = _dates
    elif kind == "postcode":
        keys = _postcodes(column.values)
        built = _prefixes
    else:
        return _categories(kind, column, parent)
    unreadable = any(key is None and text.strip() for key, text in zip(keys, column.values, strict=True))
    return built(kind, keys, SUPPRESSED if unreadable else "")


def coarser_column(column: EncodedColumn, others: Sequence[EncodedColumn]) -> EncodedColumn | None:
    """The finest of `others` that `column` tells in nearly every row and that has fewer values."""
    fitting = [other for other in others if len(other.values) < len(column.values) and _tells(column, other)]
    return max(fitting, key=lambda other: len(other.values), default=None)


def _tells(column: EncodedColumn, other: EncodedColumn) -> bool:
    return float(_commonest(column, other)[1].sum()) >= _NESTED * len(column.codes)


def _commonest(column: EncodedColumn, other: EncodedColumn) -> tuple[Any, Any]:
    """Per value of `column`: the commonest value of `other` beside it, and the rows that have it."""
    width = len(other.values)
    pairs, counts = np.unique(column.codes.astype(np.int64) * width + other.codes, return_counts=True)
    owner, value = np.divmod(pairs, width)
    order = np.lexsort((value, -counts, owner))
    first = np.flatnonzero(np.diff(owner[order], prepend=-1))
    return value[order][first], counts[order][first]


def _numbers(kind: str, keys: Sequence[Any], missing: str) -> Hierarchy:
    bands = _BANDS if kind == "age" else ()
    levels = tuple(Level(_Band(width).node, _Band(width).name) for width in bands)
    return build_hierarchy(
        kind, keys, _same, levels, number_text, ordered=True, position=_same, missing=missing
    )


def _dates(kind: str, keys: Sequence[Any], missing: str) -> Hierarchy:
    levels = (
        Level(_Band(10).year, _Band(10).years),
        Level(_Band(5).year, _Band(5).years),
        Level(lambda day: day.year, lambda day: (f"{day:%Y}",) * 2),
        Level(_quarter, lambda day: (_quarter(day),) * 2),
        Level(lambda day: (day.year, day.month), lambda day: (f"{day:%Y-%m}",) * 2),
    )
    return build_hierarchy(
        kind, keys, _same, levels, dt.date.isoformat, ordered=True, position=_ordinal, missing=missing
    )


def _prefixes(kind: str, keys: Sequence[Any], missing: str) -> Hierarchy:
    longest = max((len(key) for key in keys if key is not None), default=1)
    levels = tuple(Level(_Prefix(n).node, _Prefix(n).name) for n in range(1, min(longest, 8)))
    return build_hierarchy(kind, keys, _same, levels, _same, ordered=True, missing=missing)


def _categories(kind: str, column: EncodedColumn, parent: EncodedColumn | None) -> Hierarchy:
    keys = [text.strip() or None for text in column.values]
    split = _splitter(kind, [key for key in keys if key])
    if split is not None:
        depth = max((len(split.parts(key)) for key in keys if key), default=1)
        levels = tuple(Level(split.node(n), split.name(n)) for n in range(1, depth))
        return build_hierarchy(kind, keys, lambda key: (split.parts(key), key), levels, _same, ordered=False)
    counts: dict[str, int] = {}
    for key, count in zip(keys, column.counts, strict=True):
        if key:
            counts[key] = counts.get(key, 0) + int(count)
    if parent is None:
        return build_hierarchy(kind, keys, lambda key: (-counts[key], key), (), _same, ordered=False)
    commonest = _commonest(column, parent)[0]
    group = {key: parent.values[p].strip() for key, p in zip(keys, commonest, strict=True) if key}
    return build_hierarchy(
        kind,
        keys,
        lambda key: (group[key], -counts[key], key),
        (Level(lambda key: group[key], lambda key: (f"{group[key]}/*",) * 2),),
        _same,
        ordered=False,
    )


class _Band:
    """Bands of one width, over numbers and over the years of dates."""

    def __init__(self, width: int) -> None:
        self._width = width

    def node(self, value: float) -> float:
        return math.floor(value / self._width)

    def name(self, value: float) -> tuple[str, str]:
        start = math.floor(value / self._width) * self._width
        return str(start), str(start + self._width - 1)

    def year(self, day: dt.date) -> float:
        return self.node(day.year)

    def years(self, day: dt.date) -> tuple[str, str]:
        return self.name(day.year)


class _Prefix:
    """The first letters and digits of postcodes; the rest of them starred."""

    def __init__(self, length: int) -> None:
        self._length = length

    def node(self, code: str) -> str:
        return code[: self._length]

    def name(self, code: str) -> tuple[str, str]:
        rest = "".join(SUPPRESSED if char.isalnum() else char for char in code[self._length :])
        return (code[: self._length] + rest,) * 2


class _Splitter:
    """Splits values into parts, coarse ones first, and writes the first parts of one."""

    def __init__(
        self, parts: Callable[[str], tuple[str, ...]], form: Callable[[tuple[str, ...]], str]
    ) -> None:
        self.parts, self._form = parts, form

    def node(self, length: int) -> Callable[[str], tuple[str, ...]]:
        return lambda key: self.parts(key)[:length]

    def name(self, length: int) -> Callable[[str], tuple[str, str]]:
        def named(key: str) -> tuple[str, str]:
            parts = self.parts(key)
            return (key if len(parts) <= length else self._form(parts[:length]),) * 2

        return named


def _splitter(kind: str, keys: Sequence[str]) -> _Splitter | None:
    """How the values of a column are split, if most of them can be."""
    for splitter in _SPLITTERS.get(kind, ()):
        if 2 * sum(len(splitter.parts(key)) > 1 for key in keys) > len(keys):
            return splitter
    return None


def _zh_parts(text: str) -> tuple[str, ...]:
    match = _ZH_REGION.fullmatch(text)
    return tuple(part for part in match.groups() if part) if match else (text,)


def _by(separator: str) -> Callable[[str], tuple[str, ...]]:
    return lambda text: tuple(part.strip() for part in text.split(separator))


_COMMA = _Splitter(
    lambda text: tuple(part.strip() for part in reversed(text.split(","))),
    lambda parts: ", ".join((SUPPRESSED, *reversed(parts))),
)
_PATH = _Splitter(_by(" > "), lambda parts: " > ".join((*parts, SUPPRESSED)))
_SLASH = _Splitter(_by("/"), lambda parts: "/".join((*parts, SUPPRESSED)))
_SPLITTERS = {
    "region": (_Splitter(_zh_parts, lambda parts: "".join((*parts, SUPPRESSED))), _COMMA, _SLASH),
    "locale": (
        _Splitter(
            lambda text: tuple(re.split("[-_]", text)), lambda parts: f"{'_'.join(parts)}_{SUPPRESSED}"
        ),
    ),
    "category": (_PATH,),
}


def _postcodes(values: Sequence[str]) -> list[str | None]:
    """Postcodes in one spelling: upper case, and figures that lost their leading zeros padded."""
    codes = [" ".join(text.upper().split()) for text in values]
    width = max((len(code) for code in codes if code.isdigit()), default=0)
    lost = sum(code.isdigit() and len(code) < width for code in codes)
    padded = width <= 8 and lost > 0 and all(len(code) >= width - 2 for code in codes if code.isdigit())
    return [(code.zfill(width) if padded and code.isdigit() else code) or None for code in codes]


def _quarter(day: dt.date) -> str:
    return f"{day:%Y}-Q{(day.month + 2) // 3}"


def _ordinal(day: dt.date) -> float:
    return float(day.toordinal())


def _same(value: Any) -> Any:
    return value
