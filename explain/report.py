"""The compliance report: facts and gaps of one run, as HTML that stands alone and as JSON with a schema.

    from privgen.explain.report import write_report

    write_report(RunFolder(Path("my-run")), language="zh")

It reads the run folder (with the deployer's own statements, see report_deployer) and nothing else, states
what was done, under which assumptions, and what was not, and passes no legal judgement. The schema of
report.json is templates/report.schema.json.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from importlib import util
from pathlib import Path
from typing import Any

from privgen.errors import ConfigError
from privgen.explain import report_details
from privgen.explain.report_data import consent, data_map, personal_data
from privgen.explain.report_deployer import deployer
from privgen.explain.report_erasures import erasures
from privgen.explain.report_evidence import attention, evidence, gaps, model, not_done
from privgen.explain.report_explanations import explanations, not_explained
from privgen.explain.report_fields import field_map
from privgen.explain.report_files import LIST, RunFile, list_files, list_text
from privgen.explain.report_generation import generation
from privgen.explain.report_groups import groups
from privgen.explain.report_html import LANGUAGES, labels, render, resolve
from privgen.explain.report_privacy import not_trained, privacy
from privgen.explain.report_registry import registry
from privgen.explain.report_risk import risk
from privgen.explain.report_rules import STATES, rules
from privgen.explain.report_training import training
from privgen.explain.report_values import clean, mapping
from privgen.explain.report_withdrawals import withdrawals
from privgen.files import atomic_open, staged_folder, write_json
from privgen.progress import Progress, silent
from privgen.runfolder import STAGES, RunFolder

SCHEMA_VERSION = "1.1"
"""Version of report.json: the first number changes when a reader of the old one would misread the new."""

Facts = dict[str, Any]
_FILES = (("html", "index.html"), ("json", "report.json"), ("pdf", "report.pdf"))


def write_report(
    run: RunFolder,
    *,
    language: str = "en",
    hidden: frozenset[str] = frozenset(),
    files: list[RunFile] | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Write `report/`: index.html, report.json, files.jsonl, details and, with `privgen[pdf]`, report.pdf.

    Equal run folders give equal bytes. Memory does not grow with the number of pages.

    Args:
        run: A run that was ingested, scrubbed and generated; training may be missing only if no adapter
            wrote the pages, explanations may be missing and are then listed as not done.
        language: `en` or `zh`.
        hidden: Ids of pages that are counted and never shown.
        files: What `list_files` found, where it is known already.
        progress: Told ledgers, pages, explanations and hashes done.

    Returns:
        `html`, `json` and `pdf` (`path` relative to the run folder, `bytes`; `pdf` is None without
        `privgen[pdf]`), `language`, and the report's `summary`.

    Raises:
        ConfigError: There is no such language.
        RunError: A stage is missing; the message names the command to run.
        DataError: A file of the run is not readable; the message names file and line.
        LedgerError: A ledger holds an entry that cannot be accounted for.
    """
    folder = run.path / "report"
    listed = list_files(run.path, progress) if files is None else files
    with (
        _removed_on_failure(folder),
        staged_folder(folder / report_details.FOLDER, marker=report_details.INDEX) as staging,
    ):

        def keep(name: str, text: str) -> None:
            (staging / name).write_text(text, encoding="utf-8")

        facts = report_facts(
            run, language=language, hidden=hidden, files=listed, keep=keep, progress=progress
        )
        write_json(staging / report_details.INDEX, facts["details"])
        html = render(facts, language)
        _write(folder / "index.html", html)
        _write(run.path / LIST, list_text(listed))
        write_json(folder / "report.json", facts)
        _write_pdf(folder / "report.pdf", html, language)
    sizes = {key: _size(folder / name) for key, name in _FILES}
    return sizes | {"language": language, "summary": facts["summary"]}


def figure(path: Path, pointer: str) -> Any:
    """One figure of the report on the run at `path`, counted again; `pointer` is its place in report.json."""
    return resolve(report_facts(RunFolder(path)), pointer)


def _write_pdf(path: Path, html: str, language: str) -> None:
    """Write the PDF; without its library an older one goes, which would tell of another run."""
    if not pdf_installed():
        path.unlink(missing_ok=True)
        return
    content = report_pdf(html, language)
    with atomic_open(path, "wb") as handle:
        handle.write(content)


def report_pdf(html: str, language: str) -> bytes:
    """The PDF of a report's HTML; needs `privgen[pdf]`."""
    from privgen.explain.report_pdf import pdf_bytes

    return pdf_bytes(html, language=language, title=labels(language)["page"]["title"])


def pdf_installed() -> bool:
    """Whether `privgen[pdf]` is."""
    return util.find_spec("reportlab") is not None


def _size(path: Path) -> Facts | None:
    return {"path": f"report/{path.name}", "bytes": path.stat().st_size} if path.exists() else None


def report_facts(
    run: RunFolder,
    *,
    language: str = "en",
    hidden: frozenset[str] = frozenset(),
    files: list[RunFile] | None = None,
    keep: report_details.Keep = report_details.drop,
    progress: Progress = silent,
) -> Facts:
    """Everything the report says, as the JSON object of report.json.

    Args:
        run: As for `write_report`, like the other arguments.
        keep: Given every file of details.

    Raises:
        ConfigError: There is no such language.
        RunError: A stage is missing; the message names the command to run.
        DataError: A file of the run is not readable.
        LedgerError: A ledger holds an entry that cannot be accounted for.
    """
    if language not in LANGUAGES:
        raise ConfigError(f"language: wanted one of {', '.join(LANGUAGES)}")
    facts: Facts = {"schema_version": SCHEMA_VERSION, "kind": "privgen.report", "language": language}
    facts |= {"data": data_map(run), "consent": consent(run), "personal_data": personal_data(run)}
    facts |= {"deployer": deployer(run), "erasures": erasures(run)}
    facts["personal_data"]["risk"] = risk(run)
    facts["generation"] = generation(run, hidden=hidden, progress=progress)
    facts["data"]["fields"] = field_map(run, facts["generation"]["sources"])
    facts["consent"] |= withdrawals(run, facts["generation"]["hidden"])
    trained = _trained(run, facts["generation"]["writers"])
    facts["privacy"] = privacy(run, progress=progress) if trained else not_trained()
    facts["model"] = model(run, facts["generation"]["writers"]) | training(run)
    explained = _complete(run, "explain")
    samples = facts["generation"]["samples"]
    facts["explanations"] = explanations(run, samples, progress=progress) if explained else not_explained()
    facts["groups"] = groups(run, explained=explained)
    facts["details"] = report_details.details(
        run, language=language, hidden=hidden, keep=keep, progress=progress
    )
    listed = list_files(run.path, progress) if files is None else files
    facts["evidence"] = evidence(run, listed, explained=explained, trained=trained, progress=progress)
    words = labels(language)
    facts["not_done"] = [{"code": c, "text": words["not_done"][c]} for c in not_done(run, facts)]
    facts["gaps"] = [gap | {"text": words["gaps"][gap["code"]]} for gap in gaps(facts)]
    facts["attention"] = [{"code": c, "text": words["attention"][c]} for c in attention(facts)]
    facts["as_of"] = _as_of(run)
    facts["rules"] = rules(facts)
    facts["privacy"]["registry"] = registry(facts)
    facts["summary"] = _summary(facts)
    cleaned: Facts = clean(facts)
    return cleaned


@contextlib.contextmanager
def _removed_on_failure(folder: Path) -> Iterator[None]:
    """Leave no half report where there was none."""
    was_there = folder.exists()
    try:
        yield
    except BaseException:
        if not was_there:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _write(path: Path, text: str) -> None:
    with atomic_open(path) as handle:
        handle.write(text)


def _trained(run: RunFolder, writers: list[Facts]) -> bool:
    """Whether to report on training: it ran, or an adapter wrote pages and so it must have."""
    return _complete(run, "train") or any(writer["adapter_hash"] for writer in writers)


def _complete(run: RunFolder, stage: str) -> bool:
    return mapping(run.manifest["stages"].get(stage)).get("status") == "complete"


def _as_of(run: RunFolder) -> str | None:
    """When the last stage that is reported on finished; the report itself carries no clock."""
    stages = run.manifest["stages"]
    done = [mapping(stages.get(name)).get("finished") for name in STAGES if name != "report"]
    return max((str(moment) for moment in done if moment), default=None)


def _summary(facts: Facts) -> Facts:
    data, privacy_facts, written = facts["personal_data"], facts["privacy"], facts["generation"]
    return {
        "merchants": len(facts["data"]["merchants"]),
        "rows": facts["data"]["rows"],
        "rejected": facts["data"]["rejected"],
        "customers": facts["consent"]["totals"]["customers"],
        "consented_training": facts["consent"]["totals"]["training"],
        "consented_personalisation": facts["consent"]["totals"]["personalisation"],
        "personal_data_found": data["found"],
        "residual_found": data["residual_found"],
        "held_back": data["held_back"],
        "trained": privacy_facts["trained"],
        "unsafe": privacy_facts["unsafe"],
        "epsilon_max": privacy_facts["epsilon_max"],
        "delta": privacy_facts["delta"],
        "target_epsilon": privacy_facts["target_epsilon"],
        "pages": written["pages"],
        "sentences": written["sentences"],
        "fallbacks": written["fallbacks"],
        "explained": facts["explanations"]["sentences"],
        "supported_share": facts["explanations"]["shares"]["supported"],
        "erased": facts["erasures"]["people"],
        "rules": {state: sum(rule["state"] == state for rule in facts["rules"]) for state in STATES},
        "not_done": len(facts["not_done"]),
        "gaps": len(facts["gaps"]),
    }
