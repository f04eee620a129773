"""Rules for the numbers of orders, invoices, bookings and cases."""

from __future__ import annotations

import re

from privgen.anonymize.rules import DIGITS, LEFT, RIGHT, Rule
from privgen.anonymize.rules_labelled import CODE_VALUE, IS, any_of, four_digits, labelled

_ASKED = re.compile(r"\?[^\n]{0,20}\n")


_MEASURES = re.compile(
    r"(?:19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{2}[A-Za-z]{0,4}(?:-[0-9]{2}){1,3}"
    r"|[0-9]{1,2}-[0-9]{1,2}-[0-9]{2,4}"
)


def _long_number(value: str) -> bool:
    """Five digits at least, and no date or price."""
    return sum(char.isdigit() for char in value) >= 5 and _MEASURES.fullmatch(value) is None


_STROKED = r"(?=[A-Za-z0-9/_-]{0,20}[0-9])[A-Za-z]{1,6}[0-9]{0,8}(?:[-/_][A-Za-z0-9]{1,12}){1,4}"
"""A number that begins with letters and goes on after strokes or hyphens."""

_MIXED = (
    r"(?=[A-Z]{0,6}[-/]?[0-9])[A-Z0-9]{1,12}(?:[-/][A-Z0-9]{1,12}){1,4}"
    r"|(?=[A-Z]{1,9}[0-9])[A-Z0-9]{5,14}|(?=[0-9]{1,9}[A-Z])[A-Z0-9]{5,14}|[0-9]{6,20}"
)
"""A code with a digit and a letter or a hyphen, or six digits at least."""


def _reference(value: str) -> bool:
    """A code of capitals and digits that is no date or measure, or a long number."""
    digits = sum(char.isdigit() for char in value)
    return _MEASURES.fullmatch(value) is None and digits >= 2 and len(value) >= 5


RULES = (
    Rule(
        "order_number",
        "ORDER_NUMBER",
        re.compile(
            rf"(?:(?<![A-Za-z])(?:orders?|purchase order|p\.?o\.?|invoice|receipt"
            rf"|pedido|compra|nota fiscal|bestell(?:ung|nummer|nr\.?)|auftrag(?:snummer|s-?nr\.?)?"
            rf"|rechnung(?:snummer|s-?nr\.?)?|(?:num[ée]ro de |n°? ?(?:de )?)?commande"
            rf"|(?:numero )?(?:di )?ordine"
            rf"|transaction|purchase|confirmation|booking|reservation|rma|bestelnummer|ordernummer|folio"
            rf"|protocolo|factura|fattura|ordre|orden|zam[oó]wieni[ea]|bestilling|best[äa]llning|tilaus"
            rf"|sipari[sş]|pesanan|inv|facture)"
            rf"(?:[ _-]?(?:number|no\.?|num\.?|nr\.?|n[º°]\.?|id|code|ref(?:erence)?"
            rf"|de)){{0,3}}[ ]?#?{IS}#?)({_STROKED}|{CODE_VALUE})" + RIGHT,
            re.IGNORECASE,
        ),
        0.85,
        any_of(
            "order|invoice|receipt|pedido|compra|nota fiscal|bestellung|commande|transaction|purchase"
            "|confirmation|booking|reservation|reference|case|ticket|rma|return|refund|complaint"
            "|claim|bestell|auftrag|rechnung|ordine|bestelnummer|ordernummer|folio|protocolo|factura"
            "|fattura|*p.o|po |po#|ordre|orden|zamow|zamów|bestil|bestäl|bestal|tilaus|sipari|pesanan|inv"
            "|facture"
        ),
        four_digits,
        digit=True,
    ),
    labelled(
        "order_number_asked",
        "ORDER_NUMBER",
        r"(?:refund|return|order|claim|case|complaint) (?:request )?ref\.?|update on|status of|what about"
        r"|news (?:on|about)",
        r"#?(?=[A-Z]{0,6}-?[0-9])[A-Z0-9]{1,12}(?:-[A-Z0-9]{1,12}){0,4}",
        any_of(
            "refund|return|order ref|claim|case|complaint|update on|status of|what about|news on|news about"
        ),
        score=0.8,
        check=lambda v: sum(c.isdigit() for c in v) >= 6,
    ),
    labelled(
        "order_number_said",
        "ORDER_NUMBER",
        r"(?:order|purchase|pedido)(?:[ ]?(?:number|no\.?|num|id|#|ref(?:erence)?|code))?|(?:invoice"
        r"|confirmation|booking|receipt|reference|transaction|case|ticket|return|refund|complaint"
        r"|claim)[ ]?(?:number|no\.?|num|id|#|ref(?:erence)?|code)",
        r"(?:#|no\.? ?)?(?=[A-Z]{0,6}-?[0-9])[A-Z0-9]{1,12}(?:-[A-Z0-9]{1,12}){0,4}",
        any_of("order|purchase|pedido|invoice|confirmation|booking|receipt|reference|transaction"),
        score=0.82,
        check=_long_number,
    ),
    Rule(
        "order_answered",
        "ORDER_NUMBER",
        re.compile(
            r"(?<![A-Za-z])(?:order|reference|invoice|booking|confirmation|tracking)(?: (?:number|no\.?|id"
            r"|code|#))[^\n?]{0,40}\?"
            r"[^\n]{0,20}\n[^\n:]{0,30}(?::[0-9]{2}[^\n:]{0,30}){0,2}:[ ][^\n0-9]{0,16}?"
            r"(?<![A-Za-z0-9])([A-Za-z]{0,4}-?[0-9][A-Za-z0-9-]{4,24})" + RIGHT,
            re.IGNORECASE,
        ),
        0.8,
        any_of("order|reference|invoice|booking|confirmation|tracking"),
        four_digits,
        digit=True,
        needs=_ASKED,
    ),
    Rule(
        "order_reference",
        "ORDER_NUMBER",
        re.compile(
            r"(?<![A-Za-z])(?i:(?:booking|payment|customer|your|our|my|case|ticket|order|return|refund)?"
            r" ?ref(?:erence)?"
            r"|case|ticket|claim|return|refund|complaint|confirmation|booking|reservation|rma|incident"
            r"|dossier|vorgang|folio"
            r"|approval|auth(?:ori[sz]ation)?|transaction|txn|receipt|request|enquiry|inquiry|dispute"
            r"|exchange|shipment|pnr)"
            r"(?i:[ _-]?(?:number|no\.?|nr\.?|num\.?|id|code|#))?(?i:[ ](?:is|was|here"
            r" is))?[\"']?[ ]?[.:#=]{0,2}[ ]?#?[\"'“]?"
            rf"({_MIXED}){RIGHT}(?![.,]?[0-9]|[ ]?%)"
        ),
        0.72,
        any_of(
            "ref|reference|case|ticket|claim|return|refund|complaint|confirm|booking|reservation|rma"
            "|incident|dossier|vorgang"
            "|folio|approval|auth|authori|transaction|txn|receipt|request|enquiry|inquiry|dispute"
            "|exchange|shipment|pnr"
        ),
        _reference,
        digit=True,
    ),
    Rule(
        "order_second",
        "ORDER_NUMBER",
        re.compile(
            r"(?<![A-Za-z])(?:orders|order numbers|invoices|bookings|parcels|tickets"
            r"|returns)[ ]?[:#]?[ ]?#?[A-Za-z]{0,6}-?[0-9]"
            r"[A-Za-z0-9-]{3,24}(?:,[ ]|[ ]?[&+/][ ]?|[ ](?:and|und|y|et"
            r"|e)[ ])#?([A-Za-z]{0,6}-?[0-9][A-Za-z0-9-]{3,24})" + RIGHT,
            re.IGNORECASE,
        ),
        0.7,
        any_of("orders|order numbers|invoices|bookings|parcels|tickets|returns"),
        four_digits,
        digit=True,
    ),
    Rule(
        "order_hash",
        "ORDER_NUMBER",
        re.compile(r"(?<![A-Za-z0-9&])#([A-Z]{0,4}-?[0-9][0-9-]{4,24})" + RIGHT),
        0.5,
        ("#",),
        four_digits,
        digit=True,
    ),
    Rule(
        "amazon_order", "ORDER_NUMBER", re.compile(LEFT + r"[0-9]{3}-[0-9]{7}-[0-9]{7}" + RIGHT), 0.8, DIGITS
    ),
)
