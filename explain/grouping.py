"""Many signals within a small budget: score groups first, then split the groups that matter.

A group is a player: all its signals are in or out together. Groups start as runs of one kind of signal on one
side (customer or product). A group that moves a sentence, alone or as the last one to go, is cut in four; one
that moves none stays whole. When the groups that matter are single signals, or a third of the budget is left,
the players' Shapley values are sampled. What a group that stayed whole gets is shared equally inside it, with
an error that says so. Two signals of one group that undo each other exactly are not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from privgen.errors import ExplainError
from privgen.explain.game import CachedGame, Game, Mask, Values, checked_mask
from privgen.explain.sampling import kernel_at, kernel_shapley, settled
from privgen.schema import CUSTOMER_KINDS, SignalKind

Group = tuple[int, ...]

NATS = 0.05
"""Moves under this are not looked for inside a group: five per cent in likelihood."""


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
        return self._game.score(self.members(keep))

    def members(self, keep: Mask) -> Mask:
        """Sets of groups as sets of signals."""
        keep = checked_mask(keep, self.n_signals)
        return np.asarray(keep.astype(np.int64) @ self._members.astype(np.int64) > 0)


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
    cached = CachedGame(game)
    players = first_groups(kinds or (SignalKind.PROFILE,) * game.n_signals, most=max(6, rows // 16))
    if 3 * len(players) + 8 > rows:  # more kinds than the budget can tell apart
        ordered = [signal for group in players for signal in group]
        players = tuple(tuple(int(i) for i in part) for part in np.array_split(ordered, 6))
    while (finer := _split(players, cached, rows)) != players:
        players = finer
    quotient = QuotientGame(cached, players)
    # the players alone and as the last to go are scored: what is left is for other coalitions
    affordable = rows - cached.rows + int(cached.holds(quotient.members(_singles(len(players)))).sum())
    seed = int(rng.integers(2**32))
    scores, errors = kernel_at(quotient, rows=max(affordable, 2 * len(players) + 4), seed=seed)
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


def _singles(players: int) -> Mask:
    """No player, all, each alone, all but each."""
    alone = np.eye(players, dtype=np.bool_)
    return np.concatenate([np.zeros((1, players), np.bool_), np.ones((1, players), np.bool_), alone, ~alone])


def _split(players: tuple[Group, ...], game: CachedGame, rows: int) -> tuple[Group, ...]:
    """Cut the groups that matter in four, most important first, as far as the budget goes."""
    count = len(players)
    values = QuotientGame(game, players).score(_singles(count))
    added, missed = values[2 : 2 + count] - values[0], values[1] - values[2 + count :]
    moved = np.maximum(np.abs(added), np.abs(missed))  # (players, S)
    weight = (moved / np.maximum(NATS, 0.05 * moved.max(axis=0))).max(axis=1)
    spent, cut = game.rows, set()
    for place in np.argsort(-weight, kind="stable"):
        parts = min(4, len(players[place]))
        after = spent + 2 * parts
        if weight[place] > 1 and parts > 1 and after + max(count + parts + 8, rows // 3) <= rows:
            cut.add(int(place))
            count, spent = count + parts - 1, after
    finer: list[Group] = []
    for place, group in enumerate(players):
        pieces = np.array_split(group, min(4, len(group)) if place in cut else 1)
        finer += [tuple(int(i) for i in piece) for piece in pieces]
    return tuple(finer)


def _shared_out(players: tuple[Group, ...], scores: Values, errors: Values, n_signals: int) -> Grouped:
    by_signal, spread = np.zeros((2, len(scores), n_signals))
    for place, group in enumerate(players):
        size = len(group)
        # all of it may be one member's; and members that undo each other may move what is not looked for
        unknown = np.maximum(np.abs(scores[:, place]) * np.sqrt((1 - 1 / size) / size), NATS / 2)
        for signal in group:
            by_signal[:, signal] = scores[:, place] / size
            spread[:, signal] = np.hypot(errors[:, place] / size, unknown) if size > 1 else errors[:, place]
    return Grouped(by_signal, spread, players, settled(scores, errors))
