"""The result of an explanation, and the plain verdict on each sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from privgen.errors import ExplainError
from privgen.explain.game import Values
from privgen.schema import Signal

if TYPE_CHECKING:
    from privgen.explain.metrics import Faithfulness

_CURVES = ("deletion", "random_deletion", "insertion", "random_insertion")


class Verdict(StrEnum):
    """How far a sentence can be put down to signals."""

    SUPPORTED = "supported"
    WEAK = "weak"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRule:
    """When a sentence counts as driven by signals.

    With low(j) = |score| - 1.96 standard errors:

    * none: no low(j) reaches `max(none_below, 3 * noise_floor)`: nothing moves this sentence;
    * supported: the signals with score > 0 and low(j) of at least `max(supported_from, cited_share * best
      score)` (the cited ones) carry at least `share` of the sum of |score|;
    * weak: anything else.

    Args:
        none_below: Nats under which a change in log-probability is taken for no change (0.05 nats is five
            per cent in likelihood).
        supported_from: Nats from which one signal alone makes a real difference (1.0 nat: the sentence is
            2.7 times as likely with it).
        cited_share: Signals under this share of the best score are not cited.
        share: Share of all movement that the cited signals must carry.
    """

    none_below: float = 0.05
    supported_from: float = 1.0
    cited_share: float = 0.2
    share: float = 0.5

    def judge(self, scores: Values, errors: Values, noise_floor: float) -> tuple[Verdict, tuple[int, ...]]:
        """Verdict on one sentence and the indices of the cited signals, best first.

        Args:
            scores: `(n_signals,)` nats.
            errors: `(n_signals,)` standard errors, zero where exact.
            noise_floor: Largest numerical noise of a score, nats.
        """
        low = np.abs(scores) - 1.96 * errors
        if not scores.size or low.max() < max(self.none_below, 3 * noise_floor):
            return Verdict.NONE, ()
        bar = max(self.supported_from, self.cited_share * float(scores.max()))
        cited = [int(j) for j in np.argsort(-scores, kind="stable") if scores[j] > 0 and low[j] >= bar]
        if cited and scores[cited].sum() >= self.share * np.abs(scores).sum():
            return Verdict.SUPPORTED, tuple(cited)
        return Verdict.WEAK, ()


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Explanation:
    """Which signals drove which sentence.

    Args:
        signals: The players, in prompt order.
        sentences: The sentences as shown.
        scores: `(n_sentences, n_signals)` nats: what the signal added to the sentence's log-probability.
        standard_errors: Same shape, or None where values are exact or the method gives no estimate.
        values_full: `(n_sentences,)` log-probability with all signals, nats.
        values_none: `(n_sentences,)` log-probability without any, nats.
        verdicts: One per sentence.
        cited: Per sentence, indices of the signals that support it, best first.
        method: Name of the solver, as given to `explain`.
        exact: Whether the scores are the exact solution of the method's own definition.
        removal: What stood in for an absent signal: `remove` (its line is not in the prompt).
        noise_floor: Largest change of a log-probability under another batching, nats.
        forward_passes: Batched calls of the model.
        rows: Distinct subsets scored.
        curves: Deletion and insertion beside a random order, where every subset was scored anyway.
    """

    signals: tuple[Signal, ...]
    sentences: tuple[str, ...]
    scores: Values
    standard_errors: Values | None
    values_full: Values
    values_none: Values
    verdicts: tuple[Verdict, ...]
    cited: tuple[tuple[int, ...], ...]
    method: str
    exact: bool
    removal: str = "remove"
    noise_floor: float = 0.0
    forward_passes: int = 0
    rows: int = 0
    curves: Faithfulness | None = None

    @property
    def completeness_errors(self) -> Values:
        """`(n_sentences,)`: |sum of scores - (v(all) - v(none))|, nats."""
        return np.asarray(np.abs(self.scores.sum(axis=1) - (self.values_full - self.values_none)))

    @property
    def completeness_error(self) -> float:
        """Largest of `completeness_errors`."""
        return float(self.completeness_errors.max(initial=0.0))

    def ranking(self, sentence: int) -> tuple[int, ...]:
        """Signal indices, highest score first; ties in prompt order.

        Raises:
            ExplainError: There is no such sentence.
        """
        self._check(sentence)
        return tuple(int(j) for j in np.argsort(-self.scores[sentence], kind="stable"))

    def top(self, sentence: int) -> Signal | None:
        """The signal that supports the sentence most; None unless the verdict is "supported".

        Raises:
            ExplainError: There is no such sentence.
        """
        self._check(sentence)
        cited = self.cited[sentence]
        return self.signals[cited[0]] if cited else None

    def support(self, sentence: int) -> tuple[Signal, ...]:
        """The cited signals of a sentence, best first; empty unless the verdict is "supported".

        Raises:
            ExplainError: There is no such sentence.
        """
        self._check(sentence)
        return tuple(self.signals[j] for j in self.cited[sentence])

    def to_records(
        self, page_id: str, section: str, counterfactuals: Mapping[int, dict[str, str] | None] | None = None
    ) -> list[dict[str, Any]]:
        """One JSON-ready explanation record per sentence.

        Args:
            page_id: Page that holds the section.
            section: Section kind.
            counterfactuals: Sentence index to `{removed, text}`.
        """
        found = counterfactuals or {}
        return [
            {
                "page_id": page_id,
                "section": section,
                "sentence": index,
                "text": text,
                "method": self.method,
                "exact": self.exact,
                "removal": self.removal,
                "signals": [self._signal_record(index, j) for j in range(len(self.signals))],
                "value_full": float(self.values_full[index]),
                "value_none": float(self.values_none[index]),
                "completeness_error": float(self.completeness_errors[index]),
                "noise_floor": self.noise_floor,
                "verdict": self.verdicts[index].value,
                "cited": [self.signals[j].signal_id for j in self.cited[index]],
                "counterfactual": found.get(index),
                "forward_passes": self.forward_passes,
                "rows": self.rows,
                **self._curves_record(index),
            }
            for index, text in enumerate(self.sentences)
        ]

    def __repr__(self) -> str:
        """Count without showing the text."""
        return (
            f"Explanation({self.method}, {len(self.sentences)} sentences, {len(self.signals)} signals, "
            f"completeness_error={self.completeness_error:.1e})"
        )

    def _signal_record(self, sentence: int, j: int) -> dict[str, Any]:
        signal = self.signals[j]
        record: dict[str, Any] = {
            "signal_id": signal.signal_id,
            "kind": signal.kind.value,
            "modality": signal.modality,
            "text": signal.text,
            "score": float(self.scores[sentence, j]),
        }
        if self.standard_errors is not None:
            record["standard_error"] = float(self.standard_errors[sentence, j])
        return record

    def _curves_record(self, sentence: int) -> dict[str, Any]:
        if self.curves is None:
            return {}
        read = {name: getattr(self.curves, name)[sentence] for name in _CURVES}
        return {"curves": {name: [round(float(v), 4) for v in curve] for name, curve in read.items()}}

    def _check(self, sentence: int) -> None:
        if not 0 <= sentence < len(self.sentences):
            raise ExplainError(f"sentence {sentence}: the explanation has {len(self.sentences)} sentences")
