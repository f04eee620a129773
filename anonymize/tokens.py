"""Keyed pseudonyms: the same value and key give the same token in every table, file, process and run."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable

from privgen.anonymize.normalise import normalise
from privgen.anonymize.rules import TOKEN
from privgen.anonymize.variant import squeeze

_DIGIT_RUN = re.compile("[0-9]{4}")
_TITLES = re.compile(
    r"(?i)^(?:mr|mrs|ms|miss|mx|dr|prof|sra?|srta|dona|herr|frau|mme)\.?\s+|(?:先生|女士|小姐|太太|夫人)$"
)


class Tokens:
    """Makes pseudonyms with one key; its repr shows no key.

    Guarantees: HMAC-SHA256 over entity type and canonical value. Whoever does not hold the key cannot tell
    which value a token stands for, nor test a guess; whoever holds it can test guesses (it is a pseudonym,
    not anonymous).
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        """Say what it is without the key."""
        return "Tokens()"

    def token(self, entity_type: str, value: str) -> str:
        """The replacement of a value: `<TYPE_` and ten hex digits that hold no run of four decimals `>`."""
        return f"<{entity_type}_{self._hex(entity_type, canonical(entity_type, value))}>"

    def identifier(self, column: str, value: str) -> str:
        """The pseudonym of a row identifier: first letter of the column, `_`, 16 hex digits."""
        return f"{column[0]}_{self._digest(column, value)[:16]}"

    def _hex(self, entity_type: str, value: str) -> str:
        """Ten hex digits that start with a letter and could not hide a number."""
        for attempt in range(1000):
            digest = self._digest(entity_type, f"{attempt}\0{value}" if attempt else value)
            for cut in range(0, 50, 10):
                part = digest[cut : cut + 10]
                if part[0] > "9" and not _DIGIT_RUN.search(part):
                    return part
        raise RuntimeError("no token found")  # chance below 2 ** -1000

    def _digest(self, kind: str, value: str) -> str:
        message = f"{kind}\0{value}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, message, hashlib.sha256).hex()


def is_token(text: str) -> bool:
    """Whether `text` is a replacement that privgen wrote."""
    return TOKEN.fullmatch(text) is not None


def canonical(entity_type: str, value: str) -> str:
    """The form in which equal values are equal: case, width, spacing and punctuation do not matter.

    >>> canonical("PHONE_NUMBER", "+86 138-0013-8000") == canonical("PHONE_NUMBER", "13800138000")
    True
    >>> canonical("EMAIL_ADDRESS", "Ann@Shop.com")
    'ann@shop.com'
    """
    plain = normalise(value).text
    return _FORMS.get(entity_type, squeeze)(plain) or plain.casefold()


def _phone(value: str) -> str:
    """Digits with the country code of China where the number is a Chinese mobile; else the digits."""
    digits = re.sub("[^0-9]", "", re.split(r"(?i)\s?(?:x|ext)", value)[0])
    digits = digits[2:] if digits.startswith("00") else digits
    if re.fullmatch("(?:86)?1[3-9][0-9]{9}", digits):
        return "86" + digits[-11:]
    if re.fullmatch("1?[2-9][0-9]{2}[2-9][0-9]{6}", digits):
        return "1" + digits[-10:]
    return digits.lstrip("0")


def _email(value: str) -> str:
    text = unicodedata.normalize("NFKC", value).casefold()
    text = re.sub(r"\s*[\[({<]\s*(?:at|arroba|@)\s*[\])}>]\s*|\s+(?:at|arroba)\s+|艾特|\s*@\s*", "@", text)
    return re.sub(
        r"\s*[\[({<]?\s*(?:(?<![a-z])dot(?![a-z])|(?<![a-z])ponto(?![a-z])|点|\.)\s*[\])}>]?\s*", ".", text
    ).strip()


def _person(value: str) -> str:
    return squeeze(_TITLES.sub("", value))


def _birth_date(value: str) -> str:
    parts = re.findall("[0-9]+", value)
    if len(parts) == 3 and len(parts[0]) == 4:
        try:
            return dt.date(int(parts[0]), int(parts[1]), int(parts[2])).isoformat()
        except ValueError:
            pass
    return squeeze(value)


_FORMS: dict[str, Callable[[str], str]] = {
    "PHONE_NUMBER": _phone,
    "EMAIL_ADDRESS": _email,
    "PERSON": _person,
    "DATE_OF_BIRTH": _birth_date,
}
