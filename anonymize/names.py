"""Rules for names in the contexts in which shops and customers write them, without a model."""

from __future__ import annotations

import re

from privgen.anonymize.data_files import wordlist
from privgen.anonymize.rules import CJK, DIGITS, Rule
from privgen.anonymize.surnames import COMPOUND, SINGLE, TITLED, TITLES

_HAN = "[\u4e00-\u9fff]"
_SURNAME = rf"(?:{'|'.join(COMPOUND)}|[{SINGLE}])"
_STOP = (
    "的了在是到我你他她它您和有就也都不说让给先女小老太夫吗呢吧啊呀哦很请这那个已未被把将电手联地收寄发签快"
    "订单号买下退换要想能会可今明昨"
)
_GIVEN = rf"(?:(?![{_STOP}]){_HAN})"
_CN_NAME = rf"{_SURNAME}[ ·]?{_GIVEN}(?:[ ]?{_GIVEN})?"
_CN_END = rf"(?={TITLES}|[^{CJK}]|[{_STOP}]|$)"
_CN_LABEL = (
    "收货人|收件人|联系人|寄件人|发件人|姓名|名字|本人姓名|户名|持卡人|开户名"
    "|(?:客户|顾客|买家|本人)(?=[:：])|署名|落款|我叫|名叫|叫做"
)

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
        "person_cn_label",
        "PERSON",
        re.compile(
            rf"(?:{_CN_LABEL})(?:的?(?:姓名|名字|名称))?(?:是|为|叫|[:：]|["
            rf" ]){{0,2}}[ ]?({_CN_NAME}){_CN_END}"
        ),
        0.8,
        ("人", "名", "客", "买家", "落款", "我叫", "叫做"),
    ),
    Rule(
        "person_cn_label_run",
        "PERSON",
        re.compile(
            rf"(?:收货人|收件人|联系人|寄件人|姓名|户名|持卡人)(?:是|为|[:：]"
            rf"|[ ]){{0,2}}[ ]?((?:{'|'.join(COMPOUND)}){_HAN}{{1,2}}|[{SINGLE}]{_HAN}{{1,2}})(?={TITLES}"
            rf"|[^{CJK}]|[{_STOP}]|$)"
        ),
        0.75,
        ("收货人", "收件人", "联系人", "寄件人", "姓名", "户名", "持卡人"),
    ),
    Rule(
        "person_cn_label_open",
        "PERSON",
        re.compile(
            rf"(?:收货人|收件人|联系人|寄件人|姓名|户名|持卡人|我叫|名叫)(?:是"
            rf"|为|[:：])?[ ]?((?:{'|'.join(COMPOUND)}){_GIVEN}{{1,2}}|[{SINGLE}]{_GIVEN}{{1,2}})"
        ),
        0.6,
        ("收货人", "收件人", "联系人", "寄件人", "姓名", "户名", "持卡人", "我叫", "名叫"),
    ),
    Rule(
        "person_cn_title",
        "PERSON",
        re.compile(
            rf"(?:(?:{'|'.join(COMPOUND)})|[{TITLED}])(?:{_GIVEN}{{1,2}})?(?:先生"
            rf"|女士|小姐(?!姐)|太太|夫人)|(?<![{CJK}])(?:{'|'.join(COMPOUND)}"
            rf"|[{TITLED}])(?:老师|师傅|经理|阿姨|叔叔|大姐|大哥|医生|主任)(?=[^{CJK}]"
            rf"|[你您，,好]|$)"
        ),
        0.7,
        tuple(TITLES.split("|")),
    ),
    Rule(
        "person_cn_before_phone",
        "PERSON",
        re.compile(
            rf"(?<![{CJK}])({_CN_NAME})(?=[ ,，:：/]{{0,2}}(?:电话|手机)?[:：]?(?:\+?86["
            rf" -]?)?1[3-9](?:[ -]?[0-9]){{9}}(?![0-9]))"
        ),
        0.6,
        DIGITS,
    ),
    Rule(
        "person_cn_i_am",
        "PERSON",
        re.compile(
            rf"我是({_CN_NAME})(?=[,，。 ]{{0,2}}(?:我的)?(?:电话|手机|订单|地址|收货|快递|微信|联系))"
        ),
        0.65,
        ("我是",),
    ),
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
