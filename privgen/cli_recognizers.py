"""`privgen recognizers`: every rule as a recogniser in a file for Presidio's registry."""

from __future__ import annotations

from pathlib import Path

import typer

from privgen.cli_show import print_json


def run_recognizers(out: Path, languages: tuple[str, ...], as_json: bool) -> None:
    """Write the file and say what stands in it."""
    from privgen.anonymize.recognizer_file import CLASS, write_registry

    codes = tuple(dict.fromkeys(code.strip() for code in languages))
    kinds = write_registry(out, codes)
    if as_json:
        print_json({"file": str(out), "languages": codes, "entity_types": kinds, "class_name": CLASS})
    else:
        typer.echo(f"{out}: {len(kinds)} recognisers for {', '.join(codes)}")
        typer.echo(
            "Presidio finds them after `import privgen.anonymize.presidio`; the file's head shows how."
        )
