"""Standard normal noise of the steps: independent, or correlated over steps by a banded strategy matrix.

Source: see `strategy_matrix`.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from privgen.federated.plan import PrivacyPlan
from privgen.federated.randomness import RandomSource
from privgen.federated.strategy_matrix import coefficients

Array = npt.NDArray[np.float32]


class StepNoise(Protocol):
    """Noise of one step after the other."""

    def draw(self, shapes: Sequence[tuple[int, ...]], source: RandomSource) -> Iterator[Array]:
        """The next step's noise, one array per shape; take them all."""
        ...


class IndependentNoise:
    """Fresh noise in each step."""

    def draw(self, shapes: Sequence[tuple[int, ...]], source: RandomSource) -> Iterator[Array]:
        """Draws of the source."""
        return (source.normal(*shape) for shape in shapes)


class BandedNoise:
    """Rows of C^-1 z: each is a fresh draw less what it cancels of the `bands` - 1 rows before it.

    Args:
        bands: Bands of C, 2 or more.
        position: How many rows there were.
        rows: The last of them, newest first, at most `bands` - 1; rows before the first are zero.
    """

    def __init__(self, bands: int, position: int = 0, rows: Sequence[Array] = ()) -> None:
        self._weights = coefficients(bands)[1:]
        self.position = position
        self._rows = deque(rows, maxlen=bands - 1)

    @property
    def rows(self) -> tuple[Array, ...]:
        """The last rows, newest first: a secret, for who has them can take noise away."""
        return tuple(self._rows)

    def skip(self, steps: int, size: int, source: RandomSource) -> None:
        """Draw the rows of steps whose result nobody has seen."""
        for _ in range(steps):
            self._next(size, source)

    def draw(self, shapes: Sequence[tuple[int, ...]], source: RandomSource) -> Iterator[Array]:
        """The next row, cut into the shapes."""
        sizes = [math.prod(shape) for shape in shapes]
        row = self._next(sum(sizes), source)
        parts = np.split(row, np.cumsum(sizes)[:-1])
        return (part.reshape(shape).copy() for part, shape in zip(parts, shapes, strict=True))

    def _next(self, size: int, source: RandomSource) -> Array:
        row = source.normal(size)
        for weight, earlier in zip(self._weights, self._rows, strict=False):
            row -= np.float32(weight) * earlier
        self._rows.appendleft(row)
        self.position += 1
        return row


def noise_of(plan: PrivacyPlan) -> StepNoise:
    """The noise of a plan's first steps."""
    return BandedNoise(plan.bands) if plan.noise == "banded" else IndependentNoise()
