"""Rules for a shop's own numbers (orders, parcels, coupons, members) and for postcodes."""

from __future__ import annotations

import re

from privgen.anonymize.rules import DIGITS, FIVE_DIGITS, LEFT, LETTER_DIGIT, RIGHT, Rule, words
from privgen.anonymize.rules_labelled import any_of, labelled
from privgen.anonymize.validators import s10

_ASKED = re.compile(r"\?[^\n]{0,20}\n")
_CODE = r"[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9])){3,29}"
_IS = r"(?:(?:[ ]?(?:is|was|are|ist|是|为|:|：|=|é)){1,3}\s{0,2}|\s{1,2}|)"
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


def _loyal(value: str) -> bool:
    digits = [char for char in value if char.isdigit()]
    return len(digits) >= 6 or (len(digits) >= 4 and value[0].isalpha())


_MEASURES = re.compile(
    r"(?:19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{2}[A-Za-z]{0,4}(?:-[0-9]{2}){1,3}"
    r"|[0-9]{1,2}-[0-9]{1,2}-[0-9]{2,4}"
)


def _long_number(value: str) -> bool:
    """Five digits at least, and no date or price."""
    return sum(char.isdigit() for char in value) >= 5 and _MEASURES.fullmatch(value) is None


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
            rf"|protocolo|factura|fattura)"
            rf"(?:[ ]?(?:number|no\.?|num\.?|nr\.?|n[º°o]\.?|id|ref(?:erence)?"
            rf"|de))*[ ]?#?{_IS}#?)({_CODE})" + RIGHT,
            re.IGNORECASE,
        ),
        0.85,
        any_of(
            "order|invoice|receipt|pedido|compra|nota fiscal|bestellung|commande|transaction|purchase"
            "|confirmation|booking|reservation|reference|case|ticket|rma|return|refund|complaint"
            "|claim|bestell|auftrag|rechnung|ordine|bestelnummer|ordernummer|folio|protocolo|factura"
            "|fattura|*p.o|po |po#"
        ),
        _four_digits,
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
        "tracking_shape",
        "TRACKING_NUMBER",
        r"encomenda|objeto|paquete|paket|colis|pacco|pakket|parcel|package|shipment|letter|env[ií]o|sendung",
        r"[A-Z]{2} ?[0-9]{9} ?[A-Z]{2}",
        any_of(
            "encomenda|objeto|paquete|paket|colis|pacco|pakket|parcel|package|shipment|letter|envío|envio"
            "|sendung"
        ),
        score=0.86,
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
        _four_digits,
        digit=True,
        needs=_ASKED,
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
            rf"(?:(?<![A-Za-z])(?:tracking|track|parcel|shipment|consignment"
            rf"|waybill|awb|rastreio|rastreamento|objeto)(?:[ ]?(?:number|no\.?"
            rf"|code|id|#|de|c[oó]digo))*[ ]?#?{_IS}"
            rf")((?:[A-Za-z]{{1,4}})?[0-9](?:[ ]?[A-Za-z0-9]|-(?=[A-Za-z0-9])){{7,27}})" + RIGHT,
            re.IGNORECASE,
        ),
        0.86,
        any_of("track|parcel|shipment|consignment|waybill|awb|rastre|objeto"),
        lambda v: sum(c.isdigit() for c in v) >= 7,
        digit=True,
    ),
    labelled(
        "tracking_carrier",
        "TRACKING_NUMBER",
        _CARRIER,
        r"[A-Z]{0,4} ?[0-9](?:[ -]?[0-9]){7,30}(?:[A-Z]{1,2}(?![A-Z]))?",
        any_of(
            "usps|ups|fedex|fed ex|dhl|dpd|gls|hermes|evri|royal mail|parcelf|yodel|purol|canada post"
            "|auspost|australia post|startr|correios|correos|la poste|coliss|chronop|mondial|seur|mrw"
            "|poste italiane|brt|bartol|sda|postnl|post nl|bpost|postnord|posti|inpost|ontrac|lasersh"
            "|aramex|bluedart|blue dart|delhiv|dtdc|ekart|xpressb|sagawa|yamato|japan post|singpost"
            "|ninjav|ninja van|deutsche post|an post|estafeta|jadlog|loggi|amazon log|tnt|toll"
            "|courier|sendle|j&t|lalam"
        ),
        score=0.87,
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
        r"[A-Z]{0,4} ?[0-9](?:[ -]?[0-9]){7,30}(?:[A-Z]{1,2}(?![A-Z]))?",
        any_of(
            "package|packet|parcel|pakket|paquete|pacote|encomen|sendung|paket|suivi|colis|seguim|rastre|guía"
            "|guia|traccia|spedizione|track|label|shipped|sent with"
            "|sent via|sent under|posted|dispatched|mailed"
        ),
        score=0.86,
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
            LEFT + r"(?:TB[ACM][0-9]{9,13}|JJ?D[0-9]{14,20}|GM[0-9]{16,18}|LX[0-9]{8,12}|1LS[0-9]{12,15}"
            r"|[CD][0-9]{14}|H[0-9]{15,19}|T00[0-9]{13}|[A-Z]{2}[0-9]{13}[A-Z]{2}|CNAU[A-Z0-9]{10,16}"
            r"|L[A-Z][0-9]{14}|SHP[0-9]{10,16}|FMPP[0-9]{10})" + RIGHT,
            re.IGNORECASE,
        ),
        0.85,
        DIGITS,
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
    Rule(
        "coupon_code",
        "COUPON_CODE",
        re.compile(
            rf"(?:(?<![A-Za-z])(?:coupon|promo(?:tion)?(?:al)?|voucher|discount"
            rf"|gift ?card|referral|cupom)(?:[ ]?(?:code|number|no\.?|de|desconto))+{_IS}"
            rf"|(?<![A-Za-z])(?:coupon|voucher|cupom|gutschein(?:code)?|rabattcode|cup[oó]n|buono"
            rf"|promo)[\"']?[ ]?[:：#=][ ]?"
            rf")[\"'“]?({_CODE})" + RIGHT,
            re.IGNORECASE,
        ),
        0.8,
        any_of("coupon|promo|voucher|discount|gift|referral|cupom|gutsch|rabattc|cupón|cupon|buono"),
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
            r"[A-Z0-9]{2,14}(?:-[A-Z0-9]{2,10}){0,4}|[A-Z]{6,16})[\"'”]?"
            r"(?=[ ](?i:expired|is|was|does|did|not|no|in?valid|won|can|at|says|say|gives|shows|has|had|will"
            r"|from|for)"
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
        "loyalty_id",
        "LOYALTY_ID",
        re.compile(
            rf"(?:(?<![A-Za-z])(?:loyalty|member(?:ship)?|rewards?|frequent"
            rf" (?:flyer|shopper)|club|fidelidade|customer|client|account|cliente)(?:["
            rf" ]?(?:card|programme|program))?(?:[ ]?(?:number|no\.?|id|#|n[º°]))+{_IS}#?"
            rf")({_CODE})" + RIGHT,
            re.IGNORECASE,
        ),
        0.8,
        any_of("loyalty|member|reward|frequent|club|fidelidade|customer|client|account"),
        _four_digits,
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
    Rule(
        "postcode_context",
        "POSTCODE",
        re.compile(
            r"(?:(?<![A-Za-z])(?:zip(?:[+]4)?[ _]?code|zip(?: ?[+] ?4)?|post ?code|postal[ _]?code|pin ?code"
            r"|pincode|eircode|cep|plz|postleitzahl"
            r"|code postal|c[oó]digo postal|c\.?p\.|postnummer|postcode))"
            r"(?:[ ]?(?:is|was|are|of"
            r"|é|:|=|\"|'"
            r"|：|#))*\s{0,2}[\"']?"
            r"([0-9]{5}-?[0-9]{3}|[0-9]{5}(?:-[0-9]{4})?|[0-9]{3} ?[0-9]{3}|[0-9]{4} ?[A-Z]{2}"
            r"|[0-9]{3} [0-9]{2}|[0-9]{4}(?:-[0-9]{3})?|[AC-Y][0-9]{1}[0-9W] ?[A-Z0-9]{4}"
            r"|[A-Z]{1,2}[0-9][A-Z0-9]?"
            r" ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9])" + RIGHT,
            re.IGNORECASE,
        ),
        0.85,
        any_of("zip|zipcode|post|pin code|pincode|eircode|cep|plz|código p|codigo p|code postal|c.p|cp."),
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
        "postcode_town",
        "POSTCODE",
        re.compile(
            r"(?i:(?<![a-z])(?:mumbai|delhi|new delhi|bangalore|bengaluru|hyderabad|chennai|kolkata|pune"
            r"|ahmedabad|jaipur|lucknow|surat|kanpur|nagpur|indore|thane|bhopal|patna|vadodara|noida"
            r"|gurgaon|gurugram|kochi|coimbatore"
            r"|maharashtra|karnataka|tamil nadu|kerala|gujarat|telangana|west bengal|haryana|rajasthan"
            r"|uttar pradesh))[ ,–-]{1,4}([1-9][0-9]{2} ?[0-9]{3})(?![0-9])"
        ),
        0.6,
        any_of(
            "mumbai|delhi|bangalore|bengal|hydera|chennai|kolkata|pune|ahmed|jaipur|lucknow|surat"
            "|kanpur|nagpur|indore|thane|bhopal|patna|vadod|noida|gurg|gurug|kochi|coimb|mahar|karna"
            "|tamil|kerala|gujar|telang|west bengal|haryana|rajas|uttar"
        ),
        digit=True,
    ),
    Rule(
        "postcode_au",
        "POSTCODE",
        re.compile(r"(?<![A-Za-z])(?:NSW|VIC|QLD|TAS|ACT)[ ,]{1,2}([0-9]{4})(?![0-9])"),
        0.6,
        ("nsw", "vic", "qld", "tas", "act"),
        digit=True,
    ),
    Rule(
        "postcode_eu",
        "POSTCODE",
        re.compile(r"(?<![A-Za-z0-9-])(?:D|A|CH|F|NL|B|DK|S|FI|PL|L)-[0-9]{4,5}(?![0-9A-Za-z-])"),
        0.5,
        FIVE_DIGITS,
        unless=words("order", "model", "sku", "item", "part"),
    ),
    Rule(
        "postcode_us_plus4",
        "POSTCODE",
        re.compile(r"(?<![A-Za-z0-9.,$-])(?<!GB )(?<!/T )[0-9]{5}-[0-9]{4}(?![0-9A-Za-z-])"),
        0.45,
        DIGITS,
        unless=words("order", "model", "sku", "item"),
    ),
    Rule(
        "postcode_gb",
        "POSTCODE",
        re.compile(LEFT + r"[A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-Z]? [0-9][ABD-HJLNP-UW-Z]{2}" + RIGHT),
        0.6,
        LETTER_DIGIT,
        digit=True,
    ),
    Rule(
        "postcode_ca",
        "POSTCODE",
        re.compile(
            LEFT + r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][ -]?[0-9][ABCEGHJ-NPRSTV-Z][0-9]" + RIGHT
        ),
        0.6,
        LETTER_DIGIT,
        digit=True,
        unless=words("order", "model", "sku", "item", "code"),
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
