"""`privgen scrub --score`: the figures of a scrubber against labelled records, as a table or JSON."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import typer

from privgen.cli_show import print_json, print_table, progress_bar
from privgen.config import load_config

SHOWN = 5
"""Most rows that are named per fault."""
_SHARES = ("strict_recall", "masked_recall", "strict_precision", "overlap_precision", "leaked_share")


def run_score(gold: Path, config_file: Path | None, flags: dict[str, Any], as_json: bool) -> None:
    """Score the configured scrubber against a file of gold records and print the figures."""
    from privgen.anonymize import Scrubber
    from privgen.anonymize.score import score_file

    config = load_config(config_file, **flags).scrub
    # spans do not depend on the key: scoring needs none
    scrubber = Scrubber(config.languages, key=secrets.token_bytes(32), policy=config.policy, ner=config.ner)
    with progress_bar("score", quiet=as_json) as progress:
        result = score_file(gold, scrubber, progress).as_json()
    if as_json:
        print_json(result)
    else:
        _show(result)


def _show(result: dict[str, Any]) -> None:
    header = ["type", "gold", "found", "strict", "masked", "precise", "overlap", "leaked", "records leaking"]
    rows = [_row(kind, counts) for kind, counts in result["types"].items()]
    print_table("Score", header, [*rows, _row("all", result["overall"])])
    for name in ("masked_recall", "leaked_share"):
        typer.echo(f"{name.replace('_', ' ')}: {_interval(result['overall'][name], 1.0)}")
    alarms = _interval(result["false_alarms_per_1000"], 1000.0)
    typer.echo(f"false alarms per 1,000 of {result['clean_records']:,} records without gold: {alarms}")
    for name in ("set_aside", "held_back"):
        title = name.replace("_", " ")
        for fault in result[name]["rows"][:SHOWN]:
            typer.echo(f"{title}: row {fault['row']}: {fault['reason']}", err=True)
        if result[name]["count"]:
            typer.echo(f"{title}: {result[name]['count']:,} records", err=True)
    if result["unknown_types"]:
        typer.echo(f"types that the scrubber has no name for: {', '.join(result['unknown_types'])}", err=True)


def _row(kind: str, counts: dict[str, Any]) -> list[str]:
    shares = [_share(counts[name]["value"]) for name in _SHARES]
    leaking = f"{counts['leaked_records']:,} of {counts['records']:,}"
    return [kind, f"{counts['gold']:,}", f"{counts['found']:,}", *shares, leaking]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _interval(share: dict[str, float | None], top: float) -> str:
    if share["value"] is None:
        return "-"
    digits = 3 if top == 1.0 else 1
    return f"{share['value']:.{digits}f} (95 %: {share['low']:.{digits}f} to {share['high']:.{digits}f})"
