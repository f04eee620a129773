"""Rules for telephone numbers of CN, US, GB, DE, FR, BR, IN and, with a country code, of everywhere."""

from __future__ import annotations

import re

from privgen.anonymize.rules import DIGITS, NO_DIGIT_RIGHT, Rule, words
from privgen.anonymize.rules_labelled import labelled
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
        "text",
        "(?:my|new|his|her|our|best|contact|phone) (?:number|no\\b|#)",
        "ph\\b",
        "hotline",
        "landline",
        "pager",
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
        "tel[eé]fono",
        "telefon",
        "m[oó]vil",
        "cellulare",
        "mobil",
        "llam",
        "chiama",
        "appele",
        "anruf",
        "joindre",
        "ringen",
        "odbiera",
        "(?:za)?dzwo[nń]",
        "kom[oó]rk",
    ),
)
_NOT_PART = r"(?<![A-Za-z0-9/])(?<![A-Za-z0-9]-)(?<![0-9][.,])"
_EXT = r"(?:,? ?(?i:x|ext\.?|extension|#|ramal|poste|durchwahl|int\.) ?[0-9]{1,6})?"
_BEFORE_PLACE = r"(?=[ ,]{0,2}[(\[-]?(?i:office|fax|mobile|cell|whatsapp|landline|tel|phone)(?![A-Za-z]))"
_DATE = re.compile(r"\(?[0-9]{1,4}/[0-9]{1,2}/[0-9]{2}|(?:19|20)[0-9]{2}[.-][0-9]{1,2}[.-][0-9]{1,2}$")
_SEP = r"(?:[ ][/–-][ ]|[ .()/-]{0,2})"
_DECIMALS = re.compile(r"[0-9]{1,3}\.[0-9](?: [0-9]{1,3}\.[0-9])+")
_NO_UNIT = (
    r"(?![ ]?(?i:[mck]m|[mk]?g|m?l|oz|lbs?|psi|k?wh?|mah|px|dpi|gsm|[kmg]?hz|rpm|fps|units|pcs|pieces"
    r"|pages|grid)"
    r"(?![A-Za-z]))"
)
"""No measure."""


def _rule(
    name: str,
    pattern: str,
    score: float,
    *,
    context: bool = False,
    bare: bool = False,
    low: int = 7,
    high: int = 17,
    triggers: tuple[str, ...] = DIGITS,
) -> Rule:
    return Rule(
        f"phone_{name}",
        "PHONE_NUMBER",
        re.compile(pattern + _NO_UNIT),
        score,
        triggers,
        lambda value: (
            low <= sum(char.isdigit() for char in value) <= high
            and not _DATE.match(value)
            and not _DECIMALS.match(value)
        ),
        before=PHONE_CONTEXT if context else None,
        unless=ORDER_CONTEXT if bare else None,
        digit=True,
    )


RULES = (
    _rule(
        "international",
        r"(?<![A-Za-z0-9])\+[ ]?\(?[1-9][0-9]{0,2}\)?" + rf"(?:{_SEP}[0-9]){{6,13}}" + _EXT + NO_DIGIT_RIGHT,
        0.8,
        low=8,
        high=22,
    ),
    _rule(
        "international_00",
        r"(?<![A-Za-z0-9.,-])\(?00[ ]?\(?[1-9][0-9]{0,2}\)?"
        + rf"(?:{_SEP}[0-9]){{6,13}}"
        + _EXT
        + NO_DIGIT_RIGHT,
        0.8,
        bare=True,
        low=8,
        high=22,
    ),
    _rule(
        "us",
        _NOT_PART + r"(?:1[ .-]?)?(?:\([2-9][0-9]{2}\)[ .-]{0,3}|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}["
        r" .-][0-9]{4}" + _EXT + NO_DIGIT_RIGHT,
        0.8,
    ),
    _rule(
        "us_brackets",
        r"(?:(?<![0-9A-Za-z.-])1[ .-]?)?\([0-9]{3}\) ?[0-9]{3}[ .-]?[0-9]{4}" + _EXT + NO_DIGIT_RIGHT,
        0.8,
    ),
    _rule(
        "us_dashed",
        _NOT_PART + r"(?:1[.-])?[0-9]{3}(?:-[0-9]{3}-|\.[0-9]{3}\.)[0-9]{4}" + _EXT + r"(?![0-9]|-[0-9])",
        0.7,
    ),
    _rule(
        "us_spaced",
        _NOT_PART + r"(?:1 )?[1-9][0-9]{2} [0-9]{3} [0-9]{4}" + _EXT + r"(?![0-9]|[ .-][0-9])",
        0.6,
        bare=True,
    ),
    _rule("us_slashed", _NOT_PART + r"[2-9][0-9]{2}/[0-9]{3}-[0-9]{4}" + _EXT + NO_DIGIT_RIGHT, 0.7),
    _rule(
        "ten_digits",
        _NOT_PART
        + r"(?:1?[2-9][0-9]{2}[2-9][0-9]{6}|[6-9][0-9]{9})"
        + r"(?![0-9A-Za-z.,-][0-9]|[0-9A-Za-wyz]|[ ](?:is )?(?:printed |written |stamped )?on the (?:shelf"
        r"|box|label|tag"
        r"|back|bottom|sticker|packaging|base|barcode|receipt))" + _EXT,
        0.5,
        bare=True,
        high=16,
    ),
    _rule("in", _NOT_PART + r"[6-9][0-9]{4}[ -][0-9]{5}" + NO_DIGIT_RIGHT, 0.6),
    _rule(
        "in_433",
        _NOT_PART + r"[6-9][0-9]{3}[ -][0-9]{3}[ -][0-9]{3}(?![0-9A-Za-z]|[ .-][0-9])",
        0.6,
        bare=True,
    ),
    _rule(
        "trunk",
        _NOT_PART + rf"\(?0[1-9](?:{_SEP}[0-9]){{7,10}}" + _EXT + r"(?![0-9A-Za-z]|[.,][0-9])",
        0.6,
        bare=True,
        low=9,
        high=17,
    ),
    _rule("fr_pairs", _NOT_PART + r"0[1-9](?:[ .][0-9]{2}){4}(?![0-9A-Za-z]|[ .,-][0-9])", 0.7),
    _rule(
        "threes",
        _NOT_PART + r"[4-9][0-9]{2}(?: [0-9]{3} [0-9]{3}|-[0-9]{3}-[0-9]{3}"
        r"|[ .-][0-9]{2}(?:[ .-][0-9]{2}){2})(?![0-9A-Za-z]|[ .,-][0-9])",
        0.6,
        bare=True,
    ),
    _rule(
        "twos_at_end",
        _NOT_PART
        + r"(?:8[ -]?)?\(?[2-9][0-9]{2}\)?[ .-][0-9]{3}[ .-][0-9]{2}[ .-][0-9]{2}(?![0-9A-Za-z]|[ .,-][0-9])",
        0.7,
        bare=True,
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
    _rule("br_country", _NOT_PART + r"55 ?\(?[1-9][0-9]\)? ?9 ?[0-9]{4}[ -]?[0-9]{4}" + NO_DIGIT_RIGHT, 0.65),
    _rule("br_bare", _NOT_PART + r"[1-9][1-9]9[0-9]{8}(?![0-9A-Za-z.,-])", 0.5, bare=True),
    _rule(
        "br_carrier",
        r"\(?0?(?:xx|XX)[ ]?[1-9][0-9]\)?[ .-]{0,2}9?[ .-]?[0-9]{4}[ .-]?[0-9]{4}" + NO_DIGIT_RIGHT,
        0.7,
        low=10,
        triggers=("*xx",),
    ),
    _rule(
        "mx",
        _NOT_PART + r"(?:55|33|81)[ -][0-9]{4}[ -][0-9]{4}(?![0-9A-Za-z]|[ .,-][0-9])",
        0.6,
        bare=True,
    ),
    _rule("br_brackets", r"\(0?[1-9][0-9]\) ?9?[ .-]?[0-9]{4}[ .-]?[0-9]{4}" + NO_DIGIT_RIGHT, 0.7),
    _rule("br_local", _NOT_PART + r"9 ?[0-9]{4}-[0-9]{4}(?![0-9A-Za-z]|-[0-9])", 0.5, bare=True),
    _rule(
        "area_brackets",
        r"(?<![A-Za-z0-9])\([0-9]{2,5}\)[ /-]{0,2}[0-9]{3,5}[ -][0-9]{3,4}(?![0-9A-Za-z]|[.,-][0-9])",
        0.6,
    ),
    _rule(
        "context",
        _NOT_PART
        + r"(?<![0-9][ .()/-])"
        + rf"\+?\(?[0-9](?:{_SEP}[0-9]){{6,14}}"
        + _EXT
        + r"(?![0-9A-Za-z])",
        0.65,
        context=True,
        high=21,
    ),
    _rule(
        "place_after",
        _NOT_PART + r"(?<![0-9][ .()/-])" + rf"\+?\(?[0-9](?:{_SEP}[0-9]){{5,14}}" + _EXT + _BEFORE_PLACE,
        0.65,
        low=6,
        triggers=("office", "fax", "mobile", "cell", "whatsapp", "landline", "tel", "phone"),
    ),
    labelled(
        "phone_short",
        "PHONE_NUMBER",
        r"local (?:no\.?|number|#)|phone|tel(?:ephone)?|fax|mobile|call(?: me| us)?|dial|ring",
        r"[0-9]{2,3}[ -][0-9]{2,4}(?:[ -][0-9]{2})?",
        ("local", "phone", "tel", "telephone", "fax", "mobile", "call", "dial", "ring"),
        score=0.6,
        check=lambda value: sum(char.isdigit() for char in value) in (6, 7),
    ),
)
