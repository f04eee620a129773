"""What a model of names finds, counted: precision, recall and F1 per file and kind, alarms on reviews."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ner_data import Sentence

from privgen.anonymize.ner import NerFinder
from privgen.anonymize.normalise import normalise
from privgen.phrases import load_lexicon
from privgen.synthetic_text import opinion

KINDS = ("PERSON", "LOCATION")
ALARM_GOAL = 20
"""Documents with an alarm per 1,000 reviews under which a model may be on by default."""


def figures(
    finder: NerFinder, language: str, held: dict[str, list[Sentence]], reviews: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """One line per held-out part and kind, one for the alarms on reviews."""
    for name, sentences in held.items():
        counts: Counter[tuple[str, str]] = Counter()
        for sentence in sentences:
            gold, found = {s for s in sentence.spans if s[2] in KINDS}, set(_find(finder, sentence.text))
            for group, spans in (("right", gold & found), ("found", found), ("gold", gold)):
                counts.update((group, kind) for _, _, kind in spans)
        for kind in KINDS if sentences else ():
            right, found_count, gold_count = (counts[group, kind] for group in ("right", "found", "gold"))
            yield {
                "file": name,
                "part": "held out",
                "sentences": len(sentences),
                "kind": kind,
                "mentions": gold_count,
                "precision": round(right / max(1, found_count), 3),
                "recall": round(right / max(1, gold_count), 3),
                "f1": round(2 * right / max(1, found_count + gold_count), 3),
            }
    plain = "given" if reviews else "generated"
    texts = list(reviews) or _generated_reviews(language, 1000)
    alarms = sum(bool(_find(finder, text)) for text in texts)
    per_thousand = round(1000 * alarms / len(texts), 1)
    yield {
        "reviews": plain,
        "language": language,
        "texts": len(texts),
        "alarms_per_1000": per_thousand,
        "on_by_default_possible": per_thousand < ALARM_GOAL,
    }


def _generated_reviews(language: str, count: int) -> list[str]:
    """Things of the synthetic marketplace with three opinions on them, which name nobody."""
    lexicon, rng = load_lexicon("en_US" if language == "en" else "zh_CN"), random.Random(5)
    trades = [lexicon["trades"][name] for name in sorted(lexicon["trades"])]
    texts = []
    for _ in range(count):
        trade = rng.choice(trades)
        said = [
            opinion(rng, lexicon, trade["aspects"], sorted(trade["aspects"])[0], rng.random() < 0.7)
            for _ in "123"
        ]
        texts.append((", " if language == "en" else "，").join([rng.choice(trade["categories"]), *said]))
    return texts


def _find(finder: NerFinder, text: str) -> list[tuple[int, int, str]]:
    plain = normalise(text)
    return [(*plain.back(s.start, s.end), s.entity_type) for s in finder.find(plain.text)]
