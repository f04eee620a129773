"""The stage that writes pages, and the model that it writes them with."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

from privgen.config import RunConfig
from privgen.errors import ConsentError, DataError, RunError
from privgen.files import canonical_json, read_jsonl, sha256_tree, write_jsonl
from privgen.generator import Generator, load_generator, model_path
from privgen.pages import PageGenerator
from privgen.parts import Parts, fingerprint_of
from privgen.progress import Progress, silent
from privgen.requests import page_requests
from privgen.runfolder import RunFolder, StageResult
from privgen.schema import Purpose
from privgen.silo import Silo, consenting, open_silos
from privgen.stage_data import SCRUBBED, SILOS
from privgen.wishes import WISHES, follow, read_wishes

PAGES, ADAPTER = "pages/pages.jsonl", "federated/adapter"


def run_generator(run: RunFolder, config: RunConfig) -> Generator:
    """The generator of a run: the base model with the run's adapter if it was trained, or the template.

    Raises:
        RunError: There is an adapter, but not that of a complete training on this base model.
        ModelError: The model cannot be loaded.
    """
    return load_generator(
        config.generate.generator,
        model=config.model,
        adapter=run_adapter(run, config),
        max_new_tokens=config.generate.max_new_tokens,
        batch_size=config.generate.batch_size,
    )


def run_adapter(run: RunFolder, config: RunConfig) -> Path | None:
    """The adapter that pages of this run are written with; None if there is none or no model to adapt.

    Raises:
        RunError: There is one, but not that of a complete training on this base model.
    """
    adapter = run.path / ADAPTER
    if config.generate.generator != "hf" or not adapter.is_dir():
        return None
    entry = run.manifest["stages"].get("train", {})
    again = f"run: privgen train {run.path}"
    if entry.get("status") != "complete" or entry.get("outputs", {}).get(ADAPTER) != sha256_tree(adapter):
        raise RunError(f"{adapter}: not the adapter of a complete training; {again}")
    base = Path(model_path(config.model))
    trained_on = entry["inputs"].get("model", entry["config"].get("model"))
    if trained_on != (sha256_tree(base) if base.exists() else config.model):
        raise RunError(f"{adapter}: trained on another base model than --model {config.model}; {again}")
    return adapter


def run_weights(run: RunFolder, config: RunConfig) -> dict[str, Path]:
    """Model and adapter as stage inputs, as far as they are files."""
    if config.generate.generator != "hf":
        return {}
    paths = {"model": Path(model_path(config.model)), "adapter": run_adapter(run, config)}
    return {label: path for label, path in paths.items() if path is not None and path.exists()}


def generate(
    run: RunFolder,
    config: RunConfig,
    *,
    customer_id: str | None = None,
    product_id: str | None = None,
    progress: Progress = silent,
) -> StageResult:
    """Write pages for the consenting customers of every merchant, or for one customer.

    Raises:
        ConsentError: The named customer does not consent to personalisation.
        DataError: The named customer or product is at no merchant.
        ModelError: The model cannot be loaded.
    """
    run.require("scrub", "silos", run.path / SILOS)
    asked = {"customer_id": customer_id, "product_id": product_id}
    inputs = run_weights(run, config) | {"scrubbed": run.path / SCRUBBED}
    silos = open_silos(run.path / SCRUBBED, Purpose.PERSONALISATION, dt.date.today())
    settings = config.generate.model_dump(exclude={"batch_size"}) | asked | {"model": config.model}
    settings |= {"consenting": consenting(silos)}  # a consent that ran out writes the pages anew
    wishes = read_wishes(run)
    if wishes:
        inputs["wishes"] = run.path / WISHES
    if customer_id is not None:
        silos = _silos_of(silos, customer_id)
    if product_id is not None:
        silos = _silos_with(silos, product_id)

    def work() -> dict[str, Any]:
        writer = PageGenerator(run_generator(run, config), max_signals=config.generate.max_signals)
        hashes = {label: sha256_tree(path) for label, path in inputs.items()}
        parts = Parts(run.path / "pages" / ".parts", fingerprint_of(canonical_json(settings), hashes))
        for done, silo in enumerate(silos):
            progress(done, len(silos), silo.merchant_id)
            if not parts.done(silo.merchant_id):
                requests = page_requests(silo, config.generate.pages_per_merchant, **asked)
                pages = writer.write([follow(request, wishes) for request in requests])
                write_jsonl(parts.path(silo.merchant_id), (page.to_json() for page in pages))
        progress(len(silos), len(silos), "pages")
        parts.join([silo.merchant_id for silo in silos], run.path / PAGES)
        counted = page_counts(run.path / PAGES) | {"adapter": _adapter_state(run, config)}
        return counted | ({"wishes": len(wishes)} if wishes else {})

    return run.stage("generate", settings, inputs, (PAGES,), work)


def page_counts(path: Path) -> dict[str, Any]:
    """Counts over a pages file."""
    counts: Counter[str] = Counter({"pages": 0, "sections": 0, "sentences": 0, "fallbacks": 0})
    guards: Counter[str] = Counter()
    merchants: Counter[str] = Counter()
    for page in read_jsonl(path):
        merchants[page["merchant_id"]] += 1
        counts["pages"] += 1
        for section in page["sections"]:
            counts["sections"] += 1
            counts["sentences"] += len(section["sentences"])
            counts["fallbacks"] += section["fallback"]
            guards.update(section["guards"])
    return dict(counts) | {"guards": dict(guards), "merchants": dict(merchants)}


def _silos_with(silos: list[Silo], product_id: str) -> list[Silo]:
    """The merchants that sell the product."""
    kept = [silo for silo in silos if product_id in silo.catalogue()]
    if not kept:
        raise DataError(f"product {product_id} is at none of these merchants; see their products tables")
    return kept


def _adapter_state(run: RunFolder, config: RunConfig) -> str:
    """Whether the adapter was trained on the data that the pages read: a summary says so."""
    if run_adapter(run, config) is None:
        return "none"
    return (
        "trained on other data"
        if run.stale("train", "scrubbed", run.path / SCRUBBED)
        else "trained on this data"
    )


def _silos_of(silos: list[Silo], customer_id: str) -> list[Silo]:
    """The merchants where the customer shops; consent is checked there."""
    refused: ConsentError | None = None
    kept = []
    for silo in silos:
        try:
            silo.require(customer_id)
            kept.append(silo)
        except ConsentError as refusal:
            refused = refusal
        except DataError:
            continue
    if not kept:
        raise refused or DataError(f"customer {customer_id} is at no merchant; use a pseudonym of the run")
    return kept
