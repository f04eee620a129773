"""The data map: which fields were read, what was done to each, what it is for, how long rows are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from privgen.explain.report_values import count, counts, mapping
from privgen.files import read_json
from privgen.runfolder import RunFolder
from privgen.schema import IDENTIFIER_COLUMNS, TABLES, Column, ColumnType, Table
from privgen.tables import table_path

Facts = dict[str, Any]

_PERSON_KEYS = ("customer_id", "review_id", "dialogue_id", "owner")


def field_map(run: RunFolder, sources: Mapping[str, Mapping[str, int]]) -> list[Facts]:
    """Every table that the run read, field by field.

    Args:
        run: A scrubbed run.
        sources: Table to signal kind to the number of signals that pages made of it.

    Returns:
        Per table: `fields` (column, `role`: identifier, pseudonym, consent, free_text, fact or time; `found`
        pieces of personal data), `signals` by kind, whether `training` reads it, `retention_days` (None: no
        limit set), rows `expired`, and the `oldest` and `newest` day of the scrubbed rows.
    """
    logs = [mapping(read_json(path)) for path in sorted((run.path / "scrubbed").glob("*/scrub.json"))]
    read = {name for log in logs for name in mapping(log.get("tables"))}
    kept = mapping(mapping(mapping(run.manifest.get("config")).get("scrub")).get("retention"))
    trained = mapping(run.manifest["stages"].get("train")).get("status") == "complete"
    return [
        {
            "table": name,
            "fields": [_field(table, column, logs) for column in table.columns],
            "signals": dict(sorted(counts(sources.get(name)).items())),
            "training": trained and name in ("events", "reviews", "dialogues", "products"),
            "retention_days": count(kept.get(name)) or None,
            "expired": sum(_expired(log, name) for log in logs),
            **_range(run, name),
        }
        for name, table in TABLES.items()
        if name in read
    ]


def _field(table: Table, column: Column, logs: list[dict[str, Any]]) -> Facts:
    return {
        "column": column.name,
        "role": _role(table, column),
        "found": sum(sum(counts(_columns(log, table.name).get(column.name)).values()) for log in logs),
    }


def _role(table: Table, column: Column) -> str:
    if table.name == "customers" and column.name in IDENTIFIER_COLUMNS:
        return "identifier"
    if column.name == "consent":
        return "consent"
    if column.name in _PERSON_KEYS:
        return "pseudonym"
    if column.free_text:
        return "free_text"
    return "time" if column.type is ColumnType.TIMESTAMP else "fact"


def _columns(log: dict[str, Any], table: str) -> dict[str, Any]:
    return mapping(mapping(mapping(log.get("tables")).get(table)).get("columns"))


def _expired(log: dict[str, Any], table: str) -> int:
    entry = mapping(mapping(log.get("retention")).get(table))
    return count(entry.get("expired")) + count(entry.get("undated"))


def _range(run: RunFolder, table: str) -> Facts:
    """Oldest and newest day of a table over the merchants, from the footers of its files."""
    days: list[str] = []
    if any(column.name == "timestamp" for column in TABLES[table].columns):
        for log in sorted((run.path / "scrubbed").glob("*/scrub.json")):
            path = table_path(log.parent, table)
            if path is not None and path.suffix == ".parquet":
                days += _footer_days(path)
    return {"oldest": min(days, default=None), "newest": max(days, default=None)}


def _footer_days(path: Any) -> Iterable[str]:
    import pyarrow.parquet as pq

    footer = pq.ParquetFile(path)
    place = footer.schema_arrow.names.index("timestamp")
    for number in range(footer.metadata.num_row_groups):
        statistics = footer.metadata.row_group(number).column(place).statistics
        if statistics is not None and statistics.has_min_max:
            yield str(statistics.min)[:10]
            yield str(statistics.max)[:10]
