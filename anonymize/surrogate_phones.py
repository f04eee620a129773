"""Made-up telephone numbers: same country and writing, in ranges for fiction or not given out where known.

| country | range | source |
|---|---|---|
| CN mobile | 160, 163, 164, 168, 169: given to no operator | phone metadata of libphonenumber |
| CN landline | same area, subscriber numbers that begin with 90 | no local number begins with 9 |
| US, CA | 555-0100 to 555-0199 of any area | NANPA, 555 line numbers |
| GB | 07700 900xxx, 020 7946 0xxx, 01xx 496 0xxx, 01632 960xxx | Ofcom, numbers for drama use |
| FR | 01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49, 06 39 98 | ARCEP, numbers for audiovisual works |
| DE | 0176 040690xx, 0171 39200xx, (0)30 23125xxx | Bundesnetzagentur, numbers for media |

Elsewhere the country code and the first digits stay and the others are drawn: somebody may have that number.
"""

from __future__ import annotations

import re

from privgen.anonymize.draw import Draw, fill
from privgen.anonymize.surrogate_people import names

_CODES = re.compile("1|7|20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9][0-9]{2}")
_EXTENSION = re.compile(r"(?i) ?(?:x|ext\.?|转|分机) ?[0-9]{1,5}$")
_CN_MOBILE = ("160", "163", "164", "168", "169")
_CN_LANDLINE = re.compile(r"(?:10|2[0-9]|[3-9][0-9]{2})(?=[2-8][0-9]{6,7}$)")
_CN_WRITING = re.compile(r"^(?:(?:\+|00)86.*|\(0?[0-9]{2,3}\).*|0?[0-9]{2,3}-.*)$")
_GB_LINES = ("1134960", "1144960", "1154960", "1164960", "1174960", "1184960", "1214960", "1314960")
_GB_WRITING = re.compile(r"\(?0(?:1[0-9]1|11[0-9])\)?[ -][0-9]{3}[ -][0-9]{4}|\(?01[0-9]{3}\)?[ -][0-9]{6}")
_FR_LINES = {"1": "19900", "2": "26191", "3": "35301", "4": "46571", "5": "53649", "6": "63998", "7": "63998"}


def phone(draw: Draw, value: str) -> str:
    """A number of the same country, length and writing; an extension gets other digits."""
    extension = _EXTENSION.search(value)
    body = value[: extension.start()] if extension else value
    lead, country, rest = _parts(body)
    made = _known(draw, country, rest)
    if not made and len(rest) > 3:
        stay = 1 if country else 2
        made = rest[:stay] + draw.other_digits(rest[stay:])
    if not made:
        return ""
    tail = re.sub("[0-9]+", lambda match: draw.other_digits(match[0]), extension[0]) if extension else ""
    return fill(body, lead + made) + tail


def national(value: str) -> str:
    """Country and national number, the same for all writings of a number.

    >>> national("+44 20 7946 0958") == national("020 7946 0958")
    True
    """
    _, country, rest = _parts(_EXTENSION.sub("", value))
    return f"{country} {rest}"


def _parts(body: str) -> tuple[str, str, str]:
    """Leading digits that stay (country code and trunk 0), the country's code, and the national number."""
    digits = "".join(char for char in body if char in "0123456789")
    abroad = body.lstrip(" (").startswith(("+", "00"))
    if abroad:
        start = 2 * digits.startswith("00")
        match = _CODES.match(digits, start)
        code = match[0] if match else digits[start : start + 1]
        start += len(code)
        start += digits[start : start + 1] == "0" and "(0)" in body  # +44 (0)20 ...
        return digits[:start], code, digits[start:]
    if re.fullmatch("(?:86)?1[3-9][0-9]{9}", digits):
        return digits[:-11], "86", digits[-11:]
    trunk = digits.startswith("0")
    rest = digits[trunk:]
    if _CN_LANDLINE.match(rest) and _CN_WRITING.match(body) and (trunk or "-" in body[:5]):
        return digits[:trunk], "86", rest
    if re.fullmatch("1?[2-9][0-9]{2}[2-9][0-9]{6}", digits) and not re.search("[0-9]{5}[ -][0-9]{5}", body):
        return digits[:-10], "1", digits[-10:]
    if trunk and len(rest) == 10 and (rest[0] in "27" or _GB_WRITING.match(body)):
        return "0", "44", rest
    if trunk and len(rest) == 9 and (rest[0] in "67" or re.search("(?:[ .-][0-9]{2}){4}$", body)):
        return "0", "33", rest
    return digits[:trunk], "", rest


def _known(draw: Draw, country: str, rest: str) -> str:
    if country == "86" and re.fullmatch("1[3-9][0-9]{9}", rest):
        return draw.pick(_CN_MOBILE) + draw.digits(8)
    area = _CN_LANDLINE.match(rest) if country == "86" else None
    if area:
        return area[0] + "90" + draw.digits(len(rest) - area.end() - 2)
    if country == "1" and len(rest) == 10:
        return draw.pick(names("area_us")) + "55501" + draw.digits(2)
    if country == "44" and len(rest) == 10:
        lines = {"7": ("7700900",), "2": ("2079460",)}.get(rest[0], ("1632960",))
        return draw.pick(_GB_LINES if re.match("1[0-9]1|11", rest) else lines) + draw.digits(3)
    if country == "33" and len(rest) == 9 and rest[0] in _FR_LINES:
        return _FR_LINES[rest[0]] + draw.digits(4)
    if country == "49" and len(rest) in (10, 11):
        if rest[0] == "1":
            return {10: "17139200", 11: "176040690"}[len(rest)] + draw.digits(2)
        return "3023125" + draw.digits(3) if len(rest) == 10 else ""
    return ""
