"""Rules for Chinese official numbers: identity and bank cards, companies, passports, number plates."""

from __future__ import annotations

import re

from privgen.anonymize import validators
from privgen.anonymize.rules import CJK, DIGITS, LEFT, NO_DIGIT_LEFT, NO_DIGIT_RIGHT, RIGHT, Rule, words
from privgen.anonymize.rules_checked import checked, told
from privgen.anonymize.rules_cn_phones import ANY_GAP
from privgen.anonymize.rules_cn_words import ORDER_NEAR
from privgen.anonymize.rules_labelled import digits_at_least

_ID_CONTEXT = words(
    *("身份证", "身份号", "证件号", "证号", "实名", "清关", "id card", "resident id", "national id"),
    r"identity (?:card|number|no)",
)
_PASSPORT_CONTEXT = words(
    *(
        "护照",
        "通行证",
        "回乡证",
        "台胞证",
        "还乡证",
        "旅行证",
        "居住证",
        "passport",
        "passaporte",
        "travel permit",
    )
)
_BANK_CONTEXT = words(
    *(
        "卡号",
        "银行卡",
        "信用卡",
        "储蓄卡",
        "借记卡",
        "账号",
        "帐号",
        "账户",
        "帐户",
        "打款",
        "银行",
        "退款至",
    ),
    *("工行", "建行", "农行", "招行", "中行", "交行", "邮储", "信用社", "开户", "转账", "汇款"),
)
_USCC_CONTEXT = words("税号", "信用代码", "识别号", "税务登记", "开票", "tax (?:id|no)", "uscc")
_PLATE_AREA = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LETTER = "A-HJ-NP-Za-hj-np-z"


def _luhn_bank(value: str) -> bool:
    """A bank card of China that is written in one, in groups of four, or digit by digit."""
    digits = validators.only_digits(value)
    sizes = {len(group) for group in re.findall("[0-9]+", value)[:-1]}
    return (
        16 <= len(digits) <= 19
        and re.match(r"62|9558|60138|9400", digits) is not None
        and (sizes <= {4} or sizes == {1} or len(sizes | {6}) == 1 or not re.search("[^0-9 -]", value))
        and validators.luhn(digits)
    )


def _plate(value: str) -> bool:
    """Whether what follows the area code has at most two letters, as all series have."""
    tail = re.sub(r"[·•. -]", "", value)[2:]
    letters = sum(char.isascii() and char.isalpha() for char in tail)
    loose = tail.isupper() and value[0] != "新"  # before a model name, that character says "new"
    return (letters <= 2 or loose) and sum(char.isdigit() for char in tail) >= 2


RULES = (
    checked(
        "cn_id_card",
        "CN_ID_CARD",
        NO_DIGIT_LEFT + rf"[1-9](?:{ANY_GAP}[0-9]){{16}}{ANY_GAP}[0-9Xx×]" + RIGHT,
        validators.cn_id_card,
    ),
    told(
        "cn_id_card_context",
        "CN_ID_CARD",
        NO_DIGIT_LEFT + r"[1-9](?:[ -]?[0-9]){13,16}[ -]?[0-9Xx×*]" + RIGHT,
        0.75,
        _ID_CONTEXT,
        unless=words(r"(?:订单|运单|快递)[^，。,;；]{0,6}$"),
    ),
    checked(
        "cn_bank_card",
        "CN_BANK_CARD",
        NO_DIGIT_LEFT + rf"[69](?:{ANY_GAP}[0-9]){{15,18}}" + NO_DIGIT_RIGHT,
        _luhn_bank,
        unless=ORDER_NEAR,
    ),
    told(
        "cn_bank_card_context",
        "CN_BANK_CARD",
        NO_DIGIT_LEFT + r"[0-9]{4}(?:[ -]?[0-9]){8,17}" + NO_DIGIT_RIGHT,
        0.7,
        _BANK_CONTEXT,
        unless=words("订单[^，。]{0,6}$", "单号", "税号", "会员卡号", "积分卡号"),
    ),
    checked(
        "cn_uscc",
        "CN_USCC",
        LEFT + r"[1-9AN][1-39](?:[ -]?[0-9]){6}(?:[ -]?[0-9A-HJ-NP-RTUWXYa-hj-np-rtuwxy]){10}" + RIGHT,
        validators.cn_uscc,
        unless=ORDER_NEAR,
    ),
    told(
        "cn_uscc_context",
        "CN_USCC",
        LEFT + r"(?:[0-9A-Za-z][ -]?){14,19}[0-9A-Za-z]" + RIGHT,
        0.8,
        _USCC_CONTEXT,
        labels=("税号", "信用代码", "识别号", "税务登记", "tax", "uscc"),
        check=digits_at_least(9),
    ),
    told(
        "cn_passport",
        "CN_PASSPORT",
        rf"(?:{LEFT}|(?<=passport)|(?<=Passport))(?:[A-Za-z]{{1,2}}[ -]?[0-9]{{7,10}}|[0-9]{{8,11}})" + RIGHT,
        0.75,
        _PASSPORT_CONTEXT,
        unless=words("电话[^，。,]{0,4}$", "手机[^，。,]{0,4}$", "订单[^，。,]{0,6}$"),
    ),
    Rule(
        "cn_passport_bare",
        "CN_PASSPORT",
        re.compile(rf"(?<=[{CJK}：，。、:])(?:[EG][0-9]{{8}}|E[A-Z][0-9]{{7}})" + RIGHT),
        0.5,
        DIGITS,
        unless=ORDER_NEAR,
    ),
    Rule(
        "cn_plate",
        "CN_PLATE",
        re.compile(
            rf"[{_PLATE_AREA}][ ]?[{_LETTER}][·•. -]{{0,2}}(?:[{_LETTER}0-9]{{5,6}}"
            rf"|[{_LETTER}0-9]{{4}}[挂学警港澳使领试超])" + RIGHT
        ),
        0.8,
        tuple(_PLATE_AREA),
        _plate,
        digit=True,
    ),
    Rule(
        "cn_plate_context",
        "CN_PLATE",
        re.compile(
            rf"(?:车牌|牌照)(?:号码|号|照)?(?:是|为|[:： ]){{0,2}}((?:WJ["
            rf" ]?)?[{_PLATE_AREA}]?[A-Za-z]{{0,2}}[·•. -]?"
            r"[A-Za-z0-9]{4,6}[挂学警使领]?|使[0-9]{6}|[0-9]{6}使)" + RIGHT
        ),
        0.75,
        ("车牌", "牌照"),
        digits_at_least(3),
        digit=True,
    ),
)
