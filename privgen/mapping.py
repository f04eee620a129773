"""The mapping file of `privgen ingest`: which rows of an export become which rows of a silo.

    [sources.items]                   a file of the export, by a name of your choice
    path = "items.csv.gz"             inside the export's folder; `lines-*.csv` reads all parts, sorted
    delimiter = ";"                   CSV; default comma
    encoding = "cp1252"               default UTF-8
    empty = ["NULL", "-"]             texts that stand for an empty cell
    [[sources.items.drop]]            rows kept out of every table made from this source, counted by name
    name = "postage"
    when = { column = "code", equals = "POST" }

    [silos]
    name = "my-shop"                  one merchant; or leave it out and let every table name its silo
    top = 20                          only the busiest silos ...
    by = "reviews"                    ... by rows of this table after its drops

    [tables.reviews]                  one section per table of `privgen.schema.TABLES`
    from = "reviews"                  each row of this source becomes one row of the table, or is
                                      dropped by name, or set aside with a reason
    silo = "item.seller_id"           a cell
    repeat = "same review again"      a key that was already written: counted under this name; without
                                      it, it is a fault ("duplicate key")
    sum = ["quantity"]                with repeat: add these columns up over rows of the same key (holds
                                      the table in memory)
    [tables.reviews.join.item]        look a row up in another source; refer to it as item.COLUMN
    source = "items"
    on = "order_id"                   a cell of this row, or of a join above
    key = "order_id"                  the other source's column; default: the same name
    missing = "reject"                or "empty"
    many = "reject"                   or "first": what if several rows differ in the columns used
    [tables.reviews.let]              names for cells used more than once
    [[tables.reviews.drop]]           as above, for this table only
    [tables.reviews.columns]          column of the table = cell, see `privgen.mapping_cells`

`customers.consent` is never assumed. It is a constant or a map of purpose to expiry date ("" = until
withdrawn), and says why: `consent = { value = { training = "2030-12-31" }, basis = "opt-in of ..." }`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from privgen.config import Listed, Part, read_toml, validate
from privgen.errors import ConfigError, DataError, RowError
from privgen.mapping_cells import Cell, Condition, Scope, compile_cell, compile_condition
from privgen.rawfiles import RawFile
from privgen.schema import TABLES, Purpose, Row
from privgen.tables import check_row


class DropSpec(Part):
    """Rows that are kept out on purpose."""

    name: Annotated[str, Field(min_length=1)]
    when: Any


class SourceSpec(Part):
    """One file of the export."""

    path: str
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    encoding: str = "utf-8-sig"
    empty: Listed[str] = ()
    drop: Listed[DropSpec] = ()


class JoinSpec(Part):
    """One look-up by key."""

    source: str
    on: Any
    key: str | None = None
    missing: Literal["reject", "empty"] = "reject"
    many: Literal["reject", "first"] = "reject"


class TableSpec(Part):
    """One table of the silos."""

    source: str = Field(alias="from")
    silo: Any = None
    repeat: Annotated[str, Field(min_length=1)] | None = None
    sum: Listed[str] = ()
    join: dict[str, JoinSpec] = Field(default_factory=dict)
    let: dict[str, Any] = Field(default_factory=dict)
    drop: Listed[DropSpec] = ()
    columns: dict[str, Any]


class SilosSpec(Part):
    """Which silos there are."""

    name: Annotated[str, Field(min_length=1)] | None = None
    top: Annotated[int, Field(ge=1)] | None = None
    by: str | None = None


class Mapping(Part):
    """A mapping file as written."""

    sources: dict[str, SourceSpec]
    silos: SilosSpec
    tables: dict[str, TableSpec]


@dataclass(frozen=True, slots=True)
class Join:
    """A look-up ready to run: `columns` of `source` where `key` is what `on` gives."""

    alias: str
    source: str
    key: str
    columns: tuple[str, ...]
    on: Cell
    missing: str
    many: str


@dataclass(frozen=True, slots=True)
class TablePlan:
    """One table ready to run; `row` makes a checked row of a joined source row."""

    table: str
    source: str
    silo: Cell
    joins: tuple[Join, ...]
    drops: tuple[tuple[str, Condition], ...]
    columns: dict[str, Cell]
    repeat: str | None
    sum: tuple[str, ...]

    def dropped(self, raw: dict[str, Any]) -> str | None:
        """Name of the first drop that holds for a joined source row.

        Raises:
            RowError: A value that a drop tests is not of the tested kind.
        """
        for name, holds in self.drops:
            try:
                if holds(raw):
                    return name
            except RowError as fault:
                raise RowError(f"a value tested by drop '{name}' {fault.reason}") from None
        return None

    def plain_key(self, raw: dict[str, Any]) -> str | None:
        """The key, if it is one text and repeats are dropped: most rows need no more work."""
        columns = TABLES[self.table].key
        if self.repeat is None or self.sum or len(columns) != 1:
            return None
        try:
            key = self.columns[columns[0]](raw)
        except RowError:
            return None  # `row` says what is wrong
        return key if isinstance(key, str) else None

    def row(self, raw: dict[str, Any]) -> Row:
        """The table's row.

        Raises:
            RowError: Naming the column and the fault.
        """
        cells = {}
        for name, cell in self.columns.items():
            try:
                cells[name] = cell(raw)
            except RowError as fault:
                raise RowError(f"column {name} {fault.reason}") from None
        row = check_row(TABLES[self.table], cells)
        for name in _NEVER_NEGATIVE.get(self.table, ()):
            if row[name] is not None and row[name] < 0:
                raise RowError(f"column {name} is negative")
        if self.table == "customers":
            _check_consent(row["consent"])
        return row


_NEVER_NEGATIVE = {"products": ("price",), "events": ("quantity",), "reviews": ("rating",)}


class MappingPlan:
    """A mapping checked against the export: every source is there, every column it names exists.

    Args:
        path: The mapping file.
        export: Folder that the sources' paths are in.

    Raises:
        ConfigError: The mapping is wrong; the message names file and key.
        DataError: A source is missing or unreadable.
    """

    def __init__(self, path: Path, export: Path) -> None:
        self.path = path
        self.spec = validate(Mapping, read_toml(path), str(path))
        self.files = {name: self._files(name, source, export) for name, source in self.spec.sources.items()}
        self._columns = {name: self._columns_of(files) for name, files in self.files.items()}
        self._check()
        self.consent_basis: str | None = None
        named = [name for name in TABLES if name in self.spec.tables]  # what others refer to comes first
        self.tables = {name: self._table(name, self.spec.tables[name]) for name in named}

    def fault(self, key: str, reason: str) -> ConfigError:
        """An error of this mapping file."""
        return ConfigError(f"{self.path}: {key}: {reason}")

    def _files(self, name: str, source: SourceSpec, export: Path) -> list[RawFile]:
        relative = Path(source.path)
        if relative.is_absolute() or ".." in relative.parts or not source.path:
            raise self.fault(f"sources.{name}.path", "give a path inside the export's folder")
        try:
            "".encode(source.encoding)
        except LookupError:
            raise self.fault(f"sources.{name}.encoding", "unknown encoding") from None
        paths = sorted(export.glob(source.path)) if "*" in source.path else [export / relative]
        if not paths or not all(path.is_file() for path in paths):
            raise DataError(f"{export / relative}: file not found; {self.path}: sources.{name} names it")
        return [RawFile(path, source.delimiter, source.encoding) for path in paths]

    def _columns_of(self, files: list[RawFile]) -> frozenset[str]:
        """Columns that every part of a source has."""
        return frozenset.intersection(*(frozenset(file.columns()) for file in files))

    def _check(self) -> None:
        silos, tables = self.spec.silos, self.spec.tables
        if not tables:
            raise self.fault("tables", "map at least one table")
        for name, table in tables.items():
            if name not in TABLES:
                raise self.fault(f"tables.{name}", f"no such table; use one of {', '.join(TABLES)}")
            if (silos.name is None) == (table.silo is None):
                raise self.fault(f"tables.{name}.silo", "give either this cell or silos.name")
        if silos.top is not None and silos.by is None:
            raise self.fault("silos.by", "silos.top needs the table to count")
        if silos.by is not None and silos.by not in tables:
            raise self.fault("silos.by", "not a table of this mapping")

    def _scope(self, spec: TableSpec, where: str) -> tuple[Scope, dict[str, Cell]]:
        """What the table's cells can refer to, and the `on` cell of each join."""
        for used in (spec.source, *(join.source for join in spec.join.values())):
            if used not in self.files:
                raise self.fault(where, f"unknown source {used}")
        empty = frozenset(self.spec.sources[spec.source].empty)
        scope, on = Scope(spec.source, self._columns[spec.source], {}, empty), {}
        for alias, join in spec.join.items():  # one by one: a join can refer to those above it only
            on[alias] = compile_cell(join.on, scope, f"{self.path}: {where}.join.{alias}.on")
            scope.joins[alias] = self._columns[join.source]
        return scope, on

    def _table(self, name: str, spec: TableSpec) -> TablePlan:
        where = f"tables.{name}"
        scope, on = self._scope(spec, where)
        at = f"{self.path}: {where}"
        for let, cell in spec.let.items():
            if let in scope.columns:
                raise self.fault(f"{where}.let.{let}", "the source has a column of this name")
            scope.lets[let] = compile_cell(cell, scope, f"{at}.let.{let}")
        silo = {"value": self.spec.silos.name} if self.spec.silos.name else spec.silo
        source_drops = self.spec.sources[spec.source].drop
        drops = [(d, f"{self.path}: sources.{spec.source}.drop") for d in source_drops]
        drops += [(d, f"{at}.drop") for d in spec.drop]
        return TablePlan(
            table=name,
            source=spec.source,
            silo=compile_cell(silo, scope, f"{at}.silo"),
            drops=tuple(
                (drop.name, compile_condition(drop.when, scope, f"{here} ({drop.name})"))
                for drop, here in drops
            ),
            columns=self._cells(name, spec, scope),
            joins=tuple(self._join(name, alias, spec.join[alias], on[alias], scope) for alias in spec.join),
            repeat=spec.repeat,
            sum=self._sum(name, spec),
        )

    def _join(self, table: str, alias: str, spec: JoinSpec, on: Cell, scope: Scope) -> Join:
        """The join, with the columns that the compiled cells refer to."""
        where = f"tables.{table}.join.{alias}"
        key = spec.key or (spec.on.rpartition(".")[2] if isinstance(spec.on, str) else None)
        if key is None or key not in self._columns[spec.source]:
            raise self.fault(f"{where}.key", f"source {spec.source} has no column {key}")
        columns = tuple(scope.used.get(alias, {}))
        return Join(alias, spec.source, key, columns, on, spec.missing, spec.many)

    def _cells(self, name: str, spec: TableSpec, scope: Scope) -> dict[str, Cell]:
        table, where = TABLES[name], f"tables.{name}.columns"
        known = {column.name for column in table.columns}
        for column in spec.columns:
            if column not in known:
                raise self.fault(f"{where}.{column}", f"table {name} has no such column")
        for column in table.required:
            if column not in spec.columns:
                raise self.fault(where, f"column {column} is required")
        cells = dict(spec.columns)
        if name == "customers":
            cells["consent"] = self._consent(cells["consent"], f"{where}.consent")
        return {n: compile_cell(cell, scope, f"{self.path}: {where}.{n}") for n, cell in cells.items()}

    def _consent(self, spec: Any, where: str) -> dict[str, Any]:
        """The consent cell without its basis, which is kept for the summary."""
        given = dict(spec) if isinstance(spec, dict) else {}
        basis = given.pop("basis", None)
        if not isinstance(basis, str) or not basis.strip():
            raise self.fault(where, "say in basis why the customers' consent may be relied on")
        purposes = given.get("value", given.get("map"))
        if len(given) != 1 or not isinstance(purposes, dict):
            raise self.fault(where, "give value or map, a table of purposes, and basis")
        for purpose in purposes:
            if purpose not in set(Purpose):
                raise self.fault(f"{where}.{purpose}", f"no such purpose; use {', '.join(Purpose)}")
        if "value" in given:
            try:
                _check_consent({name: str(expiry) for name, expiry in purposes.items()})
            except RowError as fault:
                raise self.fault(where, fault.reason) from None
        self.consent_basis = basis.strip()
        return given

    def _sum(self, name: str, spec: TableSpec) -> tuple[str, ...]:
        for column in spec.sum:
            if column not in spec.columns or TABLES[name].column(column).type not in ("integer", "number"):
                raise self.fault(f"tables.{name}.sum", f"{column} is not a mapped column of numbers")
        if spec.sum and spec.repeat is None:
            raise self.fault(f"tables.{name}.sum", "needs repeat, the name its merged rows are counted by")
        return spec.sum


def _check_consent(consent: Row) -> None:
    for expiry in consent.values():
        try:
            if expiry:
                dt.date.fromisoformat(expiry)
        except ValueError:
            raise RowError("column consent has an expiry that is not a date (YYYY-MM-DD)") from None
