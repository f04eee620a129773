"""How people write what a customer's row says, by kind of column."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from privgen.anonymize.known_addresses import addresses
from privgen.anonymize.known_contacts import emails, phones
from privgen.anonymize.known_dates import birth_dates
from privgen.anonymize.known_names import names
from privgen.anonymize.variant import Variant, squeeze

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

_MAKERS: dict[str, Callable[[str], Iterator[Variant]]] = {
    "name": names,
    "phone": phones,
    "email": emails,
    "address": addresses,
    "birth_date": birth_dates,
}


def variants(column: str, value: str) -> Iterator[Variant]:
    """Variants of the value of an identifier column; too short ones are left out."""
    entity_type = TYPES.get(column, "ID")
    make = _MAKERS.get(column)
    if make is not None:
        yield from make(value)
    elif len(squeeze(value)) >= 6:
        yield Variant(squeeze(value), entity_type)
