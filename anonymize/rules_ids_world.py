"""Rules for official numbers of Latin America and Asia (China has its own files)."""

from __future__ import annotations

import re

from privgen.anonymize.rules import CODE, DIGITS, LEFT, RIGHT, Rule
from privgen.anonymize.rules_bare import ALONE, ENDS, bare
from privgen.anonymize.rules_labelled import digits_at_least, labelled
from privgen.anonymize.rules_numbers import ORDER_CONTEXT


def _rrn(value: str) -> bool:
    """Korean resident number: a real month and day; numbers since October 2020 have no check digit."""
    return 1 <= int(value[2:4]) <= 12 and 1 <= int(value[4:6]) <= 31


def _rfc(value: str) -> bool:
    """Mexican tax code of a person: its check digit counts where no label stands by it."""
    from stdnum.mx import rfc

    return bool(rfc.is_valid(value, validate_check_digits=True))


RULES = (
    bare("mx_curp", "MX_CURP", LEFT + r"[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9]" + RIGHT, "mx.curp", CODE),
    labelled(
        "mx_curp_context",
        "MX_CURP",
        r"curp",
        r"[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9]",
        ("curp",),
        score=0.95,
    ),
    Rule(
        "mx_rfc_bare",
        "MX_RFC",
        re.compile(
            LEFT + r"[A-ZÑ&]{4}[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]"
            r"|3[01])(?=[A-Z0-9]*[0-9A-Z])[A-Z0-9]{2}[0-9A]" + RIGHT
        ),
        0.7,
        CODE,
        _rfc,
        unless=ORDER_CONTEXT,
    ),
    labelled("mx_rfc", "MX_RFC", r"rfc", r"[A-ZÑ&]{3,4}[0-9]{6}[A-Z0-9]{3}", ("rfc",)),
    bare("ar_cuit", "AR_CUIT", ALONE + r"(?:2[03478]|3[034])-[0-9]{8}-[0-9]" + ENDS, "ar.cuit"),
    labelled(
        "ar_dni",
        "AR_DNI",
        r"dni|documento",
        r"[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}",
        ("dni", "documento"),
        score=0.8,
    ),
    labelled("ar_cuit_context", "AR_CUIT", r"cui[tl]", r"[0-9]{2}-?[0-9]{8}-?[0-9]", ("cuit", "cuil")),
    bare("cl_rut", "CL_RUT", ALONE + r"[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9Kk]" + RIGHT, "cl.rut"),
    labelled(
        "cl_rut_context", "CL_RUT", r"rut|run", r"[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}-[0-9K]", ("rut", "run")
    ),
    labelled(
        "co_cc",
        "CO_CEDULA",
        r"c[eé]dula|c\.c\.|nit",
        r"[0-9]{1,3}(?:\.?[0-9]{3}){2,3}(?:-[0-9])?",
        ("cédula", "cedula", "c.c", "nit"),
    ),
    labelled("pe_dni", "PE_DNI", r"dni", r"[0-9]{8}", ("dni",), score=0.79),
    labelled(
        "br_rg_context",
        "BR_RG",
        r"rg|identidade|carteira de identidade",
        r"[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}-?[0-9X]",
        ("rg", "identidade", "carteira"),
    ),
    labelled(
        "br_cnh",
        "BR_CNH",
        r"cnh|habilita[cç][aã]o|pis(?:/pasep)?|t[ií]tulo de eleitor",
        r"[0-9]{3}\.?[0-9]{4,5}\.?[0-9]{2,3}-?[0-9]{1,2}|[0-9]{4} ?[0-9]{4} ?[0-9]{4}",
        ("cnh", "habilita", "pis", "título", "titulo"),
    ),
    Rule(
        "br_plate",
        "BR_PLATE",
        re.compile(LEFT + r"[A-Z]{3}[ -]?[0-9][A-Z0-9][0-9]{2}" + RIGHT),
        0.6,
        ("placa", "carro", "veículo", "moto"),
        digit=True,
        before=re.compile(r"(?i)placa|carro|ve[ií]culo|moto"),
    ),
    Rule(
        "kr_rrn",
        "KR_RRN",
        re.compile(ALONE + r"[0-9]{2}[01][0-9][0-3][0-9]-[1-8][0-9]{6}" + ENDS),
        0.85,
        DIGITS,
        _rrn,
    ),
    labelled(
        "kr_rrn_context",
        "KR_RRN",
        r"rrn|frn|resident registration|foreigner registration|주민등록번호|외국인등록번호",
        r"[0-9]{6}-?[1-8][0-9]{6}",
        ("rrn", "frn", "resident", "foreigner", "주민", "외국인"),
    ),
    labelled(
        "kr_license",
        "KR_DRIVER_LICENSE",
        r"운전면허|korean driver'?s? licen[cs]e",
        r"[0-9]{2}-[0-9]{2}-[0-9]{6}-[0-9]{2}",
        ("운전", "korean"),
    ),
    labelled(
        "kr_brn",
        "KR_BRN",
        r"brn|사업자(?:등록)?번호|business registration",
        r"[0-9]{3}-?[0-9]{2}-?[0-9]{5}",
        ("brn", "사업자", "business reg"),
    ),
    labelled(
        "jp_my_number",
        "JP_MY_NUMBER",
        r"my number|個人番号|マイナンバー|kojin bang[oō]",
        r"[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}",
        ("my number", "個人", "マイナ", "kojin"),
        score=0.8,
    ),
    bare("th_tnin", "TH_TNIN", ALONE + r"[1-8]-[0-9]{4}-[0-9]{5}-[0-9]{2}-[0-9]" + ENDS, "th.pin"),
    labelled(
        "th_tnin_context",
        "TH_TNIN",
        r"thai(?: national)?(?: citizen)? id|tnin|pin",
        r"[1-8]-?[0-9]{4}-?[0-9]{5}-?[0-9]{2}-?[0-9]",
        ("thai", "tnin", "pin"),
    ),
    labelled(
        "national_id",
        "NATIONAL_ID",
        r"(?:national|citizen|personal|resident|tax|government|state|photo|identity"
        r"|identification) ?(?:id(?:entity|entification)?|insurance|card|number)"
        r"(?: ?(?:card|document))?(?: ?(?:no|num(?:ber)?|code|#))?|id (?:card|no|num(?:ber)?|#)"
        r"|identity card|documento(?: de identidad)?|carta d'identit[aà]",
        r"(?=[A-Z]{0,4}[0-9.-])[A-Z0-9]{2,18}(?:[-.][A-Z0-9]{1,9}){0,4}(?:[ ][0-9]{2,6}){0,4}",
        (
            "national",
            "citizen",
            "personal",
            "resident",
            "tax",
            "governm",
            "state",
            "photo",
            "identi",
            "id",
            "documento",
            "carta",
        ),
        score=0.75,
        check=digits_at_least(6),
    ),
)
