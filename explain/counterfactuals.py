"""What would have been written without the signal that mattered most, and how the two texts differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from privgen.errors import ExplainError
from privgen.explain.marks import Mark
from privgen.explain.marks import mark_difference as mark_difference
from privgen.explain.result import Explanation
from privgen.prompt import Prompt


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """The sentence that is written when one signal is taken away.

    Args:
        removed: Id of the signal that was taken away.
        before: The sentence as shown.
        text: The matching sentence without the signal; empty if none is written any more.
    """

    removed: str
    before: str
    text: str

    @property
    def changed(self) -> bool:
        """Whether taking the signal away changes the sentence."""
        return self.before.strip() != self.text.strip()

    def marks(self) -> list[tuple[Mark, str]]:
        """The difference, piece by piece; see `mark_difference`."""
        return mark_difference(self.before, self.text)

    def to_record(self) -> dict[str, Any]:
        """The `counterfactual` field of an explanation record, ready for JSON and HTML: `marks` in order."""
        return {
            "removed": self.removed,
            "text": self.text,
            "changed": self.changed,
            "marks": [list(piece) for piece in self.marks()],
        }

    def __repr__(self) -> str:
        """Identify without showing the text."""
        return f"Counterfactual(removed={self.removed!r}, changed={self.changed})"


def counterfactual(
    explanation: Explanation, sentence: int, prompt: Prompt, regenerate: Callable[[Prompt], Sequence[str]]
) -> Counterfactual | None:
    """Regenerate without the top signal of a sentence.

    Args:
        explanation: Names the top signal.
        sentence: Index of the sentence.
        prompt: The prompt that was explained.
        regenerate: Writes the section's sentences for a prompt, with the settings of the original.

    Returns:
        The matching sentence, or None where no signal supports the sentence: then nothing is regenerated.

    Raises:
        ExplainError: There is no such sentence, or the prompt lacks the signal.
    """
    top = explanation.top(sentence)
    if top is None:
        return None
    return _compared(explanation, sentence, top.signal_id, regenerate(_without(prompt, top.signal_id)))


def all_counterfactuals(
    explanation: Explanation,
    prompt: Prompt,
    regenerate: Callable[[Sequence[Prompt]], Sequence[Sequence[str]]],
) -> dict[int, Counterfactual]:
    """Counterfactuals of all supported sentences; sentences with the same top signal share one regeneration.

    Args:
        explanation: Names the top signals.
        prompt: The prompt that was explained.
        regenerate: Writes the section's sentences for each of several prompts; called once, so that a model
            can write them as one batch, and not at all if no sentence has support.

    Raises:
        ExplainError: The prompt lacks a top signal.
    """
    found = ((index, explanation.top(index)) for index in range(len(explanation.sentences)))
    tops = {index: top.signal_id for index, top in found if top is not None}
    removed = list(dict.fromkeys(tops.values()))
    texts = regenerate([_without(prompt, signal_id) for signal_id in removed]) if removed else []
    written = dict(zip(removed, texts, strict=True))
    return {
        index: _compared(explanation, index, signal_id, written[signal_id])
        for index, signal_id in tops.items()
    }


def _without(prompt: Prompt, signal_id: str) -> Prompt:
    if signal_id not in {signal.signal_id for signal in prompt.signals}:
        raise ExplainError("counterfactual: the prompt is not the one that was explained")
    return prompt.without(signal_id)


def _compared(explanation: Explanation, sentence: int, removed: str, after: Sequence[str]) -> Counterfactual:
    index = match(explanation.sentences, after, sentence)
    return Counterfactual(removed, explanation.sentences[sentence], "" if index is None else after[index])


def match(before: Sequence[str], after: Sequence[str], sentence: int) -> int | None:
    """Index in `after` of the sentence that took the place of `before[sentence]`.

    The same place if the counts are equal; else the place that the best order-preserving alignment by
    likeness gives it; None if it has no counterpart.
    """
    if len(before) == len(after):
        return sentence
    likeness = [[SequenceMatcher(None, a, b, autojunk=False).ratio() for b in after] for a in before]
    return _align(likeness).get(sentence)


def _align(likeness: list[list[float]]) -> dict[int, int]:
    """Order-preserving matching of the highest total likeness (dynamic programming)."""
    rows, columns = len(likeness), len(likeness[0]) if likeness else 0
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(1, rows + 1):
        for j in range(1, columns + 1):
            both = best[i - 1][j - 1] + likeness[i - 1][j - 1]
            best[i][j] = max(best[i - 1][j], best[i][j - 1], both)
    pairs, i, j = {}, rows, columns
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs[i] = j
    return pairs
