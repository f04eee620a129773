"""What stands for a signal that is not in a coalition: nothing, a neutral line, or another customer's line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from privgen.errors import ExplainError
from privgen.prompt import Tokenizer, signal_line
from privgen.schema import Signal

Pieces = tuple[tuple[int, ...], ...]


class Removal(StrEnum):
    """The three games that an explanation can be of; its name is in every result."""

    REMOVE = "remove"
    BASELINE = "baseline"
    DRAW = "draw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """How a signal is taken away.

    Args:
        removal: `remove`: its line is not in the prompt, as in training with signal dropout. `baseline`: its
            line says that nothing is known. `draw`: its line is drawn from other customers' signals of the
            same kind; the value of a coalition is the mean log-probability over the draws.
        baseline: What a neutral line says; default "not known", or its Chinese where the signal is Chinese.
        others: For `draw`: scrubbed signals of other customers who agreed to this use. No text of theirs is
            in any result.
        draws: Lines drawn for each signal. Every coalition is scored once per draw.

    Raises:
        ExplainError: `draw` without other customers' signals, or under one draw.
    """

    removal: Removal = Removal.REMOVE
    baseline: str = ""
    others: tuple[Signal, ...] = ()
    draws: int = 4

    def __post_init__(self) -> None:
        """Check that there is something to draw from."""
        if self.removal is Removal.DRAW and (not self.others or self.draws < 1):
            raise ExplainError("removal 'draw': wanted at least one draw and signals of other customers")

    @property
    def games(self) -> int:
        """Forward calls per batch of coalitions."""
        return self.draws if self.removal is Removal.DRAW else 1

    def stand_ins(
        self, signals: Sequence[Signal], rng: np.random.Generator
    ) -> list[tuple[Signal | None, ...]]:
        """What stands for each absent signal, one tuple per game; None where its line goes.

        Raises:
            ExplainError: A signal of the prompt is among the others', so they are not other customers'.
        """
        if self.removal is Removal.REMOVE:
            return [(None,) * len(signals)]
        if self.removal is Removal.BASELINE:
            return [tuple(self._neutral(signal) for signal in signals)]
        # a signal id is a pseudonym with the row it comes from
        if {signal.signal_id for signal in signals} & {other.signal_id for other in self.others}:
            raise ExplainError("removal 'draw': a signal of this prompt is among those of other customers")
        return [tuple(self._drawn(signal, rng) for signal in signals) for _ in range(self.draws)]

    def __repr__(self) -> str:
        """Name and counts; no text of anybody."""
        return f"Absence({self.removal.value}, {len(self.others)} other signals, {self.draws} draws)"

    def _neutral(self, signal: Signal) -> Signal:
        chinese = any("一" <= char <= "鿿" for char in signal.text)
        return replace(signal, text=self.baseline or ("未知" if chinese else "not known"))

    def _drawn(self, signal: Signal, rng: np.random.Generator) -> Signal:
        alike = [other for other in self.others if other.kind is signal.kind]
        return alike[int(rng.integers(len(alike)))] if alike else self._neutral(signal)


def absent_ids(stand_ins: Sequence[Signal | None], tokenizer: Tokenizer) -> Pieces:
    """Ids of the lines that stand for absent signals, each encoded by itself like a signal's."""
    return tuple(
        () if signal is None else tuple(tokenizer.encode(signal_line(signal), add_special_tokens=False))
        for signal in stand_ins
    )
