"""Values of a mapping: reading one source value as text, number or time, and the modifiers that change it."""

from __future__ import annotations

import datetime as dt
import math
import re
import zoneinfo
from collections.abc import Callable
from typing import Any

from privgen.errors import ConfigError, RowError

Change = Callable[[Any], Any]
"""A value that is not None to a value, None if nothing is left of it; raises RowError."""


def clean(value: Any, empty: frozenset[str] = frozenset()) -> Any:
    """A source value without outer blanks, None if nothing is left or it stands for nothing."""
    if isinstance(value, str):
        value = value.strip()
        return None if not value or value in empty else value
    return None if isinstance(value, float) and math.isnan(value) else value


def number_of(value: Any) -> float:
    """A finite number.

    Raises:
        RowError: It is none.
    """
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        raise RowError("is not a number") from None
    if not math.isfinite(number):
        raise RowError("is not a finite number")
    return number


def text_of(value: Any) -> str:
    """A scalar as text.

    Raises:
        RowError: It is a list, a map or a truth value.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RowError("is not a single value")
    return str(value)


def argued(factory: Callable[..., Any], subject: Any, argument: Any, where: str) -> Any:
    """`factory(subject, argument)`; an argument that it cannot take is a fault of the mapping.

    Raises:
        ConfigError: Naming `where`.
    """
    try:
        return factory(subject, argument)
    except (TypeError, ValueError, KeyError, AttributeError, RowError, re.error) as fault:
        raise ConfigError(f"{where}: wrong type or value ({type(fault).__name__})") from None


def _remove(spec: dict[str, Any], texts: Any) -> Change:
    pattern = re.compile("|".join(re.escape(text) for text in ([texts] if isinstance(texts, str) else texts)))
    return lambda value: clean(pattern.sub("", text_of(value)))


def _whole(spec: dict[str, Any], wanted: bool) -> Change:
    def whole(value: Any) -> str:
        text = text_of(value)
        head, _, decimals = text.partition(".")
        if not head.lstrip("-").isdigit() or decimals.strip("0"):
            raise RowError("is not a whole number")
        return head

    return _switch(whole, wanted)


def _switch(change: Change, wanted: bool) -> Change:
    if not isinstance(wanted, bool):
        raise TypeError
    return change if wanted else lambda value: value


def _length(argument: Any) -> int:
    if not isinstance(argument, int) or isinstance(argument, bool) or argument < 1:
        raise ValueError
    return argument


def _pad(spec: dict[str, Any], width: Any) -> Change:
    length = _length(width)
    return lambda value: text_of(value).zfill(length)


def _take(spec: dict[str, Any], count: Any) -> Change:
    length = _length(count)
    return lambda value: clean(text_of(value)[:length])


def _translate(spec: dict[str, Any], values: dict[str, Any]) -> Change:
    known, closed, otherwise = dict(values), "otherwise" not in spec, spec.get("otherwise")

    def translate(value: Any) -> Any:
        text = text_of(value)
        if closed and text not in known:
            raise RowError("is not one of the mapping's values")
        return clean(known.get(text, otherwise))

    return translate


def _number(spec: dict[str, Any], options: dict[str, Any]) -> Callable[[Any], float]:
    allowed = {"decimal": ".", "thousands": "", "scale": 1, "absolute": False}
    if set(options) - set(allowed):
        raise KeyError
    decimal, thousands, scale, absolute = (options.get(key, default) for key, default in allowed.items())
    if not (isinstance(decimal, str) and isinstance(thousands, str) and isinstance(absolute, bool)):
        raise TypeError
    factor = float(scale)

    def number(value: Any) -> float:
        if isinstance(value, str):
            value = (value.replace(thousands, "") if thousands else value).replace(decimal, ".")
        result = number_of(value) * factor
        return abs(result) if absolute else result

    return number


def _timestamp(spec: dict[str, Any], options: dict[str, Any]) -> Callable[[Any], dt.datetime]:
    if set(options) - {"format", "timezone"}:
        raise KeyError
    style, zone = options.get("format"), zoneinfo.ZoneInfo(options.get("timezone", "UTC"))
    if style is not None:
        dt.datetime(2000, 1, 1).strftime(style)  # TypeError unless it is text

    def timestamp(value: Any) -> dt.datetime:
        try:
            if isinstance(value, dt.datetime):
                moment = value
            else:
                text = text_of(value)
                moment = dt.datetime.strptime(text, style) if style else dt.datetime.fromisoformat(text)
            return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
        except ValueError:
            raise RowError("is not a time of the mapping's format") from None

    return timestamp


MODIFIERS: dict[str, Callable[[dict[str, Any], Any], Change]] = {
    "remove": _remove,
    "whole": _whole,
    "pad": _pad,
    "take": _take,
    "upper": lambda spec, wanted: _switch(lambda value: text_of(value).upper(), wanted),
    "lower": lambda spec, wanted: _switch(lambda value: text_of(value).lower(), wanted),
    "values": _translate,
    "number": _number,
    "timestamp": _timestamp,
}
"""Name in a mapping to factory(spec of the cell, argument), in the order in which they act."""
