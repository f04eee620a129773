"""Rules for postcodes: after a label, after a state or a town, by their shape."""

from __future__ import annotations

import re

from privgen.anonymize.address_parts import STATES
from privgen.anonymize.rules import DIGITS, FIVE_DIGITS, LEFT, LETTER_DIGIT, RIGHT, Rule, words
from privgen.anonymize.rules_labelled import any_of

RULES = (
    Rule(
        "postcode_context",
        "POSTCODE",
        re.compile(
            r"(?:(?<![A-Za-z])(?:zip(?:[+]4)?[ _]?code|zip(?: ?[+] ?4)?|post ?code|postal[ _]?code|pin ?code"
            r"|pincode|eircode|cep|plz|postleitzahl"
            r"|code postal|c[oó]digo postal|c\.?p\.|c\.?p(?=[ ]?:)|postnummer|zip/postal"
            r"|postal(?=[\"'_]{0,2}[ ]?[=:])|area code|pin(?=[ ][1-9][0-9]{2} [0-9]{3})|postcode))"
            r"(?:['’]s)?"
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
        any_of(
            "zip|zipcode|post|postal|area code|pin|cp|pin code|pincode|eircode|cep|plz|código p|codigo p"
            "|code postal|c.p|cp."
        ),
        digit=True,
    ),
    Rule(
        "postcode_served",
        "POSTCODE",
        re.compile(
            r"(?<![A-Za-z])(?:ship(?:ping|ped|s)?|deliver(?:y|ing|ed|s)?|live|living|located|based"
            r"|i['’]?m|we['’]?re|store|pick ?up|stock"
            r"|available|service|moving|moved|area|quote)[ ](?:it )?(?:to|in|at|near|for|around)[ ](?:zip"
            r" |the )?"
            r"([0-9]{5}(?:-[0-9]{4})?)(?=[ ]?[,.?!;)](?![0-9])|\s*$|[ ](?:by|is|and|for|or|how|do|does"
            r"|please|area|today|tomorrow|usa?)(?![a-z]))",
            re.IGNORECASE,
        ),
        0.55,
        FIVE_DIGITS,
        digit=True,
    ),
    Rule(
        "postcode_behind_street",
        "POSTCODE",
        re.compile(
            r"[0-9]{1,6}[ ](?:[A-Za-z'’.-]{1,20}[ ]){1,4}(?i:street|st|road|rd|avenue|ave|lane|ln|drive|dr"
            r"|blvd|boulevard"
            r"|way|court|ct|place|pl|terrace|parkway|pkwy|highway|hwy|circle|cir|close|square)\.?[ ]?[(\[/"
            r"|-][ ]?(?i:zip )?"
            r"([0-9]{5}(?:-[0-9]{4})?|[0-9]{6}|[0-9]{4})(?=[ ]?[)\]/|-]|\s*$|[.,;])"
        ),
        0.6,
        any_of(
            "street|st|road|rd|avenue|ave|lane|ln|drive|dr|blvd|boulevard|way|court|ct|place|pl|terrace"
            "|parkway|pkwy"
            "|highway|hwy|circle|cir|close|square"
        ),
        digit=True,
    ),
    Rule(
        "postcode_br_state",
        "POSTCODE",
        re.compile(
            r"(?<=[a-zà-ÿ])(?:[ ]?[,/–-][ ]?)(?:AC|AL|AP|AM|BA|CE|DF|ES|GO|MA|MT|MS|MG|PA|PB|PR|PE|PI|RJ"
            r"|RN|RS|RO|RR|SC|SP"
            r"|SE|TO)[ ,–-]{1,3}(?:CEP:?[ ]?)?([0-9]{5}-?[0-9]{3})(?![0-9])"
        ),
        0.6,
        FIVE_DIGITS,
    ),
    Rule(
        "postcode_us_state",
        "POSTCODE",
        re.compile(rf"(?<![A-Za-z])(?:{STATES}),?[ ]([0-9]{{5}}(?:-[0-9]{{4}})?)" + RIGHT),
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
