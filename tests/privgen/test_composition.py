"""What any k merchants were charged at most: against every group of them, by brute force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privgen.composition import any_of, composed
from privgen.federated.accounting import BANDED_GAUSSIAN, POISSON_GAUSSIAN, PrivacyEvent, pld_epsilon


@dataclass(frozen=True)
class Spent:
    """Some steps of a mechanism."""

    mechanism: str
    steps: int


MERCHANTS = st.lists(
    st.lists(st.builds(Spent, st.sampled_from("pqr"), st.integers(0, 9)), max_size=4), max_size=8
)
WORTH = {"p": 1.0, "q": 2.0, "r": 5.0}


def counted(charges: Sequence[Spent]) -> Counter[str]:
    found: Counter[str] = Counter()
    for charge in charges:
        found[charge.mechanism] += charge.steps
    return found


def cost(charges: Sequence[Spent]) -> float:
    """Grows with steps, and orders nothing by one merchant's figure."""
    found = counted(charges)
    return max(
        (WORTH[name] * steps ** (0.5 if name == "p" else 1) for name, steps in found.items()), default=0.0
    )


@given(MERCHANTS, st.integers(1, 8))
def test_of_every_mechanism_any_k_have_at_most_so_many_steps(merchants: list[list[Spent]], k: int) -> None:
    most, groups = counted(any_of(merchants, k)), [*combinations(merchants, min(k, len(merchants)))]
    for group in groups:
        assert counted([charge for part in group for charge in part]) <= most
    for name in WORTH:  # and no more than some k have of it
        assert most[name] == max(sum(counted(part)[name] for part in group) for group in groups)


@given(MERCHANTS)
def test_no_group_costs_more_and_few_merchants_exactly_that(merchants: list[list[Spent]]) -> None:
    found = composed(merchants, cost)
    assert list(found) == sorted({1, 2, 3, 5, len(merchants)} & {*range(1, len(merchants) + 1)})
    assert list(found.values()) == sorted(found.values())
    for k, figure in found.items():
        most = max(cost([c for part in group for c in part]) for group in combinations(merchants, k))
        assert figure >= most
        if (
            k in (1, len(merchants))
            or len(merchants) <= 6
            or len({c.mechanism for m in merchants for c in m}) == 1
        ):
            assert figure == most


@pytest.mark.parametrize("each", [2, 5])
def test_the_larger_epsilon_does_not_stand_for_the_larger_composition(each: int) -> None:
    """Poisson and banded merchants, few or many: two banded ones compose to more than two others."""
    poisson = [PrivacyEvent(POISSON_GAUSSIAN, 0.556, 0.05, 20)]
    banded = [PrivacyEvent(BANDED_GAUSSIAN, 0.604, 1.0, 1)]
    alone, both = (pld_epsilon(poisson, 1e-5), pld_epsilon(banded, 1e-5)), pld_epsilon(banded * 2, 1e-5)
    assert alone[0] > alone[1] and pld_epsilon(poisson * 2, 1e-5) + 1.0 < both
    found = composed([poisson, banded] * each, lambda events: pld_epsilon(events, 1e-5))
    assert found[1] == alone[0] and found[2] >= both
    assert found[2 * each] == pld_epsilon((poisson + banded) * each, 1e-5)
