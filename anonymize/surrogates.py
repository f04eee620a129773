"""Made-up values that keep the language and the format of the real one; equal for equal values and key.

A surrogate is drawn by HMAC-SHA512 from the key and the canonical value, and written into the format of the
value at hand. Where there is a range for fiction, or one that cannot be given out, it comes from there:

- e-mail and links at example.com, .net, .org (RFC 2606); IP addresses for documentation (RFC 5737, RFC 3849);
  MAC addresses 00-00-5E-00-53-xx (RFC 7042);
- identity and credit codes with a valid check digit and an area 99 99 that no county has (GB/T 2260);
- card, IBAN, CPF and CNPJ numbers whose check digit is wrong, because a right one might be a stranger's;
- US social security numbers of area 666, NHS numbers that begin with 999, plates with the letter I: none is
  issued;
- telephone numbers: see `surrogate_phones`.

Other numbers and codes keep their shape (digit for digit, letter for letter in its case) and are somebody's
only by chance. What has no surrogate (a name in another script) gets a pseudonym instead.

Guarantees: the surrogate is not the value and does not hold it. It is not a pseudonym to join by: two values
may get the same surrogate, the sooner the fewer there are to choose from (a hundred thousand US numbers).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from privgen.anonymize import surrogate_numbers, surrogate_people, surrogate_phones, surrogate_places
from privgen.anonymize.date_text import read_date
from privgen.anonymize.dateshift import shift, shift_text
from privgen.anonymize.draw import Draw
from privgen.anonymize.normalise import normalise
from privgen.anonymize.tokens import canonical
from privgen.anonymize.variant import squeeze

_TRIES = 50
_LONGEST = 300
"""Longer values are no name, number or address: they get a pseudonym."""
_MOST_DAYS = 183

Maker = Callable[[Draw, str], str]
"""Writes a surrogate into the format of a value; "" if it cannot."""


class Surrogates:
    """Makes surrogates with one key; its repr shows no key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        """Say what it is without the key."""
        return "Surrogates()"

    def surrogate(self, entity_type: str, value: str) -> str:
        """The surrogate of a value; "" if there is none of its kind."""
        plain = normalise(value).text
        if len(plain) > _LONGEST:
            return ""
        maker = _MAKERS.get(entity_type, surrogate_numbers.shaped)
        # the letters of a code are its shape, also those that normalising takes for digits (L100, O100)
        form = value if value.isascii() and maker in surrogate_numbers.OF_CODES else plain
        real = squeeze(plain)
        for attempt in range(_TRIES):
            made = maker(Draw(self._key, entity_type, _subject(entity_type, plain), attempt), form)
            if not made:
                return ""
            if value not in made and not (real and real in squeeze(made)):
                return made
        return ""


def _subject(entity_type: str, plain: str) -> str:
    """What is drawn for: the same for all writings of a value."""
    if entity_type == "PHONE_NUMBER":
        return surrogate_phones.national(plain)
    if entity_type in ("DATE_OF_BIRTH", "DATE_TIME"):
        found = read_date(plain)
        return found.date.isoformat() if found else plain
    return canonical(entity_type, plain)


def _date(draw: Draw, value: str) -> str:
    """The same date for all its writings, up to half a year away."""
    by = (1 + draw.below(_MOST_DAYS)) * (1 if draw.below(2) else -1)
    found = read_date(value)
    return shift_text(value, by) if found and shift(found.date, by) else ""


def _age(draw: Draw, value: str) -> str:
    """Another age of the same ten years."""
    found = re.search("[0-9]{1,3}", value)
    if found is None:
        return ""
    years = int(found[0])
    other = years - years % 10 + (years + 1 + draw.below(9)) % 10
    return value[: found.start()] + str(other) + value[found.end() :]


_MAKERS: Mapping[str, Maker] = {
    "AGE": _age,
    "DATE_OF_BIRTH": _date,
    "DATE_TIME": _date,
    "PERSON": surrogate_people.person,
    "EMAIL_ADDRESS": surrogate_people.email,
    "PHONE_NUMBER": surrogate_phones.phone,
    "ADDRESS": surrogate_places.address,
    "LOCATION": surrogate_places.location,
    **surrogate_numbers.MAKERS,
}
