"""Rules for names in the contexts in which shops and customers write them, without a model."""

from __future__ import annotations

import re
from collections.abc import Callable

from privgen.anonymize.names_latin import (
    ANY_CASE,
    CAPITALS,
    FULL,
    GIVEN,
    LEFT,
    LOW,
    NAME,
    TWO,
    UP,
    WORD,
    listed,
    name_length,
    not_a_thing,
    title_or_listed,
    titled,
    two_words,
    uncommon,
    whole_name,
    whole_or_given,
)
from privgen.anonymize.rules import BLANK, DIGITS, Rule
from privgen.anonymize.rules_labelled import any_of

_KIN = (
    r"husband|wife|son|daughter|brother|sister|mother|mom|mum|dad|father|friend|partner|boyfriend"
    r"|girlfriend|fianc[eé]e?"
    r"|neighbou?r|boss|colleague|co-?worker|room-?mate|flat-?mate|assistant|uncle|aunt|cousin|niece"
    r"|nephew|grand(?:ma|pa|mother|father|son)"
    r"|agent|representative|rep|advisor|courier|driver|technician|salesperson|associate|marido|esposa"
    r"|filh[oa]|irmã|irmão|mãe|pai|Mann|Frau|Tochter"
)


def person_rule(
    name: str,
    context: str,
    triggers: tuple[str, ...],
    check: Callable[[str], int],
    *,
    value: str = NAME,
    after: str = "",
    score: float = 0.7,
    tail: int = 0,
    unless: re.Pattern[str] | None = None,
) -> Rule:
    """A name after a context that is read in any case of letters."""
    pattern = rf"(?i:{context})({value}){after}"
    return Rule(
        f"person_{name}", "PERSON", re.compile(pattern), score, triggers, check, unless=unless, tail=tail
    )


# On a cover the name is public; after an article it is a brand.
_WORK = re.compile(
    r"(?i)(?<![a-z])(?:paperback|hardcover|hardback|novel|book|audiobook|album|cd|song|film|movie|memoir"
    r"|biography|poems?"
    r"|written|narrated|directed|illustrated|starring|author|singer|actor)s?,?(?: (?:by|of|about|from))?[ ]?$"
    r"|(?<![A-Za-z])(?i:the|an?|this)[ ]$"
)
DIGITS_OR_COMMA = (",",)
_KIN_TRIGGERS = (
    "husband",
    "wife",
    "daughter",
    "brother",
    "sister",
    "mother",
    "father",
    "friend",
    "partner",
    "boyfriend",
    "girlfriend",
    "fiancé",
    "neighbor",
    "neighbour",
    "boss",
    "colleague",
    "cowork",
    "roommate",
    "assistant",
    "uncle",
    "aunt",
    "cousin",
    "niece",
    "nephew",
    "grandm",
    "grandp",
    "agent",
    "represent",
    "courier",
    "driver",
    "technic",
    "marido",
    "esposa",
    "filha",
    "filho",
)


RULES = (
    person_rule(
        "my_name",
        LEFT + r"(?:my (?:full |first |last |real |given |user)?name(?:['’]s|s| is|:)?|(?:the |her |his "
        r"|your )?name(?:['’]s| is| was| would be)"
        r"|name on (?:the |my )?(?:order|account|card|package|parcel|invoice) (?:is|was|should be|reads)"
        r"|(?:is|was|order(?:ed)?|placed|booked|it|purchased) under(?: the)?(?: names?)?(?: of)?|(?:in"
        r"|under) the name(?: of)?|goes by|known as|name of"
        r"|meu nome(?: completo)? [eé]|me chamo|em nome d[eoa]s?|mein name(?: ist)?|ich hei(?:ß|ss)e"
        r"|im namen von"
        r"|je m['’]appelle|mon nom (?:est|c['’]est)|au nom de"
        r"|me llamo|mi nombre es|a nombre de|mi chiamo|il mio nome [eè]|a nome di|mijn naam is|ik heet"
        r"|jag heter|mitt namn är|mit navn er|jeg h(?:edder|eter)"
        r"|nazywam się|mam na imię|nama saya|mera na+m|ad[ıi]m)[ ]{0,2}[:：]?[ ]",
        any_of(
            "name|names|named|under|goes by|known as|nome|chamo|heiß|heiss|m'app|m’app|nom|llamo"
            "|nombre|chiamo|naam|heet|heter|namn|navn|hedder|nazyw|imię|nama|adım|adim|namen"
        ),
        name_length,
        value=rf"(?:{FULL}|{CAPITALS})",
        score=0.75,
    ),
    person_rule(
        "my_name_lower",
        LEFT + r"(?:my (?:full |first |last )?name(?:['’]s|s| is|:)|meu nome [eé]|me chamo|mein name ist"
        r"|ich hei(?:ß|ss)e|je m['’]appelle"
        r"|under the name(?: of)?|(?:the )?name is|name on the (?:order|account|card|parcel|package) is"
        r"|me llamo|mi nombre es|mi chiamo|il mio nome [eè]|mijn naam is|ik heet|jag heter"
        r"|mera na+m|naam)[ ]{1,2}(?=[^\s])(?!is |hai )",
        any_of(
            "my name|the name|name is|name on|my full name|my first name|my last name|meu nome|chamo"
            "|mein name|heiß|heiss|m'app|m’app|llamo|nombre|chiamo|nome|naam|heet|heter|mera na|naam"
        ),
        name_length,
        value=ANY_CASE,
        score=0.65,
    ),
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
    Rule(
        "person_title",
        "PERSON",
        re.compile(
            rf"{LEFT}((?:(?:M[rR]|M[rR][sS]|M[sS]|M[iI][sS][sS]|M[xX]|D[rR]|P[rR][oO][fF](?:essor)?|Sir"
            rf"|Madam|Lady|Lord|Rev|S[rR][aA]?|Srta|Sig(?:\.ra|nora?)?"
            rf"|Do[nñ]a?|Dom|Herrn?|Frau|Mme|Mlle|Monsieur|Madame|Mademoiselle|Se[ñn]ora?|Senhora?|Sr[ºª]"
            rf"|Dhr|Mevr|Mevrouw|Meneer|Pan|Pani|Shri|Smt|Capt|Mister|Miss|Missus)\.?"
            rf"[ ](?:(?:Dr|Prof|med)\.?[ ]){{0,2}}(?:{FULL}|{CAPITALS})|(?:mr|mrs|ms|mx|dr|prof|sra?|herr"
            rf"|frau)\.?[ ]{ANY_CASE}))"
        ),
        0.75,
        any_of(
            "mr|mrs|ms|miss|mx|dr|prof|sir |madam |lady |lord |rev|sr|sra|srta|sig|don |doña|dona "
            "|dom |herr|frau|mme|mlle|monsieur|madame|mademois|señor|senor|senhor|dhr|mevr|meneer"
            "|pan |pani |shri |smt|capt|mister|missus"
        ),
        titled,
    ),
    person_rule(
        "m_dot",
        LEFT + r"(?<![.'’])(?<!ize )(?<!aille )(?<!alla )(?<!in )(?-i:M)\.[ ]",
        ("*m. ",),
        uncommon,
        value=rf"(?:{TWO}|{CAPITALS}|{WORD}(?=[ ]?[,;:!?\n]|\s*$|[ ](?:a|est|et|qui|n['’]"
        rf"|m['’])(?![a-z])))(?![.])",
        score=0.6,
    ),
    person_rule(
        "dear",
        LEFT + r"(?:dear(?:est)?|prezad[oa]|car[oa]|querid[oa]|estimad[oa]|liebe[r]?|sehr geehrte[r]?"
        r"|ch[eè]re?|gentile|egregi[oa]|spett\.?|beste|geachte|hej|kære"
        r"|szanown[ya]|namaste|to)[ ](?:(?:mr|mrs|ms|miss|sir|customer|client|friend)\.?[ ])?",
        any_of(
            "dear |dearest|prezad|caro |cara |querid|estimad|liebe|geehrte|cher |chère|chere|gentile"
            "|egregi|spett|beste |geachte|hej |kære|szanown|namaste"
        ),
        name_length,
    ),
    person_rule(
        "greeting",
        r"(?:^|[\n.!?\"“>]\s?)(?:hi(?:ya)?|hello|hey|ol[aá]|oi|hallo|hola|ciao|salut|bonjour|bonsoir"
        r"|guten (?:tag|morgen|abend)|buen[oa]s (?:d[ií]as|tardes|noches)"
        r"|buongiorno|bom dia|boa (?:tarde|noite)|good (?:morning|afternoon|evening|day)|greetings|moin"
        r"|servus|namaste|hej)(?: there| again| to)?[ ,]{1,2}",
        any_of(
            "hi |hi,|hiya|hello|hey |hey,|olá|ola |ola,|oi |oi,|hallo|hola|ciao|salut|bonjour|bonsoir"
            "|guten|buenos|buenas|buongiorno|bom dia|boa tarde|boa noite|good morning|good afternoon"
            "|good evening|good day|greetings|moin|servus|namaste|hej "
        ),
        name_length,
        after=r"(?=\s?[,!.:;–-]|\s?$|\n)|(?i:hi|hello|hey|hola|hallo|bonjour)[ ,]{1,2}$",
        score=0.6,
    ),
    person_rule(
        "ask_for_lower",
        LEFT + r"(?:ask(?:ed|ing)? for|(?:spoke|spoken|talked|chatted) (?:to|with)|attn\.?:?|attention:|c/o"
        r"|signed(?: for)?(?: it)? by|caller"
        r"|(?:helped|served|assisted|received|collected|accepted) by|on behalf of)[ ]",
        any_of(
            "ask for|asked for|asking for|spoke|spoken|talked|chatted|attn|attention:|c/o|signed"
            "|helped by|served by|assisted by|received by|collected by|accepted by|behalf|caller"
        ),
        not_a_thing,
        value=rf"(?:{CAPITALS}|{ANY_CASE})",
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
        r"|sou [oa]|soy|sono|aquí|ik ben)[ ]",
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
            "|regards from|surname|spelled"
        ),
        title_or_listed,
        score=0.65,
    ),
    person_rule(
        "weak",
        LEFT + r"(?:i am|i['’]?m|this is|it['’]s|je suis|ich bin|eu sou|call(?:ed|ing)?|text|ring|rang"
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
        unless=_WORK,
    ),
    person_rule(
        "this_is",
        LEFT + r"(?:this is|i am|i['’]?m|main)[ ,]{1,2}",
        ("this is", "i am", "i'm", "i’m", "bol"),
        uncommon,
        value=rf"(?:{TWO}|{WORD}|{CAPITALS})",
        after=r"(?=,?[ ](?i:from|calling|speaking|writing|here|at|with|again|and (?:my|i)|bol)(?![A-Za-z]))",
        score=0.62,
    ),
    person_rule(
        "this_is_lower",
        LEFT + r"(?:this is|i am|i['’]?m)[ ,]{1,2}",
        any_of("speaking|calling|writing|from order|from the|order"),
        name_length,
        value=rf"(?:[{LOW}][{LOW}'’-]{{1,20}}(?:[ ][{LOW}][{LOW}'’.-]{{0,20}}){{0,2}}?|{CAPITALS})",
        after=r"(?=,?[ ](?i:speaking|calling|writing (?:to|about|regarding)|from order)(?![A-Za-z]))",
        score=0.6,
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
        "hello_it_is",
        LEFT + r"(?:bonjour|salut|coucou|hallo|hi|hello|hey|hola|ciao|oi|ol[aá]|moin)[ ,!]{1,2}(?:c['’]est"
        r"|hier ist|this is"
        r"|it['’]s|aqu[íi]|soy|sono|aqui [ée] [oa]|ici)[ ]",
        any_of("c'est|c’est|hier ist|this is|it's|it’s|aquí|aqui|soy |sono |ici "),
        uncommon,
        value=rf"(?:{TWO}|{WORD})",
        after=r"(?=[ ]?[,.!;\n]|\s*$)",
        score=0.6,
    ),
    person_rule(
        "vocative",
        LEFT + r"(?:welcome(?: back)?|thanks|thank you|sorry|congratulations|happy birthday|call me"
        r"|cardholder"
        r"|(?:it|this) is for|for the attention of)[ ,]{1,2}",
        any_of(
            "welcome|thanks|thank you|sorry|congrat|happy birthday|call me|cardholder|is for|attention of"
        ),
        uncommon,
        value=rf"(?:{TWO}|{WORD})",
        after=r"(?=[,!](?:[ ]|\s*$)|[ ]?(?:\.\s*$|\n))",
        score=0.55,
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
        "name_answered",
        LEFT + r"(?:(?:what|whos?|your|may i|can i|could i)[^\n?]{0,30} name[^\n?:]{0,30}(?=\n)"
        r"|name[^\n?]{0,40}\?)[^\n]{0,20}\n[^\n:]{0,30}(?::[0-9]{2}[^\n:]{0,30}){0,2}:[ ]"
        r"(?:(?:yes|sure|ok|hi|it['’]?s|my name is|its|of course)[ ,.!]{1,2}){0,3}",
        ("name",),
        name_length,
        after=r"(?=[ ]?[.,!\n]|\s*$|[ ](?i:and|thanks|please))",
        score=0.65,
    ),
    person_rule(
        "this_is_two",
        LEFT + r"(?:this is|hier ist|hier spricht|ich bin|je suis|ici|sono|soy|sou|eu sou|c['’]est|it['’]s"
        r"|i am|i['’]?m)[ ,]{1,2}",
        any_of("this is|hier |ich bin|je suis|ici |sono |soy |sou |c'est|c’est|it's|it’s|i am|i'm|i’m"),
        uncommon,
        value=TWO,
        after=r"(?=[.,!;:]|\s*$|\n)",
        score=0.6,
    ),
    person_rule(
        "kin",
        LEFT + rf"(?!the[ ](?:aunt|uncle))(?:my|our|his|her|your|the|minha|meu|mi|ma|mon|mein"
        rf"|meine)[ ](?:{_KIN})(?:['’]s name)?,?[ ](?:is |named |called |is called )?",
        _KIN_TRIGGERS,
        uncommon,
        score=0.6,
    ),
    Rule(
        "person_two",
        "PERSON",
        re.compile(rf"{LEFT}(?<![&@#/.-])(?<![A-Z]\. )({TWO})"),
        0.55,
        tuple(GIVEN),
        whole_name,
        unless=_WORK,
    ),
    person_rule(
        "here",
        r"(?:^|[.!?\n>\"]\s{0,2}|(?:hi|hello|hey|yes|ok|hola|hallo)(?: (?:team|all|there|guys|everyone"
        r"|support|folks))?[ ,!]{1,2})",
        any_of(" here|speaking|called|calling|writing|again|from"),
        uncommon,
        value=rf"(?:{TWO}|{WORD}|{CAPITALS}|[{LOW}]{{2,20}}(?:[ ][{LOW}'’-]{{2,20}})?)",
        after=r"(?=[ ](?i:here|speaking|calling|writing|again|from (?:your|the|customer|support"
        r"|sales))(?![A-Za-z]))",
        score=0.6,
    ),
    person_rule(
        "did",
        r"(?:^|[.!?\n>\"]\s{0,2})",
        any_of("called|signed|lives|received|wants|ordered|asked|picked|accepted|collected|bought|never got"),
        listed,
        value=rf"(?:{TWO}|{WORD})",
        after=r"(?=[ ](?i:called|signed|lives|received|wants|ordered|asked|picked|accepted"
        r"|collected|bought|never got)(?![A-Za-z]))",
        score=0.6,
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
        DIGITS_OR_COMMA,
        two_words,
        digit=True,
    ),
)
