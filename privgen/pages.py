"""Write pages: the five sections of one product for one customer, each sentence with its sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from privgen.files import canonical_json, sha256_text
from privgen.generator import (
    EMBEDDED,
    GeneratedSection,
    Generator,
    TemplateWriter,
    load_generator,
)
from privgen.guards import failed_guard
from privgen.progress import Progress, silent
from privgen.schema import SectionKind, Signal
from privgen.sections import section_request
from privgen.template import SectionRequest


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What a page is asked for: a customer (pseudonym), a product, and the evidence on both."""

    merchant_id: str
    customer_id: str
    product_id: str
    product_title: str
    language: str
    signals: tuple[Signal, ...]

    def __repr__(self) -> str:
        """Identify without showing the evidence."""
        return f"PageRequest({self.merchant_id}, {self.product_id}, {len(self.signals)} signals)"


@dataclass(frozen=True, slots=True)
class PageSection:
    """One written section; `fallback` tells that the template wrote it, `guards` which guards fired.

    Every sentence passed the guards, the template's too: a section whose title alone fails them has none.
    """

    request: SectionRequest
    written: GeneratedSection
    fallback: bool
    guards: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """The section as it stands in a page record."""
        prompt = self.request.prompt
        return {
            "kind": self.request.kind.value,
            "fallback": self.fallback,
            "guards": self.guards,
            "prompt": {
                "prefix": prompt.prefix,
                "suffix": prompt.suffix,
                "signals": [
                    {
                        "signal_id": s.signal_id,
                        "kind": s.kind.value,
                        "modality": s.modality,
                        "text": s.text,
                        "source": s.source,
                    }
                    for s in prompt.signals
                ],
            },
            "token_ids": list(self.written.token_ids),
            "sentences": [
                {
                    "text": s.text,
                    "token_start": s.token_start,
                    "token_end": s.token_end,
                    "log_prob": s.log_prob,
                    "source_ids": list(s.source_ids),
                }
                for s in self.written.sentences
            ],
        }


@dataclass(frozen=True, slots=True)
class Page:
    """A written page and the hashes of the weights that wrote it."""

    request: PageRequest
    sections: tuple[PageSection, ...]
    generator: str
    base_hash: str
    adapter_hash: str | None

    @property
    def page_id(self) -> str:
        """Identifies the page by what it was asked for and what wrote it; the same run gives the same id."""
        asked = [self.request.merchant_id, self.request.customer_id, self.request.product_id]
        return sha256_text(canonical_json([*asked, self.base_hash, self.adapter_hash, self.generator]))[:16]

    def to_json(self) -> dict[str, Any]:
        """The page record of `pages.jsonl`."""
        return {
            "page_id": self.page_id,
            "merchant_id": self.request.merchant_id,
            "customer_id": self.request.customer_id,
            "product_id": self.request.product_id,
            "product_title": self.request.product_title,
            "language": self.request.language,
            "generator": self.generator,
            "base_hash": self.base_hash,
            "adapter_hash": self.adapter_hash,
            "sections": [section.to_json() for section in self.sections],
        }


class PageGenerator:
    """Writes the five sections of a page with a generator, guards every sentence, falls back to templates.

    >>> from privgen import PageGenerator
    >>> pages = PageGenerator.load("embedded")  # doctest: +SKIP
    >>> page = pages.write([request])[0]  # doctest: +SKIP
    """

    def __init__(self, generator: Generator, *, max_signals: int = 7) -> None:
        self.generator = generator
        self._fallback = TemplateWriter()
        self._max_signals = max_signals

    @classmethod
    def load(cls, model: str = EMBEDDED, adapter: Path | None = None, *, max_signals: int = 7) -> Self:
        """Load a Hugging Face model (folder or hub id; default the embedded one) and an optional adapter.

        Raises:
            ModelError: The model or the adapter cannot be loaded.
        """
        return cls(load_generator(model=model, adapter=adapter), max_signals=max_signals)

    def write(
        self, requests: Sequence[PageRequest], *, at_once: int = 8, progress: Progress = silent
    ) -> list[Page]:
        """Write pages, `at_once` of them in one batch."""
        pages: list[Page] = []
        for start in range(0, len(requests), at_once):
            pages.extend(self._write_batch(requests[start : start + at_once]))
            progress(len(pages), len(requests), "pages")
        return pages

    def _write_batch(self, requests: Sequence[PageRequest]) -> list[Page]:
        asked = [self.section_requests(request) for request in requests]
        flat = [section for sections in asked for section in sections]
        written = iter(zip(flat, self.generator.write(flat), strict=True))
        return [
            Page(
                request,
                tuple(self._guarded(*next(written)) for _ in sections),
                self.generator.name,
                self.generator.base_hash,
                self.generator.adapter_hash,
            )
            for request, sections in zip(requests, asked, strict=True)
        ]

    def section_requests(self, request: PageRequest) -> list[SectionRequest]:
        """The prompts of the five sections of a page."""
        return [
            section_request(kind, request.language, request.product_title, request.signals, self._max_signals)
            for kind in SectionKind
        ]

    def _guarded(self, request: SectionRequest, written: GeneratedSection) -> PageSection:
        fired = [failed_guard(sentence, request) for sentence in written.sentences]
        guards = dict(Counter(name for name in fired if name))
        kept = tuple(
            sentence for sentence, name in zip(written.sentences, fired, strict=True) if name is None
        )
        if kept:
            return PageSection(request, replace(written, sentences=kept), False, guards)
        guards["empty_section"] = guards.get("empty_section", 0) + 1
        spare = self._fallback.write([request])[0]
        safe = tuple(sentence for sentence in spare.sentences if failed_guard(sentence, request) is None)
        return PageSection(request, replace(spare, sentences=safe), True, guards)
