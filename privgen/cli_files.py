"""`privgen scrub FILE_OR_FOLDER --out OUT`: files of any size, outside a run folder."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import typer

from privgen.cli_show import print_json, progress_bar
from privgen.config import load_config
from privgen.errors import ConfigError, DataError, MissingExtraError
from privgen.files import read_jsonl

_KEY = "scrub.key"
_REASONS = 5
"""Most reasons that are named per file; the rejects file names each row's."""


def run_files(
    path: Path,
    out: Path,
    columns: tuple[str, ...],
    config_file: Path | None,
    flags: dict[str, Any],
    as_json: bool,
) -> None:
    """Scrub a file or the files of a folder and print the counts.

    Args:
        path: File or folder.
        out: File of the same kind, or folder. A file may be given the folder that it goes into.
        columns: Scrub only these; empty for all.
        config_file: TOML of a run; its `scrub` part counts.
        flags: The `scrub` part as flags give it; without a key file one is made beside `out`.
        as_json: Print JSON.

    Raises:
        PrivgenError: See `scrub_file`.
    """
    try:
        from privgen.anonymize import Policy, Scrubber, load_key, load_policy, scrub_file, scrub_folder
    except ImportError as missing:
        raise MissingExtraError("anonymize", str(missing.name)) from None
    config = load_config(config_file, **flags).scrub
    if config.retention:
        raise ConfigError("scrub.retention: counts for runs only, files have no tables to drop rows from")
    if not path.exists():
        raise DataError(f"{path}: no such file or folder")
    if path.is_file() and out.is_dir():
        out = out / path.name
    policy = load_policy(config.policy) if config.policy else Policy()
    key_file = Path(config.key_file) if config.key_file else out.parent / _KEY
    kept = policy.key == "file"
    key = load_key(key_file, create=config.key_file is None) if kept else b""
    scrubber = Scrubber(languages=config.languages, key=key, policy=policy, ner=config.ner)
    with progress_bar("scrub", quiet=as_json) as progress:
        run = scrub_folder if path.is_dir() else scrub_file
        report = run(path, out, scrubber=scrubber, columns=columns, workers=config.workers, progress=progress)
    report = {**report, "out": str(out), "key_file": str(key_file) if kept else None}
    if as_json:
        print_json(report)
    else:
        _show(report)


def _show(report: dict[str, Any]) -> None:
    """Print a few lines of counts, and what became of each file."""
    state = ", unchanged since the last run" if report.get("unchanged") else ""
    lines = [
        f"{report['out']}: {report['rows']:,} rows written, {report['changed']:,} of them changed{state}",
        f"found: {_counts(report['entities'])}",
        f"left in the second scan: {_counts(report['residual'])}",
        f"set aside: {report['rejected']:,} rows",
        f"{report['seconds']:.1f} s, {report['rows_per_second']:,.0f} rows/s; "
        f"key: {report['key_file'] or 'a random one that nobody keeps'}",
    ]
    out = Path(report["out"])
    for name, entry in report.get("files", {"": report}).items():
        lines += _file_lines(name or out.name, out / name, entry)
    if report.get("left_out"):
        lines.append(f"not copied, of another kind: {len(report['left_out'])} files")
    for line in lines:
        typer.echo(line)


def _file_lines(name: str, out: Path, entry: dict[str, Any]) -> list[str]:
    """What was found by column, and why rows were set aside."""
    from privgen.anonymize.journal import rejects_path

    lines = [
        f"  {name}, {column or 'text'}: {_counts(counts)}"
        for column, counts in sorted(entry["columns"].items())
    ]
    if entry["texts"]:
        lines.append(f"  {name}: number columns with personal data, now text: {', '.join(entry['texts'])}")
    if entry["rejected"]:
        path = rejects_path(out)
        reasons = Counter(str(line["reason"]) for line in read_jsonl(path)).most_common(_REASONS)
        lines += [f"  {path}: {count:,} rows set aside: {reason}" for reason, count in reasons]
    return lines


def _counts(counts: dict[str, int]) -> str:
    pairs = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count:,} {name}" for name, count in pairs) or "nothing"
