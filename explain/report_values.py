"""Values on their way into a report: cleaned of what could mislead a reader, cut to length, checked.

Everything that a report shows comes from files that may hold hostile text (signals, pages) or that somebody
may have edited; nothing of it is trusted to be of the right type.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from typing import Any

MAX_TEXT = 280
"""Characters shown of one text; the page is cited, so the rest can be looked up."""

_KEPT_FORMATS = "\u200c\u200d"  # joiners that some scripts and emoji need


def clean(value: Any) -> Any:
    """A copy of JSON-like `value` whose strings hold no control, direction or surrogate characters.

    Direction overrides could make a line read as something else than it says; a lone surrogate could not
    be written at all.

    >>> clean({"a": "x\\u202ey"})
    {'a': 'xy'}
    """
    if isinstance(value, str):
        return value if value.isprintable() else "".join(map(_visible, value))
    if isinstance(value, Mapping):
        return {clean(str(key)): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return value


def shorten(text: str, most: int = MAX_TEXT) -> str:
    """`text` in one line of at most `most` characters.

    >>> shorten("one two three", 8)
    'one two…'
    """
    line = " ".join(text[: 4 * most].split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def mapping(value: Any) -> dict[str, Any]:
    """`value` if it is a dict, else an empty one."""
    return value if isinstance(value, dict) else {}


def count(value: Any) -> int:
    """`value` if it is a whole number of things, else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def counts(value: Any) -> dict[str, int]:
    """The name-to-count entries of `value`, sorted by name."""
    return {str(name): count(item) for name, item in sorted(mapping(value).items()) if count(item)}


def finite(value: Any) -> float | None:
    """`value` as a float if it is a finite number, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def number(value: Any) -> float:
    """`value` as a float.

    Raises:
        ValueError: It is not a finite number.
    """
    found = finite(value)
    if found is None:
        raise ValueError("not a finite number")
    return found


def word(value: Any) -> str:
    """`value` if it is a string, cut to a label's length.

    Raises:
        TypeError: It is something else.
    """
    if not isinstance(value, str):
        raise TypeError("not a string")
    return shorten(value, 80)


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    if category == "Cc":
        return " "
    return "" if category == "Cf" and character not in _KEPT_FORMATS else character
