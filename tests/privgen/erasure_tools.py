"""A second, plain way to look for a person in a run: every file, tables decoded, no code of the eraser."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from privgen.anonymize import load_key
from privgen.anonymize.tokens import Tokens
from privgen.files import read_jsonl

IDENTIFIERS = ("name", "phone", "email", "address")
SMALL = {
    "rounds": 1,
    "steps_per_round": 1,
    "min_customers": 2,
    "rank": 2,
    "max_length": 256,
    "expected_batch_size": 2.0,
    "records_per_customer": 2,
}
PAGES = {"generator": "hf", "pages_per_merchant": 5, "max_new_tokens": 6, "max_signals": 2}


def rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a Parquet file."""
    return list(pq.read_table(path).to_pylist())


def tokens(run: Path) -> Tokens:
    """The pseudonyms of a run."""
    return Tokens(load_key(run / "keys/scrub.key"))


def people(run: Path) -> dict[str, dict[str, set[str]]]:
    """Raw customer id to `ids` (raw, pseudonym, of what they wrote) and `values` (identifiers)."""
    make, found = tokens(run), {}
    for silo in sorted(path for path in (run / "silos").iterdir() if path.is_dir()):
        for row in rows(silo / "customers.parquet"):
            id_ = row["customer_id"]
            who = found.setdefault(id_, {"ids": set(), "values": set(), "merchants": set()})
            who["ids"] |= {id_, make.identifier("customer_id", id_)}
            who["values"] |= {row[column] for column in IDENTIFIERS if row[column]}
            who["merchants"].add(silo.name)
        for table, column in (("reviews", "review_id"), ("dialogues", "dialogue_id")):
            for row in rows(silo / f"{table}.parquet"):
                written = {row[column], make.identifier(column, row[column])}
                found[row["customer_id"]]["ids"] |= written
    return found


def files_with(run: Path, texts: set[str]) -> set[str]:
    """Files of a run that hold one of the texts, keys aside."""
    return {
        path.relative_to(run).as_posix()
        for path in run.rglob("*")
        if path.is_file() and path.parent.name != "keys" and any(text in _content(path) for text in texts)
    }


def _content(path: Path) -> str:
    if path.suffix == ".parquet":
        return "\n".join(map(str, rows(path))) + path.read_bytes().decode("latin-1")
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    text = data.decode("utf-8", "replace")
    return text + text.encode("latin-1", "replace").decode("unicode_escape", "replace")


def widest(run: Path) -> str:
    """A customer who is in tables, records, pages and explanations."""
    make = tokens(run)
    trained = {line["customer_id"] for path in run.glob("federated/records/*") for line in read_jsonl(path)}
    explained = {line["page_id"] for line in read_jsonl(run / "explanations/explanations.jsonl")}
    pages = {p["customer_id"] for p in read_jsonl(run / "pages/pages.jsonl") if p["page_id"] in explained}
    both = trained & pages
    return next(id_ for id_ in sorted(people(run)) if make.identifier("customer_id", id_) in both)


def has_records(run: Path, customer: str) -> bool:
    name = tokens(run).identifier("customer_id", customer)
    return any(line["customer_id"] == name for f in run.glob("federated/records/*") for line in read_jsonl(f))
