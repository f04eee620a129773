"""Many signals within a small budget: score groups first, then split the groups that matter.

A group is a player: all its signals are in or out together. Groups start as runs of one kind of signal on one
side (customer or product). After each round the groups that move a sentence are cut in four, those that move
none stay whole, and the game is played again by the new players. What a group that was never split gets is
shared equally inside it, with an error that says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from privgen.errors import ExplainError
from privgen.explain.game import CachedGame, Game, Mask, Values, checked_mask
from privgen.explain.sampling import kernel_shapley, settled
from privgen.schema import CUSTOMER_KINDS, SignalKind

Group = tuple[int, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Grouped:
    """Scores by signal and the players they come from.

    Args:
        scores: `(n_sentences, n_signals)`; they sum to v(all) - v(none).
        errors: Standard errors; in a group that stayed whole they cover any way its score could be divided.
        players: The groups of the last round; those of one signal are refined.
        stable: Whether the order of the top players stands (`sampling.settled`).
    """

    scores: Values
    errors: Values
    players: tuple[Group, ...]
    stable: bool


class QuotientGame:
    """The game of groups: the payoff of a set of groups is that of all their signals."""

    def __init__(self, game: Game, groups: Sequence[Group]) -> None:
        self._game = game
        self._members = np.zeros((len(groups), game.n_signals), dtype=np.bool_)
        for place, group in enumerate(groups):
            self._members[place, list(group)] = True

    @property
    def n_signals(self) -> int:
        """Number of groups."""
        return len(self._members)

    @property
    def n_sentences(self) -> int:
        """Number of payoffs."""
        return self._game.n_sentences

    def score(self, keep: Mask) -> Values:
        """Payoffs of sets of groups; shapes as in `Game.score`."""
        keep = checked_mask(keep, self.n_signals)
        return self._game.score(keep.astype(np.int64) @ self._members.astype(np.int64) > 0)


def grouped_shapley(
    game: Game, *, rows: int, rng: np.random.Generator, kinds: Sequence[SignalKind] = ()
) -> Grouped:
    """Shapley values of the signals that matter, from at most `rows` coalitions.

    Args:
        game: The value function, any number of signals.
        rows: Budget of coalitions, at least 32 or all there are.
        rng: Draws them.
        kinds: Kind of each signal, for the first groups.

    Raises:
        ExplainError: The budget is under 32 rows and does not cover every coalition.
    """
    if rows >= 1 << min(game.n_signals, 62):
        scores, errors = kernel_shapley(game, rows=rows, rng=rng)
        return Grouped(scores, errors, tuple((signal,) for signal in range(game.n_signals)), True)
    if rows < 32:
        raise ExplainError(f"{rows} rows: grouping wants at least 32")
    cached, spent = CachedGame(game), 0
    players = first_groups(kinds or (SignalKind.PROFILE,) * game.n_signals, most=max(6, rows // 16))
    if _round_rows(len(players)) > rows:  # more kinds than the budget can tell apart
        ordered = [signal for group in players for signal in group]
        players = tuple(tuple(int(i) for i in part) for part in np.array_split(ordered, 5))
    while True:
        left = rows - spent
        cost = min(left, _round_rows(len(players)))
        scores, errors = kernel_shapley(QuotientGame(cached, players), rows=cost, rng=rng)
        spent = cached.rows
        # the next round must leave rows for all its players
        finer = _split(players, scores, errors, most=(rows - spent - 4) // 3)
        if finer == players:
            break
        players = finer
    if (left := rows - spent) >= _round_rows(len(players)):  # what is left sharpens the last round
        scores, errors = kernel_shapley(QuotientGame(cached, players), rows=left, rng=rng)
    return _shared_out(players, scores, errors, game.n_signals)


def first_groups(kinds: Sequence[SignalKind], most: int) -> tuple[Group, ...]:
    """Runs of signals of one kind, customer's kinds first, in at most about `most` groups."""
    by_kind: dict[tuple[bool, str], list[int]] = {}
    for index, kind in enumerate(kinds):
        by_kind.setdefault((kind not in CUSTOMER_KINDS, kind.value), []).append(index)
    size = max(1, -(-len(kinds) // max(1, most - len(by_kind))))
    return tuple(
        tuple(found[start : start + size])
        for _, found in sorted(by_kind.items())
        for start in range(0, len(found), size)
    )


def _round_rows(players: int) -> int:
    """Three rows per player, or all coalitions of a few."""
    return 3 * players + 4 if players > 5 else 1 << players


def _split(players: tuple[Group, ...], scores: Values, errors: Values, most: int) -> tuple[Group, ...]:
    """Cut the groups that matter in four, most important first, while there are at most `most` players."""
    high = np.abs(scores) + 1.96 * errors
    bar = np.maximum(0.05, 0.05 * np.abs(scores).max(axis=1, keepdims=True))
    weight = (high / bar).max(axis=0)  # above 1: may move some sentence
    count, cut = len(players), set()
    for place in np.argsort(-weight, kind="stable"):
        parts = min(4, len(players[place]))
        if weight[place] > 1 and parts > 1 and count + parts - 1 <= most:
            cut.add(int(place))
            count += parts - 1
    finer: list[Group] = []
    for place, group in enumerate(players):
        parts = min(4, len(group)) if place in cut else 1
        finer += [tuple(int(i) for i in part) for part in np.array_split(group, parts)]
    return tuple(finer)


def _shared_out(players: tuple[Group, ...], scores: Values, errors: Values, n_signals: int) -> Grouped:
    by_signal, spread = np.zeros((2, len(scores), n_signals))
    for place, group in enumerate(players):
        size = len(group)
        unknown = np.abs(scores[:, place]) * np.sqrt((1 - 1 / size) / size)
        for signal in group:
            by_signal[:, signal] = scores[:, place] / size
            spread[:, signal] = np.hypot(errors[:, place] / size, unknown)
    return Grouped(by_signal, spread, players, settled(scores, errors))
