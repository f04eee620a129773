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
    name_length,
    title_or_listed,
    two_words,
)
from privgen.anonymize.names_rule import person_rule
from privgen.anonymize.rules import BLANK, DIGITS, Rule
from privgen.anonymize.rules_labelled import any_of

RULES = (
    person_rule(
        "label",
        LEFT + r"(?:(?:customer|recipient|contact|buyer|consignee|card ?holder|account(?: holder)?|full|first"
        r"|last|middle|sur|family|given|given and family"
        r"|billing|shipping|delivery|sender|receiver|purchaser|client|guest|patient|owner|user|passenger"
        r"|beneficiary|signatory|payee)?[ ]?names?"
        r"|customer|recipient|consignee|card ?holder|account holder|buyer|purchaser|receiver|payee"
        r"|beneficiary|attn\.?|attention"
        r"|(?:ship(?:ping)?|bill(?:ing)?|sold|deliver(?:y)?|send|mail)[ -]?to|signed(?: for)?(?: by)?"
        r"|sender|contact(?: person)?|signature|livraison|livr[ée] [àa]|lieferung an|versand an|spedire a"
        r"|enviar a|entregar a"
        r"|env[ií]o a|entregar para|reviewer|author|requester|requested by|reported by|assignee"
        r"|rechnungsadresse"
        r"|lieferadresse|(?:direcci[oó]n|adresse) de (?:env[ií]o|livraison|facturation)|cust"
        r"|nome(?: completo)?|destinat[aá]rio|cliente|titular|nombre(?: y apellidos?| completo)?"
        r"|apellidos?|nom(?: complet)?|pr[ée]nom|destinataire"
        r"|vorname|nachname|empf[äa]nger(?:in)?|besteller(?:in)?|kunde|kundin|naam|nome e cognome|cognome"
        r"|intestatario|destinatario|navn|namn|imi[ęe](?: i nazwisko)?)"
        r"(?:[ ]?[:：=]|[ ]-)\s{0,3}",
        any_of(
            "name|names|surname|custom|recip|consig|card|account|buyer|purch|receiv|payee|benef|attn"
            "|attention|ship|bill|sold to|deliver|send|mail to|signed|sender|contact|signature|nome"
            "|destin|client|titular|nombre|apell|nom|prén|prenom|vorname|nachname|empf|bestel|kund"
            "|naam|cognome|intest|navn|namn|imię|imie|livrai|livré|lieferung an|versand|spedire|enviar"
            "|entregar|envío|envio"
            "|reviewer|author|requester|requested by|reported by|assignee|rechnungsa|liefera|adresse"
            "|dirección|direccion"
            "|cust"
        ),
        title_or_listed,
        score=0.72,
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
