"""How people write a phone number and an e-mail address that they know from a row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from privgen.anonymize.variant import Variant, squeeze

_COUNTRY_CODES = ("86", "852", "886", "351", "55", "44", "49", "33", "91", "1", "34", "39", "81", "82", "61")


def phones(value: str) -> Iterator[Variant]:
    """Variants of a phone number with or without its country code."""
    text = unicodedata.normalize("NFKC", value)
    main, *extension = re.split(r"(?i)ext\.?|x|转|分机|#", text)
    digits = re.sub(r"[^0-9]", "", main)
    if len(digits) < 6:
        return
    if extension and (inner := re.sub(r"[^0-9]", "", extension[-1])):
        numbers = {digits, digits.lstrip("0"), digits[-8:], digits[-7:]}
        forms = (
            number + link + inner for number in numbers for link in ("", "转", "转分机", "分机", "ext", "x")
        )
        yield from (Variant(form, "PHONE_NUMBER") for form in forms if len(form) > 8)
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


def emails(value: str) -> Iterator[Variant]:
    """Variants of an e-mail address, spelled out or in part."""
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
