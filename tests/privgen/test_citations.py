"""Which signals a sentence says, and what it gets wrong of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.citations import cited_signals, said_slots, slot_errors, telling_slot
from privgen.phrases import Slots, phrases
from privgen.schema import Signal, SignalKind


def _signal(id_: str, kind: SignalKind, wording: str, slots: Slots, language: str = "en") -> Signal:
    return Signal(id_, kind, "text", phrases(language).signal_text(wording, slots), "t:1")


def _view(id_: str, title: str, count: str = "3", language: str = "en") -> Signal:
    return _signal(id_, SignalKind.EVENT, "view", {"title": title, "count": count}, language)


@pytest.mark.parametrize(
    ("sentence", "cited"),
    [
        ("You viewed Sol Pan 3 times.", ("a",)),
        ("You viewed Sol Pan Pro 3 times.", ("b",)),  # the longer title, not the one inside it
        ("You viewed Sol Pants 3 times.", ()),
        ("ParaSol Pan.", ()),  # a Latin title must start where a word starts
        ("Nothing of yours.", ()),
        ("", ()),
    ],
)
def test_the_title_is_cited_word_for_word(sentence: str, cited: tuple[str, ...]) -> None:
    signals = [_view("a", "Sol Pan"), _view("b", "Sol Pan Pro")]
    assert cited_signals(sentence, signals, phrases("en")) == cited


def test_a_number_inside_a_longer_number_is_not_cited() -> None:
    weight = _signal("w", SignalKind.ATTRIBUTE, "attribute", {"name": "weight", "value": "300 g"})
    words = phrases("en")
    assert cited_signals("Its weight is 300 g.", [weight], words) == ("w",)
    assert cited_signals("Its weight is 1300 g.", [weight], words) == ()
    assert cited_signals("Its weight is 300 grams.", [weight], words) == ()


def test_chinese_has_no_word_boundaries() -> None:
    signals = [_view("a", "云岚锅", language="zh"), _view("b", "山茶杯", language="zh")]
    assert cited_signals("您看过云岚锅共3次。", signals, phrases("zh")) == ("a",)


def test_signals_that_say_the_same_are_all_cited() -> None:
    signals = [_view("a", "Sol Pan"), _signal("b", SignalKind.EVENT, "purchase", {"title": "Sol Pan"})]
    assert cited_signals("You bought Sol Pan.", signals, phrases("en")) == ("a", "b")


def test_a_wrong_count_is_one_slot_error() -> None:
    signal, words = _view("a", "Sol Pan"), phrases("en")
    assert slot_errors("You viewed Sol Pan 3 times.", signal, words) == 0
    assert slot_errors("You viewed Sol Pan 13 times.", signal, words) == 1
    assert slot_errors("You viewed Vek Kettle 13 times.", signal, words) == 2


def test_a_signal_that_is_not_ours_is_cited_whole_and_has_no_slots() -> None:
    signal, words = Signal("x", SignalKind.IMAGE, "image", "a teal pan on a table", "media:1"), phrases("en")
    assert cited_signals("It shows a teal pan on a table.", [signal], words) == ("x",)
    assert said_slots(signal, words) == [] and slot_errors("anything", signal, words) == 0


def test_a_question_is_not_repeated() -> None:
    asked = _signal("q", SignalKind.DIALOGUE, "dialogue", {"text": "what is the colour?"})
    assert said_slots(asked, phrases("en")) == []


def test_the_telling_slot_is_the_first_that_is_there() -> None:
    assert telling_slot({"rating": "5", "text": "good", "title": "Pan"}) == "Pan"
    assert telling_slot({"rating": "5", "text": ""}) is None


_value = st.text("abz19 云", min_size=1, max_size=6)


@given(title=_value.map(str.strip).filter(bool), left=_value, right=_value)
def test_a_title_set_off_by_spaces_is_found(title: str, left: str, right: str) -> None:
    signal = _view("a", " ".join(title.split()))
    assert cited_signals(f"{left} {' '.join(title.split())} {right}", [signal], phrases("en")) == ("a",)
