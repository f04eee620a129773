"""`privgen report --verify`, `--diff` and `--customer`: check a report, compare two, answer one person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from privgen.cli_show import print_json, print_table, progress_bar
from privgen.errors import RunError
from privgen.pipeline import verify
from privgen.runfolder import RunFolder

_ROWS = 60
"""Differing figures that are printed; --json has all."""


def run_verify(run: Path, public_key: Path | None, as_json: bool) -> None:
    """Verify a run against its report; exit code 1 if anything differs."""
    _check_run(run)
    with progress_bar("verify", quiet=as_json) as progress:
        found = verify(run, public_key, progress)
    if as_json:
        print_json(found)
    else:
        _show_verification(found)
    if not found["verified"]:
        raise typer.Exit(1)


def run_diff(run: Path, other: Path, out: Path | None, language: str, as_json: bool) -> None:
    """Print what changed from one run's report to another's; write it as HTML too where `out` is given."""
    from privgen.explain.report_diff import run_changes

    for path in (run, other):
        _check_run(path)
    changed = run_changes(RunFolder(run), RunFolder(other))
    if out is not None:
        from privgen.explain.report_diff_html import write_diff

        write_diff(out, (str(other), str(run)), changed, language)
    found = [change.to_json() for change in changed]
    if as_json:
        print_json({"before": str(other), "after": str(run), "changes": found})
        return
    typer.echo(f"{len(found)} figures and facts differ from {other} to {run}")
    _print_changes("What changed", [str(other), str(run)], found)
    if out is not None:
        typer.echo(f"  {out}")


def run_customer(run: Path, customer: str, merchant: str | None, out: Path | None, as_json: bool) -> None:
    """Write the answer to one person's access request and print where it is."""
    from privgen.pipeline import answer

    _check_run(run)
    with progress_bar("report", quiet=as_json) as progress:
        result = answer(run, customer, merchant, out, progress)
    if as_json:
        print_json(result)
        return
    counts = result["counts"]
    typer.echo(f"answer: {', '.join(f'{count} {name}' for name, count in counts.items())}")
    for path in result["files"]:
        typer.echo(f"  {path}")
    typer.echo("  it holds personal data in the clear: hand it over safely, then delete it")


def _check_run(path: Path) -> None:
    if not (path / "run.json").is_file():
        raise RunError(f"{path}: no run there; give a run folder")


def _show_verification(found: dict[str, Any]) -> None:
    checked = found["checked"]
    for finding in found["findings"]:
        typer.echo(f"{finding['path'] or 'run'}: {finding['fault']}")
    if found["figures"]:
        _print_changes("Figures that came out otherwise", ["report.json", "now"], found["figures"])
    for note in found["notes"]:
        typer.echo(f"note: {note}")
    signed = f"signed by {found['signed_by']}" if found["signed_by"] else "not signed"
    verdict = "verified" if found["verified"] else "NOT VERIFIED"
    typer.echo(f"{verdict}: {', '.join(f'{count:,} {name}' for name, count in checked.items())}; {signed}")


def _print_changes(title: str, names: list[str], found: list[dict[str, Any]]) -> None:
    rows = [
        [c["figure"], _cell(c["before"]), _cell(c["after"]), "" if c["by"] is None else f"{c['by']:+g}"]
        for c in found[:_ROWS]
    ]
    if rows:
        print_table(title, ["figure", *names, "by"], rows)
    if len(found) > _ROWS:
        typer.echo(f"  and {len(found) - _ROWS} more; --json has them all")


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    text = "none" if value is None else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
