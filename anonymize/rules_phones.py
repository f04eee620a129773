"""Rules for telephone numbers of CN, US, GB, DE, FR, BR, IN and, with a country code, of everywhere."""

from __future__ import annotations

import re

from privgen.anonymize.rules import DIGITS, NO_DIGIT_RIGHT, Rule, words
from privgen.anonymize.rules_numbers import ORDER_CONTEXT

PHONE_CONTEXT = words(
    *(
        "phone",
        "tel\\b",
        "telephone",
        "mobile",
        "cell",
        "call",
        "ring (?:me|us|him|her)",
        "text (?:me|us|him|her)",
    ),
    *(
        "sms",
        "whats\\s?app",
        "fax",
        "contact",
        "reach",
        "dial",
        "answering",
        "telefone",
        "fone",
        "celular",
        "contato",
        "ligar",
    ),
    *(
        "ligue",
        "zap",
        "handy",
        "rufen",
        "t[ée]l[ée]phone",
        "portable",
    ),
)
_NOT_PART = r"(?<![A-Za-z0-9./-])(?<![0-9],)"
_DATE = re.compile(r"\(?[0-9]{1,4}/[0-9]{1,2}/[0-9]{2}|(?:19|20)[0-9]{2}[.-][0-9]{1,2}[.-][0-9]{1,2}$")
_SEP = r"[ .()/-]{0,2}"


def _rule(
    name: str,
    pattern: str,
    score: float,
    *,
    context: bool = False,
    bare: bool = False,
    low: int = 7,
    high: int = 15,
) -> Rule:
    return Rule(
        f"phone_{name}",
        "PHONE_NUMBER",
        re.compile(pattern),
        score,
        DIGITS,
        lambda value: low <= sum(char.isdigit() for char in value) <= high and not _DATE.match(value),
        before=PHONE_CONTEXT if context else None,
        unless=ORDER_CONTEXT if bare else None,
    )


RULES = (
    _rule(
        "international",
        r"(?<![A-Za-z0-9])(?:\+|00)[ ]?\(?[1-9][0-9]{0,2}\)?"
        + rf"(?:{_SEP}[0-9]){{6,13}}"
        + r"(?: ?(?:x|ext\.?) ?[0-9]{1,5})?"
        + NO_DIGIT_RIGHT,
        0.8,
        low=8,
        high=22,
    ),
    _rule(
        "us",
        _NOT_PART + r"(?:1[ .-]?)?(?:\([2-9][0-9]{2}\)[ .-]?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}["
        r" .-][0-9]{4}(?: ?(?:x|ext\.?) ?[0-9]{1,5})?" + NO_DIGIT_RIGHT,
        0.8,
    ),
    _rule(
        "us_brackets",
        r"\([0-9]{3}\) ?[0-9]{3}[ .-]?[0-9]{4}(?: ?(?:x|ext\.?) ?[0-9]{1,5})?" + NO_DIGIT_RIGHT,
        0.8,
    ),
    _rule(
        "us_dashed",
        _NOT_PART + r"((?:1-)?[0-9]{3}(?P<mark>[.-])[0-9]{3}(?P=mark)[0-9]{4}(?: ?(?:x"
        r"|ext\.?) ?[0-9]{1,5})?)(?![0-9-])",
        0.7,
    ),
    _rule(
        "ten_digits",
        _NOT_PART + r"(?:[2-9][0-9]{2}[2-9][0-9]{6}|[6-9][0-9]{9})" + r"(?![0-9A-Za-z.,-][0-9]|[0-9A-Za-z])",
        0.5,
        bare=True,
    ),
    _rule("in", _NOT_PART + r"[6-9][0-9]{4}[ -][0-9]{5}" + NO_DIGIT_RIGHT, 0.6),
    _rule(
        "trunk",
        _NOT_PART + rf"\(?0[1-9](?:{_SEP}[0-9]){{7,9}}(?![0-9A-Za-z]|[.,][0-9])",
        0.6,
        bare=True,
        low=9,
        high=11,
    ),
    _rule(
        "br",
        _NOT_PART
        + r"(?:0?\([1-9][0-9]\)|[1-9][0-9])[ .-]{0,2}9?[ .]?[2-9][0-9]{3}[ .-][0-9]{4}"
        + NO_DIGIT_RIGHT,
        0.7,
        low=10,
        high=12,
    ),
    _rule("br_bare", _NOT_PART + r"[1-9][1-9]9[0-9]{8}(?![0-9A-Za-z.,-])", 0.5, bare=True),
    _rule("br_brackets", r"\([1-9][0-9]\) ?9?[0-9]{8}" + NO_DIGIT_RIGHT, 0.7),
    _rule("context", _NOT_PART + rf"\+?\(?[0-9](?:{_SEP}[0-9]){{6,14}}(?![0-9A-Za-z])", 0.65, context=True),
)
