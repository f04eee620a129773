"""Exact means of LoRA products: against dense sums, in memory that does not grow, and what is refused."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privgen.errors import ConfigError, PlanError
from privgen.federated.aggregation import (
    PlainSum,
    StackedSum,
    as_statement,
    check_aggregation,
    new_sum,
    trained,
    trained_factors,
)
from privgen.federated.settings import Weights

A, B = "m.{}.lora_A.default.weight", "m.{}.lora_B.default.weight"


def factors(rng: np.random.Generator, shapes: list[tuple[int, int]], rank: int) -> Weights:
    found: Weights = {}
    for layer, (out, width) in enumerate(shapes):
        found[A.format(layer)] = rng.normal(size=(rank, width)).astype(np.float32)
        found[B.format(layer)] = rng.normal(size=(out, rank)).astype(np.float32)
    return found


def change(update: Weights, sent: Weights) -> Weights:
    return {name: value - sent[name] for name, value in update.items()}


def products(weights: Weights, layers: int) -> list[np.ndarray]:
    return [
        weights[B.format(i)].astype(np.float64) @ weights[A.format(i)].astype(np.float64)
        for i in range(layers)
    ]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_the_stacked_mean_is_the_closest_to_the_mean_of_the_products(
    silos: int, rank: int, seed: int
) -> None:
    """Oracle: the dense mean and its own singular values."""
    rng = np.random.default_rng(seed)
    shapes = [(7, 9), (12, 5)]
    sent = factors(rng, shapes, rank)
    total = StackedSum(sent)
    dense = [np.zeros(shape) for shape in shapes]
    for _ in range(silos):
        update = factors(rng, shapes, rank)
        total.add(change(update, sent))
        dense = [d + p / silos for d, p in zip(dense, products(update, 2), strict=True)]
    mean, cut = total.mean()
    lost, whole = 0.0, 0.0
    for found, wanted in zip(products(mean, 2), dense, strict=True):
        values = np.linalg.svd(wanted, compute_uv=False)
        assert np.linalg.norm(found - wanted) == pytest.approx(
            np.linalg.norm(values[rank:]), abs=1e-4 * np.linalg.norm(wanted)
        )
        lost, whole = lost + float((values[rank:] ** 2).sum()), whole + float((values**2).sum())
    assert cut == pytest.approx(np.sqrt(lost / whole), abs=1e-6)


def test_products_that_fit_the_rank_are_averaged_exactly() -> None:
    rng = np.random.default_rng(3)
    sent = factors(rng, [(8, 8)], 6)
    total = StackedSum(sent)
    updates = []
    for _ in range(3):  # three silos of rank two
        update = factors(rng, [(8, 8)], 6)
        update[B.format(0)][:, 2:] = 0
        updates.append(update)
        total.add(change(update, sent))
    mean, cut = total.mean()
    wanted = sum(products(update, 1)[0] for update in updates) / 3
    np.testing.assert_allclose(products(mean, 1)[0], wanted, atol=1e-5)
    assert cut < 1e-6


def test_one_silo_s_product_comes_back_and_nothing_stays_stuck() -> None:
    rng = np.random.default_rng(4)
    sent = factors(rng, [(6, 5)], 3)
    update = {name: value.copy() for name, value in sent.items()}
    update[B.format(0)][:] = 0  # nothing was learnt
    total = StackedSum(sent)
    total.add(change(update, sent))
    mean, cut = total.mean()
    assert not mean[B.format(0)].any() and cut == 0.0
    np.testing.assert_array_equal(mean[A.format(0)], sent[A.format(0)])  # so that B can still learn


def test_the_plain_mean() -> None:
    rng = np.random.default_rng(5)
    updates = [factors(rng, [(4, 3)], 2) for _ in range(5)]
    sent = factors(rng, [(4, 3)], 2)
    total = PlainSum(sent)
    for update in updates:
        total.add(change(update, sent))
    mean, cut = total.mean()
    for name, value in mean.items():
        np.testing.assert_allclose(value, np.mean([u[name] for u in updates], 0), atol=1e-6)
    assert cut == 0.0


@pytest.mark.parametrize("name", ["frozen", "alternating", "exact"])
def test_memory_does_not_grow_with_silos(name: str) -> None:
    rng = np.random.default_rng(6)
    update = factors(rng, [(64, 48)], 8)
    total = new_sum(name, update, "AB")  # type: ignore[arg-type]
    sizes = []
    tracemalloc.start()
    for place in range(1, 401):
        total.add(update)
        if place % 100 == 0:
            sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert max(sizes[1:]) < sizes[0] + 64 * 1024


def test_which_factors_train() -> None:
    assert [trained_factors("frozen", r) for r in (1, 2)] == ["B", "B"]
    assert [trained_factors("alternating", r) for r in (1, 2, 3)] == ["B", "A", "B"]
    assert trained_factors("exact", 1) == "AB"
    both = factors(np.random.default_rng(0), [(2, 2)], 1)
    assert set(trained(both, "AB")) == set(both)
    assert list(trained(both, "A")) == [A.format(0)] and list(trained(both, "B")) == [B.format(0)]


def test_plain_averaging_of_both_factors_is_refused_with_the_reason() -> None:
    """And the reason is true: the mean of the factors is another matrix."""
    with pytest.raises(PlanError, match=r"is not the mean of the products.*frozen, alternating, exact"):
        check_aggregation("average")
    with pytest.raises(ConfigError, match="aggregation"):
        check_aggregation("median")
    for name in ("frozen", "alternating", "exact"):
        check_aggregation(name)
        assert "equal weights" in as_statement(name)  # type: ignore[arg-type]
    rng = np.random.default_rng(8)
    updates = [factors(rng, [(4, 4)], 2) for _ in range(3)]
    plain = PlainSum(updates[0])
    for update in updates:
        plain.add(change(update, updates[0]))
    wanted = sum(products(update, 1)[0] for update in updates) / 3
    assert np.linalg.norm(products(plain.mean()[0], 1)[0] - wanted) > 0.5 * np.linalg.norm(wanted)
