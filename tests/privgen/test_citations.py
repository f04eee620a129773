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


def test_the_title_of_the_product_is_no_signal() -> None:
    """A category inside it is not said by naming the product."""
    words = phrases("zh")
    profile = _signal("c1", SignalKind.PROFILE, "profile", {"category": "护发精油"}, "zh")
    viewed = _view("c2", "石光护发精油", language="zh")
    signals = [profile, viewed]
    assert cited_signals("石光护发精油来了。", [profile], words) == ("c1",)
    assert cited_signals("石光护发精油来了。", [profile], words, "石光护发精油") == ()
    assert cited_signals("石光护发精油来了，您常买护发精油。", [profile], words, "石光护发精油") == ("c1",)
    assert cited_signals("您看过石光护发精油共3次。", signals, words, "石光护发精油") == ("c2",)


@pytest.mark.parametrize(
    ("language", "question", "name", "answer", "later"),
    [
        ("en", "what is the warranty of it?", "warranty", "The answer on warranty is 3 years.", 0),
        ("zh", "想知道它的质保。", "质保", "质保的答案是3 years。", 0),
        ("en", "what is the taste?", "warranty", "", 1),
        ("zh", "味道怎么样？", "质保", "", 1),
    ],
)
def test_an_answer_says_its_question(
    language: str, question: str, name: str, answer: str, later: int
) -> None:
    words = phrases(language)
    asked = _signal("c1", SignalKind.DIALOGUE, "dialogue", {"text": question}, language)
    fact = _signal("p1", SignalKind.ATTRIBUTE, "attribute", {"name": name, "value": "3 years"}, language)
    other = _signal("p2", SignalKind.ATTRIBUTE, "attribute", {"name": "x", "value": "blue"}, language)
    sentence = answer or words.sentences["dialogue_open"][later]
    assert cited_signals(sentence, [asked, fact, other], words) == (("c1", "p1") if answer else ("c1",))
    assert cited_signals(sentence.replace("3 years", "blue"), [other, asked, fact], words) == (
        ("p2",) if answer else ("c1",)
    )
