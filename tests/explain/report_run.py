"""A run folder made by hand: small, consistent, with hostile text and planted personal data in it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from privgen.files import canonical_json, sha256_text, sha256_tree, write_json, write_jsonl

HOSTILE = "<img src=x onerror=alert(1)>\"'&</td><script>alert(1)</script>{{ 7*7 }}\u202egnp\ud800"
"""Markup, a template expression, a direction override and a lone surrogate."""
PLANTED = ("Zhang Wei Planted", "planted.person@example.org", "+86 138 0013 8000")
"""Personal data that lies in the run folder where it may lie, and that no report may show."""
KINDS = {
    "description": ("attribute", "attribute", "query", "profile"),
    "review_digest": ("digest", "digest", "review"),
    "recommendation": ("profile", "event", "event", "query"),
    "service_reply": ("dialogue", "attribute"),
    "campaign": ("campaign", "profile"),
}
TEXTS = {
    "attribute": ("material: merino wool", "sole: rubber, 4 mm lugs"),
    "query": ("warm walking socks for wide feet",),
    "profile": ("prefers muted colours",),
    "digest": ("12 of 15 buyers call it warm",),
    "review": ("I liked the soft cuff of the last pair",),
    "event": ("viewed trail shoes three times", "bought a rain jacket"),
    "dialogue": ("asked whether it can be machine washed",),
    "campaign": ("autumn sale, 15% off knitwear",),
}
WORDS = {
    "description": ("A merino sock that keeps its shape on long walks.", "The rubber sole grips wet stone."),
    "review_digest": ("Twelve of fifteen buyers call it warm.", "You liked the soft cuff of your last pair."),
    "recommendation": (
        "Because you looked at trail shoes three times, start with these.",
        "They go with muted colours.",
    ),
    "service_reply": ("Yes, it can be machine washed at 30 degrees.",),
    "campaign": ("The autumn sale takes 15% off knitwear this week.",),
}


def make_run(
    path: Path,
    *,
    merchants: tuple[str, ...] = ("alpine", "harbour"),
    pages: int = 3,
    explained: bool = True,
    hostile: bool = True,
    rounds: int = 1,
) -> Path:
    """Write the artefacts of a complete run under `path`; `pages` per merchant."""
    rng = random.Random(5)
    _silos(path, merchants)
    _scrubbed(path, merchants)
    _federated(path, merchants, rounds)
    adapter = sha256_tree(path / "federated" / "adapter")
    written = [page(name, i, adapter, hostile and i == 0) for name in merchants for i in range(pages)]
    write_jsonl(path / "pages" / "pages.jsonl", [_writable(p) for p in written])
    if explained:
        records = [r for p in written for r in explanation(p, rng)]
        write_jsonl(path / "explanations" / "explanations.jsonl", [_writable(r) for r in records])
    write_json(path / "run.json", {"format": 1, "stages": _stages(path, merchants, explained)})
    return path


def page(merchant: str, index: int, adapter: str | None, hostile: bool) -> dict[str, Any]:
    sections = []
    for kind, signal_kinds in KINDS.items():
        signals = [
            {
                "signal_id": f"s{j}",
                "kind": signal,
                "modality": "text",
                "text": HOSTILE if hostile and j == 0 else TEXTS[signal][j % len(TEXTS[signal])],
                "source": "events:c_1",
            }
            for j, signal in enumerate(signal_kinds)
        ]
        sentences = [
            {"text": text, "token_start": 0, "token_end": 9, "log_prob": -4.25, "source_ids": ["s0"]}
            for text in WORDS[kind]
        ]
        if hostile and kind == "campaign":
            sentences[0]["text"] = HOSTILE
        sections.append(
            {
                "kind": kind,
                "fallback": kind == "service_reply" and index == 1,
                "guards": {"supported_numbers": 1} if kind == "campaign" and index == 1 else {},
                "prompt": {"prefix": "Write.\n", "suffix": "Text:\n", "signals": signals},
                "token_ids": [1, 2, 3],
                "sentences": sentences,
            }
        )
    return {
        "page_id": sha256_text(f"{merchant}{index}")[:16],
        "merchant_id": merchant,
        "customer_id": f"c_{index:016x}",
        "product_id": "p1",
        "product_title": HOSTILE if hostile else "Trail sock, mid weight",
        "language": "en",
        "generator": "embedded",
        "base_hash": "b" * 64,
        "adapter_hash": adapter,
        "sections": sections,
    }


def explanation(page: dict[str, Any], rng: random.Random) -> list[dict[str, Any]]:
    records = []
    for section in page["sections"]:
        if section["fallback"]:
            continue
        signals = section["prompt"]["signals"]
        for index, sentence in enumerate(section["sentences"]):
            scores = [
                rng.uniform(2.5, 9.0) if j == index else rng.uniform(-0.6, 0.6) for j in range(len(signals))
            ]
            verdict = ("supported", "supported", "weak", "none")[rng.randrange(4)]
            if verdict == "none":
                scores = [s / 200 for s in scores]
            counterfactual = None
            if verdict == "supported":
                counterfactual = {"removed": f"s{index}", "text": "A sock that keeps its shape."}
            records.append(
                {
                    "page_id": page["page_id"],
                    "section": section["kind"],
                    "sentence": index,
                    "text": sentence["text"],
                    "method": "exact",
                    "exact": True,
                    "removal": "remove",
                    "signals": [
                        {k: s[k] for k in ("signal_id", "kind", "modality", "text")} | {"score": score}
                        for s, score in zip(signals, scores, strict=True)
                    ],
                    "value_full": -4.0,
                    "value_none": -4.0 - sum(scores),
                    "completeness_error": abs(sum(scores) - (-4.0 - (-4.0 - sum(scores)))),
                    "noise_floor": 2e-5,
                    "verdict": verdict,
                    "cited": [f"s{index}"] if verdict == "supported" else [],
                    "counterfactual": counterfactual,
                    "forward_passes": 2,
                    "rows": 16,
                }
            )
    return records


def ledger_lines(rounds: int, *, noise: float = 2.0, commit_last: bool = True) -> list[dict[str, Any]]:
    """Reserve and commit lines of `rounds` rounds, hash-chained."""
    lines: list[dict[str, Any]] = []
    for number in range(1, rounds + 1):
        for state in ("reserved", "committed"):
            if state == "committed" and number == rounds and not commit_last:
                continue
            line = {
                **({"reservation": lines[-1]["hash"]} if state == "committed" else {}),
                "state": state,
                "event": "poisson_subsampled_gaussian",
                "noise_multiplier": noise,
                "sample_rate": 0.2,
                "steps": 2,
                "privacy_unit": "customer",
                "delta": 1e-5,
                "plan_id": "plan1",
                "server_round": number,
                "data_fingerprint": "d" * 64,
                "previous_hash": lines[-1]["hash"] if lines else "0" * 64,
            }
            lines.append(line | {"hash": sha256_text(canonical_json(line))})
    return lines


def _writable(record: dict[str, Any]) -> dict[str, Any]:
    """The record without lone surrogates, which UTF-8 cannot hold (JSON escapes can: see the tests)."""
    return json.loads(json.dumps(record).replace("\\ud800", ""))


def _silos(path: Path, merchants: tuple[str, ...]) -> None:
    for name in merchants:
        row = {"customer_id": "u1", "name": PLANTED[0], "email": PLANTED[1], "phone": PLANTED[2]}
        write_jsonl(path / "silos" / name / "customers.jsonl", [row])
        write_jsonl(
            path / "silos" / name / "rejects.jsonl",
            [{"file": "x.csv", "row": 3, "reason": "rating: too high"}],
        )


def _scrubbed(path: Path, merchants: tuple[str, ...]) -> None:
    for index, name in enumerate(merchants):
        found = {"PERSON": 31 + index, "PHONE_NUMBER": 12, "EMAIL_ADDRESS": 9, "CN_ID_CARD": 2}
        log = {
            "merchant_id": name,
            "tables": {
                "reviews": {"rows": 80, "rows_changed": 25, "columns": {"text": found}},
                "events": {"rows": 400, "rows_changed": 4, "columns": {"text": {"PHONE_NUMBER": 4}}},
            },
            "entities": found | {"PHONE_NUMBER": 16},
            "known_identifiers": 18,
            "residual": {},
            "held_back": [{"table": "reviews", "row": 17, "reason": "recogniser failed"}] if index else [],
            "languages": ["en", "zh"],
            "policy": None,
            "presidio_version": "2.2.366",
            "key_id": "0123abcd",
        }
        write_json(path / "scrubbed" / name / "scrub.json", log)


def _federated(path: Path, merchants: tuple[str, ...], rounds: int) -> None:
    plan = {
        "privacy_unit": "customer",
        "neighboring_relation": "add_or_remove_one",
        "sample_rate": 0.2,
        "steps": 2 * rounds,
        "max_grad_norm": 1.0,
        "noise_multiplier": 2.0,
        "delta": 1e-5,
        "target_epsilon": 8.0,
    }
    claim = "Any one customer's data changes the distribution of the adapter by at most epsilon."
    settings = {"base": "/srv/models/base", "rank": 8, "adapter_seed": 0, "signal_dropout": 0.3, "seed": None}
    values = {"plan": plan, "plan_id": "plan1", "claim": claim, "unsafe": False, "settings": settings}
    write_json(path / "federated" / "plan.json", values)
    write_json(path / "federated" / "adapter" / "adapter_config.json", {"r": 8})
    (path / "federated" / "adapter" / "adapter_model.safetensors").write_bytes(b"\x00" * 64)
    history = [
        {"server_round": n, "epsilon": {}, "failures": {}, "unsafe": False} for n in range(1, rounds + 1)
    ]
    write_jsonl(path / "federated" / "history.jsonl", history)
    for name in merchants:
        write_jsonl(path / "federated" / "ledger" / f"{name}.jsonl", ledger_lines(rounds))


def _stages(path: Path, merchants: tuple[str, ...], explained: bool) -> dict[str, Any]:
    consent = {"customers": 60, "personalisation": 51, "training": 44, "analytics": 30}
    summaries: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
        "ingest": (
            ("silos",),
            {
                "merchants": {
                    name: {
                        "silo": PLANTED[0],
                        "tables": {"customers": 60, "events": 400, "reviews": 80},
                        "rejects": {"reviews: rating: too high": 1},
                        "filtered": {},
                    }
                    for name in merchants
                },
                "mapping": "m" * 64,
                "consent_basis": "opt-in at check-out, as stated by the merchant",
                "rejected": len(merchants) + 2,
                "filtered": 0,
            },
        ),
        "scrub": (
            ("scrubbed",),
            {"consent": dict.fromkeys(merchants, consent), "consent_date": "2026-01-01"},
        ),
        "train": (("federated/adapter", "federated/plan.json"), {"rounds_done": 3, "engine": "inprocess"}),
        "generate": (("pages/pages.jsonl",), {}),
    }
    if explained:
        summaries["explain"] = (("explanations/explanations.jsonl",), {})
    return {
        name: {
            "status": "complete",
            "fingerprint": "f" * 64,
            "config": {},
            "inputs": {"source": "a" * 64},
            "outputs": {out: sha256_tree(path / out) for out in outputs},
            "started": "2026-01-01T00:00:00+00:00",
            "finished": "2026-01-01T00:10:00+00:00",
            "versions": {"privgen": "0.1.0", "torch": "2.13.0"},
            "summary": summary,
        }
        for name, (outputs, summary) in summaries.items()
    }
