"""Spans of personal data and the algebra that makes overlapping ones disjoint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One finding: half-open code-point offsets `[start, end)` of the input text; never the text itself.

    Args:
        entity_type: Presidio's name where it has one (PERSON, PHONE_NUMBER, ...).
        start: First code point, from 0.
        end: One past the last code point; greater than `start`.
        score: Confidence in (0, 1]; 1.0 means that a checksum or the customer's own row confirms it.
    """

    entity_type: str
    start: int
    end: int
    score: float

    def __post_init__(self) -> None:
        """Check the offsets."""
        if not 0 <= self.start < self.end:
            raise ValueError("a span needs 0 <= start < end")


def resolve(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Merge overlapping spans into disjoint ones that cover exactly the same characters.

    Spans that share a character become one, named after the best of them: highest score (validated is
    1.0), then longest, then first, then by name. Touching spans stay apart.

    Guarantees: the result is sorted and disjoint, covers the union of the input, and does not depend on
    the order of the input.

    >>> resolve([Span("URL", 5, 12, 0.5), Span("EMAIL_ADDRESS", 0, 12, 0.9)])
    (Span(entity_type='EMAIL_ADDRESS', start=0, end=12, score=0.9),)
    """
    merged: list[Span] = []
    group: list[Span] = []
    end = -1
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if group and span.start >= end:
            merged.append(_merge(group))
            group = []
        group.append(span)
        end = max(end, span.end) if len(group) > 1 else span.end
    if group:
        merged.append(_merge(group))
    return tuple(merged)


def _merge(group: list[Span]) -> Span:
    if len(group) == 1:
        return group[0]
    best = min(group, key=lambda s: (-s.score, s.start - s.end, s.start, s.entity_type))
    return Span(best.entity_type, min(s.start for s in group), max(s.end for s in group), best.score)
