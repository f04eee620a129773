"""Rules for postal addresses of English-writing countries, with the lines that follow a street."""

from __future__ import annotations

import re

from privgen.anonymize.rules import BLANK, LEFT, RIGHT, Rule
from privgen.anonymize.rules_labelled import any_of

_STREET = (
    "Street|Str|St|Avenue|Aven|Ave|Av|Road|Rd|Boulevard|Blvd|Boul|Lane|Ln|Drive|Dr|Ct|Crt|Terrace"
    "|Ter|Tce|Terr|Parkway|Pkwy|Pky|Highway|Hwy|Crescent|Cres|Trl|Alley|Aly|Plz|Gdns|Grv|Turnpike"
    "|Tpke|Expressway|Expy|Freeway|Fwy|Rdg|Xing|Hts|Motorway|Pde|Esplanade|Wharf|Causeway|Bypass"
    "|Chowk|Marg|Nagar|Salai|Gali|Vihar|Enclave|Sarani"
)
_RARE = (
    "Approach|Avenida|Bend|Bluffs?|Bottom|Branch|Bridge|Brooks?|Buildings|Burgs?|Camp|Canyon|Cape"
    "|Center|Centers|Centre|Chase|Cir|Circle|Circles|Cliffs?|Close|Club|Commons?|Copse|Corners?"
    "|Cottages|Course|Court|Courts|Cove|Coves|Creek|Crest|Croft|Crossing|Crossroads?|Curve|Dale|Dam"
    "|Divide|Drives|Drove|End|Estates?|Extensions?|Falls?|Ferry|Fields?|Flats?|Fords?|Forest|Forges?"
    "|Forks?|Fort|Garden|Gardens|Gate|Gateway|Glens?|Green|Greens|Grove|Groves|Harbors?|Haven"
    "|Heights|Hill|Hills|Hollow|House|Inlet|Islands?|Isle|Junctions?|Keys?|Knolls?|Lakes?|Land"
    "|Landing|Lawn|Layout|Lights?|Loaf|Locks?|Lodge|Loop|Mall|Manors?|Meadows?|Mews|Mills?|Mission"
    "|Motorway|Mount|Mountains?|Neck|Nook|Orchard|Oval|Overpass|Parade|Parks?|Parkways|Pass|Passage"
    "|Path|Pike|Pines?|Pl|Place|Plains?|Plaza|Point|Points|Ports?|Prairie|Pt|Quay|Radial|Ramp|Ranch"
    "|Rapids?|Reach|Rest|Ridge|Ridges|Rise|River|Roads?|Route|Row|Rue|Run|Shoals?|Shores?|Side"
    "|Skyway|Springs?|Spurs?|Sq|Square|Squares|Station|Stravenue|Stream|Streets|Summit|Throughway"
    "|Trace|Track|Trafficway|Trail|Tunnel|Underpass|Unions?|Vale|Valleys?|Viaduct|View|Views"
    "|Villages?|Villas|Ville|Vista|Walk|Walks|Wall|Way|Ways|Wells?|Wood|Woods|Yard|Foreshore|Walkway"
    "|Follow|Lower|Upper|Dell|Line|Strand|Boardwalk"
)
_AMBIGUOUS_CAPITALS = (
    "PLACE|PL|SQUARE|SQ|WALK|VIEW|ROW|CIRCLE|CIR|LOOP|HILL|CLOSE|WAY|PATH|COURT|PLAZA"
    "|GARDENS|GROVE|RISE|RIDGE|TRAIL|HEIGHTS|MEWS"
)
_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC"
    "|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY"
    "|DC|PR|GU|VI|AA|AE|AP"
)
_STATE_NAMES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii"
    "|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana"
    "|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada"
    "|New (?:Hampshire|Jersey|Mexico|York)|North (?:Carolina|Dakota)"
    "|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South (?:Carolina|Dakota)|Tennessee|Texas|Utah"
    "|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming"
    "|New South Wales|Victoria|Queensland|Tasmania|Ontario|Quebec|Québec|British Columbia|Alberta"
    "|Manitoba|Saskatchewan|Nova Scotia|New Brunswick"
)
_PROVINCES = "AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT|NSW|VIC|QLD|WA|SA|TAS|ACT|NT"
GB_POSTCODE = (
    r"[A-PR-UWYZa-pr-uwyz][A-HK-Ya-hk-y]?[0-9][0-9A-Za-z]? ?[0-9][ABD-HJLNP-UW-Zabd-hjlnp-uw-z]"
    r"{2}(?![A-Za-z0-9])"
)
CA_POSTCODE = r"[A-CEGHJ-NPRSTVXYa-ceghj-nprstvxy][0-9][A-Za-z][ -]?[0-9][A-Za-z][0-9](?![A-Za-z0-9])"
_ZIP = r"[0-9]{5}(?:-[0-9]{4})?(?![0-9])"

_CITY = r"[A-ZÀ-Þ][A-Za-zÀ-ÿ'’.-]{1,24}(?:[ ][A-ZÀ-Þ][A-Za-zÀ-ÿ'’.-]{1,24}){0,3}"
_NUMBER = r"(?<![A-Za-z0-9.,$€£:#-])[0-9]{1,6}(?:[A-Za-z]|-[0-9]{1,4}[A-Za-z]?|/[0-9]{1,5}[A-Za-z]?| 1/2)?"
_SIDE = r"(?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|Northeast|Northwest|Southeast|Southwest)\.?)"
_NAME = r"(?:[A-ZÀ-Þ0-9][A-Za-zÀ-ÿ0-9'’.-]{0,24}|of|the|de|la|del|du|des|le|y|and|&)"
_UNIT_WORD = (
    r"(?i:apt|apartment|unit|suite|ste|flat|room|rm|floor|fl|bldg|building|block|lot|space|spc|trlr"
    r"|trailer|penthouse|ph|level|lvl|door|shop|tower|wing|dept"
    r"|department|villa|townhouse|studio|po box|p\.o\. box|piso|apto|bloco|bl)"
)
_UNIT = (
    rf"(?:{_UNIT_WORD}(?![A-Za-z])\.?[ ]?(?:[Nn]o\.?[ ]?)?#?[ ]?[A-Za-z0-9-]{{1,8}}"
    rf"|#[ ]?[A-Za-z0-9-]{{1,8}}|[0-9]{{1,3}}(?:st|nd|rd|th) [Ff](?:loor|l\.?))"
)
_SEP = r"(?:,[ ]?\n?|[ ]{1,2}|[ ]?\n[ ]{0,4}|[ ]-[ ])"
_REGION = rf"(?:{_STATES}|{_PROVINCES}|{_STATE_NAMES})"
_COUNTRY = (
    r"(?:USA|U\.S\.A\.|United States(?: of America)?|US|UK|U\.K\.|United Kingdom|England|Scotland|Wales"
    r"|Canada|Australia|India|Ireland|New Zealand|Brasil|Brazil"
    r"|Deutschland|Germany|France|España|Spain|Italia|Italy|Singapore|South Africa)(?![A-Za-z])"
)
_CODES = (
    rf"(?:{_ZIP}|{GB_POSTCODE}|{CA_POSTCODE}|[0-9]{{6}}(?![0-9])|[0-9]{{3}} [0-9]{{3}}(?![0-9])"
    rf"|[0-9]{{4}}(?![0-9]))"
)
AFTER = (
    rf"(?:{_SEP}{_UNIT}){{0,2}}"
    rf"(?:(?:{_SEP}{_CITY}){{1,3}}?{_SEP}(?:{_REGION}(?![A-Za-z]){_SEP}?)?{_CODES}"
    rf"|(?:{_SEP}{_CITY}){{1,2}}?{_SEP}{_REGION}(?![A-Za-z])(?:{_SEP}{_CODES})?"
    rf"|(?:,[ ]?\n?|\n){_CITY}(?=[.,;\n]|\s*$)|{_SEP}{_CODES})?"
    rf"(?:{_SEP}{_COUNTRY})?"
)
"""What may follow a street: a unit, the town, the state, the code, the country."""

_ENDS = (
    r"(?=[ ]?[,;\n]|\s*$|[.](?:\s|$)|[ ]#|[ ](?i:apt|suite|unit|flat|ste)(?![a-z])|[ ][A-Z]{2}[ ]"
    r"|[ ](?!and|or|with|of|for|in|set)[a-z]|[ ][A-Z][a-z'-]{1,20}(?:[ ][A-Z][a-z'-]{1,20})?,[ ][A-Z]"
    r"{2}[ ])"
)
_STOP = (
    r"the|a|an|on|in|of|my|this|that|your|our|his|her|their|miles?|mins?|minutes?|days?|hours?|hrs?"
    r"|weeks?|months?|years?|down|up|by|off|from|along|across|times?|inch(?:es)?"
    r"|more|less|other|different|and|or|to|at|for|with|is|was|were|x|per|pairs?|pieces?|pcs|items?|sizes?"
    r"|lbs?|kg|percent|stars?|people|cars?|both|same|every|each|only|very|all|block[s]?"
    r"|out|into|over|after|before|when|while|it|i|we|you|he|she|they|but|so|if|are|be|been|had|has|have"
)
_LOWER_WORD = rf"(?!(?:{_STOP})[ ])[a-z][a-z'’.-]{{1,18}}"
_LOWER_ELSE = "crescent|circle|cir|square|close|court|ct|trail|mews|grove|gardens"
_LOWER_STREET = "street|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|parkway|pkwy|highway|hwy|terrace"


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
    rf"(?i)(?<![a-z])(?:{_STREET}|{_LOWER_STREET}|way|place|apartments?|tower|colony|sector|phase|layout"
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
        if _STREET_WORD.search(kept) or kept.count(",") >= 2 or re.search("[A-Z][a-z]+ [A-Z]", kept)
        else 0
    )


RULES = (
    Rule(
        "street",
        "ADDRESS",
        re.compile(
            rf"{_NUMBER},?[ ]{{1,2}}(?:{_SIDE}[ ])?(?:{_NAME}[ ]{{1,2}}){{1,5}}?(?:(?:{_STREET})(?![A-Za-"
            rf"z])|(?:{_RARE}){_ENDS})\.?"
            rf"(?:[ ]{_SIDE}(?![A-Za-z]))?{AFTER}"
        ),
        0.75,
        tuple(
            f" {word}"
            for part in (_STREET, _RARE)
            for word in (
                w.lower().rstrip("?").rstrip("s") if w.endswith("s?") else w.lower() for w in part.split("|")
            )
            if len(word) > 1
        ),
        unless=re.compile(
            r"(?i)(?<![a-z])(?:shade|colou?r|style|model|item|sku|art|article"
            r"|version)s?[ .:#]{0,3}$"
        ),
        digit=True,
    ),
    Rule(
        "street_capitals",
        "ADDRESS",
        re.compile(
            rf"{_NUMBER},?[ ]{{1,2}}(?:[A-Z0-9][A-Z0-9'’.-]{{0,20}}[ ]){{1,4}}?(?:(?:{_STREET.upper()})(?"
            rf"![A-Za-z])|(?:{_AMBIGUOUS_CAPITALS}){_ENDS})\.?(?:[ ]{_SIDE}(?![A-Za-z]))?{AFTER}"
        ),
        0.7,
        tuple(f" {word.lower()}" for word in _STREET.split("|") if len(word) > 1),
        digit=True,
    ),
    Rule(
        "street_lower",
        "ADDRESS",
        re.compile(
            rf"{_NUMBER},?[ ](?:(?:{_LOWER_WORD}|[0-9]{{1,3}}(?:st|nd|rd|th)"
            rf"|[nsew])[ ]){{1,3}}?(?:{_LOWER_STREET})(?![A-Za-z])\.?"
            rf"(?:,?[ ]{_UNIT})?(?:,?[ ][a-z]{{3,15}}(?:[ ][a-z]{{3,15}})?,?[ ](?:(?:{_STATES.lower()})[ "
            rf",]{{1,2}})?(?:[0-9]{{5}}(?:-[0-9]{{4}})?|{GB_POSTCODE})|,?[ ][0-9]{{5}}(?![0-9]))?"
        ),
        0.55,
        tuple(f" {word}" for word in _LOWER_STREET.split("|")),
        digit=True,
    ),
    Rule(
        "street_short_lower",
        "ADDRESS",
        re.compile(
            rf"(?<![A-Za-z0-9.,$€£:#-])[0-9]{{1,5}}[ ](?:{_LOWER_WORD}[ ]){{1,3}}?(?:st|dr|pl|way|place"
            rf"|row|hill|view|walk|loop|plaza|heights|{_LOWER_ELSE})\.?(?:,?[ ]{_UNIT}"
            rf"|,[ ]?[a-z]{{3,15}}(?:[ ][a-z]{{3,15}})?,?[ ][a-z0-9]{{2,8}})"
        ),
        0.5,
        any_of(
            " crescent| circle| cir| square| close| court| ct| trail| mews| grove| gardens|"
            " st| dr| pl| way| place| row| hill| view| walk| loop| plaza| heights"
        ),
        digit=True,
    ),
    Rule(
        "street_unit_lines",
        "ADDRESS",
        re.compile(
            rf"{_NUMBER}[ ](?:[^\s,;{BLANK}]{{1,25}}[ ]){{0,6}}[^\s,;{BLANK}]{{1,25}}(?:,?[ ]?\n[ ]{{0,4"
            rf"}}|,?[ ])"
            rf"(?i:apt|apartment|suite|ste|unit|flat)(?![A-Za-z])\.?[ ]?#?[ ]?[A-Za-z]?[0-9]{{1,5}}[A-Za-"
            rf"z]?(?![A-Za-z0-9]){AFTER}"
        ),
        0.6,
        any_of("apt|apartment|suite|ste|unit|flat"),
        digit=True,
    ),
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
        "street_numbered",
        "ADDRESS",
        re.compile(
            rf"{_NUMBER}[ ](?:{_SIDE}[ ])?(?i:Broadway|The Strand|Piccadilly|(?:US|State|County"
            rf"|Interstate)?[ -]?(?:Highway|Hwy|Route|Rte|Road|I-)[ ]?[0-9]{{1,4}})(?![A-Za-z]){AFTER}"
        ),
        0.7,
        any_of("broadway|highway|hwy|route |rte |county road|state road|strand|piccad"),
        digit=True,
    ),
    Rule(
        "town_line",
        "ADDRESS",
        re.compile(
            rf"(?<![A-Za-zÀ-ÿ]){_CITY},?[ ]{{1,2}}(?:(?:{_STATES})[ ,]{{1,2}}{_ZIP}"
            rf"|(?:{_PROVINCES})[ ,]{{1,2}}(?:{CA_POSTCODE}|[0-9]{{4}}(?![0-9]))"
            rf"|(?:{_STATE_NAMES})[ ,]{{1,2}}{_ZIP})(?:{_SEP}{_COUNTRY})?"
        ),
        0.65,
        tuple(f"{state.lower()}" for state in (*_STATES.split("|"), *_PROVINCES.split("|")))
        + tuple(name.lower() for name in re.sub(r"\(\?:.*?\)", "", _STATE_NAMES).split("|")),
        digit=True,
        needs=re.compile("[0-9]{4}|[0-9][A-Za-z][ -]?[0-9]"),
    ),
    Rule(
        "town_gb",
        "ADDRESS",
        re.compile(
            rf"(?<![A-Za-zÀ-ÿ])(?:(?:[0-9]{{1,4}}[A-Za-z]?[ ])?{_CITY}(?:,[ ]?\n?"
            rf"|\n[ ]{{0,4}})){{1,4}}(?:{_CITY}[ ])?{GB_POSTCODE}"
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
            rf"|unit|suite|floor|gala|office|bungalow|quarter|qtr|tower|wing"
            rf"|sector)\.?(?:[ ]?(?i:no)\.?)?[ ]?[:#-]?[ ]?[A-Za-z]?-?[0-9][A-Za-z0-9/-]{{0,9}}"
            rf"|(?<!der )#[0-9]{{1,5}}(?=[ ,]))(?:,[ ]?\n?|\n|[ ]-[ ]|[ ](?=[0-9A-Z]))(?:[A-Z0-9][^,\n;:!?<>"
            rf"{BLANK}]{{1,40"
            rf"}}(?:,[ ]?\n?|\n|[ ]?-[ ]?(?=[0-9])|(?=[.;]|\s*$))){{1,7}}(?:[0-9]{{5,6}}(?![0-9])"
            rf"|{GB_POSTCODE})?"
        ),
        0.65,
        any_of(
            "flat|house|h.no|h no|h. no|plot|door|d.no|d no|shop no|room|block|villa|apartment|apt"
            "|unit|suite|floor|gala|office|bungalow|quarter|qtr|tower|wing|sector|#"
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
