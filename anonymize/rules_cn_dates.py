"""Rules for birth dates and ages in Chinese."""

from __future__ import annotations

import re

from privgen.anonymize.rules import NO_DIGIT_RIGHT, Rule
from privgen.anonymize.rules_cn_words import IS

_N = "[0-9一二三四五六七八九十廿初]{1,4}"
_YEAR = r"(?:(?:19|20)?[0-9]{2}[ ]?年[ ]?)"
_LUNAR = "(?:农历|阴历|公历|阳历|新历)?[ ]?"
_FULL = rf"{_LUNAR}{_YEAR}{_LUNAR}{_N}[ ]?月(?:[ ]?{_N}[ ]?[日号]?)?"
_NUMERIC = r"(?:19|20)[0-9]{2}[-/. ]{1,2}[0-9]{1,2}[-/. ]{1,2}[0-9]{1,2}"
_DATE = (
    rf"(?:{_FULL}|{_LUNAR}{_N}[ ]?月[ ]?{_N}[ ]?[日号]?|{_YEAR}|{_NUMERIC}|(?:19|20)[0-9]{{6}}"
    r"|(?:0?[1-9]|1[0-2])[-/.](?:[12][0-9]|3[01]|0?[1-9])(?![0-9.])|(?:19|20)[0-9]{2}[-/.](?:0?[1-9]"
    r"|1[0-2])|[0-9]{6})"
)

RULES = (
    Rule(
        "cn_birth_date",
        "DATE_OF_BIRTH",
        re.compile(
            r"(?:出生日期|出生年月日?|出生于|出生|生日|生辰|诞辰|(?<![发产诞])生于|生人|(?<![a-z])(?i:birth_?da(?:y|te)))"
            rf"(?:那天|当天)?{IS}({_DATE})" + NO_DIGIT_RIGHT
        ),
        0.85,
        ("出生", "生日", "生于", "生辰", "诞辰", "birth"),
    ),
    Rule(
        "birth_date_after",
        "DATE_OF_BIRTH",
        re.compile(rf"({_FULL}|{_NUMERIC})(?=[ ]?的?(?:出生|生日|生的|生人|生辰))"),
        0.85,
        ("出生", "生日", "生的", "生人", "生辰"),
    ),
    Rule(
        "birth_day_after",
        "DATE_OF_BIRTH",
        re.compile(
            rf"(?:我|本人|宝宝|孩子|老公|老婆|妈妈|爸爸|女儿|儿子)?(?:是|在)?({_LUNAR}{_N}月{_N}[日号]?|(?:19|20)[0-9]{{6}}"
            rf"|(?:[0-9]{{2}}|(?:19|20)[0-9]{{2}})年|(?:19"
            rf"|20)?[0-9]{{2}}年{_N}月)(?=[ ]?的?(?:出生|生日|生人))"
        ),
        0.75,
        ("出生", "生日", "生人"),
    ),
    Rule(
        "age_cn",
        "AGE",
        re.compile(
            r"(?:我|本人|今年|年龄|芳龄|年纪|老公|老婆|妈妈?|爸爸?|婆婆|公公|父亲|母亲)"
            r"(?:今年|已经|都|快|才|刚|是|为|也|[:：])*[ ]?([1-9][0-9]?["
            r" ]?(?:周)?岁|[1-9][0-9](?=[，,。 ]|$)(?<=年龄[:：][0-9]{2}))"
            r"(?!以[上下]|段|的(?:孩子|宝宝))"
        ),
        0.6,
        ("岁", "年龄"),
        digit=True,
    ),
)
