"""A run in which every part of the report has something to say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from report_run import make_run

from privgen.files import read_json, read_jsonl, write_json, write_jsonl
from privgen.tables import TableWriter

PEOPLE = 12


def full_run(path: Path) -> Path:
    """Write it under `path`: curves, groups, an erasure, statements, approvals, records, an audit."""
    make_run(path, merchants=("alpine", "harbour", "meadow"), pages=PEOPLE, rounds=4)
    _pages(path)
    _curves(path)
    for name in ("alpine", "harbour", "meadow"):
        _customers(path, name)
        log = path / "scrubbed" / name / "scrub.json"
        risk = {"quasi": ["locale", "region"], "rows": PEOPLE, "classes": 4, "k": 2, "unique_rows": 0}
        write_json(log, read_json(log) | {"risk": risk | {"prosecutor_mean": 0.17}})
        record = {"customer_id": "c1", "section": "recommendation", "signals": [[], [], []]}
        write_jsonl(path / "federated" / "records" / f"{name}.jsonl", [record] * 3)
    models = [{"adapter_hash": "a" * 64, "known": True}, {"adapter_hash": None, "known": False}]
    record = {"when": "2026-02-01T10:00:00+00:00", "customer": "f1", "merchants": None, "models": models}
    record |= {"rows": {"silos": {"alpine": {"customers": 1, "events": 4}}}, "pages": 1, "explanations": 7}
    write_jsonl(path / "erasures.jsonl", [record])
    stated = 'jurisdictions = ["EU", "CN"]\ncontroller = "Example Ltd"\nlegal_basis = "consent"\n'
    (path / "deployer.toml").write_text(stated, "utf-8")
    manifest = read_json(path / "run.json")
    audit = {"epsilon_lower": 0.4, "membership": {"auc": 0.51}}
    manifest["stages"]["audit"] = {"status": "complete", "summary": audit}
    manifest["stages"]["evaluate"] = {"status": "complete", "summary": {"rouge": 0.31, "rouge_without": 0.22}}
    write_json(path / "run.json", manifest)
    return path


def _pages(path: Path) -> None:
    file = path / "pages" / "pages.jsonl"
    states = ("approved", "draft", "rejected")
    pages = [p | {"state": states[i % 3], "ai_label": "AI"} for i, p in enumerate(read_jsonl(file))]
    write_jsonl(file, pages)


def _curves(path: Path) -> None:
    """Straight lines, and a random order that does half as well."""
    file = path / "explanations" / "explanations.jsonl"
    records = []
    for record in read_jsonl(file):
        places = [i / len(record["signals"]) for i in range(len(record["signals"]) + 1)]
        moved = record["value_full"] - record["value_none"]
        drop = [-moved * place**0.5 for place in places]
        curves = {"deletion": drop, "insertion": [-value for value in drop]}
        curves |= {
            "random_deletion": [-moved * p for p in places],
            "random_insertion": [moved * p for p in places],
        }
        sizes = list(range(len(record["signals"]) + 1))
        records.append(record | {"trust": {"sizes": sizes, **curves}})
    write_jsonl(file, records)


def _customers(path: Path, merchant: str) -> None:
    rows: list[dict[str, Any]] = [
        {
            "customer_id": f"c_{i:016x}",
            "consent": {"analytics": "", "training": "2025-12-01" if i == 3 else ""},
            "locale": "en_US",
            "region": ("North Shore", "Midlands")[i % 2],
            "birth_date": dt.date(1950 + 2 * i, 1, 1),
        }
        | dict.fromkeys(("name", "phone", "email", "address"))
        for i in range(PEOPLE)
    ]
    with TableWriter(path / "scrubbed" / merchant, "customers") as table:
        table.write(rows)
