"""Rules for official numbers and bank accounts: checksums decide, or clear context where there is none."""

from __future__ import annotations

import re

from privgen.anonymize import validators
from privgen.anonymize.rules import DIGITS, LEFT, NO_DIGIT_LEFT, NO_DIGIT_RIGHT, RIGHT, Rule, words
from privgen.anonymize.rules_checked import checked, told
from privgen.anonymize.rules_labelled import any_of

_ORDER_WORDS = words(
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
        "purchase",
        "transaction",
        "confirmation",
        "booking",
        "case (?:no|number|id|#)",
        "ticket",
        "rma",
        "shipment",
        "consignment",
        "waybill",
        "usps",
        "fedex",
        "dhl",
        "bestell",
        "auftrag",
        "rechnung",
        "commande",
        "ordine",
    ),
    *("sku", "isbn", "ean", "upc", "asin", "barcode", "item", "model", "serial", "nota fiscal", "rastre"),
    *(
        "订单",
        "单号",
        "运单",
        "快递(?!员|小哥|师傅|大哥|点|柜)",
        "物流",
        "货号",
        "型号",
        "款号",
        "编号",
        "条码",
        "#\\s?$",
    ),
)
# A word of the sentence before says nothing about a number.
ORDER_CONTEXT = re.compile(rf"(?:{_ORDER_WORDS.pattern})(?:[^.!?]|\.(?![ ][A-Za-z]))*$", re.IGNORECASE)
"""Context in which a long number is a shop's number and no card or phone."""

_CARD_IIN = re.compile(r"4|5[0-8]|2[2-7]|2131|1800|3[0-9]|6(?!2)")
_MAESTRO = re.compile(r"50(?:18|20|38)|5[68]|6304|67[0-9]{2}")
_CARD = r"[1-9][0-9]{3}(?:[ .-]?[0-9]){8,15}"
_CARD_LEFT, _CARD_RIGHT = r"(?<![A-Za-z0-9])(?<![0-9][.-])", r"(?![0-9]|[ .-][0-9]{4}(?![0-9])|-[0-9])"


def _luhn_card(value: str) -> bool:
    digits = validators.compact(value)
    if not _CARD_IIN.match(digits) or not validators.luhn(digits):
        return False
    if _MAESTRO.match(digits):
        return 12 <= len(digits) <= 19
    wanted = {"3": (14, 15, 16), "4": (13, 16, 19), "1": (15,)}.get(
        digits[0], (16,) if digits[0] == "5" else (16, 19)
    )
    return len(digits) in wanted or (len(digits) == 15 and digits[:4] == "2131")


def _dea(value: str) -> bool:
    """US Drug Enforcement Administration certificate: check digit over seven digits."""
    digits = [int(char) for char in value[2:]]
    return (digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])) % 10 == digits[6]


RULES = (
    checked(
        "credit_card",
        "CREDIT_CARD",
        _CARD_LEFT + _CARD + _CARD_RIGHT,
        _luhn_card,
        unless=ORDER_CONTEXT,
    ),
    told(
        "credit_card_context",
        "CREDIT_CARD",
        _CARD_LEFT + _CARD + NO_DIGIT_RIGHT,
        0.6,
        words("credit card", "debit card", "card (?:number|no|#)", "visa", "mastercard", "amex", "cart[aã]o"),
    ),
    Rule(
        "credit_card_said",
        "CREDIT_CARD",
        re.compile(
            r"(?<![A-Za-z])(?i:card|visa|mastercard|amex|cart[aã]o|tarjeta|karte|carte|carta)[^\n0-9]{0,16}?"
            + f"({_CARD}){NO_DIGIT_RIGHT}"
        ),
        0.9,
        any_of("card|visa|mastercard|amex|cartão|cartao|tarjeta|karte|carte|carta"),
        _luhn_card,
        validated=True,
        digit=True,
    ),
    Rule(
        "medical_license_said",
        "MEDICAL_LICENSE",
        re.compile(
            r"(?<![A-Za-z])DEA(?i:[ ]?(?:number|no\.?|license|licence|registration|is|#|:|=)){0,3}[ ]?"
            r"([ABCDEFGHJKLMPRSTUX][A-Z9][0-9]{7})" + RIGHT
        ),
        0.9,
        ("dea",),
        _dea,
        validated=True,
        digit=True,
    ),
    checked(
        "iban",
        "IBAN_CODE",
        LEFT + r"[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,32}",
        validators.iban_length,
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
        "us_itin",
        "US_ITIN",
        re.compile(NO_DIGIT_LEFT + r"9[0-9]{2}-[5-9][0-9]-[0-9]{4}" + NO_DIGIT_RIGHT),
        0.6,
        DIGITS,
    ),
    checked(
        "medical_license",
        "MEDICAL_LICENSE",
        LEFT + r"[ABCDEFGHJKLMPRSTUXabcdefghjklmprstux][A-Za-z9][0-9]{7}" + RIGHT,
        _dea,
        unless=ORDER_CONTEXT,
    ),
    Rule(
        "br_cpf",
        "BR_CPF",
        re.compile(NO_DIGIT_LEFT + r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}[- ]?[0-9]{2}" + NO_DIGIT_RIGHT),
        0.8,
        DIGITS,
        validators.cpf,
        validated=True,
    ),
    checked(
        "br_cpf_bare",
        "BR_CPF",
        NO_DIGIT_LEFT + r"[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3}[ -]?[0-9]{2}" + NO_DIGIT_RIGHT,
        validators.cpf,
        label="cpf",
    ),
    told(
        "br_cpf_context",
        "BR_CPF",
        NO_DIGIT_LEFT + r"[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3}[ -]?[0-9]{2}" + NO_DIGIT_RIGHT,
        0.7,
        words("cpf"),
        labels=("cpf",),
    ),
    Rule(
        "br_cnpj",
        "BR_CNPJ",
        re.compile(LEFT + r"[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-[0-9]{2}" + RIGHT),
        0.8,
        DIGITS,
        validators.cnpj,
        validated=True,
    ),
    told(
        "br_cnpj_context",
        "BR_CNPJ",
        LEFT + r"[0-9A-Z]{2}\.?[0-9A-Z]{3}\.?[0-9A-Z]{3}/?[0-9A-Z]{4}-?[0-9]{2}" + RIGHT,
        0.8,
        words("cnpj"),
        labels=("cnpj",),
    ),
    checked(
        "br_cnpj_bare",
        "BR_CNPJ",
        NO_DIGIT_LEFT + r"[0-9]{2}[ .]?[0-9]{3}[ .]?[0-9]{3}[ /]?[0-9]{4}[ -]?[0-9]{2}" + NO_DIGIT_RIGHT,
        validators.cnpj,
        label="cnpj",
    ),
)
