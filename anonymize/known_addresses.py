"""How people write an address that they know from a row: whole, in part, shortened, with doors only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from privgen.anonymize.data_files import wordlist
from privgen.anonymize.numerals import numeral
from privgen.anonymize.variant import Variant, squeeze

_STREET_WORDS = dict(pair.split(":") for pair in wordlist("street_words"))
_CN_PARTS = re.compile(
    r".+?(?:自治区|特别行政区|街道|大道|大街|胡同|小区|花园|公寓|大厦|广场"
    r"|单元|号楼|号院|省|市|州|区|县|镇|乡|村|路|街|巷|弄|道|号|栋|幢|座|层"
    r"|楼|室|房|户|园|苑)|.+"
)
_NAMED = re.compile(r"[^0-9]{3,}(?=[0-9])|.+")
"""The name of an estate before the number of a building, which people leave out."""
_DOOR = re.compile(
    r"([0-9A-Z]{1,4})(?:号楼|栋|幢|座|号)(?:([0-9]{1,2})单元)?(?:[0-9]{1,2}[层楼])?([0-9]{3,4})(?:室|房|号|户)?$"
)
_WORDS_CN = wordlist("common_words_cn")
_CN_ADMIN = re.compile(r"(?:自治区|特别行政区|省|市|州|区|县)$")


def addresses(value: str) -> Iterator[Variant]:
    """Variants of an address, whole and in parts that say more than a town."""
    text = unicodedata.normalize("NFKC", value).strip()
    seen = {squeeze(text)}
    parts = [part.strip() for part in re.split(r"[,;\n，、；]", text) if part.strip()]
    if re.search("[\u3400-\u9fff]", text):
        seen |= set(_chinese_address(squeeze(text).upper()))
    else:
        runs = {" ".join(parts[i:j]) for i in range(len(parts)) for j in range(i + 1, len(parts) + 1)}
        seen |= {squeeze(form) for run in runs if _specific(run) for form in _street_forms(run)}
    for piece in map(squeeze, seen):
        if len(piece) >= (_least(piece) if re.search("[\u3400-\u9fff]", piece) else 6):
            yield Variant(piece, "ADDRESS")
    for number in re.findall(r"(?<![0-9])[0-9]{5}-?[0-9]{3}(?![0-9])|(?<![0-9])[0-9]{5,6}(?![0-9])", text):
        yield Variant(squeeze(number), "POSTCODE")


def _doors(address: str) -> Iterator[str]:
    """Building, entrance and room in the short ways people write them."""
    found = _DOOR.search(address)
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


def _least(piece: str) -> int:
    """Fewest characters of a piece of a Chinese address that is searched for."""
    return 3 if piece not in _WORDS_CN and not re.search("[0-9]", piece) else 4


def _chinese_address(address: str) -> Iterator[str]:
    yield from _doors(address)
    spelled = re.sub("[0-9]{1,2}(?![0-9])(?<![0-9]{3})", lambda match: numeral(int(match[0])), address)
    if spelled != address and not re.search("[0-9]", spelled):
        yield spelled
    parts = [piece for part in _CN_PARTS.findall(address) for piece in _NAMED.findall(part)]
    door = _DOOR.search(address)
    if door:
        numbers = "".join(number for number in door.groups() if number)
        lead = address[: door.start()]
        before = [piece for part in _CN_PARTS.findall(lead) for piece in _NAMED.findall(part)]
        for i in range(len(before)):
            yield "".join(before[i:]) + numbers
            yield "".join(before[i:]) + door[1] + door[3]
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
