"""Cells whose column says what they hold: ids, identifiers, region, dates and numbers, by the policy."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from privgen.anonymize.generalise import band, place
from privgen.anonymize.known_variants import TYPES
from privgen.anonymize.operators import Operators
from privgen.anonymize.policy import PSEUDONYM_COLUMNS, Policy
from privgen.anonymize.settings import Encrypt, Generalise, Keep, Setting
from privgen.schema import IDENTIFIER_COLUMNS, TABLES, ColumnType, Row

_POSTCODE = re.compile(r"[0-9][0-9 -]{2,}[0-9]")
_GB_POSTCODE = re.compile(r"(?<![A-Za-z0-9])([A-Z]{1,2})[0-9][0-9A-Z]?(?: ?[0-9][A-Z]{2})?(?![A-Za-z0-9])")
_TIMES = (ColumnType.TIMESTAMP, ColumnType.DATE)
_NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER)


class TypedCells:
    """What a policy makes of typed cells.

    Ids become pseudonyms unless the policy encrypts them. Identifiers of the customers table go, unless the
    policy names their type or column; the default operator does not reach them. Dates and numbers stay,
    unless the policy names DATE_TIME or NUMBER.
    """

    def __init__(self, operators: Operators, policy: Policy) -> None:
        self._operators, self._policy = operators, policy
        self._dates = {table: _columns(table, _TIMES) for table in TABLES}
        self._numbers = {table: _columns(table, _NUMBERS) for table in TABLES}

    def scrub(self, table: str, row: Row) -> tuple[Row, dict[tuple[str, str], int]]:
        """The typed cells of a row that change, and counts by (column, entity type); ids are not counted."""
        clean: Row = {
            column: self.identifier(column, row[column], table)
            for column in PSEUDONYM_COLUMNS
            if row.get(column)
        }
        customer = row.get("customer_id")
        counted: dict[tuple[str, str], Any] = {}
        if table == "customers":
            clean["region"] = self._region(row["region"], customer)
            counted |= {
                (column, TYPES[column]): self._personal(column, row[column], customer)
                for column in IDENTIFIER_COLUMNS
                if row[column] is not None
            }
        counted |= self._dates_and_numbers(table, row, customer)
        clean |= {column: value for (column, _), value in counted.items()}
        return clean, dict.fromkeys(counted, 1)

    def identifier(self, column: str, value: str, table: str = "customers") -> str:
        """The pseudonym of an id of a row, or its encrypted form; equal in all tables with equal settings."""
        kind = "CUSTOMER_ID" if column == "customer_id" else "ID"
        if isinstance(self._policy.named(kind, table, column), Encrypt):
            return self._operators.cipher.encrypt(kind, value)
        return self._operators.tokens.identifier(column, value)

    def _personal(self, column: str, value: Any, customer: str | None) -> Any:
        """An identifier of the customers table; it never leaves in the clear."""
        setting = self._policy.named(TYPES[column], "customers", column)
        if setting is None or isinstance(setting, Keep):
            return None
        if isinstance(value, dt.date):
            return self._operators.apply_date(setting, value, customer)
        return self._operators.apply(setting, TYPES[column], value, customer) or None

    def _region(self, region: str | None, customer: str | None) -> str | None:
        setting = self._policy.named("LOCATION", "customers", "region")
        if not region or setting is None or (isinstance(setting, Generalise) and setting.place == "city"):
            return generalise_region(region)
        if isinstance(setting, Generalise):
            return place(region, "province") or None
        return self._operators.apply(setting, "LOCATION", region, customer) or None

    def _dates_and_numbers(self, table: str, row: Row, customer: str | None) -> dict[tuple[str, str], Any]:
        made: dict[tuple[str, str], Any] = {}
        for column in self._dates[table]:
            setting = self._named("DATE_TIME", table, column)
            if setting is not None and row[column] is not None:
                made[column, "DATE_TIME"] = self._operators.apply_date(setting, row[column], customer)
        for column in self._numbers[table]:
            setting = self._named("NUMBER", table, column)
            if isinstance(setting, Generalise) and row[column] is not None:
                made[column, "NUMBER"] = band(row[column], setting.band)
        return made

    def _named(self, entity_type: str, table: str, column: str) -> Setting | None:
        setting = self._policy.named(entity_type, table, column)
        return None if isinstance(setting, Keep) else setting


def generalise_region(region: str | None) -> str | None:
    """A region with postcodes cut to their first two or three characters; names of places stay.

    >>> [generalise_region(region) for region in ("01310-100 São Paulo", "SW1A 1AA", "北京 100080")]
    ['013 São Paulo', 'SW', '北京 10']
    """
    if not region:
        return region
    region = _GB_POSTCODE.sub(r"\1", region)
    return _POSTCODE.sub(lambda match: match[0][: 2 if len(match[0].strip()) == 6 else 3], region)


def _columns(table: str, types: tuple[ColumnType, ...]) -> tuple[str, ...]:
    """Columns of a type, the identifiers and the key numbers of a table left out."""
    own = {*IDENTIFIER_COLUMNS, *TABLES[table].key} - {"timestamp"}
    return tuple(c.name for c in TABLES[table].columns if c.type in types and c.name not in own)
