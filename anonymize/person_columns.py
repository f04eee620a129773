"""Columns of free tables that tell who the person of a row is, by their names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from privgen.anonymize.customers import CustomerIndex
from privgen.anonymize.headers import identifier_of, part_of_a_name
from privgen.anonymize.scrubber import Scrubber
from privgen.errors import DataError, RowError
from privgen.rawfiles import RawFile
from privgen.schema import Row
from privgen.tables import table_path

CUSTOMER_ID = "customer_id"
"""The column that says whose row it is; its cells become keyed pseudonyms, the same as in a run."""


def tells_of_a_person(columns: Iterable[str]) -> bool:
    """Whether two columns have the names of identifiers, or one has and there is a `customer_id`."""
    return sum(column == CUSTOMER_ID or identifier_of(column) is not None for column in columns) > 1


def identifiers_in(row: Mapping[str, Any]) -> dict[str, Any]:
    """Identifier (name, phone, ...) to what the columns of a row say of it; parts of a name are joined."""
    found: dict[str, Any] = {}
    parts: list[str] = []
    for column, value in row.items():
        name = identifier_of(column)
        if (
            name is None
            or value == ""
            or isinstance(value, bool)
            or not isinstance(value, str | int | dt.date)
        ):
            continue
        if name == "name" and part_of_a_name(column):
            parts.append(str(value))
        else:
            found.setdefault(name, value)
    return {"name": " ".join(parts), **found} if parts else found


def check_names(names: Iterable[str], scrubber: Scrubber, path: Path) -> None:
    """Check that no column name holds personal data, as the first row of a file without a header would.

    Raises:
        DataError: One does, or two are the same.
    """
    seen: set[str] = set()
    for place, name in enumerate(names, 1):
        if scrubber.find(name):
            raise DataError(f"{path}: the name of column {place} holds personal data; give the file a header")
        if name in seen:
            raise DataError(f"{path}: column {place} has the name of another column")
        seen.add(name)


def read_customers(folder: Path) -> CustomerIndex | None:
    """The identifiers of the customers of a folder; None without a `customers` file with a `customer_id`.

    Rows that cannot be read are left out; scrubbing that file sets them aside.

    Raises:
        DataError: The file cannot be read at all.
    """
    path = table_path(folder, "customers")
    if path is None or "customer_id" not in RawFile(path).columns():
        return None
    return CustomerIndex(_customers(path))


def _customers(path: Path) -> Iterator[Row]:
    for _, row in RawFile(path).rows():
        if isinstance(row, RowError) or row.get("customer_id") in (None, ""):
            continue
        yield identifiers_in(row) | {CUSTOMER_ID: str(row[CUSTOMER_ID])}
