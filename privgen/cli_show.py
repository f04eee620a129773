"""How the CLI shows things: progress bars, tables, JSON, one-line errors."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from typing import Any

import typer

from privgen.errors import PrivgenError
from privgen.progress import Progress, silent


@contextlib.contextmanager
def errors_as_lines(as_json: bool = False) -> Iterator[None]:
    """Turn a `PrivgenError`, or a system error, into one line on standard error and exit code 1."""
    try:
        yield
    except PrivgenError as fault:
        _show_fault(fault, str(fault), as_json)
        raise typer.Exit(1) from None
    except OSError as fault:  # a full disk, a folder that may not be written
        where, what = fault.filename or "operating system", fault.strerror or type(fault).__name__
        _show_fault(fault, f"{where}: {what}; mend it and run the same command again", as_json)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo("privgen: stopped; run the same command again to go on", err=True)
        raise typer.Exit(130) from None


def _show_fault(fault: Exception, message: str, as_json: bool) -> None:
    line = " ".join(message.split())
    if as_json:
        print(json.dumps({"error": type(fault).__name__, "message": line}, ensure_ascii=False))
    typer.echo(f"privgen: {line}", err=True)


@contextlib.contextmanager
def progress_bar(title: str, quiet: bool = False) -> Iterator[Progress]:
    """A progress bar on standard error; plain lines are left out when it is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield _step_lines(title) if not quiet else silent
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars

    columns = (
        SpinnerColumn(),
        TextColumn("[bold]{task.description:<9}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[label]}"),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(title, total=None, label="")

        def show(done: float, total: float | None, label: str) -> None:
            bars.update(task, completed=done, total=total, label=label)

        yield show


def _step_lines(title: str) -> Progress:
    """One line per finished tenth, for logs."""
    shown = -1

    def show(done: float, total: float | None, label: str) -> None:
        nonlocal shown
        tenth = int(10 * done / total) if total else -1
        if tenth > shown:
            shown = tenth
            typer.echo(f"{title}: {done:,.0f} of {total:,.0f} ({label})", err=True)

    return show


def print_json(value: Any) -> None:
    """Print one JSON document on standard output."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(title: str, header: list[str], rows: list[list[str]]) -> None:
    """Print a table on standard output; numbers to the right."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console() if sys.stdout.isatty() else Console(width=120)
    table = Table(title=title, title_justify="left", header_style="bold")
    for place, name in enumerate(header):
        numeric = bool(rows) and all(_is_number(row[place]) for row in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console.print(table)


def _is_number(text: str) -> bool:
    return bool(text) and text.replace(",", "").replace(".", "").replace("-", "").isdigit()
