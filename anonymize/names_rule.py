"""How a rule for a name after a context is made."""

from __future__ import annotations

import re
from collections.abc import Callable

from privgen.anonymize.names_latin import NAME
from privgen.anonymize.rules import Rule

PUBLIC_WORK = re.compile(
    r"(?i)(?<![a-z])(?:paperback|hardcover|hardback|novel|book|audiobook|album|cd|song|film|movie|memoir"
    r"|biography|poems?"
    r"|written|narrated|directed|illustrated|starring|author|singer|actor)s?,?(?: (?:by|of|about|from))?[ ]?$"
    r"|(?<![A-Za-z])(?i:the|an?|this)[ ]$"
)
"""What stands before a name that is public, on a cover, and before a brand, after an article."""


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
