"""Rules for coupon codes and for the numbers of members and customers."""

from __future__ import annotations

import re

from privgen.anonymize.rules import RIGHT, Rule
from privgen.anonymize.rules_labelled import CODE_VALUE, IS, any_of, four_digits, labelled


def _code(value: str) -> bool:
    """Whether it looks like a code rather than a word: a digit, or all capitals."""
    return any(char.isdigit() for char in value) or (value.isupper() and len(value) >= 4)


def _loyal(value: str) -> bool:
    digits = [char for char in value if char.isdigit()]
    return len(digits) >= 6 or (len(digits) >= 4 and value[0].isalpha())


_OTHER_CODE = re.compile(
    r"(?i)(?<![a-z])(?:error|product|model|item|style|colou?r|dress|source|zip|area|post(?:al)?|country"
    r"|sort|swift|bar|qr|fault|part"
    r"|reset|batch|lot|status|http|exit|security|verification|access|gate|door|pin|otp|tracking|order"
    r"|booking|dial|dialling)[ -]$"
)
"""Words that make a code another thing than a coupon."""

_CODE_LIKE = (
    r"(?=[A-Z0-9-]{0,24}[A-Z])(?=[A-Z0-9-]{0,24}[0-9])[A-Z0-9]{2,14}(?:-[A-Z0-9]{1,12}){0,4}"
    r"|[A-Z]{5,18}(?:-[A-Z0-9]{1,12}){0,3}"
)
"""Capitals with a digit or five capitals, hyphens between them."""
_CODE_TAIL = r"[A-Z0-9]{1,14}(?:-[A-Z0-9]{1,12}){0,4}"
_COUPON = r"(?:coupon|promo(?:tion(?:al)?)?|discount|voucher|referral|gift|offer|reward|welcome|checkout)"

RULES = (
    Rule(
        "coupon_code",
        "COUPON_CODE",
        re.compile(
            rf"(?:(?<![A-Za-z])(?:coupon|promo(?:tion)?(?:al)?|voucher|discount"
            rf"|gift[ _]?card|referral|cupom)(?:[ _-]?(?:code|number|no\.?|de|desconto))+{IS}"
            rf"|(?<![A-Za-z])(?:coupon|voucher|cupom|gutschein(?:code)?|rabattcode|cup[oó]n|buono"
            rf"|promo)[\"']?[ ]?[:：#=][ ]?"
            rf")[\"'“]?({CODE_VALUE})" + RIGHT,
            re.IGNORECASE,
        ),
        0.8,
        any_of("coupon|promo|voucher|discount|gift|referral|cupom|gutsch|rabattc|cupón|cupon|buono"),
        _code,
    ),
    Rule(
        "coupon_code_told",
        "COUPON_CODE",
        re.compile(
            rf"(?<![A-Za-z])(?i:{_COUPON}[ -]?codes?|(?:coupon|voucher|promo)s?|codes?(?=[ ](?i:entered"
            rf"|used|applied"
            r"|tried|typed|sent|given|below|attached|here|provided|redeemed|scanned|on (?:the|my)|was|is)))"
            r"(?i:[ ](?:entered|used|applied|tried|typed|sent|given|below|attached|here|provided|redeemed"
            r"|scanned"
            r"|on (?:the|my) [a-z]{3,10}|was|is|for you|you gave me)){0,2}"
            rf"(?:[ ]?[,:;=(>–—-]{{1,2}}[ ]{{0,2}})[\"'“‘]?({_CODE_LIKE})" + RIGHT
        ),
        0.7,
        any_of(
            "coupon|coupons|promo|promos|discount|voucher|vouchers|referral|gift|offer|reward|welcome"
            "|checkout|code|codes"
        ),
        lambda v: len(v) >= 4,
        unless=_OTHER_CODE,
    ),
    Rule(
        "coupon_code_story",
        "COUPON_CODE",
        re.compile(
            rf"(?<![A-Za-z])(?i:coupon|voucher|promo|discount"
            rf"|referral)s?(?i:[ ]code)?[ ](?:[A-Za-z'’]{{1,12}}[ ]){{1,7}}?"
            rf"(?:was|is|reads|says|said|called|being|code)[ :]{{1,2}}[\"'“‘]?"
            rf"((?=[A-Z0-9-]{{0,24}}[0-9])[A-Z]{_CODE_TAIL})" + RIGHT
        ),
        0.66,
        any_of("coupon|coupons|promo|promos|discount|voucher|vouchers|referral"),
        lambda v: len(v) >= 5,
        digit=True,
    ),
    Rule(
        "coupon_code_as",
        "COUPON_CODE",
        re.compile(
            r"(?<![A-Za-z0-9-])[\"'“‘]?([A-Za-z0-9](?:[_-]?[A-Za-z0-9]){3,19})[\"'”’]?[ ]"
            r"(?i:as|for|is|was|=|in|into)[ ](?i:(?:the|my|your|a|an|our|this) )?(?i:[a-z]{3,10} )??"
            rf"(?i:{_COUPON}(?: code| box| field)|(?:coupon|voucher|promo)(?![a-z])|code (?:at|on|in"
            rf"|for) (?:the )?(?:checkout"
            r"|basket|cart|till))(?![a-z])"
        ),
        0.68,
        any_of(
            "coupon|promo|discount|voucher|referral|gift|offer|reward|welcome|checkout|code at|code on"
            "|code in|code for"
        ),
        _code,
    ),
    Rule(
        "coupon_code_use",
        "COUPON_CODE",
        re.compile(
            r"(?<![A-Za-z])(?i:(?:use|used|using|enter(?:ed|ing)?|apply|applied|tried|try|with|the|my|promo"
            r"|redeem|got"
            r"|get|have|received|discount|reward|this|your|a) code|coupons?|vouchers?|cupom|cup[oó]n"
            r"|gutschein(?:code)?"
            r"|rabattcode|gift ?cards?|code promo|codice sconto|kortingscode"
            r"|c[oó]digo)(?i:[ ]is)?[ :]{1,2}[\"'“]?((?=[A-Z0-9-]{0,12}[A-Z]"
            r"|[0-9]{4}-[0-9]{4}-)[A-Z0-9]{2,12}(?:-[A-Z0-9]{2"
            r",10}){0,4}|(?=[a-z]{3,12}[0-9]{1,4}(?![a-z0-9]))[a-z0-9]{5,14})(?![A-Za-z0-9])"
        ),
        0.75,
        any_of(
            "code|coupon|coupons|voucher|vouchers|cupom|cupón|cupon|gutsch|rabattc|gift|código|codigo"
            "|codice|korting"
        ),
        lambda v: len(v) >= 5 and (any(c.isdigit() for c in v) or len(v) >= 7),
    ),
    Rule(
        "coupon_code_fails",
        "COUPON_CODE",
        re.compile(
            r"(?<![A-Za-z])(?:[Cc]ode|[Pp]romo)[ ][\"'“]?((?=[A-Z0-9-]{0,16}[0-9])(?=[0-9-]{0,12}[A-Z]{2})"
            r"[A-Z0-9]{2,14}(?:-[A-Z0-9]{2,10}){0,4}|[A-Z]{6,16}|[A-Z]{3,12}[0-9]{1,4})[\"'”]?"
            r"(?=[ ](?i:expired|is|was|does|did|not|no|in?valid|won|can|at|says|say|gives|shows|has|had|will"
            r"|from|for|applied|added|used|worked|works|accepted|rejected|attached|removed)"
            r"(?![a-z]{3}))"
        ),
        0.7,
        ("code", "promo"),
        lambda v: len(v) >= 5,
    ),
    Rule(
        "coupon_code_before",
        "COUPON_CODE",
        re.compile(
            r"(?<![A-Za-z0-9-])((?=[A-Z0-9-]{0,16}[0-9])(?=[0-9-]{0,12}[A-Z])[A-Z0-9]{3,14}(?:-[A-Z0-9]{2,10}"
            r"){0,4}"
            r"|[A-Z]{3,10}(?:-[A-Z0-9]{2,10}){1,4})[\"'”]? (?:coupon|voucher|promo code|discount code"
            r"|gift card)"
            r"(?![a-z])"
        ),
        0.7,
        any_of("coupon|voucher|promo code|discount code|gift card"),
        lambda v: len(v) >= 5,
    ),
    Rule(
        "coupon_code_between",
        "COUPON_CODE",
        re.compile(
            r"(?<![A-Za-z])(?:(?i:apply|applied|use|used|enter|entered|redeem|redeemed|try"
            r"|tried)(?i:[ ](?:the|my|this))?[ ]"
            r"(?=\S{4,24}[ ](?i:coupon|voucher|promo|discount|code))|(?i:promo|coupon|voucher|referral"
            r" code)[ ]"
            r"(?=\S{4,24}[ ](?i:says?|said|is|was|does|did|has|not|won|can|fails?|failed|expired|gives?"
            r"|gave|shows?|for)(?![a-z])"
            r"|[A-Z0-9]{6,14}(?:\s*$|[.,!?])))"
            r"[\"“]?([a-z]{3,12}[0-9]{1,4}|[A-Z]{6,16}"
            r"|(?=[A-Z0-9-]{0,20}[0-9])[A-Z0-9]{4,14}(?:-[A-Z0-9]{2,8}){0,4})" + RIGHT
        ),
        0.68,
        any_of("coupon|voucher|promo|referral code|discount|code"),
        lambda v: len(v) >= 5,
    ),
    Rule(
        "coupon_code_quoted",
        "COUPON_CODE",
        re.compile(
            r"(?<![A-Za-z])(?i:(?:promo|coupon|voucher|discount|gift|referral|invite)[ ]?(?:code|link)?"
            r"|code)(?i:[ ]is|:)?[ ]"
            r"[\"“'‘]([A-Za-z0-9-]{4,20})(?=[\"”'’])"
        ),
        0.65,
        any_of("promo|coupon|voucher|discount|gift|referral|invite|code"),
        unless=_OTHER_CODE,
    ),
    Rule(
        "coupon_code_hyphens",
        "COUPON_CODE",
        re.compile(
            r"(?<![A-Za-z])[Cc]odes?(?:[ ]is"
            r"|[ ]?[:=])?[ ]?[\"“]?((?=[A-Z0-9-]{0,24}[A-Z])(?=[A-Z0-9-]{0,24}[0-9])[A-Z0-9]{2,12}"
            r"(?:-[A-Z0-9]{2,12}){1,4}|[a-z]{2,12}-(?=[a-z]{0,8}[0-9])[a-z0-9]{2,10})" + RIGHT
        ),
        0.68,
        ("code", "codes"),
        digit=True,
        unless=_OTHER_CODE,
    ),
    Rule(
        "coupon_code_done",
        "COUPON_CODE",
        re.compile(
            r"(?<![A-Za-z])(?i:apply|applied|applying|use|used|using|enter|entered|entering|redeem"
            r"|redeemed|redeeming|try|tried|type"
            r"|typed|add|added|off with|with|got|scan|activate|activated|claim|claimed|via|and|or|,)[ ][\"“]?"
            r"((?!(?:SPF|UPF|WD|UV|USB|HDMI|PS|AA|AAA|XL|XXL|LED|MP|PM|ISO|RTX|GTX|IPX|IP|UN|EN|CE|A|B"
            r"|V)-?[0-9])"
            r"[A-Z]{2,14}[0-9]{1,4}[A-Z]{0,8}|[0-9]{1,3}[A-Z]{3,12}"
            r"|(?=[A-Z0-9-]{0,20}[A-Z])[A-Z0-9]{3,8}(?:-[A-Z0-9]{2,8}){1,4})" + RIGHT
        ),
        0.6,
        any_of(
            "code|codes|coupon|coupons|voucher|vouchers|discount|promo|checkout|redeem|basket|till|% off|free"
            " ship|twice"
        ),
        lambda v: len(v) >= 5,
        digit=True,
    ),
    Rule(
        "loyalty_id",
        "LOYALTY_ID",
        re.compile(
            rf"(?:(?<![A-Za-z])(?:loyalty|member(?:ship)?|rewards?|frequent"
            rf" (?:flyer|shopper)|club|fidelidade|customer|client|account|cliente)(?:["
            rf" ]?(?:card|programme|program))?(?:[ _-]?(?:number|no\.?|id|#|n[º°]))+{IS}#?"
            rf")({CODE_VALUE})" + RIGHT,
            re.IGNORECASE,
        ),
        0.8,
        any_of("loyalty|member|reward|frequent|club|fidelidade|customer|client|account"),
        four_digits,
        digit=True,
    ),
    labelled(
        "loyalty_card",
        "LOYALTY_ID",
        r"(?:(?:loyalty|rewards?|points|club|member(?:ship)?|bonus|store|gift|vip|frequent (?:flyer|flier"
        r"|shopper)|air ?miles|nectar|clubcard|boots advantage|payback|fidelity|fid[eé]lit[eé]|fidelidade"
        r"|kundenkarte|tessera)[ ]?(?:card|account|programme|program|scheme|club)?"
        r"(?:[ ]?(?:no\.?|number|num|id|#))?|kunden(?:nummer|-?nr\.?)|(?:num[ée]ro|n°) (?:de )?client"
        r"|n[úu]mero de (?:cliente|socio)|codice cliente|klantnummer|customer (?:no|number|id)"
        r"|member(?: ?since)?(?: ?(?:no|number|id|#)))",
        r"(?=[A-Z]{0,5}[ -]?[0-9])[A-Z]{0,5}-?[0-9](?:[ -]?[0-9]){3,19}[A-Z]{0,2}",
        any_of(
            "loyalty|reward|points|club|member|bonus|store|gift|vip|frequent|airmiles|air miles"
            "|nectar|boots|payback|fidel|fidél|kunden|tessera|numéro|n°|número|codice|klant|customer"
        ),
        score=0.81,
        check=_loyal,
    ),
)
