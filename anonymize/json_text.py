"""Change the strings and numbers inside JSON text and leave every other byte of it as it is.

The text is checked by the JSON reader of the standard library first; after that its strings and brackets can
be told apart by a pattern, at any depth and without recursion.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from privgen.errors import RowError


class NotJsonError(RowError):
    """The text is not JSON."""


Edit = Callable[[str, str], str]
"""Given a string and the top-level key that it stands under ("" for none); returns what to write instead."""
EditNumber = Callable[[str, str], str | None]
"""Given a number as written and its top-level key; returns a string to write instead, or None to leave it."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"(\s*+:)?|[{}\[\]]|-?[0-9][0-9.eE+-]*+', re.DOTALL)


def edit_json(text: str, edit: Edit, number: EditNumber | None = None) -> str:
    """JSON text with its strings, keys below the top included, put through `edit`.

    Keys of the top-level object are column names and stay.

    Raises:
        RowError: Not JSON, nested too deep, or an object with the same key twice, before or after.
    """
    read_json_text(text)
    pieces: list[str] = []
    depth, at, column = 0, 0, ""
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in "{[":
            depth += 1
        elif token in "}]":
            depth -= 1
        elif token[0] != '"':
            new = number(token, column) if number else None
            if new is not None:
                pieces += (text[at : match.start()], json.dumps(new))
                at = match.end()
        else:
            end = match.start(1) if match[1] else match.end()
            raw = text[match.start() : end]
            value = json.loads(raw)
            if depth == 1 and match[1] and text.lstrip()[:1] == "{":
                column = value
            elif (new := edit(value, column)) != value:
                pieces += (text[at : match.start()], json.dumps(new, ensure_ascii=raw.isascii()))
                at = end
    if not pieces:
        return text
    changed = "".join((*pieces, text[at:]))
    read_json_text(changed)  # two keys may have become one
    return changed


def read_json_text(text: str) -> Any:
    """The value of JSON text.

    Raises:
        RowError: Not JSON, nested too deep, or an object with the same key twice.
    """
    try:
        return json.loads(text, object_pairs_hook=_object)
    except RecursionError:
        raise RowError("JSON is nested too deep; the record is held back") from None
    except ValueError:
        raise NotJsonError("not JSON; the record is held back") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise RowError("an object has the same key twice; the record is held back")
    return values
