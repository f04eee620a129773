"""Signal wordings can be read back; the template says every signal with all its slots."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.citations import cited_signals, slot_errors
from privgen.corpus import Corpus
from privgen.phrases import WORDINGS, load_lexicon, phrases
from privgen.schema import SectionKind, Signal, SignalKind
from privgen.sections import section_request
from privgen.template import TemplateGenerator

SLOTS = {
    "profile": ("category",),
    "view": ("title", "count"),
    "cart": ("title",),
    "purchase": ("title",),
    "return": ("title",),
    "query": ("text",),
    "review": ("title", "rating", "text"),
    "dialogue": ("text",),
    "attribute": ("name", "value"),
    "digest": ("rating", "text"),
    "campaign": ("theme", "discount", "starts", "ends"),
    "terms": ("text",),
}
plain = st.text("abcxyzäé云岚山 0123", min_size=1, max_size=12).map(str.strip).filter(bool)


@given(st.data(), st.sampled_from(("en", "zh")), st.sampled_from(sorted(SLOTS)))
def test_a_wording_reads_back(data: st.DataObject, language: str, wording: str) -> None:
    words = phrases(language)
    kind = next(kind for kind, wordings in WORDINGS.items() if wording in wordings)
    slots = {name: " ".join(data.draw(plain).split()) for name in SLOTS[wording]}
    slots |= {name: str(data.draw(st.integers(1, 5))) for name in ("count", "rating") if name in slots}
    signal = Signal("s", kind, "text", words.signal_text(wording, slots), "t:1")
    assert words.read_signal(signal) == (wording, slots)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sentence_names_the_slots_that_matter(language: str) -> None:
    words = phrases(language)
    telling = {"view": {"title", "count"}, "campaign": {"theme", "discount", "starts", "ends"}}
    for wording, needed in (
        telling | {k: {s} for k, s in (("cart", "title"), ("query", "text"), ("terms", "text"))}
    ).items():
        for sentence in words.sentences[wording]:
            assert all("{" + slot + "}" in sentence for slot in needed)


@pytest.mark.parametrize("locale", ["en_US", "zh_CN"])
def test_the_teacher_is_faithful_to_its_own_citations(locale: str) -> None:
    """Read off by `cited_signals`, the teacher's sentences cite what it says it said, without slot errors."""
    corpus = Corpus(locale, random.Random(5))
    said = agreed = 0
    for _ in range(300):
        request, drafts = corpus.example()
        words = phrases(request.language)
        for draft in drafts:
            cited = cited_signals(draft.text, request.prompt.signals, words)
            for signal in request.prompt.signals:
                if signal.signal_id in draft.source_ids and signal.kind is not SignalKind.DIALOGUE:
                    said += 1
                    agreed += signal.signal_id in cited
                    assert slot_errors(draft.text, signal, words) == 0
    # two random slots that contain one another hide a citation now and then
    assert agreed / said > 0.97


def test_the_template_is_deterministic_and_says_each_signal_once() -> None:
    words = phrases("en")
    texts = [("view", {"title": "Sol Pan", "count": "3"}), ("purchase", {"title": "Vek Kettle"})]
    signals = [
        Signal(f"s{n}", SignalKind.EVENT, "text", words.signal_text(*text), "events:x")
        for n, text in enumerate(texts)
    ]
    request = section_request(SectionKind.RECOMMENDATION, "en", "Brelin Knife", signals)
    first, again = TemplateGenerator().write([request, request])
    assert first == again
    assert [draft.source_ids for draft in first] == [(), ("s0",), ("s1",)]
    assert "Sol Pan" in first[1].text and "3" in first[1].text and "Vek Kettle" in first[2].text


def test_a_reply_says_only_what_was_asked() -> None:
    words = phrases("en")

    def signal(name: str, kind: SignalKind, wording: str, slots: dict[str, str]) -> Signal:
        return Signal(name, kind, "text", words.signal_text(wording, slots), "t:1")

    signals = [
        signal("q", SignalKind.DIALOGUE, "dialogue", {"text": "what is the colour of the pan?"}),
        signal("a", SignalKind.ATTRIBUTE, "attribute", {"name": "weight", "value": "90 g"}),
        signal("b", SignalKind.ATTRIBUTE, "attribute", {"name": "colour", "value": "teal"}),
    ]
    request = section_request(SectionKind.SERVICE_REPLY, "en", "Sol Pan", signals)
    drafts = TemplateGenerator().write([request])[0]
    assert drafts[1].source_ids == ("q", "b")
    assert "teal" in drafts[1].text and "90 g" not in " ".join(d.text for d in drafts)


def test_lexicons_have_the_same_shape() -> None:
    english, chinese = load_lexicon("en_US"), load_lexicon("zh_CN")
    assert set(english) == set(chinese)
    assert set(english["trades"]) == set(chinese["trades"])
    for language in ("en", "zh"):
        assert {k: len(v) for k, v in phrases(language).sentences.items()} == {
            k: len(v) for k, v in phrases("en").sentences.items()
        }
