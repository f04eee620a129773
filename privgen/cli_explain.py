"""`privgen explain --selftest` and `--why`: the check that ships, and why a page says what it says."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import typer

from privgen.cli_show import print_json, print_table, progress_bar
from privgen.errors import DataError, MissingExtraError, RunError
from privgen.files import read_jsonl
from privgen.runfolder import RunFolder

_STYLES = {"same": "", "removed": "red strike", "added": "green underline"}
_BRACKETS = {"same": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}


def run_selftest(as_json: bool, *, planted: Any = None, pages: int = 20) -> None:
    """Train the planted model, explain fresh pages, and show whether the truth came back; exit 1 if not.

    Args:
        as_json: Print JSON, not a table.
        planted: A `privgen.explain.planted.PlantedModel` that was trained before.
        pages: Pages to explain.
    """
    try:
        from privgen.explain import selftest
    except ImportError as missing:
        raise MissingExtraError("explain", str(missing.name)) from None
    started = time.monotonic()
    with progress_bar("selftest", quiet=as_json) as progress:
        found = selftest(planted=planted, pages=pages, progress=progress)
    found["seconds"] = round(time.monotonic() - started, 1)
    show_selftest(found, as_json)
    if not found["passed"]:
        raise typer.Exit(1)


def show_selftest(found: dict[str, Any], as_json: bool) -> None:
    """Print what `privgen.explain.selftest` returned."""
    if as_json:
        print_json(found)
        return
    header = ["check", "found", "wanted", ""]
    rows = [
        [check["check"], f"{check['found']:.4g}", check["wanted"], "ok" if check["passed"] else "FAILED"]
        for check in found["checks"]
    ]
    print_table(f"{found['pages']} pages of a model whose dependence on its signals is known", header, rows)
    state = "passed" if found["passed"] else "FAILED"
    typer.echo(f"self-test {state} in {found['seconds']:.0f} s")


def show_why(path: Path, page_id: str | None, language: str | None, as_json: bool) -> None:
    """Show every sentence of a page: its verdict, why it is there, and what it was without its top signal.

    Raises:
        DataError: The run has no such page, or a model wrote none of it.
    """
    try:
        from privgen.explain import why
    except ImportError as missing:
        raise MissingExtraError("explain", str(missing.name)) from None
    run = RunFolder(path)
    page = _page(run, page_id)
    file = path / "explanations" / "explanations.jsonl"
    records = [record for record in read_jsonl(file) if record["page_id"] == page["page_id"]]
    if not records:
        raise DataError(
            f"{file}: nothing on page {page['page_id']}: no sentence of it was written by a model"
        )
    spoken = language or ("zh" if page["language"].startswith("zh") else "en")
    told = [record | {"why": why(records, n, spoken)} for n, record in enumerate(records)]
    if as_json:
        print_json({"page_id": page["page_id"], "language": spoken, "sentences": told})
        return
    typer.echo(f"page {page['page_id']} for {page['customer_id']} on {page['product_title']}")
    for record in told:
        typer.echo(f"\n{record['section']}: {record['text']}")
        typer.echo(f"  {record['why']}")
        typer.echo(f"  {_sure(record)}")
        other = record["counterfactual"]
        if other:
            print_difference(
                f"  without {other['removed']}: ", other.get("marks") or [["same", other["text"]]]
            )


def run_wish(path: Path, page_id: str, signal_id: str, text: str | None, as_json: bool) -> None:
    """Note that a customer wants a signal hidden, or corrected to `text`, and say what comes next."""
    from privgen.wishes import correct, hide

    run = RunFolder(path)
    if not (path / "run.json").is_file():
        raise RunError(f"{path}: no run there; nothing was hidden")
    with run.locked():
        if text is None:
            hide(run, page_id, signal_id)
        else:
            correct(run, page_id, signal_id, text)
    next_step = f"privgen generate {path}"
    if as_json:
        done = {"page_id": page_id, "signal_id": signal_id, "action": "hide" if text is None else "correct"}
        print_json(done | {"next": next_step})
        return
    typer.echo(f"signal {signal_id}: {'hidden' if text is None else 'corrected'}; run: {next_step}")


def print_difference(before: str, marks: list[list[str]]) -> None:
    """Print a difference on standard output: in colours on a terminal, in brackets elsewhere."""
    if not sys.stdout.isatty():
        told = "".join(_BRACKETS[mark][0] + piece + _BRACKETS[mark][1] for mark, piece in marks)
        typer.echo(before + told)
        return
    from rich.console import Console
    from rich.text import Text

    line = Text(before)
    for mark, piece in marks:
        line.append(piece, style=_STYLES[mark])
    Console().print(line)


def _sure(record: dict[str, Any]) -> str:
    """One line on how far to trust the record."""
    trust = record.get("trust") or {}  # a run explained by an earlier version has none
    scores = {signal["signal_id"]: signal["score"] for signal in record["signals"]}
    cited = ", ".join(f"{id_} {scores[id_]:+.1f}" for id_ in record["cited"])
    parts = [record["verdict"] + (f" by {cited} nats" if cited else "")]
    if trust:
        parts.append(f"{trust['deletion_gain']:+.1f} nats over a random order")
        parts.append(f"ranking stable at {trust['stability']:.2f}")
    noise, order = record.get("noise_floor", 0.0), record.get("order_noise")
    parts.append(f"noise {noise:.0e} (batching)" + (f", {order:.1f} (order of signals)" if order else ""))
    return "; ".join(parts)


def _page(run: RunFolder, page_id: str | None) -> dict[str, Any]:
    file = run.path / "pages" / "pages.jsonl"
    page: dict[str, Any]
    for page in read_jsonl(file):
        if page_id in (None, page["page_id"]):
            return page
    raise DataError(f"{file}: no page {page_id or ''}".rstrip() + "; page ids stand in that file")
