"""Rules for addresses that no street gives away: flats, post boxes, towns with a code, what a label tells."""

from __future__ import annotations

import re

from privgen.anonymize.address_parts import (
    AFTER,
    CA_POSTCODE,
    CITY,
    COUNTRY,
    GB_POSTCODE,
    PROVINCES,
    SEP,
    STATE_NAMES,
    STATES,
    ZIP,
)
from privgen.anonymize.rules import BLANK, LEFT, RIGHT, Rule
from privgen.anonymize.rules_labelled import any_of
from privgen.anonymize.rules_streets import LOWER_STREET, STREET


def _town_or_code(value: str) -> bool:
    return any(char.isdigit() for char in value)


def capitalised(value: str) -> int:
    """Length up to the end of the sentence or an empty line; 0 without a name in capitals."""
    kept = re.split(r"(?<=[a-z]{3})[.!?](?:\s|$)|\n\s*\n", value)[0].rstrip(" .,-")
    return len(kept) if re.search(r"[A-ZÀ-Þ]", kept) else 0


_TELLS = re.compile(
    r"[ ,](?:please|thanks|thank|and|but|because|instead|is|was|before|if|so|i|my|phone|tel|call|email"
    r"|asap|contact|order|not|as|since|when|which|where|who|it|the (?:parcel|order)|until"
    r"|by|can|could|would|will|for|with|between|mobile|name|password|account|yes|no|ok|sir|maam)(?![a-z'’-])",
    re.IGNORECASE,
)
_STREET_WORD = re.compile(
    rf"(?i)(?<![a-z])(?:{STREET}|{LOWER_STREET}|way|place|apartments?|tower|colony|sector|phase|layout"
    rf"|village|town|rua|calle|via|rue)(?![a-z])|stra(?:ß|ss)e|straat|weg(?![a-z])"
    r"|(?<![0-9])[0-9]{5,6}(?![0-9])|[0-9][A-Z]{2}(?![a-z])"
)


def told_address(value: str) -> int:
    """Length of an address told after its label, up to the word with which the sentence goes on."""
    kept = re.split(r"(?<=[a-z]{3})[.!?](?:\s|$)|[.!?]\s+[A-Z][a-z]+ [a-z]|\n\s*\n", value)[0]
    tells = _TELLS.search(kept)
    kept = (kept[: tells.start()] if tells else kept).rstrip(" .,-\n")
    return (
        len(kept)
        if _STREET_WORD.search(kept, kept.find(" ") + 1)
        or kept.count(",") >= 2
        or re.search("[A-Z][a-z]+ [A-Z]", kept)
        else 0
    )


RULES = (
    Rule(
        "military",
        "ADDRESS",
        re.compile(
            r"(?<![A-Za-z])(?:(?:PSC|CMR|Unit|UNIT)[ ][0-9]{1,5},?[ ]Box[ ][0-9]{1,5}|(?:USS|USNS|USNV"
            r"|USCGC)[ ][\w'-]{2,20})(?:,?[ ]|,?[ ]?\n[ ]{0,4})(?:APO|FPO"
            r"|DPO),?[ ]A[AEP][ ][0-9]{5}(?:-[0-9]{4})?"
        ),
        0.8,
        ("apo", "fpo", "dpo"),
        digit=True,
    ),
    Rule(
        "town_line",
        "ADDRESS",
        re.compile(
            rf"(?<![A-Za-zÀ-ÿ]){CITY},?[ ]{{1,2}}(?:(?:{STATES})[ ,]{{1,2}}{ZIP}"
            rf"|(?:{PROVINCES})[ ,]{{1,2}}(?:{CA_POSTCODE}|[0-9]{{4}}(?![0-9]))"
            rf"|(?:{STATE_NAMES})[ ,]{{1,2}}{ZIP})(?:{SEP}{COUNTRY})?"
        ),
        0.65,
        tuple(f"{state.lower()}" for state in (*STATES.split("|"), *PROVINCES.split("|")))
        + tuple(name.lower() for name in re.sub(r"\(\?:.*?\)", "", STATE_NAMES).split("|")),
        digit=True,
        needs=re.compile("[0-9]{4}|[0-9][A-Za-z][ -]?[0-9]"),
    ),
    Rule(
        "town_gb",
        "ADDRESS",
        re.compile(
            rf"(?<![A-Za-zÀ-ÿ])(?:(?:[0-9]{{1,4}}[A-Za-z]?[ ])?{CITY}(?:,[ ]?\n?"
            rf"|\n[ ]{{0,4}})){{1,4}}(?:{CITY}[ ])?{GB_POSTCODE}"
        ),
        0.65,
        (",", "*\n"),
        _town_or_code,
        digit=True,
        needs=re.compile("[0-9][0-9A-Za-z]? ?[0-9][A-Za-z]{2}"),
    ),
    Rule(
        "premises",
        "ADDRESS",
        re.compile(
            rf"{LEFT}(?:(?i:flat|house|h\.? ?no|plot|door|d\.? ?no|shop|room|block|villa|apartment|apt"
            rf"|unit|suite|studio|lot|blk|floor|gala|office|bungalow|quarter|qtr|tower|wing"
            rf"|sector)\.?(?:[ ]?(?i:no)\.?)?[ ]?[:#-]?[ ]?[A-Za-z]?-?[0-9][A-Za-z0-9/-]{{0,9}}"
            rf"|(?<!der )#[0-9]{{1,5}}(?=[ ,]))(?:,[ ]?\n?|\n|[ ]-[ ]|[ ](?=[0-9A-Z]))(?:[A-Z0-9][^,\n;:!?<>"
            rf"{BLANK}]{{1,40"
            rf"}}(?:,[ ]?\n?|\n|[ ]?-[ ]?(?=[0-9])|(?=[.;]|\s*$))){{1,7}}(?:[0-9]{{5,6}}(?![0-9])"
            rf"|{GB_POSTCODE})?"
        ),
        0.65,
        any_of(
            "flat|house|h.no|h no|h. no|plot|door|d.no|d no|shop no|room|block|villa|apartment|apt"
            "|unit|suite|studio|lot|blk|floor|gala|office|bungalow|quarter|qtr|tower|wing|sector|#"
        ),
        capitalised,
        digit=True,
    ),
    Rule(
        "premises_pin",
        "ADDRESS",
        re.compile(
            rf"{LEFT}(?:[A-Z]{{1,2}}[ -]?)?[0-9]{{1,5}}(?:/[0-9A-Z]{{1,4}})?,?[ ](?:[A-Z0-9][^,\n;:!?<>"
            rf"{BLANK}]{{1,40}},[ ]?\n?)"
            r"{1,6}[A-Z][A-Za-z ]{2,30}[ ,–-]{1,3}[1-9][0-9]{2} ?[0-9]{3}(?![0-9])"
        ),
        0.66,
        any_of(
            "mumbai|delhi|bangalore|bengal|hydera|chennai|kolkata|pune|ahmed|jaipur|lucknow|surat|nagpur"
            "|indore|thane"
            "|bhopal|patna|noida|gurg|gurug|kochi|mahar|karna|tamil|kerala|gujar|telang|haryana|rajas|uttar"
        ),
        digit=True,
    ),
    Rule(
        "address_context",
        "ADDRESS",
        re.compile(
            r"(?:(?i:(?<![A-Za-z])(?:address|addr|endere[cç]o|adresse|direcci[oó]n|indirizzo|anschrift"
            r"|adres)(?:[ ]?(?:(?:is|to|with|at|as|was|no|será|es|é|est|lautet|ist)(?![a-z])|[:：=-]))+"
            r"|(?<![A-Za-z])(?:live|lives|living|reside|resides|residing|located|based|staying|moved"
            r"|moving|relocated|deliver(?:ed)?|ship(?:ped)?|send|sent|mail|post|collect(?:ed)?"
            r"|drop(?:ped)?|redirect|forward|change it)"
            r"(?: (?:it|this|that|them|everything|my (?:order|parcel|package)|the (?:order"
            r"|parcel|package)))?[ ](?:at|to|on|off at)|(?<![A-Za-z])(?:moro|resido|wohne"
            r"|habite|vivo|abito) (?:at|na|no|in der|in|au|en|a|em))[ ]?[:：]?)\s{1,3}"
            r"((?:(?i:flat|apt|unit|suite|no|house|plot|#)\.?[ ]?)?[0-9]{1,5}(?:[A-Za-z]"
            r"|[-/][0-9A-Za-z]{1,6})?,?[ ](?:[^\s,;]{1,24}(?:,?[ ]|,?\n| ?, ?)){0,16}[^\s,;]{1,24})"
        ),
        0.6,
        any_of(
            "address|addr|endereço|endereco|adresse|direcci|indirizzo|anschrift|adres|live at"
            "|lives at|living at|live on|reside|located at|based at|staying at|moved to|moving to"
            "|relocated|deliver|ship|send |sent |mail |post |collect|drop|redirect|forward|change it"
            "|moro|resido|wohne|habite|vivo|abito"
        ),
        told_address,
        digit=True,
    ),
    Rule(
        "address_label_lines",
        "ADDRESS",
        re.compile(
            r"(?i:(?<![A-Za-z])(?:(?:shipping|billing|delivery|postal|mailing|home|new|my"
            r"|correct|street|current|old|return)[ ])?(?:address(?: line)?(?: ?[12])?"
            r"|endere[cç]o|adresse|direcci[oó]n|indirizzo|anschrift))"
            rf"(?:[ ]?[:：=]|[ ]is:?)\s{{0,3}}((?:[^\n{BLANK}]{{1"
            rf",60}}\n){{0,4}}?[^\n{BLANK}]{{0,60}}[0-9][^\n{BLANK}]{{0,60}})(?=\n|\s*$)"
        ),
        0.6,
        any_of("address|endereço|endereco|adresse|direcci|indirizzo|anschrift"),
        told_address,
        digit=True,
    ),
    Rule(
        "street_malay",
        "ADDRESS",
        re.compile(
            r"(?<![A-Za-z])(?:(?:[Nn]o\.?|[Ll]ot|[Bb]lok|[Bb]lk|[Bb]lock"
            r"|[Uu]nit)[ ]?[0-9][0-9A-Za-z/-]{0,8},?[ ])?"
            r"(?:Jalan|Jln\.?|Jl\.?|Lorong|Lor|Persiaran|Gang|Gg\.?|Taman|Lebuh|Soi"
            r"|Thanon)[ ](?:[A-Z0-9][\w/.'-]{0,24}[ ]?){1,5}"
            r"(?:,?[ ]?(?:[Nn]o\.?[ ]?)?[0-9]{1,4}[A-Z]?(?![0-9]))?"
            r"(?:,[ ]?(?:[A-Z][\w/.'-]{1,24}[ ]?){1,4}){0,4}(?:[ ]?[0-9]{5}(?![0-9]))?"
        ),
        0.65,
        any_of("jalan|jln|jl.|jl |lorong|lor|persiaran|gang|gg.|taman|lebuh|soi|thanon"),
        capitalised,
        digit=True,
    ),
    Rule(
        "block_and_unit",
        "ADDRESS",
        re.compile(
            r"(?<![A-Za-z])(?:(?:Blk|BLK|Block|Apt"
            r" Blk)[ ]?[0-9]{1,4}[A-Z]?,?[ ](?:[A-Z0-9][\w.'-]{0,20}[ ,]{1,2}){1,6}"
            r"|(?=#))#[0-9]{1,2}-[0-9]{2,4}"
            r"(?![0-9-])(?:,?[ ](?:Singapore|S)[ ]?\(?[0-9]{6}\)?)?"
        ),
        0.65,
        ("#",),
        digit=True,
    ),
    Rule(
        "named_house",
        "ADDRESS",
        re.compile(
            rf"{LEFT}(?:The[ ])?(?:[A-Z][a-z'’]{{2,15}}[ ]){{1,2}}(?:Cottage|House|Lodge|Farm|Barn"
            rf"|Rectory|Vicarage|Manor|Villa|Hall|Mill"
            rf"|Bungalow|Croft|Grange|Mews|Court),?[ \n](?:[A-Z][a-z'’.]{{1,15}}[ ]){{1,3}}(?:{STREET}"
            rf"|Way|Hill|Place|Close|Green|Row)"
            rf"(?![A-Za-z]){AFTER}"
        ),
        0.6,
        any_of(
            "cottage|house|lodge|farm|barn|rectory|vicarage|manor|villa|hall|mill|bungalow|croft|grange"
            "|mews|court"
        ),
    ),
    Rule(
        "rural_route",
        "ADDRESS",
        re.compile(
            rf"(?<![A-Za-z])(?:(?:Box|Site|Comp)[ ][0-9]{{1,5}},?[ ]){{0,3}}(?:R\.?R\.?|Rural Route|HC"
            rf"|RD)[ ]?#?[0-9]{{1,3}}"
            rf"(?:,?[ ](?:Box|BOX|Site|Stn)[ ][0-9A-Z]{{1,5}})?(?![0-9A-Za-z]){AFTER}"
        ),
        0.6,
        any_of("rr |rr#|r.r|rural route|box |hc |rd "),
        lambda v: "ox" in v.lower() or "," in v,
        digit=True,
    ),
    Rule(
        "address_key",
        "ADDRESS",
        re.compile(
            r"(?<![A-Za-z])(?:address|addr|street|strasse|straße|rua|calle|line)(?:[ _-]?(?:line|address"
            r"|name))?(?:[ _-]?[123])?[\"']{0,2}[ ]?[:=]"
            rf"[ ]?[\"']{{0,2}}((?=[^\n\"'{BLANK}]{{0,60}}[0-9])[A-Z0-9][^\n\"'=;"
            rf"|<>{{}}{BLANK}]{{3,60}}?)(?=[\"'\n;|<>{{}}]|\s*$|[ ][a-z_]{{2,14}}=|,[ ]?[\"'])",
            re.IGNORECASE,
        ),
        0.58,
        any_of("address|addr|street|strasse|straße|rua|calle|line1|line2|line 1|line 2"),
        digit=True,
    ),
    Rule(
        "po_box",
        "ADDRESS",
        re.compile(
            LEFT + r"(?:(?:G\.?)?P\.?[ ]?O\.?[ ]?Box|P\.?O\.?B\.?|Post Office Box|Locked Bag"
            r"|Private Bag|Caixa Postal|Postfach|Apartado(?: Postal| de Correos)?"
            r"|Casella Postale|Postbus|Bo[iî]te Postale|BP|C\.P\.|Box)"
            r"[ ]#?[0-9]{1,6}" + RIGHT + rf"(?-i:{AFTER})",
            re.IGNORECASE,
        ),
        0.8,
        any_of(
            " box|box |o.box|pob |p.o.b|locked bag|private bag|caixa postal|postfach|apartado|casella"
            "|postbus|boîte|boite|bp |p.o.|post office"
        ),
        lambda value: not re.match(r"(?i)box|bp|c\.p", value) or "," in value or "\n" in value,
        digit=True,
    ),
    Rule(
        "street_unit",
        "ADDRESS",
        re.compile(
            LEFT + r"(?:Apt|Apartment|Flat|Suite|Ste|apt|suite)\.?[ ]?#?[ ]?[0-9]{1,5}[A-Za-z]?" + RIGHT
        ),
        0.5,
        ("apt", "apartment", "flat", "suite", "ste"),
        digit=True,
    ),
)
