"""The strategy matrix of correlated noise: banded, lower triangular, Toeplitz; and its exact sensitivity.

Step t adds row t of C^-1 z to its clipped sum, z independent: together the steps release C x + z, one
Gaussian mechanism on the stream x of clipped sums. Row t of C^-1 z is z_t less a part of each of the
`bands` - 1 rows before it, so that the noise of a sum over steps grows more slowly than with independent
noise.

A unit takes part in steps that are a multiple of `bands` apart. Columns of C so far apart share no row, so
its contributions, of norm 1 at most each, move C x by the root of the sum of those columns' squared norms:
no more, and exactly that where each has norm 1.

Source: banded matrices and b-min-separated participation, Choquette-Choo et al. 2023, arXiv:2306.08153;
Toeplitz ones at scale, McKenna 2024, arXiv:2405.15913; the coefficients, of the square root of the matrix of
prefix sums, cut to the bands: Kalinin and Lampert 2024, arXiv:2405.13763.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import accumulate


@lru_cache(maxsize=64)
def coefficients(bands: int) -> tuple[float, ...]:
    """The first column of C down to the last band; positive and falling, so that C^-1 z stays bounded.

    >>> coefficients(4)
    (1.0, 0.5, 0.375, 0.3125)
    """
    found = [1.0]
    for place in range(1, bands):
        found.append(found[-1] * (2 * place - 1) / (2 * place))
    return tuple(found)


@lru_cache(maxsize=64)
def sensitivity(bands: int, steps: int) -> float:
    """How far a unit moves C x at most, whose contribution to each `bands`-th step has norm 1 at most.

    >>> sensitivity(1, 9), round(sensitivity(2, 2) ** 2, 3)
    (3.0, 1.25)

    Args:
        bands: Bands of C, and steps between two contributions of a unit; 1 or more.
        steps: Rows of C, 1 or more.
    """
    squares = list(accumulate(value * value for value in coefficients(bands)))
    norms = [squares[min(bands, steps - column) - 1] for column in range(steps)]
    return math.sqrt(max(math.fsum(norms[slot::bands]) for slot in range(min(bands, steps))))


def participations(bands: int, steps: int) -> int:
    """How often a unit takes part at most.

    >>> participations(4, 9), participations(4, 8)
    (3, 2)
    """
    return -(-steps // bands)
