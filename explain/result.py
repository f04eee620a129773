"""The result of an explanation, and the plain verdict on each sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from privgen.errors import ExplainError
from privgen.explain.game import Values
from privgen.explain.withheld import withhold
from privgen.schema import Signal

if TYPE_CHECKING:
    from privgen.explain.trust import Trust


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
        removal: What stood in for an absent signal, see `absence.Removal`: `remove` (its line is not in the
            prompt), `baseline` or `draw`.
        reason: Why this method, by the number of signals and the budget, in plain words; and what else it
            says of itself.
        stable: Whether the order of the top signals would stand if sampling went on; None if nothing was
            sampled or the method does not look.
        noise_floor: Most that a score may change under another batching, nats.
        order_noise: `(n_sentences,)` most that the scores of a sentence may change when the signals stand in
            another order in the prompt, nats; None without a model to ask. See `trust.noise`.
        trust: How far the scores can be trusted; None of a result that was not made by `explain`.
        forward_passes: Batched calls of the model.
        rows: Distinct subsets scored.
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
    reason: str = ""
    stable: bool | None = None
    noise_floor: float = 0.0
    order_noise: Values | None = None
    trust: Trust | None = None
    forward_passes: int = 0
    rows: int = 0

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
        self, page_id: str, section: str, counterfactuals: Mapping[int, dict[str, Any] | None] | None = None
    ) -> list[dict[str, Any]]:
        """One JSON-ready explanation record per sentence.

        Guarantees: the words of other customers, in signals and quoted in sentences, stand in no record: see
        `withhold`. The page record has them.

        Args:
            page_id: Page that holds the section.
            section: Section kind.
            counterfactuals: Sentence index to `Counterfactual.to_record()`.
        """
        found = counterfactuals or {}
        records: list[dict[str, Any]] = [
            {
                "page_id": page_id,
                "section": section,
                "sentence": index,
                "text": text,
                "method": self.method,
                "exact": self.exact,
                "removal": self.removal,
                "reason": self.reason,
                "stable": self.stable,
                "signals": [self._signal_record(index, j) for j in range(len(self.signals))],
                "value_full": float(self.values_full[index]),
                "value_none": float(self.values_none[index]),
                "completeness_error": float(self.completeness_errors[index]),
                "noise_floor": self.noise_floor,
                "order_noise": None if self.order_noise is None else float(self.order_noise[index]),
                "trust": None if self.trust is None else self.trust.to_record(index),
                "verdict": self.verdicts[index].value,
                "cited": [self.signals[j].signal_id for j in self.cited[index]],
                "counterfactual": found.get(index),
                "forward_passes": self.forward_passes,
                "rows": self.rows,
            }
            for index, text in enumerate(self.sentences)
        ]
        return [withhold(record, self.signals) for record in records]

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

    def _check(self, sentence: int) -> None:
        if not 0 <= sentence < len(self.sentences):
            raise ExplainError(f"sentence {sentence}: the explanation has {len(self.sentences)} sentences")
