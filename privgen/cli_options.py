"""What commands of the shell share: the options that many have, and how a stage is run and shown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from privgen.cli_show import errors_as_lines, print_json, progress_bar

Run = Annotated[Path, typer.Argument(help="Run folder; every command reads and extends it.")]
Config = Annotated[Path | None, typer.Option("--config", help="TOML file; flags win over it.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Model = Annotated[str | None, typer.Option(help="Base model: folder or hub id (default: the embedded one).")]
Locale = Annotated[str | None, typer.Option(help="en_US or zh_CN.")]
DEFAULT_RUN = Path("run")


def run_one(
    name: str, run: Path, config: Path | None, flags: dict[str, Any], as_json: bool, **options: Any
) -> None:
    """Run one stage and print its result; errors become lines."""
    with errors_as_lines(as_json):
        from privgen.pipeline import run_stage

        with progress_bar(name, quiet=as_json) as progress:
            result = run_stage(name, run, config, flags, options, progress)
        if as_json:
            print_json({"stage": name, "skipped": result.skipped, "summary": result.summary})
        else:
            from privgen.cli_summary import show_stage

            show_stage(run, result)
