"""What `privgen erase` prints: rows removed, models that knew the person, what to do next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from privgen.cli_show import print_json, print_table, progress_bar
from privgen.pipeline import erase

_LIMITS = (
    "not reached: what other people wrote about them (no id says so), backups, disk snapshots, copies of the "
    "run or of an adapter, and the export itself"
)


def run_erase(run: Path, customer: str, merchant: str | None, as_json: bool) -> None:
    """Erase a customer and print the result; exit code 1 if an id of theirs is still in a file of the run."""
    with progress_bar("erase", quiet=as_json) as progress:
        result = erase(run, customer, merchant, progress)
    if as_json:
        print_json(result)
    else:
        _show(result)
    if result["left_in"]:
        names = ", ".join(sorted(result["left_in"]))
        typer.echo(f"privgen: an id of theirs is still in {names}; remove it there by hand", err=True)
        raise typer.Exit(1)


def _show(result: dict[str, Any]) -> None:
    typer.echo(f"{result['status']}: {result['when']}, recorded as {result['customer']}")
    print_table("Removed", ["merchant", "table", "raw rows", "scrubbed rows"], _rows(result["rows"]))
    typer.echo(
        f"  training records: {result['records']}, lines of the synthetic truth: {result['truth']}\n"
        f"  pages: {result['pages']} of theirs, {result['pages_quoting']} of others made from their reviews; "
        f"explanations: {result['explanations']}"
    )
    if result["media"]:
        typer.echo(f"  media: {result['media']} rows named files outside the run; delete those files")
    _show_models(result["models"])
    for name, count in result["mentions"].items():
        typer.echo(f"  look at {name}: {count} rows of others hold the same name, number, address or id")
    typer.echo(f"  {_LIMITS}")
    for number, step in enumerate(result["next"], 1):
        typer.echo(f"  next {number}. {step}")


def _rows(rows: dict[str, dict[str, dict[str, int]]]) -> list[list[str]]:
    raw, scrubbed = rows.get("silos", {}), rows.get("scrubbed", {})
    places = {(merchant, table) for part in (raw, scrubbed) for merchant in part for table in part[merchant]}
    return [
        [
            merchant,
            table,
            str(raw.get(merchant, {}).get(table, 0)),
            str(scrubbed.get(merchant, {}).get(table, 0)),
        ]
        for merchant, table in sorted(places)
    ]


def _show_models(models: list[dict[str, Any]]) -> None:
    if not models:
        typer.echo("  models: none was trained with them")
        return
    header = ["adapter", "run", "trained with them at", "rounds", "epsilon", "in use"]
    print_table("Models", header, [_model_row(model) for model in models])
    for claim in {model["claim"]: None for model in models if model["claim"]}:
        typer.echo(f"  what the weights can tell of them is bounded: {claim}")


def _model_row(model: dict[str, Any]) -> list[str]:
    epsilon = model["epsilon_composed"]
    spent = "unknown" if epsilon is None else f"{epsilon:.3f} (delta {model['delta']:g})"
    return [
        (model["adapter_hash"] or "unfinished")[:16],
        model["run"],
        ", ".join(model["merchants"]) + ("" if model["known"] else " (cannot be told)"),
        "unknown" if model["rounds"] is None else str(model["rounds"]),
        "UNSAFE: no bound" if model["unsafe"] else spent,
        "yes" if model["in_use"] else "no",
    ]
