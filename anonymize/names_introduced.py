"""Rules for people who say who they are: my name is X, this is X, X here."""

from __future__ import annotations

from privgen.anonymize.names_latin import (
    ANY_CASE,
    CAPITALS,
    FULL,
    LEFT,
    LOW,
    TWO,
    WORD,
    name_length,
    uncommon,
)
from privgen.anonymize.names_rule import person_rule
from privgen.anonymize.rules_labelled import any_of

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
        "hello_it_is",
        LEFT + r"(?:bonjour|salut|coucou|hallo|hi|hello|hey|yo|hola|ciao|oi|ol[aá]|moin)[ ,!]{1,2}(?:c['’]est"
        r"|hier ist|this is"
        r"|it['’]?s(?: me)?|i['’]?m|i am|my name['’]?s|(?:uh|um|er)|aqu[íi]|soy|sono|aqui [ée] [oa]|ici)[ ]",
        any_of(
            "c'est|c’est|hier ist|this is|it's|it’s|its|i'm|i’m|im|i am|my name|aquí|aqui|soy |sono |ici "
            "|uh|um|er"
        ),
        uncommon,
        value=rf"(?:{TWO}|{WORD})",
        after=r"(?=[ ]?[,.!;\n]|\s*$|[ ](?i:again|here|from|and|my|i|can|could|just|about|calling|re|with"
        r"|um|uh)(?![a-z]))",
        score=0.6,
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
        "name_answered",
        LEFT + r"(?:(?:what|whos?|your|may i|can i|could i)[^\n?]{0,30} name[^\n?:]{0,30}(?=\n)"
        r"|name[^\n?]{0,40}\?)[^\n]{0,20}\n[^\n:]{0,30}(?::[0-9]{2}[^\n:]{0,30}){0,2}:[ ]"
        r"(?:(?:yes|sure|ok|hi|it['’]?s|my name is|its|of course)[ ,.!]{1,2}){0,3}",
        ("name",),
        name_length,
        after=r"(?=[ ]?[.,!\n]|\s*$|[ ](?i:and|thanks|please))",
        score=0.65,
    ),
)
