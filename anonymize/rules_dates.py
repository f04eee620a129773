"""Rules for birth dates and ages; other dates (a delivery, an order) are not personal and stay."""

from __future__ import annotations

import re

from privgen.anonymize.rules import NO_DIGIT_RIGHT, Rule

_MONTH = (
    "(?:jan(?:uary|eiro|\\.)?|feb(?:ruary|\\.)?|fev(?:ereiro)?|mar(?:ch|[cç]o"
    "|\\.)?|apr(?:il|\\.)?|abril|may|maio|june?|junho"
    "|july?|julho|aug(?:ust|\\.)?|agosto|sep(?:t(?:ember)?|\\.)?|setembro|oct(?:ober"
    "|\\.)?|outubro|nov(?:ember|embro|\\.)?"
    "|dec(?:ember|\\.)?|dez(?:embro)?)"
)
_DATE = (
    r"(?:(?:19|20)[0-9]{2}[-/. ]{1,2}[0-9]{1,2}[-/. ]{1,2}[0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.]"
    r"(?:[0-9]{4}|[0-9]{2})|(?:19|20)[0-9]{6}"
    r"|(?:(?:19|20)?[0-9]{2}[ ]?年[ ]?)?[0-9]{1,2}[ ]?月[ ]?[0-9]{1,2}[ ]?[日号]?"
    r"|(?:19|20)?[0-9]{2}[ ]?年(?:[0-9]{1,2}月)?"
    rf"|{_MONTH}[ ][0-9]{{1,2}}(?:st|nd|rd|th)?(?:,?[ ](?:of[ ])?[0-9]{{4}})?"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th|º)?[ ](?:of[ ]|de[ ])?{_MONTH}(?:,?[ ](?:de["
    rf" ])?[0-9]{{4}})?"
    r")"
)
_BORN = (
    r"(?:(?<![A-Za-z])(?:born(?: on| in)?|d\.?o\.?b\.?|date of birth|birth"
    r" ?date|birth ?day|b-day|nascid[oa](?: em| no dia)?|nasci(?: em| no dia)?"
    r"|anivers[aá]rio|data de nascimento|geboren(?: am)?|geburtsdatum|n[ée]e?"
    r" le)"
    r"|出生日期|出生年月日?|出生于|出生|生日|(?<![发产诞])生于)"
)

RULES = (
    Rule(
        "birth_date",
        "DATE_OF_BIRTH",
        re.compile(
            rf"{_BORN}(?:[ ]?(?:[.,]?[ ]it(?:'s|’s| is)|is"
            rf"|was|are|on|é|是在|是|为|[:：（(]))*\s{{0,2}}(?:the[ ])?({_DATE})" + NO_DIGIT_RIGHT,
            re.IGNORECASE,
        ),
        0.85,
        (
            "born",
            "dob",
            "d.o.b",
            "birth",
            "b-day",
            "nasc",
            "anivers",
            "gebor",
            "geburt",
            "née",
            "né ",
            "出生",
            "生日",
            "生于",
        ),
        digit=True,
    ),
    Rule(
        "birth_date_after",
        "DATE_OF_BIRTH",
        re.compile(
            r"((?:(?:19|20)?[0-9]{2}年)[0-9]{1,2}月[0-9]{1,2}[日号]?|(?:19"
            r"|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2})(?=出生|生日|生的"
            r"|生人)"
        ),
        0.85,
        ("出生", "生日", "生的", "生人"),
        digit=True,
    ),
    Rule(
        "age",
        "AGE",
        re.compile(
            r"(?<![A-Za-z])(?:(?:I am|I'm|I’m|im|she is|she's|he is|he's|mother"
            r" is|husband is|aged?(?: of|:| is)?|turning|turned)[ ])([1-9][0-9]?(?:["
            r" -]?(?:years?|yrs?|y/?o)(?:[ -]?old)?))(?![A-Za-z0-9])",
            re.IGNORECASE,
        ),
        0.6,
        ("year", "yr", "yrs", "y/o", " yo", "yo "),
        digit=True,
    ),
    Rule(
        "age_of",
        "AGE",
        re.compile(
            r"(?<![A-Za-z])(?:aged|age[:：]|my age is|idade[:：]?)[ ]?([1-9][0-9])(?![0-9A-Za-z%.-])",
            re.IGNORECASE,
        ),
        0.55,
        ("age", "aged", "idade"),
        digit=True,
    ),
    Rule(
        "age_cn",
        "AGE",
        re.compile(
            r"(?:我|本人|今年|年龄|芳龄|年纪|老公|老婆|妈妈?|爸爸?|婆婆|父亲"
            r"|母亲)(?:是|为|都|已经|今年|快|[:：])*[ ]?([1-9][0-9]?[ ]?(?:周)?岁)(?!以[上下]"
            r"|段|的(?:孩子|宝宝))"
        ),
        0.6,
        ("岁",),
        digit=True,
    ),
    Rule(
        "age_pt",
        "AGE",
        re.compile(r"(?<![A-Za-z])(?:eu )?tenho[ ]([1-9][0-9][ ]anos)(?! de)", re.IGNORECASE),
        0.55,
        ("tenho",),
        digit=True,
    ),
)
