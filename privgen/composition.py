"""What a customer of several merchants has spent at most: for the trainer's books and for the report's alike.

Privacy losses are not ordered by one figure: of two mechanisms, the one with the smaller epsilon may compose
to the larger. So nobody is ranked: every group of merchants is composed where those are few,
and else, of every mechanism, the largest numbers of steps.
"""

from __future__ import annotations

import dataclasses
import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import combinations
from typing import Any, ClassVar, Protocol, TypeVar

_COUNTS = (1, 2, 3, 5, 10)
_FEW = 20  # groups of merchants that are composed one by one


class Charge(Hashable, Protocol):
    """A frozen dataclass that says of one mechanism how many steps were charged."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def steps(self) -> int:
        """How many, 0 or more."""
        ...


C = TypeVar("C", bound=Charge)


def composed(merchants: Sequence[Sequence[C]], epsilon: Callable[[Sequence[C]], float]) -> dict[int, float]:
    """Epsilon of a customer of any k of the merchants, at most, for some k.

    Guarantees: of no k merchants is it less than their charges composed, and it never falls with k. Exact for
    one merchant, for all, for up to 6 merchants, and where all have the same mechanism and setting.

    Args:
        merchants: What each was charged.
        epsilon: What charges cost together; never less with more steps.

    Returns:
        For k = 1, 2, 3, 5, 10 and all, as far as there are so many.
    """
    found: dict[int, float] = {}
    least = math.inf  # any k merchants are among any more
    for k in sorted({k for k in (*_COUNTS, len(merchants)) if 0 < k <= len(merchants)}, reverse=True):
        found[k] = least = min(least, max(map(epsilon, _groups(merchants, k))))
    return dict(sorted(found.items()))


def any_of(merchants: Sequence[Sequence[C]], k: int) -> list[C]:
    """At least what any k merchants were charged: of each mechanism and setting, its k largest counts.

    Args:
        merchants: What each was charged.
        k: 1 or more.
    """
    steps: dict[C, list[int]] = defaultdict(list)
    for charges in merchants:
        sums: dict[C, int] = defaultdict(int)
        for charge in charges:
            sums[dataclasses.replace(charge, steps=1)] += charge.steps
        for setting, count in sums.items():
            steps[setting].append(count)
    return [dataclasses.replace(setting, steps=sum(sorted(counts)[-k:])) for setting, counts in steps.items()]


def _groups(merchants: Sequence[Sequence[C]], k: int) -> Iterable[list[C]]:
    """What each k merchants were charged, where there are few such groups; else one bound on all of them."""
    if k > 1 and math.comb(len(merchants), k) > _FEW:
        return [any_of(merchants, k)]
    return ([charge for part in group for charge in part] for group in combinations(merchants, k))
