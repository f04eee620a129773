"""Chosen columns of a table held as integer codes: what risk is measured on and generalised over."""

from __future__ import annotations

import datetime as dt
import math
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from privgen.errors import ConfigError, RowError
from privgen.files import canonical_json
from privgen.progress import Progress, silent
from privgen.rawfiles import RawFile

Codes = npt.NDArray[np.int32]
"""One code per row, or per whatever else is counted; codes run from 0."""


@dataclass(frozen=True, slots=True)
class EncodedColumn:
    """One column: `values[codes[row]]` is the text of a cell; an empty text is a missing cell."""

    name: str
    codes: Codes = field(repr=False)  # (rows,)
    values: tuple[str, ...] = field(repr=False)

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """Rows per value."""
        return np.bincount(self.codes, minlength=len(self.values))


@dataclass(frozen=True, slots=True)
class EncodedTable:
    """Columns of one table, and the numbers of the rows that were set aside as broken."""

    rows: int
    columns: dict[str, EncodedColumn] = field(repr=False)
    set_aside: tuple[int, ...] = ()

    def codes(self, names: Iterable[str]) -> list[Codes]:
        """Codes of the columns called `names`, in that order."""
        return [self.columns[name].codes for name in names]


def read_encoded(path: Path, names: Iterable[str], progress: Progress = silent) -> EncodedTable:
    """Read the columns `names` of a Parquet, CSV or JSON Lines file in one pass.

    Guarantees: holds four bytes per row and column, and each distinct value once; the other columns are
    streamed by.

    Args:
        path: A file that `privgen.rawfiles` reads.
        names: Columns to hold; a name given twice is held once.
        progress: Told of bytes read.

    Raises:
        ConfigError: The file has no such column.
        DataError: The file is missing, empty or not of its format.
    """
    wanted = require_columns(path, names)
    slots: list[tuple[str, dict[str, int], array[int]]] = [(name, {}, array("i")) for name in wanted]
    rows, broken = 0, []
    size = path.stat().st_size
    for number, row in RawFile(path).rows(lambda done: progress(done, size, "reading")):
        if isinstance(row, RowError):
            broken.append(number)
            continue
        rows += 1
        for name, index, codes in slots:
            value = row.get(name)
            text = value if type(value) is str else cell_text(value)
            codes.append(index.setdefault(text, len(index)))
    columns = {
        name: EncodedColumn(name, np.frombuffer(codes, dtype=np.int32) if rows else _NONE, tuple(index))
        for name, index, codes in slots
    }
    return EncodedTable(rows, columns, tuple(broken))


def require_columns(path: Path, names: Iterable[str]) -> tuple[str, ...]:
    """`names` without repeats.

    Raises:
        ConfigError: The file has no such column; the message names it.
        DataError: The file is missing, empty or not of its format.
    """
    wanted = tuple(dict.fromkeys(names))
    known = set(RawFile(path).columns())
    for name in wanted:
        if name not in known:
            raise ConfigError(f"{path}: no column {name!r}; give one of the table's columns")
    return wanted


def cell_text(value: Any) -> str:
    """The text of a cell of any stored type; missing cells and NaN are empty."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))  # a nullable integer column is often stored as floats
    if isinstance(value, dt.date | dt.time):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, dict | list | tuple):
        return canonical_json(_plain(value))
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | bool) or value is None else cell_text(value)


_NONE: Codes = np.zeros(0, dtype=np.int32)
