"""Rules for Chinese names that a role, a verb or a place in a list tells, with the family name as the gate.

What these rules take is made of a family name and of characters that given names are made of; so the words
around need say less than in the other files. After a word for a person or a verb that a person follows,
anything may come next; after a preposition, before a verb, and in a list, more is asked for.
"""

from __future__ import annotations

import re

from privgen.anonymize.names_cn_cues import (
    DID,
    DOUBTFUL,
    MEASURES,
    ROLES,
    SAYS,
    THINGS,
    VERBS,
    WITH,
    behind,
    words_behind,
)
from privgen.anonymize.names_cn_parts import (
    BEGIN,
    BRANDS,
    COMPOUNDS,
    FOREIGN,
    GIVEN,
    HAN,
    LAST,
    MARK,
    NEXT,
    NOT_LAST,
    PEOPLE,
    SECOND,
    TYPICAL,
    WORDS,
    full_name,
)
from privgen.anonymize.rules import CJK, Rule
from privgen.anonymize.rules_cn_words import one_of
from privgen.anonymize.surnames import COMMON, COMPOUND, SINGLE

_LAST = "".join(char for char in TYPICAL if char not in NOT_LAST)
_GIVEN = f"(?:(?!{NEXT})[{TYPICAL}])?(?!{NEXT})[{_LAST}]"
_REST = f"(?:[{SECOND}](?<={COMPOUNDS}){_GIVEN}儿?|(?<=[{COMMON}]){_GIVEN})"
_SURE = f"(?:{BEGIN}{_REST}|{FOREIGN})"
_NAMES = (*COMMON, *COMPOUND)
_DOTS = ("·", "•", "・")
_OPEN = f"(?<![{CJK}A-Za-z])"
_PERSON = "[机住约票订理行用系办责护托保诉修养领持主付款购买提取收寄发送签卡]人"
_STAFF = [f"工号[0-9A-Z]{{{size}}}{of}" for size in range(2, 9) for of in ("", "的")]
_ROLE = [
    *words_behind(ROLES),
    *(f"{word}{link}" for word in ("[员者主]", _PERSON) for link in ("", "[ :是为叫]")),
    "(?<!专)[男女]士[ :]",
]
_CUED = behind("[叫祝找请放搁存刻送致]", "[叫祝找请放搁存刻送致][ :]", *_ROLE, *words_behind(VERBS), *_STAFF)
_ALONE = f"(?<![{CJK}A-Za-z].)"
_GAPS = ("", " ", "  ")
_LINE = behind(*(f"{mark}{gap}" for mark in ("^", "[\\n。!;~|、/&]") for gap in _GAPS))
_ITEM = behind(
    *(f"[0-9]{gap}[.、):]{more}" for gap in ("", " ") for more in ("", " ")),
    *("^[0-9]", "^[0-9] ", "^[0-9]{2}", "^[0-9]{2} ", "[\\n;。][0-9]", "接龙[0-9]"),
)
_HELLO = behind(*(f"[好嗨喽罗嘿哈]{gap}" for gap in ("", "[,!~ ]", "[,!~] ")))
_CLASS = behind(*(f"{number}[班组队部科系]" for number in ("[0-9一二三四五六七八九十)]", "[0-9)] ")))
_END = f"(?=[ ]?(?:{MARK}|在(?:吗|么|不|嘛)|[你您我吗]))"


_GIVEN_WORDS = frozenset(
    [
        "建国",
        "爱国",
        "卫国",
        "国庆",
        "建军",
        "解放",
        "和平",
        "安然",
        "自强",
        "文明",
        "光明",
        "志强",
        "立新",
        "国强",
    ]
)
"""Words that are given names, too."""
_TOLD_WORDS = frozenset(WORDS) - _GIVEN_WORDS


def sure(value: str) -> int:
    """Length of a name of which neither the whole nor a part is a word; it may end a character earlier."""
    if value[:2] in COMPOUND or "·" in value or len(value) == 2:
        return _whole(value)
    return _whole(value) or (0 if value in WORDS or value in BRANDS else _whole(value[:2]))


def _whole(name: str) -> int:
    if name in PEOPLE:
        return len(name)
    if name[0] in DOUBTFUL and (name[-1] not in LAST if len(name) == 2 else name[1:] in _TOLD_WORDS):
        return 0
    return full_name(name)


def _rare(value: str) -> int:
    """As `sure` for any family name: nothing of it is a word."""
    if value[-1] in NOT_LAST or (len(value) == 2 and value[-1] not in LAST):
        return 0
    return 0 if {value, value[1:], value[:2]} & _TOLD_WORDS or value in BRANDS else len(value)


def _rule(name: str, pattern: str, triggers: tuple[str, ...] = _NAMES, *, digit: bool = False) -> Rule:
    return Rule(
        f"person_cn_{name}", "PERSON", re.compile(pattern, re.MULTILINE), 0.55, triggers, sure, digit=digit
    )


_AROUND = (
    f"{_CUED}{_REST}",
    f"(?<=[{WITH}].){_REST}(?=[ ]?(?:{DID}))",
    f"{_ALONE}{_REST}(?=[ ]?(?:{SAYS}))",
    rf"(?<=[\[【“\"'‘(].){_REST}(?=[\]】”\"'’)])",
    f"{_LINE}{_REST}(?=[ ]?(?:[:、/|&·-]|[ ][0-9]{{1,2}}:[0-9]{{2}}|[ ]20[0-9]{{2}}[-/年]|$))",
    rf"{behind('[】)]', '] ', '】 ', '^')}{_REST}"
    r"(?=[,，!！:~ ]{1,2}(?:[您你]|麻烦|请|快递|包裹|订单|凭|已|取件|速|尽快|有|我))",
    f"{_HELLO}{_REST}{_END}",
    f"{_CLASS}{_REST}(?=[ ]?(?:{MARK}|的|同学|{DID}))",
)
"""What stands around names that need no other sign: tried in turn, at each beginning of a name."""

RULES = (
    _rule("around", f"{BEGIN}(?:{'|'.join(_AROUND)})"),
    _rule(
        "foreign",
        rf"(?:{one_of(f'{ROLES}|{VERBS}')}[ :]?|(?<=[叫祝找请放搁存刻送致]))({FOREIGN})",
        _DOTS,
    ),
    _rule(
        "foreign_does",
        rf"(?:(?<=[{WITH}])|{_OPEN})({FOREIGN})(?=[ ]?(?:{SAYS}|[,:、/|&”\]】]|$))",
        _DOTS,
    ),
    Rule(
        "person_cn_rare",
        "PERSON",
        re.compile(
            rf"[{SINGLE}](?:{behind(*_ROLE, '叫', '名:', '名字叫')}[{TYPICAL}]{{1,2}}(?={MARK})"
            rf"|(?<=叫.)[{TYPICAL}]{{2}}|(?<=[\[【].)[{TYPICAL}]{{1,2}}(?=[\]】])"
            r")",
            re.MULTILINE,
        ),
        0.55,
        (":", "叫", "[", "【", "员", "主", "者", "人", "客"),
        _rare,
    ),
    Rule(
        "person_cn_called",
        "PERSON",
        re.compile(rf"(?<=[一个位人]叫)([{SINGLE}]{GIVEN}{{1,2}})(?=的|{MARK}|{DID})"),
        0.6,
        ("个叫", "位叫", "人叫", "一叫"),
        full_name,
    ),
    _rule("numbered", f"{BEGIN}{_ITEM}{_REST}(?=[ ,+:(0-9]|{MARK})", digit=True),
    _rule("counted", rf"{_OPEN}({_SURE})(?=[ ]?\+[ ]?[0-9])", ("+",)),
    _rule(
        "order_list",
        rf"^({_SURE})(?=[ ]{{1,2}}{HAN}{{1,8}}[0-9一两二三四五六七八九十半]{{1,4}}[ ]?[{MEASURES}])",
        tuple(MEASURES),
    ),
    Rule(
        "age_cn_named",
        "AGE",
        re.compile(
            rf"(?:{_OPEN}|{one_of(ROLES)}|我叫|叫){_SURE}[, (]{{0,2}}(?:今年|[男女][, ])?[ ]?"
            r"([1-9][0-9]?[ ]?周?岁半?)"
        ),
        0.6,
        ("岁",),
        digit=True,
    ),
    _rule(
        "person_data",
        rf"{_OPEN}({_SURE})(?=[,、 ]{{0,2}}(?:[(]?[男女](?![{CJK}])|[0-9]{{1,2}}周?岁|身份证|护照))",
        ("男", "女", "岁", "身份证", "护照"),
    ),
    _rule(
        "any_label",
        rf"(?<![{CJK}])(?!{HAN}{{0,4}}(?:{THINGS})){HAN}{{2,6}}:[ ]?({_SURE}){MARK}",
        (":",),
    ),
    _rule(
        "asked_for",
        rf"(?:喂[,， ]?(?:是|请问是)?|请问是|请问|[你您]是|找)({_SURE})(?=吗|吧|么|嘛|本人)",
        ("吗", "吧", "么", "嘛", "本人"),
    ),
    _rule(
        "dated",
        rf"(?:^|[\n。!~])[ ]{{0,2}}({_SURE})[ ,]{{0,3}}"
        r"(?=[0-9]{4}[年./-][0-9]{1,2}[月./-][0-9]{1,2}日?\s*$)",
        ("年", "-", "/", "."),
        digit=True,
    ),
    _rule(
        "sides",
        rf"(?<![A-Za-z])(?i:from|to|attn|name|receiver|buyer|cc)[ ]?[:]?[ ]?({_SURE}){MARK}",
        ("from", "to", "attn", "name", "receiver", "buyer", "cc"),
    ),
    _rule("cells", rf"(?:人|姓名|名字|昵称)[,，]({_SURE}){MARK}", ("人,", "名,", "字,", "称,")),
    _rule(
        "private",
        rf"(?:个人(?:抬头|发票|开票)?|抬头|实名)[,，:： ]{{1,2}}({_SURE}){MARK}",
        ("个人", "抬头", "实名"),
    ),
)
