"""The answer to an access request: what a run holds on one person, what was made of it, and why.

Source: GDPR 15(1) and (3), 15(4) (no data of others); PIPL article 45.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from privgen.access_pages import inferred, own_pages, own_wishes
from privgen.config import RunConfig
from privgen.erasure import RECORDS, ROOTS
from privgen.erasure_edit import Found
from privgen.erasure_person import ERASURE_KEY, Person, find_person, fingerprint
from privgen.erasure_tables import TableRows, find_rows, table_files
from privgen.errors import DataError
from privgen.explain.report_deployer import deployer
from privgen.files import read_jsonl
from privgen.participants import trainings_with
from privgen.progress import Progress, silent
from privgen.runfolder import RunFolder, now
from privgen.schema import Purpose

Facts = dict[str, Any]

SCHEMA_VERSION = "1.0"
TOLD = (
    *("controller", "contact", "purposes", "legal_basis", "recipients", "transfers", "retention"),
    *("objection", "withdrawals", "complaints", "significance"),
)
"""Statements of the deployer (report_deployer) that the person is told."""
NOT_RECORDED = {
    "purposes": ("purposes",),
    "recipients": ("recipients",),
    "transfers": ("transfers",),
    "retention": ("retention",),
    "rights": ("objection", "withdrawals", "complaints"),
    "shown_when": (),
}
"""What the person may ask and a run does not record, with the statements that answer it."""


def access_facts(
    run: RunFolder,
    config: RunConfig,
    customer: str,
    merchant: str | None = None,
    progress: Progress = silent,
) -> Facts:
    """Everything that a run holds on one person; nothing of anybody else.

    Guarantees: rows are those whose owner column names the person; of pages, signals and sentences made from
    other people's rows are left out and counted.

    Args:
        run: The run; the caller holds it.
        config: Its configuration; names the key of the pseudonyms.
        customer: Raw customer id or pseudonym.
        merchant: Only what this merchant holds.
        progress: Told files searched.

    Raises:
        DataError: No such customer or merchant, or a file is not readable.
        KeyFileError: The key is missing or another one, so that some tables could not be searched.
    """
    person = find_person(run, config, customer, nothing="nothing was written")
    merchants = _merchants(run, merchant)
    found = _rows(run, person, merchants, progress)
    records = list(_records(run, person, merchants))
    pages = own_pages(run, person, found, merchants)
    wishes = own_wishes(run, person, found, merchants)
    if not (found.tables or records or pages.pages or wishes):
        raise DataError(f"{run.path}: no customer with this id in any table; nothing was written")
    known = found.ids["customer_id"] | {made["customer_id"] for made in (*pages.pages, *wishes)}
    stated = [part for part in deployer(run)["statements"] if part["code"] in TOLD]
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "privgen.access",
        "as_of": now().isoformat(timespec="seconds"),
        "pseudonyms": [name for name in person.pseudonyms if name in known] or [person.pseudonyms[0]],
        "customer_ids": sorted(found.ids["customer_id"]),
        "merchants": sorted(_named(found, (*records, *pages.pages, *wishes))),
        "consent": _consent(found),
        "held": [_table(table) for table in found.tables],
        "inferred": inferred(pages, records),
        "training_records": records,
        "models": [_model(model) for model in trainings_with(run, person.pseudonyms, merchants)],
        "pages": pages.pages,
        "left_out": {"signals": pages.signals_left_out, "sentences": pages.sentences_left_out},
        "wishes": wishes,
        "erasures": list(_erasures(run, person)),
        "stated": stated,
        "not_recorded": _not_recorded({part["code"] for part in stated}),
    }


def _not_recorded(stated: set[str]) -> list[str]:
    return [code for code, answers in NOT_RECORDED.items() if not answers or not set(answers) <= stated]


def _merchants(run: RunFolder, only: str | None) -> list[str]:
    names = {path.name for root in ROOTS for path in (run.path / root).glob("[!.]*/")}
    names |= {path.stem for path in (run.path / "federated/records").glob("[!.]*.jsonl")}
    if only is not None and only not in names:
        raise DataError(f"{run.path}: no merchant of this name; see {run.path / 'silos'}")
    return sorted(names) if only is None else [only]


def _rows(run: RunFolder, person: Person, merchants: Sequence[str], progress: Progress) -> Found:
    """Whole rows of the person, as given by the merchant and as scrubbed."""
    files = [item for root in ROOTS for name in merchants for item in table_files(run.path / root / name)]
    found = Found()
    for number, (table, path) in enumerate(files):
        progress(number, len(files), f"searching {path.parent.name}")
        rows = find_rows(table, path, person.owns, whole=True)
        if rows.numbers:
            found.add(rows)
    progress(len(files), len(files), "searched")
    return found


def _records(run: RunFolder, person: Person, merchants: Sequence[str]) -> Iterator[Facts]:
    """What a model was, or would be, trained with: made from the person's own rows only."""
    for name in merchants:
        path = run.path / "federated/records" / f"{name}.jsonl"
        for line in read_jsonl(path) if path.exists() else ():
            if person.owns(line["customer_id"]):
                signals = [
                    {"kind": kind, "text": text, "source": source}
                    for _, kind, _, text, source in line["signals"]
                ]
                yield {"merchant_id": name, "section": line["section"], "signals": signals} | {
                    "target": line["target"]
                }


def _named(found: Found, parts: Sequence[Facts]) -> set[str]:
    return {table.path.parent.name for table in found.tables} | {part["merchant_id"] for part in parts}


def _table(rows: TableRows) -> Facts:
    return {
        "as": {"silos": "given", "scrubbed": "scrubbed"}[rows.root],
        "merchant_id": rows.path.parent.name,
        "table": rows.table,
        "rows": [{name: _plain(cell) for name, cell in row.items()} for row in rows.rows],
    }


def _plain(cell: Any) -> Any:
    """A cell as JSON: times as text, maps (pairs, in Parquet) as objects."""
    if isinstance(cell, dt.datetime | dt.date):
        return cell.isoformat()
    if isinstance(cell, list) and all(isinstance(item, tuple) and len(item) == 2 for item in cell):
        return {str(name): _plain(value) for name, value in cell}
    if isinstance(cell, dict):
        return {str(name): _plain(value) for name, value in cell.items()}
    return cell if cell is None or isinstance(cell, str | int | float | bool) else str(cell)


def _consent(found: Found) -> list[Facts]:
    """Purposes that the person agreed to, and until when, as each merchant recorded it."""
    told = []
    for rows in found.tables:
        if rows.table == "customers" and rows.root == "scrubbed":
            for row in rows.rows:
                agreed = _plain(row.get("consent"))
                given = agreed if isinstance(agreed, dict) else {}
                purposes = {purpose.value: given.get(purpose.value) for purpose in Purpose}
                told.append({"merchant_id": rows.path.parent.name, "until": purposes})
    return told


def _model(model: Facts) -> Facts:
    """What the person is told of a model: not where the run lies."""
    return {name: value for name, value in model.items() if name != "run"}


def _erasures(run: RunFolder, person: Person) -> Iterator[Facts]:
    """Earlier erasures of the same person."""
    from privgen.anonymize.keys import load_key

    path: Path = run.path / RECORDS
    if not path.exists():
        return
    key = load_key(run.path / ERASURE_KEY)
    names = {fingerprint(key, pseudonym) for pseudonym in person.pseudonyms}
    for record in read_jsonl(path):
        if record["customer"] in names:
            yield {"when": record["when"], "merchants": record["merchants"]}
