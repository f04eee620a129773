"""Rules for Chinese official numbers: identity and bank cards, companies, passports, number plates."""

from __future__ import annotations

import re

from privgen.anonymize import validators
from privgen.anonymize.rules import CJK, DIGITS, LEFT, NO_DIGIT_LEFT, NO_DIGIT_RIGHT, RIGHT, Rule, words
from privgen.anonymize.rules_numbers import CARD, ORDER_CONTEXT

_ID_CONTEXT = words(
    "身份证", "证件号", "身份號", "id card", "resident id", "identity (?:card|number|no)", "national id"
)
_PASSPORT_CONTEXT = words("护照", "passport", "passaporte", "通行证", "回乡证", "台胞证")
_PLATE_AREA = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


def _luhn_bank(value: str) -> bool:
    digits = validators.compact(value)
    return (
        16 <= len(digits) <= 19
        and re.match(r"62|9558|60138|9400", digits) is not None
        and validators.luhn(digits)
    )


RULES = (
    Rule(
        "cn_id_card",
        "CN_ID_CARD",
        re.compile(NO_DIGIT_LEFT + r"[1-9](?:[ -]?[0-9]){16}[ -]?[0-9Xx]" + RIGHT),
        0.9,
        DIGITS,
        validators.cn_id_card,
        validated=True,
    ),
    Rule(
        "cn_id_card_context",
        "CN_ID_CARD",
        re.compile(NO_DIGIT_LEFT + r"[1-9](?:[ -]?[0-9]){13,16}[ -]?[0-9Xx]" + RIGHT),
        0.75,
        DIGITS,
        before=_ID_CONTEXT,
    ),
    Rule(
        "cn_bank_card",
        "CN_BANK_CARD",
        re.compile(NO_DIGIT_LEFT + CARD + NO_DIGIT_RIGHT),
        0.9,
        DIGITS,
        _luhn_bank,
        validated=True,
        unless=ORDER_CONTEXT,
    ),
    Rule(
        "cn_bank_card_context",
        "CN_BANK_CARD",
        re.compile(NO_DIGIT_LEFT + r"[0-9]{4}(?:[ -]?[0-9]){8,17}" + NO_DIGIT_RIGHT),
        0.7,
        DIGITS,
        before=words(
            "卡号",
            "银行卡",
            "信用卡",
            "储蓄卡",
            "借记卡",
            "账号",
            "帐号",
            "打款",
            "银行",
            "工行",
            "建行",
            "农行",
            "招行",
            "中行",
        ),
        unless=words("订单[^，。]{0,6}$", "单号"),
    ),
    Rule(
        "cn_uscc",
        "CN_USCC",
        re.compile(LEFT + r"[0-9A-HJ-NPQRTUWXYa-z]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXYa-z]{10}" + RIGHT),
        0.9,
        DIGITS,
        validators.cn_uscc,
        validated=True,
    ),
    Rule(
        "cn_passport",
        "CN_PASSPORT",
        re.compile(LEFT + r"(?:[EGDSPHKMLTegdsphkmlt][A-Za-z]?[0-9]{7,9}|[0-9]{8,9})" + RIGHT),
        0.75,
        DIGITS,
        before=_PASSPORT_CONTEXT,
    ),
    Rule(
        "cn_passport_bare",
        "CN_PASSPORT",
        re.compile(rf"(?<=[{CJK}：，。、:])(?:[EG][0-9]{{8}}|E[A-Z][0-9]{{7}})" + RIGHT),
        0.5,
        DIGITS,
        unless=ORDER_CONTEXT,
    ),
    Rule(
        "cn_plate",
        "CN_PLATE",
        re.compile(
            rf"[{_PLATE_AREA}][A-HJ-NP-Za-hj-np-z][·•. -]?(?:[A-HJ-NP-Za-hj-np-z0-9]{{5,6}}"
            rf"|[A-HJ-NP-Za-hj-np-z0-9]{{4}}[挂学警港澳使领])" + RIGHT
        ),
        0.8,
        tuple(_PLATE_AREA),
        lambda value: sum(char.isdigit() for char in value) >= 2,
        digit=True,
    ),
)
