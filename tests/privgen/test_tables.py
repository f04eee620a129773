from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privgen.errors import DataError, RowError
from privgen.schema import EVENT_KINDS, TABLES, Column, ColumnType, Table
from privgen.tables import TableWriter, arrow_schema, check_row, read_raw, read_table, row_json, table_path

CANARY = "anna@example.org"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
KEY = st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=5)
CELLS: dict[ColumnType, st.SearchStrategy[Any]] = {
    ColumnType.TEXT: TEXT,
    ColumnType.INTEGER: st.integers(-(1 << 63), (1 << 63) - 1),
    ColumnType.NUMBER: st.floats(allow_nan=False, allow_infinity=False),
    ColumnType.TIMESTAMP: st.datetimes(dt.datetime(1900, 1, 1), timezones=st.just(dt.UTC)),
    ColumnType.DATE: st.dates(),
    ColumnType.MAP: st.dictionaries(KEY, KEY, max_size=3),
}
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _cell(table: Table, column: Column) -> st.SearchStrategy[Any]:
    if column.name == "kind":
        return st.sampled_from(EVENT_KINDS if table.name == "events" else ("image", "audio"))
    filled = CELLS[column.type]
    return filled if column.required else st.none() | filled


def _rows(table: Table) -> st.SearchStrategy[list[dict[str, Any]]]:
    cells = {column.name: _cell(table, column) for column in table.columns}
    return st.lists(st.fixed_dictionaries(cells), min_size=1, max_size=4)


@pytest.mark.parametrize("name", list(TABLES))
def test_what_is_written_is_what_is_read(tmp_path: Path, name: str) -> None:
    @QUICK
    @given(_rows(TABLES[name]))
    def round_trip(rows: list[dict[str, Any]]) -> None:
        checked = [check_row(TABLES[name], row) for row in rows]
        assert checked == rows
        with TableWriter(tmp_path, name) as writer:
            for row in checked:
                writer.write([row])
        assert writer.rows == len(rows)
        assert [row for batch in read_table(tmp_path, name, 2) for row in batch] == rows

    round_trip()


@QUICK
@given(st.sampled_from(list(TABLES)).flatmap(lambda name: st.tuples(st.just(name), _rows(TABLES[name]))))
def test_check_row_is_idempotent_and_never_names_a_value(case: tuple[str, list[dict[str, Any]]]) -> None:
    name, rows = case
    for row in rows:
        assert check_row(TABLES[name], check_row(TABLES[name], row)) == row
        for column in TABLES[name].columns:
            if column.type in (ColumnType.TEXT, ColumnType.MAP) and column.name != "kind":
                continue
            with pytest.raises(RowError) as fault:
                check_row(TABLES[name], row | {column.name: CANARY})
            assert column.name in fault.value.reason and CANARY not in fault.value.reason


@pytest.mark.parametrize("name", list(TABLES))
def test_every_required_cell_is_required(name: str) -> None:
    full = {"quantity": 1, "turn": 1, "rating": 4, "timestamp": "2024-01-01", "consent": {}}
    full |= {column.name: full.get(column.name, "x") for column in TABLES[name].columns if column.required}
    full["kind"] = {"events": "view", "media": "image"}.get(name, "x")
    check_row(TABLES[name], full)
    for column in TABLES[name].required:
        empty: tuple[Any, ...] = (None,) if column == "consent" else (None, "")
        for value in empty:
            with pytest.raises(RowError, match=f"column {column} is empty"):
                check_row(TABLES[name], full | {column: value})


def _one(type_: ColumnType, value: Any) -> Any:
    return check_row(Table("t", ("x",), (Column("x", type_),)), {"x": value})["x"]


@pytest.mark.parametrize(
    ("type_", "given_", "wanted"),
    [
        (ColumnType.TEXT, "", None),
        (ColumnType.TEXT, 12, "12"),
        (ColumnType.INTEGER, "6.0", 6),
        (ColumnType.INTEGER, 6.0, 6),
        (ColumnType.INTEGER, "9007199254740993", 9007199254740993),  # a float would round it
        (ColumnType.INTEGER, " -3 ", -3),
        (ColumnType.NUMBER, "2.5", 2.5),
        (ColumnType.NUMBER, "", None),
        (ColumnType.DATE, "2024-02-29T10:00:00", dt.date(2024, 2, 29)),
        (ColumnType.TIMESTAMP, "2024-02-29", dt.datetime(2024, 2, 29, tzinfo=dt.UTC)),
        (ColumnType.TIMESTAMP, dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, tzinfo=dt.UTC)),
        (ColumnType.TIMESTAMP, "2024-01-01T01:00:00+02:00", dt.datetime(2023, 12, 31, 23, tzinfo=dt.UTC)),
        (ColumnType.MAP, "", {}),
        (ColumnType.MAP, "a=1; b", {"a": "1", "b": ""}),
        (ColumnType.MAP, '{"a": 1, "b": null}', {"a": "1", "b": ""}),
        (ColumnType.MAP, '["en", "zh"]', {"en": "", "zh": ""}),
        (ColumnType.MAP, ["en"], {"en": ""}),
        (ColumnType.MAP, [("a", "1")], {"a": "1"}),
    ],
)
def test_cells_are_read_from_text_and_from_types(type_: ColumnType, given_: Any, wanted: Any) -> None:
    assert _one(type_, given_) == wanted


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (ColumnType.TEXT, ["a"]),
        (ColumnType.TEXT, True),
        (ColumnType.TEXT, "\ud800"),
        (ColumnType.INTEGER, "6.5"),
        (ColumnType.INTEGER, "1e30"),
        (ColumnType.INTEGER, str(1 << 63)),
        (ColumnType.INTEGER, True),
        (ColumnType.INTEGER, "inf"),
        (ColumnType.NUMBER, "nan"),
        (ColumnType.NUMBER, float("inf")),
        (ColumnType.DATE, "2024-02-30"),
        (ColumnType.DATE, "2024-01-01 and more"),
        (ColumnType.TIMESTAMP, 17),
        (ColumnType.MAP, 17),
        (ColumnType.MAP, "{broken"),
        (ColumnType.MAP, {"\udfff": "x"}),
    ],
)
def test_what_no_table_can_hold_is_a_row_error(type_: ColumnType, value: Any) -> None:
    with pytest.raises(RowError, match=f"column x is not a {type_.value}"):
        _one(type_, value)


def test_kinds_are_closed() -> None:
    row = {"customer_id": "c", "kind": "stolen", "timestamp": "2024-01-01"}
    with pytest.raises(RowError, match="column kind is not one of view"):
        check_row(TABLES["events"], row)


def test_a_failing_writer_leaves_nothing_and_keeps_the_old_table(tmp_path: Path) -> None:
    row = check_row(TABLES["products"], {"product_id": "p", "title": "t"})
    with TableWriter(tmp_path, "products") as writer:
        writer.write([row])
    with pytest.raises(RuntimeError), TableWriter(tmp_path, "products", 1) as writer:
        writer.write([row, row])
        raise RuntimeError
    assert os.listdir(tmp_path) == ["products.parquet"]
    assert sum(len(batch) for batch in read_table(tmp_path, "products")) == 1


def test_a_bad_row_of_a_silo_names_file_and_row_only(tmp_path: Path) -> None:
    (tmp_path / "products.csv").write_text(f"product_id,title,price\np,t,1\nq,u,{CANARY}\n")
    with pytest.raises(DataError, match=r"products\.csv: row 2: column price is not a number") as fault:
        list(read_table(tmp_path, "products"))
    assert CANARY not in str(fault.value)


def test_an_absent_table_is_empty_and_parquet_comes_first(tmp_path: Path) -> None:
    assert list(read_table(tmp_path, "media")) == []
    assert table_path(tmp_path, "media") is None
    (tmp_path / "products.csv").write_text("product_id,title\np,t\n")
    assert table_path(tmp_path, "products") == tmp_path / "products.csv"
    with TableWriter(tmp_path, "products"):
        pass
    assert table_path(tmp_path, "products") == tmp_path / "products.parquet"
    assert list(read_raw(tmp_path / "products.parquet")) == []


def test_arrow_schema_has_the_columns_in_order() -> None:
    for table in TABLES.values():
        assert arrow_schema(table).names == [column.name for column in table.columns]


def test_row_json_writes_times_as_text() -> None:
    row = {"customer_id": "c", "timestamp": dt.datetime(2024, 1, 1, tzinfo=dt.UTC), "n": None}
    assert row_json(row) == '{"customer_id":"c","n":null,"timestamp":"2024-01-01T00:00:00+00:00"}'
