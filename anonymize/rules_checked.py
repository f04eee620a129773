"""The two shapes of rules for official numbers: a checksum decides, or words before the number do."""

from __future__ import annotations

import re
from collections.abc import Callable

from privgen.anonymize.rules import DIGITS, Rule


def checked(
    name: str,
    entity_type: str,
    pattern: str,
    check: Callable[[str], int | bool],
    *,
    unless: re.Pattern[str] | None = None,
    label: str = "",
) -> Rule:
    """A rule for what passes a checksum, anywhere, or in a text that holds `label`; see `Rule`."""
    return Rule(
        name,
        entity_type,
        re.compile(pattern),
        0.9,
        (label,) if label else DIGITS,
        check,
        validated=True,
        unless=unless,
        digit=bool(label),
    )


def told(
    name: str,
    entity_type: str,
    pattern: str,
    score: float,
    before: re.Pattern[str],
    *,
    unless: re.Pattern[str] | None = None,
    labels: tuple[str, ...] = (),
    check: Callable[[str], int | bool] | None = None,
) -> Rule:
    """A rule for a number of which words before it say what it is, in a text that holds one of `labels`."""
    return Rule(
        name,
        entity_type,
        re.compile(pattern),
        score,
        labels or DIGITS,
        check,
        before=before,
        unless=unless,
        digit=bool(labels),
    )
