"""`privgen risk`: what the columns hold, how far rows stand out, and a safer table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from privgen.cli_show import print_json, print_table, progress_bar
from privgen.errors import DataError, MissingExtraError
from privgen.progress import Progress

if TYPE_CHECKING:
    from privgen.anonymize import Anonymised, RiskReport, TypedColumn


def run_risk(
    path: Path,
    k: int | None,
    out: Path | None,
    quasi: tuple[str, ...],
    sensitive: tuple[str, ...],
    as_json: bool,
) -> None:
    """Type and measure a table, or the scrubbed customers of a run; with `k`, write a k-anonymous table.

    Raises:
        DataError: No such table, or nothing to measure.
        ConfigError: Unknown column, or an output of another format.
    """
    if (k is None) != (out is None):
        raise typer.BadParameter("--k and --out go together")
    if path.is_dir():
        if k is not None or quasi or sensitive:
            raise typer.BadParameter("a run folder is only measured; give a table for the other options")
        _run_folder(path, as_json)
        return
    try:
        with progress_bar("risk", quiet=as_json) as progress:
            result = _table(path, k, out, quasi, sensitive, progress)
    except ModuleNotFoundError as missing:
        raise MissingExtraError("anonymize", str(missing.name)) from None
    columns, report, done = result
    if as_json:
        print_json(
            {
                "columns": [column.to_json() for column in columns],
                "risk": report.to_json() if report else None,
                **({"anonymised": done.to_json()} if done else {}),
            }
        )
        return
    _show_columns(path, columns)
    if report is None:
        typer.echo("No column looks like a quasi-identifier, so nothing is measured; name some with --quasi.")
    elif done is None:
        _show_risk([("", report)])
    else:
        _show_risk([("before", done.before), ("after", done.after)])
        _show_loss(done, out)


def _table(
    path: Path,
    k: int | None,
    out: Path | None,
    quasi: tuple[str, ...],
    sensitive: tuple[str, ...],
    progress: Progress,
) -> tuple[tuple[TypedColumn, ...], RiskReport | None, Anonymised | None]:
    from privgen.anonymize import Target, k_anonymize, measure_risk, proposed, type_columns

    columns = type_columns(path, progress=progress)
    if k is not None and out is not None:
        done = k_anonymize(
            path, out, Target(k), quasi=quasi, sensitive=sensitive, columns=columns, progress=progress
        )
        return columns, done.before, done
    quasi = quasi or proposed(columns, "quasi-identifier")
    sensitive = tuple(name for name in sensitive or proposed(columns, "sensitive") if name not in quasi)
    if not quasi:
        return columns, None, None
    return columns, measure_risk(path, quasi, sensitive, progress=progress), None


def _run_folder(run: Path, as_json: bool) -> None:
    """Measure the scrubbed customers of each merchant."""
    from privgen.anonymize.silo_risk import silo_risk

    silos = sorted(silo.parent for silo in run.glob("scrubbed/*/scrub.json"))
    if not silos:
        raise DataError(f"{run}: no scrubbed silos and no table; run privgen scrub first, or give a table")
    found = {silo.name: silo_risk(silo) for silo in silos}
    if as_json:
        print_json({"merchants": found})
        return
    header = ["merchant", "customers", "quasi-identifiers", "classes", "k", "alone", "mean risk"]
    print_table("Risk of the scrubbed customers", header, [_merchant(*item) for item in found.items()])


def _merchant(name: str, risk: dict[str, Any] | None) -> list[str]:
    if risk is None:
        return [name, "", "none left", "", "", "", ""]
    counts = [f"{risk[key]:,}" for key in ("classes", "k", "unique_rows")]
    mean = f"{risk['prosecutor_mean']:.1%}"
    return [name, f"{risk['rows']:,}", ", ".join(risk["quasi"]), *counts, mean]


def _show_columns(path: Path, columns: tuple[TypedColumn, ...]) -> None:
    rows = [
        [
            column.column or "(no name)",
            column.type,
            column.role,
            f"{column.confidence:.0%} ({column.low:.0%}-{column.high:.0%})",
            f"{column.uniqueness:.0%}",
            column.reason,
        ]
        for column in columns
    ]
    header = ["column", "holds", "role", "confidence (95 %)", "unique", "why"]
    print_table(f"Columns of {path.name}, by a sample of the rows", header, rows)


def _show_risk(reports: list[tuple[str, RiskReport]]) -> None:
    figures: list[tuple[str, list[str]]] = []
    every = [report for _, report in reports]
    figures.append(("rows", [f"{r.rows:,}" for r in every]))
    figures.append(("equivalence classes", [f"{r.classes:,}" for r in every]))
    figures.append(("k (smallest class)", [f"{r.k:,}" for r in every]))
    figures.append(
        ("rows alone in their class", [f"{r.unique_rows:,} ({r.unique_share:.1%})" for r in every])
    )
    figures.append(("rows in classes under 5", [f"{r.rows_below[5]:,}" for r in every]))
    figures.append(("re-identification, worst row", [f"{r.prosecutor_max:.1%}" for r in every]))
    figures.append(("re-identification, mean row", [f"{r.prosecutor_mean:.1%}" for r in every]))
    for place, sensitive in enumerate(every[0].sensitive):
        found = [report.sensitive[place] for report in every if report.sensitive]
        name = sensitive.column
        figures.append((f"{name}: l (distinct)", [str(s.distinct_l) for s in found]))
        figures.append((f"{name}: l (entropy)", [f"{s.entropy_l:.2f}" for s in found]))
        figures.append((f"{name}: c of (c,l)", [str(s.recursive_c or "none") for s in found]))
        figures.append((f"{name}: alpha", [f"{s.alpha:.2f}" for s in found]))
        distance = "ordered" if sensitive.ordered else "equal"
        figures.append((f"{name}: t ({distance} distance)", [f"{s.t:.3f}" for s in found]))
    title = f"Risk under {', '.join(every[0].quasi)}"
    print_table(title, ["", *(name for name, _ in reports)], [[name, *cells] for name, cells in figures])


def _show_loss(done: Anonymised, out: Path | None) -> None:
    loss = done.loss
    rows = [
        [
            column.column,
            done.kinds[column.column],
            f"{column.ncp:.1%}",
            f"{column.generalised:,}",
            f"{column.suppressed:,}",
        ]
        for column in loss.columns
    ]
    header = ["column", "hierarchy", "lost (NCP)", "cells generalised", "cells suppressed"]
    print_table("Information lost", header, rows)
    typer.echo(
        f"lost over all: {loss.gcp:.1%} (GCP); rows left out: {loss.suppressed_rows:,} "
        f"({loss.suppressed_share:.2%}); average class size: {loss.average_class_size:.2f} k; "
        f"discernibility: {loss.discernibility:,}"
    )
    for name, role in done.dropped.items():
        typer.echo(f"left out: {name or '(no name)'} ({role})")
    for name in done.singling:
        typer.echo(f"kept as it is, though its values single out rows: {name or '(no name)'}")
    if done.set_aside:
        typer.echo(f"rows that could not be read: {done.set_aside:,}")
    typer.echo(f"written: {out}")
