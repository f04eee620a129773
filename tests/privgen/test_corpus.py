"""The base model's corpus: endless, repeatable, and never a sentence without its signal."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice

import pytest

from privgen.corpus import SIGNAL_DROPOUT, Corpus
from privgen.schema import SectionKind, SignalKind
from privgen.sections import SECTION_SIGNALS
from privgen.template import Draft, SectionRequest

LOCALES = ("en_US", "zh_CN")


def _examples(
    locale: str, seed: int, count: int, **rates: float
) -> Iterator[tuple[SectionRequest, list[Draft]]]:
    corpus = Corpus(locale, random.Random(seed))
    for name, rate in rates.items():
        setattr(corpus, name, rate)
    return islice(iter(corpus.example, None), count)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_seed_gives_the_same_examples(locale: str) -> None:
    first, again, other = (list(_examples(locale, seed, 20)) for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize("locale", LOCALES)
def test_a_sentence_says_signals_of_its_prompt_and_a_section_only_its_kinds(locale: str) -> None:
    seen = set()
    for request, drafts in _examples(locale, 3, 400):
        ids = {signal.signal_id for signal in request.prompt.signals}
        assert drafts and not drafts[0].source_ids and request.product_title in drafts[0].text
        assert all(draft.source_ids and set(draft.source_ids) <= ids for draft in drafts[1:])
        assert all(draft.text.splitlines() == [draft.text] for draft in drafts)
        kinds = [signal.kind for signal in request.prompt.signals]
        allowed = dict(SECTION_SIGNALS[request.kind])
        assert all(kinds.count(kind) <= allowed[kind] for kind in kinds)
        assert request.language == ("zh" if locale == "zh_CN" else "en")
        seen.add(request.kind)
    assert seen == set(SectionKind)


@pytest.mark.parametrize("locale", LOCALES)
def test_signals_are_dropped_at_their_rate(locale: str) -> None:
    def mean(dropout: float) -> float:
        made = list(_examples(locale, 5, 1500, signal_dropout=dropout, dropped_share=1.0))
        return sum(len(request.prompt.signals) for request, _ in made) / len(made)

    kept = mean(SIGNAL_DROPOUT) / mean(0.0)
    # about 3,800 signals in each mean: four standard deviations of the ratio are under 0.06
    assert kept == pytest.approx(1 - SIGNAL_DROPOUT, abs=0.06)
    assert mean(1.0) == 0.0


def test_without_signals_only_the_opening_is_written() -> None:
    examples = _examples("en_US", 7, 60, signal_dropout=1.0, dropped_share=1.0)
    assert all(len(drafts) == 1 for _, drafts in examples)


def test_noise_fills_slots_with_strings_that_no_lexicon_holds() -> None:
    def titles(rate: float) -> set[str]:
        return {request.product_title for request, _ in _examples("en_US", 9, 300, noise_rate=rate)}

    def letters(found: set[str]) -> float:
        return sum(title[:1].isupper() for title in found) / len(found)

    assert letters(titles(0.0)) == 1.0 and letters(titles(1.0)) < 0.75


@pytest.mark.parametrize("locale", LOCALES)
def test_most_questions_ask_for_an_attribute_and_are_answered_with_it(locale: str) -> None:
    answered = asked = 0
    for request, drafts in _examples(locale, 11, 600, signal_dropout=0.0, noise_rate=0.0):
        if any(signal.kind is SignalKind.DIALOGUE for signal in request.prompt.signals):
            asked += 1
            answered += any(len(draft.source_ids) == 2 for draft in drafts)
    # 0.8 of the questions name an attribute; 120 of them, so below 0.6 has probability under 1e-6
    assert asked > 60 and answered / asked > 0.6
