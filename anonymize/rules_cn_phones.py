"""Rules for Chinese telephone numbers: mobiles, land lines and service numbers."""

from __future__ import annotations

import re
from itertools import pairwise

from privgen.anonymize.rules import DIGITS, NO_DIGIT_LEFT, NO_DIGIT_RIGHT, Rule, words
from privgen.anonymize.rules_cn_words import IS, ORDER_NEAR

ANY_GAP = r"[^0-9A-Za-z\u3400-\u9fff\n]{0,3}+"
"""What may stand between two digits of a number that is written apart."""

_CONTEXT = words(
    *("电话", "手机", "座机", "固话", "热线", "客服", "拨打", "请拨", "致电", "联系", "打给", "传真", "总机"),
    *(
        "回电",
        "联络",
        "行动",
        "市话",
        "手提",
        "打不通",
        "接通",
        "短信",
        "发信",
        "whatsapp",
        "售后",
        "号码",
        "拨通",
        "tel",
        "call",
        "phone",
        "fax",
        "hotline",
    ),
)
_CODE = r"(?:\+ ?|00 ?)?86[)）]?[ -]{0,2}"
_AREA = r"(?:10|2[0-57-9]|[3-9][0-9]{2})"
_EXTENSION = r"(?:[ ,，]?(?:转|分机|内线|ext\.?|x|#|-)[ :：]?(?:分机|内线)?[ :：]?[0-9]{1,6})?"
_LIST = frozenset("/、,，;；|")
_MEASURES = re.compile(
    r"[0-9]{1,3}\.[0-9](?: [0-9]{1,3}\.[0-9])+"
    r"|[0-9]{3,4}-[0-9]{3,4}[,;] ?[0-9]{3}-[0-9]{3}$"
)
"""Decimals in a row, or two ranges."""
_GROUPS = ((3, 4, 4), (3, 3, 5), (3, 5, 3), (4, 3, 4), (4, 4, 3), (3, 2, 3, 3), (1,) * 11)


def _mobile(value: str) -> bool:
    """Whether eleven digits stand like a mobile number and not like a list of sizes."""
    if _MEASURES.match(value):
        return False
    number = re.split(r"(?i)转|分机|内线|ext|x|#", value)[0]
    groups = re.findall("[0-9]+", re.sub(r"^[^0-9]*(?:0*86)?[^0-9]*0?", "", number, count=1))
    gaps = set(re.findall(r"[^0-9]+", number.strip("(（+）) ")))
    sizes = tuple(map(len, groups))
    if sum(sizes[:-1]) == 11:  # the last one is an extension
        sizes = sizes[:-1]
    if len(sizes) <= 1 or sizes in _GROUPS:
        return True
    if any(set(gap) & _LIST for gap in gaps) or max(map(len, gaps), default=0) > 1:
        return False
    rising = all(int(a) < int(b) for a, b in pairwise(groups[:-1]))
    return not (rising and len(groups) >= 4 and max(sizes) <= 3)


RULES = (
    Rule(
        "phone_cn_mobile",
        "PHONE_NUMBER",
        re.compile(
            NO_DIGIT_LEFT
            + rf"(?:[(（]?{_CODE})?0?1{ANY_GAP}[3-9](?:{ANY_GAP}[0-9]){{9}}"
            + r"(?:(?: ?(?:转|分机|#)[ :：]?|-)[0-9]{3,5})?"
            + NO_DIGIT_RIGHT,
        ),
        0.8,
        DIGITS,
        _mobile,
    ),
    Rule(
        "phone_cn_landline",
        "PHONE_NUMBER",
        re.compile(
            NO_DIGIT_LEFT + rf"(?:{_CODE}[(（]?0?{_AREA}|[(（]0?{_AREA}|0{_AREA})[)）]?["
            rf" )-]{{0,3}}[2-9][0-9]{{2,3}}[ -]?[0-9]{{3,4}}" + _EXTENSION + NO_DIGIT_RIGHT
        ),
        0.7,
        DIGITS,
        lambda value: sum(char.isdigit() for char in value) >= 10,
        unless=ORDER_NEAR,
    ),
    Rule(
        "phone_cn_dashed",
        "PHONE_NUMBER",
        re.compile(
            NO_DIGIT_LEFT
            + rf"{_AREA}[ -]{{1,2}}[2-8][0-9]{{2,3}}[ -]?[0-9]{{3,4}}"
            + _EXTENSION
            + NO_DIGIT_RIGHT
        ),
        0.6,
        DIGITS,
        lambda value: sum(char.isdigit() for char in value) >= 10,
        before=_CONTEXT,
    ),
    Rule(
        "phone_cn_service",
        "PHONE_NUMBER",
        re.compile(NO_DIGIT_LEFT + r"[48]00[ -][0-9]{3,4}[ -]?[0-9]{3,4}" + NO_DIGIT_RIGHT),
        0.6,
        DIGITS,
        lambda value: sum(char.isdigit() for char in value) == 10,
    ),
    Rule(
        "phone_cn_context",
        "PHONE_NUMBER",
        re.compile(NO_DIGIT_LEFT + r"[2-8][0-9]{2,3}[ -]?[0-9]{3,4}(?:[ -]?[0-9]{3,4})?" + NO_DIGIT_RIGHT),
        0.6,
        DIGITS,
        lambda value: 7 <= sum(char.isdigit() for char in value) <= 10,
        before=re.compile(rf"(?:{_CONTEXT.pattern})[^0-9，,。；;]{{0,6}}$", re.IGNORECASE),
    ),
    Rule(  # eight digits in Hong Kong, Macau and Taiwan, where mobiles may begin with 9
        "phone_hk_tw",
        "PHONE_NUMBER",
        re.compile(
            r"(?:电话|手机|手提|市话|行动电话|联络|致电|热线|传真|WhatsApp|whatsapp|852|853|886)"
            rf"(?:号码|号)?[)）]?{IS}((?:\(?0[2-8][0-9]?\)?[ -]?)?[2-9][0-9]{{3}}[ -]?[0-9]{{4}})"
            + NO_DIGIT_RIGHT
        ),
        0.65,
        ("电话", "手机", "手提", "市话", "联络", "致电", "热线", "传真", "whatsapp", "852", "853", "886"),
        digit=True,
    ),
)
