"""What a score counts, per entity type and overall, and the shares and intervals that follow from it."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from privgen.anonymize.spans import Span

Z = 1.959963984540054
"""Normal quantile of a two-sided interval of 95 %."""

ALIKE: tuple[frozenset[str], ...] = (
    frozenset({"PERSON", "PER", "NAME", "FIRST_NAME", "LAST_NAME", "FULL_NAME"}),
    frozenset({"ADDRESS", "STREET_ADDRESS", "LOCATION", "LOC", "GPE", "CITY", "COUNTRY", "FAC"}),
    frozenset({"POSTCODE", "ZIP_CODE", "ZIPCODE", "ZIP", "POSTAL_CODE"}),
    frozenset({"PHONE_NUMBER", "PHONE", "MOBILE", "CN_PHONE", "TELEPHONE"}),
    frozenset({"EMAIL_ADDRESS", "EMAIL"}),
    frozenset({"CREDIT_CARD", "CN_BANK_CARD", "BANK_CARD", "DEBIT_CARD"}),
    frozenset({"CN_ID_CARD", "CN_RESIDENT_ID", "ID_CARD"}),
    frozenset({"DATE_OF_BIRTH", "BIRTH_DATE", "BIRTHDAY", "DOB"}),
    frozenset({"URL", "DOMAIN_NAME"}),
    frozenset({"USER_NAME", "USERNAME", "SOCIAL_HANDLE", "HANDLE"}),
    frozenset({"IBAN_CODE", "IBAN"}),
    frozenset({"IP_ADDRESS", "IP"}),
    frozenset({"US_SSN", "SSN"}),
    frozenset({"LOYALTY_ID", "LOYALTY_NUMBER", "MEMBER_ID", "CUSTOMER_ID"}),
    frozenset({"COUPON_CODE", "COUPON"}),
    frozenset({"CN_PLATE", "LICENSE_PLATE", "CN_LICENSE_PLATE"}),
    frozenset({"CN_USCC", "USCC", "CN_CREDIT_CODE", "CN_SOCIAL_CREDIT_CODE", "SOCIAL_CREDIT_CODE"}),
    frozenset({"PASSPORT", "CN_PASSPORT"}),
)
"""Names that count as one type in the strict figures: other tools' and label sets' words for privgen's."""

_CLASS = {name: place for place, names in enumerate(ALIKE) for name in names}


def same_type(one: str, other: str) -> bool:
    """Whether two entity types count as the same.

    >>> same_type("ZIP_CODE", "POSTCODE"), same_type("ZIP_CODE", "PERSON")
    (True, False)
    """
    return one == other or (one in _CLASS and _CLASS[one] == _CLASS.get(other))


@dataclass(slots=True)
class Counts:
    """Counts of one type or of all: `gold` and `found` are spans, `characters` those of gold spans."""

    gold: int = 0
    strict: int = 0
    masked: int = 0
    characters: int = 0
    leaked_characters: int = 0
    records: int = 0
    leaked_records: int = 0
    found: int = 0
    found_strict: int = 0
    found_overlap: int = 0
    _squares: list[int] = field(default_factory=lambda: [0, 0, 0])

    def record(self, characters: int, leaked: int) -> None:
        """Add the gold characters of one record."""
        self.characters += characters
        self.leaked_characters += leaked
        self.records += 1
        self.leaked_records += leaked > 0
        for place, product in enumerate((leaked * leaked, leaked * characters, characters * characters)):
            self._squares[place] += product

    def as_json(self) -> dict[str, Any]:
        """Counts, and every share with its interval of 95 %."""
        shares = {
            "strict_recall": (self.strict, self.gold),
            "masked_recall": (self.masked, self.gold),
            "strict_precision": (self.found_strict, self.found),
            "overlap_precision": (self.found_overlap, self.found),
            "leaked_record_share": (self.leaked_records, self.records),
        }
        names = ("gold", "strict", "masked", "characters", "leaked_characters", "records", "leaked_records")
        counts = {name: getattr(self, name) for name in (*names, "found", "found_strict", "found_overlap")}
        leak = share(self.leaked_characters, self.characters, ratio_interval(self))
        return counts | {name: share(*pair) for name, pair in shares.items()} | {"leaked_share": leak}


def share(part: int, whole: int, interval: tuple[float, float] | None = None) -> dict[str, Any]:
    """A share with its interval; the share of nothing is None."""
    low, high = interval or wilson(part, whole)
    return {"value": part / whole if whole else None, "low": low, "high": high}


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Wilson's interval of 95 % for a share of independent cases; (0, 1) for the share of nothing.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927.
    """
    if whole == 0:
        return 0.0, 1.0
    rate, z2 = part / whole, Z * Z
    middle = (rate + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z / (1 + z2 / whole) * math.sqrt(rate * (1 - rate) / whole + z2 / (4 * whole * whole))
    low = 0.0 if part == 0 else max(0.0, middle - half)
    return low, 1.0 if part == whole else min(1.0, middle + half)


def ratio_interval(counts: Counts) -> tuple[float, float]:
    """Interval of 95 % for the leaked share of characters; records, not characters, are independent.

    Linearised ratio estimator over records; where nothing or everything leaks, Wilson's interval over
    records. Source: W. G. Cochran, Sampling Techniques, 3rd edition, section 6.
    """
    n, whole = counts.records, counts.characters
    if n < 2 or counts.leaked_characters in (0, whole):
        return wilson(n if n and counts.leaked_characters == whole else 0, n)
    rate = counts.leaked_characters / whole
    leaks, products, sizes = counts._squares
    spread = max(0.0, leaks - 2 * rate * products + rate * rate * sizes)
    half = Z * math.sqrt(spread * n / (n - 1)) / whole
    return max(0.0, rate - half), min(1.0, rate + half)


class Cover:
    """The characters that spans cover, as disjoint ranges; touching ranges are one."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted((span.start, span.end) for span in spans):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    @property
    def size(self) -> int:
        """Number of characters."""
        return sum(self._ends) - sum(self._starts)

    def inside(self, start: int, end: int) -> int:
        """Number of covered characters in `[start, end)`."""
        place, total = max(0, bisect_right(self._starts, start) - 1), 0
        while place < len(self._starts) and self._starts[place] < end:
            total += max(0, min(end, self._ends[place]) - max(start, self._starts[place]))
            place += 1
        return total

    def shared(self, other: Cover) -> int:
        """Number of characters that both cover."""
        return sum(other.inside(*pair) for pair in zip(self._starts, self._ends, strict=True))


@dataclass(slots=True)
class Scores:
    """The score of a set of records: add each with its gold and its found spans."""

    types: dict[str, Counts] = field(default_factory=dict)
    overall: Counts = field(default_factory=Counts)
    records: int = 0
    clean_records: int = 0
    false_alarm_records: int = 0

    def add(self, gold: Sequence[Span], found: Sequence[Span]) -> None:
        """Count one record; scores of spans do not matter, and an offset and type given twice counts once."""
        wanted = {(span.entity_type, span.start, span.end): span for span in gold}
        given = {(span.entity_type, span.start, span.end): span for span in found}
        masks, truth = Cover(given.values()), Cover(wanted.values())
        self.records += 1
        self.clean_records += not wanted
        self.false_alarm_records += not wanted and bool(given)
        self._gold(list(wanted.values()), _places(given.values()), masks)
        self._found(list(given.values()), _places(wanted.values()), truth)
        if wanted:
            self.overall.record(truth.size, truth.size - truth.shared(masks))

    def _gold(self, gold: list[Span], given: dict[tuple[int, int], list[str]], masks: Cover) -> None:
        by_type: dict[str, list[Span]] = {}
        for span in gold:
            by_type.setdefault(span.entity_type, []).append(span)
            strict = _named(span, given)
            masked = masks.inside(span.start, span.end) == span.end - span.start
            for counts in (self._of(span.entity_type), self.overall):
                counts.gold += 1
                counts.strict += strict
                counts.masked += masked
        for kind, spans in by_type.items():
            cover = Cover(spans)
            self._of(kind).record(cover.size, cover.size - cover.shared(masks))

    def _found(self, found: list[Span], wanted: dict[tuple[int, int], list[str]], truth: Cover) -> None:
        for span in found:
            for counts in (self._of(span.entity_type), self.overall):
                counts.found += 1
                counts.found_strict += _named(span, wanted)
                counts.found_overlap += truth.inside(span.start, span.end) > 0

    def _of(self, kind: str) -> Counts:
        return self.types.setdefault(kind, Counts())

    def as_json(self) -> dict[str, Any]:
        """Every figure, types sorted."""
        alarms = share(self.false_alarm_records, self.clean_records)
        return {
            "records": self.records,
            "clean_records": self.clean_records,
            "false_alarm_records": self.false_alarm_records,
            "false_alarms_per_1000": {
                name: None if value is None else 1000 * value for name, value in alarms.items()
            },
            "overall": self.overall.as_json(),
            "types": {kind: self.types[kind].as_json() for kind in sorted(self.types)},
        }


def _places(spans: Iterable[Span]) -> dict[tuple[int, int], list[str]]:
    places: dict[tuple[int, int], list[str]] = {}
    for span in spans:
        places.setdefault((span.start, span.end), []).append(span.entity_type)
    return places


def _named(span: Span, others: dict[tuple[int, int], list[str]]) -> bool:
    """Whether another span has the same offsets and the same type."""
    return any(same_type(span.entity_type, kind) for kind in others.get((span.start, span.end), ()))
