"""Checksums: each function tells whether a string holds a valid number; separators are ignored."""

from __future__ import annotations

import datetime as dt
import re

from privgen.anonymize.data_files import wordlist

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_PROVINCES = frozenset(
    str(code)
    for block in ((11, 16), (21, 24), (31, 38), (41, 47), (50, 55), (61, 66), (71, 72), (81, 84))
    for code in range(*block)
)
_NOT_DIGIT = re.compile("[^0-9]")
_NOT_ALNUM = re.compile("[^0-9A-Za-z]")
_SEPARATORS = re.compile(r"[\s().,/-]+")

IBAN_LENGTHS = {pair[:2]: int(pair[3:]) for pair in wordlist("iban_lengths")}
"""Length of an IBAN by country. Source: SWIFT IBAN registry (ISO 13616)."""


def compact(value: str) -> str:
    """`value` without spaces, dots, hyphens, brackets and slashes, in upper case."""
    return _SEPARATORS.sub("", value).upper()


def only_digits(value: str) -> str:
    """The ASCII digits of `value`.

    >>> only_digits("138-0013 8000")
    '13800138000'
    """
    return _NOT_DIGIT.sub("", value)


def luhn(value: str) -> bool:
    """Luhn check of a digit string. Source: ISO/IEC 7812-1, annex B.

    >>> luhn("4111 1111 1111 1111")
    True
    """
    digits = compact(value)
    if not digits.isdecimal() or len(set(digits)) == 1:
        return False
    total = 0
    for place, char in enumerate(reversed(digits)):
        digit = int(char) * (1 + place % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def cn_id_card(value: str) -> bool:
    """Chinese resident identity number: area, real birth date, check digit. Source: GB 11643-1999.

    >>> cn_id_card("11010519491231002X")
    True
    """
    number = _NOT_ALNUM.sub("", value.replace("×", "X")).upper()
    if len(number) != 18 or not number[:17].isdecimal() or number[:2] not in _PROVINCES:
        return False
    if not _is_date(number[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    return _ID_CHECKS[total % 11] == number[17]


def cn_uscc(value: str) -> bool:
    """Chinese unified social credit code: check character over 31 symbols. Source: GB 32100-2015.

    >>> cn_uscc("91350100M000100Y43")
    True
    """
    code = compact(value)
    if len(code) != 18 or any(char not in _USCC for char in code):
        return False
    total = sum(_USCC.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17]))
    return _USCC[-total % 31] == code[17]


def iban_length(value: str) -> int:
    """Number of leading characters of `value` that are a valid IBAN, 0 if none. Source: ISO 13616.

    >>> iban_length("DE89 3704 0044 0532 0130 00 and")
    27
    """
    wanted = IBAN_LENGTHS.get(value[:2].upper(), 0)
    taken = ""
    for place, char in enumerate(value):
        if char.isalnum():
            taken += char.upper()
        if wanted and len(taken) == wanted:
            number = "".join(str(int(char, 36)) for char in taken[4:] + taken[:4])
            return place + 1 if int(number) % 97 == 1 else 0
    return 0


def cpf(value: str) -> bool:
    """Brazilian natural person's number: two check digits modulo 11. Source: Receita Federal.

    >>> cpf("529.982.247-25")
    True
    """
    digits = compact(value)
    if len(digits) != 11 or not digits.isdecimal() or len(set(digits)) == 1:
        return False
    return all(_mod11(digits[:n], range(n + 1, 1, -1)) == int(digits[n]) for n in (9, 10))


def cnpj(value: str) -> bool:
    """Brazilian company's number, digits or letters and digits: two check digits modulo 11.

    >>> cnpj("11.444.777/0001-61")
    True
    """
    code = compact(value)
    if len(code) != 14 or not code.isalnum() or not code.isascii() or not code[12:].isdecimal():
        return False
    weights = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    return all(_mod11(code[:n], weights[13 - n :]) == int(code[n]) for n in (12, 13)) and len(set(code)) > 1


def s10(value: str) -> bool:
    """International postal item number (two letters, nine digits, country). Source: UPU S10-12.

    >>> s10("RR473124829CN")
    True
    """
    code = compact(value)
    if not re.fullmatch(r"[A-Z]{2}[0-9]{9}[A-Z]{2}", code):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(code[2:10], _S10_WEIGHTS, strict=True))
    return {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11) == int(code[10])


def _mod11(code: str, weights: range | tuple[int, ...]) -> int:
    rest = sum((ord(char) - 48) * weight for char, weight in zip(code, weights, strict=True)) % 11
    return 0 if rest < 2 else 11 - rest


def _is_date(digits: str) -> bool:
    try:
        born = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return 1850 < born.year < 2100
