"""Whether the words around a piece of a known name say that it is meant as a name."""

from __future__ import annotations

import re

from privgen.anonymize.data_files import wordlist
from privgen.anonymize.pinyin import is_word
from privgen.anonymize.variant import squeeze

AMBIGUOUS = wordlist("ambiguous_names")
_AFTER_NAME = (
    "的了在是到我你您他她说收签取来去想要和也就都吧呢啊吗呀哦啦嘛给用买下电手这那已没不很对会能"
    "请跟有还又让把谢寄发打回联处问查帮领验退换辛先后前昨今明麻好行吃穿试做为付觉一反只刚正才总早晚喜挺超等同改家下选订催确可自"
)
_SENTENCE_END = re.compile(r"(?<=[A-Za-zÀ-ɏ]{2})[.!?;:。！？]\s")


def spelled(text: str, start: int, end: int) -> bool:
    """A full or given name in Latin letters that is no English word, or is written as a name."""
    found = text[start:end]
    alone = text[start].isupper() or len(found.split()) > 2 or _in_chinese(text, start, end)
    return one_sentence(text, start, end) and (alone or not is_word(found))


def shortened(text: str, start: int, end: int) -> bool:
    """A family name with initials counts in one word that is none of English, or with a capital."""
    return text[start].isupper() or not (" " in text[start:end] or is_word(text[start:end]))


def initials(text: str, start: int, end: int) -> bool:
    """Initials in capitals, three of them, dotted, or after a word for a name."""
    found = text[start:end]
    return found.isupper() and (len(found) >= 3 or called(text, start, end) or _in_chinese(text, start, end))


def family(text: str, start: int, end: int) -> bool:
    """A family name in Latin letters with a title before or after it."""
    after = re.match(
        r"[ ]?(?:先生|女士|小姐|总|老师|xiansheng|nvshi|xiaojie|jie|ge|laoshi|zong)(?![a-z])",
        text[end : end + 12],
    )
    return after is not None or after_title(text, start, end)


def called(text: str, start: int, end: int) -> bool:
    """Whether the words around say that a word is meant as a name."""
    return bool(
        re.search(
            r"(?:收货人|收件人|联系人|寄件人|姓名|名字|户名|叫|我是|这是|是|给|找|为|让|写|帮|由|替|转告|联系|亲爱的|尊敬的|客户|本人|署名|[:：@~—-]"
            r"|(?:name|dear|hi"
            r"|hello|mr|ms|mrs)\.?)"
            r"[:： ]{0,2}$",
            text[max(0, start - 12) : start],
            re.IGNORECASE,
        )
        or re.match(
            r"[ ]?(?:先生|女士|小姐|老师|同学|收(?![到据费])|您好|你好|本人|[,， ]?1[3-9][0-9])",
            text[end : end + 6],
        )
    )


def _in_chinese(text: str, start: int, end: int) -> bool:
    """Whether Chinese characters stand on both sides."""
    around = (text[start - 1 : start], text[end : end + 2].lstrip(".")[:1])
    return all("\u4e00" <= char <= "\u9fff" for char in around if char) and any(around)


def one_sentence(text: str, start: int, end: int) -> bool:
    """Whether no sentence ends within."""
    return not _SENTENCE_END.search(text, start, end)


def capital(text: str, start: int, end: int) -> bool:
    """Whether it opens with a capital."""
    return text[start].isupper()


_MODALS = frozenset(("may", "will", "mark"))
_SUBJECT = re.compile(
    r"\s*(?:[,.!?;:)\n，。]|$|['’]s|(?:is|was|has|had|will|would|said|says|asked|called|signed|and"
    r"|picked|wants|at|on|who)\b)"
)
"""What follows such a word where it is a name, and not a verb or the name of a month."""


_IN_MONTH = re.compile(
    r"(?<![A-Za-z])(?:in|of|since|until|till|early|late|mid|last|next|this)[ -]?$", re.IGNORECASE
)


def capital_name(text: str, start: int, end: int) -> bool:
    """An ambiguous word counts in capitals where it opens no sentence, or after a title or a greeting."""
    if after_title(text, start, end):
        return True
    word = text[start:end]
    if not text[start].isupper():
        return False
    before = text[:start].rstrip()
    opens = not before or before[-1] in '.!?\n"“。！？-–—~*:'
    if word.lower() in _MODALS and (_IN_MONTH.search(before) or not _SUBJECT.match(text, end)):
        return False
    return squeeze(word) not in AMBIGUOUS or (not opens and not word.isupper())


def given_initial(text: str, start: int, end: int) -> bool:
    """A given name and the first letter of the family name, both in capitals and apart."""
    return text[start].isupper() and text[end - 1].isupper() and not text[end - 2].isalpha()


def after_title(text: str, start: int, end: int) -> bool:
    """Whether a title or a greeting stands before, or a verb that only a person follows."""
    before = text[max(0, start - 20) : start].lower()
    return bool(
        re.search(
            r"(?:mr|mrs|ms|miss|mx|dr|sra?|srta|dona|dear|hi|hello|hey|name is|name's|prezad[oa]"
            r"|ask for|asked for|(?:left|leave it) with|give (?:it|this|the [a-z]+) to|named|c/o)\.?[ ]?$",
            before,
        )
    )


def dotted(text: str, start: int, end: int) -> bool:
    """Initials count only in capitals with a dot."""
    return "." in text[start : end + 1] and text[start].isupper()


def not_before_han(text: str, start: int, end: int) -> bool:
    """Whether no Chinese word goes on after it."""
    return end >= len(text) or not "\u4e00" <= text[end] <= "\u9fff" or text[end] in _AFTER_NAME
