"""Write the files of a run again without a person: tables, records, truth, pages and explanations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from privgen.erasure_journal import Staging
from privgen.erasure_person import Person
from privgen.erasure_tables import OWNER_COLUMNS, TableRows, lines_without, write_without
from privgen.files import read_json, write_json
from privgen.schema import IDENTIFIER_COLUMNS
from privgen.silo import page_sources
from privgen.wishes import WISHES

_ID_COLUMNS = (*OWNER_COLUMNS, "review_id", "dialogue_id")


@dataclass
class Found:
    """What a run holds of a person in its tables: rows, ids by column, identifiers, files in `media`."""

    tables: list[TableRows] = field(default_factory=list)
    ids: dict[str, set[str]] = field(default_factory=lambda: {column: set() for column in _ID_COLUMNS})
    values: set[str] = field(default_factory=set)
    media: int = 0

    def __repr__(self) -> str:
        """Count without showing anything."""
        return f"Found({sum(len(table.numbers) for table in self.tables)} rows)"

    def add(self, rows: TableRows) -> None:
        """Take in the rows of one table file."""
        self.tables.append(rows)
        for row in rows.rows:
            for column in _ID_COLUMNS:
                if row.get(column) is not None:
                    self.ids[column].add(str(row[column]))
            if rows.table == "customers":
                self.values.update(str(row[c]) for c in IDENTIFIER_COLUMNS if row.get(c))
        self.media += len(rows.numbers) if rows.table == "media" and rows.root == "silos" else 0


def stage_without(staging: Staging, person: Person, found: Found, merchants: Sequence[str]) -> dict[str, Any]:
    """Write aside every file of these merchants without the person.

    Returns:
        `rows` removed by folder, merchant and table; `records`, `truth`, `wishes`, `pages`,
        `pages_quoting` (of others, made from the person's reviews) and `explanations` removed.
    """
    folder = staging.run.path
    records = [folder / "federated/records" / f"{name}.jsonl" for name in merchants]
    truth = [path for name in merchants for path in sorted((folder / "truth" / name).glob("*.jsonl"))]
    return {
        "rows": _stage_tables(staging, found),
        "records": _stage_lines(staging, records, lambda line: person.owns(line["customer_id"])),
        "truth": _stage_lines(staging, truth, lambda line: _is_truth_of(line, person, found)),
        "wishes": _stage_lines(staging, [folder / WISHES], lambda line: is_own_page(line, person, merchants)),
    } | _stage_pages(staging, person, found, merchants)


def is_own_page(page: dict[str, Any], person: Person, merchants: Iterable[str]) -> bool:
    """Whether a page, or a wish, is the person's, at one of these merchants."""
    return page["merchant_id"] in merchants and person.owns(page["customer_id"])


def _stage_tables(staging: Staging, found: Found) -> dict[str, dict[str, dict[str, int]]]:
    """Write the tables without the person; rows removed by root folder, merchant and table."""
    from privgen.anonymize.silo_risk import silo_risk

    counts: dict[str, dict[str, dict[str, int]]] = {}
    for rows in found.tables:
        silo = rows.path.parent
        with staging.written(rows.path) as new:
            write_without(rows.path, new, rows.numbers)
        tables = counts.setdefault(silo.parent.name, {}).setdefault(silo.name, {})
        tables[rows.table] = tables.get(rows.table, 0) + len(rows.numbers)
    for silo in sorted({rows.path.parent for rows in found.tables}):
        log = silo.parent.parent / "scrubbed" / silo.name / "scrub.json"
        if log.exists() and log.relative_to(staging.run.path).as_posix() not in staging.files:
            with staging.written(log) as new:
                mine = [rows for rows in found.tables if rows.path.parent.name == silo.name]
                changed = _scrub_log(read_json(log), mine)
                customers = staging.path(log.with_name("customers.parquet"))
                if changed.get("risk") is not None and customers.exists():
                    changed["risk"] = silo_risk(customers.parent)
                write_json(new, changed)
    return counts


def _scrub_log(log: dict[str, Any], found: list[TableRows]) -> dict[str, Any]:
    """scrub.json for the tables as they are now; what was found in them stays as it was counted."""
    for rows in found:
        entry = log["tables"].get(rows.table)
        if rows.root == "scrubbed" and entry is not None:
            entry["rows"] -= len(rows.numbers)
            entry["rows_changed"] = min(entry["rows_changed"], entry["rows"])
        elif rows.root == "silos":
            log["held_back"] = _renumbered(log["held_back"], rows)
            if rows.table == "customers":
                held = [row.get(column) for row in rows.rows for column in IDENTIFIER_COLUMNS]
                log["known_identifiers"] -= sum(1 for value in held if value)
    return log


def _renumbered(held_back: list[dict[str, Any]], rows: TableRows) -> list[dict[str, Any]]:
    """Rows held back, by their numbers in the table without the person's rows."""
    kept = []
    for item in held_back:
        if item["table"] == rows.table:
            if item["row"] in rows.numbers:
                continue
            item = item | {"row": item["row"] - sum(number < item["row"] for number in rows.numbers)}
        kept.append(item)
    return kept


def _stage_lines(staging: Staging, files: Iterable[Path], drop: Callable[[Any], bool]) -> int:
    """Write JSON Lines files without the lines that `drop` is true of; how many those are."""
    gone = 0
    for path in files:
        if path.exists():
            with staging.written(path) as new:
                dropped = lines_without(path, new, drop)
            if not dropped:
                staging.forget(path)
            gone += dropped
    return gone


def _is_truth_of(line: dict[str, Any], person: Person, found: Found) -> bool:
    """Whether a line of the synthetic truth tells of the person: by customer, or by the key of their row."""
    if "customer_id" in line:
        return person.owns(line["customer_id"])
    key = line["key"][0]
    owned = {"reviews": "review_id", "dialogues": "dialogue_id"}.get(line["table"])
    return key in found.ids[owned] if owned else person.owns(key)


def _stage_pages(staging: Staging, person: Person, found: Found, merchants: Sequence[str]) -> dict[str, int]:
    """Leave out the person's pages, pages of others made from their reviews, and what explains these."""
    run, gone, counts = staging.run, set(), Counter({"pages": 0, "pages_quoting": 0})

    def drop(page: dict[str, Any]) -> bool:
        own = is_own_page(page, person, merchants)
        if own or (page["merchant_id"] in merchants and _quotes(page, person, found)):
            gone.add(page["page_id"])
            counts["pages" if own else "pages_quoting"] += 1
        return page["page_id"] in gone

    _stage_lines(staging, [run.path / "pages/pages.jsonl"], drop)
    explained = [run.path / "explanations/explanations.jsonl"]
    counts["explanations"] = _stage_lines(staging, explained, lambda line: line["page_id"] in gone)
    return dict(counts)


def _quotes(page: dict[str, Any], person: Person, found: Found) -> bool:
    return (
        any(key in found.ids["review_id"] for key in page_sources(page, "reviews"))
        or any(key in found.ids["dialogue_id"] for key in page_sources(page, "dialogues"))
        or any(person.owns(key) for key in page_sources(page, "events"))
    )
