"""What an explanation keeps to itself: the words of other customers, which a page may quote from reviews."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any

from privgen.explain.marks import mark_difference
from privgen.phrases import phrases
from privgen.schema import Signal, SignalKind

OTHERS = frozenset({SignalKind.DIGEST})
"""Kinds of signals that other customers wrote."""
WITHHELD = "(review of another buyer)"
"""Stands for the text of such a signal."""
_GAP = "…"
_ENDS = ".!?。！？"
_LEAST = {True: 6, False: 12}  # code points of a quotation worth hiding, by whether it has Chinese characters
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def shown_text(signal: Signal) -> str:
    """Text of a signal in an explanation."""
    return WITHHELD if signal.kind in OTHERS else signal.text


def without_others(text: str, signals: Sequence[Signal]) -> str:
    """The text with what it says in the words of other customers left out, "…" in their place.

    All that it has in common with a review is left out, word for word, from 12 characters on (6 in Chinese),
    or less if it is the whole of what the review says.
    """
    for words in dict.fromkeys(_words(signal) for signal in signals if signal.kind in OTHERS):
        text = _without(text, words)
    return text


def tells_words_of(text: str, signals: Iterable[Signal]) -> bool:
    """Whether the text says anything in the words of these signals, of whatever kind.

    As much as `without_others` leaves out, letter case and the marks at the end of the signal aside.
    """
    said = text.casefold()
    wordings = {_words(signal).casefold().strip().rstrip(_ENDS) for signal in signals} - {""}
    return any(_without(said, words) != said for words in wordings)


def withhold(record: dict[str, Any], signals: Sequence[Signal]) -> dict[str, Any]:
    """An explanation record, of a sentence with these signals, without the words of other customers."""
    if not any(signal.kind in OTHERS for signal in signals):
        return record
    shown = {signal.signal_id: shown_text(signal) for signal in signals}
    told = [entry | {"text": shown[entry["signal_id"]]} for entry in record["signals"]]
    record = record | {"text": without_others(record["text"], signals), "signals": told}
    other = record["counterfactual"]
    if other:
        other = other | {"text": without_others(other["text"], signals)}
        if "marks" in other:
            other["marks"] = [list(piece) for piece in mark_difference(record["text"], other["text"])]
    return record | {"counterfactual": other}


def _without(text: str, words: str) -> str:
    """The text without what it has in common with `words`."""
    text = text.replace(words, _GAP)
    blocks = SequenceMatcher(None, text, words, autojunk=False).get_matching_blocks()
    for block in reversed(blocks):
        piece = text[block.a : block.a + block.size]
        if block.size >= _LEAST[bool(_CHINESE.search(piece))]:
            text = text[: block.a] + _GAP + text[block.a + block.size :]
    return text


def _words(signal: Signal) -> str:
    """What the other customer wrote: the signal without the shop's wording around it."""
    for language in ("en", "zh"):
        read = phrases(language).read_signal(signal)
        if read and "text" in read[1]:
            return read[1]["text"]
    return signal.text
