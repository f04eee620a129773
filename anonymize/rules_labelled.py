"""Rules for numbers that a label names: the label, at most a short phrase, then the number."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module

from privgen.anonymize.rules import BLANK, LEFT, RIGHT, Rule

# The alternatives exclude each other, so that a phrase can be read in one way only.
PHRASE = rf"(?:[^0-9.!?;{BLANK}]|\.(?=\S)|(?<=[Nn][ORor])\.(?=\s)){{0,32}}?"
"""What may stand between a label and its number: no digit, no end of a sentence."""

CODE_VALUE = r"[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9])){3,29}"
"""A code of a shop: four to thirty letters and digits, with hyphens or underscores between them."""

IS = (
    r"(?:[ ]?[._]{2,30}[ ]?[:=][ ]?|[\"']?(?:[ ]?(?:is|was|are|ist|是|为|:|：|=|é"
    r"|-(?=[ ]))){1,3}\s{0,2}[\"'“]?|\s{1,2}|)"
)
"""What may join a label and its code, nothing included."""

DIGITS_9 = r"[0-9]{3}[ .-]?[0-9]{3}[ .-]?[0-9]{3}"
"""Nine digits, in threes or in a row."""


def labelled(
    name: str,
    entity_type: str,
    label: str,
    value: str,
    triggers: tuple[str, ...],
    *,
    score: float = 0.88,
    check: Callable[[str], int | bool] | None = None,
    validated: bool = False,
) -> Rule:
    """A rule for `value` after `label`, in any case of letters; `value` has no groups of its own."""
    pattern = rf"(?<![A-Za-zÀ-ÿ])(?:{label})(?![A-Za-zÀ-ÿ]){PHRASE}{LEFT}({value}){RIGHT}"
    return Rule(
        name,
        entity_type,
        re.compile(pattern, re.IGNORECASE),
        score,
        triggers,
        check,
        validated=validated,
        digit=True,
    )


def valid(module: str) -> Callable[[str], bool]:
    """The check of a module of python-stdnum, imported when the first candidate needs it."""

    def check(value: str) -> bool:
        return bool(import_module(f"stdnum.{module}").is_valid(value))

    return check


def digits_at_least(count: int) -> Callable[[str], bool]:
    """A check that a value holds so many digits."""
    return lambda value: sum(char.isdigit() for char in value) >= count


four_digits = digits_at_least(4)
"""A check that a value holds four digits."""


def any_of(words: str) -> tuple[str, ...]:
    """Triggers written in one string with a bar between them."""
    return tuple(words.split("|"))
