"""Rules for official numbers of the United States and Canada, and for bank accounts and devices."""

from __future__ import annotations

import re

from privgen.anonymize.rules import CODE, DIGITS, LEFT, NO_DIGIT_RIGHT, RIGHT, Rule, words
from privgen.anonymize.rules_labelled import DIGITS_9, any_of, digits_at_least, labelled, valid
from privgen.anonymize.rules_numbers import ORDER_CONTEXT
from privgen.anonymize.validators import luhn

_MBI_LETTER = "[AC-HJKMNP-RT-Y]"
_MBI = (
    rf"[1-9]{_MBI_LETTER}(?:{_MBI_LETTER}|[0-9])[0-9]-?{_MBI_LETTER}(?:{_MBI_LETTER}|[0-9])[0-9]-?"
    rf"{_MBI_LETTER}{{2}}[0-9]{{2}}"
)
_LICENCE = (
    r"(?:driver'?s?[’']?s?|driving|dmv)[ ]?(?:licen[cs]e|permit|lic|id)|licen[cs]e (?:no|num(?:ber)?|#|id)"
    r"|driver'?s? lic|d\.?l\.? ?(?:no|num(?:ber)?|#)|cdl|permit (?:no|num(?:ber)?|#)"
    r"|d\.?l\.?(?=[ ]?[:#]?[ ][A-Z]?[0-9]{1,4}-)"
    r"|f[üu]hrerschein(?:nummer)?"
    r"|permis de conduire|carnet de conducir|patente(?: di guida)?|cnh"
)
_LICENCE_NUMBER = (
    r"(?=[A-Z]{0,7}[0-9]|(?-i:[A-Z]{1,3})[ -][0-9])(?:(?-i:[A-Z]{1,3})[ -])?[A-Z0-9]{2,18}(?:-[A-Z0-9]{2,"
    r"8}){0,4}(?:[ ][0-9]{2,5}){0,4}"
    r"|(?=[A-Z]{5}[0-9A-Z]{3})[A-Z0-9*]{12,18}"
)


def _npi(value: str) -> bool:
    """US National Provider Identifier: Luhn over 80840 and the number. Source: 45 CFR 162.406."""
    return luhn("80840" + re.sub("[ -]", "", value))


RULES = (
    labelled(
        "us_ssn_context",
        "US_SSN",
        r"ssns?|ss(?:[ ]?(?:no\.?|num(?:ber)?|#))|socials?|social sec(?:urity)?|soc\.? sec",
        r"[0-9]{3}[-. ]?[0-9]{2}[-. ]?[0-9]{4}",
        ("ssn", "ssns", "ss", "social"),
    ),
    labelled(
        "us_itin_context",
        "US_ITIN",
        r"itin|taxpayer|tax id|individual tax",
        r"9[0-9]{2}[- ]?[5-9][0-9][- ]?[0-9]{4}",
        ("itin", "taxpayer", "tax"),
        score=0.9,
    ),
    labelled(
        "us_ein_context",
        "US_EIN",
        r"f?ein|employer id(?:entification)?|(?:federal )?tax id",
        r"[0-9]{2}-?[0-9]{7}",
        ("ein", "fein", "employer", "tax"),
        score=0.86,
    ),
    labelled(
        "us_driver_license_context",
        "US_DRIVER_LICENSE",
        _LICENCE,
        _LICENCE_NUMBER,
        any_of("driv|licen|permit|dmv|cdl|dl|d.l|führ|fuhr|permis|carnet|patente|cnh"),
        score=0.86,
        check=digits_at_least(4),
    ),
    labelled(
        "us_aba",
        "ABA_ROUTING_NUMBER",
        r"(?:aba|routing|rtn|transit)",
        r"[0-9]{4}-?[0-9]{4}-?[0-9]",
        ("aba", "rout", "rtn", "transit"),
        score=0.9,
    ),
    Rule(
        "us_mbi",
        "US_MBI",
        re.compile(LEFT + _MBI + RIGHT),
        0.85,
        CODE,
        unless=ORDER_CONTEXT,
    ),
    labelled(
        "us_mbi_context",
        "US_MBI",
        r"medicare|mbi|beneficiary|hicn?",
        _MBI,
        ("medicare", "mbi", "benef", "hic"),
        score=0.95,
    ),
    labelled(
        "us_npi",
        "US_NPI",
        r"npi|(?:national )?provider (?:id|identifier|number)",
        r"[12][0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}",
        ("npi", "provider"),
        check=_npi,
        validated=True,
    ),
    labelled(
        "us_health_member",
        "US_HEALTH_INSURANCE_MEMBER_ID",
        r"(?:insurance|subscriber|policy|medicaid|health ?plan|group)(?: (?:member|card"
        r"|policy))?(?: ?(?:id|no|number|#))"
        r"|(?:policy|claim|prescription|rx|referral|prior auth(?:orization)?)(?: ?(?:no|number|#|id))?",
        r"[A-Z]{0,5}-?[0-9](?:-?[A-Z0-9]){5,17}",
        any_of("insur|subscr|policy|medicaid|health|group|claim|prescr|rx|referral|prior auth"),
        score=0.82,
        check=digits_at_least(5),
    ),
    labelled(
        "ca_sin_context",
        "CA_SIN",
        r"sin|social insurance|nas",
        DIGITS_9,
        ("sin", "social insurance", "nas"),
        score=0.9,
    ),
    Rule(
        "ca_sin",
        "CA_SIN",
        re.compile(r"(?<![A-Za-z0-9.-])[1-79][0-9]{2}(?:[ -][0-9]{3}){2}(?![0-9A-Za-z-]|[ .,][0-9])"),
        0.62,
        DIGITS,
        valid("ca.sin"),
        unless=ORDER_CONTEXT,
    ),
    labelled(
        "us_bank_number_context",
        "US_BANK_NUMBER",
        r"(?:bank|checking|savings?|deposit|giro)[ ]?(?:account|acct|a/c)?(?: ?(?:no|num(?:ber)?|#))?"
        r"|acct|a/c(?: no)?"
        r"|account (?:no|num(?:ber)?|#)|acc(?:ount)?\.? no|konto(?:nummer|nr)?|conta(?: corrente)?",
        r"[0-9](?:[ -]?[0-9]){6,16}(?:-[0-9Xx])?",
        any_of("bank|check|saving|savings|deposit|giro|acct|a/c|account|acc|konto|conta"),
        score=0.8,
        check=digits_at_least(7),
    ),
    labelled(
        "gb_sort_code",
        "UK_SORT_CODE",
        r"sort ?code",
        r"[0-9]{2}[- ]?[0-9]{2}[- ]?[0-9]{2}",
        ("sort code", "sortcode"),
    ),
    labelled("au_bsb", "AU_BSB", r"bsb", r"[0-9]{3}[- ]?[0-9]{3}", ("bsb",)),
    labelled("in_ifsc", "IN_IFSC", r"ifsc(?: code)?", r"[A-Z]{4}0[A-Z0-9]{6}", ("ifsc",)),
    labelled(
        "swift",
        "SWIFT_CODE",
        r"swift|bic",
        r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?",
        ("swift", "bic"),
        check=lambda value: value.isupper() and value not in {"TRANSFER", "PAYMENTS"},
    ),
    labelled(
        "card_code",
        "CARD_SECURITY_CODE",
        r"cvv2?|cvc2?|csc|card security code|security code|c[oó]digo de seguran[cç]a",
        r"[0-9]{3,4}",
        any_of("cvv|cvv2|cvc|cvc2|csc|security code|código|codigo"),
    ),
    Rule(
        "card_expiry",
        "CARD_EXPIRY",
        re.compile(
            r"(?<![A-Za-z])(?:exp(?:\.|iry|ires|iration)?(?: date)?|valid (?:thru|through|until)|validade)"
            r"(?: is)?[ :.]{1,3}((?:0[1-9]|1[0-2]) ?[/-] ?(?:20)?[2-4][0-9])" + NO_DIGIT_RIGHT,
            re.IGNORECASE,
        ),
        0.7,
        ("exp", "expi", "valid thr", "valid until", "validade"),
        digit=True,
        before=words("card", "visa", "master ?card", "amex", "[0-9]{4}[^A-Za-z]{0,6}$", "cart[aã]o"),
    ),
    labelled(
        "imei",
        "DEVICE_ID",
        r"imei|meid",
        r"[0-9]{2}[- ]?[0-9]{6}[- ]?[0-9]{6}[- ]?[0-9]{1,2}",
        ("imei", "meid"),
    ),
    labelled(
        "vin",
        "VEHICLE_ID",
        r"vin|chassis(?: (?:no|number))?|vehicle identification",
        r"[A-HJ-NPR-Z0-9]{17}",
        ("vin", "chassis", "vehicle id"),
        check=digits_at_least(4),
    ),
)
