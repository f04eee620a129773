"""How people write what a customer's row says: variants of names, phones, e-mails, addresses and dates."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from privgen.anonymize.data_files import pairs, simplified, wordlist
from privgen.anonymize.pinyin import is_word, spellings
from privgen.anonymize.surnames import COMPOUND, SINGLE, TITLES

TYPES = {
    "name": "PERSON",
    "phone": "PHONE_NUMBER",
    "email": "EMAIL_ADDRESS",
    "address": "ADDRESS",
    "birth_date": "DATE_OF_BIRTH",
    "customer_id": "CUSTOMER_ID",
    "wechat": "WECHAT_ID",
    "qq": "QQ_ID",
}
"""Entity type of an identifier column; other columns are of type ID."""

_CUT = re.compile(r"[\W_]+")
_AMBIGUOUS = wordlist("ambiguous_names")
_NICKNAMES = {name: tuple(short.split(",")) for name, short in pairs("nicknames")}
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
_PARTICLES = frozenset(
    {
        "de",
        "da",
        "do",
        "dos",
        "das",
        "e",
        "y",
        "van",
        "von",
        "der",
        "den",
        "di",
        "del",
        "la",
        "le",
        "bin",
        "al",
    }
)
_COUNTRY_CODES = ("86", "852", "886", "351", "55", "44", "49", "33", "91", "1", "34", "39", "81", "82", "61")
_STREET_WORDS = dict(pair.split(":") for pair in wordlist("street_words"))
_CN_PARTS = re.compile(
    r".+?(?:自治区|特别行政区|街道|大道|大街|胡同|小区|花园|公寓|大厦|广场"
    r"|单元|号楼|号院|省|市|州|区|县|镇|乡|村|路|街|巷|弄|道|号|栋|幢|座|层"
    r"|楼|室|房|户|园|苑)|.+"
)
_CN_ADMIN = re.compile(r"(?:自治区|特别行政区|省|市|州|区|县)$")
_AFTER_NAME = (
    "的了在是到我你您他她说收签取来去想要和也就都吧呢啊吗呀哦啦嘛给用买下电手这那已没不很对会能"
    "请跟有还又让把谢寄发打回联处问查帮领验退换辛先后前昨今明麻好行吃穿试做为"
)
_SENTENCE_END = re.compile(r"(?<=[A-Za-zÀ-ɏ]{2})[.!?;:。！？]\s")
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTHS_PT = [
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
]


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to write an identifier, squeezed; `rule` decides on the text around and in the match.

    `tail` is covered too where it follows the match.
    """

    squeezed: str
    entity_type: str
    rule: Callable[[str, int, int], bool] | None = None
    tail: str = ""

    def fits(self, text: str, start: int, end: int) -> bool:
        """Whether the match at `[start, end)` of `text` stands for the identifier."""
        return self.rule is None or self.rule(text, start, end)

    def __repr__(self) -> str:
        """Name the type without showing the value."""
        return f"Variant({self.entity_type})"


def squeeze(text: str) -> str:
    """Letters and digits of `text`, case-folded, without accents.

    >>> squeeze("São-Paulo, 12")
    'saopaulo12'
    """
    if text.isascii():
        return _CUT.sub("", text.lower())
    split = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text)).translate(simplified()[1])
    return _CUT.sub("", "".join(char for char in split if not unicodedata.combining(char)).casefold())


def variants(column: str, value: str) -> Iterator[Variant]:
    """Variants of the value of an identifier column; too short ones are left out."""
    entity_type = TYPES.get(column, "ID")
    make = _MAKERS.get(column)
    if make is not None:
        yield from make(value)
    elif len(squeeze(value)) >= 6:
        yield Variant(squeeze(value), entity_type)


def _names(value: str) -> Iterator[Variant]:
    value = unicodedata.normalize("NFKC", value).strip()
    if re.search("[\u3400-\u9fff]", value):
        yield from _chinese_name(_CUT.sub("", value))
        return
    if "," in value:
        last, _, first = value.partition(",")
        value = f"{first.strip()} {last.strip()}"
    parts = [part for part in re.split(r"[\s.]+", value) if part]
    words = [part for part in parts if squeeze(part) not in _PARTICLES]
    if not words:
        return
    for text in _full_names(parts, words):
        if len(squeeze(text)) >= 3:
            yield Variant(squeeze(text), "PERSON", _one_sentence if len(words) > 1 else _capital)
    initials = "".join(word[0] for word in words)
    if len(initials) >= 2:
        yield Variant(squeeze(initials), "PERSON", _dotted, tail=".")
    for short in _NICKNAMES.get(squeeze(words[0]), ()):
        yield Variant(squeeze(short), "PERSON", _capital_name)
        if len(words) > 1:
            yield Variant(squeeze(short + words[-1]), "PERSON", _one_sentence)
    for place, word in enumerate(words):
        if len(squeeze(word)) >= 3:
            plain = squeeze(word) not in _AMBIGUOUS and place == 0 and len(squeeze(word)) >= 4
            yield Variant(squeeze(word), "PERSON", None if plain else _capital_name)
        elif len(squeeze(word)) == 2:
            yield Variant(squeeze(word), "PERSON", _after_title)


def _full_names(parts: list[str], words: list[str]) -> Iterator[str]:
    yield "".join(parts)
    yield "".join(words)
    first, last = words[0], words[-1]
    if len(words) > 1:
        yield from (first + last, last + first, last + "".join(words[:-1]))
        yield from (first[0] + last, last + first[0])
        yield from (a + b for a in words for b in words if a is not b and len(a) > 1 and len(b) > 1)
        yield "".join(word[0] for word in words[:-1]) + last
        if len(words) > 2:
            yield first + words[1][0] + last


def _chinese_name(name: str) -> Iterator[Variant]:
    name = squeeze(name)
    surname = next((s for s in COMPOUND if name.startswith(s) and len(name) > len(s)), name[:1])
    given = name[len(surname) :]
    if len(name) >= 2:
        yield Variant(name, "PERSON", _called if name in _WORDS_CN else None)
    if len(given) >= 2:
        yield Variant(given, "PERSON", _called if given in _WORDS_CN else None)
    if surname in COMPOUND or surname in SINGLE:
        yield from _addressed(surname, given)
    for char in given[-2:]:
        yield Variant(char + char, "PERSON", _not_before_han)
    yield from _latin_name(surname, given)


def _addressed(surname: str, given: str) -> Iterator[Variant]:
    """A family or given name with a title after it or a familiar word before it."""
    for title in _CN_TITLES:
        rule = _not_before_han if surname + title in _WORDS_CN else None
        yield Variant(squeeze(surname + title), "PERSON", rule)
        if given:
            called = given[-1] + title if len(title) == 1 else given + title
            yield Variant(squeeze(called), "PERSON", _not_before_han if len(title) == 1 else None)
    for before in "小老阿大":
        for after in dict.fromkeys((surname, given[-1:], given)):
            if after:
                word = before + after in _WORDS_CN
                yield Variant(before + after, "PERSON", _called if word else _not_before_han)


def _latin_name(surname: str, given: str) -> Iterator[Variant]:
    """Pinyin of the name; the longer the spelling, the less must speak for it."""
    rules = {
        "full": _spelled,
        "given": _spelled,
        "short": _shortened,
        "initials": _initials,
        "surname": _family,
    }
    for text, kind in spellings(surname, given):
        if len(text) >= 2:
            yield Variant(text, "PERSON", rules[kind])


def _phones(value: str) -> Iterator[Variant]:
    text = unicodedata.normalize("NFKC", value)
    digits = re.sub(r"[^0-9]", "", re.split(r"(?i)x|ext|转", text)[0])
    if len(digits) < 6:
        return
    national = {digits, digits.lstrip("0")}
    if text.lstrip().startswith(("+", "00")) or len(digits) > 11:
        bare = digits.lstrip("0")
        national |= {bare[len(code) :].lstrip("0") for code in _COUNTRY_CODES if bare.startswith(code)}
    longest = max(national, key=len)
    for number in national:
        if len(number) >= 6:
            yield Variant(number, "PHONE_NUMBER")
            yield Variant("0" + number, "PHONE_NUMBER")
    for code in _COUNTRY_CODES:
        if (
            longest.startswith(code)
            and len(longest) - len(code) >= 8
            and text.lstrip().startswith(("+", "00"))
        ):
            yield Variant("00" + longest, "PHONE_NUMBER")
            yield Variant(code + "0" + longest[len(code) :], "PHONE_NUMBER")
    if len(digits) == 11 and digits.startswith("1"):
        yield from (Variant(code + digits, "PHONE_NUMBER") for code in ("86", "0086"))
    if len(digits) >= 10:
        yield Variant(digits[-8:], "PHONE_NUMBER")
        yield Variant(digits[-7:], "PHONE_NUMBER")
        yield Variant(digits[-4:], "PHONE_NUMBER", _ending)


def _emails(value: str) -> Iterator[Variant]:
    address = unicodedata.normalize("NFKC", value).strip()
    local, at, domain = address.rpartition("@")
    if not at:
        return
    names = domain.split(".")
    for mark, dot in (
        ("", ""),
        ("at", "dot"),
        ("at", ""),
        ("", "dot"),
        ("arroba", "ponto"),
        ("艾特", "点"),
        ("圈", "点"),
    ):
        yield Variant(squeeze(local + mark + dot.join(names)), "EMAIL_ADDRESS")
        yield Variant(squeeze(dot.join(re.split(r"[.]", local)) + mark + dot.join(names)), "EMAIL_ADDRESS")
    yield Variant(squeeze(local + names[0]), "EMAIL_ADDRESS", _near_at)
    if len(squeeze(local)) >= 3 and re.search("[._-]", local):
        yield Variant(squeeze(local), "EMAIL_ADDRESS", _punctuated)
    if len(squeeze(local)) >= 5 and (re.search(r"[0-9._-]", local) or len(local) >= 9):
        yield Variant(squeeze(local), "EMAIL_ADDRESS")


def _addresses(value: str) -> Iterator[Variant]:
    text = unicodedata.normalize("NFKC", value).strip()
    seen = {squeeze(text)}
    parts = [part.strip() for part in re.split(r"[,;\n，、；]", text) if part.strip()]
    if re.search("[\u3400-\u9fff]", text):
        seen |= set(_chinese_address(squeeze(text).upper()))
    else:
        runs = {" ".join(parts[i:j]) for i in range(len(parts)) for j in range(i + 1, len(parts) + 1)}
        seen |= {squeeze(form) for run in runs if _specific(run) for form in _street_forms(run)}
    for piece in map(squeeze, seen):
        if len(piece) >= (4 if re.search("[\u3400-\u9fff]", piece) else 6):
            yield Variant(piece, "ADDRESS")
    for number in re.findall(r"(?<![0-9])[0-9]{5}-?[0-9]{3}(?![0-9])|(?<![0-9])[0-9]{5,6}(?![0-9])", text):
        yield Variant(squeeze(number), "POSTCODE")


def _doors(address: str) -> Iterator[str]:
    """Building, entrance and room in the short ways people write them."""
    found = re.search(
        r"([0-9A-Z]{1,4})(?:号楼|栋|幢|座|号)(?:([0-9]{1,2})单元)?(?:[0-9]{1,2}[层楼])?([0-9]{3,4})(?:室|房|号|户)?$",
        address,
    )
    if not found:
        return
    house, entrance, room = found.groups()
    for kind in ("号楼", "栋", "幢", "座", "号", ""):
        for middle in {f"{entrance}单元", entrance, ""} if entrance else {""}:
            for last in ("", "室", "房"):
                form = f"{house}{kind}{middle}{room}{last}"
                yield form
                if len(form) - len(house + room) > 1:
                    yield re.sub(
                        "[0-9]+",
                        lambda match: "".join("零一二三四五六七八九"[int(c)] for c in match[0]),
                        form,
                    )


def _chinese_address(address: str) -> Iterator[str]:
    yield from _doors(address)
    spelled = re.sub("[0-9]{1,2}(?![0-9])(?<![0-9]{3})", lambda match: _numeral(int(match[0])), address)
    if spelled != address and not re.search("[0-9]", spelled):
        yield spelled
    parts = _CN_PARTS.findall(address)
    for i in range(len(parts)):
        for j in range(i + 1, len(parts) + 1):
            run = parts[i:j]
            if not all(_CN_ADMIN.search(part) for part in run):
                yield squeeze("".join(run))
    for cut in (_CN_ADMIN.sub("", part) for part in parts[:3]):
        rest = address[address.find(cut) + len(cut) :]
        yield squeeze(cut + re.sub(r"^(?:省|市|区|县)", "", rest))


def _street_forms(part: str) -> Iterator[str]:
    """A street as written, with its words shortened or spelled out, and without the house number."""
    words = part.split()
    long = {short: word for word, short in _STREET_WORDS.items()}
    for table in ({}, _STREET_WORDS, long):
        form = [table.get(squeeze(word), word) for word in words]
        yield " ".join(form)
        if len(form) > 2 and form[0][:1].isdigit():
            yield " ".join(form[1:])
            yield " ".join((*form[1:], form[0]))


def _specific(run: str) -> bool:
    """Whether a run of address parts says more than a town or a country."""
    return bool(re.search(r"[0-9]", run)) or any(
        squeeze(word) in _STREET_WORDS or squeeze(word) in _STREET_WORDS.values() for word in run.split()
    )


def _birth_dates(value: str) -> Iterator[Variant]:
    try:
        born = dt.date.fromisoformat(value[:10])
    except ValueError:
        if len(squeeze(value)) >= 6:
            yield Variant(squeeze(value), "DATE_OF_BIRTH")
        return
    y, m, d = born.year, born.month, born.day
    month, mes = _MONTHS[m - 1], _MONTHS_PT[m - 1]
    forms = {
        f"{y}{m:02}{d:02}",
        f"{y}{m}{d}",
        f"{d:02}{m:02}{y}",
        f"{m:02}{d:02}{y}",
        f"{d}{m}{y}",
        f"{m}{d}{y}",
    }
    forms |= {
        f"{y}年{m}月{d}日",
        f"{y}年{m:02}月{d:02}日",
        f"{y}年{m}月{d}号",
        f"{y}年{m}月{d}",
        f"{d}de{mes}de{y}",
    }
    forms |= {
        f"{y % 100:02}年{m}月{d}日",
        f"{y % 100:02}年{m}月{d}号",
        f"{y}年{m}月",
        f"{y % 100:02}年{m}月{d}",
    }
    for year in (f"{y}", f"{y % 100:02}", "".join("零一二三四五六七八九"[int(c)] for c in str(y))):
        for day in (f"{_numeral(d)}", f"{d}"):
            forms |= {f"{year}年{_numeral(m)}月{day}{end}" for end in ("日", "号", "")}
    for name in (month, month[:3]):
        forms |= {f"{name}{d}{y}", f"{name}{d:02}{y}", f"{d}{name}{y}", f"{d:02}{name}{y}", f"{y}{name}{d}"}
        forms |= {f"{name}{d}{end}{y}" for end in ("st", "nd", "rd", "th")}
        forms |= {f"{d}{end}{of}{name}{y}" for end in ("st", "nd", "rd", "th") for of in ("", "of")}
    yield from (Variant(squeeze(form), "DATE_OF_BIRTH") for form in forms)
    days = {
        f"{m}月{d}日",
        f"{m}月{d}号",
        f"{m:02}月{d:02}日",
        f"{_numeral(m)}月{_numeral(d)}日",
        f"{_numeral(m)}月{_numeral(d)}号",
    }
    days |= {
        f"{month}{d}",
        f"{d}{month}",
        f"{month[:3]}{d}",
        f"{d}{month[:3]}",
        f"{m}{d}",
        f"{m:02}{d:02}",
        f"{d}de{mes}",
    }
    days |= {f"{month}{d}{end}" for end in ("st", "nd", "rd", "th")} | {f"{y % 100:02}{m:02}{d:02}"}
    yield from (Variant(squeeze(form), "DATE_OF_BIRTH", _birthday) for form in days)


def _numeral(number: int) -> str:
    """A number up to 99 in Chinese."""
    digits = "零一二三四五六七八九"
    tens = ("" if number < 10 else "十") if number < 20 else digits[number // 10] + "十"
    return tens + (digits[number % 10] if number % 10 or number < 10 else "")


def _birthday(text: str, start: int, end: int) -> bool:
    """A day of the year, or a short form of the date, counts beside a word for a birthday."""
    return bool(
        re.search(
            r"生日|出生|birth|born|aniversário|nasc|dob|d\.o\.b",
            text[max(0, start - 20) : start],
            re.IGNORECASE,
        )
        or re.match(r"\D{0,6}(?:生日|出生|生的|生人)|.{0,16}birthday", text[end : end + 28], re.IGNORECASE)
    )


def _spelled(text: str, start: int, end: int) -> bool:
    """A full or given name in Latin letters that is no English word, or is written as a name."""
    return _one_sentence(text, start, end) and (text[start].isupper() or not is_word(text[start:end]))


def _shortened(text: str, start: int, end: int) -> bool:
    """A family name with initials counts in one word that is none of English, or with a capital."""
    return text[start].isupper() or not (" " in text[start:end] or is_word(text[start:end]))


def _initials(text: str, start: int, end: int) -> bool:
    """Initials in capitals, three of them, dotted, or after a word for a name."""
    found = text[start:end]
    return found.isupper() and (len(found) >= 3 or _called(text, start, end))


def _family(text: str, start: int, end: int) -> bool:
    """A family name in Latin letters with a title before or after it."""
    after = re.match(
        r"[ ]?(?:先生|女士|小姐|总|老师|xiansheng|nvshi|xiaojie|jie|ge|laoshi|zong)(?![a-z])",
        text[end : end + 12],
    )
    return after is not None or _after_title(text, start, end)


def _called(text: str, start: int, end: int) -> bool:
    """Whether the words around say that a word is meant as a name."""
    return bool(
        re.search(
            r"(?:收货人|收件人|联系人|寄件人|姓名|名字|户名|叫|我是|这是|是|给|找|为|亲爱的|尊敬的|客户|本人|署名|[:：@~—-]|(?:name|dear|hi"
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


def _one_sentence(text: str, start: int, end: int) -> bool:
    return not _SENTENCE_END.search(text, start, end)


def _capital(text: str, start: int, end: int) -> bool:
    return text[start].isupper()


def _capital_name(text: str, start: int, end: int) -> bool:
    """An ambiguous word counts in capitals where it opens no sentence, or after a title or a greeting."""
    if _after_title(text, start, end):
        return True
    word = text[start:end]
    if not text[start].isupper():
        return False
    before = text[:start].rstrip()
    opens = not before or before[-1] in '.!?\n"“。！？'
    return squeeze(word) not in _AMBIGUOUS or (not opens and not word.isupper())


def _after_title(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 14) : start].lower()
    return bool(
        re.search(
            r"(?:mr|mrs|ms|miss|mx|dr|sra?|srta|dona|dear|hi|hello|hey|name is|name's|prezad[oa])\.?[ ]?$",
            before,
        )
    )


def _dotted(text: str, start: int, end: int) -> bool:
    """Initials count only in capitals with a dot."""
    return "." in text[start : end + 1] and text[start].isupper()


def _not_before_han(text: str, start: int, end: int) -> bool:
    return end >= len(text) or not "\u4e00" <= text[end] <= "\u9fff" or text[end] in _AFTER_NAME


def _ending(text: str, start: int, end: int) -> bool:
    return bool(
        re.search(
            r"(?:尾号|尾数|末尾|后四位|后4位|最后四位|最后4位|末四位|末4位"
            r"|手机尾|号码尾|结尾|ending(?: in| with)?|last (?:four|4)(?:"
            r" digits)?|final)(?: is| are|是|为|[:：])?\s?$",
            text[max(0, start - 28) : start],
            re.IGNORECASE,
        )
    )


def _punctuated(text: str, start: int, end: int) -> bool:
    return re.search("[._-]", text[start:end]) is not None


def _near_at(text: str, start: int, end: int) -> bool:
    return "@" in text[start:end]


_MAKERS: dict[str, Callable[[str], Iterator[Variant]]] = {
    "name": _names,
    "phone": _phones,
    "email": _emails,
    "address": _addresses,
    "birth_date": _birth_dates,
}
