"""How people write a Chinese name that they know from a row: with titles, familiar words, or in pinyin."""

from __future__ import annotations

from collections.abc import Iterator

from privgen.anonymize.data_files import wordlist
from privgen.anonymize.known_name_contexts import called, family, initials, not_before_han, shortened, spelled
from privgen.anonymize.pinyin import spellings
from privgen.anonymize.surnames import COMPOUND, SINGLE, TITLES
from privgen.anonymize.variant import Variant, squeeze

_WORDS_CN = wordlist("common_words_cn")
_CN_TITLES = (
    *(
        *TITLES.split("|"),
        "总",
        "姐",
        "哥",
        "姨",
        "叔",
        "工",
        "嫂",
        "爷",
        "婶",
        "伯",
        "导",
        "董",
        "大夫",
        "女生",
        "男士",
        "店长",
        "老板",
    ),
    *(
        "大叔",
        "教授",
        "律师",
        "队长",
        "会计",
        "小哥",
        "同志",
        "主管",
        "校长",
        "护士",
        "司机",
        "客户",
        "亲",
        "先生/女士",
    ),
)


def chinese_name(name: str) -> Iterator[Variant]:
    """Variants of a name in Chinese characters, without spaces and marks."""
    name = squeeze(name)
    surname = next((s for s in COMPOUND if name.startswith(s) and len(name) > len(s)), name[:1])
    given = name[len(surname) :]
    if len(name) >= 2:
        yield Variant(name, "PERSON", called if name in _WORDS_CN else None)
    if len(given) >= 2:
        yield Variant(given, "PERSON", called if given in _WORDS_CN else None)
    if surname in COMPOUND or surname in SINGLE:
        yield from _addressed(surname, given)
    for char in given[-2:]:
        yield Variant(char + char, "PERSON", not_before_han)
    yield from _latin_name(surname, given)


def _addressed(surname: str, given: str) -> Iterator[Variant]:
    """A family or given name with a title after it or a familiar word before it."""
    for title in _CN_TITLES:
        rule = not_before_han if surname + title in _WORDS_CN else None
        yield Variant(squeeze(surname + title), "PERSON", rule)
        if given:
            alone = given[-1] + title if len(title) == 1 else given + title
            yield Variant(squeeze(alone), "PERSON", not_before_han if len(title) == 1 else None)
    for before in "小老阿大":
        for after in dict.fromkeys((surname, given[-1:], given)):
            if after:
                word = before + after in _WORDS_CN
                yield Variant(before + after, "PERSON", called if word else not_before_han)


def _latin_name(surname: str, given: str) -> Iterator[Variant]:
    """Pinyin of the name; the longer the spelling, the less must speak for it."""
    rules = {
        "full": spelled,
        "given": spelled,
        "short": shortened,
        "initials": initials,
        "surname": family,
    }
    for text, kind in spellings(surname, given):
        if len(text) >= 2:
            yield Variant(text, "PERSON", rules[kind], tail="." if kind == "initials" else "")
