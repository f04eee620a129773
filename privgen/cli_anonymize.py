"""The commands that find, take out and measure personal data: scrub, erase, risk, recognizers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from privgen.cli_options import DEFAULT_RUN, Config, Json, Run, run_one
from privgen.cli_show import errors_as_lines


def scrub(
    run: Annotated[
        Path, typer.Argument(help="Run folder; or, with --out, a file or a folder of tables.")
    ] = DEFAULT_RUN,
    key_file: Annotated[
        str | None,
        typer.Option(help="Key of pseudonyms and encryption, mode 0600 (default: one is made)."),
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(help="pipl, gdpr-pseudonymous, gdpr-anonymous, or a TOML file (examples/policy.toml)."),
    ] = None,
    ner: Annotated[str | None, typer.Option(help="Folder of a model that recognises names.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes.", min=1)] = None,
    out: Annotated[
        Path | None, typer.Option(help="Scrub (or reverse) a file or folder into this one.")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="With --out: scrub only these columns (may be repeated).")
    ] = None,
    reverse: Annotated[bool, typer.Option("--reverse", help="Decrypt what the policy encrypted.")] = False,
    score: Annotated[Path | None, typer.Option(help="Score against a labelled JSONL file.")] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Scrub personal data out of a run, or out of files; reverse it; score it.

    privgen scrub RUN: every table of every silo of a run folder, into RUN/scrubbed.

    privgen scrub PATH --out OUT: a file, or a folder of files, of any size: .parquet, .csv, .tsv, .jsonl,
    .ndjson, .txt or .log, all but the first also .gz or .zst. A killed one goes on when it is given again.

    privgen scrub PATH --reverse --out OUT --key-file KEY: what the policy encrypted, in the clear again.

    privgen scrub --score GOLD: recall, precision and leaked characters against labelled records.
    """
    settings = {"key_file": key_file, "policy": policy, "ner": ner, "workers": workers}
    if (reverse and out is None) or (score is not None and (reverse or out is not None)):
        raise typer.BadParameter("--reverse needs --out; --score stands alone")
    if score is None and not reverse and out is None:
        if column or run.is_file() or str(run) == "-":
            raise typer.BadParameter("a file needs --out, the file to write; a stream cannot be resumed")
        run_one("scrub", run, config, {"scrub": settings}, json)
        return
    with errors_as_lines(json):
        if score is not None:
            from privgen.cli_score import run_score

            run_score(score, config, {"scrub": settings}, json)
        elif reverse and out is not None:
            from privgen.cli_reverse import run_reverse

            run_reverse(run, out, config, {"scrub": settings}, json)
        elif out is not None:
            from privgen.cli_files import run_files

            run_files(run, out, tuple(column or ()), config, {"scrub": settings}, json)


def erase(
    customer: Annotated[str, typer.Option(help="Customer id, or its pseudonym.")],
    run: Run = DEFAULT_RUN,
    merchant: Annotated[str | None, typer.Option(help="Only in the silo of this merchant.")] = None,
    json: Json = False,
) -> None:
    """Remove a person from every table of a run; list the models that were trained on them.

    RUN is the run folder. The removal is recorded in RUN/erasures.jsonl without the id.
    """
    with errors_as_lines(json):
        from privgen.cli_erase import run_erase

        run_erase(run, customer, merchant, json)


def risk(
    path: Annotated[Path, typer.Argument(help="A table (Parquet, CSV, JSONL) or a run folder.")],
    k: Annotated[int | None, typer.Option(help="Generalise and suppress until k-anonymous.", min=2)] = None,
    out: Annotated[Path | None, typer.Option(help="With --k: where the safer table goes.")] = None,
    quasi: Annotated[
        list[str] | None, typer.Option(help="Quasi-identifiers (default: proposed; may be repeated).")
    ] = None,
    sensitive: Annotated[
        list[str] | None, typer.Option(help="Sensitive columns (default: proposed; may be repeated).")
    ] = None,
    json: Json = False,
) -> None:
    """Say what the columns hold, measure k-anonymity, l-diversity, t-closeness, and reach a target k.

    PATH is a table (Parquet, CSV, TSV or JSONL), or a run folder: then its scrubbed customers are measured.
    """
    with errors_as_lines(json):
        from privgen.cli_risk import run_risk

        run_risk(path, k, out, tuple(quasi or ()), tuple(sensitive or ()), json)


def recognizers(
    out: Annotated[Path, typer.Argument(help="YAML file for Presidio's recognizer registry.")],
    languages: Annotated[str, typer.Option(help="Language codes, separated by commas.")] = "en,zh",
    json: Json = False,
) -> None:
    """Write every rule as a recogniser of Presidio's registry, into the YAML file OUT."""
    with errors_as_lines(json):
        from privgen.cli_recognizers import run_recognizers

        run_recognizers(out, tuple(languages.split(",")), json)
