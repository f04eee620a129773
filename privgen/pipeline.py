"""Run stages over a run folder: one by name, or the whole job."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from privgen.config import RunConfig, load_config
from privgen.erasure_journal import finish as finish_erasure
from privgen.errors import MissingExtraError, PrivgenError, RunError
from privgen.files import sha256_text
from privgen.progress import Progress, silent
from privgen.runfolder import RunFolder, StageResult
from privgen.schema import Purpose

Bar = Callable[[str], AbstractContextManager[Progress]]
"""Opens a progress display for a stage."""


def run_stage(
    name: str,
    path: Path,
    config_file: Path | None = None,
    flags: dict[str, Any] | None = None,
    options: dict[str, Any] | None = None,
    progress: Progress = silent,
) -> StageResult:
    """Run one stage of a run folder.

    Args:
        name: ingest, scrub, train, generate, explain or report.
        path: Run folder.
        config_file: TOML file over the configuration that the run was made with.
        flags: Over both, as for `load_config`.
        options: Arguments of the stage that are no configuration (source, customer_id, language, ...).
        progress: Told how far it is.

    Raises:
        PrivgenError: What the stage raises.
    """
    run = RunFolder(path)
    given = options or {}
    if name != "ingest" and not (path / "run.json").is_file():
        raise RunError(f"{path}: no run there; run privgen ingest --synthetic --run {path} or privgen demo")
    config = load_config(config_file, base=run.config, **(flags or {}))
    with run.locked():
        _sweep(path)
        finish_erasure(run)
        known = run.config
        config = load_config(config_file, base=known, **(flags or {}))
        run.remember(config.model_dump(mode="json"))
        try:
            return _STAGES[name](run, config, given, progress)
        except PrivgenError:
            run.remember(known)  # a flag that was at fault does not stay for the next command
            raise


def erase(path: Path, customer: str, merchant: str | None, progress: Progress = silent) -> dict[str, Any]:
    """Erase a customer from a run; see `privgen.erasure.erase_customer`.

    Raises:
        PrivgenError: No run, no such customer, or what could not be searched; nothing was erased.
    """
    from privgen.erasure import erase_customer

    run = RunFolder(path)
    if not (path / "run.json").is_file():
        raise RunError(f"{path}: no run there; nothing was erased")
    with run.locked():
        _sweep(path)
        return erase_customer(run, load_config(base=run.config), customer, merchant, progress)


def whole_job(path: Path, config_file: Path | None, flags: dict[str, Any], bar: Bar) -> Iterator[StageResult]:
    """Run every stage on a synthetic marketplace, yielding each result."""
    for name in ("ingest", "scrub", "train", "generate", "explain", "report"):
        with bar(name) as progress:
            result = run_stage(name, path, config_file, flags, {}, progress)
        yield result


def _sweep(path: Path) -> None:
    """Remove what a killed process left half-written; ledgers may be shared with other runs and stay."""
    ledgers = path / "federated" / "ledger"
    for left in list(path.rglob(".*.tmp")):
        if ledgers in left.parents:
            continue
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink(missing_ok=True)


def _ingest(run: RunFolder, config: RunConfig, given: dict[str, Any], progress: Progress) -> StageResult:
    from privgen.stage_data import ingest_export, ingest_synthetic

    if given.get("source") is not None:
        return ingest_export(run, given["source"], given["mapping"], given.get("only"), progress)
    return ingest_synthetic(run, config, progress)


def _scrub(run: RunFolder, config: RunConfig, given: dict[str, Any], progress: Progress) -> StageResult:
    from privgen.stage_data import scrub

    return scrub(run, config, progress)


def _train(run: RunFolder, config: RunConfig, given: dict[str, Any], progress: Progress) -> StageResult:
    from privgen.stage_train import train

    return train(run, config, progress)


def _generate(run: RunFolder, config: RunConfig, given: dict[str, Any], progress: Progress) -> StageResult:
    from privgen.stage_pages import generate

    asked = {key: given.get(key) for key in ("customer_id", "product_id")}
    return generate(run, config, **asked, progress=progress)


def _explain(run: RunFolder, config: RunConfig, given: dict[str, Any], progress: Progress) -> StageResult:
    from privgen.stage_pages import explain_pages

    return explain_pages(run, config, progress)


def _report(run: RunFolder, config: RunConfig, given: dict[str, Any], progress: Progress) -> StageResult:
    try:
        from privgen.explain.report import pdf_installed, write_report
    except ImportError as missing:
        raise MissingExtraError("explain", str(missing.name)) from None
    from privgen.stage_pages import PAGES

    language = given.get("language", "en")
    read = (("scrub", "silos", "silos"), ("generate", "scrubbed", "scrubbed"), ("explain", "pages", PAGES))
    for stage, label, path in read:
        if run.stale(stage, label, run.path / path):
            run.require(stage, label, run.path / path)
    names = ("scrubbed", "federated", "pages", "explanations", "erasures.jsonl", "deployer.toml")
    inputs = {name: run.path / name for name in names if (run.path / name).exists()}
    files = ("report/index.html", "report/report.json", "report/report.pdf")
    hidden = _not_shown(run)
    # a consent that runs out makes another report
    settings = {
        "language": language,
        "hidden": sha256_text("\n".join(sorted(hidden))),
        "pdf": pdf_installed(),
    }
    return run.stage(
        "report", settings, inputs, files, lambda: write_report(run, language=language, hidden=hidden)
    )


def _not_shown(run: RunFolder) -> frozenset[str]:
    """Pages that a report counts and shows nothing of: somebody in them does not consent to analytics."""
    from privgen.silo import open_silos, pages_without_consent
    from privgen.stage_data import SCRUBBED
    from privgen.stage_pages import PAGES

    if not (run.path / PAGES).is_file():
        return frozenset()
    silos = open_silos(run.path / SCRUBBED, Purpose.ANALYTICS, dt.date.today())
    return pages_without_consent(run.path / PAGES, silos)


_STAGES: dict[str, Callable[[RunFolder, RunConfig, dict[str, Any], Progress], StageResult]] = {
    "ingest": _ingest,
    "scrub": _scrub,
    "train": _train,
    "generate": _generate,
    "explain": _explain,
    "report": _report,
}
