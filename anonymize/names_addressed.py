"""Rules for people who are spoken to or bear a title: Dear X, hi X, thanks X, Mr X."""

from __future__ import annotations

import re

from privgen.anonymize.names_latin import (
    ANY_CASE,
    CAPITALS,
    FULL,
    LEFT,
    TWO,
    WORD,
    name_length,
    titled,
    uncommon,
)
from privgen.anonymize.names_rule import person_rule
from privgen.anonymize.rules import Rule
from privgen.anonymize.rules_labelled import any_of

RULES = (
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
            "yo |yo,|hi |hi,|hiya|hello|hey |hey,|olá|ola |ola,|oi |oi,|hallo|hola|ciao|salut|bonjour|bonsoir"
            "|guten|buenos|buenas|buongiorno|bom dia|boa tarde|boa noite|good morning|good afternoon"
            "|good evening|good day|greetings|moin|servus|namaste|hej "
        ),
        name_length,
        after=r"(?=\s?[,!.:;–-]|\s?$|\n)",
        score=0.6,
    ),
    person_rule(
        "gift",
        LEFT + r"(?:gift|greeting|card|engrav(?:e|ed|ing)|monogram|inscription|embroider(?:y|ed)?"
        r"|personali[sz](?:ed|ation)"
        r"|message|note|tag)[^\n.]{0,25}?[:\"“][^\n]{0,60}?(?<![a-z])(?:to|for|from|love|dear|mom|dad"
        r"|happy birthday"
        r"|congratulations|congrats|with love|xx)[ ,:]{1,2}(?:my |our |dear |dearest |little |baby )?",
        any_of(
            "gift|greeting|engrav|monogram|inscription|embroid|personali|card message|card reads|message:"
            "|note:|tag:"
        ),
        uncommon,
        value=rf"(?:{TWO}|{WORD})",
        after=r"(?=[ ]?[,.!;:\"”’&\n]|\s*$|[ ](?i:and|from|love|on|with)(?![a-z]))",
        score=0.56,
    ),
    person_rule(
        "vocative",
        LEFT + r"(?:welcome(?: back)?|thanks?(?: you)?(?: (?:again|so much|very much|a lot|a million|once"
        r" more))?|thx|ty|sorry"
        r"|congrat(?:ulation)?s|happy (?:birthday|anniversary|holidays|new year)|merry christmas|well"
        r" done|good (?:job|luck)"
        r"|get well soon|feliz cumpleaños|parabéns|joyeux anniversaire|bon anniversaire|buon compleanno"
        r"|felicidades"
        r"|alles gute|danke|merci|gracias|grazie|obrigad[oa]|bedankt|welcome to the family|call me"
        r"|cardholder"
        r"|(?:it|this) is for|for the attention of)[ ,]{1,2}",
        any_of(
            "welcome|thanks|thank|thx|ty|sorry|congrat|happy |merry|well done|good job|good luck|get well"
            "|feliz|parabéns"
            "|joyeux|bon anniv|buon compl|felicid|alles gute|danke|merci|gracias|grazie|obrigad|bedankt"
            "|call me|cardholder"
            "|is for|attention of"
        ),
        uncommon,
        value=rf"(?:{TWO}|{WORD})",
        after=r"(?=[,!](?:[ ]|\s*$)|[ ]?(?:\.\s*$|\n))",
        score=0.55,
    ),
    Rule(
        "person_title",
        "PERSON",
        re.compile(
            rf"{LEFT}((?:(?:(?:M[rR]s?|D[rR]|Herr|Sr|M)\.?[ ](?:and|&|y|e|und|et)[ ])?(?:M[rR]|M[rR][sS]"
            rf"|M[sS]|M[iI][sS][sS]|M[xX]|D[rR]|P[rR][oO][fF](?:essor)?|Sir"
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
)
