"""report.json as one HTML page that stands alone: no script, no network, all text escaped."""

from __future__ import annotations

import datetime as dt
import json
import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from privgen.explain import report_charts
from privgen.explain.report_explanations import VERDICTS
from privgen.explain.report_generation import MAX_SAMPLES
from privgen.explain.report_groups import MIN_PEOPLE, OUTCOMES
from privgen.explain.report_values import shorten
from privgen.schema import CUSTOMER_KINDS

LANGUAGES = ("en", "zh")
"""Languages that a report can be written in."""

MAX_ROWS = 60
"""Rows shown of a table that grows with the run; the others are in report.json."""

TEMPLATES = Path(__file__).parent / "templates"
Facts = dict[str, Any]


@cache
def labels(language: str, name: str = "labels") -> dict[str, dict[str, str]]:
    """The wording of the report, or of another document: section, key, text."""
    found: dict[str, dict[str, str]] = tomllib.loads(
        (TEMPLATES / f"{name}.{language}.toml").read_text(encoding="utf-8")
    )
    return found


def schema() -> dict[str, Any]:
    """The published JSON Schema of report.json."""
    found: dict[str, Any] = json.loads((TEMPLATES / "report.schema.json").read_text(encoding="utf-8"))
    return found


def render(facts: Facts, language: str) -> str:
    """The report as HTML.

    Args:
        facts: The object of report.json, cleaned.
        language: One of `LANGUAGES`.
    """
    template = environment(language).get_template("report.html.j2")
    return template.render(r=facts, lang=language, fig=partial(figure, facts)) + "\n"


@cache
def environment(language: str, more: str | None = None) -> Environment:
    """Where templates find their wording and ways to show a value; all text is escaped.

    Args:
        language: One of `LANGUAGES`.
        more: Another document whose wording joins the report's.
    """
    made = Environment(
        autoescape=True,
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = labels(language) | (labels(language, more) if more else {})
    made.filters |= {"head": head, "cut": shorten, "fixed": fixed, "signed": signed, "percent": percent}
    made.filters |= {"up": round_up, "moment": moment}
    made.globals |= {
        "t": partial(translate, words),
        "name": partial(lookup, words),
        "difference": difference,
        "charts": report_charts,
        "rows_cap": MAX_ROWS,
        "samples_cap": MAX_SAMPLES,
        "verdicts": VERDICTS,
        "outcomes": OUTCOMES,
        "least_people": MIN_PEOPLE,
        "lookup_long": partial(lookup, words, most=200),
        "personal_kinds": [kind.value for kind in CUSTOMER_KINDS],
    }
    return made


def translate(words: Mapping[str, Mapping[str, str]], key: str, **values: Any) -> str | Markup:
    """The text called `section.key`, with `{name}` replaced by values, which are escaped."""
    section, _, entry = key.partition(".")
    text = words[section][entry]
    return Markup(text).format(**values) if values else text  # the wording is ours; the values are escaped


def lookup(words: Mapping[str, Mapping[str, str]], section: str, entry: Any, most: int = 60) -> str:
    """The name of an entry in `section`, or the entry itself, cut, where there is none."""
    return words[section].get(str(entry), shorten(str(entry), most))


def figure(facts: Facts, pointer: str, style: str = "int") -> Markup:
    """A number, its exact value and the JSON pointer to it in report.json, so that both can be compared."""
    value = resolve(facts, pointer)
    shown = STYLES[style](value)
    if value is None:
        return Markup("<span>{}</span>").format(shown)
    return Markup('<data value="{}" data-path="{}">{}</data>').format(repr(value), pointer, shown)


def resolve(facts: Any, pointer: str) -> Any:
    """The value at a JSON pointer (RFC 6901, without escapes)."""
    value = facts
    for step in pointer.strip("/").split("/"):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def difference(before: str, after: str, side: str) -> Markup:
    """One of two texts with what only it has marked: `removed` shows `before`, `added` shows `after`."""
    shown = {"removed": "<del>{}</del>", "added": "<ins>{}</ins>"}[side]
    try:
        from privgen.explain.counterfactuals import mark_difference
    except ImportError:  # the report is written without numpy too, then without marks
        return escape(before if side == "removed" else after)
    pieces = mark_difference(before, after)
    return Markup("").join(
        Markup(shown).format(text) if mark == side else escape(text)
        for mark, text in pieces
        if mark in ("same", side)
    )


def head(items: Iterable[Any], most: int = MAX_ROWS) -> list[Any]:
    """The first `most` items."""
    return list(islice(items, most))


def whole(value: float | None) -> str:
    """A count with thousands separated."""
    return "–" if value is None else f"{value:,}"


def round_up(value: float | None, digits: int = 2) -> str:
    """A privacy spend, never shown smaller than it is.

    >>> round_up(3.14101), round_up(8.0), round_up(None)
    ('3.15', '8.00', '∞')
    """
    if value is None:
        return "∞"
    scale = 10**digits
    return f"{math.ceil(round(value * scale, 6)) / scale:.{digits}f}"


def moment(value: Any) -> str:
    """A time of the manifest in UTC, to the minute.

    >>> moment("2026-01-01T08:10:59+08:00")
    '2026-01-01 00:10 UTC'
    """
    try:
        return dt.datetime.fromisoformat(str(value)).astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    except ValueError:
        return shorten(str(value), 40)


def percent(share: float | None) -> str:
    """A share of 0 to 1; never rounded to all or nothing when it is not.

    >>> percent(0.999), percent(0.001), percent(1.0), percent(0.256)
    ('>99%', '<1%', '100%', '26%')
    """
    if share is None:
        return "–"
    if 0.99 < share < 1:
        return ">99%"
    if 0 < share < 0.01:
        return "<1%"
    return f"{share:.0%}"


def fixed(value: float | None, digits: int = 2) -> str:
    """A number with a fixed count of decimals."""
    return "–" if value is None else f"{value:,.{digits}f}"


def signed(value: float) -> str:
    """A score in nats with its sign: a minus sign of the width of the plus sign."""
    return f"{value:+.1f}".replace("-", "−")


def small(value: float | None) -> str:
    """A small number such as a delta or an error.

    >>> small(1e-05), small(0.0), small(2.5)
    ('1e-5', '0', '2.5')
    """
    if value is None:
        return "–"
    mantissa, _, exponent = f"{value:.2g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


STYLES: Mapping[str, Callable[[Any], str]] = {
    "int": whole,
    "up": round_up,
    "percent": percent,
    "fixed": fixed,
    "small": small,
}
"""Ways to show a number."""
