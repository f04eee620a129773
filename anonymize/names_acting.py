"""Rules for people who do what people do, or to whom it is done: X said, asked X, buyer X, X. Surname."""

from __future__ import annotations

import re

from privgen.anonymize.names_latin import (
    CAPITALS,
    COMMON,
    GIVEN,
    LEFT,
    LOW,
    TWO,
    UP,
    WORD,
    given_places,
    listed,
    uncommon,
    whole_or_given,
)
from privgen.anonymize.names_rule import PUBLIC_WORK, person_rule
from privgen.anonymize.rules import Rule
from privgen.anonymize.rules_labelled import any_of

_SPEAKS = (
    r"says|said|tells|told|asks|asked|repl(?:ies|ied)|respond(?:s|ed)|writes|wrote|(?:e-?)?mail(?:s|ed)"
    r"|text(?:s|ed)"
    r"|phone[sd]|rang|calls|called|messag(?:es|ed)|complain(?:s|ed)|confirm(?:s|ed)|mention(?:s|ed)"
    r"|explain(?:s|ed)"
    r"|claim(?:s|ed)|insist(?:s|ed)|request(?:s|ed)|refuse[sd]|den(?:ies|ied)|apologi[sz]e[sd]"
    r"|promise[sd]|hung up"
    r"|dispute[sd]|escalated|authori[sz]e[sd]|hat (?:gesagt|angerufen|geschrieben)|disse|pediu|ligou|dijo"
    r"|pidi[oó]"
    r"|llam[oó]|a (?:dit|appel[ée]|demand[ée])|ha (?:detto|chiesto|chiamato)"
)
_DOES = (
    rf"(?:{_SPEAKS}|wants|wanted|would like|need(?:s|ed)|lives|signed|receive[sd]|ordered|orders|bought|buys"
    r"|purchased|paid|pays|returned|returns|collect(?:s|ed)|accepted|picked|picks|dropped|cancel(?:led|ed"
    r"|s)|agree[sd]"
    r"|offered|helped|assisted|answered|thinks|thought|loves?|loved|hate[sd]|like[sd]|prefer(?:s|red)"
    r"|knows|remembers"
    r"|noticed|came|went|visited|moved|waited|waits|arrive[sd]|changed (?:his|her|their)|never (?:got"
    r"|received|came)"
    r"|hasn['’]t|didn['’]t|doesn['’]t|won['’]t|can['’]t|(?:just )?left (?:an?|us|it|the|e-?mail)|is"
    r" (?:un)?(?:happy|upset"
    r"|angry|furious|waiting|asking|away|out|still|not|my|our|the|now|on|at|calling|aware|willing|due|owed)"
    r"|was (?:very|so|super|extremely|really|rude|lovely|helpful|great|kind|polite|patient|told|charged"
    r"|not|amazing"
    r"|excellent|wonderful|fantastic|friendly|billed|sent|given|refunded|promised|the (?:one|agent|person))"
    r"|has (?:been|asked|the|not|already|a|an|paid|returned|moved|requested|left|no)|will (?:call|collect"
    r"|drop|pick|be"
    r"|come|send|pay|return|sign|need)|in (?:customer|support|sales|billing|returns|accounts|chat"
    r"|shipping|claims|marketing|reception)|from (?:customer|support"
    r"|sales|billing"
    r"|accounts|your|the|hr|it|head)|at (?:the|your) (?:\S{2,20} ){0,2}(?:store|shop|desk|counter|branch"
    r"|till)"
    r"|tak|nahi|n['’]a pas|hat|möchte|quiere|quer|vuole)"
)
_BREAK = r"(?=[ ]?[,.;:!?)(/|\n]|\s*$|['’]s|[ ](?i:{after})(?![A-Za-z]))"
_AFTER_OBJECT = (
    r"liegt|ist|wurde|nicht|est|n['’]est|era|foi|está|não|no|"
    r"about|re|regarding|on|at|for|that|if|to|when|who|via|by|back|again|and|directly|today|tomorrow"
    r"|yesterday|asap"
    r"|whether|is|was|has|had|from|with|in|but|so|twice|first|as|because|or|at|this|last|please|thanks"
    r"|not|using|no"
)
_ROLE = (
    r"beneficiary|payee|signatory|sender|receiver|consignee|addressee|customer|cust|client|buyer|seller"
    r"|driver|courier|receptionist|neighbou?r|concierge|manager"
    r"|colleague|guest"
    r"|recipient|caller|visitor|requester|technician|nurse|reviewer|tenant|landlord|landlady|cardholder"
    r"|card holder"
    r"|applicant|supervisor|cashier|clerk|stylist|florist|tailor|housekeeper|doorman|porter|caretaker"
    r"|janitor|secretary"
    r"|operator|patient|account holder|traveller|traveler|passenger|bidder|subscriber|agent|rep|advisor"
    r"|teammate"
    r"|coworker|intern|assistant|bookkeeper|babysitter|nanny|fahrer|nachbarin|kundin|vendedora?|motorista"
    r"|porteiro"
    r"|facteur|livreur|voisine?|cliente"
)
_ROLE_TRIGGERS = any_of(
    "benef|payee|signat|sender|receiver|consig|addressee|customer|cust|client|buyer|seller|driver|courier"
    "|recept|neighb|concierge|manager|colleague|guest"
    "|recipient"
    "|caller|visitor|requester|technician|nurse|reviewer|tenant|landlord|landlady|card|applicant|supervisor"
    "|cashier|clerk|stylist|florist|tailor|housekeep|doorman|porter|caretaker|janitor|secretary|operator"
    "|patient"
    "|account holder|traveller|traveler|passenger|bidder|subscriber|agent|rep|advisor|teammate|coworker"
    "|intern"
    "|assistant|bookkeep|babysit|nanny|fahrer|nachbarin|kundin|vended|motorista|porteiro|facteur|livreur"
    "|voisin|cliente"
)
_LOWER = rf"[{LOW}][{LOW}'’-]{{2,20}}(?:[ ][{LOW}][{LOW}'’-]{{2,20}})?"
_INITIALS = rf"[{UP}]\.(?:[ ]?-?[{UP}]\.){{0,2}}[ ]?(?:(?:de|da|van|von|del|di|du|la)[ ]){{0,2}}"
_SURNAME = rf"[{UP}](?:['’][{UP}])?[{LOW}]{{2,20}}(?:[{UP}][{LOW}]{{1,20}})?(?:-[{UP}][{LOW}]{{1,20}})?"
_BRANDS = re.compile(
    "(?:crew|jill|bean|press|mclaughlin|oliver|rex|postal|bank|government|army|navy|peterman|alexander)"
)


def _actor(value: str) -> int:
    """As `whole_or_given`, for a name of one or two words before a verb: all of it must be a name."""
    kept = whole_or_given(value)
    return kept if kept == len(value) else 0


def _initials(value: str) -> int:
    """A surname after initials that is no common word and no brand."""
    surname = re.split(r"[ .]", value)[-1].lower()
    return 0 if surname in COMMON or _BRANDS.fullmatch(surname) else len(value)


RULES = (
    Rule(
        "person_does",
        "PERSON",
        re.compile(
            rf"{LEFT}(?<![@#/&.-])((?:{TWO}|{WORD}|{CAPITALS}|{_LOWER}|[{LOW}]{{3,20}}))"
            rf"(?=,?[ ](?i:(?:also|just|then|still|already|has|had|again)[ ])?(?i:{_DOES})(?![A-Za-z]))"
        ),
        0.6,
        tuple(GIVEN),
        _actor,
        unless=PUBLIC_WORK,
        places=given_places,
    ),
    person_rule(
        "speaks",
        r"(?:^|[.!?\n>\"“;]\s{0,2}|(?:^|\n)[-*•\[\]0-9:. ]{1,12})",
        any_of(
            "says|said|tells|told|asks|asked|replies|replied|respond|writes|wrote|emailed|emails|mailed"
            "|texted|texts"
            "|phoned|phones|rang|calls|called|messag|complain|confirm|mention|explain|claim|insist|request"
            "|refuse|denies|denied|apolog|promise|hung up|dispute|escalated|authori|disse|pediu|ligou"
            "|dijo|pidió"
            "|loves|loved|likes|liked|hates|hated|wants|never got|never rec|pidio|llamó|llamo|hat gesagt"
            "|hat ange|hat gesch|a dit|a appel|a demand|ha detto|ha chiesto|ha chiam"
        ),
        uncommon,
        value=rf"(?:{TWO}|{WORD})",
        after=rf"(?=,?[ ](?i:{_SPEAKS}|(?:love|like|hate)[sd] (?:it|them|her|his|the)|wants? (?:it|to|a)"
        rf"|never (?:got|received))(?![A-Za-z]))",
        score=0.58,
    ),
    person_rule(
        "said_by",
        LEFT + r"(?:says|said|replies|replied|adds|added|writes|wrote|asks|explained|explains|confirmed"
        r"|promised)[ ]",
        any_of("says|said|replies|replied|adds|added|writes|wrote|asks|explain|confirmed|promised"),
        uncommon,
        value=rf"(?:{TWO}|{WORD})",
        after=_BREAK.format(after="from|at|in|who|on|by|via|of"),
        score=0.58,
    ),
    person_rule(
        "told",
        LEFT + r"(?:call(?:ed|ing)?|ring|rang|phon(?:e[d]?|ing)|(?:e-?)?mail(?:ed|ing)?|text(?:ed|ing)?"
        r"|messag(?:e[d]?|ing)"
        r"|msg(?:e?d)?|contact(?:ed|ing)?|ask(?:ed|ing)?|tell(?:ing)?|told|ping(?:ed)?|dm(?:['’]?e?d)?"
        r"|notif(?:y|ied)"
        r"|inform(?:ed)?|remind(?:ed)?|invoiced?|billed|charged|refund(?:ed)?|paid|met|thank(?:ed)?"
        r"|cc(?:['’]?d)?"
        r"|reach(?:ed)?|(?:paket|päckchen|pacote|colis) (?:f[üu]e?r|para|pour)|per|as per|according to"
        r"|props to|kudos to"
        r"|courtesy of|hi,? it['’]?s|hi,? its|yo,? its)[ ]",
        any_of(
            "call|called|calling|ring|rang|phone|phoned|phoning|email|emailed|e-mail|mail|mailed|text"
            "|texted|texting"
            "|messag|msg|msgd|contact|ask|asked|asking|tell|telling|told|ping|pinged|dm|notif|inform"
            "|remind|invoice"
            "|billed|charged|refund|paid|met|thank|cc|reach|paket|päckchen|pacote|colis|per |as per"
            "|according|props to"
            "|kudos|courtesy|hi it|hi, it|hi its|yo its|yo, its"
        ),
        uncommon,
        value=rf"(?:{TWO}|{WORD}|{_LOWER}|[{LOW}]{{3,20}})",
        after=_BREAK.format(after=_AFTER_OBJECT),
        score=0.58,
        unless=re.compile(
            r"(?i)(?<![a-z])(?:is|are|was|were|be|it['’]?s|they['’]re|colou?r|shade|style|model|so)[ ]$"
        ),
    ),
    person_rule(
        "role",
        LEFT + rf"(?:{_ROLE})(?:[,:]|[ ][-–]| name| is| was)?[ ]\(?",
        _ROLE_TRIGGERS,
        uncommon,
        value=rf"(?:{TWO}|{WORD}|{_LOWER}|[{LOW}]{{3,20}})",
        after=r"(?=[ ]?[,.;:!?)(/|\n]|\s*$|['’]s|[ ][a-z0-9+])",
        score=0.58,
        unless=re.compile(r"(?i)(?<![a-z])(?:no|sku|model|item)[ .]{0,2}$"),
    ),
    person_rule(
        "apposition",
        r"(?<=[a-z]),[ ]",
        any_of(
            "*, was|*, is|*, who|*, has|*, had|*, said|*, says|*, helped|*, told|*, called|*, from|*, works"
        ),
        uncommon,
        value=rf"(?:{TWO}|{WORD})",
        after=r"(?=,[ ](?i:was|is|who|has|had|said|says|helped|told|called|works)(?![A-Za-z]))",
        score=0.58,
    ),
    person_rule(
        "i_hereby",
        r"(?<![A-Za-z])(?-i:I),[ ]",
        ("i, ",),
        uncommon,
        value=rf"(?:{TWO}|{CAPITALS})",
        after=r"(?=,[ ])",
        score=0.65,
    ),
    person_rule(
        "kin_title",
        LEFT + r"(?-i:Aunt(?:ie|y)?|Uncle|Grand(?:ma|pa|mother|father)|Nana|Granny|Papa|Mama|Tante|Onkel|Oma"
        r"|Opa|T[ií]a|T[ií]o"
        r"|Sister|Brother|Father|Pastor|Coach|Officer|Nurse|Captain|Judge|Sgt\.?|Lt\.?|Rabbi|Imam|Sheikh"
        r"|Dame|Cousin)[ ]",
        any_of(
            "aunt|auntie|aunty|uncle|grandm|grandp|grandf|nana|granny|papa|mama|tante|onkel|oma|opa|tia"
            "|tio|tía|tío"
            "|sister|brother|father|pastor|coach|officer|nurse|captain|judge|sgt|lt|rabbi|imam|sheikh"
            "|dame|cousin"
        ),
        listed,
        value=rf"(?:{TWO}|{WORD})",
        score=0.6,
    ),
    Rule(
        "person_initials",
        "PERSON",
        re.compile(
            rf"(?:^|\n|(?<=[a-z]{{3}}\.[ ])|(?<=[,;:(/|\"“][ ])|(?<=[(/|\"“])|(?<=[:(] [A-Z]\. & )"
            rf"|(?<=(?i:[ ](?:by|to|of)[ ]))|(?<=(?i:[ ](?:from|with|for |and |per )))|(?<=(?i:by: |to: )))"
            rf"({_INITIALS}{_SURNAME})(?![{LOW}])"
        ),
        0.58,
        (".",),
        _initials,
        needs=re.compile(rf"(?<![A-Za-z])[{UP}]\."),
    ),
)
