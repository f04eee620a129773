"""The deterministic template generator: every sentence says one signal, word for word.

It is the baseline that a model must beat, the fallback when a model fails, and, with a random choice of
wording, the teacher of the embedded base model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from privgen.citations import asked_attribute
from privgen.phrases import Phrases, Slots, phrases
from privgen.prompt import Prompt
from privgen.schema import SectionKind, Signal, SignalKind

Choose = Callable[[list[str]], str]
"""Picks one of several wordings."""

GOOD_RATING = 3.5
"""A digest rating at or above this is praise."""


@dataclass(frozen=True, slots=True)
class SectionRequest:
    """One section to write: what it is, for which product, in which language, from which prompt."""

    kind: SectionKind
    language: str
    product_title: str
    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Draft:
    """One sentence and the ids of the signals that it says."""

    text: str
    source_ids: tuple[str, ...]


def write_section(request: SectionRequest, choose: Choose) -> list[Draft]:
    """Write a section: an opening, then one sentence per signal in prompt order.

    A service reply says only the attribute that was asked for. Signals in a wording of somebody else are
    passed over.
    """
    words = phrases(request.language)
    opening = choose(words.openings[request.kind.value]).format(product=request.product_title)
    drafts = [Draft(opening, ())]
    if request.kind is SectionKind.SERVICE_REPLY:
        return drafts + _service_reply(words, request.prompt.signals, choose)
    for signal in request.prompt.signals:
        read = words.read_signal(signal)
        if read:
            text = choose(words.sentences[_sentence_key(*read)]).format_map(read[1])
            drafts.append(Draft(text, (signal.signal_id,)))
    return drafts


class TemplateGenerator:
    """Write sections from templates; the same request always gives the same text."""

    name = "template"

    def write(self, requests: Sequence[SectionRequest]) -> list[list[Draft]]:
        """Write each section."""
        return [write_section(request, _fixed_choice(request)) for request in requests]


def _service_reply(words: Phrases, signals: Sequence[Signal], choose: Choose) -> list[Draft]:
    drafts = []
    for signal in signals:
        read = words.read_signal(signal) if signal.kind is SignalKind.DIALOGUE else None
        if read is None:
            continue
        found = asked_attribute(words, read[1], signals)
        if found:
            text = choose(words.sentences["dialogue"]).format_map(found[1])
            drafts.append(Draft(text, (signal.signal_id, found[0].signal_id)))
        else:
            drafts.append(Draft(choose(words.sentences["dialogue_open"]), (signal.signal_id,)))
    return drafts


def _sentence_key(wording: str, slots: Slots) -> str:
    if wording == "digest":
        return "digest_good" if float(slots["rating"]) >= GOOD_RATING else "digest_bad"
    return wording if wording != "dialogue" else "dialogue_open"


def _fixed_choice(request: SectionRequest) -> Choose:
    seed = hashlib.sha256(f"{request.kind.value}\0{request.prompt.text()}".encode()).digest()
    counter = iter(range(1 << 30))
    return lambda options: options[seed[next(counter) % len(seed)] % len(options)]
