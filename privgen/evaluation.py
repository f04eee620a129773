"""How well pages keep to their signals: slot errors, the user swap, whether the planted signal ranks first.

Slot errors follow the slot error rate of the E2E challenge: missing, wrong and added slots over the slots
that should be said (Dušek et al., 2020, arXiv 1901.07931).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from privgen.citations import cited_signals, said_slots, slot_errors
from privgen.generator import GeneratedSection
from privgen.pages import PageRequest
from privgen.phrases import Phrases, phrases
from privgen.schema import Signal
from privgen.template import SectionRequest, TemplateGenerator


class ScoringGenerator(Protocol):
    """A generator that can score given tokens after a prompt."""

    def log_probs(self, request: SectionRequest, token_ids: Sequence[int]) -> list[float]:
        """Log-probability in nats of each token."""
        ...


@dataclass(frozen=True, slots=True)
class SlotCount:
    """Slots that a section should say, and how many it missed, got wrong or added."""

    slots: int = 0
    missing: int = 0
    wrong: int = 0
    added: int = 0

    def __add__(self, other: SlotCount) -> SlotCount:
        """Sum of both."""
        return SlotCount(
            self.slots + other.slots,
            self.missing + other.missing,
            self.wrong + other.wrong,
            self.added + other.added,
        )

    @property
    def rate(self) -> float:
        """Slot error rate; 0.0 if there is nothing to say."""
        return (self.missing + self.wrong + self.added) / self.slots if self.slots else 0.0


def count_slots(request: SectionRequest, section: GeneratedSection) -> SlotCount:
    """Compare a section with what the template teacher would say from the same prompt.

    A sentence after the opening that cites nothing counts as one added slot, unless it is one that the
    teacher may write without a slot (a question passed on to a colleague).
    """
    words = phrases(request.language)
    texts = [sentence.text for sentence in section.sentences]
    signals = request.prompt.signals
    cited = [set(cited_signals(text, signals, words, request.product_title)) for text in texts]
    total = SlotCount(slots=1, missing=int(not any(request.product_title in text for text in texts[:1])))
    for signal in _expected(request, words):
        total += _said(signal, texts, cited, words)
    free = set(words.sentences["dialogue_open"])
    added = sum(not ids and text not in free for ids, text in zip(cited[1:], texts[1:], strict=True))
    return total + SlotCount(added=added)


def swap_drop(
    generator: ScoringGenerator,
    own: Sequence[SectionRequest],
    swapped: Sequence[SectionRequest],
    written: Sequence[GeneratedSection],
) -> float:
    """How much the log-probability of a page falls when another customer's signals take the place of its own.

    Args:
        generator: Scores the tokens.
        own: Requests the page was written from.
        swapped: The same sections with another customer's signals.
        written: The page.

    Returns:
        Nats; positive if the page fits its own customer better.
    """
    drop = 0.0
    for mine, other, section in zip(own, swapped, written, strict=True):
        if section.token_ids and mine.prompt != other.prompt:
            drop += sum(generator.log_probs(mine, section.token_ids))
            drop -= sum(generator.log_probs(other, section.token_ids))
    return drop


def with_signals_of(request: PageRequest, other: PageRequest) -> PageRequest:
    """The request with another customer's personal signals."""
    kept = [signal for signal in request.signals if not signal.personal]
    signals = (*(signal for signal in other.signals if signal.personal), *kept)
    return PageRequest(
        request.merchant_id,
        request.customer_id,
        request.product_id,
        request.product_title,
        request.language,
        signals,
    )


def ranked_first(scores: Any, sentences: Sequence[str], request: SectionRequest) -> tuple[int, int]:
    """Sentences whose top-scored signal is one that they say, and sentences that say one.

    Args:
        scores: `(n_sentences, n_signals)` nats.
        sentences: Their texts.
        request: The section's request; its signals are the columns of `scores`.
    """
    words, first, saying = phrases(request.language), 0, 0
    for row, text in zip(scores, sentences, strict=True):
        said = set(cited_signals(text, request.prompt.signals, words, request.product_title))
        if said:
            saying += 1
            best = max(range(len(row)), key=lambda j: row[j])
            first += request.prompt.signals[best].signal_id in said
    return first, saying


def _expected(request: SectionRequest, words: Phrases) -> list[Signal]:
    """Signals with slots that the teacher says."""
    ids = {id_ for draft in TemplateGenerator().write([request])[0] for id_ in draft.source_ids}
    return [s for s in request.prompt.signals if s.signal_id in ids and said_slots(s, words)]


def _said(signal: Signal, texts: Sequence[str], cited: Sequence[set[str]], words: Phrases) -> SlotCount:
    slots = len(said_slots(signal, words))
    errors = [
        slot_errors(text, signal, words)
        for text, ids in zip(texts, cited, strict=True)
        if signal.signal_id in ids
    ]
    return SlotCount(slots, wrong=min(errors)) if errors else SlotCount(slots, missing=slots)
