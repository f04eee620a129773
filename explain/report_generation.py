"""What was generated: counts over all pages in one pass, and the first page of each merchant as a sample."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from privgen.errors import DataError
from privgen.explain.report_sensitive import SensitiveCheck
from privgen.explain.report_values import clean, count, counts, number, shorten, word
from privgen.files import read_jsonl
from privgen.progress import Progress, silent
from privgen.runfolder import RunFolder
from privgen.schema import TABLES, SectionKind, SignalKind

Facts = dict[str, Any]

MAX_SAMPLES = 12
"""Sample pages in a report, one per merchant."""
MAX_SENTENCES = 8
"""Sentences shown of a section of a sample page."""
_COUNTED = ("sections", "fallbacks", "sentences", "from_model", "signals")
_MAX_NAMES = 1_000  # distinct names that any one count keeps; hostile files must not fill the memory


@dataclass(slots=True)
class _Section:
    """Totals of one kind of section."""

    sections: int = 0
    fallbacks: int = 0
    sentences: int = 0
    signals: int = 0
    from_model: int = 0  # sentences that a model wrote: the ones that can be explained
    guards: Counter[str] = field(default_factory=Counter)

    def add(self, record: dict[str, Any]) -> None:
        self.sections += 1
        self.fallbacks += bool(record.get("fallback"))
        self.sentences += len(record["sentences"])
        self.signals += len(record["prompt"]["signals"])
        if record.get("token_ids") and not record.get("fallback"):
            self.from_model += len(record["sentences"])
        _bounded(self.guards, counts(record.get("guards")))

    def to_json(self) -> Facts:
        found = {name: getattr(self, name) for name in _COUNTED}
        return found | {"guards": dict(sorted(self.guards.items()))}


class _Pages:
    """Totals over pages; memory does not grow with their number."""

    def __init__(self) -> None:
        self.pages = 0
        self.merchants: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.writers: Counter[tuple[str, str, str]] = Counter()
        self.sections: dict[str, _Section] = {kind.value: _Section() for kind in SectionKind}
        self.samples: dict[str, Facts] = {}
        self.states: Counter[str] = Counter()  # of approval, as far as pages have one
        self.labelled = self.hidden = 0
        self.sources: dict[str, Counter[str]] = {}  # table to signal kind
        self.sensitive = SensitiveCheck()

    def add(self, page: dict[str, Any], hidden: bool) -> None:
        merchant = word(page["merchant_id"])
        writer = (word(page["generator"]), word(page["base_hash"]), word(page.get("adapter_hash") or ""))
        for section in page["sections"]:
            self.sections[SectionKind(section["kind"]).value].add(section)
            for signal in section["prompt"]["signals"]:
                self._signal(signal)
        self.pages += 1
        self.hidden += hidden
        self.labelled += bool(page.get("ai_label"))
        if isinstance(page.get("state"), str):
            _bounded(self.states, {word(page["state"]): 1})
        _bounded(self.merchants, {merchant: 1})
        _bounded(self.languages, {word(page["language"]): 1})
        _bounded(self.writers, {writer: 1}, rest=("other", "", ""))
        if not hidden and merchant not in self.samples and len(self.samples) < MAX_SAMPLES:
            self.samples[merchant] = _sample(page)

    def _signal(self, signal: dict[str, Any]) -> None:
        kind, table = SignalKind(signal["kind"]), str(signal["source"]).partition(":")[0]
        table = table if table in TABLES else "other"
        self.sources.setdefault(table, Counter())[kind.value] += 1
        self.sensitive.add_signal(kind, str(signal["text"]))


def generation(run: RunFolder, *, hidden: frozenset[str] = frozenset(), progress: Progress = silent) -> Facts:
    """Pages, sections, fallbacks and guards; `samples` holds the first page of each merchant, uncut by hand.

    Pages in `hidden` are counted and are no samples. `states` counts the pages that have a state of approval,
    `labelled` those that carry an AI label; a page record without them leaves both empty.

    Raises:
        RunError: No pages were generated.
        DataError: A line of pages.jsonl is not a page record; the message names the line only.
    """
    run.summary("generate")
    path = run.path / "pages" / "pages.jsonl"
    totals = _Pages()
    for line, page in enumerate(read_jsonl(path), start=1):
        try:
            totals.add(page, page["page_id"] in hidden)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise DataError(f"{path}: line {line} is not a page record; run privgen generate again") from None
        if line % 500 == 0:
            progress(line, None, "pages")
    sections = {kind: section.to_json() for kind, section in totals.sections.items()}
    guards: Counter[str] = Counter()
    for section in totals.sections.values():
        guards.update(section.guards)
    return {
        "pages": totals.pages,
        "sections": sum(section["sections"] for section in sections.values()),
        "sentences": sum(section["sentences"] for section in sections.values()),
        "from_model": sum(section["from_model"] for section in sections.values()),
        "fallbacks": sum(section["fallbacks"] for section in sections.values()),
        "guards": dict(sorted(guards.items())),
        "guards_fired": guards.total(),
        "by_section": sections,
        "by_merchant": dict(sorted(totals.merchants.items())),
        "by_language": dict(sorted(totals.languages.items())),
        "writers": [
            {"generator": name, "base_hash": base, "adapter_hash": adapter or None, "pages": pages}
            for (name, base, adapter), pages in sorted(totals.writers.items())
        ],
        "states": dict(sorted(totals.states.items())),
        "labelled": totals.labelled,
        "hidden": totals.hidden,
        "sources": {table: dict(sorted(kinds.items())) for table, kinds in sorted(totals.sources.items())},
        "sensitive": totals.sensitive.to_json(),
        "samples": list(totals.samples.values()),
    }


def _sample(page: dict[str, Any]) -> Facts:
    sections = [
        {
            "kind": word(section["kind"]),
            "fallback": bool(section.get("fallback")),
            "sentences": [_sentence(sentence) for sentence in section["sentences"][:MAX_SENTENCES]],
        }
        for section in page["sections"][: len(SectionKind)]
    ]
    return {
        "page_id": word(page["page_id"]),
        "merchant_id": word(page["merchant_id"]),
        "product_title": shorten(clean(str(page.get("product_title") or page["product_id"])), 120),
        "language": word(page["language"]),
        "sections": sections,
    }


def _sentence(sentence: dict[str, Any]) -> Facts:
    return {
        "text": shorten(clean(str(sentence["text"]))),
        "log_prob": None if sentence["log_prob"] is None else number(sentence["log_prob"]),  # a template's
        "sources": count(len(sentence.get("source_ids") or ())),
    }


def _bounded(counter: Counter[Any], found: dict[Any, int], rest: Any = "other") -> None:
    for name, times in found.items():
        counter[name if name in counter or len(counter) < _MAX_NAMES else rest] += times
