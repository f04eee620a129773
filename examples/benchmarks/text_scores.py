"""Corpus BLEU-4 and ROUGE-L, plainly written: neither sacrebleu nor rouge-score is a dependency.

Tokens are words and single punctuation marks, in lower case. BLEU is not smoothed: without a common run of
four tokens it is 0. ROUGE-L is the mean over texts of the F1 of the best reference.

Source: BLEU, Papineni et al. 2002; ROUGE-L, Lin 2004.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

_TOKEN = re.compile(r"\w+|[^\w\s]")
_ORDER = 4


def bleu(texts: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """Corpus BLEU-4 in percent.

    Args:
        texts: What was written.
        references: For each of them one or more texts that it may be.
    """
    matched, possible = [0] * _ORDER, [0] * _ORDER
    length, wanted = 0, 0
    for text, allowed in zip(texts, references, strict=True):
        said, options = _tokens(text), [_tokens(reference) for reference in allowed]
        length += len(said)
        wanted += min((abs(len(option) - len(said)), len(option)) for option in options)[1]
        for order in range(1, _ORDER + 1):
            found, most = _runs(said, order), Counter[tuple[str, ...]]()
            for option in options:
                most |= _runs(option, order)
            matched[order - 1] += (found & most).total()
            possible[order - 1] += found.total()
    if not all(matched):
        return 0.0
    precision = sum(math.log(m / p) for m, p in zip(matched, possible, strict=True)) / _ORDER
    return 100.0 * math.exp(precision + min(0.0, 1.0 - wanted / length))


def rouge_l(texts: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """Mean ROUGE-L F1 in percent; arguments as of `bleu`."""
    scores = [
        max(_overlap(_tokens(text), _tokens(reference)) for reference in allowed)
        for text, allowed in zip(texts, references, strict=True)
    ]
    return 100.0 * sum(scores) / len(scores)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.lower())


def _runs(tokens: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(tokens[i : i + order]) for i in range(len(tokens) - order + 1))


def _overlap(said: Sequence[str], wanted: Sequence[str]) -> float:
    """Twice the longest common subsequence over both lengths."""
    row = [0] * (len(wanted) + 1)
    for word in said:
        before = row
        row = [0]
        for place, other in enumerate(wanted):
            row.append(before[place] + 1 if word == other else max(before[place + 1], row[place]))
    return 2.0 * row[-1] / (len(said) + len(wanted)) if row[-1] else 0.0
