"""Values of personal data as people write them, each with a valid checksum of its own making.

Nothing here reads the rules of `privgen.anonymize`: the benchmark was written without looking at them.
"""

import re
import string
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

Make = Callable[[Random], str]

DATA = Path(__file__).with_name("scrub_data")


def lists(name: str) -> dict[str, list[str]]:
    """The lists of `scrub_data/<name>.toml`, one entry per line."""
    held = tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))
    return {key: [line.replace("⏎", "\n") for line in text.splitlines()] for key, text in held.items()}


WORDS = lists("values")
_SLOT = re.compile(r"<([a-z_]+|[0-9]+-[0-9]+)>")


def spelled(pattern: str, words: dict[str, list[str]], rng: Random) -> str:
    """`pattern` with `<name>` an entry of that list, itself spelled, and `<1-9>` a number of that range."""

    def choose(match: re.Match[str]) -> str:
        low, _, high = match[1].partition("-")
        return str(rng.randint(int(low), int(high))) if high else spelled(rng.choice(words[low]), words, rng)

    return _SLOT.sub(choose, pattern)


def spell(name: str, words: dict[str, list[str]]) -> Make:
    """A maker of entries of one list."""
    return lambda rng: spelled(f"<{name}>", words, rng)


DIGITS = string.digits
USCC_SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


def digits(rng: Random, count: int, first: str = DIGITS) -> str:
    """`count` digits of which the first is one of `first`."""
    return rng.choice(first) + "".join(rng.choices(DIGITS, k=count - 1))


def shaped(rng: Random, shape: str) -> str:
    """`shape` with every # a digit, every @ a capital letter and every ? a small one."""
    pick = {"#": DIGITS, "@": string.ascii_uppercase, "?": string.ascii_lowercase}
    return "".join(rng.choice(pick[char]) if char in pick else char for char in shape)


def shape(*shapes: str) -> Make:
    """A maker of one of some shapes, see `shaped`."""
    return lambda rng: shaped(rng, rng.choice(shapes))


def luhn(body: str) -> str:
    """`body` with its Luhn check digit."""
    total = 0
    for place, char in enumerate(reversed(body)):
        value = int(char) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def grouped(text: str, sizes: Sequence[int], separator: str) -> str:
    """`text` cut into groups; the last takes the rest."""
    parts, at = [], 0
    for size in sizes:
        parts.append(text[at : at + size])
        at += size
    return separator.join([part for part in (*parts, text[at:]) if part])


def wide(text: str) -> str:
    """ASCII as full-width forms."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "\u3000" if c == " " else c for c in text)


def birth(rng: Random) -> tuple[int, int, int]:
    """Year, month and day of birth of an adult."""
    return rng.randint(1945, 2006), rng.randint(1, 12), rng.randint(1, 28)


def id_card(rng: Random) -> str:
    """Resident identity card, GB 11643."""
    year, month, day = birth(rng)
    body = f"{rng.choice(WORDS['id_areas'])}{year}{month:02}{day:02}{digits(rng, 3)}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


def id_card_x(rng: Random) -> str:
    """An identity card that ends in a small x."""
    while not (card := id_card(rng)).endswith("X"):
        pass
    return card.lower()


def bad_id_card(rng: Random) -> str:
    """An identity card with a wrong check character, that is no payment card by accident either."""
    while True:
        body = id_card(rng)
        wrong = body[:-1] + rng.choice([c for c in DIGITS if c != body[-1]])
        if luhn(wrong[:-1]) != wrong:
            return wrong


def bank_card(length: int) -> Make:
    """UnionPay card."""
    heads = ("6217", "6222", "6228", "6225", "6230", "6214", "6226", "6221")
    return lambda rng: luhn((head := rng.choice(heads)) + digits(rng, length - 1 - len(head)))


def uscc(rng: Random) -> str:
    """Unified social credit code, GB 32100."""
    body = rng.choice(("91", "92", "93", "52", "12")) + rng.choice(WORDS["id_areas"])
    body += "".join(rng.choices(USCC_SYMBOLS, k=9))
    total = sum(USCC_SYMBOLS.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return body + USCC_SYMBOLS[-total % 31]


def mobile(rng: Random) -> str:
    """Chinese mobile number."""
    return rng.choice(WORDS["mobile_heads"]) + digits(rng, 8)


def landline(rng: Random) -> tuple[str, str]:
    """Chinese area code and number."""
    code = rng.choice(WORDS["city_codes"])
    return code, digits(rng, 8 if len(code) == 3 or rng.random() < 0.7 else 7, "2345678")


def plate(rng: Random) -> tuple[str, str]:
    """Head and number of a plate with one letter at most two."""
    body = list(digits(rng, 5))
    for place in rng.sample(range(5), rng.randint(0, 2)):
        body[place] = rng.choice(PLATE_LETTERS)
    return rng.choice(PROVINCES) + rng.choice(PLATE_LETTERS), "".join(body)


def green_plate(rng: Random) -> tuple[str, str]:
    """Head and number of a small new-energy car's plate."""
    return rng.choice(PROVINCES) + rng.choice(PLATE_LETTERS), rng.choice("DFABCEGHJK") + digits(rng, 5)


def card(rng: Random, heads: Sequence[str] = ("4", "51", "52", "55", "37", "6011", "2221")) -> str:
    """International payment card."""
    head = rng.choice(heads)
    return luhn(head + digits(rng, (14 if head == "37" else 15) - len(head)))


def card_groups(separator: str) -> Make:
    """A payment card in its usual groups."""

    def make(rng: Random) -> str:
        number = card(rng)
        return grouped(number, (4, 6, 5) if len(number) == 15 else (4, 4, 4, 4), separator)

    return make


def iban(rng: Random) -> str:
    """IBAN of one of a dozen countries."""
    form = rng.choice(WORDS["iban_shapes"])
    bank = shaped(rng, form[2:])
    number = "".join(str(int(char, 36)) for char in f"{bank}{form[:2]}00")
    return f"{form[:2]}{98 - int(number) % 97:02}{bank}"


def weighted(body: str, weights: Sequence[int]) -> int:
    """Weighted digit sum."""
    return sum(int(char) * weight for char, weight in zip(body, weights, strict=True))


def cpf(rng: Random) -> str:
    """Brazilian CPF, digits only."""
    body = digits(rng, 9)
    for start in (10, 11):
        body += str(weighted(body, range(start, 1, -1)) * 10 % 11 % 10)
    return body


def cnpj(rng: Random) -> str:
    """Brazilian CNPJ, digits only."""
    body = digits(rng, 8) + "0001"
    for weights in ((5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2), (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)):
        rest = weighted(body, weights) % 11
        body += str(0 if rest < 2 else 11 - rest)
    return body


def nhs(rng: Random) -> str:
    """UK NHS number."""
    while True:
        body = digits(rng, 9, "4679")
        check = (11 - weighted(body, range(10, 1, -1)) % 11) % 11
        if check < 10:
            return f"{body}{check}"


def ssn(rng: Random) -> str:
    """US social security number with hyphens."""
    area = rng.choice([*range(1, 666), *range(667, 773)])
    return f"{area:03}-{rng.randint(1, 99):02}-{rng.randint(1, 9999):04}"


def verhoeff(body: str) -> str:
    """`body` with its Verhoeff check digit (Aadhaar)."""

    def times(a: int, b: int) -> int:
        turned = (a + b) % 5 if b < 5 and a < 5 else 0
        if a < 5:
            return turned if b < 5 else 5 + (a + b - 5) % 5
        return 5 + (a - 5 - b) % 5 if b < 5 else (a - b) % 5

    first = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
    inverse = (0, 4, 3, 2, 1, 5, 6, 7, 8, 9)
    check = 0
    for place, char in enumerate(reversed(body), 1):
        value = int(char)
        for _ in range(place % 8):
            value = first[value]
        check = times(check, value)
    return body + str(inverse[check])


def aadhaar(rng: Random) -> str:
    """Indian Aadhaar number."""
    return verhoeff(digits(rng, 11, "23456789"))


def base58check(rng: Random) -> str:
    """A Bitcoin address of the first kind."""
    import hashlib

    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    data = b"\0" + rng.randbytes(20)
    data += hashlib.sha256(hashlib.sha256(data).digest()).digest()[:4]
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = alphabet[rest] + text
    return "1" + text


def email(rng: Random) -> str:
    """E-mail address."""
    first, last = rng.choice(WORDS["first"]), rng.choice(WORDS["last"])
    user = rng.choice(
        (f"{first}.{last}", f"{first}{last}", f"{first}_{last}", f"{first[0]}{last}", f"{last}.{first}")
    )
    user += rng.choice(("", "", str(rng.randint(1, 99)), str(rng.randint(1970, 2005)), "+shop"))
    return f"{user}@{rng.choice(WORDS['domains'])}"


def hidden_email(at: str, dot: str) -> Make:
    """An e-mail address with its signs in words."""

    def make(rng: Random) -> str:
        user, host = email(rng).replace("+shop", "").split("@")
        return (
            f"{user}{at}{host}".replace(".", dot)
            if rng.random() < 0.3
            else f"{user}{at}{host.replace('.', dot)}"
        )

    return make
