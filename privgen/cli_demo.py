"""`privgen demo`: the whole job on a synthetic marketplace, with a bar per stage and a closing table."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import typer

from privgen.cli_show import print_json, progress_bar
from privgen.cli_summary import closing_rows, show_closing, top_signal_rows
from privgen.pipeline import whole_job


def run_demo(path: Path, config_file: Path | None, flags: dict[str, Any], as_json: bool) -> None:
    """Run every stage, then show what was done."""
    started, seconds = time.monotonic(), {}

    def bar(name: str) -> Any:
        return progress_bar(name, quiet=as_json)

    last = started
    for result in whole_job(path, config_file, flags, bar):
        now = time.monotonic()
        seconds[result.name], last = round(now - last, 1), now
        if not as_json:
            state = "unchanged" if result.skipped else f"{seconds[result.name]:.1f} s"
            typer.echo(f"{result.name}: {state}", err=True)
    if as_json:
        report = str(path / "report" / "index.html")
        table = dict(closing_rows(path))
        print_json(
            {"figures": table, "first_page": top_signal_rows(path), "seconds": seconds, "report": report}
        )
    else:
        show_closing(path)
