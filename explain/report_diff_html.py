"""What changed between two reports, as one HTML page that stands alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from privgen.errors import ConfigError
from privgen.explain.report_diff import Change
from privgen.explain.report_html import LANGUAGES, environment
from privgen.explain.report_values import clean
from privgen.files import atomic_open


def write_diff(path: Path, names: tuple[str, str], found: Sequence[Change], language: str = "en") -> None:
    """Write the changes, a table for each part of the report.

    Args:
        path: The file.
        names: What to call the earlier and the later run.
        found: From `run_changes`.
        language: One of `LANGUAGES`.

    Raises:
        ConfigError: There is no such language.
    """
    if language not in LANGUAGES:
        raise ConfigError(f"language: wanted one of {', '.join(LANGUAGES)}")
    rows = sorted((clean(change.to_json()) for change in found), key=lambda row: _part(row["figure"]))
    parts = [(part, list(items)) for part, items in groupby(rows, key=lambda row: _part(row["figure"]))]
    template = environment(language, "diff").get_template("diff.html.j2")
    html = template.render(parts=parts, names=clean(list(names)), n=len(rows), lang=language)
    with atomic_open(path) as handle:
        handle.write(html + "\n")


def _part(figure: str) -> str:
    return figure.split("/")[1]
