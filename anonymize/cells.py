"""Scrub the cells of free tables, with what their own row and the customers table tell of a customer."""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from privgen.anonymize.customers import CustomerIndex
from privgen.anonymize.json_text import NotJsonError, edit_json
from privgen.anonymize.known import KnownIdentifiers
from privgen.anonymize.person_columns import CUSTOMER_ID, identifiers_in, tells_of_a_person
from privgen.anonymize.scrubber import Known, Scrubber, ScrubResult
from privgen.anonymize.settings import looks_alike
from privgen.anonymize.tokens import is_token
from privgen.anonymize.typed_cells import TypedCells
from privgen.errors import ScrubError

_PSEUDONYM = re.compile("c_[0-9a-f]{16}")
_ESCAPE = re.compile(r"\\[u/]")
MIN_DIGITS = 7
"""Shorter numbers say nothing without words around them, and a number cell has none."""


@dataclass(slots=True)
class Tally:
    """What became of the records of a block, by their number from 1; never a value."""

    found: dict[int, Counter[tuple[str, str]]] = field(default_factory=dict)
    residual: dict[int, Counter[str]] = field(default_factory=dict)
    rejects: dict[int, str] = field(default_factory=dict)

    def reject(self, record: int, reason: str) -> None:
        """Set a record aside; what was found in it no longer counts."""
        self.rejects.setdefault(record, reason)
        self.found.pop(record, None)
        self.residual.pop(record, None)


class CellScrubber:
    """Scrubs single cells into a tally.

    Args:
        scrubber: What finds and replaces.
        table: Name of the table, for a policy that has rules for it.
        columns: Scrub only these; empty for all.
        customers: Identifiers by customer id, from the customers table beside the file.
    """

    def __init__(
        self,
        scrubber: Scrubber,
        table: str | None = None,
        columns: Collection[str] = (),
        customers: CustomerIndex | None = None,
    ) -> None:
        self.scrubber = scrubber
        self._table = table if table in scrubber.policy.tables else None
        self._columns = frozenset(columns)
        self._customers = customers
        self._typed = TypedCells(scrubber.operators, scrubber.policy)

    def wants(self, column: str) -> bool:
        """Whether a column is to be scrubbed; "" stands for what is in no column, and always is."""
        return not self._columns or not column or column in self._columns

    def text(self, value: str, record: int, column: str, known: Known, tally: Tally) -> str:
        """The scrubbed text of a cell; a text that is JSON with escapes is read and scrubbed inside.

        Raises:
            ScrubError: The record must be set aside.
        """
        if column == CUSTOMER_ID:
            return self._customer(value, record, tally)
        if value[:1] in ("{", "[") and _ESCAPE.search(value):
            with contextlib.suppress(NotJsonError):  # a text like others
                value = edit_json(value, lambda text, _: self._text(text, record, column, known, tally))
        return self._text(value, record, column, known, tally)

    def number(self, value: float | str, record: int, column: str, known: Known, tally: Tally) -> str | None:
        """The scrubbed text of a number cell that holds personal data, or None if it stays a number.

        Raises:
            ScrubError: The record must be set aside.
        """
        digits = whole_digits(value)
        if column == CUSTOMER_ID:
            return self._customer(digits or str(value), record, tally)
        if len(digits) < MIN_DIGITS:
            return None
        text = self._text(digits, record, column, known, tally)
        return None if text == digits else text

    def identifiers(self, row: Mapping[str, Any]) -> Known:
        """What is known of the person of a row: from the customers table, else from the row itself.

        A row tells of a person when it has at least two columns with the names of identifiers, or one and
        a `customer_id`.
        """
        customer_id = str(row.get(CUSTOMER_ID) or "") or None
        if self._customers is not None and customer_id and customer_id in self._customers:
            return self._customers.known(customer_id)
        if not tells_of_a_person(row):
            return KnownIdentifiers({}, customer_id) if customer_id else None
        values = identifiers_in(row)
        return KnownIdentifiers(values, customer_id) if values else None

    def _customer(self, value: str, record: int, tally: Tally) -> str:
        """The pseudonym of a customer id: what a run writes under the same key and policy."""
        if _PSEUDONYM.fullmatch(value) or is_token(value):
            return value
        tally.found.setdefault(record, Counter())[CUSTOMER_ID, "CUSTOMER_ID"] += 1
        return self._typed.identifier(CUSTOMER_ID, value)

    def _text(self, value: str, record: int, column: str, known: Known, tally: Tally) -> str:
        result = checked(self.scrubber, value, known, self._table, column)
        if result.spans:
            counts = tally.found.setdefault(record, Counter())
            counts.update((column, span.entity_type) for span in result.spans)
            left = leftovers(self.scrubber, result.text, self._table, column)
            tally.residual.setdefault(record, Counter()).update(left)
        return result.text


def checked(
    scrubber: Scrubber,
    value: str,
    known: Known,
    table: str | None,
    column: str,
    customer: str | None = None,
) -> ScrubResult:
    """Scrub a text and look once more at what was not replaced.

    Raises:
        ScrubError: Something is still found there.
    """
    result = scrubber.scrub(value, known, table=table, column=column, customer=customer)
    if not result.spans:
        return result
    left = scrubber.find(result.blanked(), known, table=table, column=column)
    if left:
        raise ScrubError(
            f"column {column}: {left[0].entity_type} still found after scrubbing; the record is held back"
        )
    return result


def leftovers(scrubber: Scrubber, text: str, table: str | None, column: str) -> Iterator[str]:
    """Entity types that a fresh scan of a scrubbed text finds.

    Types that the policy replaces by look-alikes do not count, nor does what would stay as it is: `checked`
    knew the place of each replacement and refused a text with something left beside them.
    """
    for span in scrubber.find(text, table=table, column=column):
        setting = scrubber.policy.setting(span.entity_type, table, column)
        value = text[span.start : span.end]
        if looks_alike(setting):
            continue
        if scrubber.operators.apply(setting, span.entity_type, value) != value:
            yield span.entity_type


def whole_digits(value: float | str) -> str:
    """The digits of a whole number without its sign; empty for other numbers.

    >>> [whole_digits(number) for number in (13800138000, 13800138000.0, 1.5, float("nan"))]
    ['13800138000', '13800138000', '', '']
    """
    if isinstance(value, str):
        value = int(value) if value.lstrip("-").isdigit() else float(value)
    if isinstance(value, float):
        if not value.is_integer() or abs(value) >= 1 << 63:
            return ""
        value = int(value)
    return json.dumps(abs(value))
