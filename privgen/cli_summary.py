"""What the CLI prints after a stage, and the closing table of the whole job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer

from privgen.cli_show import print_table
from privgen.files import read_jsonl
from privgen.runfolder import RunFolder, StageResult


def show_stage(run: Path, result: StageResult) -> None:
    """Print a stage's result: one line, then its figures."""
    state = "unchanged, skipped" if result.skipped else "done"
    typer.echo(f"{result.name}: {state}")
    lines = _LINES.get(result.name, _plain)(result.summary)
    for line in lines:
        typer.echo(f"  {line}")
    if result.name == "report":
        typer.echo(f"  {run / 'report' / 'index.html'}")
        missing = "no report.pdf: install privgen[pdf]"
        typer.echo(f"  {run / 'report' / 'report.pdf' if result.summary.get('pdf') else missing}")
    if result.name == "scrub":
        typer.echo(f"  policy: {RunFolder(run).manifest['stages']['scrub']['config']['policy']['name']}")
        typer.echo(f"  {run / 'scrubbed'}/<merchant>: the tables, and scrub.json with counts by column")


def closing_rows(path: Path) -> list[list[str]]:
    """Rows of the table that ends `privgen demo`: what was done, and the figure."""
    run = RunFolder(path)
    scrub, train = run.summary("scrub"), run.summary("train")
    pages, explained = run.summary("generate"), run.summary("explain")
    found = sum(scrub["entities"].values())
    top = sorted(scrub["entities"].items(), key=lambda item: (-item[1], item[0]))[:4]
    kinds = ", ".join(f"{name} {count}" for name, count in top)
    rows = [
        ["personal data found", f"{found} ({kinds}, ...)"],
        ["left after scrubbing", f"{sum(scrub['residual'].values())} findings in the re-scan"],
    ]
    for merchant, epsilon in sorted(train["epsilon"].items()):
        rows.append([f"epsilon spent, {merchant}", f"{epsilon:.2f} (delta {train['delta']:g})"])
    rows += [
        [
            "pages written",
            f"{pages['pages']} ({pages['sentences']} sentences, {pages['fallbacks']} fallbacks)",
        ],
        ["sentences explained", _counts(explained["verdicts"])],
    ]
    return rows


def top_signal_rows(path: Path, most: int = 8) -> list[list[str]]:
    """Sentences of the first page with the signal that drove each."""
    rows: list[list[str]] = []
    first: str | None = None
    for record in read_jsonl(path / "explanations" / "explanations.jsonl"):
        first = first or record["page_id"]
        if record["page_id"] != first or len(rows) == most:
            break
        best = max(record["signals"], key=lambda signal: signal["score"], default=None)
        named = best is not None and record["verdict"] != "none"
        signal = f"{best['kind']}: {best['text']}" if named and best else "no signal moves it"
        score = f"{best['score']:+.1f}" if named and best else ""
        rows.append([record["section"], record["text"], signal, score])
    return rows


def show_closing(path: Path) -> None:
    """Print the closing tables and where the report is."""
    print_table("What was done", ["", "figure"], closing_rows(path))
    header = ["section", "sentence", "top signal", "nats"]
    rows = top_signal_rows(path)
    if rows:
        print_table("Why the first page says what it says", header, rows)
    else:
        typer.echo("No sentence was written by a model, so there is none to explain.")
    typer.echo(f"report: {path / 'report' / 'index.html'}")


def _counts(counts: dict[str, Any]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"


def _plain(summary: dict[str, Any]) -> list[str]:
    return [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in summary.items()]


def _ingest(summary: dict[str, Any]) -> list[str]:
    lines = []
    for merchant, counts in summary.get("merchants", {}).items():
        tables = counts.get("tables", counts) if isinstance(counts, dict) else {}
        lines.append(f"{merchant}: {_counts(tables)}")
    for key in ("rejects", "rejected", "filtered", "planted_spans"):
        if summary.get(key):
            lines.append(f"{key}: {json.dumps(summary[key], ensure_ascii=False)}")
    return lines


def _scrub(summary: dict[str, Any]) -> list[str]:
    lines = [
        f"found: {_counts(summary['entities'])}",
        f"left in the re-scan: {_counts(summary['residual'])}",
        f"rows held back: {summary['held_back']}"
        + (" (scrub.json says why)" if summary["held_back"] else ""),
    ]
    for merchant, tables in sorted(summary.get("rows", {}).items()):
        lines.append(f"{merchant}: rows written: {_counts(tables)}")
    for merchant, tables in sorted(summary.get("expired", {}).items()):
        lines.append(f"{merchant}: rows past their retention dropped: {_counts(tables)}")
    for merchant, people in sorted(summary.get("erased_again", {}).items()):
        lines.append(f"{merchant}: {people} customers who were erased are back; erase them, mend the export")
    return lines


def _train(summary: dict[str, Any]) -> list[str]:
    lines = [
        f"{m}: epsilon {e:.3f}, delta {summary['delta']:g}" for m, e in sorted(summary["epsilon"].items())
    ]
    if summary.get("left_out"):
        lines.append(f"left out, too few customers: {', '.join(summary['left_out'])}")
    lines.append(
        f"rounds: {summary['rounds_done']}" + (f", {summary['stopped']}" if summary["stopped"] else "")
    )
    if summary.get("best_round"):
        loss = summary["validation_loss"]
        lines.append(f"kept: round {summary['best_round']}, validation loss {loss:.4f} nats per token")
    return [*lines, summary["claim"]]


_LINES = {"ingest": _ingest, "scrub": _scrub, "train": _train}
