"""Rules for streets with a house number, and what follows them, in countries that write English."""

from __future__ import annotations

import re

from privgen.anonymize.address_parts import AFTER, GB_POSTCODE, NUMBER, SIDE, STATES, UNIT
from privgen.anonymize.rules import BLANK, Rule
from privgen.anonymize.rules_labelled import any_of

STREET = (
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
_NAME = r"(?:[A-ZÀ-Þ0-9][A-Za-zÀ-ÿ0-9'’.-]{0,24}|of|the|de|la|del|du|des|le|y|and|&)"
_ENDS = (
    r"(?=[ ]?[,;\n]|\s*$|[.](?:\s|$)|[ ]#|[ ](?i:apt|suite|unit|flat|ste)(?![a-z])|[ ][A-Z]{2}[ ]"
    r"|[ ](?!and|or|with|of|for|in|set)[a-z]|[ ][A-Z][a-z'-]{1,20}(?:[ ][A-Z][a-z'-]{1,20})?,[ ][A-Z]"
    r"{2}[ ])"
)
_HOUSES = (
    "Forge|Cottage|House|Barn|Lodge|Mill|Farm(?:house)?|Manor|Villa|Vicarage|Rectory|Hall|Bungalow|Stables"
    "|Granary"
    "|Gatehouse|Mansions|Towers|Residency|Niwas|Nivas|Bhavan|Bhawan|Kunj|Sadan|Apartments|Society|Chambers"
    "|Complex"
)
"""What a house without a number is called by."""
_STOP = (
    r"the|a|an|on|in|of|my|this|that|your|our|his|her|their|miles?|mins?|minutes?|days?|hours?|hrs?"
    r"|weeks?|months?|years?|down|up|by|off|from|along|across|times?|inch(?:es)?"
    r"|more|less|other|different|and|or|to|at|for|with|is|was|were|x|per|pairs?|pieces?|pcs|items?|sizes?"
    r"|lbs?|kg|percent|stars?|people|cars?|both|same|every|each|only|very|all|block[s]?"
    r"|out|into|over|after|before|when|while|it|i|we|you|he|she|they|but|so|if|are|be|been|had|has|have"
)
_LOWER_WORD = rf"(?!(?:{_STOP})[ ])[a-z][a-z'’.-]{{1,18}}"
_LOWER_ELSE = "crescent|circle|cir|square|close|court|ct|trail|mews|grove|gardens"
LOWER_STREET = "street|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|parkway|pkwy|highway|hwy|terrace"


RULES = (
    Rule(
        "street",
        "ADDRESS",
        re.compile(
            rf"{NUMBER},?[ ]{{1,2}}(?:{SIDE}[ ])?(?:{_NAME}[ ]{{1,2}}){{1,5}}?(?:(?:{STREET})(?![A-Za-"
            rf"z])|(?:{_RARE}){_ENDS})\.?"
            rf"(?:[ ]{SIDE}(?![A-Za-z]))?{AFTER}"
        ),
        0.75,
        tuple(
            f" {word}"
            for part in (STREET, _RARE)
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
        "street_after_house_name",
        "ADDRESS",
        re.compile(
            rf"(?<![A-Za-z])(?:The[ ])?(?:[A-Z][A-Za-z'’-]{{1,20}}[ ]){{1,3}}(?:{_HOUSES}),?[ ]"
            rf"(?:[0-9]{{1,5}}[A-Za-z]?,?[ ])?(?:[A-Z][A-Za-z'’.-]{{0,20}}[ ]){{1,3}}?(?:{STREET}|Row|Hill"
            rf"|Green|Close"
            rf"|Square|Mews|Gardens|Grove|Court)(?![A-Za-z])\.?{AFTER}"
        ),
        0.74,
        any_of(
            "forge|cottage|house|barn|lodge|mill|farm|farmhouse|manor|villa|vicarage|rectory|hall|bungalow"
            "|stables"
            "|granary|gatehouse|mansions|towers|residency|niwas|nivas|bhavan|bhawan|kunj|sadan|apartments"
            "|society|chambers"
            "|complex"
        ),
    ),
    Rule(
        "street_capitals",
        "ADDRESS",
        re.compile(
            rf"{NUMBER},?[ ]{{1,2}}(?:[A-Z0-9][A-Z0-9'’.-]{{0,20}}[ ]){{1,4}}?(?:(?:{STREET.upper()})(?"
            rf"![A-Za-z])|(?:{_AMBIGUOUS_CAPITALS}){_ENDS})\.?(?:[ ]{SIDE}(?![A-Za-z]))?{AFTER}"
        ),
        0.7,
        tuple(f" {word.lower()}" for word in STREET.split("|") if len(word) > 1),
        digit=True,
    ),
    Rule(
        "street_lower",
        "ADDRESS",
        re.compile(
            rf"{NUMBER},?[ ](?:(?:{_LOWER_WORD}|[0-9]{{1,3}}(?:st|nd|rd|th)"
            rf"|[nsew])[ ]){{1,3}}?(?:{LOWER_STREET})(?![A-Za-z])\.?"
            rf"(?:,?[ ]{UNIT})?(?:,?[ ][a-z]{{3,15}}(?:[ ][a-z]{{3,15}})?,?[ ](?:(?:{STATES.lower()})[ "
            rf",]{{1,2}})?(?:[0-9]{{5}}(?:-[0-9]{{4}})?|{GB_POSTCODE})|,?[ ][0-9]{{5}}(?![0-9]))?"
        ),
        0.55,
        tuple(f" {word}" for word in LOWER_STREET.split("|")),
        digit=True,
    ),
    Rule(
        "street_short_lower",
        "ADDRESS",
        re.compile(
            rf"(?<![A-Za-z0-9.,$€£:#-])[0-9]{{1,5}}[ ](?:{_LOWER_WORD}[ ]){{1,3}}?(?:st|dr|pl|way|place"
            rf"|row|hill|view|walk|loop|plaza|heights|{_LOWER_ELSE})\.?(?:,?[ ]{UNIT}"
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
            rf"{NUMBER}[ ](?:[^\s,;{BLANK}]{{1,25}}[ ]){{0,6}}[^\s,;{BLANK}]{{1,25}}(?:,?[ ]?\n[ ]{{0,4"
            rf"}}|,?[ ])"
            rf"(?i:apt|apartment|suite|ste|unit|flat)(?![A-Za-z])\.?[ ]?#?[ ]?[A-Za-z]?[0-9]{{1,5}}[A-Za-"
            rf"z]?(?![A-Za-z0-9]){AFTER}"
        ),
        0.6,
        any_of("apt|apartment|suite|ste|unit|flat"),
        digit=True,
    ),
    Rule(
        "street_numbered",
        "ADDRESS",
        re.compile(
            rf"{NUMBER}[ ](?:{SIDE}[ ])?(?i:Broadway|The Strand|Piccadilly|(?:US|State|County"
            rf"|Interstate)?[ -]?(?:Highway|Hwy|Route|Rte|Road|I-)[ ]?[0-9]{{1,4}})(?![A-Za-z]){AFTER}"
        ),
        0.7,
        any_of("broadway|highway|hwy|route |rte |county road|state road|strand|piccad"),
        digit=True,
    ),
)
