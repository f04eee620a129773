"""Rules for birth dates in English and its neighbours; other dates are not personal and stay."""

from __future__ import annotations

import re

from privgen.anonymize.rules import BLANK, NO_DIGIT_RIGHT, Rule
from privgen.anonymize.rules_labelled import any_of

_MONTH = (
    r"(?:jan(?:uary|uar|eiro|vier|\.)?|enero|gennaio|feb(?:ruary|ruar|rero|braio|\.)?|fev(?:ereiro|\.)?"
    r"|f[ée]vrier"
    r"|m[aä]r(?:ch|z|s|zo|[cç]o|\.)?|apr(?:il|ile|\.)?|abril|avril|may|mai(?:o)?|mayo|maggio|june?|junho"
    r"|juin|juni|junio"
    r"|giugno|july?|julho|juillet|juli|julio|luglio|aug(?:ust|\.)?|agosto|ao[uû]t|sep(?:t(?:ember|embre"
    r"|iembre|\.)?|\.)?"
    r"|setembro|settembre|oct(?:ober|obre|ubre|\.)?|outubro|okt(?:ober|\.)?|ottobre|nov(?:ember|embro"
    r"|embre|iembre|\.)?"
    r"|dec(?:ember|embre|\.)?|d[ée]cembre|dez(?:embro|ember|\.)?|dic(?:iembre|embre)?)(?![a-z])"
)
_DATE = (
    r"(?:(?:19|20)[0-9]{2}[-/. ]{1,2}[0-9]{1,2}[-/. ]{1,2}[0-9]{1,2}"
    r"|[0-9]{1,2}[ ]?[-/. ][ ]?[0-9]{1,2}[ ]?[-/. ][ ]?(?:[0-9]{4}|[0-9]{2})"
    r"|(?:19|20)[0-9]{6}|[0-3][0-9][01][0-9](?:19|20)[0-9]{2}"
    rf"|{_MONTH}[ -]?[0-9]{{1,2}}(?:st|nd|rd|th)?(?:,?[ -](?:of[ ]|in[ ])?['’]?[0-9]{{2,4}})?"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th|º|er|\.)?[ ./-]{{1,2}}(?:of[ ]"
    rf"|de[ ])?{_MONTH}(?:[ ,./-]{{1,2}}(?:de[ ]|of[ ]|in[ ])?['’]?(?:[0-9]{{4}}|[0-9]{{2}}))?"
    rf"|(?:19|20)[0-9]{{2}}[ -]{_MONTH}[ -][0-9]{{1,2}}|{_MONTH},?[ ](?:19|20)[0-9]{{2}}|(?:19[2-9]"
    rf"|20[01])[0-9])"
)
_LABEL = (
    r"(?<![A-Za-zÀ-ÿ])(?:d\.?o\.?b\.?|dates? of birth|birth ?dates?|birthdays?|b-?day|fecha de nacimiento"
    r"|geb(?:urts)?\.?-? ?datum|geb\.-dat\.|date de naissance|data di nascita"
    r"|data de nascimento|geburtsdatum|geboortedatum|f[øo]dselsdato|f[öo]delsedatum|data urodzenia"
    r"|cumplea[ñn]os|anivers[aá]rio|anniversaire|compleanno|born)"
)
_BORN = (
    r"(?<![A-Za-zÀ-ÿ])(?:born(?: on| in)?|nascid[oa](?: em| no dia)?|nasci(?: em| no dia)?"
    r"|naci[oó]?(?: el)?|nacid[oa](?: el)?"
    r"|nat[oa] il|geboren(?: am)?|geb\.|n[ée]e? le|geboren op|ur\.)"
)
_WORDS = any_of(
    "born|dob|d.o.b|birth|b-day|bday|nasc|naci|nato|nata|gebor|geburt|geb.|née|né |naiss"
    "|fødsel|fodsel|födel|urodz|cumple|anivers|anniv|comple|ur."
)


RULES = (
    Rule(
        "birth_date_label",
        "DATE_OF_BIRTH",
        re.compile(
            rf"{_LABEL}[^0-9.!?;{BLANK}]{{0,24}}?(?<![0-9A-Za-z])({_DATE})" + NO_DIGIT_RIGHT, re.IGNORECASE
        ),
        0.84,
        _WORDS,
        digit=True,
    ),
    Rule(
        "birth_date_answered",
        "DATE_OF_BIRTH",
        re.compile(
            rf"{_LABEL}[^\n0-9]{{0,20}}\?[^\n0-9]{{0,20}}\n[^\n:]{{0,30}}(?::[0-9]{{2}}[^\n:]{{0,30}}){{0,2}}"
            rf":[ ]"
            rf"[^\n0-9]{{0,12}}?(?<![0-9A-Za-z])({_DATE}){NO_DIGIT_RIGHT}",
            re.IGNORECASE,
        ),
        0.84,
        _WORDS,
        digit=True,
    ),
    Rule(
        "birth_date_born",
        "DATE_OF_BIRTH",
        re.compile(
            rf"{_BORN}[ :]{{1,3}}(?:the[ ]|on[ ]|in[ ]|am[ ]|em[ ]|el[ ])?({_DATE})" + NO_DIGIT_RIGHT,
            re.IGNORECASE,
        ),
        0.84,
        _WORDS,
        digit=True,
    ),
)
