"""Why sentences were written: totals over all explanations in one pass, and the sample pages in full."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from privgen.errors import DataError
from privgen.explain.report_curves import Curves
from privgen.explain.report_generation import MAX_SENTENCES
from privgen.explain.report_sensitive import SensitiveCheck
from privgen.explain.report_values import clean, count, finite, mapping, number, shorten, word
from privgen.files import read_jsonl
from privgen.progress import Progress, silent
from privgen.runfolder import RunFolder
from privgen.schema import CUSTOMER_KINDS, SectionKind, SignalKind

Facts = dict[str, Any]

VERDICTS = ("supported", "weak", "none")
MOVED = (0.05, 1.0, 2.0, 5.0, 10.0, 20.0)
"""Bounds, in nats, of the bins of how far all signals together move a sentence, either way."""
MAX_SIGNALS = 12
"""Signals shown of a section of a sample page, in prompt order."""


@dataclass(slots=True)
class _Section:
    """Totals of one kind of section."""

    verdicts: Counter[str] = field(default_factory=Counter)
    top_kinds: Counter[str] = field(default_factory=Counter)
    raised: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SignalKind, 0.0))  # nats, by kind

    def add(self, record: dict[str, Any], signals: list[dict[str, Any]]) -> None:
        self.verdicts[record["verdict"]] += 1
        for signal in signals:
            self.raised[signal["kind"]] += max(0.0, signal["score"])
        top = top_signal(record, signals)
        if top:
            self.top_kinds[top["kind"]] += 1

    def to_json(self) -> Facts:
        total = sum(self.raised.values())
        personal = sum(self.raised[kind] for kind in CUSTOMER_KINDS)
        return {
            "sentences": self.verdicts.total(),
            "verdicts": {verdict: self.verdicts[verdict] for verdict in VERDICTS},
            "top_kinds": {kind.value: self.top_kinds[kind] for kind in SignalKind if self.top_kinds[kind]},
            "share_by_kind": {
                kind.value: self.raised[kind] / total for kind in SignalKind if self.raised[kind]
            },
            "share_personal": personal / total if total else None,
        }


class _Totals:
    """Totals over explanations; memory does not grow with their number."""

    def __init__(self, samples: list[Facts]) -> None:
        self.sections = {kind.value: _Section() for kind in SectionKind}
        self.methods: Counter[tuple[str, bool, str]] = Counter()
        self.completeness_error = self.noise_floor = 0.0
        self.standard_error: float | None = None
        self.counterfactuals = self.changed = 0
        self.samples = {page["page_id"]: _HeatMap(page) for page in samples}
        self.examples: dict[str, Facts] = {}
        self.curves, self.sensitive = Curves(), SensitiveCheck()
        self.moved = [0] * (len(MOVED) + 1)

    def add(self, record: dict[str, Any]) -> None:
        if record["verdict"] not in VERDICTS:
            raise ValueError("unknown verdict")
        signals = [_signal(signal) for signal in record["signals"]]
        section = SectionKind(record["section"]).value
        self.sections[section].add(record, signals)
        self.methods[
            word(record["method"]), bool(record.get("exact")), word(record.get("removal", "remove"))
        ] += 1
        self.completeness_error = max(self.completeness_error, number(record["completeness_error"]))
        self.noise_floor = max(self.noise_floor, finite(record.get("noise_floor")) or 0.0)
        errors = [
            e for e in (finite(signal.get("standard_error")) for signal in record["signals"]) if e is not None
        ]
        self.standard_error = max([*errors, self.standard_error or 0.0]) if errors else self.standard_error
        self._counterfactual(record, section, signals)
        self.curves.add(record)
        moved = abs(number(record["value_full"]) - number(record["value_none"]))
        self.moved[bisect_right(MOVED, moved)] += 1
        cited = set(record.get("cited") or ())
        self.sensitive.add_sentence([(s["kind"], s["text"]) for s in signals if s["signal_id"] in cited])
        if record["page_id"] in self.samples:
            self.samples[record["page_id"]].add(record, section, signals)

    def _counterfactual(self, record: dict[str, Any], section: str, signals: list[dict[str, Any]]) -> None:
        found = mapping(record.get("counterfactual"))
        if not found:
            return
        before, after = str(record["text"]), str(found["text"])
        changed = before.strip() != after.strip()
        self.counterfactuals += 1
        self.changed += changed
        if not changed or section in self.examples:
            return
        removed = next((s for s in signals if s["signal_id"] == found["removed"]), None)
        self.examples[section] = {
            "page_id": word(record["page_id"]),
            "section": section,
            "removed": {"kind": removed["kind"], "text": removed["text"]} if removed else None,
            "before": shorten(clean(before)),
            "after": shorten(clean(after)),
        }


class _HeatMap:
    """Sentences x signals of each section of one sample page."""

    def __init__(self, page: Facts) -> None:
        self._page = page
        self._sections: dict[str, Facts] = {}

    def add(self, record: dict[str, Any], section: str, signals: list[dict[str, Any]]) -> None:
        shown = signals[:MAX_SIGNALS]
        heat = self._sections.setdefault(section, {"section": section, "signals": None, "sentences": []})
        read = [{"kind": signal["kind"], "text": signal["text"]} for signal in shown]
        heat["signals"] = read if heat["signals"] is None else heat["signals"]
        if heat["signals"] != read:
            raise ValueError("two sentences of a section with other signals")
        if len(heat["sentences"]) >= MAX_SENTENCES:
            return
        heat["sentences"].append(
            {
                "sentence": count(record["sentence"]),
                "text": shorten(clean(str(record["text"]))),
                "verdict": record["verdict"],
                "moved": number(record["value_full"]) - number(record["value_none"]),
                "scores": [signal["score"] for signal in shown],
            }
        )

    def to_json(self) -> Facts:
        page = {key: self._page[key] for key in ("page_id", "merchant_id", "product_title", "language")}
        return page | {"sections": list(self._sections.values())}


def explanations(run: RunFolder, samples: list[Facts], *, progress: Progress = silent) -> Facts:
    """Verdicts, driving kinds and errors over all explained sentences; heat maps of the `samples`.

    Raises:
        RunError: Pages were not explained.
        DataError: A line of explanations.jsonl is not an explanation record; the message names the line only.
    """
    run.summary("explain")
    path = run.path / "explanations" / "explanations.jsonl"
    totals = _Totals(samples)
    for line, record in enumerate(read_jsonl(path), start=1):
        try:
            totals.add(record)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise DataError(f"{path}: line {line} is not an explanation; run privgen explain again") from None
        if line % 2_000 == 0:
            progress(line, None, "explanations")
    return _facts(totals)


def not_explained() -> Facts:
    """The same shape for a run whose pages were not explained."""
    return _facts(_Totals([])) | {"done": False}


def _facts(totals: _Totals) -> Facts:
    sections = {kind: section.to_json() for kind, section in totals.sections.items()}
    verdicts = {name: sum(s["verdicts"][name] for s in sections.values()) for name in VERDICTS}
    sentences = sum(verdicts.values())
    return {
        "done": True,
        "sentences": sentences,
        "verdicts": verdicts,
        "shares": {name: verdicts[name] / sentences if sentences else None for name in VERDICTS},
        "by_section": sections,
        "unsupported_share": (verdicts["weak"] + verdicts["none"]) / sentences if sentences else None,
        "moved": [
            {"from": low, "to": high, "sentences": times}
            for low, high, times in zip((0.0, *MOVED), (*MOVED, None), totals.moved, strict=True)
        ],
        "curves": totals.curves.to_json(),
        "sensitive_sentences": {
            item["category"]: item["sentences"] for item in totals.sensitive.to_json()["categories"]
        },
        "methods": [
            {"method": name, "exact": exact, "removal": removal, "sentences": times}
            for (name, exact, removal), times in sorted(totals.methods.items())
        ],
        "completeness_error_max": totals.completeness_error,
        "noise_floor_max": totals.noise_floor,
        "standard_error_max": totals.standard_error,
        "counterfactuals": totals.counterfactuals,
        "counterfactuals_changed": totals.changed,
        "counterfactual_examples": list(totals.examples.values()),
        "heat_maps": [heat.to_json() for heat in totals.samples.values()],
    }


def _signal(signal: dict[str, Any]) -> dict[str, Any]:
    return {
        "signal_id": str(signal["signal_id"]),
        "kind": SignalKind(signal["kind"]).value,
        "text": shorten(clean(str(signal["text"])), 160),
        "score": number(signal["score"]),
    }


def top_signal(record: dict[str, Any], signals: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """The signal that a supported sentence is put down to: the first cited, else the highest score."""
    if record["verdict"] != "supported":
        return None
    cited = record.get("cited") or []
    found = [signal for signal in signals if not cited or signal["signal_id"] == cited[0]]
    return max(found, key=lambda signal: signal["score"], default=None)
