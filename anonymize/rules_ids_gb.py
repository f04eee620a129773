"""Rules for official numbers of the United Kingdom, India, Australia and others that write English."""

from __future__ import annotations

import re

from privgen.anonymize.rules import CODE, DIGITS, LEFT, RIGHT, Rule
from privgen.anonymize.rules_labelled import DIGITS_9, any_of, digits_at_least, labelled, valid
from privgen.anonymize.rules_numbers import ORDER_CONTEXT

_NINO = r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]"
_IN_STATES = (
    "AN|AP|AR|AS|BR|CG|CH|DD|DL|DN|GA|GJ|HP|HR|JH|JK|KA|KL|LA|LD|MH|ML|MN|MP|MZ|NL|OD|OR|PB|PY"
    "|RJ|SK|TN|TR|TS|UK|UP|WB"
)
_IN_PLATE = rf"(?:{_IN_STATES})[ -]?[0-9]{{1,2}}[ -]?[A-Z]{{1,3}}[ -]?[0-9]{{4}}"
_GB_PLATE = r"[A-HJ-PR-Y]{2}[0-9]{2}[ -]?[A-HJ-PR-Z]{3}|[A-HJ-NPR-Y][0-9]{1,3}[ -]?[A-HJ-PR-Z]{3}"


def _medicare(value: str) -> bool:
    """Australian Medicare card number: weighted check digit modulo 10."""
    digits = [int(char) for char in value if char.isdigit()]
    return sum(d * w for d, w in zip(digits, (1, 3, 7, 9, 1, 3, 7, 9), strict=False)) % 10 == digits[8]


def _nric(value: str) -> bool:
    """Singapore NRIC or FIN: weighted check letter modulo 11."""
    total = sum(int(d) * w for d, w in zip(value[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True))
    first = value[0].upper()
    total += {"T": 4, "G": 4, "M": 3}.get(first, 0)
    table = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "KLJNPQRTUWX"}.get(first, "XWUTRQPNMLK")
    place = total % 11
    return table[10 - place if first == "M" else place] == value[8].upper()


RULES = (
    labelled(
        "uk_nhs",
        "UK_NHS",
        r"nhs|national health(?: service)?",
        r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}",
        ("nhs", "national health"),
        score=0.9,
    ),
    Rule(
        "uk_nhs_spaced",
        "UK_NHS",
        re.compile(r"(?<![A-Za-z0-9.+-])[4-7][0-9]{2} [0-9]{3} [0-9]{4}(?![0-9A-Za-z-])"),
        0.55,
        DIGITS,
        valid("gb.nhs"),
        unless=ORDER_CONTEXT,
    ),
    Rule("uk_nino", "UK_NINO", re.compile(LEFT + _NINO + RIGHT), 0.85, CODE, unless=ORDER_CONTEXT),
    labelled(
        "uk_nino_context",
        "UK_NINO",
        r"nino|n\.?i\.?(?: (?:no|number|#))|national insurance",
        r"[A-Z]{2}(?:[ -]?[0-9]{2}){3}[ -]?[A-DT]",
        ("nino", "ni", "n.i", "national insurance"),
        score=0.95,
    ),
    labelled(
        "uk_utr",
        "UK_UTR",
        r"utr|unique tax(?:payer)? reference",
        r"[0-9]{5}[ -]?[0-9]{5}|[0-9]{4}[ -]?[0-9]{3}[ -]?[0-9]{3}",
        ("utr", "unique tax"),
    ),
    Rule(
        "uk_driving_licence",
        "UK_DRIVING_LICENCE",
        re.compile(
            LEFT + r"(?=[A-Z]{1,5}9{0,4}[0-9])[A-Z9]{5} ?[0-9](?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]"
            r"|[12][0-9]|3[01])"
            r"[0-9] ?[A-Z9]{2}[A-Z0-9] ?[A-Z0-9]{2}(?: ?[0-9]{2})?" + RIGHT
        ),
        0.9,
        CODE,
    ),
    Rule(
        "uk_plate",
        "UK_VEHICLE_REGISTRATION",
        re.compile(LEFT + rf"(?:{_GB_PLATE})" + RIGHT),
        0.7,
        CODE,
        before=re.compile(
            r"(?i)(?<![a-z])(?:car|van|vehicle|reg(?:istration)?|plate|parked|drive[rs]?|vrm)(?![a-z])"
        ),
    ),
    labelled(
        "plate_context",
        "LICENSE_PLATE",
        r"(?:licen[cs]e|number|vehicle|car|reg(?:istration)?|plate) (?:plate|reg(?:istration)?|no"
        r"|number)s?|plates?|registration|vrm|kennzeichen"
        r"|placa|matr[ií]cula|targa|immatriculation|plaque",
        r"(?-i:(?=[A-ZÄÖÜ -]{0,7}[0-9])[A-ZÄÖÜ0-9]{1,4}(?:[ -]?[A-Z0-9]{1,4}){1,2})",
        any_of("plate|licen|number plate|reg|regist|vehicle|kennz|placa|matr|targa|immatr|plaque"),
        score=0.7,
        check=lambda v: v.upper() == v and digits_at_least(1)(v) and any(c.isalpha() for c in v),
    ),
    Rule(
        "in_plate",
        "IN_VEHICLE_REGISTRATION",
        re.compile(LEFT + _IN_PLATE + RIGHT),
        0.75,
        CODE,
        unless=ORDER_CONTEXT,
    ),
    Rule(
        "in_pan", "IN_PAN", re.compile(LEFT + r"[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]" + RIGHT), 0.85, CODE
    ),
    labelled(
        "in_pan_context",
        "IN_PAN",
        r"pan(?: (?:card|no|number))?|permanent account",
        r"[A-Z]{5}[0-9]{4}[A-Z]",
        ("pan", "permanent account"),
        score=0.9,
    ),
    Rule(
        "in_gstin",
        "IN_GSTIN",
        re.compile(LEFT + r"[0-3][0-9][A-Z]{5}[0-9]{4}[A-Z][0-9A-Z]Z[0-9A-Z]" + RIGHT),
        0.9,
        DIGITS + CODE,
        valid("in_.gstin"),
        validated=True,
    ),
    Rule(
        "in_aadhaar",
        "IN_AADHAAR",
        re.compile(r"(?<![A-Za-z0-9.+-])[2-9][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}(?![0-9A-Za-z]|[ -][0-9])"),
        0.9,
        DIGITS,
        valid("in_.aadhaar"),
        validated=True,
        unless=ORDER_CONTEXT,
    ),
    labelled(
        "in_aadhaar_context",
        "IN_AADHAAR",
        r"aadh?aa?r|uidai|uid",
        r"[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}",
        ("aadh", "aadar", "adha", "uidai", "uid"),
        score=0.9,
    ),
    labelled(
        "in_voter",
        "IN_VOTER",
        r"voter(?: id)?|epic|electoral",
        r"[A-Z]{3}[0-9]{7}",
        ("voter", "epic", "electoral"),
    ),
    labelled("au_tfn", "AU_TFN", r"tfn|tax file", DIGITS_9, ("tfn", "tax file"), score=0.9),
    labelled(
        "au_abn",
        "AU_ABN",
        r"abn|australian business",
        r"[0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}",
        ("abn", "australian business"),
        score=0.9,
    ),
    Rule(
        "au_abn_spaced",
        "AU_ABN",
        re.compile(r"(?<![A-Za-z0-9.+-])[1-9][0-9] [0-9]{3} [0-9]{3} [0-9]{3}(?![0-9A-Za-z-]| [0-9])"),
        0.9,
        DIGITS,
        valid("au.abn"),
        validated=True,
    ),
    labelled(
        "au_acn", "AU_ACN", r"acn|australian company", DIGITS_9, ("acn", "australian company"), score=0.9
    ),
    labelled(
        "au_medicare",
        "AU_MEDICARE",
        r"medicare",
        r"[2-6][0-9]{3}[ -]?[0-9]{5}[ -]?[0-9](?:[ -/]?[1-9])?",
        ("medicare",),
        score=0.9,
    ),
    Rule(
        "au_medicare_spaced",
        "AU_MEDICARE",
        re.compile(r"(?<![A-Za-z0-9.+-])[2-6][0-9]{3} [0-9]{5} [0-9](?![0-9A-Za-z])"),
        0.9,
        DIGITS,
        _medicare,
        validated=True,
    ),
    labelled(
        "nz_ird", "NZ_IRD", r"ird(?: (?:no|number))?", r"[0-9]{2,3}[ -]?[0-9]{3}[ -]?[0-9]{3}", ("ird",)
    ),
    Rule(
        "sg_nric",
        "SG_NRIC_FIN",
        re.compile(LEFT + r"[STFGMstfgm][0-9]{7}[A-Za-z]" + RIGHT),
        0.9,
        DIGITS,
        _nric,
        validated=True,
        unless=ORDER_CONTEXT,
    ),
    labelled(
        "sg_nric_context",
        "SG_NRIC_FIN",
        r"nric|fin(?: (?:no|number))?",
        r"[STFGM][0-9]{7}[A-Z]",
        ("nric", "fin"),
    ),
    labelled("sg_uen", "SG_UEN", r"uen", r"[0-9TSR][0-9A-Z]{7,8}[A-Z]", ("uen",)),
    labelled(
        "ie_pps",
        "IE_PPSN",
        r"ppsn?(?: (?:no|number))?|personal public service",
        r"[0-9]{7}[A-W][A-IW]?",
        ("pps", "ppsn", "personal public"),
    ),
    labelled(
        "za_id",
        "ZA_ID_NUMBER",
        r"(?:south african |sa |rsa )?id(?:entity)?(?: ?(?:no|number|book|card|document))?",
        r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[ ]?[0-9]{4}[ ]?[01][ ]?[0-9]{2}",
        ("id", "identity", "rsa"),
        check=valid("za.idnr"),
        validated=True,
    ),
    labelled(
        "ng_nin",
        "NG_NIN",
        r"nin|national identification(?: number)?",
        r"[0-9]{4}[ -]?[0-9]{3}[ -]?[0-9]{4}",
        ("nin", "national identification"),
    ),
    labelled(
        "ph_id",
        "PH_TIN",
        r"tin|umid|philhealth|pag-?ibig",
        r"[0-9]{3,4}-?[0-9]{3,7}-?[0-9]{1,3}(?:-?[0-9]{3,5})?",
        ("tin", "umid", "philhealth", "pagi", "pag-"),
        check=digits_at_least(9),
    ),
    labelled("il_id", "IL_ID_NUMBER", r"teudat zehut|israeli id", r"[0-9]{8,9}", ("teudat", "israeli")),
    labelled(
        "my_nric",
        "MY_NRIC",
        r"mykad|nric|ic (?:no|number)|kad pengenalan",
        r"[0-9]{6}-?[0-9]{2}-?[0-9]{4}",
        ("mykad", "nric", "ic", "pengenalan"),
    ),
    labelled(
        "passport_gb",
        "UK_PASSPORT",
        r"(?:uk|british|gb|hm) passport",
        r"[0-9]{9}|[A-Z]{2}[0-9]{7}",
        ("passport",),
        score=0.9,
    ),
    labelled(
        "passport_us",
        "US_PASSPORT",
        r"passports?|travel document",
        r"[A-DFH-Z]?[0-9]{8,9}",
        ("passport", "travel doc"),
        score=0.86,
    ),
    Rule(
        "passport_second",
        "US_PASSPORT",
        re.compile(
            r"(?<![A-Za-z])passports?(?![A-Za-z])[^\n]{0,120}?(?<![A-Za-z])(?:new|old|renewed|replacement"
            r"|other|second"
            r"|current|previous|latest|correct|right|valid)(?:[ ](?:one|passport|number|no\.?|is|was"
            r"|reads)){0,3}"
            r"[ ]?[:=#(]?[ ]?([A-Z]{0,2}[0-9]{7,9})(?![A-Za-z0-9])",
            re.IGNORECASE,
        ),
        0.85,
        ("passport",),
        digit=True,
    ),
    labelled(
        "passport",
        "PASSPORT",
        r"passports?|passaporte?|pasaporte|passeport|reisepass|paszport|pass(?: ?nr| number)",
        r"(?=[A-Z]{0,4}[0-9])[A-Z0-9]{6,10}",
        any_of("passport|passap|pasap|passep|reisep|pasz|pass"),
        score=0.84,
        check=digits_at_least(4),
    ),
)
