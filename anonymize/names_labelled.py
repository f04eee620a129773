"""Rules for names that a label, a key or the cell beside them tells: Name: X, "name": "X", X | phone."""

from __future__ import annotations

import re

from privgen.anonymize.names_latin import (
    CAPITALS,
    FULL,
    LEFT,
    LOW,
    TWO,
    UP,
    WORD,
    any_listed,
    capital_surname,
    line_places,
    name_length,
    named,
    surname_first,
    two_words,
    uncommon,
)
from privgen.anonymize.names_rule import person_rule
from privgen.anonymize.rules import BLANK, DIGITS, Rule
from privgen.anonymize.rules_labelled import any_of

_LABEL = (
    r"(?:(?:customer|recipient|contact|buyer|consignee|card ?holder|account(?: holder)?|full|first|last"
    r"|middle"
    r"|sur|family|given|given and family|billing|shipping|delivery|sender|receiver|purchaser|client|guest"
    r"|patient"
    r"|owner|user|passenger|beneficiary|signatory|payee|visitor|caller|agent|employee|driver|real|legal"
    r"|nick)?[ _]?names?"
    r"|customer|recipient|consignee|card ?holder|account holder|buyer|purchaser|receiver|payee"
    r"|beneficiary|attn\.?"
    r"|attention|(?:ship(?:ping)?|bill(?:ing|ed)?|sold|deliver(?:y|ed)?|sen[dt]|mail(?:ed)?|invoiced?"
    r"|assigned|given|handed"
    r"|released|issued|refund(?:ed)?|payable|addressed|escalated|belongs)[ -]?to"
    r"|signed(?:[ _]for)?(?:[ _]by)?"
    r"|sender"
    r"|contact(?:[ _]person)?|signature|author|requester|assignee|visitor|caller|guest|client|patient"
    r"|traveller|traveler"
    r"|passenger|applicant|claimant|cust|rep|agent|driver|courier|seller|vendor|owner|manager|supervisor"
    r"|employee"
    r"|operator|cashier|technician|reviewer|subscriber|bidder|winner|undersigned|pod|proof of delivery"
    r"|poc|fao|spoke to"
    r"|(?:received|requested|reported|approved|prepared|handled|accepted|collected|picked up|packed"
    r"|checked|placed|ordered"
    r"|created|raised|opened|closed|authori[sz]ed|submitted|posted|reviewed|verified|delivered|booked"
    r"|sent|paid|served"
    r"|assisted|completed|processed|witnessed)[ _]by|livraison|livr[ée] [àa]|lieferung an|versand an|spedire"
    r" a|enviar a"
    r"|entregar a|env[ií]o a|entregar para|rechnungsadresse|lieferadresse|lieferung|rechnung an"
    r"|kontoinhaber(?:in)?"
    r"|(?:direcci[oó]n|adresse) de (?:env[ií]o|livraison|facturation)|nome(?: completo)?|destinat[aá]rio"
    r"|cliente|titular"
    r"|comprador|remetente|remitente|nombre(?: y apellidos?| completo)?|apellidos?|nom(?: complet)?"
    r"|pr[ée]nom|destinataire"
    r"|exp[ée]diteur|vorname|nachname|empf[äa]nger(?:in)?|absender(?:in)?|besteller(?:in)?"
    r"|ansprechpartner(?:in)?|kunde"
    r"|kundin|naam|klant|ontvanger|nome e cognome|cognome|intestatario|destinatario|mittente|navn|namn"
    r"|mottagare"
    r"|imi[ęe](?: i nazwisko)?|odbiorca|nama|penerima)"
)
_LABEL_TRIGGERS = any_of(
    "name|names|surname|firstname|lastname|fullname|nickname|customer|custom|recip|contact|buyer|consig"
    "|card|cardh|account|sender"
    "|receiver|purch|client|guest|patient|owner|user|passenger|benef|signat|payee|visitor|caller|agent"
    "|employee|driver"
    "|attn|attention|ship|bill|sold to|sold-to|deliver|send|sent|mail|invoice|assigned|given to|handed to"
    "|released to"
    "|issued to|refund|payable|addressed|escalated|belongs|signed|author|requester|assignee|traveller"
    "|traveler"
    "|applicant|claimant|cust|rep|courier|seller|vendor|manager|supervisor|operator|cashier|technic"
    "|reviewer|subscr"
    "|bidder|winner|undersigned|pod|proof of|poc|fao|spoke to|received|requested|reported|approved"
    "|prepared|handled"
    "|accepted|collected|picked up|packed|checked|placed by|ordered by|created by|raised by|opened by"
    "|closed by|authori"
    "|submitted|posted by|reviewed|verified|booked|paid by|served by|assisted|completed|processed"
    "|witnessed|livrai|livré"
    "|lieferung|versand|spedire|enviar|entregar|envío|envio|rechnung|rechnungs|liefera|konto|kontoi"
    "|adresse|dirección"
    "|direccion|nome|destin|titular|comprador|remet|remit|nombre|apell|nom|prén|prenom|expéd|exped"
    "|vorname|nachname"
    "|empf|absend|bestel|ansprech|kunde|kundin|naam|klant|ontvang|cognome|intest|mittente|navn|namn"
    "|mottag|imię|imie"
    "|odbiorca|nama|penerima"
)
_THING_NAMED = re.compile(
    r"(?i)(?<![a-z])(?:product|item|brand|file|store|shop|company|model|style|colou?r|event|host|domain"
    r"|sku|style"
    r"|design|pattern|business|class|field|column|app|device|printer|server|game|movie|book|song|pet|dog"
    r"|cat|horse)[ _-]?$"
)

_GOODS = (
    r"(?:lamps?|dress(?:es)?|tote(?: bag)?|sofa|chair|table|desk|mugs?|vase|jacket|hoodie|sneakers?|boots?"
    r"|shirt|t-shirt"
    r"|blouse|skirt|jeans|trousers|pants|sweater|cardigan|backpack|handbag|wallet|necklace|bracelet"
    r"|earrings?|candle"
    r"|pillow|blanket|rug|curtains?|mattress|headphones|speakers?|charger|keyboard|kettle|toaster|blender"
    r"|bottle|serum"
    r"|cream|shampoo|perfume|lipstick|toy|puzzle|doll|scooter|tent|sunglasses|scarf|gloves|socks|leggings"
    r"|bra|bikini"
    r"|swimsuit|pyjamas|set|bundle|collection|polo|bag|clock|shelf|mirror|bench|stool|cushion|throw|duvet"
    r"|planter)"
)
_NO_GOODS = (
    rf"(?!(?:(?-i:[{UP}])[\w'’-]{{0,20}}[ ]){{1,3}}(?:(?-i:(?=[{UP}])){_GOODS}(?![a-z])"
    rf"|{_GOODS}(?=[ ]?[.,;!]|\s*$|\n)))"
)
"""No goods that are called like people: Name: Aurora Lamp."""

RULES = (
    person_rule(
        "label",
        LEFT
        + _LABEL
        + r"(?:[ ]?[._]{2,30}[ ]?[:：=]|[\"'*_]{0,2}[ ]?[:：=]|[ ][-–]|[ ]?[|\t])[ ]?[\"'*_]{0,2}\s{0,3}"
        + _NO_GOODS,
        _LABEL_TRIGGERS,
        named,
        score=0.72,
        unless=_THING_NAMED,
    ),
    person_rule(
        "label_capitals",
        LEFT + r"(?:(?:pod|last|family|sur|recipient|customer|cust|client|buyer|consignee|contact|receiver"
        r"|sender"
        r"|card ?holder|account holder|signatory|passenger|guest|patient)[ _]?name|surname|account holder"
        r"|policy ?holder|claimant|payee|beneficiary|nachname|apellidos?|cognome"
        r"|nom de famille|signed(?: for)? by|received by|recipient|consignee|cardholder|collected by"
        r"|accepted by)"
        r"[ ]?[:=][ ]?",
        any_of(
            "pod|last name|lastname|last_name|family|surname|recip|customer|cust|client|buyer|consig"
            "|contact|receiver"
            "|sender|card|cardh|account|policy|claimant|payee|benef|signat|passenger|guest|patient"
            "|nachname|apell|cognome|nom de|signed|received"
            "|collect|accept"
        ),
        capital_surname,
        value=rf"(?-i:[{UP}]{{4,20}})",
        after=r"(?=[ ]?[,.;|/(]|\s*$|[ ]?\n)",
        score=0.6,
    ),
    person_rule(
        "label_is",
        LEFT + r"(?:(?:account|card|policy)[ -]?holder|(?:customer|client|buyer|recipient|contact|caller"
        r"|sender|receiver)['’]?s?"
        r"(?: name)?|(?:first|last|family|given|sur|full|maiden)[ -]?name)(?:['’]s|[ ](?:is|was|being"
        r"|reads|on file is|shows))?[ ]",
        any_of(
            "account|card|policy|customer|client|buyer|recipient|contact|caller|sender|receiver|first name"
            "|first-name|firstname|last name|last-name|lastname|family name|given name|surname|full name"
            "|fullname"
            "|maiden name"
        ),
        uncommon,
        value=rf"(?:{TWO}|{WORD}|{CAPITALS})",
        after=r"(?=[ ]?[,.;:!?)(/|\n-]|\s*$|[ ][a-z0-9+])",
        score=0.6,
    ),
    person_rule(
        "mail_header",
        r"(?:^|\n)[ >*]{0,4}(?:from|to|cc|bcc|reply-to|sender|von|an|de|para|da|fra"
        r"|från)[ *]{0,2}:[ *]{0,3}[\"']?",
        any_of("from|to:|cc|bcc|reply-to|sender|von|an:|de:|para|da:|fra|från"),
        name_length,
        value=rf"(?:{TWO}|{WORD},[ ]{WORD}(?:[ ]{WORD})?|{CAPITALS}(?=[\"']?[ ]?<)|{WORD}(?=[\"']?[ ]?<))",
        after=r"(?=[\"']?[ ]?(?:<|\n|\[|;|\(|,[ ]|\s*$))",
        score=0.65,
    ),
    Rule(
        "person_surname_first",
        "PERSON",
        re.compile(
            rf"(?:^|\n|[|;\t:(][ ]?)({WORD},[ ]{WORD}(?:[ ]{WORD})?|[{LOW}]{{3,20}},[ ][{LOW}]{{3,20}})"
            rf"(?=[ ]?[|;\t\n]|[ ][(<\[-]|,?[ ](?i:tel|phone|mobile|mob|cell|ph|email|e-mail|dob|born"
            rf"|order)(?![a-z])"
            rf"|,?[ ]\+?[0-9(]{{3}}|\s*$)"
        ),
        0.56,
        (",",),
        surname_first,
        places=line_places,
    ),
    person_rule(
        "label_key",
        r"(?<![A-Za-z0-9])(?:(?:customer|cust|recipient|contact|buyer|consignee|card[ _]?holder"
        r"|account[ _]holder|full|first|last"
        r"|middle|sur|family|given|billing|shipping|ship[ _]to|bill[ _]to|delivery|sender|receiver|client"
        r"|guest|user|owner"
        r"|payee|kunden|person)[ _-]?name|vorname|nachname|nombre|apellidos?|pr[ée]nom|cognome"
        r"|destinat[aá]rio"
        r"|destinataire|empf[äa]nger|recipient|consignee|cardholder|signed[ _]by|attention)"
        r"[\"']{0,2}[ ]?[:=][ ]?[\"']{1,2}",
        any_of(
            "customer|cust|recip|contact|buyer|consig|card|account|full|first|last|middle|sur|surname|family"
            "|given|bill|ship"
            "|deliv|sender|receiver|client|guest|user|owner|payee|kunden|person|vorname|nachname|nombre|apell"
            "|prénom|prenom"
            "|cognome|destin|empf|signed|attention"
        ),
        name_length,
        score=0.72,
    ),
    person_rule(
        "nested_key",
        r"[\"'](?:ship(?:ping)?_?(?:to|address)?|bill(?:ing)?_?(?:to|address)?|customer|recipient|buyer"
        r"|contact|consignee|sender"
        r"|receiver|user)[\"'][ ]?:[ ]?\{\s{0,9}[\"'][a-z_]{0,12}name[\"'][ ]?:[ ]?[\"']",
        any_of("ship|shipping|shipto|billing|customer|recip|buyer|contact|consig|sender|receiver|user"),
        name_length,
        score=0.72,
    ),
    person_rule(
        "speaker",
        r"(?:^|\n)(?:\[[^\]\n]{3,20}\] ?)?(?:agent|advisor|operator|rep|support|assistant|customer|client"
        r"|seller|buyer)[ ]",
        any_of("agent|advisor|operator|rep|support|assistant|customer|client|seller|buyer"),
        name_length,
        value=FULL,
        after=r"(?=[ ]?(?:\([^)\n]{1,20}\))?[:>])",
        score=0.65,
    ),
    person_rule(
        "row",
        r"(?:^|\n|\|)[ \t]{0,2}",
        ("*|", "*\t"),
        two_words,
        value=TWO,
        after=rf"(?=[ ]?[|\t][^\n{BLANK}]{{0,60}}(?:@|\+?[0-9(](?:[ ().-]{{0,2}}[0-9]){{8}}))",
        score=0.55,
    ),
    Rule(
        "person_before_contact",
        "PERSON",
        re.compile(
            rf"{LEFT}(?<![@#./&])(?<![A-Z]\. )({TWO}|{CAPITALS})(?=\s?[,;:(<"
            rf"|/-]{{0,2}}\s?(?i:tel|phone|mobile|cell|ph|email|e-mail|mail)?[.:]?\s?"
            rf"(?:\+?[0-9(](?:[ ().-]?[0-9]){{7}}|[^\s@{BLANK}]{{1,40}}@))"
        ),
        0.6,
        (*DIGITS, "@"),
        two_words,
    ),
    Rule(
        "person_after_contact",
        "PERSON",
        re.compile(
            rf"(?:(?<=[0-9]{{3}})|(?<=\.[a-z]{{2}})|(?<=\.[a-z]{{3}}))"
            rf"(?:[ ]\(|[ ]?[|;/–-][ ]?|,[ ]?|\t)({TWO}|{WORD}(?=\)))(?=[ ]?[)|;\t\n]|\s*$)"
        ),
        0.55,
        (*DIGITS, "@"),
        any_listed,
    ),
    Rule(
        "person_before_address",
        "PERSON",
        re.compile(
            rf"(?:^|\n|(?i:to|for|at|address|name)[:,]?\s{{1,2}})[ \t]{{0,4}}({TWO}|{CAPITALS}"
            rf"|{WORD}[ ]{WORD})(?=,?[ ]?\n\s{{0,4}}(?:[{UP}][^\n0-9]{{1,40}}\n\s{{0,4}})?"
            rf"(?:[0-9]{{1,6}}[A-Za-z]?[ ,/-]{{1,2}}[{UP}0-9]|(?i:flat|apt|unit|suite"
            rf"|p\.?o\.? ?box|rua|av|calle|via|rue)[. ]|[{UP}][{LOW}{UP} .-]{{3,40}}[ ][0-9]))"
        ),
        0.6,
        ("*\n",),
        two_words,
        digit=True,
    ),
    Rule(
        "person_before_street",
        "PERSON",
        re.compile(
            rf"{LEFT}({TWO})(?=(?:[,;][ ]|\"[,;]\")(?:[0-9]{{1,5}}[A-Za-z]?[ "
            rf"](?:[{UP}0-9][{UP}{LOW}0-9.'-]*[ ]){{1,4}}|(?:Rua|Av\.?|Calle|Via|Rue|Flat|Apt"
            rf"|Unit|P\.?O\.?)[ ]))"
        ),
        0.55,
        (",",),
        two_words,
        digit=True,
    ),
)
