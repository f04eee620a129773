"""The stage that says why every sentence of the pages is there."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from privgen.config import RunConfig
from privgen.corpus import DROPPED_SHARE, SIGNAL_DROPOUT
from privgen.errors import ConsentError, MissingExtraError, RunError
from privgen.files import canonical_json, read_jsonl, sha256_tree, write_jsonl
from privgen.generator import EMBEDDED, GeneratedSection, Generator
from privgen.guards import failed_guard
from privgen.parts import Parts, fingerprint_of
from privgen.phrases import phrases
from privgen.progress import Progress, silent
from privgen.prompt import Prompt
from privgen.runfolder import RunFolder, StageResult
from privgen.schema import Purpose, SectionKind, Signal, SignalKind
from privgen.silo import open_silos, pages_without_consent
from privgen.stage_data import SCRUBBED
from privgen.stage_pages import PAGES, run_adapter, run_generator, run_weights
from privgen.template import SectionRequest

EXPLANATIONS = "explanations/explanations.jsonl"


def explain_pages(run: RunFolder, config: RunConfig, progress: Progress = silent) -> StageResult:
    """Explain every sentence of every page; pages of a template generator have nothing to explain."""
    try:
        from privgen.explain import Target, all_counterfactuals, explain
    except ImportError as missing:
        raise MissingExtraError("explain", str(missing.name)) from None
    total = run.require("generate", "scrubbed", run.path / SCRUBBED)["pages"]
    _check_consent(run)
    inputs = run_weights(run, config) | {"pages": run.path / PAGES}
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

            def regenerate(prompts: Sequence[Prompt], asked: SectionRequest = request) -> list[list[str]]:
                again = [replace(asked, prompt=prompt) for prompt in prompts]
                written = generator.write(again)
                return [_kept(section, request) for section, request in zip(written, again, strict=True)]

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


def _kept(section: GeneratedSection, request: SectionRequest) -> list[str]:
    """Its sentences but those that a guard of the pages would drop."""
    return [sentence.text for sentence in section.sentences if failed_guard(sentence, request) is None]


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
