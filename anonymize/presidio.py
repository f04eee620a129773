"""The one file that imports Presidio: our rules as its recognisers, its engines and recognisers for us.

`register(registry)` gives an `AnalyzerEngine` every rule of this package. The other way round the scrubber
runs an `AnalyzerEngine` for the types that Presidio finds and our rules do not own, and an
`AnonymizerEngine`, with our operators, for every replacement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from privgen.anonymize.normalise import normalise
from privgen.anonymize.policy import Operator as OperatorName
from privgen.anonymize.scanner import RULES, Scanner, blank_tokens, entity_types
from privgen.anonymize.spans import Span
from privgen.anonymize.tokens import Tokens
from privgen.errors import MissingExtraError

try:
    from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
    from presidio_analyzer.nlp_engine import NoOpNlpEngine
    from presidio_analyzer.predefined_recognizers import (
        CryptoRecognizer,
        IpRecognizer,
        MacAddressRecognizer,
        UuidRecognizer,
    )
    from presidio_anonymizer import AnonymizerEngine
    from presidio_anonymizer.entities import OperatorConfig
    from presidio_anonymizer.entities import RecognizerResult as AnonymizerResult
    from presidio_anonymizer.operators import Operator, OperatorType
except ImportError:
    raise MissingExtraError("anonymize", "presidio") from None

_CANDIDATE = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:bc1|[13])[A-Za-z0-9]{24,}|[0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-][0-9A-Fa-f:-]{8,}"
    r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]*"
    r"|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f-]{22})"
)
_WINDOW = 120
_THRESHOLD = 0.3


class RuleRecognizer(EntityRecognizer):  # type: ignore[misc]
    """A Presidio recogniser made of our rules for one entity type; needs no NLP engine."""

    def __init__(self, entity_type: str, supported_language: str = "en") -> None:
        self._scanner = Scanner(rule for rule in RULES if rule.entity_type == entity_type)
        super().__init__(
            supported_entities=[entity_type],
            name=f"Privgen{entity_type.title().replace('_', '')}Recognizer",
            supported_language=supported_language,
        )

    def load(self) -> None:
        """Nothing to load."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Spans of the rules as Presidio results, in offsets of `text`."""
        plain = blank_tokens(normalise(text))
        found = {
            (span.entity_type, *plain.back(span.start, span.end), span.score)
            for span in self._scanner.find(plain.text)
        }
        return [RecognizerResult(*values) for values in sorted(found)]


def recognizers(languages: Sequence[str] = ("en", "zh")) -> list[RuleRecognizer]:
    """One Presidio recogniser per entity type and language, holding all our rules of that type."""
    return [RuleRecognizer(kind, language) for language in languages for kind in entity_types()]


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
        results = self._recognizer.analyze(text, self._recognizer.get_supported_entities(), None) or []
        return _spans(results, self._threshold)


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
            for span in _spans(self._engine.analyze(window, "en"), _THRESHOLD):
                yield Span(span.entity_type, span.start + start, span.end + start, span.score)


class Pseudonymize(Operator):  # type: ignore[misc]
    """Presidio operator: the keyed token of a value."""

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """The token of `text` for `params["entity_type"]`, made by `params["tokens"]`."""
        given = params or {}
        tokens: Tokens = given["tokens"]
        return tokens.token(given["entity_type"], text)

    def validate(self, params: dict[str, Any] | None = None) -> None:
        """Check that there is a token maker."""
        if not isinstance((params or {}).get("tokens"), Tokens):
            raise ValueError("pseudonymize needs tokens")

    def operator_name(self) -> str:
        """The name that a policy uses."""
        return "pseudonymize"

    def operator_type(self) -> OperatorType:
        """It anonymises."""
        return OperatorType.Anonymize


class MaskAll(Pseudonymize):
    """Presidio operator: one `*` per character (Presidio's own mask needs to know the length)."""

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """As many stars as characters."""
        return "*" * len(text)

    def validate(self, params: dict[str, Any] | None = None) -> None:
        """It takes no parameters."""

    def operator_name(self) -> str:
        """The name that a policy uses."""
        return "mask_all"


class Replacer:
    """Presidio's `AnonymizerEngine` with our operators."""

    def __init__(self, tokens: Tokens) -> None:
        self._engine = AnonymizerEngine()
        self._engine.add_anonymizer(Pseudonymize)
        self._engine.add_anonymizer(MaskAll)
        self._tokens = tokens

    def replace(self, text: str, spans: Sequence[Span], operators: Mapping[str, OperatorName]) -> str:
        """Replace disjoint spans of `text`, each by the operator of its entity type."""
        results = [AnonymizerResult(span.entity_type, span.start, span.end, span.score) for span in spans]
        configs = {kind: self._config(name, kind) for kind, name in operators.items()}
        configs["DEFAULT"] = self._config("pseudonymize", "")
        done = self._engine.anonymize(text, results, configs, merge_entities_with_spaces=False)
        return str(done.text)

    def _config(self, name: OperatorName, kind: str) -> OperatorConfig:
        if name == "pseudonymize":
            return OperatorConfig(name, {"tokens": self._tokens})
        if name == "replace":
            return OperatorConfig(name, {"new_value": f"<{kind}>"})
        return OperatorConfig("mask_all" if name == "mask" else name)


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
