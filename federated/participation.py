"""Which silos a round asks, and how many rounds that can make of a silo.

Those asked least so far come first; between equals the operating system's generator draws. After every
round no silo has been asked more than once more often than another, so the most rounds of a silo are known
beforehand, and noise is calibrated on them. Nothing is promised for the drawing itself: server and silos
know who was asked, so it amplifies no one's privacy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from privgen.errors import ConfigError
from privgen.federated.randomness import RandomSource


def most_rounds(rounds: int, silos: int, silos_per_round: int | None = None) -> int:
    """The most rounds that one silo is asked to take part in.

    >>> most_rounds(10, 5), most_rounds(10, 5, 2), most_rounds(10, 3, 2)
    (10, 4, 7)

    Args:
        rounds: Federated rounds in all.
        silos: Number of silos.
        silos_per_round: How many of them a round asks; None for all.

    Raises:
        ConfigError: `silos_per_round` is less than 1.
    """
    if silos_per_round is None or silos_per_round >= silos:
        return rounds
    if silos_per_round < 1:
        raise ConfigError("train: silos_per_round: wants 1 or more")
    return -(-rounds * silos_per_round // silos)


def next_silos(
    asked: Mapping[str, int], silos: Iterable[str], silos_per_round: int | None, source: RandomSource
) -> list[str]:
    """The silos of the next round, sorted.

    Args:
        asked: How often each was asked so far.
        silos: All of them.
        silos_per_round: How many to ask; None for all.
        source: Draws between those that were asked equally often.
    """
    names = sorted(silos)
    if silos_per_round is None or silos_per_round >= len(names):
        return names
    draws = source.uniform(len(names))
    order = sorted(range(len(names)), key=lambda place: (asked.get(names[place], 0), draws[place]))
    return sorted(names[place] for place in order[:silos_per_round])
