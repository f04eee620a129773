"""Rules for names with which a message ends: signatures, thanks, a name alone on the last line."""

from __future__ import annotations

from privgen.anonymize.names_latin import (
    ANY_CASE,
    CAPITALS,
    FULL,
    LEFT,
    LOW,
    UP,
    listed,
    listed_or_two,
    name_length,
)
from privgen.anonymize.names_rule import person_rule
from privgen.anonymize.rules import BLANK
from privgen.anonymize.rules_labelled import any_of

_CLOSING = (
    r"(?:kind(?:est)?|best|warm(?:est)?|many|with)?[ ]?regards|rgds|sincerely|yours (?:truly|faithfully"
    r"|sincerely)|faithfully|best wishes|all the best"
    r"|respectfully(?: yours)?|signed|sent by|posted by|reviewed by|atenciosamente|att\.?|cumprimentos"
    r"|(?:viele |liebe |beste |herzliche |mit )?"
    r"(?:freundlichen? )?gr(?:ü|u|ue)(?:ß|ss)(?:en?)?|mfg|lg|vg|cordialement|bien à vous|saludos|atentamente"
    r"|un saludo|cordiali saluti|distinti saluti|saluti"
    r"|groet(?:en|jes)?|hilsen|hälsningar|pozdrawiam|abra[cç]os?"
)
_THANKS = (
    r"cheers|best|x{1,4}|xo(?:xo)?|lots of love|hugs and kisses|warmly|br|brgds|tia|much appreciated|many"
    r" thanks|take care|(?:many )?thanks(?: again| so much| a lot| in advance)?"
    r"|thank you(?: very much| so much| again)?|thx|love|xoxo|hugs|yours"
    r"|obrigad[oa]|grat[oa]|beijos|danke(?: im voraus| schön| sehr)?|vielen dank(?: im voraus)?|merci(?:"
    r" d['’]avance| beaucoup| bien)?|bises"
    r"|(?:muchas )?gracias(?: de antemano)?|grazie(?: mille| in anticipo)?|bedankt|alvast bedankt"
)
_SIGN_OFF_MARK = r"(?:[ ]?[,.!:;-]{1,2}\s{0,4}|[ ]?\n\s{0,3})"
_SIGN_OFF = r"(?:[ ]?[,.!:;-]{1,2}\s{0,4}|\s{1,4})"
_SIGN_END = (
    r"(?=[ ]?(?:[.!,;|(]|[ ][-–—][ ])?\s*$|[ ]?[.,;|(!]?\n"
    rf"|[ ]?[,;|(-]{{1,2}}[ ]?(?:\+?[0-9(]|[^\s@{BLANK}]{{1,40}}@|(?i:order|tel|phone|ph|mob|cell|email)))"
)
_SIGNATURE_TRIGGERS = any_of(
    "regards|rgds|sincerely|truly|faithfully|yours|cheers|best|take care|respectfully|thanks"
    "|thank you|thx|love|xoxo|hugs|signed|sent by|posted by|reviewed by|atenciosamente|att"
    "|abraço|abraco|obrigad|grato|grata|cumprimentos|beijos|grüße|grüsse|gruss|gruß|gruesse"
    "|mfg|lg|vg|danke|vielen dank|cordialement|bien à vous|merci|bises|saludo|atentamente"
    "|x|xx|xxx|xxxx|xo|lots of love|warmly|br|brgds|tia|much app|many thanks|gracias|saluti|grazie|groet"
    "|bedankt|hilsen|hälsningar|pozdrawiam"
)


RULES = (
    person_rule(
        "signature",
        rf"{LEFT}(?:(?:{_CLOSING}){_SIGN_OFF}|(?:{_THANKS})(?:{_SIGN_OFF_MARK}"
        rf"|\s{{1,4}}(?-i:(?=[{UP}][{LOW}']))))[-–—~]?\s?",
        _SIGNATURE_TRIGGERS,
        name_length,
        value=rf"(?:{FULL}|{CAPITALS})",
        after=_SIGN_END,
        score=0.65,
        tail=160,
    ),
    person_rule(
        "signature_lower",
        rf"{LEFT}(?:{_CLOSING}){_SIGN_OFF}[-–—~]?\s?",
        _SIGNATURE_TRIGGERS,
        name_length,
        value=ANY_CASE,
        after=_SIGN_END,
        score=0.6,
        tail=160,
    ),
    person_rule(
        "thanks_lower",
        rf"{LEFT}(?:{_THANKS})(?:{_SIGN_OFF_MARK}|\s{{1,4}})[-–—~]?\s?",
        _SIGNATURE_TRIGGERS,
        listed,
        value=ANY_CASE,
        after=_SIGN_END,
        score=0.6,
        tail=120,
    ),
    person_rule(
        "signed_dash",
        r"(?:^|[.!?,)]\s{0,2}|\n\s{0,2}|[ ])[-–—~]{1,2}[ ]?",
        any_of(" -|\n-|.-|!-|–|—|~|*--"),
        listed_or_two,
        value=rf"(?:{FULL}|{CAPITALS}|{ANY_CASE})",
        after=r"(?=[.!]?\s*$)",
        score=0.55,
        tail=70,
    ),
    person_rule(
        "alone_at_end",
        r"(?:\n\s{0,3})",
        ("*\n",),
        listed_or_two,
        value=rf"(?:{FULL}|{CAPITALS})",
        after=r"(?=[.!,]?\s*$)",
        score=0.5,
        tail=0,
    ),
)
