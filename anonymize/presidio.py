"""Presidio's analyzer: our rules as its recognisers, its engine and recognisers for us.

`register(registry)` gives an `AnalyzerEngine` every rule of this package. The other way round the scrubber
runs an `AnalyzerEngine` for the types that Presidio finds and our rules do not own. Its `AnonymizerEngine`,
which makes every replacement, is in `presidio_operators`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from typing import Any

from privgen.anonymize.normalise import Normalised, normalise
from privgen.anonymize.recognizer_file import recognizer_name
from privgen.anonymize.rules import Rule
from privgen.anonymize.scanner import RULES, blank_tokens, entity_types
from privgen.anonymize.spans import Span
from privgen.anonymize.triggers import Triggers
from privgen.errors import MissingExtraError

try:
    import presidio_analyzer.pattern_recognizer as presidio_patterns
    from presidio_analyzer import (
        AnalysisExplanation,
        AnalyzerEngine,
        EntityRecognizer,
        RecognizerRegistry,
        RecognizerResult,
    )
    from presidio_analyzer.nlp_engine import NoOpNlpEngine
    from presidio_analyzer.predefined_recognizers import (
        CryptoRecognizer,
        IpRecognizer,
        MacAddressRecognizer,
        UuidRecognizer,
    )
except ImportError:
    raise MissingExtraError("anonymize", "presidio") from None

_CANDIDATE = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:bc1|[13])[A-Za-z0-9]{24,}|[0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-][0-9A-Fa-f:-]{8,}"
    r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]*"
    r"|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f-]{22})"
)
_WINDOW = 120
_THRESHOLD = 0.3


class PrivgenRuleRecognizer(EntityRecognizer):  # type: ignore[misc]
    """A Presidio recogniser made of our rules for one entity type; needs no NLP engine.

    Presidio's registry makes it from a YAML entry of this class name: see `write_registry`. Each result names
    its rule in `analysis_explanation`, and scores 1.0 where a checksum confirms the value. Context words
    count inside the rules, so that Presidio's own context boost has nothing to add.

    Args:
        supported_entity: One of `entity_types()`.
        supported_language: Language under which the registry offers it; the rules are the same in each.
        name: Shown in the results.
        context: Words for Presidio's context enhancer.

    Raises:
        ValueError: No rule finds this entity type.
    """

    def __init__(
        self,
        supported_entity: str,
        supported_language: str = "en",
        name: str | None = None,
        context: list[str] | None = None,
    ) -> None:
        if supported_entity not in entity_types():
            raise ValueError("supported_entity: no rule finds this entity type")
        self._triggers = Triggers(rule for rule in RULES if rule.entity_type == supported_entity)
        super().__init__(
            supported_entities=[supported_entity],
            name=name or recognizer_name(supported_entity),
            supported_language=supported_language,
            context=context,
        )

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Spans of the rules as Presidio results, in offsets of `text`."""
        plain = _plain(text)
        found: dict[tuple[str, int, int, float], Rule] = {}
        for rule, places in self._triggers.pick(plain.text):
            for span in rule.find(plain.text, places):
                place = plain.back(span.start, span.end)
                found.setdefault((span.entity_type, *place, span.score), rule)
        return [self._result(*values, found[values]) for values in sorted(found)]

    def _result(self, kind: str, start: int, end: int, score: float, rule: Rule) -> RecognizerResult:
        explanation = AnalysisExplanation(
            recognizer=self.name,
            original_score=score,
            pattern_name=rule.name,
            pattern=rule.pattern.pattern,
            validation_result=True if rule.validated else None,
            textual_explanation=f"Detected by rule {rule.name} of privgen",
        )
        metadata = {
            RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
        }
        return RecognizerResult(kind, start, end, score, explanation, metadata)


@lru_cache(maxsize=1)
def _plain(text: str) -> Normalised:
    """The text as the rules read it; an engine asks one recogniser after the other for the same text."""
    return blank_tokens(normalise(text))


def recognizers(languages: Sequence[str] = ("en", "zh")) -> list[PrivgenRuleRecognizer]:
    """One Presidio recogniser per entity type and language, holding all our rules of that type."""
    return [PrivgenRuleRecognizer(kind, language) for language in languages for kind in entity_types()]


def register(registry: RecognizerRegistry, languages: Sequence[str] | None = None) -> None:
    """Add every rule to a Presidio registry, for its own languages unless others are given."""
    for recognizer in recognizers(languages or registry.supported_languages):
        registry.add_recognizer(recognizer)


class PresidioFinder:
    """Any Presidio recogniser as a finder for `Scrubber(finders=[...])`."""

    def __init__(self, recognizer: EntityRecognizer, *, threshold: float = _THRESHOLD) -> None:
        self.name = str(recognizer.name)
        self._recognizer = recognizer
        self._threshold = threshold

    def find(self, text: str) -> Iterable[Span]:
        """Its results with a score of at least the threshold."""
        kinds = self._recognizer.get_supported_entities()
        return _spans(_complete(lambda: self._recognizer.analyze(text, kinds, None) or []), self._threshold)


class DelegatedFinder:
    """An `AnalyzerEngine` with Presidio's recognisers for the types that our rules do not own.

    It sees only windows around candidates, so that prose costs nothing and no pattern can run long.
    Characters outside ASCII become spaces for it: its `\\b` boundaries do not hold next to Chinese.
    """

    name = "presidio"

    def __init__(self) -> None:
        registry = RecognizerRegistry(supported_languages=["en"])
        for recognizer in (CryptoRecognizer(), IpRecognizer(), MacAddressRecognizer(), UuidRecognizer()):
            registry.add_recognizer(recognizer)
        self._engine = AnalyzerEngine(
            registry=registry,
            nlp_engine=_no_nlp(["en"]),
            supported_languages=["en"],
            default_score_threshold=_THRESHOLD,
        )

    def find(self, text: str) -> Iterable[Span]:
        """Spans in normalised text."""
        for match in _CANDIDATE.finditer(text):
            start, end = max(0, match.start() - 1), min(match.end() + 1, match.start() + _WINDOW)
            window = "".join(char if char.isascii() else " " for char in text[start:end])
            for span in _spans(_complete(partial(self._engine.analyze, window, "en")), _THRESHOLD):
                yield Span(span.entity_type, span.start + start, span.end + start, span.score)


def _complete(analyze: Callable[[], list[RecognizerResult]]) -> list[RecognizerResult]:
    """Results of Presidio, of which none may be missing.

    Presidio skips a pattern that runs longer than REGEX_TIMEOUT_SECONDS and goes on without it. Its warning
    may be switched off, but no pattern can have timed out unless that much time has passed, by the clock or
    (which is what the regex module counts) by the processor.

    Raises:
        TimeoutError: It has, so that something may have been skipped.
    """
    wall, processor = time.monotonic(), time.process_time()
    results = analyze()
    spent = max(time.monotonic() - wall, time.process_time() - processor)
    if spent >= 0.99 * presidio_patterns.REGEX_TIMEOUT_SECONDS:
        raise TimeoutError("a pattern may have been skipped")
    return results


def _no_nlp(languages: Sequence[str]) -> NoOpNlpEngine:
    engine = NoOpNlpEngine(models=[{"lang_code": language, "model_name": "none"} for language in languages])
    engine.load()
    return engine


def _spans(results: Iterable[RecognizerResult], threshold: float) -> list[Span]:
    return [
        Span(str(r.entity_type), int(r.start), int(r.end), float(r.score))
        for r in results
        if r.score >= threshold and r.start < r.end
    ]
