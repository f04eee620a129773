"""What counts as the words of somebody else."""

from __future__ import annotations

import pytest

from privgen.explain.withheld import tells_words_of, without_others
from privgen.schema import Signal, SignalKind

THEIRS = "Anna from flat 7 says that the zip broke"


def _signal(text: str, kind: SignalKind = SignalKind.DIGEST) -> Signal:
    return Signal("p1", kind, "text", text, "reviews:r1")


@pytest.mark.parametrize(
    ("wording", "kind"),
    [
        ("2/5: {}.", SignalKind.DIGEST),
        ("wrote about Sol Pan, 2/5: {}.", SignalKind.REVIEW),
        ("an unknown wording: {}", SignalKind.EVENT),
        ("viewed {} (3x)", SignalKind.EVENT),
    ],
)
def test_twelve_characters_of_any_kind_of_signal_are_words_of_it(wording: str, kind: SignalKind) -> None:
    signal = _signal(wording.format(THEIRS), kind)
    for start in range(len(THEIRS) - 11):
        piece = THEIRS[start : start + 12]
        assert tells_words_of(f"##{piece}##", [signal]) and tells_words_of(piece.upper(), [signal])
        assert not tells_words_of(f"##{piece[:11]}##", [signal])


def test_six_chinese_characters_and_short_reviews_as_a_whole_are_words_of_it() -> None:
    signal = _signal("2/5：肩带第二天就断了，很失望")
    assert tells_words_of("有人说肩带第二天就", [signal]) and not tells_words_of("有人说肩带第二天", [signal])
    assert tells_words_of("they say great pan", [_signal("5/5: Great pan!")])
    assert not tells_words_of("they say great", [_signal("5/5: Great pan!")])
    assert not tells_words_of("Fine.", [_signal("5/5: !!")]) and not tells_words_of("Fine.", [])


def test_whatever_is_left_out_of_an_explanation_is_told_of_here() -> None:
    signal = _signal(f"2/5: {THEIRS}.")
    for end in range(len(THEIRS) + 1):
        text = f"One buyer: {THEIRS[:end]}"
        assert tells_words_of(text, [signal]) >= (without_others(text, [signal]) != text)
