from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.errors import DataError
from privgen.prompt import Prompt, TrainingRecord, encode_prompt, encode_sentences, signal_line
from privgen.schema import CUSTOMER_KINDS, SectionKind, Signal, SignalKind

LINE = st.text(st.characters(categories=["L", "Nd", "P"]), min_size=1, max_size=8)


class Words:
    """A tokenizer that merges across pieces if it is given them joined: ids of greedy two-letter chunks."""

    def encode(self, text: str, *, add_special_tokens: bool = True) -> list[int]:
        ids = [hash(text[i : i + 2]) % 1_000_003 for i in range(0, len(text), 2)]
        return [-1, *ids] if add_special_tokens else ids


@st.composite
def prompts(draw: st.DrawFn) -> Prompt:
    lines = draw(st.lists(st.tuples(st.sampled_from(SignalKind), LINE), max_size=4))
    signals = tuple(Signal(f"s{i}", kind, "text", line, "t:1") for i, (kind, line) in enumerate(lines))
    return Prompt(draw(LINE), signals, draw(LINE))


@given(prompts())
def test_removing_a_signal_removes_exactly_its_tokens(prompt: Prompt) -> None:
    encoded = encode_prompt(prompt, Words(), bos=(7,))
    assert encoded.prefix[0] == 7
    for keep in product([False, True], repeat=len(prompt.signals)):
        gone = [s.signal_id for s, kept in zip(prompt.signals, keep, strict=True) if not kept]
        assert encoded.ids(keep) == encode_prompt(prompt.without(*gone), Words(), bos=(7,)).ids()
        kept_lengths = [len(ids) for ids, kept in zip(encoded.signals, keep, strict=True) if kept]
        assert len(encoded.ids(keep)) == len(encoded.prefix) + sum(kept_lengths) + len(encoded.suffix)


@given(prompts())
def test_text_is_the_pieces_in_order(prompt: Prompt) -> None:
    lines = "".join(signal_line(signal) for signal in prompt.signals)
    assert prompt.text() == prompt.prefix + lines + prompt.suffix
    assert lines.count("\n") == len(prompt.signals)


def test_the_number_of_flags_must_fit() -> None:
    prompt = Prompt("a", (Signal("s", SignalKind.EVENT, "text", "x", "t:1"),), "b")
    with pytest.raises(ValueError, match="argument 2"):
        encode_prompt(prompt, Words()).ids([True, False])


@given(st.lists(LINE, max_size=4))
def test_sentence_spans_tile_the_ids(sentences: list[str]) -> None:
    ids, spans = encode_sentences(sentences, Words())
    assert len(spans) == len(sentences)
    bounds = [0, *(end for _, end in spans)]
    assert spans == list(pairwise(bounds)) and bounds[-1] == len(ids)


@given(prompts(), st.sampled_from(SectionKind), st.lists(LINE, max_size=3))
def test_a_record_goes_through_json(prompt: Prompt, section: SectionKind, target: list[str]) -> None:
    record = TrainingRecord("c", section, prompt, tuple(target))
    assert TrainingRecord.from_json(record.to_json()) == record


@given(prompts())
def test_no_repr_shows_text(prompt: Prompt) -> None:
    secret = Signal("id", SignalKind.REVIEW, "text", "zebra-canary", "reviews:1")
    prompt = Prompt("zebra-canary", (secret, *prompt.signals), "zebra-canary")
    record = TrainingRecord("zebra-canary", SectionKind.DESCRIPTION, prompt, ("zebra-canary",))
    assert "zebra" not in f"{secret!r}{prompt!r}{record!r}{[prompt]}"


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "a\n", "\na", "a\u2028b", "a\x0bb"])
def test_a_signal_is_one_line(text: str) -> None:
    with pytest.raises(ValueError, match="one non-empty line"):
        Signal("s", SignalKind.EVENT, "text", text, "t:1")


def test_two_signals_of_one_id_are_refused() -> None:
    signal = Signal("s", SignalKind.EVENT, "text", "x", "t:1")
    with pytest.raises(ValueError, match="same signal_id"):
        Prompt("", (signal, signal), "")


def test_personal_signals_are_those_of_the_customer() -> None:
    for kind in SignalKind:
        assert Signal("s", kind, "text", "x", "t:1").personal == (kind in CUSTOMER_KINDS)


@pytest.mark.parametrize(
    "change",
    [
        {"section": "poem"},
        {"signals": [["s", "event", "text"]]},
        {"signals": [["s", "event", "text", "a\nanna@example.org", "t"]]},
        {"signals": 3},
        {"target": None},
    ],
)
def test_a_malformed_record_is_an_error_without_its_content(change: dict[str, Any]) -> None:
    good = TrainingRecord("c", SectionKind.CAMPAIGN, Prompt("a", (), "b"), ("t",)).to_json()
    for value in (good | change, {k: v for k, v in good.items() if k not in change}):
        with pytest.raises(DataError) as fault:
            TrainingRecord.from_json(value)
        assert str(fault.value) == "malformed training record"
