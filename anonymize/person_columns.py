"""Columns of free tables that tell who the person of a row is, by their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from privgen.anonymize.customers import CustomerIndex
from privgen.anonymize.scrubber import Scrubber
from privgen.errors import DataError, RowError
from privgen.rawfiles import RawFile
from privgen.schema import IDENTIFIER_COLUMNS, Row
from privgen.tables import table_path

CUSTOMER_ID = "customer_id"
"""The column that says whose row it is; its cells become keyed pseudonyms, the same as in a run."""
_OTHER_NAMES = {
    "name": "full_name customer_name recipient receiver consignee 姓名 收货人 客户姓名 收件人 联系人",
    "phone": "phone_number mobile mobile_phone telephone tel cell 手机 手机号 手机号码 电话 联系电话",
    "email": "e-mail mail email_address 邮箱 电子邮箱 电子邮件 邮件",
    "address": "street_address shipping_address delivery_address 地址 收货地址 收件地址 联系地址",
    "birth_date": "birthday birthdate date_of_birth dob born 生日 出生日期",
}
IDENTIFIERS = {
    **{name: name for name in IDENTIFIER_COLUMNS},
    **{other: name for name, others in _OTHER_NAMES.items() for other in others.split()},
}
"""Column names, in lower case, that are taken for an identifier of the row's person."""


def identifier_of(column: str) -> str | None:
    """The identifier (name, phone, ...) that a column of this name holds, or None."""
    return IDENTIFIERS.get(column.strip().lower().replace(" ", "_"))


def tells_of_a_person(columns: Iterable[str]) -> bool:
    """Whether two columns have the names of identifiers, or one has and there is a `customer_id`."""
    names = set(columns)
    return len({name for column in names if (name := identifier_of(column))}) + (CUSTOMER_ID in names) > 1


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
        named = {name: value for column, value in row.items() if (name := identifier_of(column)) and value}
        yield named | {"customer_id": str(row["customer_id"])}
