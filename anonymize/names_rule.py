"""How a rule for a name after a context is made."""

from __future__ import annotations

import re
from collections.abc import Callable

from privgen.anonymize.names_latin import NAME
from privgen.anonymize.rules import Rule


def person_rule(
    name: str,
    context: str,
    triggers: tuple[str, ...],
    check: Callable[[str], int],
    *,
    value: str = NAME,
    after: str = "",
    score: float = 0.7,
    tail: int = 0,
    unless: re.Pattern[str] | None = None,
) -> Rule:
    """A name after a context that is read in any case of letters."""
    pattern = rf"(?i:{context})({value}){after}"
    return Rule(
        f"person_{name}", "PERSON", re.compile(pattern), score, triggers, check, unless=unless, tail=tail
    )
