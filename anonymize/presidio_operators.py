"""Our operators in Presidio's AnonymizerEngine: the second file that imports Presidio."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from privgen.anonymize.operators import Operators
from privgen.anonymize.settings import Pseudonymize, Setting
from privgen.anonymize.spans import Span
from privgen.errors import MissingExtraError

try:
    from presidio_anonymizer import AnonymizerEngine
    from presidio_anonymizer.entities import OperatorConfig
    from presidio_anonymizer.entities import RecognizerResult as AnonymizerResult
    from presidio_anonymizer.operators import Operator, OperatorType
except ImportError:
    raise MissingExtraError("anonymize", "presidio") from None

_NAME = "privgen"


class PolicyOperator(Operator):  # type: ignore[misc]
    """Presidio operator: whatever `params["apply"]` makes of the entity type and the text."""

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """The replacement of `text`, which is of `params["entity_type"]`."""
        given = params or {}
        apply: Callable[[str, str], str] = given["apply"]
        return apply(given["entity_type"], text)

    def validate(self, params: dict[str, Any] | None = None) -> None:
        """Check that there is something to call."""
        if not callable((params or {}).get("apply")):
            raise ValueError("the privgen operator needs apply")

    def operator_name(self) -> str:
        """Its name in Presidio's engine."""
        return _NAME

    def operator_type(self) -> OperatorType:
        """It anonymises."""
        return OperatorType.Anonymize


class Replacer:
    """Presidio's `AnonymizerEngine` with our operators."""

    def __init__(self, operators: Operators) -> None:
        self._engine = AnonymizerEngine()
        self._engine.add_anonymizer(PolicyOperator)
        self._operators = operators

    def replace(
        self, text: str, spans: Sequence[Span], settings: Mapping[str, Setting], customer: str | None = None
    ) -> tuple[str, tuple[tuple[int, int], ...]]:
        """Replace disjoint spans of `text`, each by the operator of its entity type.

        Returns:
            The text, and for each span in order the range `[start, end)` of it that its replacement takes up.
        """

        def apply(entity_type: str, value: str) -> str:
            return self._operators.apply(
                settings.get(entity_type, Pseudonymize()), entity_type, value, customer
            )

        results = [AnonymizerResult(span.entity_type, span.start, span.end, span.score) for span in spans]
        config = {"DEFAULT": OperatorConfig(_NAME, {"apply": apply})}
        done = self._engine.anonymize(text, results, config, merge_entities_with_spaces=False)
        return str(done.text), tuple(sorted((item.start, item.end) for item in done.items))
