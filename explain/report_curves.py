"""Deletion and insertion curves over all explained sentences, in bounded memory.

Sentences have different numbers of signals, so every curve is read at the same shares of signals. Values are
nats relative to the sentence with all signals (deletion) or with none (insertion).
Source: Petsiuk et al. 2018; the random order beside it is what a curve has to beat.
"""

from __future__ import annotations

import bisect
import itertools
import math
from typing import Any

from privgen.explain.report_values import mapping, number

Facts = dict[str, Any]

POINTS = 11
"""Shares of the signals at which a curve is read: 0, 10 % ... 100 %."""
NAMES = ("deletion", "random_deletion", "insertion", "random_insertion")


class Curves:
    """Mean curves of the sentences that signals move, and how far they beat a random order."""

    def __init__(self) -> None:
        self.sentences = 0
        self._sums = {name: [0.0] * POINTS for name in NAMES}
        self._gains = {"deletion": [0.0, 0.0], "insertion": [0.0, 0.0]}

    def add(self, record: dict[str, Any]) -> None:
        """Take in one explanation; one without trust, or that nothing moves, is left out.

        Raises:
            ValueError: A curve is not a list of numbers of the length that the signals ask for.
        """
        found = mapping(record.get("trust"))
        if not found or record["verdict"] == "none" or len(record["signals"]) < 2:
            return
        sizes = _sizes(found["sizes"], len(record["signals"]))
        curves = {name: [number(value) for value in found[name]] for name in NAMES}
        if any(len(curve) != len(sizes) for curve in curves.values()):
            raise ValueError("a curve of the wrong length")
        read = {name: resampled(sizes, [v - curve[0] for v in curve]) for name, curve in curves.items()}
        self.sentences += 1
        for name, curve in read.items():
            self._sums[name] = [a + b for a, b in zip(self._sums[name], curve, strict=True)]
        for name, sign in (("deletion", -1.0), ("insertion", 1.0)):
            own, other = read[name], read[f"random_{name}"]
            gain = sign * sum(a - b for a, b in zip(own, other, strict=True)) / POINTS
            self._gains[name][0] += gain
            self._gains[name][1] += gain * gain

    def to_json(self) -> Facts:
        """Mean curves and gains; empty and None where no explanation holds a curve."""
        n = self.sentences
        return {
            "sentences": n,
            **{name: [value / n for value in sums] if n else [] for name, sums in self._sums.items()},
            **{f"{name}_gain": _mean(n, *sums) for name, sums in self._gains.items()},
        }


def resampled(sizes: list[float], curve: list[float], points: int = POINTS) -> list[float]:
    """A curve at `points` evenly spread places between its first and last size, straight between its own.

    >>> resampled([0, 1, 4], [0.0, 2.0, 8.0], 5)
    [0.0, 2.0, 4.0, 6.0, 8.0]
    """
    places = [sizes[0] + (sizes[-1] - sizes[0]) * i / (points - 1) for i in range(points)]
    return [_at(place, sizes, curve) for place in places]


def _at(place: float, sizes: list[float], curve: list[float]) -> float:
    low = min(max(bisect.bisect_right(sizes, place) - 1, 0), len(sizes) - 2)
    share = (place - sizes[low]) / (sizes[low + 1] - sizes[low])
    return curve[low] + share * (curve[low + 1] - curve[low])


def _sizes(found: Any, signals: int) -> list[float]:
    """Numbers of signals at the points of a curve: rising, from none to all."""
    sizes = [number(value) for value in found]
    if sizes[:1] != [0] or sizes[-1] != signals or any(a >= b for a, b in itertools.pairwise(sizes)):
        raise ValueError("sizes of a curve that do not rise from 0 to the number of signals")
    return sizes


def _mean(n: int, total: float, squares: float) -> Facts | None:
    """Mean with a 95 % interval over sentences; no interval below 30."""
    if not n:
        return None
    mean = total / n
    half = 1.96 * math.sqrt(max(0.0, squares / n - mean**2) / (n - 1)) if n >= 30 else None
    return {
        "mean": mean,
        "low": None if half is None else mean - half,
        "high": None if half is None else mean + half,
    }
