"""Rules for postal addresses: English, Portuguese, German and French streets."""

from __future__ import annotations

import re

from privgen.anonymize.rules import LEFT, RIGHT, Rule

_STREET = (
    "Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct"
    "|Place|Pl|Square|Sq|Terrace|Ter|Way|Parkway"
    "|Pkwy|Highway|Hwy|Circle|Cir|Crescent|Close|Trail|Trl|Alley|Plaza|Row"
    "|Mews|Gardens|Grove|Hill|Loop|Pike|Path"
    "|Walk|Green|Turnpike|Expressway|Freeway|Run|Ridge|View|Crossing|Heights"
    "|Point|Station|Mall|Mission|Motorway"
)
_NAME = r"(?:[A-Z][A-Za-z'’.-]*|[0-9]{1,3}(?:st|nd|rd|th)|of|the|de|la)"
_UNIT = (
    r"(?:(?:Apt|Apartment|Unit|Suite|Ste|Flat|Room|Rm|Floor|Fl|Bldg|Building"
    r"|Block|Lot)\.?[ ]?#?[ ]?|#[ ]?)[A-Za-z0-9-]{1,8}"
)
_AFTER = (
    rf"(?:,?[ ]+{_UNIT})?(?:,[ ]?[A-Z][A-Za-z'.-]+(?:[ ][A-Z][A-Za-z'.-]+){{0,2}}(?=,|[ ][A-Z]{{2}}[ ,]))?"
    rf"(?:,?[ ]+[A-Z]{{2}}[ ,]+[0-9]{{5}}(?:-[0-9]{{4}})?|,?[ ]+[A-Z]{{1,2}}[0-9][0-9A-Z]?"
    rf" [0-9][A-Z]{{2}}(?![A-Za-z0-9]))?"
)
_PT_NAME = r"(?:[A-ZÀ-Ý0-9][\wÀ-ÿ'.º°ª-]*|d[aeo]s?|e)"


def _has_number(value: str) -> bool:
    return any(char.isdigit() for char in value)


def _capitalised(value: str) -> int:
    """Length up to the end of the sentence or an empty line; 0 without a name in capitals."""
    kept = re.split(r"(?<=[a-z]{3})[.!?](?:\s|$)|\n\s*\n", value)[0].rstrip(" .,-")
    return len(kept) if re.search(r"[A-ZÀ-Þ]", kept) else 0


RULES = (
    Rule(
        "street",
        "ADDRESS",
        re.compile(
            rf"(?<![A-Za-z0-9.,$-])[0-9]{{1,6}}(?:[A-Za-z]|-[0-9]{{1,4}}| 1/2)?,?["
            rf" ]+(?:(?:[NSEW]\.?|North|South|East|West)[ ]+)?(?:{_NAME}[ ]+){{1,5}}(?:{_STREET})(?![A-Za-"
            rf"z])\.?(?:[ ]+(?:N|S|E|W|NE|NW|SE|SW)(?![A-Za-z]))?{_AFTER}"
        ),
        0.75,
        tuple(f" {word.lower()}" for word in _STREET.split("|") if len(word) > 1),
        digit=True,
    ),
    Rule(
        "street_lower",
        "ADDRESS",
        re.compile(
            r"(?<![A-Za-z0-9.,$-])[0-9]{1,5}[ ][a-z]{3,15}(?:[ ][a-z]{3,15})?["
            r" ](?:street|avenue|ave|road|rd|boulevard|blvd|lane|drive)(?![A-Za-z])(?:,?["
            r" ](?:apt|unit|suite|flat)\.?[ ]?#?[ ]?[a-z0-9-]{1,6})?"
        ),
        0.5,
        (" street", " avenue", " ave", " road", " rd", " boulevard", " blvd", " lane", " drive"),
        digit=True,
    ),
    Rule(
        "address_context",
        "ADDRESS",
        re.compile(
            r"(?i:(?<![A-Za-z])(?:address|endere[cç]o|adresse)(?:[ ]?(?:is|to|with|at|as|é|lautet|:))+"
            r"|(?<![A-Za-z])(?:live|lives|living|reside|resides|moro|wohne) (?:at|na|no|in der))\s{1,3}"
            r"([0-9]{1,5}[A-Za-z]?,? [^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){0,5}"
            r"(?:[,\n ]{1,3}[\w'’.#-]{1,24}){0,10})"
        ),
        0.6,
        (
            "address",
            "endereço",
            "endereco",
            "adresse",
            "live",
            "lives",
            "living",
            "reside",
            "resides",
            "moro",
            "wohne",
        ),
        _capitalised,
        digit=True,
    ),
    Rule(
        "street_numbered",
        "ADDRESS",
        re.compile(
            r"(?<![A-Za-z0-9.,$-])[0-9]{1,6}[ ](?:Broadway|Highway [0-9]{1,3}"
            r"|Route [0-9]{1,3}|County Road [0-9]{1,4})(?![A-Za-z])" + _AFTER
        ),
        0.7,
        ("broadway", "highway", "route ", "county road"),
        digit=True,
    ),
    Rule(
        "po_box",
        "ADDRESS",
        re.compile(
            LEFT + r"(?:P\.?[ ]?O\.?[ ]?Box|Caixa Postal|Postfach)[ ]#?[0-9]{1,6}" + RIGHT, re.IGNORECASE
        ),
        0.8,
        (" box", "o.box", "caixa postal", "postfach", "po box", "p.o."),
        digit=True,
    ),
    Rule(
        "street_unit",
        "ADDRESS",
        re.compile(LEFT + r"(?:Apt|Apartment|Flat|Suite|Ste)\.?[ ]?#?[ ]?[0-9]{1,5}[A-Za-z]?" + RIGHT),
        0.5,
        ("apt", "apartment", "flat", "suite", "ste"),
        digit=True,
    ),
    Rule(
        "street_pt",
        "ADDRESS",
        re.compile(
            rf"(?<![A-Za-zÀ-ÿ])(?:Rua|R\.|Avenida|Av\.?|Travessa|Alameda|Al\."
            rf"|Praça|Rodovia|Rod\.|Estrada|Largo|rua|avenida|travessa|alameda)["
            rf" ](?:{_PT_NAME}[ ]){{0,6}}{_PT_NAME}"
            r",?[ ](?:n[º°o.]{0,2}[ ]?|número[ ])?[0-9]{1,5}(?![0-9])(?:[ ,-]{1,3}(?:apto?"
            r"|apartamento|bloco|bl|casa|sala|conjunto|cj)\.?[ ]?[A-Za-z0-9]{1,5})*"
        ),
        0.8,
        ("rua", "*r. ", "avenida", "av", "travessa", "alameda", "al.", "praça", "rod", "estrada", "largo"),
        _has_number,
        digit=True,
    ),
    Rule(
        "street_de",
        "ADDRESS",
        re.compile(
            r"(?<![A-Za-zÀ-ÿ])(?:[A-ZÄÖÜ][a-zäöüß-]{1,25}[ -])?[A-ZÄÖÜ][a-zäöüß]{1,25}(?:straße"
            r"|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer)[ ][0-9]{1,4}["
            r" ]?[a-z]?(?![A-Za-z0-9])(?:,?[ ][0-9]{5}[ ][A-ZÄÖÜ][a-zäöüß]+)?"
        ),
        0.8,
        (
            "*straße",
            "*strasse",
            "*str.",
            "*weg ",
            "*platz ",
            "*allee ",
            "*gasse ",
            "*ring ",
            "*damm ",
            "*ufer ",
        ),
        digit=True,
    ),
    Rule(
        "street_fr",
        "ADDRESS",
        re.compile(
            r"(?<![A-Za-z0-9.,])[0-9]{1,4}(?:[ ](?:bis|ter))?,?[ ](?:rue|avenue"
            r"|boulevard|bd|place|chemin|impasse|allée|quai|cours)[ ](?:(?:de"
            r"|du|des|la|le|les|l'|d')[ ]?){0,3}[A-ZÀ-Ý][\wÀ-ÿ'-]*(?:[ -][A-ZÀ-Ý][\wÀ-ÿ'-]*){0,3}(?:,?["
            r" ][0-9]{5}[ ][A-ZÀ-Ý][\wÀ-ÿ-]+)?"
        ),
        0.8,
        ("rue", "avenue", "boulevard", "bd", "place", "chemin", "impasse", "allée", "quai", "cours"),
        digit=True,
    ),
)
