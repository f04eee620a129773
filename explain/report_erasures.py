"""Who was erased from the run: counts and models of every erasure, never a fingerprint of a person."""

from __future__ import annotations

from collections import Counter
from typing import Any

from privgen.errors import DataError
from privgen.explain.report_values import count, counts, mapping, shorten
from privgen.files import read_jsonl
from privgen.runfolder import RunFolder

Facts = dict[str, Any]

RECORDS = "erasures.jsonl"
_REMOVED = ("records", "truth", "pages", "pages_quoting", "explanations", "media")


def erasures(run: RunFolder) -> Facts:
    """What `privgen erase` took out of this run, summed over its records.

    Returns:
        `people`, `partial` (erased at some merchants only), `first` and `last` time, `rows` by folder and
        table, what else was `removed`, `models` (trained with someone erased: hash, whether still in use,
        whether that can be told, how many people), and customers who `came_back` with a later export.

    Raises:
        DataError: A line is no erasure record; the message names the line only.
    """
    path = run.path / RECORDS
    people: set[str] = set()
    partial, times = 0, []
    rows: dict[str, Counter[str]] = {}
    removed: Counter[str] = Counter(dict.fromkeys(_REMOVED, 0))
    models: dict[str, Facts] = {}
    for line, record in enumerate(read_jsonl(path) if path.exists() else (), start=1):
        try:
            people.add(str(record["customer"]))
            times.append(shorten(str(record["when"]), 40))
            partial += record["merchants"] is not None
            for folder, merchants in mapping(record["rows"]).items():
                for tables in mapping(merchants).values():
                    rows.setdefault(folder, Counter()).update(counts(tables))
            removed.update({name: count(record.get(name)) for name in _REMOVED})
            for model in record["models"]:
                _add_model(models, model)
        except (AttributeError, KeyError, TypeError):
            raise DataError(f"{path}: line {line} is not an erasure record; restore the file") from None
    current = _current_adapter(run)
    return {
        "people": len(people),
        "records": len(times),
        "partial": partial,
        "first": min(times, default=None),
        "last": max(times, default=None),
        "rows": {folder: dict(sorted(tables.items())) for folder, tables in sorted(rows.items())},
        "removed": {name: removed[name] for name in _REMOVED},
        "models": [model | {"in_use": model["adapter_hash"] == current} for model in models.values()],
        "came_back": sum(counts(_scrub_summary(run).get("erased_again")).values()),
    }


def _add_model(models: dict[str, Facts], model: dict[str, Any]) -> None:
    adapter = model.get("adapter_hash")
    name = None if adapter is None else shorten(str(adapter), 80)
    known = models.setdefault(str(name), {"adapter_hash": name, "people": 0, "known": True})
    known["people"] += 1
    known["known"] = known["known"] and model.get("known") is not False


def _current_adapter(run: RunFolder) -> Any:
    """Hash of the adapter that the last complete training left; no hash equals that of no training."""
    entry = mapping(run.manifest["stages"].get("train"))
    return mapping(entry.get("summary")).get("adapter_hash", "no training")


def _scrub_summary(run: RunFolder) -> dict[str, Any]:
    return mapping(mapping(run.manifest["stages"].get("scrub")).get("summary"))
