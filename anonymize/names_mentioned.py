"""Rules for people who are spoken of: ask for X, signed by X, my sister X, and well-known given names."""

from __future__ import annotations

import re

from privgen.anonymize.names_latin import (
    ANY_CASE,
    CAPITALS,
    FULL,
    GIVEN,
    LEFT,
    LOW,
    TWO,
    UP,
    WORD,
    capitals_first,
    given_places,
    listed,
    not_a_thing,
    title_or_listed,
    uncommon,
    whole_name,
    whole_or_given,
)
from privgen.anonymize.names_rule import PUBLIC_WORK, person_rule
from privgen.anonymize.rules import Rule
from privgen.anonymize.rules_labelled import any_of

_KIN = (
    r"husband|wife|son|daughter|brother|sister|mother|mom|mum|dad|father|friend|partner|boyfriend"
    r"|girlfriend|fianc[eé]e?"
    r"|neighbou?r|boss|colleague|co-?worker|room-?mate|flat-?mate|assistant|uncle|aunt|cousin|niece"
    r"|nephew|grand(?:ma|pa|mother|father|son)"
    r"|hubby|wifey|twin|fianc[eé]|ex|landlord|landlady|cleaner|nanny|babysitter|caretaker|tenant|neighbou?r"
    r"|agent|representative|rep|advisor|courier|driver|technician|salesperson|associate|marido|esposa"
    r"|filh[oa]|irmã|irmão|mãe|pai|Mann|Frau|Tochter"
)
_KIN_TRIGGERS = any_of(
    "son|mom|mum|dad|rep|advisor|flatm|flat-m|roomm|room-m|hubby|wifey|twin|ex|landlord|landlady|cleaner"
    "|nanny"
    "|babysit|caretaker|tenant|co-work|husband|wife|daughter|brother|sister|mother|father|friend|partner"
    "|boyfriend|girlfriend|fiancé"
    "|neighbor|neighbour|boss|colleague|cowork|roommate|assistant|uncle|aunt|cousin|niece|nephew"
    "|grandm|grandp|agent|represent|courier|driver|technic|marido|esposa|filha|filho"
)


RULES = (
    person_rule(
        "ask_for_lower",
        LEFT + r"(?:ask(?:ed|ing)? for|(?:spoke|spoken|talked|chatted) (?:to|with)|attn\.?:?|attention:|c/o"
        r"|signed(?: for)?(?: it)? by|caller|made out to|registered to|(?:spoke|talked) w/"
        r"|(?:helped|served|assisted|received|collected|accepted|placed|ordered|purchased|picked up|approved"
        r"|escalated|reported|raised|requested|opened) by|on behalf of)[ ]?[:：]?[ ]",
        any_of(
            "ask for|asked for|asking for|spoke|spoken|talked|chatted|attn|attention:|c/o|signed"
            "|helped by|served by|assisted by|received by|collected by|accepted by|behalf|caller|placed"
            " by|ordered by"
            "|purchased by|picked up by|approved by|escalated by|reported by|raised by|requested by"
            "|opened by|made out"
            "|registered to"
        ),
        not_a_thing,
        value=rf"(?:{CAPITALS}|{ANY_CASE}|[{LOW}]\.[ ]?[{LOW}]{{3,20}})",
        score=0.6,
    ),
    person_rule(
        "ask_for",
        LEFT
        + r"(?:ask(?:ing|ed|s)? (?:for|to speak (?:to|with))|(?:speak(?:ing)?|spoke(?:n)?|talk(?:ed|ing)?"
        r"|chat(?:ted|ting)?|deal(?:t|ing)) (?:to|with)|attn\.?:?|attention:?"
        r"|c/o|care of|(?<!you )(?:deliver(?:ed)?|ship(?:ped)?|sent|send|hand(?:ed)?|given|give|gave"
        r"|release[d]?|forward(?:ed)?|courier(?:ed)?) (?:it |this |that |them |back |the (?:parcel"
        r"|package|order|box|item|goods) )?(?:over )?to"
        r"|addressed to|received by|collected by|picked up by|accepted by|left with|leave (?:it )?with"
        r"|signed(?: for)?(?: it)?(?: by)?:?|signature of|helped by|served by|assisted by|handled by"
        r"|contacted by|reviews? (?:by|from)|(?:conversation|chat|call) with|messages? from"
        r"|account holder|spedire a|consegnare a|enviar a|entregar a|liefern (?:sie )?an"
        r"|(?:ver)?senden (?:sie )?an|(?:ver)?schicken (?:sie )?an"
        r"|atenci[oó]n|livrer [àa]|envoyer [àa]|exp[ée]dier [àa]|bezorgen bij|sturen naar"
        r"|recipient|resident|pacco per|pacote para|paquete para"
        r"|colis pour|paket für"
        r"|name on (?:the )?card|(?:best wishes|love|greetings|regards) from|surname is(?: spelled)?"
        r"|name is spelled"
        r"|contact(?:ed|ing)?|email(?:ed)?|reach(?:ed)?(?: out to)?|on behalf of|behalf of|belongs to"
        r"|belonging to|order(?:ed)? (?:by|for)|placed by|purchased by|paid by|written by"
        r"|thanks to|thank you to|shout ?out to"
        r"|falar com|falei com|aos cuidados d[eoa]|a/c|entreg(?:ar|ue|ado|ou) (?:para|a|ao|à)"
        r"|assinad[oa] por|recebid[oa] por|zu h[äa]nden(?: von)?|z\.? ?hd?\.?(?: v\.)?"
        r"|à l['’]attention de|a la atenci[oó]n de|hablar con|hablé con|parler (?:à|avec)"
        r"|sprechen mit|gesprochen mit|fragen sie nach|verlangen sie|bei|parlare con|all['’]attenzione di"
        r"|sou [oa]|soy|sono|aquí|ik ben|(?:spoke|talked|chatted) w/|as|herself as|himself as|themselves as"
        r"|(?:escalated|approved|reported|raised|requested|submitted|opened|created|authori[sz]ed"
        r"|verified|packed|booked"
        r"|cancelled|canceled|returned|pick-?up|collection|processed|completed|checked|confirmed|prepared"
        r"|resolved|closed"
        r"|witnessed) by"
        r"|(?:payment|order|call|email|e-mail|message|complaint|request|refund|review|note|letter|gift"
        r"|voicemail|parcel"
        r"|package|delivery|purchase|ticket|feedback|visit|return|report|claim) (?:by|from|for|to)"
        r"|(?:issued|credited|reissued|made out|made payable|assigned|transferred|charged|billed|invoiced"
        r"|escalated"
        r"|registered|payable|refunded|returned|reported|sold|awarded|posted|mailed|redirected|invoice"
        r"|bill|reply"
        r"|replied|written|wrote|kudos|congrats|congratulations|props|apologi[sz]e[d]?|apologies"
        r"|according) (?:out )?to"
        r"|authori[sz]ed?|lieferung an|versand an|rechnung an|paket an|zustellung an|(?:geliefert"
        r"|geschickt|gesendet"
        r"|versendet|übergeben|zugestellt) an|abgegeben bei|angenommen von|remis à|livré à|entregado a"
        r"|recibido por"
        r"|consegnato a|ricevuto da|ontvangen door|afgeleverd bij|levert til|signerad av)[ ]?[:：]?[ ]",
        any_of(
            "ask|asked|asking|asks|speak|spoke|spoken|talk|talked|chat|chatt|deal with|dealt"
            "|dealing with|attn|attention|c/o|care of|deliver|ship|sent to|send |handed|hand it"
            "|given to|give it|gave it|release|forward|courier|address|received by|collect"
            "|picked up by|accepted by|left with|leave it with|leave with|signed|signature|helped by"
            "|served by|assist|handled by|contact|email|reach|behalf|belong|order|placed by|purch"
            "|paid by|written by|thanks to|thank you to|shout|falar com|falei com|cuidados|a/c|entreg"
            "|assinad|recebid|händen|haenden|z.hd|z. hd|zhd|atenci|hablar|hablé|parler|sprechen"
            "|gesproch|fragen|verlangen|parlare|attenzi|sou |soy |sono |ik ben|review|convers|call with"
            "|message|account hol|spedire|consegn|enviar"
            "|entregar|liefern|senden|versend|schick|versch|livrer|envoyer|expéd|exped|bezorg|sturen|recip"
            "|resident|pacco|pacote|paquete|colis|paket|name on|wishes|love from|greeting"
            "|regards from|surname|spelled|herself|himself|themselves|escalated|approved by|reported"
            "|raised by|requested by"
            "|submitted|opened by|created by|authori|verified by|packed by|booked by|pickup by|pick-up by"
            "|collection by|cancelled by"
            "|canceled by|returned by"
            "|processed|completed by|checked by|confirmed by|prepared by|resolved by|closed by|witnessed"
            "|payment|complaint"
            "|request|refund|note from|letter from|gift|voicemail|parcel|package|delivery|ticket|feedback"
            "|visit from"
            "|return|report by|claim|issued to|credited|reissued|made out|made pay|assigned|transfer"
            "|charged to|billed"
            "|invoiced|invoice to|registered|payable|refunded|sold to|awarded|posted to|mailed to"
            "|redirected|bill to|reply"
            "|replied|kudos|congrat|props|apolog|according|lieferung an|versand an|rechnung an|paket an"
            "|zustellung|geliefert an"
            "|geschickt an|gesendet an|versendet|übergeben|zugestellt|abgegeben|angenommen|remis|livré à"
            "|recibido|consegnato"
            "|ricevuto|ontvangen|afgeleverd|levert|signerad|w/"
        ),
        title_or_listed,
        score=0.65,
    ),
    person_rule(
        "kin",
        LEFT + rf"(?!the[ ](?:aunt|uncle))(?:my|our|his|her|your|the|minha|meu|mi|ma|mon|mein"
        rf"|meine)[ ](?:{_KIN})(?:['’]s name)?,?[ ]\(?(?:is |named |called |is called )?",
        _KIN_TRIGGERS,
        uncommon,
        score=0.6,
    ),
    person_rule(
        "weak",
        LEFT + r"(?:i am|i['’]?m|this is|it['’]?s|je suis|ich bin|eu sou|call(?:ed|ing)?|text|ring|rang"
        r"|phone[ds]?|told|tells?|asked|met|thank(?:s|ed)?(?: you)?"
        r"|named|hi|hey|hello|sorry)[ ,]{1,2}",
        tuple(GIVEN),
        listed,
        score=0.6,
    ),
    person_rule(
        "weak_title",
        LEFT + r"(?:from|by|with|for|to|and|of|at|see|saw|meet|knows?|lady|guy|man|woman|para|por|com|con|für"
        r"|von|mit|pour|avec|per|da|di|ok|okay|yes|no)[ ,]{1,2}",
        tuple(GIVEN),
        whole_or_given,
        value=FULL,
        score=0.6,
        unless=PUBLIC_WORK,
    ),
    Rule(
        "person_capitals_first",
        "PERSON",
        re.compile(rf"{LEFT}(?<![&@#/.-])([{UP}][{UP}'’-]{{2,20}}[ ]{WORD}(?:[ ]{WORD})?)(?![{LOW}])"),
        0.56,
        tuple(GIVEN),
        capitals_first,
    ),
    Rule(
        "person_two",
        "PERSON",
        re.compile(rf"{LEFT}(?<![&@#/.-])(?<![A-Z]\. )({TWO})"),
        0.55,
        tuple(GIVEN),
        whole_name,
        unless=PUBLIC_WORK,
        places=given_places,
    ),
)
