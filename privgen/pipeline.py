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
    from privgen.stage_explain import explain_pages

    return explain_pages(run, config, progress)


def verify(path: Path, public_key: Path | None, progress: Progress = silent) -> dict[str, Any]:
    """Check a run against its report; see `privgen.explain.report_verify.verify_report`. Writes nothing.

    Raises:
        RunError: There is no report.
        KeyFileError: The file of the public key holds none.
    """
    try:
        from privgen.explain.report_verify import verify_report
    except ImportError as missing:
        raise MissingExtraError("explain", str(missing.name)) from None
    key = None
    if public_key is not None:
        from privgen.explain.report_signature import public_key as read_public_key

        key = read_public_key(public_key)
    run = RunFolder(path)
    return verify_report(
        run, hidden=lambda: _not_shown_then(run), public_key=key, progress=progress
    ).to_json()


def answer(
    path: Path, customer: str, merchant: str | None, out: Path | None, progress: Progress = silent
) -> dict[str, Any]:
    """Write the answer to a person's access request; see `privgen.access.access_facts`.

    Raises:
        PrivgenError: No such customer, what could not be searched, or a folder that may not be written.
    """
    from privgen.access import access_facts
    from privgen.access_files import write_answer

    run = RunFolder(path)
    with run.locked():
        finish_erasure(run)
        facts = access_facts(run, load_config(base=run.config), customer, merchant, progress)
        return write_answer(run, facts, out)


def _report(run: RunFolder, config: RunConfig, given: dict[str, Any], progress: Progress) -> StageResult:
    try:
        from privgen.explain.report import pdf_installed, write_report
        from privgen.explain.report_evidence import manifest_hash
        from privgen.explain.report_files import LIST, list_facts, list_files
        from privgen.explain.report_seal import write_seal
    except ImportError as missing:
        raise MissingExtraError("explain", str(missing.name)) from None
    from privgen.stage_pages import PAGES

    key = _signing_key(given.get("sign"))
    language, on = given.get("language", "en"), dt.date.today()
    read = (("scrub", "silos", "silos"), ("generate", "scrubbed", "scrubbed"), ("explain", "pages", PAGES))
    for stage, label, path in read:
        if run.stale(stage, label, run.path / path):
            run.require(stage, label, run.path / path)
    names = ("scrubbed", "federated", "pages", "explanations", "erasures.jsonl", "deployer.toml")
    inputs = {name: run.path / name for name in names if (run.path / name).exists()}
    outputs = ("report/index.html", "report/report.json", "report/report.pdf", LIST, "report/details")
    hidden, files = _not_shown(run, on), list_files(run.path, progress)
    # a consent that runs out, or any file that changed, makes another report
    settings = {"language": language, "hidden": _digest(hidden), "pdf": pdf_installed()}
    settings |= {"files": list_facts(files)["sha256"], "manifest": manifest_hash(run.manifest)}

    def work() -> dict[str, Any]:
        written = write_report(run, language=language, hidden=hidden, files=files, progress=progress)
        return written | {"on": on.isoformat()}

    result = run.stage("report", settings, inputs, outputs, work)
    write_seal(run.path, key)
    return result


def _signing_key(path: Path | None) -> Any:
    if path is None:
        return None
    from privgen.explain.report_signature import SigningKey

    return SigningKey(path)


def _not_shown(run: RunFolder, on: dt.date) -> frozenset[str]:
    """Pages that a report counts and shows nothing of: somebody in them does not consent to analytics."""
    from privgen.silo import open_silos, pages_without_consent
    from privgen.stage_data import SCRUBBED
    from privgen.stage_pages import PAGES

    if not (run.path / PAGES).is_file():
        return frozenset()
    silos = open_silos(run.path / SCRUBBED, Purpose.ANALYTICS, on)
    return pages_without_consent(run.path / PAGES, silos)


def _not_shown_then(run: RunFolder) -> frozenset[str]:
    """Such pages on the day of the run's report."""
    entry = run.manifest["stages"].get("report", {})
    try:
        on, recorded = dt.date.fromisoformat(entry["summary"]["on"]), entry["config"]["hidden"]
    except (KeyError, TypeError, ValueError):
        raise RunError("run.json: does not record the report; run privgen report again") from None
    hidden = _not_shown(run, on)
    if _digest(hidden) != recorded:
        raise RunError("run.json: other pages were left out of the report than consent asks for")
    return hidden


def _digest(names: frozenset[str]) -> str:
    return sha256_text("\n".join(sorted(names)))


_STAGES: dict[str, Callable[[RunFolder, RunConfig, dict[str, Any], Progress], StageResult]] = {
    "ingest": _ingest,
    "scrub": _scrub,
    "train": _train,
    "generate": _generate,
    "explain": _explain,
    "report": _report,
}
