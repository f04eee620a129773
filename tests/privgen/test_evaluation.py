"""Slot errors: none for the teacher's own text, counted for text that misses, changes or adds something."""

from __future__ import annotations

import random

import numpy as np
import pytest

from privgen.corpus import Corpus
from privgen.evaluation import SlotCount, count_slots, ranked_first, swap_drop
from privgen.generator import GeneratedSection, GeneratedSentence
from privgen.phrases import phrases
from privgen.schema import SectionKind, Signal, SignalKind
from privgen.sections import request_of

WORDS = phrases("en")


def _section(*texts: str) -> GeneratedSection:
    return GeneratedSection((), tuple(GeneratedSentence(text, 0, 0, None, ()) for text in texts))


def _view(name: str, title: str, count: str) -> Signal:
    return Signal(
        name, SignalKind.EVENT, "text", WORDS.signal_text("view", {"title": title, "count": count}), "e:1"
    )


REQUEST = request_of(
    SectionKind.RECOMMENDATION,
    "en",
    "Brelin Knife",
    [_view("a", "Sol Pan", "3"), _view("b", "Vek Kettle", "4")],
)
GOOD = ("A pick for you: Brelin Knife.", "You viewed Sol Pan 3 times.", "You viewed Vek Kettle 4 times.")


@pytest.mark.parametrize("locale", ["en_US", "zh_CN"])
def test_the_teacher_makes_almost_no_slot_errors(locale: str) -> None:
    corpus, total = Corpus(locale, random.Random(3)), SlotCount()
    corpus.noise_rate = 0.0
    for _ in range(200):
        request, drafts = corpus.example()
        total += count_slots(request, _section(*(draft.text for draft in drafts)))
    assert total.slots > 500
    assert total.rate < 0.005


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (GOOD, SlotCount(5, 0, 0, 0)),
        (GOOD[:2], SlotCount(5, 2, 0, 0)),
        ((GOOD[0], "You viewed Sol Pan 9 times.", GOOD[2]), SlotCount(5, 0, 1, 0)),
        (("A pick for you.", *GOOD[1:]), SlotCount(5, 1, 0, 0)),
        ((*GOOD, "You viewed Nor Bowl 2 times."), SlotCount(5, 0, 0, 1)),
        ((), SlotCount(5, 5, 0, 0)),
    ],
)
def test_errors_are_counted(texts: tuple[str, ...], expected: SlotCount) -> None:
    assert count_slots(REQUEST, _section(*texts)) == expected


def test_swap_drop_is_the_difference_of_log_probabilities() -> None:
    class Scores:
        def log_probs(self, request, token_ids):  # type: ignore[no-untyped-def]
            return [-1.0 if request is REQUEST else -3.0 for _ in token_ids]

    other = request_of(SectionKind.RECOMMENDATION, "en", "Brelin Knife", [_view("a", "Lux Bowl", "2")])
    section = GeneratedSection((5, 6, 7), ())
    assert swap_drop(Scores(), [REQUEST, REQUEST], [other, REQUEST], [section, section]) == 6.0


def test_ranked_first_looks_at_sentences_that_say_something() -> None:
    scores = np.array([[0.1, 0.0], [5.0, 1.0], [3.0, 2.0]])
    assert ranked_first(scores, GOOD, REQUEST) == (1, 2)
