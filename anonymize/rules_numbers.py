"""Rules for official numbers and bank accounts: checksums decide, or clear context where there is none."""

from __future__ import annotations

import re

from privgen.anonymize import validators
from privgen.anonymize.rules import DIGITS, LEFT, NO_DIGIT_LEFT, NO_DIGIT_RIGHT, RIGHT, Rule, words

ORDER_CONTEXT = words(
    *(
        "order",
        "pedido",
        "compra n",
        "invoice",
        "receipt",
        "ref(?:erence|\\.)",
        "tracking",
        "track",
        "parcel",
    ),
    *("sku", "isbn", "ean", "upc", "asin", "barcode", "item", "model", "serial", "nota fiscal", "rastre"),
    *("订单", "单号", "运单", "快递", "物流", "货号", "型号", "款号", "编号", "条码", "#\\s?$"),
)
"""Context in which a long number is a shop's number and no card or phone."""

_CARD_IIN = re.compile(r"4|5[0-8]|2[2-7]|3[0-9]|6(?!2)")
CARD = r"[1-9][0-9]{3}(?:[ -]?[0-9]){8,15}"


def _luhn_card(value: str) -> bool:
    digits = validators.compact(value)
    if not _CARD_IIN.match(digits) or not validators.luhn(digits):
        return False
    wanted = {"3": (14, 15, 16), "4": (13, 16, 19)}.get(digits[0], (16,) if digits[0] in "25" else (16, 19))
    return len(digits) in wanted


def _dea(value: str) -> bool:
    """US Drug Enforcement Administration certificate: check digit over seven digits."""
    digits = [int(char) for char in value[2:]]
    return (digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])) % 10 == digits[6]


def _nhs(value: str) -> bool:
    digits = validators.compact(value)
    rest = (
        11 - sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True)) % 11
    )
    return rest % 11 == int(digits[9])


RULES = (
    Rule(
        "credit_card",
        "CREDIT_CARD",
        re.compile(r"(?<![A-Za-z0-9.-])" + CARD + NO_DIGIT_RIGHT),
        0.9,
        DIGITS,
        _luhn_card,
        validated=True,
        unless=ORDER_CONTEXT,
    ),
    Rule(
        "credit_card_context",
        "CREDIT_CARD",
        re.compile(NO_DIGIT_LEFT + CARD + NO_DIGIT_RIGHT),
        0.6,
        DIGITS,
        before=words(
            "credit card", "debit card", "card (?:number|no|#)", "visa", "mastercard", "amex", "cart[aã]o"
        ),
    ),
    Rule(
        "iban",
        "IBAN_CODE",
        re.compile(LEFT + r"[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,32}"),
        0.9,
        DIGITS,
        validators.iban_length,
        validated=True,
    ),
    Rule(
        "us_ssn",
        "US_SSN",
        re.compile(
            r"(?<![A-Za-z0-9.-])((?!000|666|9)[0-9]{3}(?P<mark>[- .])(?!00)[0-9]{2}(?P=mark)(?!0000)[0-9]{"
            r"4})(?![0-9A-Za-z-])"
        ),
        0.8,
        DIGITS,
    ),
    Rule(
        "us_ssn_context",
        "US_SSN",
        re.compile(NO_DIGIT_LEFT + r"[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}" + NO_DIGIT_RIGHT),
        0.8,
        DIGITS,
        before=words("ssn", "social security", "social sec"),
    ),
    Rule(
        "us_itin",
        "US_ITIN",
        re.compile(NO_DIGIT_LEFT + r"9[0-9]{2}-[5-9][0-9]-[0-9]{4}" + NO_DIGIT_RIGHT),
        0.6,
        DIGITS,
    ),
    Rule(
        "us_itin_context",
        "US_ITIN",
        re.compile(NO_DIGIT_LEFT + r"9[0-9]{2}[- ]?[5-9][0-9][- ]?[0-9]{4}" + NO_DIGIT_RIGHT),
        0.7,
        DIGITS,
        before=words("itin", "taxpayer", "tax id", "individual tax"),
    ),
    Rule(
        "us_passport_context",
        "US_PASSPORT",
        re.compile(LEFT + r"[A-Za-z]?[0-9]{8,9}" + RIGHT),
        0.7,
        DIGITS,
        before=words("passport", "travel document"),
    ),
    Rule(
        "us_driver_license_context",
        "US_DRIVER_LICENSE",
        re.compile(LEFT + r"(?=[A-Za-z0-9-]*[0-9]{4})[A-Za-z0-9][A-Za-z0-9-]{5,17}" + RIGHT),
        0.7,
        ("driver", "driving", "licen", "permit"),
        before=words(
            "driver'?s? licen[cs]e", "driving licen[cs]e", "licen[cs]e (?:no|number|#)", "permit number"
        ),
    ),
    Rule(
        "us_bank_number_context",
        "US_BANK_NUMBER",
        re.compile(NO_DIGIT_LEFT + r"[0-9]{8,17}" + NO_DIGIT_RIGHT),
        0.65,
        DIGITS,
        before=words(
            "bank account",
            "account (?:no|number|#)",
            "acct",
            "checking account",
            "savings? account",
            "routing",
        ),
    ),
    Rule(
        "uk_nhs",
        "UK_NHS",
        re.compile(NO_DIGIT_LEFT + r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}" + NO_DIGIT_RIGHT),
        0.9,
        ("nhs", "national health"),
        _nhs,
        validated=True,
        digit=True,
    ),
    Rule(
        "medical_license",
        "MEDICAL_LICENSE",
        re.compile(LEFT + r"[ABCDEFGHJKLMPRSTUXabcdefghjklmprstux][A-Za-z9][0-9]{7}" + RIGHT),
        0.9,
        DIGITS,
        _dea,
        validated=True,
        unless=ORDER_CONTEXT,
    ),
    Rule(
        "br_cpf",
        "BR_CPF",
        re.compile(NO_DIGIT_LEFT + r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}[- ]?[0-9]{2}" + NO_DIGIT_RIGHT),
        0.8,
        DIGITS,
    ),
    Rule(
        "br_cpf_bare",
        "BR_CPF",
        re.compile(NO_DIGIT_LEFT + r"[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3}[ -]?[0-9]{2}" + NO_DIGIT_RIGHT),
        0.9,
        ("cpf",),
        validators.cpf,
        validated=True,
        digit=True,
    ),
    Rule(
        "br_cpf_context",
        "BR_CPF",
        re.compile(NO_DIGIT_LEFT + r"[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3}[ -]?[0-9]{2}" + NO_DIGIT_RIGHT),
        0.7,
        ("cpf",),
        before=words("cpf"),
        digit=True,
    ),
    Rule(
        "br_cnpj",
        "BR_CNPJ",
        re.compile(LEFT + r"[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-[0-9]{2}" + RIGHT),
        0.8,
        DIGITS,
    ),
    Rule(
        "br_cnpj_bare",
        "BR_CNPJ",
        re.compile(
            NO_DIGIT_LEFT + r"[0-9]{2}[ .]?[0-9]{3}[ .]?[0-9]{3}[ /]?[0-9]{4}[ -]?[0-9]{2}" + NO_DIGIT_RIGHT
        ),
        0.9,
        ("cnpj",),
        validators.cnpj,
        validated=True,
        digit=True,
    ),
    Rule(
        "br_rg_context",
        "BR_RG",
        re.compile(NO_DIGIT_LEFT + r"[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}-?[0-9Xx]" + RIGHT),
        0.6,
        DIGITS,
        before=re.compile(r"(?<![A-Za-z])(?:RG|identidade)(?![A-Za-z])[^0-9]{0,8}$"),
    ),
)
