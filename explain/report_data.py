"""What went in: the data map, consent, and the personal data that was found and treated."""

from __future__ import annotations

from collections import Counter
from typing import Any

from privgen.errors import RunError
from privgen.explain.report_values import count, counts, mapping
from privgen.files import read_json
from privgen.runfolder import RunFolder
from privgen.schema import Purpose

Facts = dict[str, Any]


def data_map(run: RunFolder) -> Facts:
    """Merchants, tables and rows, and the rows that were set aside, from the summary of `ingest`.

    Raises:
        RunError: Nothing was ingested.
    """
    summary = run.summary("ingest")
    merchants = [
        _merchant_data(name, mapping(entry))
        for name, entry in sorted(mapping(summary.get("merchants")).items())
    ]
    nowhere = count(summary.get("rejected")) - sum(m["rejected"] for m in merchants)
    return {
        "origin": "synthetic" if summary.get("source") == "synthetic" else "export",
        "mapping_sha256": summary.get("mapping"),
        "merchants": merchants,
        "tables": _summed(m["tables"] for m in merchants),
        "rows": sum(m["rows"] for m in merchants),
        "rejected": max(count(summary.get("rejected")), sum(m["rejected"] for m in merchants)),
        "rejected_without_merchant": max(0, nowhere),
        "reject_reasons": _summed(m["reject_reasons"] for m in merchants),
        "filtered": max(count(summary.get("filtered")), sum(m["filtered"] for m in merchants)),
    }


def consent(run: RunFolder) -> Facts:
    """How many customers agreed to what, and how many were left out, from the summary of `scrub`.

    Raises:
        RunError: Nothing was scrubbed.
    """
    entries = mapping(run.summary("scrub").get("consent"))
    purposes = [purpose.value for purpose in Purpose]
    merchants: list[Facts] = []
    for name, entry in sorted(entries.items()):
        agreed = {purpose: count(mapping(entry).get(purpose)) for purpose in purposes}
        merchants.append({"merchant_id": name, "customers": count(mapping(entry).get("customers"))} | agreed)
    totals = {key: sum(m[key] for m in merchants) for key in ("customers", *purposes)}
    return {
        "known": bool(merchants),
        "basis": run.summary("ingest").get("consent_basis"),
        "date": run.summary("scrub").get("consent_date"),
        "merchants": merchants,
        "totals": totals,
        "left_out": {purpose: totals["customers"] - totals[purpose] for purpose in purposes},
    }


def personal_data(run: RunFolder) -> Facts:
    """Personal data by type, table and merchant, from every `scrub.json`; counts, never a value.

    Raises:
        RunError: Nothing was scrubbed, or a merchant has no scrub.json.
        DataError: A scrub.json is not readable.
    """
    run.summary("scrub")
    logs = [mapping(read_json(path)) for path in sorted((run.path / "scrubbed").glob("*/scrub.json"))]
    if not logs:
        raise RunError(f"{run.path}: no scrubbed/*/scrub.json; run: privgen scrub {run.path}")
    merchants = [_merchant_scrub(log) for log in logs]
    tables = {name for log in logs for name in mapping(log.get("tables"))}
    return {
        "merchants": merchants,
        "by_type": _ranked(_summed(counts(log.get("entities")) for log in logs)),
        "by_table": {name: _table_scrub(logs, name) for name in sorted(tables)},
        "found": sum(m["found"] for m in merchants),
        "known_identifiers": sum(m["known_identifiers"] for m in merchants),
        "residual": _ranked(_summed(counts(log.get("residual")) for log in logs)),
        "residual_found": sum(m["residual"] for m in merchants),
        "held_back": sum(m["held_back"] for m in merchants),
        "held_back_reasons": _summed(_reasons(log) for log in logs),
        "languages": sorted({str(item) for log in logs for item in _items(log.get("languages"))}),
        "policies": sorted({str(log.get("policy") or "default") for log in logs}),
        "presidio_versions": sorted(
            {str(log["presidio_version"]) for log in logs if log.get("presidio_version")}
        ),
        "key_ids": sorted({str(log["key_id"]) for log in logs if log.get("key_id")}),
    }


def _merchant_data(name: str, entry: dict[str, Any]) -> Facts:
    # an ingested export has tables, rejects and filtered; the synthetic marketplace has counts by table only
    tables = counts(entry.get("tables", entry))
    reasons = counts(entry.get("rejects"))
    return {
        "merchant_id": name,
        "tables": tables,
        "rows": sum(tables.values()),
        "rejected": sum(reasons.values()),
        "reject_reasons": reasons,
        "filtered": sum(counts(entry.get("filtered")).values()),
    }


def _merchant_scrub(log: dict[str, Any]) -> Facts:
    tables = [mapping(table) for table in mapping(log.get("tables")).values()]
    return {
        "merchant_id": str(log.get("merchant_id", "")),
        "rows": sum(count(table.get("rows")) for table in tables),
        "rows_changed": sum(count(table.get("rows_changed")) for table in tables),
        "found": sum(counts(log.get("entities")).values()),
        "by_type": counts(log.get("entities")),
        "known_identifiers": count(log.get("known_identifiers")),
        "residual": sum(counts(log.get("residual")).values()),
        "held_back": len(_items(log.get("held_back"))),
    }


def _table_scrub(logs: list[dict[str, Any]], name: str) -> Facts:
    tables = [mapping(mapping(log.get("tables")).get(name)) for log in logs]
    columns: dict[str, Counter[str]] = {}
    for table in tables:
        for column, found in mapping(table.get("columns")).items():
            columns.setdefault(column, Counter()).update(counts(found))
    by_column = {column: found.total() for column, found in sorted(columns.items()) if found}
    return {
        "rows": sum(count(table.get("rows")) for table in tables),
        "rows_changed": sum(count(table.get("rows_changed")) for table in tables),
        "found": sum(by_column.values()),
        "by_type": _ranked(_summed(columns.values())),
        "by_column": by_column,
    }


def _reasons(log: dict[str, Any]) -> dict[str, int]:
    """Held-back records by table and reason; the row numbers stay in scrub.json."""
    found = [mapping(item) for item in _items(log.get("held_back"))]
    return Counter(f"{item.get('table', '?')}: {item.get('reason', '?')}" for item in found)


def _summed(parts: Any) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return dict(sorted(total.items()))


def _ranked(found: dict[str, int]) -> dict[str, int]:
    """Most frequent first, so that charts and tables read in order."""
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
