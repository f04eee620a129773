"""Rules for tracking numbers: after a word for a parcel, after a carrier, by a carrier's shape."""

from __future__ import annotations

import re

from privgen.anonymize.rules import DIGITS, LEFT, RIGHT, Rule
from privgen.anonymize.rules_labelled import IS, any_of, digits_at_least, labelled
from privgen.anonymize.validators import s10


def _mod10_usps(value: str) -> bool:
    """US Postal Service label: 20 or 22 digits, check digit modulo 10. Source: USPS Publication 199."""
    digits = [int(char) for char in value if char.isdigit()]
    odd, even = sum(digits[-2::-2]), sum(digits[-3::-2])
    return len(digits) in (20, 22, 26) and (3 * odd + even + digits[-1]) % 10 == 0


_CARRIER = (
    r"usps|ups|fed ?ex|dhl|dpd|gls|hermes|evri|royal mail|parcel ?force|yodel|purolator|canada post"
    r"|auspost|australia post|startrack|correios|correos|la poste|colissimo|chronopost|mondial relay"
    r"|seur|mrw|poste italiane|brt|bartolini|sda|post ?nl|bpost|post ?nord|posti|in ?post|on ?trac"
    r"|laser ?ship|aramex|blue ?dart|delhivery|dtdc|ekart|xpress ?bees|sagawa|yamato|japan post"
    r"|sing ?post|ninja ?van"
    r"|deutsche post|an post|estafeta|jadlog|loggi|amazon logistics|tnt|toll|couriers? please|sendle|j&t"
    r"|lalamove|courier"
)
_CARRIERS = any_of(
    "usps|ups|fedex|fed ex|dhl|dpd|gls|hermes|evri|royal mail|parcelf|yodel|purol|canada post"
    "|auspost|australia post|startr|correios|correos|la poste|coliss|chronop|mondial|seur|mrw"
    "|poste italiane|brt|bartol|sda|postnl|post nl|bpost|postnord|posti|inpost|ontrac|lasersh"
    "|aramex|bluedart|blue dart|delhiv|dtdc|ekart|xpressb|sagawa|yamato|japan post|singpost"
    "|ninjav|ninja van|deutsche post|an post|estafeta|jadlog|loggi|amazon log|tnt|toll"
    "|courier|sendle|j&t|lalam"
)

_NUMBER = (
    r"(?:[A-Za-z]{1,5}(?=[0-9])|(?-i:[A-Z]{1,4})[ -])?[0-9](?:[ -]?[0-9]|(?-i:[A-Z]{1,4})(?![a-z])"
    r"|[a-z](?=[0-9])"
    r"|[ ](?-i:[A-Z]{1,3}[0-9]?)(?![A-Za-z])){6,30}"
)
"""A number of a parcel: digits, with spaces before digits and few letters between them."""

RULES = (
    labelled(
        "tracking_shape",
        "TRACKING_NUMBER",
        r"encomenda|objeto|paquete|paket|colis|pacco|pakket|parcel|package|shipment|letter|env[ií]o|sendung",
        r"[A-Z]{2} ?[0-9]{9} ?[A-Z]{2}|[0-9]?(?-i:[A-Z]){1,5}[0-9]{10,20}",
        any_of(
            "encomenda|objeto|paquete|paket|colis|pacco|pakket|parcel|package|shipment|letter|envío|envio"
            "|sendung"
        ),
        score=0.86,
    ),
    Rule(
        "tracking_number",
        "TRACKING_NUMBER",
        re.compile(
            rf"(?:(?<![A-Za-z])(?:tracking|track|parcel|shipment|consignment"
            rf"|waybill|awb|rastreio|rastreamento|objeto)(?:[ ]?(?:number|no\.?"
            rf"|code|id|#|de|c[oó]digo))*[ ]?#?{IS}"
            rf")({_NUMBER})" + RIGHT,
            re.IGNORECASE,
        ),
        0.86,
        any_of("track|parcel|shipment|consignment|waybill|awb|rastre|objeto"),
        digits_at_least(7),
        digit=True,
    ),
    labelled(
        "tracking_carrier",
        "TRACKING_NUMBER",
        _CARRIER,
        _NUMBER,
        _CARRIERS,
        score=0.87,
        check=digits_at_least(8),
    ),
    labelled(
        "tracking_named",
        "TRACKING_NUMBER",
        r"sendungs?(?:nummer|-?nr|verfolgung(?:snummer)?)|paket(?:nummer|-?nr)|num[ée]ro de (?:suivi|colis)"
        r"|(?:n[úu]mero|c[óo]digo) de (?:seguimiento|rastreo|rastreio|gu[íi]a)|gu[íi]a (?:de env[íi]o|no|n)"
        r"|(?:codice|numero)(?: di)? (?:tracciamento|tracking|spedizione)|track ?(?:&|and) ?trace"
        r"|trackingcode"
        r"|(?:package|packet|parcel|pakket|paquete|pacote|encomenda|colis|paket) ?(?:no\.?|number|nr\.?|id|#)"
        r"|return label|shipping label|label (?:no|number)|(?:shipped|sent|posted|dispatched|mailed) (?:with"
        r"|via|under)"
        r"|tracking|suivi",
        _NUMBER,
        any_of(
            "package|packet|parcel|pakket|paquete|pacote|encomen|sendung|paket|suivi|colis|seguim|rastre|guía"
            "|guia|traccia|spedizione|track|label|shipped|sent with"
            "|sent via|sent under|posted|dispatched|mailed"
        ),
        score=0.86,
        check=digits_at_least(8),
    ),
    Rule(
        "tracking_before_carrier",
        "TRACKING_NUMBER",
        re.compile(
            r"(?<![A-Za-z0-9.-])((?:[A-Z]{1,5})?[0-9](?:[ -]?[0-9A-Z]){7,30}|[0-9]{8,30})"
            rf"(?=,?[ ](?i:from|with|via|by|through|on|sent (?:with|via|by)|\("
            rf"|-)[ ]?(?i:the )?(?i:{_CARRIER})"
            r"(?![A-Za-z]))"
        ),
        0.8,
        _CARRIERS,
        digits_at_least(8),
        digit=True,
    ),
    Rule(
        "usps",
        "TRACKING_NUMBER",
        re.compile(
            r"(?<![A-Za-z0-9.-])(?:420[ -]?[0-9]{5}[ -]?)?9[1-5][0-9]{2}[ -]?(?:[0-9]{4}[ -]?){4}[0-9]{2}"
            r"(?![0-9])"
        ),
        0.96,
        DIGITS,
    ),
    Rule(
        "usps_20",
        "TRACKING_NUMBER",
        re.compile(r"(?<![A-Za-z0-9.-])[0-9]{4}[ -]?(?:[0-9]{4}[ -]?){4}(?![ -]?[0-9])"),
        0.9,
        DIGITS,
        _mod10_usps,
        validated=True,
    ),
    Rule(
        "sscc",
        "TRACKING_NUMBER",
        re.compile(
            r"(?<![A-Za-z0-9.-])(?:\(00\) ?|00)3[0-9]{2} ?[0-9]{4} ?[0-9]{4} ?[0-9]{4} ?[0-9]{3}(?![0-9])"
        ),
        0.85,
        DIGITS,
    ),
    Rule(
        "carrier_letters",
        "TRACKING_NUMBER",
        re.compile(
            LEFT + r"(?:J(?:VGL|JD)[0-9]{14,18}|TB[ACM][0-9]{9,13}|JJ?D[0-9]{14,20}|GM[0-9]{16,18}"
            r"|LX[0-9]{8,12}|1LS[0-9]{12,15}"
            r"|[CD][0-9]{14}|H[0-9]{15,19}|T00[0-9]{13}|[A-Z]{2}[0-9]{13}[A-Z]{2}"
            r"|L[A-Z][0-9]{14}|SHP[0-9]{10,16}|FMPP[0-9]{10})" + RIGHT,
            re.IGNORECASE,
        ),
        0.85,
        DIGITS,
    ),
    Rule(
        "cainiao_letters",
        "TRACKING_NUMBER",
        re.compile(LEFT + r"CNAU[A-Z0-9]{10,16}" + RIGHT, re.IGNORECASE),
        0.85,
        ("*cnau",),
        digit=True,
    ),
    Rule(
        "ups",
        "TRACKING_NUMBER",
        re.compile(LEFT + r"1[Zz][ -]?(?:[0-9A-Za-z][ -]?){15}[0-9A-Za-z]" + RIGHT),
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
)
