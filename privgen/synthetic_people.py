"""People of the synthetic marketplace: identities with valid checksums, consent choices and preferences."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from privgen.schema import Purpose

Lexicon = Mapping[str, Any]
CONSENT_RATES = {Purpose.PERSONALISATION: 0.9, Purpose.TRAINING: 0.85, Purpose.ANALYTICS: 0.7}
"""Share of customers who agree to each purpose."""


@dataclass(frozen=True, slots=True)
class Person:
    """One synthetic person: direct identifiers and consent."""

    customer_id: str
    identifiers: dict[str, str]
    birth_date: dt.date
    region: str
    consent: dict[str, str]

    def __repr__(self) -> str:
        """Identify by the invented number only."""
        return f"Person({self.customer_id})"


def person(lexicon: Lexicon, seed: int, number: int) -> Person:
    """The person with this number in the marketplace of this seed; the same one at every merchant."""
    rng = random.Random(f"person:{seed}:{number}")
    chinese = lexicon["language"] == "zh"
    family, given = rng.choice(lexicon["family_names"]), rng.choice(lexicon["given_names"])
    city, district, prefix = rng.choice(lexicon["cities"])
    house = rng.randint(1, 299)
    street = rng.choice(lexicon["streets"])
    zip_code = f"{prefix}{rng.randint(0, 999 if chinese else 99):0{3 if chinese else 2}d}"
    birth = dt.date(1950, 1, 1) + dt.timedelta(days=rng.randint(0, 20_000))
    local = f"user{number}x{rng.randint(10, 99)}" if chinese else f"{given}.{family}{number}".lower()
    email = f"{local.replace(chr(39), '')}@{rng.choice(lexicon['email_domains'])}"
    if chinese:
        name = family + given
        phone = f"1{rng.choice('35789')}{rng.randint(0, 9)}{rng.randint(0, 99_999_999):08d}"
        address = f"{city}{district}{street}{house}号{rng.randint(1, 30)}栋{rng.randint(101, 2204)}室"
    else:
        name = f"{given} {family}"
        phone = f"({rng.randint(201, 989)}) 555-{rng.randint(100, 199):04d}"
        address = f"{house} {street}, {city}, {district} {zip_code}"
    identifiers = {"PERSON": name, "PHONE_NUMBER": phone, "EMAIL_ADDRESS": email, "ADDRESS": address}
    identifiers |= _numbers(rng, birth)
    consent = {
        purpose.value: (dt.date(2027, 1, 1) + dt.timedelta(days=rng.randint(0, 700))).isoformat()
        for purpose, rate in CONSENT_RATES.items()
        if rng.random() < rate
    }
    return Person(f"cust-{number:08d}", identifiers, birth, zip_code, consent)


def _numbers(rng: random.Random, birth: dt.date) -> dict[str, str]:
    """Numbers that a person may write into a message, with valid check digits."""
    return {
        "ORDER_NUMBER": f"{rng.randint(10**13, 10**14 - 1)}",
        "CREDIT_CARD": luhn_number(rng, "62220" if rng.random() < 0.5 else "45320", 16),
        "CN_ID_CARD": resident_id(rng, birth),
        "WECHAT_ID": f"wx_{rng.choice('abcdefgh')}{rng.randint(10_000, 999_999)}",
    }


def luhn_number(rng: random.Random, prefix: str, length: int) -> str:
    """A card number whose last digit satisfies Luhn (ISO/IEC 7812-1 annex B)."""
    from stdnum import luhn

    body = prefix + "".join(rng.choices("0123456789", k=length - 1 - len(prefix)))
    return body + str(luhn.calc_check_digit(body))


def resident_id(rng: random.Random, birth: dt.date) -> str:
    """A resident identity number with its GB 11643 check character."""
    from stdnum.cn import ric

    area = rng.choice(("110101", "310104", "440106", "510104", "330106"))
    body = f"{area}{birth:%Y%m%d}{rng.randint(1, 999):03d}"
    return body + str(ric.calc_check_digit(body))
