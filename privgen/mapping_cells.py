"""Cells of a mapping: how one value of a silo table is made from a row of the merchant's export.

A cell is a reference (text) or a table with exactly one source and any number of modifiers:

    "product_id"                                    a column of the row, `join.column`, or a `let` name
    { column = "StockCode" }                        the same, when modifiers follow
    { value = "BRL" }                               a constant
    { template = "{kind} {product_id:8}" }          text with references, `:8` = its first 8 characters
    { concat = ["city", "state"], separator = " " } the ones that are not empty, joined
    { first = ["english", "category"] }             the first that is not empty
    { map = { weight = "product_weight_g" } }       a map; empty entries are left out
    { case = [{ when = CONDITION, then = CELL }, { then = CELL }] }   the first that holds

Modifiers act in this order on a value that is not empty:

    remove = ["R$", " "]      take these texts out
    whole = true              a whole number written with decimals (17850.0) as 17850
    pad = 5                   zeros in front, up to this length
    take = 8                  the first characters only
    upper = true, lower = true
    values = { canceled = "return" }, otherwise = "purchase"   translate; without otherwise an unknown
                              value sets the row aside
    number = { decimal = ",", thousands = ".", scale = 0.01, absolute = true }
    timestamp = { format = "%d/%m/%Y %H:%M", timezone = "Europe/London" }   default ISO 8601, UTC

A condition names a cell and one test, and holds for an empty cell only if the test is `empty`:

    { column = "text", empty = true }       { column = "status", equals = "canceled" }
    { column = "x", one_of = ["a", "b"] }   { column = "x", matches = "^C" }   (regular expression, search)
    { column = "quantity", below = 0 }      { column = "price", above = 100 }
    { not = CONDITION }, { any = [CONDITION, ...] }; a list of conditions holds if all do
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from privgen.errors import ConfigError
from privgen.mapping_values import MODIFIERS, argued, clean, number_of, text_of
from privgen.rawfiles import RawRow

Cell = Callable[[RawRow], Any]
"""A row to a value, None if empty; raises RowError whose reason lacks the column's name."""
Condition = Callable[[RawRow], bool]
_SOURCES = ("column", "value", "template", "concat", "first", "map", "case")
_PART = re.compile(r"\{([^{}:]+)(?::(\d+))?\}")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a cell of one target table can refer to.

    Args:
        source: Name of the driving source, for messages.
        columns: Its columns.
        joins: Alias of a join to the columns of the joined source.
        empty: Texts that stand for an empty cell in the driving source.
        lets: Named cells defined so far.
        used: Alias to the columns referred to; filled while cells are compiled.
    """

    source: str
    columns: frozenset[str]
    joins: dict[str, frozenset[str]]
    empty: frozenset[str] = frozenset()
    lets: dict[str, Cell] = field(default_factory=dict)
    used: dict[str, dict[str, None]] = field(default_factory=dict)

    def cell(self, name: str, where: str) -> Cell:
        """The cell that `name` refers to.

        Raises:
            ConfigError: There is no such column, join or let.
        """
        if name in self.lets:
            return self.lets[name]
        if name in self.columns:
            return _reader(name, self.empty)
        alias, _, column = name.partition(".")
        if alias not in self.joins:
            raise ConfigError(f"{where}: source {self.source} has no column {name}")
        if column not in self.joins[alias]:
            raise ConfigError(f"{where}: join {alias} has no column {column}")
        self.used.setdefault(alias, {})[column] = None
        return lambda row: row[name]


def compile_cell(spec: Any, scope: Scope, where: str) -> Cell:
    """Turn a mapping's cell into a function.

    Args:
        spec: Text or table, as the module's header says.
        scope: What it can refer to.
        where: File and key, for messages.

    Raises:
        ConfigError: Unknown key, reference or argument.
    """
    if isinstance(spec, str):
        return scope.cell(spec, where)
    if not isinstance(spec, dict):
        raise ConfigError(f"{where}: give a column name or a table with one of {', '.join(_SOURCES)}")
    kinds = [key for key in spec if key in _SOURCES]
    if len(kinds) != 1:
        raise ConfigError(f"{where}: give exactly one of {', '.join(_SOURCES)}")
    kind = kinds[0]
    companions = {"concat": ("separator",)}.get(kind, ())
    _known(spec, (kind, *companions, *MODIFIERS, "otherwise"), where)
    cell = _COMPILERS[kind](spec, scope, f"{where}.{kind}")
    return _modified(cell, spec, where)


def compile_condition(spec: Any, scope: Scope, where: str) -> Condition:
    """Turn a mapping's condition into a function.

    Raises:
        ConfigError: Unknown key, reference or argument.
    """
    if isinstance(spec, list):
        parts = [compile_condition(part, scope, f"{where}.{i}") for i, part in enumerate(spec)]
        return lambda row: all(part(row) for part in parts)
    if not isinstance(spec, dict):
        raise ConfigError(f"{where}: give a condition, a table with column and a test")
    if set(spec) == {"not"}:
        inner = compile_condition(spec["not"], scope, f"{where}.not")
        return lambda row: not inner(row)
    if set(spec) == {"any"} and isinstance(spec["any"], list):
        options = [compile_condition(part, scope, f"{where}.any.{i}") for i, part in enumerate(spec["any"])]
        return lambda row: any(option(row) for option in options)
    tests = [key for key in spec if key in _TESTS]
    if len(tests) != 1 or "column" not in spec:
        raise ConfigError(f"{where}: give column and exactly one of {', '.join(_TESTS)}")
    _known(spec, ("column", tests[0]), where)
    cell = compile_cell(spec["column"], scope, f"{where}.column")
    condition: Condition = argued(_TESTS[tests[0]], cell, spec[tests[0]], f"{where}.{tests[0]}")
    return condition


def _reader(name: str, empty: frozenset[str]) -> Cell:
    return lambda row: clean(row.get(name), empty)


def _known(spec: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in spec:
        if key not in keys:
            raise ConfigError(f"{where}: unknown key {key}")


def _modified(cell: Cell, spec: dict[str, Any], where: str) -> Cell:
    steps = [argued(MODIFIERS[key], spec, spec[key], f"{where}.{key}") for key in MODIFIERS if key in spec]
    if "otherwise" in spec and "values" not in spec:
        raise ConfigError(f"{where}: otherwise goes with values")
    if not steps:
        return cell

    def modify(row: RawRow) -> Any:
        value = cell(row)
        for step in steps:
            if value is None:
                return None
            value = step(value)
        return value

    return modify


# -- sources of a value


def _column(spec: dict[str, Any], scope: Scope, where: str) -> Cell:
    if not isinstance(spec["column"], str):
        raise ConfigError(f"{where}: give a column name")
    return scope.cell(spec["column"], where)


def _value(spec: dict[str, Any], scope: Scope, where: str) -> Cell:
    value = spec["value"]
    if isinstance(value, bool | list):
        raise ConfigError(f"{where}: give a text, a number or a table of texts")
    return lambda row: value


def _template(spec: dict[str, Any], scope: Scope, where: str) -> Cell:
    pieces = argued(lambda text, _: _PART.split(text), spec["template"], None, where)
    if any("{" in text or "}" in text for text in pieces[::3]):
        raise ConfigError(f"{where}: a part is written {{column}} or {{column:8}}")
    cells = [scope.cell(name, where) for name in pieces[1::3]]
    lengths = [int(length) if length else None for length in pieces[2::3]]

    def fill(row: RawRow) -> str | None:
        values = [cell(row) for cell in cells]
        if any(value is None for value in values):
            return None
        filled = pieces[::3]
        parts = (text_of(value)[:length] for value, length in zip(values, lengths, strict=True))
        return "".join(a + b for a, b in zip(filled, [*parts, ""], strict=True))

    return fill


def _several(spec: Any, scope: Scope, where: str) -> list[Cell]:
    if not isinstance(spec, list) or not spec:
        raise ConfigError(f"{where}: give a list of cells")
    return [compile_cell(part, scope, f"{where}.{i}") for i, part in enumerate(spec)]


def _concat(spec: dict[str, Any], scope: Scope, where: str) -> Cell:
    cells, separator = _several(spec["concat"], scope, where), spec.get("separator", " ")
    if not isinstance(separator, str):
        raise ConfigError(f"{where}: separator is not a text")

    def join(row: RawRow) -> str | None:
        return separator.join(text_of(v) for cell in cells if (v := cell(row)) is not None) or None

    return join


def _first(spec: dict[str, Any], scope: Scope, where: str) -> Cell:
    cells = _several(spec["first"], scope, where)
    return lambda row: next((value for cell in cells if (value := cell(row)) is not None), None)


def _map(spec: dict[str, Any], scope: Scope, where: str) -> Cell:
    if not isinstance(spec["map"], dict):
        raise ConfigError(f"{where}: give a table of cells")
    cells = {name: compile_cell(part, scope, f"{where}.{name}") for name, part in spec["map"].items()}
    return lambda row: {n: text_of(value) for n, cell in cells.items() if (value := cell(row)) is not None}


def _case(spec: dict[str, Any], scope: Scope, where: str) -> Cell:
    branches: list[tuple[Condition, Cell]] = []
    for i, branch in enumerate(spec["case"] if isinstance(spec["case"], list) else [None]):
        here = f"{where}.{i}"
        if not isinstance(branch, dict) or "then" not in branch:
            raise ConfigError(f"{here}: give a list of tables with when and then")
        _known(branch, ("when", "then"), here)
        holds = compile_condition(branch.get("when", []), scope, f"{here}.when")
        branches.append((holds, compile_cell(branch["then"], scope, f"{here}.then")))
    return lambda row: next((cell(row) for holds, cell in branches if holds(row)), None)


_COMPILERS: dict[str, Callable[[dict[str, Any], Scope, str], Cell]] = {
    "column": _column,
    "value": _value,
    "template": _template,
    "concat": _concat,
    "first": _first,
    "map": _map,
    "case": _case,
}


# -- tests of a condition: factory(cell, argument) -> row to truth


def _empty(cell: Cell, wanted: Any) -> Condition:
    if not isinstance(wanted, bool):
        raise TypeError
    return lambda row: (cell(row) is None) is wanted


def _one_of(cell: Cell, values: Any) -> Condition:
    if not isinstance(values, list):
        raise TypeError
    texts = frozenset(text_of(value) for value in values)
    return lambda row: (value := cell(row)) is not None and text_of(value) in texts


def _matches(cell: Cell, pattern: Any) -> Condition:
    search = re.compile(pattern).search
    return lambda row: (value := cell(row)) is not None and search(text_of(value)) is not None


def _below(cell: Cell, bound: Any) -> Condition:
    limit = float(bound)
    return lambda row: (value := cell(row)) is not None and number_of(value) < limit


def _above(cell: Cell, bound: Any) -> Condition:
    limit = float(bound)
    return lambda row: (value := cell(row)) is not None and number_of(value) > limit


_TESTS: dict[str, Callable[[Cell, Any], Condition]] = {
    "empty": _empty,
    "equals": lambda cell, value: _one_of(cell, [value]),
    "one_of": _one_of,
    "matches": _matches,
    "below": _below,
    "above": _above,
}
