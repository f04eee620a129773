"""What synthetic customers write: text with planted personal data and the true spans beside it."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from privgen.synthetic_people import Lexicon, Person

PLANT_RATE = 0.3
"""Share of texts with a planted identifier."""

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class PlantedSpan:
    """Where an identifier stands in a text, in half-open code points."""

    entity_type: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PlantedText:
    """A text and the personal data planted in it."""

    text: str
    spans: tuple[PlantedSpan, ...] = ()

    def __repr__(self) -> str:
        """Count without showing the text."""
        return f"PlantedText({len(self.spans)} spans)"


def join_pieces(pieces: list[PlantedText], separator: str) -> PlantedText:
    """Concatenate texts, moving the spans along."""
    text, spans = "", []
    for piece in pieces:
        if text:
            text += separator
        spans += [PlantedSpan(s.entity_type, s.start + len(text), s.end + len(text)) for s in piece.spans]
        text += piece.text
    return PlantedText(text, tuple(spans))


def plant(template: str, entity_type: str, value: str) -> PlantedText:
    """Put `value` into the slot of `template`."""
    before, after = template.split("{" + entity_type + "}")
    span = PlantedSpan(entity_type, len(before), len(before) + len(value))
    return PlantedText(before + value + after, (span,))


def maybe_identifier(rng: random.Random, lexicon: Lexicon, channel: str, who: Person) -> list[PlantedText]:
    """With probability `PLANT_RATE`, one sentence that gives something of the writer away."""
    if rng.random() >= PLANT_RATE:
        return []
    entity_type, template = rng.choice(lexicon["identifiers"][channel])
    return [plant(template, entity_type, who.identifiers[entity_type])]


def opinion(rng: random.Random, lexicon: Lexicon, aspects: Mapping[str, Any], liked: str, good: bool) -> str:
    """A phrase on the aspect that the customer cares for (seven times in ten) or on another one."""
    aspect = liked if rng.random() < 0.7 else rng.choice(sorted(aspects))
    phrase: str = rng.choice(aspects[aspect][0 if good else 1])
    return phrase


def review_text(
    rng: random.Random, lexicon: Lexicon, category: str, phrase: str, good: bool, who: Person
) -> PlantedText:
    """A review: the opinion, sometimes an opener and a closer, sometimes a planted identifier."""
    words = lexicon["reviews"]
    said = rng.choice(words["good" if good else "bad"]).format(category=category, phrase=phrase)
    pieces = [PlantedText(said)]
    if rng.random() < 0.4:
        pieces.insert(0, PlantedText(rng.choice(words["openers"])))
    if rng.random() < 0.5:
        pieces.append(PlantedText(rng.choice(words["closers"])))
    pieces += maybe_identifier(rng, lexicon, "review", who)
    return join_pieces(pieces, separator(lexicon))


def question_text(rng: random.Random, lexicon: Lexicon, title: str, name: str, who: Person) -> PlantedText:
    """A customer's question about one attribute of a product."""
    words = lexicon["dialogues"]
    asked = rng.choice(words["questions"]).format(title=title, name=name)
    pieces = [PlantedText(rng.choice(words["openers"]))]
    pieces += [*maybe_identifier(rng, lexicon, "dialogue", who), PlantedText(asked)]
    return join_pieces(pieces, separator(lexicon))


def reply_text(rng: random.Random, lexicon: Lexicon, title: str, name: str, value: str) -> str:
    """The shop's answer to `question_text`."""
    words = lexicon["dialogues"]
    answer = rng.choice(words["reply"]).format(title=title, name=name, value=value)
    return separator(lexicon).join(
        (rng.choice(words["reply_openers"]), answer, rng.choice(words["reply_closers"]))
    )


def separator(lexicon: Lexicon) -> str:
    """What stands between two sentences."""
    return "" if lexicon["language"] == "zh" else " "
