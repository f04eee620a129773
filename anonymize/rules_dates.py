"""Rules for birth dates and ages; other dates (a delivery, an order) are not personal and stay."""

from __future__ import annotations

import re

from privgen.anonymize.rules import NO_DIGIT_RIGHT, Rule, words

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
    r")"
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
        ),
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
        unless=words(
            "recommended",
            "minimum",
            "suggested",
            "manufacturer",
            "min(?:\\.|imum)?(?![a-z])",
            "toy",
            "product",
            "target",
        ),
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
