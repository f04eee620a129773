"""Rules for Latin names in the contexts in which shops and customers write them, without a model."""

from __future__ import annotations

import re

from privgen.anonymize.data_files import wordlist
from privgen.anonymize.rules import Rule

_WORD = r"[A-ZÀ-Þ](?:[a-zà-ÿ'’]+|\.|[A-ZÀ-Þ'’]*[a-zà-ÿ]+)(?:[-'’][A-ZÀ-Þ]?[a-zà-ÿ]+)?"
_PARTICLE = r"(?:d[aeo]s?|del?|della|di|van|von|der|den|la|le|bin|al|el|e|y|st\.)"
_FULL = rf"{_WORD}(?:[ ](?:{_PARTICLE}[ ]){{0,2}}{_WORD}){{0,3}}"
_CAPITALS = r"[A-ZÀ-Þ]{2,}(?:[ ][A-ZÀ-Þ]{2,}){0,2}"
_ANY_CASE = r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ'’-]+(?:[ ](?![a-z]+ing(?![a-z]))[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ'’-]+)?"

_NOT_NAMES = wordlist("not_names")
_BRANDS = re.compile(
    r"(?:dr|mr|mrs|ms)\.?\s(?:martens?|scholl|pepper|clean|coffee|potato|bean"
    r"|meyer|brown's|porter|right|darcy|denim|doolittle|jart)",
    re.IGNORECASE,
)
_LIKELY_LOWER = frozenset(
    [
        "and",
        "but",
        "or",
        "i",
        "from",
        "with",
        "here",
        "calling",
        "writing",
        "speaking",
        "thanks",
        "please",
        "my",
        "the",
        "is",
        "on",
        "at",
        "in",
        "not",
        "spelled",
    ]
)


def _name(value: str) -> int:
    """Length up to the first word that no name holds; 0 if the first word is one."""
    end = 0
    for match in re.finditer(r"\S+", value):
        word = match[0].strip(".,'’").lower()
        if word in _NOT_NAMES or word in _LIKELY_LOWER:
            break
        end = match.end()
    while end and value[:end].split()[-1].lower() in {
        "de",
        "da",
        "do",
        "dos",
        "das",
        "e",
        "van",
        "von",
        "der",
        "la",
        "le",
    }:
        end = len(value[:end].rstrip().rpartition(" ")[0])
    return end


def _titled(value: str) -> int:
    """A title and a name: brands such as a boot or a cleaner are none."""
    if _BRANDS.match(value):
        return 0
    title = re.match(r"[A-Za-zÀ-ÿ().]+\s", value)
    kept = _name(value[title.end() :]) if title else 0
    return title.end() + kept if title and kept else 0


RULES = (
    Rule(
        "person_title",
        "PERSON",
        re.compile(
            rf"(?<![A-Za-zÀ-ÿ])((?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Madam|Sra?"
            rf"|Srta|Dona|Dom|Herr|Frau|Mme|Monsieur|Madame|Se[ñn]ora?)\.?["
            rf" ](?:{_FULL}|{_CAPITALS}))"
        ),
        0.75,
        (
            "mr",
            "mrs",
            "sra",
            "srta",
            "ms",
            "miss",
            "mx",
            "dr",
            "prof",
            "sir ",
            "madam ",
            "sr",
            "dona ",
            "dom ",
            "herr ",
            "frau ",
            "mme ",
            "monsieur ",
            "madame ",
            "señor",
            "senor",
        ),
        _titled,
    ),
    Rule(
        "person_dear",
        "PERSON",
        re.compile(
            rf"(?<![A-Za-zÀ-ÿ])(?:[Dd]ear|[Pp]rezad[oa]|[Cc]ar[oa]|[Ll]iebe[r]?"
            rf"|[Cc]h[eè]re?)[ ]({_FULL}|{_CAPITALS})"
        ),
        0.7,
        ("dear ", "prezad", "caro ", "cara ", "liebe", "cher", "chèr"),
        _name,
    ),
    Rule(
        "person_greeting",
        "PERSON",
        re.compile(
            rf"(?:^|[\n.!?]\s?|[\"“])(?:[Hh]i|[Hh]ello|[Hh]ey|[Oo]l[aá]|[Oo]i"
            rf"|[Hh]allo|[Bb]onjour|[Gg]ood (?:morning|afternoon|evening))["
            rf" ,]{{1,2}}({_FULL})(?=\s?[,!.:;–-]|\s?$)"
        ),
        0.6,
        (
            "hi ",
            "hello",
            "hey ",
            "hey,",
            "hi,",
            "olá",
            "ola ",
            "oi ",
            "oi,",
            "hallo",
            "bonjour",
            "good morning",
            "good afternoon",
            "good evening",
        ),
        _name,
    ),
    Rule(
        "person_my_name",
        "PERSON",
        re.compile(
            rf"(?<![A-Za-zÀ-ÿ])(?i:my (?:full |first |last )?name(?:'s|’s|"
            rf" is|:)|(?:the )?name(?:'s| is| on the (?:order|account|card"
            rf"|package) is)|(?:customer|recipient|cardholder|contact|full"
            rf"|first|last|account)[ ]?(?:name)?[:：]|name[:：]"
            rf"|(?:name )?is under|under the name(?: of)?|meu nome [eé]|me"
            rf" chamo|nome(?: completo)?[:：]|em nome d[eao]|mein name ist"
            rf"|ich hei(?:ß|ss)e|je m'appelle|me llamo|call me|known as)[ ]{{0,2}}({_FULL}"
            rf"|{_CAPITALS})"
        ),
        0.75,
        (
            "name",
            "nome",
            "recipient",
            "cardholder",
            "customer",
            "contact",
            "full",
            "is under",
            "me chamo",
            "ich hei",
            "je m'",
            "me llamo",
            "call me",
            "known as",
        ),
        _name,
    ),
    Rule(
        "person_my_name_lower",
        "PERSON",
        re.compile(
            rf"(?<![A-Za-zÀ-ÿ])(?i:my (?:full )?name(?:'s|’s| is)|meu nome"
            rf" [eé]|me chamo|mein name ist|je m'appelle)[ ]({_ANY_CASE})"
        ),
        0.65,
        ("my name", "my full name", "meu nome", "me chamo", "mein name", "je m'"),
        _name,
    ),
    Rule(
        "person_ask_for",
        "PERSON",
        re.compile(
            rf"(?<![A-Za-zÀ-ÿ])(?i:ask(?:ing|ed)? for|speak(?:ing)? (?:to|with)"
            rf"|spoke (?:to|with)|talk(?:ed|ing)? (?:to|with)|attn\.?:?|attention:?"
            rf"|c/o|deliver(?:ed)? (?:it )?to|ship(?:ped)? (?:it )?to|addressed"
            rf" to|send (?:it )?to|signed for by|signed by|signed:?|helped"
            rf" by|served by"
            rf"|contact|on behalf of|leave (?:it )?with|falar com|aos cuidados"
            rf" d[eao]|a/c|entregar (?:para|a)|this is|greetings from|yours(?:"
            rf" truly| sincerely| faithfully)?|sou [oa])[ ]({_FULL})"
        ),
        0.65,
        (
            "ask",
            "asked",
            "asking",
            "speak",
            "spoke",
            "talk",
            "attn",
            "attention",
            "c/o",
            "deliver",
            "ship",
            "address",
            "send",
            "signed",
            "helped by",
            "served by",
            "contact",
            "on behalf",
            "leave",
            "falar com",
            "cuidados",
            "a/c",
            "entregar",
            "this is",
            "greetings from",
            "yours",
            "sou ",
        ),
        _name,
    ),
    Rule(
        "person_signature",
        "PERSON",
        re.compile(
            rf"(?i:(?<![A-Za-zÀ-ÿ])(?:(?:kind|best|warm|many)?[ ]?regards|sincerely"
            rf"|cheers|best wishes|yours truly|many thanks|thanks(?: again)?"
            rf"|thank you(?: very much)?|love|xoxo|signed|atenciosamente|att\.?"
            rf"|abra[cç]os?|obrigad[oa]|grat[oa]|gr[uü](?:ß|ss)e|cordialement)"
            rf"|--|—)\s?[,.!]?\s{{0,3}}(?:\n\s?)?[-–—]?\s?({_FULL})(?=[.!]?\s*$"
            rf"|\n)"
        ),
        0.65,
        (
            "regards",
            "sincerely",
            "cheers",
            "wishes",
            "truly",
            "thanks",
            "thank you",
            "love,",
            "xoxo",
            "signed",
            "atenciosamente",
            "att",
            "abraço",
            "abraco",
            "obrigad",
            "grato",
            "grata",
            "grüße",
            "grüsse",
            "gruss",
            "cordialement",
            "--",
            "—",
        ),
        _name,
        tail=90,
    ),
    Rule(
        "person_signed_dash",
        "PERSON",
        re.compile(r"(?:^|[.!?]\s?|\n)[-–—~]{1,2}[ ]?([A-Z][a-z]+(?:[ ][A-Z](?:[a-z]+|\.))?)\s*$"),
        0.55,
        (" -", "\n-", "–", "—", "~"),
        _name,
        tail=60,
    ),
)
