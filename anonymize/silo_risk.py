"""Risk of a scrubbed customers table: how many customers are still alone with what was left of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from privgen.tables import column_names, table_path

CUSTOMER_QUASI = ("locale", "region", "birth_date")
"""Quasi-identifiers that a customers table may still hold after scrubbing."""


def silo_risk(silo: Path, quasi: tuple[str, ...] = CUSTOMER_QUASI) -> dict[str, Any] | None:
    """Counts on the customers table of a silo; None if it has no customers or nothing that tells them apart.

    Args:
        silo: Folder of scrubbed tables.
        quasi: Columns to look at; empty ones count for nothing and are left out.

    Returns:
        quasi, rows, classes, k, unique_rows (alone in their class) and prosecutor_mean; see `RiskReport`.

    Raises:
        DataError: The table is not readable.
    """
    from privgen.anonymize.encoded import read_encoded  # numpy, which scrubbing itself does without
    from privgen.anonymize.risk import measure_risk

    path = table_path(silo, "customers")
    if path is None:
        return None
    known = set(column_names(path))
    table = read_encoded(path, [name for name in quasi if name in known])
    filled = tuple(name for name, column in table.columns.items() if any(map(str.strip, column.values)))
    if not filled or not table.rows:
        return None
    report = measure_risk(table, filled)
    return {
        "quasi": list(filled),
        "rows": report.rows,
        "classes": report.classes,
        "k": report.k,
        "unique_rows": report.unique_rows,
        "prosecutor_mean": round(report.prosecutor_mean, 6),
    }
