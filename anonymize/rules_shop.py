"""Rules for a shop's own numbers (orders, parcels, coupons, members) and for postcodes."""

from __future__ import annotations

import re

from privgen.anonymize.rules import DIGITS, FIVE_DIGITS, LEFT, RIGHT, Rule, words
from privgen.anonymize.validators import s10

_CODE = r"[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9])){3,29}"
_IS = r"(?:(?:[ ]?(?:is|was|are|是|为|:|：|=|é))+\s{0,2}|\s{1,2}|)"
_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS"
    "|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR"
    "|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC"
)


def _four_digits(value: str) -> bool:
    return sum(char.isdigit() for char in value) >= 4


def _code(value: str) -> bool:
    """Whether it looks like a code rather than a word: a digit, or all capitals."""
    return any(char.isdigit() for char in value) or (value.isupper() and len(value) >= 4)


RULES = (
    Rule(
        "order_number",
        "ORDER_NUMBER",
        re.compile(
            rf"(?<![A-Za-z])(?:orders?|purchase order|p\.?o\.?|invoice|receipt"
            rf"|pedido|compra|nota fiscal|bestellung|commande|transaction)"
            rf"(?:[ ]?(?:number|no\.?|num\.?|nr\.?|n[º°o]\.?|id|ref(?:erence)?"
            rf"|de))*[ ]?#?{_IS}#?({_CODE})" + RIGHT,
            re.IGNORECASE,
        ),
        0.85,
        (
            "order",
            "invoice",
            "receipt",
            "pedido",
            "compra",
            "nota fiscal",
            "bestellung",
            "commande",
            "transaction",
            "*p.o",
            "po ",
            "po#",
        ),
        _four_digits,
        digit=True,
    ),
    Rule(
        "order_hash",
        "ORDER_NUMBER",
        re.compile(r"(?<![A-Za-z0-9&])#([A-Z]{0,4}-?[0-9][0-9-]{4,24})" + RIGHT),
        0.5,
        ("#",),
        _four_digits,
        digit=True,
    ),
    Rule(
        "amazon_order", "ORDER_NUMBER", re.compile(LEFT + r"[0-9]{3}-[0-9]{7}-[0-9]{7}" + RIGHT), 0.8, DIGITS
    ),
    Rule(
        "tracking_number",
        "TRACKING_NUMBER",
        re.compile(
            rf"(?<![A-Za-z])(?:tracking|track|parcel|shipment|consignment"
            rf"|waybill|awb|rastreio|rastreamento|objeto)(?:[ ]?(?:number|no\.?"
            rf"|code|id|#|de|c[oó]digo))*[ ]?#?{_IS}"
            rf"((?:[A-Za-z]{{1,4}})?[0-9](?:[ ]?[A-Za-z0-9]|-(?=[A-Za-z0-9])){{7,27}})" + RIGHT,
            re.IGNORECASE,
        ),
        0.86,
        (
            "track",
            "parcel",
            "shipment",
            "consignment",
            "waybill",
            "awb",
            "rastre",
            "objeto",
        ),
        lambda v: sum(c.isdigit() for c in v) >= 7,
        digit=True,
    ),
    Rule(
        "ups",
        "TRACKING_NUMBER",
        re.compile(LEFT + r"1Z[ ]?(?:[0-9A-Z][ ]?){15}[0-9A-Z]" + RIGHT),
        0.95,
        ("*1z",),
        digit=True,
    ),
    Rule(
        "upu_s10",
        "TRACKING_NUMBER",
        re.compile(LEFT + r"[A-Z]{2}[ ]?[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{3}[ ]?[A-Z]{2}" + RIGHT),
        0.9,
        DIGITS,
        s10,
        validated=True,
    ),
    Rule(
        "coupon_code",
        "COUPON_CODE",
        re.compile(
            rf"(?:(?<![A-Za-z])(?:coupon|promo(?:tion)?(?:al)?|voucher|discount"
            rf"|gift ?card|referral|cupom)(?:[ ]?(?:code|number|no\.?|de|desconto))+{_IS}"
            rf"|(?<![A-Za-z])(?:coupon|voucher|cupom)[ ]?[:：#][ ]?)[\"'“]?({_CODE})" + RIGHT,
            re.IGNORECASE,
        ),
        0.8,
        (
            "coupon",
            "promo",
            "voucher",
            "discount",
            "gift",
            "referral",
            "cupom",
        ),
        _code,
    ),
    Rule(
        "loyalty_id",
        "LOYALTY_ID",
        re.compile(
            rf"(?<![A-Za-z])(?:loyalty|member(?:ship)?|rewards?|frequent"
            rf" (?:flyer|shopper)|club|fidelidade|customer|client|account|cliente)(?:["
            rf" ]?(?:card|programme|program))?(?:[ ]?(?:number|no\.?|id|#|n[º°]))+{_IS}#?({_CODE})" + RIGHT,
            re.IGNORECASE,
        ),
        0.8,
        (
            "loyalty",
            "member",
            "reward",
            "frequent",
            "club",
            "fidelidade",
            "customer",
            "client",
            "account",
        ),
        _four_digits,
        digit=True,
    ),
    Rule(
        "postcode_context",
        "POSTCODE",
        re.compile(
            r"(?<![A-Za-z])(?:zip ?code|zip|post ?code|postal code|cep|plz"
            r"|code postal)(?:[ ]?(?:is|was|are|of|é|:"
            r"|：|#))*\s{0,2}"
            r"([0-9]{5}-?[0-9]{3}|[0-9]{5}(?:-[0-9]{4})?|[0-9]{6}|[A-Z]{1,2}[0-9][A-Z0-9]?"
            r" ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9])" + RIGHT,
            re.IGNORECASE,
        ),
        0.85,
        ("zip", "post", "cep", "plz"),
        digit=True,
    ),
    Rule(
        "postcode_us_state",
        "POSTCODE",
        re.compile(rf"(?<![A-Za-z])(?:{_STATES}),?[ ]([0-9]{{5}}(?:-[0-9]{{4}})?)" + RIGHT),
        0.6,
        FIVE_DIGITS,
    ),
    Rule(
        "postcode_us_plus4",
        "POSTCODE",
        re.compile(r"(?<![A-Za-z0-9.,$-])[0-9]{5}-[0-9]{4}(?![0-9A-Za-z-])"),
        0.45,
        DIGITS,
        unless=words("order", "model", "sku", "item"),
    ),
    Rule(
        "postcode_gb",
        "POSTCODE",
        re.compile(LEFT + r"[A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-HJKPSTUW]? [0-9][ABD-HJLNP-UW-Z]{2}" + RIGHT),
        0.6,
        digit=True,
    ),
    Rule(
        "postcode_br",
        "POSTCODE",
        re.compile(r"(?<![A-Za-z0-9.,$-])[0-9]{5}-[0-9]{3}(?![0-9A-Za-z-])"),
        0.5,
        DIGITS,
        unless=words("order", "model", "sku", "item", "pedido"),
    ),
)
