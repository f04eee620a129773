"""The stages that write pages and explain every sentence of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from privgen.config import RunConfig
from privgen.corpus import DROPPED_SHARE, SIGNAL_DROPOUT
from privgen.errors import ConsentError, DataError, MissingExtraError, RunError
from privgen.files import canonical_json, read_jsonl, sha256_tree, write_jsonl
from privgen.generator import EMBEDDED, Generator, load_generator, model_path
from privgen.guards import failed_guard
from privgen.pages import PageGenerator
from privgen.parts import Parts, fingerprint_of
from privgen.phrases import phrases
from privgen.progress import Progress, silent
from privgen.prompt import Prompt
from privgen.requests import page_requests
from privgen.runfolder import RunFolder, StageResult
from privgen.schema import Purpose, SectionKind, Signal, SignalKind
from privgen.silo import Silo, consenting, open_silos, pages_without_consent
from privgen.stage_data import SCRUBBED, SILOS
from privgen.template import SectionRequest
from privgen.wishes import WISHES, follow, read_wishes

PAGES, EXPLANATIONS, ADAPTER = "pages/pages.jsonl", "explanations/explanations.jsonl", "federated/adapter"


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
    inputs = _weights(run, config) | {"scrubbed": run.path / SCRUBBED}
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


def explain_pages(run: RunFolder, config: RunConfig, progress: Progress = silent) -> StageResult:
    """Explain every sentence of every page; pages of a template generator have nothing to explain."""
    try:
        from privgen.explain import Target, all_counterfactuals, explain
    except ImportError as missing:
        raise MissingExtraError("explain", str(missing.name)) from None
    total = run.require("generate", "scrubbed", run.path / SCRUBBED)["pages"]
    _check_consent(run)
    inputs = _weights(run, config) | {"pages": run.path / PAGES}
    settings = config.explain.model_dump(exclude={"batch_size"}) | {"model": config.model}

    def explained(page: dict[str, Any], generator: Any) -> Iterator[dict[str, Any]]:
        for section in page["sections"]:
            if not section["token_ids"] or not section["sentences"] or section["fallback"]:
                continue
            request = request_from_json(section, page)
            target = target_from_json(section, Target)
            result = explain(
                generator,
                request.prompt,
                target,
                config.explain.method,
                rng=np.random.default_rng(config.explain.seed),
                batch_rows=config.explain.batch_size,
            )

            def regenerate(prompt: Prompt, request: SectionRequest = request) -> list[str]:
                again = SectionRequest(request.kind, request.language, request.product_title, prompt)
                written = generator.write([again])[0].sentences
                return [sentence.text for sentence in written if failed_guard(sentence, again) is None]

            changed = all_counterfactuals(result, request.prompt, regenerate)
            found = {index: change.to_record() for index, change in changed.items()}
            yield from result.to_records(page["page_id"], section["kind"], found)

    def work() -> dict[str, Any]:
        generator = run_generator(run, config)
        for page in read_jsonl(run.path / PAGES):
            _check_writer(page, generator, run)
        hashes = {label: sha256_tree(path) for label, path in inputs.items()}
        parts = Parts(run.path / "explanations" / ".parts", fingerprint_of(canonical_json(settings), hashes))
        names = []
        for number, page in enumerate(read_jsonl(run.path / PAGES)):
            progress(number, total, "pages explained")
            names.append(f"{number:06d}-{page['page_id']}")
            if not parts.done(names[-1]):
                write_jsonl(parts.path(names[-1]), explained(page, generator))
        progress(total, total, "pages explained")
        parts.join(names, run.path / EXPLANATIONS)
        return explanation_counts(run.path / EXPLANATIONS) | {"signal_dropout": signal_dropout(run, config)}

    return run.stage("explain", settings, inputs, (EXPLANATIONS,), work)


def request_from_json(section: dict[str, Any], page: dict[str, Any]) -> SectionRequest:
    """Read a section's prompt back from a page record."""
    prompt = section["prompt"]
    signals = tuple(
        Signal(s["signal_id"], SignalKind(s["kind"]), s["modality"], s["text"], s["source"])
        for s in prompt["signals"]
    )
    return SectionRequest(
        SectionKind(section["kind"]),
        phrases(page["language"]).language,
        " ".join(page["product_title"].split()),
        Prompt(prompt["prefix"], signals, prompt["suffix"]),
    )


def target_from_json(section: dict[str, Any], target_class: Any) -> Any:
    """The generated ids and sentence ranges of a page record's section."""
    sentences = section["sentences"]
    return target_class(
        token_ids=tuple(section["token_ids"]),
        spans=tuple((s["token_start"], s["token_end"]) for s in sentences),
        texts=tuple(s["text"] for s in sentences),
    )


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


def explanation_counts(path: Path) -> dict[str, Any]:
    """Counts, worst errors and mean trust over an explanations file; means over supported sentences."""
    verdicts: Counter[str] = Counter()
    worst: dict[str, float] = {"completeness_error": 0.0, "noise_floor": 0.0, "order_noise": 0.0}
    sums: Counter[str] = Counter()
    for record in read_jsonl(path):
        verdicts[record["verdict"]] += 1
        worst = {name: max(value, record[name] or 0.0) for name, value in worst.items()}
        sums["passes"] += record["forward_passes"] if record["sentence"] == 0 else 0
        if record["verdict"] == "supported":
            sums.update({name: record["trust"][name] for name in ("deletion_gain", "insertion_gain")})
            sums["stability"] += record["trust"]["stability"]
    supported = verdicts["supported"]
    names = ("deletion_gain", "insertion_gain", "stability")
    return {
        "sentences": verdicts.total(),
        "verdicts": dict(verdicts),
        **worst,
        "trust": {name: sums[name] / supported for name in names} if supported else None,
        "forward_passes": int(sums["passes"]),
    }


def signal_dropout(run: RunFolder, config: RunConfig) -> dict[str, float | None]:
    """How often training left a signal out: removing one is unlike anything seen where it never did.

    Returns:
        `adapter`: the rate that the adapter was trained with, None without one or if it was not noted;
        `base`: that of the base model, None of a model that is not ours.
    """
    embedded = config.model == EMBEDDED
    return {
        "adapter": run.summary("train").get("signal_dropout") if run_adapter(run, config) else None,
        "base": SIGNAL_DROPOUT * DROPPED_SHARE if embedded else None,
    }


def _silos_with(silos: list[Silo], product_id: str) -> list[Silo]:
    """The merchants that sell the product."""
    kept = [silo for silo in silos if product_id in silo.catalogue()]
    if not kept:
        raise DataError(f"product {product_id} is at none of these merchants; see their products tables")
    return kept


def _check_consent(run: RunFolder) -> None:
    """Pages are read again only while everybody whose data they use agrees to pages."""
    silos = open_silos(run.path / SCRUBBED, Purpose.PERSONALISATION, dt.date.today())
    if refused := pages_without_consent(run.path / PAGES, silos):
        raise ConsentError(
            f"{run.path / PAGES}: {len(refused)} pages use data of customers who no longer consent to "
            f"personalisation; run: privgen generate {run.path}"
        )


def _check_writer(page: dict[str, Any], generator: Generator, run: RunFolder) -> None:
    """A sentence is explained by the weights that wrote it and by no others."""
    wrote = (page["generator"], page["base_hash"], page["adapter_hash"])
    if wrote != (generator.name, generator.base_hash, generator.adapter_hash):
        raise RunError(
            f"{run.path / PAGES}: page {page['page_id']} was written by another model or adapter; "
            f"run: privgen generate {run.path}"
        )


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


def _weights(run: RunFolder, config: RunConfig) -> dict[str, Path]:
    """Model and adapter as stage inputs, as far as they are files."""
    if config.generate.generator != "hf":
        return {}
    paths = {"model": Path(model_path(config.model)), "adapter": run_adapter(run, config)}
    return {label: path for label, path in paths.items() if path is not None and path.exists()}
