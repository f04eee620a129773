"""Rules for official numbers of continental Europe."""

from __future__ import annotations

import re

from privgen.anonymize.rules import CODE, DIGITS, LEFT, RIGHT, Rule
from privgen.anonymize.rules_labelled import any_of, digits_at_least, labelled, valid
from privgen.anonymize.rules_numbers import ORDER_CONTEXT

_ALONE, _ENDS = r"(?<![A-Za-z0-9.+-])", r"(?![0-9A-Za-z-]|[.,][0-9])"


def _bare(name: str, entity_type: str, pattern: str, module: str, trigger: tuple[str, ...] = DIGITS) -> Rule:
    """A number that its shape and a checksum give away without a label."""
    return Rule(
        name,
        entity_type,
        re.compile(pattern),
        0.9,
        trigger,
        valid(module),
        validated=True,
        unless=ORDER_CONTEXT,
    )


RULES = (
    _bare("es_nif", "ES_NIF", LEFT + r"[0-9]{8}[ -]?[A-HJ-NP-TV-Z]" + RIGHT, "es.dni"),
    _bare("es_nie", "ES_NIE", LEFT + r"[XYZ][ -]?[0-9]{7}[ -]?[A-HJ-NP-TV-Z]" + RIGHT, "es.nie"),
    labelled(
        "es_nif_context",
        "ES_NIF",
        r"dni|nif|documento nacional(?: de identidad)?",
        r"[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}[ -]?[A-Z]",
        ("dni", "nif", "documento nac"),
        score=0.9,
    ),
    labelled("es_nie_context", "ES_NIE", r"nie", r"[XYZ][ -]?[0-9]{7}[ -]?[A-Z]", ("nie",), score=0.9),
    labelled(
        "es_cif", "ES_CIF", r"cif|nif", r"[ABCDEFGHJNPQRSUVW][ -]?[0-9]{7}[ -]?[0-9A-J]", ("cif", "nif")
    ),
    _bare(
        "fi_hetu",
        "FI_PERSONAL_IDENTITY_CODE",
        LEFT + r"[0-3][0-9][01][0-9]{3}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]" + RIGHT,
        "fi.hetu",
        (*DIGITS, *CODE),
    ),
    labelled(
        "fi_hetu_context",
        "FI_PERSONAL_IDENTITY_CODE",
        r"hetu|henkil[oö]tunnus|personbeteckning|finnish id",
        r"[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]",
        ("hetu", "henkil", "personbet", "finnish"),
        score=0.95,
    ),
    _bare(
        "it_cf",
        "IT_FISCAL_CODE",
        LEFT + r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]" + RIGHT,
        "it.codicefiscale",
        CODE,
    ),
    labelled(
        "it_cf_context",
        "IT_FISCAL_CODE",
        r"codice fiscale|c\.?f\.?|fiscal code|tax code",
        r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
        ("codice", "cf", "c.f", "fiscal", "tax"),
        score=0.95,
    ),
    labelled(
        "it_vat",
        "IT_VAT_CODE",
        r"p(?:artita|\.)? ?iva",
        r"(?:IT ?)?[0-9]{11}",
        ("iva", "p.iva", "partita", "piva"),
    ),
    labelled(
        "it_id_card",
        "IT_IDENTITY_CARD",
        r"carta d[i'’] ?identit[aà]'?|identity card|cie",
        r"[A-Z]{2} ?[0-9]{5}[A-Z]{2}|[A-Z]{2} ?[0-9]{7}|[0-9]{7}[A-Z]{2}",
        ("carta", "identity", "cie"),
    ),
    labelled(
        "it_license",
        "IT_DRIVER_LICENSE",
        r"patente",
        r"[A-Z]{2}[0-9]{7}[A-Z]|U1[A-Z0-9]{7}[A-Z]",
        ("patente",),
        score=0.9,
    ),
    labelled("pl_pesel", "PL_PESEL", r"pesel", r"[0-9]{11}", ("pesel",), score=0.9),
    labelled("pl_nip", "PL_NIP", r"nip", r"[0-9]{3}-?[0-9]{3}-?[0-9]{2}-?[0-9]{2}", ("nip",)),
    labelled(
        "pt_nif",
        "PT_NIF",
        r"nif|contribuinte",
        r"[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3}",
        ("nif", "contribuinte"),
    ),
    _bare(
        "fr_nir",
        "FR_NIR",
        _ALONE
        + r"[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]|[2-9][0-9]) ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}"
        + _ENDS,
        "fr.nir",
    ),
    labelled(
        "fr_nir_context",
        "FR_NIR",
        r"s[ée]curit[ée] sociale|n°? ?ss|nir|insee",
        r"[12] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3}(?: ?[0-9]{2})?",
        any_of("sécurité|securite|securité|nir|insee|ss"),
    ),
    labelled(
        "fr_id",
        "FR_ID_CARD",
        r"carte (?:nationale )?d[’'](?:identit[ée])|cni",
        r"[A-Z0-9]{9,12}",
        ("carte", "cni"),
        check=digits_at_least(4),
    ),
    labelled(
        "de_tax_id",
        "DE_TAX_ID",
        r"steuer-?(?:id(?:entifikationsnummer)?|nummer|nr)|idnr|tax id(?:entification)?|steuerliche id[a-z]*",
        r"[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}|[0-9]{2,3}/[0-9]{3,4}/[0-9]{4,5}",
        ("steuer", "idnr", "tax"),
    ),
    labelled(
        "de_social",
        "DE_SOCIAL_SECURITY",
        r"(?:sozial|renten)versicherungs(?:nummer|nr|-nr)?|sv-?(?:nummer|nr)|rvnr",
        r"[0-9]{2} ?[0-9]{6} ?[A-Z] ?[0-9]{3}",
        any_of("sozial|renten|sv|rvnr|svnr|svnummer"),
    ),
    labelled(
        "de_health",
        "DE_HEALTH_INSURANCE",
        r"krankenversicher[a-z]*(?:-?n(?:umme)?r)?|kvnr|versichertennummer|krankenkasse",
        r"[A-Z][0-9]{9}",
        ("kranken", "kvnr", "versicherten"),
    ),
    labelled(
        "de_id_card",
        "DE_ID_CARD",
        r"personalausweis(?:nummer|nr)?|ausweis(?:nummer|nr)?|perso",
        r"[A-Z0-9]{9,10}",
        ("personalaus", "ausweis", "perso"),
        check=digits_at_least(3),
    ),
    labelled(
        "de_fuehrerschein",
        "DE_FUEHRERSCHEIN",
        r"f(?:ü|ue)hrerschein(?:nummer|nr)?",
        r"[A-Z0-9]{10,11}",
        ("führersch", "fuehrersch"),
        score=0.9,
        check=digits_at_least(3),
    ),
    Rule(
        "de_plate",
        "DE_KFZ",
        re.compile(LEFT + r"[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[ -][0-9]{1,4}[EH]?" + RIGHT),
        0.6,
        any_of("kennz|kfz|auto|wagen|pkw|car|plate|parked"),
        digit=True,
        before=re.compile(r"(?i)kennzeichen|kfz|auto|wagen|pkw|car|plate"),
    ),
    labelled(
        "de_vat",
        "DE_VAT_ID",
        r"ust-?id(?:-?nr)?|umsatzsteuer[a-z-]*|vat(?: ?(?:id|no|number|reg))?",
        r"(?:[A-Z]{2} ?)?[0-9]{3} ?[0-9]{3} ?[0-9]{3}(?: ?[0-9]{1,3})?",
        ("ust", "umsatz", "vat"),
    ),
    labelled(
        "de_register",
        "DE_HANDELSREGISTER",
        r"handelsregister|amtsgericht[a-zäöüß ]{0,20}",
        r"HR[AB] ?[0-9]{1,6}",
        ("handelsreg", "amtsger"),
    ),
    labelled(
        "nl_bsn",
        "NL_BSN",
        r"bsn|burgerservicenummer|sofinummer",
        r"[0-9]{9}|[0-9]{4}[ .][0-9]{2}[ .][0-9]{3}",
        ("bsn", "burgers", "sofi"),
    ),
    Rule(
        "be_nn",
        "BE_NATIONAL_NUMBER",
        re.compile(_ALONE + r"[0-9]{2}\.[01][0-9]\.[0-3][0-9]-[0-9]{3}[.-][0-9]{2}" + _ENDS),
        0.9,
        DIGITS,
    ),
    labelled(
        "be_nn_context",
        "BE_NATIONAL_NUMBER",
        r"rijksregister(?:nummer)?|registre national|national register",
        r"[0-9]{2}\.?[0-9]{2}\.?[0-9]{2}[- ]?[0-9]{3}[. -]?[0-9]{2}",
        ("rijks", "registre nat", "national reg"),
    ),
    labelled(
        "dk_cpr",
        "DK_CPR",
        r"cpr(?:[ -]?(?:nr|nummer|number))?|personnummer",
        r"[0-3][0-9][01][0-9]{3}[- ]?[0-9]{4}",
        ("cpr", "personnummer"),
    ),
    labelled(
        "no_fnr",
        "NO_FODSELSNUMMER",
        r"f[øo]dselsnummer|personnummer|fnr",
        r"[0-9]{6} ?[0-9]{5}",
        ("fødsel", "fodsel", "personnummer", "fnr"),
    ),
    _bare(
        "se_personnummer",
        "SE_PERSONNUMMER",
        _ALONE + r"(?:19|20)?[0-9]{2}[01][0-9][0-3][0-9][-+][0-9]{4}" + _ENDS,
        "se.personnummer",
    ),
    labelled(
        "se_personnummer_context",
        "SE_PERSONNUMMER",
        r"personnummer|personal identity number|samordningsnummer",
        r"(?:19|20)?[0-9]{6}[-+ ]?[0-9]{4}",
        ("personnummer", "personal identity", "samordn"),
        score=0.9,
    ),
    labelled(
        "se_org",
        "SE_ORGANISATIONSNUMMER",
        r"organisationsnummer|org\.? ?nr",
        r"[0-9]{6}-?[0-9]{4}",
        ("organisationsn", "org"),
    ),
    Rule(
        "ch_ahv",
        "CH_AHV",
        re.compile(_ALONE + r"756\.?[0-9]{4}\.?[0-9]{4}\.?[0-9]{2}" + _ENDS),
        0.9,
        DIGITS,
        valid("ch.ssn"),
        validated=True,
    ),
    labelled("ro_cnp", "RO_CNP", r"cnp", r"[1-9][0-9]{12}", ("cnp",)),
    labelled(
        "cz_rc",
        "CZ_RODNE_CISLO",
        r"rodn[eé] [cč][ií]slo|rč",
        r"[0-9]{6}/?[0-9]{3,4}",
        ("rodné", "rodne", "rč"),
    ),
    labelled("hr_oib", "HR_OIB", r"oib", r"[0-9]{11}", ("oib",)),
    labelled("gr_amka", "GR_AMKA", r"amka|αμκα", r"[0-9]{11}", ("amka", "αμκα")),
    labelled(
        "tr_id",
        "TR_NATIONAL_ID",
        r"t\.?c\.?(?: kimlik)?(?: ?(?:no|numara[a-zıs]*))?|kimlik(?: ?no)?|turkish id",
        r"[1-9][0-9]{10}",
        ("tc", "t.c", "kimlik", "turkish"),
    ),
    Rule(
        "tr_plate",
        "TR_LICENSE_PLATE",
        re.compile(LEFT + r"(?:0[1-9]|[1-7][0-9]|8[01])[ -]?[A-PR-VYZ]{1,3}[ -]?[0-9]{2,4}" + RIGHT),
        0.6,
        ("plaka", "plate", "araç"),
        digit=True,
        before=re.compile(r"(?i)plaka|plate|araç"),
    ),
)
