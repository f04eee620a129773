"""How people write what a customer's row says: variants of names, phones, e-mails, addresses and dates."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from privgen.anonymize.data_files import wordlist
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
    "的了在是到我你您他她说收签取来去想要和也就都吧呢啊吗呀哦啦嘛给用买下电手这那已没不很对会能请跟有还又让把"
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
    split = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text))
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
    surname = next((s for s in COMPOUND if name.startswith(s)), name[:1])
    given = name[len(surname) :]
    if len(name) >= 2:
        yield Variant(squeeze(name), "PERSON")
    if len(given) >= 2:
        yield Variant(squeeze(given), "PERSON")
    if surname in COMPOUND or surname in SINGLE:
        for title in (*TITLES.split("|"), "总", "姐", "哥", "姨", "叔", "工", "大夫", "女生", "先生/女士"):
            yield Variant(squeeze(surname + title), "PERSON")
            if given:
                yield (
                    Variant(squeeze(given[-1] + title), "PERSON")
                    if len(title) == 1
                    else Variant(squeeze(given + title), "PERSON")
                )
        for before in "小老阿":
            yield Variant(before + surname, "PERSON", _not_before_han)
            if given:
                yield Variant(before + given[-1], "PERSON", _not_before_han)
    if len(given) == 2:
        yield Variant(given[0] + given[0], "PERSON", _not_before_han)
        yield Variant(given[1] + given[1], "PERSON", _not_before_han)


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
    if len(squeeze(local)) >= 5 and (re.search(r"[0-9._-]", local) or len(local) >= 9):
        yield Variant(squeeze(local), "EMAIL_ADDRESS")


def _addresses(value: str) -> Iterator[Variant]:
    text = unicodedata.normalize("NFKC", value).strip()
    seen = {squeeze(text)}
    parts = [part.strip() for part in re.split(r"[,;\n，、；]", text) if part.strip()]
    if re.search("[\u3400-\u9fff]", text):
        seen |= set(_chinese_address(_CUT.sub("", text)))
    else:
        runs = {" ".join(parts[i:j]) for i in range(len(parts)) for j in range(i + 1, len(parts) + 1)}
        seen |= {squeeze(form) for run in runs if _specific(run) for form in _street_forms(run)}
    for piece in seen:
        if len(piece) >= (4 if re.search("[\u3400-\u9fff]", piece) else 6):
            yield Variant(piece, "ADDRESS")
    for number in re.findall(r"(?<![0-9])[0-9]{5}-?[0-9]{3}(?![0-9])|(?<![0-9])[0-9]{5,6}(?![0-9])", text):
        yield Variant(squeeze(number), "POSTCODE")


def _chinese_address(address: str) -> Iterator[str]:
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
    forms |= {f"{y % 100:02}年{m}月{d}日", f"{y % 100:02}年{m}月{d}号"}
    for name in (month, month[:3]):
        forms |= {f"{name}{d}{y}", f"{name}{d:02}{y}", f"{d}{name}{y}", f"{d:02}{name}{y}", f"{y}{name}{d}"}
        forms |= {f"{name}{d}{end}{y}" for end in ("st", "nd", "rd", "th")}
        forms |= {f"{d}{end}{of}{name}{y}" for end in ("st", "nd", "rd", "th") for of in ("", "of")}
    yield from (Variant(squeeze(form), "DATE_OF_BIRTH") for form in forms)


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
            r"(?:尾号|后四位|末四位|ending(?: in| with)?|last (?:four|4)(?:"
            r" digits)?|final)(?: is| are|是|为|[:：])?\s?$",
            text[max(0, start - 28) : start],
            re.IGNORECASE,
        )
    )


def _near_at(text: str, start: int, end: int) -> bool:
    return "@" in text[start:end]


_MAKERS: dict[str, Callable[[str], Iterator[Variant]]] = {
    "name": _names,
    "phone": _phones,
    "email": _emails,
    "address": _addresses,
    "birth_date": _birth_dates,
}
