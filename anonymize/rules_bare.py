"""Rules for official numbers that their shape and a checksum give away without a label."""

from __future__ import annotations

import re

from privgen.anonymize.rules import DIGITS, Rule
from privgen.anonymize.rules_labelled import valid
from privgen.anonymize.rules_numbers import ORDER_CONTEXT

ALONE, ENDS = r"(?<![A-Za-z0-9.+-])", r"(?![0-9A-Za-z-]|[.,][0-9])"
"""Nothing that would make a number part of a longer one stands before it, or behind it."""


def bare(name: str, entity_type: str, pattern: str, module: str, trigger: tuple[str, ...] = DIGITS) -> Rule:
    """A number that its shape and a checksum give away without a label."""
    return Rule(
        name,
        entity_type,
        re.compile(pattern),
        0.9,
        trigger,
        valid(module),
        validated=True,
        unless=ORDER_CONTEXT,
    )
