"""Rules for Chinese telephone numbers: mobiles, land lines and service numbers."""

from __future__ import annotations

import re

from privgen.anonymize.rules import DIGITS, NO_DIGIT_LEFT, NO_DIGIT_RIGHT, Rule

_PREFIX = r"(?:[(（]?(?:\+|00)?86[)）]?[ -]?)?"

RULES = (
    Rule(
        "phone_cn_mobile",
        "PHONE_NUMBER",
        re.compile(NO_DIGIT_LEFT + _PREFIX + r"1[3-9](?:[ .-]?[0-9]){9}" + NO_DIGIT_RIGHT),
        0.8,
        DIGITS,
    ),
    Rule(
        "phone_cn_landline",
        "PHONE_NUMBER",
        re.compile(
            NO_DIGIT_LEFT + r"(?:(?:\+|00)86[ -]?)?[(（]?0?(?:10|2[0-9]|[3-9][0-9]{2})[)）"
            r" -]{1,2}[2-8][0-9]{2,3}[ -]?[0-9]{4}(?:[ -转]{1,2}[0-9]{1,5})?" + NO_DIGIT_RIGHT
        ),
        0.7,
        DIGITS,
        lambda value: sum(char.isdigit() for char in value) >= 10,
    ),
    Rule(
        "phone_cn_service",
        "PHONE_NUMBER",
        re.compile(NO_DIGIT_LEFT + r"[48]00[ -][0-9]{3,4}[ -]?[0-9]{3,4}" + NO_DIGIT_RIGHT),
        0.6,
        DIGITS,
        lambda value: sum(char.isdigit() for char in value) == 10,
    ),
)
