"""The answer to an access request as files: JSON for a machine, HTML in English and in Chinese."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from privgen.errors import ConfigError, MissingExtraError
from privgen.files import sha256_text, staged_folder, write_json
from privgen.runfolder import RunFolder

Facts = dict[str, Any]

ANSWER = "answer.json"


def write_answer(run: RunFolder, facts: Facts, out: Path | None = None) -> Facts:
    """Write `answer.json`, `answer.en.html` and `answer.zh.html` into a folder that only its owner reads.

    Args:
        run: The run, which the folder must not lie in: an erasure would not look for the person there.
        facts: From `access_facts`.
        out: The folder; an answer in it is replaced. Default: `access-` and 12 digits in the current folder.

    Returns:
        `files`, paths as text, and `counts`.

    Raises:
        ConfigError: The folder lies in the run.
        RunError: The folder holds something else.
    """
    try:
        from privgen.explain.report_html import LANGUAGES, environment
        from privgen.explain.report_values import clean
    except ImportError as missing:
        raise MissingExtraError("explain", str(missing.name)) from None
    folder = out if out is not None else Path(f"access-{sha256_text(facts['pseudonyms'][0])[:12]}")
    if folder.resolve().is_relative_to(run.path.resolve()):
        raise ConfigError(f"--out {folder}: lies in the run; answers hold raw data and belong elsewhere")
    shown = clean(facts)
    with staged_folder(folder, marker=ANSWER) as staging:
        staging.chmod(0o700)
        for language in LANGUAGES:
            template = environment(language, "access").get_template("access.html.j2")
            page = staging / f"answer.{language}.html"
            page.write_text(template.render(r=shown, lang=language) + "\n", encoding="utf-8")
        write_json(staging / ANSWER, shown)
        for path in staging.iterdir():
            path.chmod(0o600)
    names = (ANSWER, *(f"answer.{language}.html" for language in LANGUAGES))
    return {"files": [str(folder / name) for name in names], "counts": _counts(facts)}


def _counts(facts: Facts) -> dict[str, int]:
    return {
        "rows": sum(len(part["rows"]) for part in facts["held"]),
        "statements": len(facts["inferred"]),
        "training records": len(facts["training_records"]),
        "models": len(facts["models"]),
        "pages": len(facts["pages"]),
        "wishes": len(facts["wishes"]),
    }
