"""The game of an explanation: players are signals, payoffs are the log-probabilities of the sentences.

A value function maps subsets of signals ("coalitions") to the payoff of every sentence at once, so one
sweep over coalitions serves all sentences. `CachedGame` remembers what was scored: two solvers, a metric
and a second look at the same page share their model calls.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from privgen.errors import ExplainError

Mask: TypeAlias = npt.NDArray[np.bool_]
Values: TypeAlias = npt.NDArray[np.float64]


@runtime_checkable
class Game(Protocol):
    """A value function over subsets of signals."""

    @property
    def n_signals(self) -> int:
        """Number of players."""
        ...

    @property
    def n_sentences(self) -> int:
        """Number of payoffs per coalition."""
        ...

    def score(self, keep: Mask) -> Values:
        """Payoffs of coalitions.

        Args:
            keep: `(rows, n_signals)`, true where the signal stays in the prompt.

        Returns:
            `(rows, n_sentences)` float64, in nats for language models.
        """
        ...


class TableGame:
    """A game given by its value table: for tests, and for games that were scored elsewhere.

    Args:
        table: `(2**n_signals, n_sentences)`; row `m` holds the payoff of the coalition whose bit `j` of
            `m` says whether signal `j` is in.

    Raises:
        ExplainError: The number of rows is not a power of two.
    """

    def __init__(self, table: Values) -> None:
        if table.ndim != 2 or table.shape[0] & (table.shape[0] - 1) or not table.shape[0]:
            raise ExplainError("value table: wanted 2**n_signals rows and one column per sentence")
        self._table = np.asarray(table, dtype=np.float64)

    @property
    def n_signals(self) -> int:
        """Number of players."""
        return int(self._table.shape[0]).bit_length() - 1

    @property
    def n_sentences(self) -> int:
        """Number of payoffs."""
        return int(self._table.shape[1])

    def score(self, keep: Mask) -> Values:
        """Look the coalitions up; shapes as in `Game.score`."""
        powers = 1 << np.arange(self.n_signals, dtype=np.int64)
        return self._table[np.asarray(keep, dtype=np.int64) @ powers]


class CachedGame:
    """A game that scores each coalition once; `rows` counts the distinct coalitions scored so far."""

    def __init__(self, game: Game) -> None:
        self._game = game
        self._values: dict[bytes, Values] = {}

    @property
    def inner(self) -> Game:
        """The game that is asked for what is new."""
        return self._game

    @property
    def n_signals(self) -> int:
        """Number of players."""
        return self._game.n_signals

    @property
    def n_sentences(self) -> int:
        """Number of payoffs."""
        return self._game.n_sentences

    @property
    def rows(self) -> int:
        """Distinct coalitions scored so far."""
        return len(self._values)

    def holds(self, keep: Mask) -> npt.NDArray[np.bool_]:
        """Which coalitions were scored before, `(rows,)`.

        Raises:
            ExplainError: The mask has the wrong width.
        """
        return np.array([key in self._values for key in self._keys(checked_mask(keep, self.n_signals))], bool)

    def score(self, keep: Mask) -> Values:
        """Score what is new, look up the rest; shapes as in `Game.score`.

        Raises:
            ExplainError: The mask has the wrong width, or the game returned a value that is not finite.
        """
        keep = checked_mask(keep, self.n_signals)
        keys = self._keys(keep)
        new = {key: index for index, key in enumerate(keys) if key not in self._values}
        if new:
            values = self._game.score(keep[list(new.values())])
            if not np.isfinite(values).all():
                raise ExplainError("the model gave a log-probability that is not finite; check its weights")
            self._values.update(zip(new, values, strict=True))
        return np.array([self._values[key] for key in keys], dtype=np.float64).reshape(-1, self.n_sentences)

    def _keys(self, keep: Mask) -> list[bytes]:
        return [row.tobytes() for row in np.packbits(keep, axis=1)] if self.n_signals else [b""] * len(keep)


def checked_mask(keep: Mask, n_signals: int) -> Mask:
    """`keep` as a contiguous boolean `(rows, n_signals)` array.

    Raises:
        ExplainError: The shape is another one.
    """
    keep = np.ascontiguousarray(keep, dtype=np.bool_)
    if keep.ndim != 2 or keep.shape[1] != n_signals:
        raise ExplainError(f"coalitions: wanted shape (rows, {n_signals}), got {keep.shape}")
    return keep


def all_coalitions(n_signals: int) -> Mask:
    """Every coalition, `(2**n_signals, n_signals)`; bit `j` of the row number is signal `j`."""
    numbers = np.arange(1 << n_signals, dtype=np.int64)
    return (numbers[:, None] >> np.arange(n_signals, dtype=np.int64) & 1).astype(np.bool_)


def ends(game: Game) -> tuple[Values, Values]:
    """Payoffs of the empty and of the full coalition, each `(n_sentences,)`."""
    values = game.score(np.array([[False] * game.n_signals, [True] * game.n_signals]).reshape(2, -1))
    return values[0], values[1]
