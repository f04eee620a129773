"""Rules for Chinese wordings of a shop's own numbers (orders, parcels, coupons, members), and postcodes."""

from __future__ import annotations

import re
from collections.abc import Callable

from privgen.anonymize.rules import DIGITS, LEFT, RIGHT, Rule

_CODE = r"[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9])){3,29}"
_IS = r"(?:(?:[ ]?(?:is|是|为|:|：|=))+\s{0,2}|\s{1,2}|)"


def _digits(least: int) -> Callable[[str], bool]:
    return lambda value: sum(char.isdigit() for char in value) >= least


RULES = (
    Rule(
        "cn_order_number",
        "ORDER_NUMBER",
        re.compile(rf"(?:订单|单据|交易)(?:编号|号码|号|ID)?{_IS}({_CODE})" + RIGHT, re.IGNORECASE),
        0.85,
        ("订单", "单据", "交易"),
        _digits(4),
        digit=True,
    ),
    Rule(
        "cn_tracking_number",
        "TRACKING_NUMBER",
        re.compile(
            rf"(?:快递单|运单|物流单|物流|快递|面单|(?<!订)单(?=号))(?:编号|号码|号|单号)?{_IS}"
            r"(?:顺丰|圆通|中通|申通|韵达|京东|邮政|EMS)?[ ]?"
            r"((?:[A-Z]{1,4})?[0-9](?:[ ]?[A-Z0-9]|-(?=[A-Z0-9])){7,27})" + RIGHT,
            re.IGNORECASE,
        ),
        0.86,
        ("快递", "运单", "物流", "面单", "单号"),
        _digits(7),
        digit=True,
    ),
    Rule(
        "cn_coupon_code",
        "COUPON_CODE",
        re.compile(
            r"(?:优惠券|优惠|兑换|折扣|礼品卡|邀请|红包|代金券)(?:券码|券号|编码|号码|码|号|口令)"
            rf"{_IS}[\"'“]?({_CODE})" + RIGHT
        ),
        0.8,
        ("优惠", "兑换", "折扣", "礼品卡", "邀请", "红包", "代金券"),
        lambda value: any(char.isdigit() for char in value) or value.isupper(),
    ),
    Rule(
        "cn_loyalty_id",
        "LOYALTY_ID",
        re.compile(
            rf"(?:会员|积分|贵宾|客户|用户)(?:卡号|卡|编号|账号|号码|号|ID|id)+{_IS}({_CODE})" + RIGHT
        ),
        0.8,
        ("会员", "积分", "贵宾", "客户", "用户"),
        _digits(4),
        digit=True,
    ),
    Rule(
        "cn_postcode",
        "POSTCODE",
        re.compile(r"(?:邮政编码|邮编)(?:[ ]?(?:is|是|为|[:：#]))*\s{0,2}([0-9]{6})" + RIGHT),
        0.85,
        ("邮编", "邮政"),
        digit=True,
    ),
    Rule(
        "cn_carriers",
        "TRACKING_NUMBER",
        re.compile(
            LEFT + r"(?:SF[0-9]{12,15}|YT[0-9]{13,15}|ZTO[0-9]{10,14}|STO[0-9]{10,14}"
            r"|JD[A-Z]{0,2}[0-9]{10,15}|JDVA[0-9]{10,13}|DPK[0-9]{9,12}"
            r"|YD[0-9]{13,15}|JT[0-9]{13,15}|EMS[0-9]{10,13}|TBA[0-9]{12})" + RIGHT,
            re.IGNORECASE,
        ),
        0.9,
        DIGITS,
    ),
)
