"""Which signals a sentence says: those whose telling slot stands in it word for word."""

from __future__ import annotations

from collections.abc import Sequence

from privgen.phrases import Phrases, Slots
from privgen.schema import Signal, SignalKind

_TELLING = ("title", "text", "value", "category", "theme", "discount")
"""Slots that tell one signal from another, in the order in which they do."""


def cited_signals(
    sentence: str, signals: Sequence[Signal], words: Phrases, product_title: str = ""
) -> tuple[str, ...]:
    """Ids of the signals that the sentence says, in prompt order; the longest match wins a tie.

    A signal is said where its telling slot stands in the sentence, but not where that stands inside a longer
    cited one or inside the product's title, which is no signal. A question is said by the answer: the
    attribute that it asks for, or that somebody will look into it.
    """
    found: dict[str, str] = {}
    for signal in signals:
        read = words.read_signal(signal)
        value = telling_slot(read[1]) if read else signal.text
        if value and _stands_in(value, _without(sentence, product_title, value)):
            found[signal.signal_id] = value
    values = set(found.values())
    told = {id_ for id_, value in found.items() if not any(value != v and value in v for v in values)}
    told |= {signal.signal_id for signal in signals if _answered(signal, sentence, told, signals, words)}
    return tuple(signal.signal_id for signal in signals if signal.signal_id in told)


def _without(sentence: str, title: str, value: str) -> str:
    """The sentence without the product's title if the value is a part of that."""
    return sentence.replace(title, "\n") if value != title and value in title else sentence


def _answered(
    signal: Signal, sentence: str, told: set[str], signals: Sequence[Signal], words: Phrases
) -> bool:
    """Whether the signal is a question to which the sentence is the answer."""
    read = words.read_signal(signal) if signal.kind is SignalKind.DIALOGUE else None
    if read is None:
        return False
    asked = asked_attribute(words, read[1], signals)
    return asked[0].signal_id in told if asked else sentence in words.sentences["dialogue_open"]


def asked_attribute(
    words: Phrases, question: Slots, signals: Sequence[Signal]
) -> tuple[Signal, Slots] | None:
    """The attribute signal whose name stands in the question, or None."""
    for signal in signals:
        read = words.read_signal(signal) if signal.kind is SignalKind.ATTRIBUTE else None
        if read and read[1]["name"].casefold() in question["text"].casefold():
            return signal, read[1]
    return None


def telling_slot(slots: Slots) -> str | None:
    """The slot value by which a signal is recognised in a sentence."""
    return next((slots[name] for name in _TELLING if slots.get(name)), None)


def slot_errors(sentence: str, signal: Signal, words: Phrases) -> int:
    """How many slots of a cited signal the sentence gets wrong (title right but count wrong, say)."""
    return sum(not _stands_in(value, sentence) for value in said_slots(signal, words))


def said_slots(signal: Signal, words: Phrases) -> list[str]:
    """Values of a signal that every sentence on it must hold; none for a question, which is not repeated."""
    read = words.read_signal(signal)
    if read is None:
        return []
    return [read[1][name] for name in _said(words, read[0]) if name in read[1]]


def _said(words: Phrases, wording: str) -> set[str]:
    """Slots that every sentence of a wording names."""
    keys = {"digest": "digest_good", "dialogue": "dialogue_open"}
    options = words.sentences[keys.get(wording, wording)]
    names = ("title", "text", "value", "category", "theme", "discount", "starts", "ends", "count", "rating")
    return {name for name in names if all("{" + name + "}" in option for option in options)}


def _stands_in(value: str, sentence: str) -> bool:
    """Whether the value stands in the sentence, not inside a longer number or Latin word."""
    start = sentence.find(value)
    while start >= 0:
        before, after = sentence[:start][-1:], sentence[start + len(value) :][:1]
        if not (_joins(before, value[0]) or _joins(value[-1], after)):
            return True
        start = sentence.find(value, start + 1)
    return False


def _joins(left: str, right: str) -> bool:
    return bool(left and right) and left.isascii() and right.isascii() and left.isalnum() and right.isalnum()
