"""Made-up numbers and codes: same shape, and nobody's where the format allows to make sure of it."""

from __future__ import annotations

import datetime as dt
import re
import string
from collections.abc import Callable, Mapping

from privgen.anonymize import validators
from privgen.anonymize.draw import Draw, fill

_PROVINCES = (
    "11",
    "12",
    "13",
    "14",
    "21",
    "22",
    "31",
    "32",
    "33",
    "34",
    "35",
    "36",
    "37",
    "41",
    "42",
    "43",
    "44",
    "51",
)
_NOWHERE = "9999"
_HAN = "安春东方光海和华江金林明南平青山水天文西新兴阳永远云中"
_PREFIXED = re.compile("[A-Za-z]{1,4}(?=[0-9-])")
_URL = re.compile(r"((?:https?|ftp)://)?(www\.)?([^/?#]+)(.*)", re.IGNORECASE | re.DOTALL)


def shaped(draw: Draw, value: str) -> str:
    """Digit for digit and letter for letter in its case; everything else stays.

    Empty if there is nothing to change, or if a letter is of a script without a list.
    """
    made = re.sub("[0-9]+", lambda match: draw.other_digits(match[0]), value)
    made = re.sub("[^\\W0-9_]", lambda match: _letter(draw, match[0]), made)
    return "" if "\0" in made or made == value else made


def _letter(draw: Draw, char: str) -> str:
    if "\u3400" <= char <= "\u9fff":
        return draw.other(_HAN, char)
    if not char.isalpha() or char >= "\u0250":
        return "\0"
    return draw.other(string.ascii_uppercase if char.isupper() else string.ascii_lowercase, char)


def _prefixed(draw: Draw, value: str) -> str:
    """As `shaped`; the letters before the number stay: they name the carrier or the shop."""
    prefix = _PREFIXED.match(value)
    start = prefix.end() if prefix else 0
    rest = shaped(draw, value[start:])
    return value[:start] + rest if rest else ""


def _invalid(check: Callable[[str], int | bool], keep: int = 0) -> Callable[[Draw, str], str]:
    """A maker of numbers that keep the first characters and that the checksum refuses."""

    def make(draw: Draw, value: str) -> str:
        chars = validators.compact(value)
        while True:
            rest = shaped(draw, chars[keep:])
            if not rest:
                return ""
            if not check(chars[:keep] + rest):
                return fill(value, chars[:keep] + rest)

    return make


def _iban(draw: Draw, value: str) -> str:
    """Same country and length, with the check digits 00, which no account has."""
    chars = validators.compact(value)
    return fill(value, chars[:2] + "00" + shaped(draw, chars[4:]))


def _id_card(draw: Draw, value: str) -> str:
    """Right check digit, an area that no county has, a birth date of the years 1950 to 2004."""
    chars = validators.compact(value)
    born = dt.date(1950, 1, 1) + dt.timedelta(days=draw.below(20_000))
    head = draw.pick(_PROVINCES) + _NOWHERE
    if len(chars) == 15:
        return fill(value, head + f"{born:%y%m%d}" + draw.digits(3))
    body = head + f"{born:%Y%m%d}" + draw.digits(3)
    check = next(char for char in "0123456789X" if validators.cn_id_card(body + char))
    made = body + check
    return fill(value, made) if len(chars) == 18 else shaped(draw, value)


def _uscc(draw: Draw, value: str) -> str:
    """Right check character, an area that no county has."""
    chars = validators.compact(value)
    body = chars[:2] + draw.pick(_PROVINCES) + _NOWHERE + "".join(draw.pick(string.digits) for _ in range(9))
    checks = string.digits + string.ascii_uppercase
    check = next((char for char in checks if validators.cn_uscc(body + char)), "")
    return fill(value, body + check) if check and len(chars) == 18 else shaped(draw, value)


def _plate(draw: Draw, value: str) -> str:
    """Another plate of the form; its letter after the province is I, which is never issued."""
    rest = re.sub("[0-9]", lambda match: draw.other(string.digits, match[0]), value[2:])
    rest = re.sub("[A-Za-z]", lambda match: draw.other("ABCDEFGHJKLMNPQRSTUVWXYZ", match[0]), rest)
    return draw.other("京沪粤浙苏川鄂皖鲁豫湘赣闽桂陕", value[:1]) + "I" + rest


def _ssn(draw: Draw, value: str) -> str:
    return fill(value, "666" + draw.digits(6)) if len(validators.compact(value)) == 9 else shaped(draw, value)


def _nhs(draw: Draw, value: str) -> str:
    return (
        fill(value, "999" + draw.digits(7)) if len(validators.compact(value)) == 10 else shaped(draw, value)
    )


def _ip(draw: Draw, value: str) -> str:
    address, slash, bits = value.partition("/")
    if ":" in address:
        return "2001:db8:" + ":".join(f"{draw.below(1 << 16):x}" for _ in range(6)) + slash + bits
    return f"{draw.pick(('192.0.2', '198.51.100', '203.0.113'))}.{1 + draw.below(254)}" + slash + bits


def _mac(draw: Draw, value: str) -> str:
    made = f"00005e0053{draw.below(256):02x}"
    return fill(value, made.upper() if value.upper() == value else made)


def _uuid(draw: Draw, value: str) -> str:
    return re.sub("[0-9A-Fa-f]", lambda match: f"{draw.below(16):x}", value)


def _url(draw: Draw, value: str) -> str:
    """A link at example.com: scheme and www stay, and a path if there was one."""
    match = _URL.match(value)
    if match is None:
        return ""
    path = "/" + "".join(draw.pick(string.ascii_lowercase) for _ in range(8)) if match[4].strip("/?#") else ""
    host = draw.pick(("example.com", "example.net", "example.org"))
    return (match[1] or "") + (match[2] or "") + host + path


MAKERS: Mapping[str, Callable[[Draw, str], str]] = {
    "BR_CNPJ": _invalid(validators.cnpj),
    "BR_CPF": _invalid(validators.cpf),
    "CN_BANK_CARD": _invalid(validators.luhn, 2),
    "CN_ID_CARD": _id_card,
    "CN_PLATE": _plate,
    "CN_USCC": _uscc,
    "CREDIT_CARD": _invalid(validators.luhn, 1),
    "IBAN_CODE": _iban,
    "IP_ADDRESS": _ip,
    "MAC_ADDRESS": _mac,
    "ORDER_NUMBER": _prefixed,
    "TRACKING_NUMBER": _prefixed,
    "UK_NHS": _nhs,
    "URL": _url,
    "US_SSN": _ssn,
    "UUID": _uuid,
}
OF_CODES = (shaped, _prefixed)
"""Those that keep the letters and digits of a code in their places."""
