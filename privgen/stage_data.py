"""The stages that prepare data: ingest (a marketplace's export, or a synthetic one) and scrub."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from privgen.config import RunConfig
from privgen.erasure import erased_again
from privgen.errors import ConfigError, DataError, MissingExtraError
from privgen.files import read_json, sha256_tree, write_json
from privgen.progress import Progress, silent
from privgen.retention import oldest_days
from privgen.runfolder import RunFolder, StageResult, now
from privgen.schema import Purpose
from privgen.silo import open_silos, row_count

SILOS, SCRUBBED = "silos", "scrubbed"


def ingest_synthetic(run: RunFolder, config: RunConfig, progress: Progress = silent) -> StageResult:
    """Write a synthetic marketplace into the run folder, with the truth beside it."""
    from privgen.synthetic import write_marketplace

    def work() -> dict[str, Any]:
        with _fresh(run.path / SILOS) as silos, _fresh(run.path / "truth") as truth:
            return {"source": "synthetic"} | write_marketplace(config.synthetic, silos, truth, progress)

    settings = config.synthetic.model_dump()
    return run.stage("ingest", settings, {}, (SILOS, "truth"), work)


def ingest_export(
    run: RunFolder, source: Path, mapping: Path, only: int | None = None, progress: Progress = silent
) -> StageResult:
    """Map a merchant's or a marketplace's own export into the run folder.

    Args:
        run: Run folder.
        source: Folder of the export.
        mapping: TOML that says which column goes where; see `privgen.mapping`.
        only: Keep only this many of the busiest merchants (default: as the mapping says).
        progress: Told of rows read.

    Guarantees: silos that are there already stay as they are unless the whole export was written.

    Raises:
        ConfigError: The mapping is wrong, or the export lies in the folder that it would replace.
        DataError: A file is missing or unreadable, or no row fits.
    """
    from privgen.ingest import ingest

    for path in (source, mapping):
        if not path.exists():
            raise DataError(f"{path}: not found")

    silos = (run.path / SILOS).resolve()
    if silos in (source.resolve(), *source.resolve().parents):
        raise ConfigError(
            f"{source}: lies in the silos of this run and would be replaced; choose another run"
        )

    def work() -> dict[str, Any]:
        with _fresh(silos) as folder:
            summary = ingest(source, mapping, folder, only=only, progress=progress)
        shutil.rmtree(run.path / "truth", ignore_errors=True)
        return summary

    inputs = {"source": source, "mapping": mapping}
    return run.stage("ingest", {"only": only}, inputs, (SILOS,), work)


def scrub(run: RunFolder, config: RunConfig, progress: Progress = silent) -> StageResult:
    """Scrub every silo of the run; a merchant that is done already is not done again."""
    try:
        from privgen.anonymize import Scrubber, load_key, scrub_silo
    except ImportError as missing:
        raise MissingExtraError("anonymize", str(missing.name)) from None
    run.summary("ingest")
    silos = [silo.path for silo in open_silos(run.path / SILOS, Purpose.ANALYTICS, dt.date.today())]
    key_file = Path(config.scrub.key_file or run.path / "keys" / "scrub.key")
    key = load_key(key_file, create=config.scrub.key_file is None)
    scrubber = Scrubber(
        languages=config.scrub.languages, key=key, policy=config.scrub.policy, ner=config.scrub.ner
    )
    out = run.path / SCRUBBED
    settings = config.scrub.model_dump(exclude={"workers", "key_file"}) | {"key_id": scrubber.key_id}
    settings["policy"] = scrubber.policy.model_dump(mode="json")  # a changed policy file is another policy
    oldest = oldest_days(config.scrub.retention, now().date())
    # rows grow older: another day is another scrub
    settings["retention"] = {table: day.isoformat() for table, day in oldest.items()}
    if config.scrub.ner is not None:  # another model in the same folder is another setting
        settings["ner_hash"] = sha256_tree(Path(config.scrub.ner))

    def work() -> dict[str, Any]:
        _drop_unknown(out, {silo.name for silo in silos})
        shares = _shares(silos, progress)
        done = [
            _scrub_one(silo, out, settings, scrubber, partial(scrub_silo, oldest=oldest), config, share)
            for silo, share in zip(silos, shares, strict=True)
        ]
        return _scrub_summary(run, done)

    return run.stage("scrub", settings, {"silos": run.path / SILOS}, (SCRUBBED,), work)


def _scrub_one(
    silo: Path,
    out: Path,
    settings: dict[str, Any],
    scrubber: Any,
    scrub_silo: Any,
    config: RunConfig,
    progress: Progress,
) -> dict[str, Any]:
    """Scrub one silo, or read the result of an earlier try on the same input with the same settings."""
    marker = out.parent / ".scrubbing" / f"{silo.name}.json"
    basis = {"input": sha256_tree(silo), "settings": settings}
    result = out / silo.name / "scrub.json"
    # a key that nobody keeps is another one now: silos under two keys would hide who shops at both
    same_key = scrubber.policy.key == "file"
    if same_key and marker.is_file() and result.is_file() and read_json(marker) == _jsonable(basis):
        finished: dict[str, Any] = read_json(result)
        return finished
    shutil.rmtree(out / silo.name, ignore_errors=True)
    report: dict[str, Any] = scrub_silo(
        silo, out / silo.name, scrubber=scrubber, workers=config.scrub.workers, progress=progress
    )
    write_json(marker, basis)
    return report


def _scrub_summary(run: RunFolder, reports: list[dict[str, Any]]) -> dict[str, Any]:
    """Counts over merchants; never a value."""
    today = dt.date.today()
    silos = open_silos(run.path / SCRUBBED, Purpose.ANALYTICS, today)
    found: dict[str, int] = {}
    residual: dict[str, int] = {}
    for report in reports:
        for total, counts in ((found, report["entities"]), (residual, report["residual"])):
            for entity_type, count in counts.items():
                total[entity_type] = total.get(entity_type, 0) + count
    shutil.rmtree(run.path / ".scrubbing", ignore_errors=True)
    return {
        "entities": found,
        "residual": residual,
        "held_back": sum(len(report["held_back"]) for report in reports),
        "rows": {r["merchant_id"]: {t: c["rows"] for t, c in r["tables"].items()} for r in reports},
        "expired": _expired(reports),
        "erased_again": erased_again(run),
        "consent": {silo.merchant_id: silo.consent_counts() for silo in silos},
        "consent_date": today.isoformat(),
    }


def _expired(reports: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Rows dropped because of their age (or for want of a date), by merchant and table."""
    dropped = {
        report["merchant_id"]: {
            table: entry["expired"] + entry["undated"] for table, entry in report["retention"].items()
        }
        for report in reports
    }
    return {merchant: tables for merchant, tables in dropped.items() if tables}


def _shares(silos: list[Path], progress: Progress) -> list[Progress]:
    """One progress per silo, all of them steps of one bar over the rows of all silos.

    A silo is scrubbed, then checked, so that each row counts twice.
    """
    rows = [2 * max(1, row_count(silo)) for silo in silos]
    return [
        _Share(
            progress, sum(rows[:number]), rows[number], sum(rows), f"{silo.name}, {number + 1} of {len(rows)}"
        )
        for number, silo in enumerate(silos)
    ]


@dataclass(frozen=True)
class _Share:
    """The progress of one silo as a step from `before` to `before + own` of the `whole` bar."""

    progress: Progress
    before: int
    own: int
    whole: int
    name: str

    def __call__(self, done: float, total: float | None, label: str) -> None:
        place = self.before + self.own * (done / total if total else 0.0)
        self.progress(round(place), self.whole, f"{self.name}: {label}")


@contextlib.contextmanager
def _fresh(folder: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `folder` on success and is removed on failure."""
    new, old = (folder.with_name(f".{folder.name}.{word}.tmp") for word in ("fresh", "former"))
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        yield new
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _drop_unknown(folder: Path, known: set[str]) -> None:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and path.name not in known:
            shutil.rmtree(path)


def _jsonable(value: dict[str, Any]) -> Any:
    import json

    return json.loads(json.dumps(value))
