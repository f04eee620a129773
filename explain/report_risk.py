"""How far scrubbed customers still stand out: what scrubbing measured and wrote into scrub.json."""

from __future__ import annotations

from typing import Any

from privgen.explain.report_values import count, finite, mapping, shorten
from privgen.files import read_json
from privgen.runfolder import RunFolder

Facts = dict[str, Any]

TARGETS = ("l_diversity", "t_closeness")
"""Figures that `privgen risk TABLE` gives and a run does not hold."""


def risk(run: RunFolder) -> Facts:
    """Re-identification risk by merchant.

    Returns:
        `measured` (whether any merchant has a figure), `k_least`, `alone` (customers who are alone in their
        class), `merchants` (each with `k` None where nothing tells its customers apart), `missing` (figures
        that were not measured).

    Raises:
        DataError: A scrub.json is not readable.
    """
    logs = [mapping(read_json(path)) for path in sorted((run.path / "scrubbed").glob("*/scrub.json"))]
    merchants = [_merchant(log) for log in logs if "risk" in log]
    least = [m["k"] for m in merchants if m["k"] is not None]
    return {
        "measured": bool(merchants),
        "k_least": min(least, default=None),
        "alone": sum(m["alone"] for m in merchants),
        "customers": sum(m["customers"] for m in merchants),
        "merchants": merchants,
        "missing": list(TARGETS),
    }


def _merchant(log: dict[str, Any]) -> Facts:
    found = mapping(log.get("risk"))
    return {
        "merchant_id": str(log.get("merchant_id", "")),
        "quasi": [shorten(str(name), 40) for name in found.get("quasi") or []],
        "customers": count(found.get("rows")),
        "classes": count(found.get("classes")),
        "k": count(found.get("k")) or None,
        "alone": count(found.get("unique_rows")),
        "mean_risk": finite(found.get("prosecutor_mean")),
    }
