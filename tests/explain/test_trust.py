"""The trust in every result: what it says, that it is right, and what it costs."""

from __future__ import annotations

import json

import numpy as np
import pytest
from explain_models import generator, prompt, random_game

from privgen.explain.attribution import explain, game_for
from privgen.explain.exact import exact_shapley
from privgen.explain.game import CachedGame, TableGame, all_coalitions
from privgen.explain.metrics import stability
from privgen.explain.sampling import kernel_shapley
from privgen.explain.solvers import METHODS, Solution
from privgen.explain.target import Target
from privgen.explain.trust import assess, noise, trust_rows

SENTENCES = ["Warm red.", "Fits well."]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def never() -> Solution:
    raise AssertionError("solved again for nothing")


def sampled(n: int, rows: int, seed: int = 0) -> tuple[CachedGame, Solution]:
    game = CachedGame(random_game(n, 3, 5))
    return game, Solution(*kernel_shapley(game, rows=rows, rng=rng(seed)))


@pytest.mark.parametrize("method", [name for name in METHODS if name.startswith(("auto", "exact", "kern"))])
def test_every_result_and_every_record_holds_it(method: str) -> None:
    found = explain(generator(), prompt(*"abcdefg"), SENTENCES, method, rows=40)
    trust = found.trust
    assert trust is not None and found.order_noise is not None and found.order_noise.shape == (2,)
    for record in found.to_records("p", "description"):
        told = json.loads(json.dumps(record, allow_nan=False))["trust"]
        points = len(told["sizes"])
        curves = ("deletion", "insertion", "random_deletion", "random_insertion")
        assert all(len(told[name]) == points for name in curves)
        assert told["deletion"][0] == told["insertion"][-1] == pytest.approx(record["value_full"], abs=1e-3)
        assert -1 <= told["lds"] <= 1 and told["held_out"] > 0 and told["k"] == 2
        assert 0 <= told["stability"] <= 1 or told["stability_from"] != "exact"


def test_exact_values_pay_one_forward_call_for_all_of_it() -> None:
    lm = generator()
    shown, sentences = prompt(*"abcdefgh"), ["one.", "two.", "three."]
    scorer = game_for(lm, shown, Target.encode(sentences, lm.tokenizer))
    exact_shapley(scorer)
    found = explain(lm, shown, sentences)
    assert found.rows == 256 and found.trust is not None and found.trust.rows == 0
    assert found.forward_passes == scorer.forward_passes + 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(("n", "rows"), [(13, 128), (16, 256)])
def test_sampled_values_pay_at_most_a_quarter_more(n: int, rows: int) -> None:
    game, solution = sampled(n, rows)
    before = game.rows
    trust = assess(game, solution, never, rng=rng())
    assert trust.rows == game.rows - before <= trust_rows(before) <= max(48, rows // 4)
    assert trust.held_out >= 8 and np.isfinite(trust.lds).all()
    assert trust.faithfulness.sizes[0] == 0 and trust.faithfulness.sizes[-1] == n


def test_held_out_subsets_were_not_fitted() -> None:
    """On a game that no additive model explains, fitted subsets would flatter."""
    table = rng(3).normal(size=(1 << 8, 40))
    game = CachedGame(TableGame(table))
    trust = assess(game, Solution(exact_shapley(game), exact=True), never, rng=rng())
    assert trust.held_out == 128 and trust.rows == 0
    assert abs(trust.lds.mean()) < 0.05
    additive = CachedGame(TableGame(all_coalitions(8) @ rng(4).normal(size=(8, 5))))
    trust = assess(additive, Solution(exact_shapley(additive), exact=True), never, rng=rng())
    assert trust.lds == pytest.approx(np.ones(5))


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_few_signals_leave_nothing_to_hold_out(n: int) -> None:
    game = CachedGame(random_game(n, 2, 1))
    trust = assess(game, Solution(exact_shapley(game), exact=True), never, rng=rng())
    assert np.isnan(trust.lds).all() and trust.held_out == 0
    assert trust.to_record(0)["lds"] is None
    assert (trust.stability == 1).all() and trust.stability_from == "exact"


def test_stability_from_errors_is_that_over_real_seeds() -> None:
    """Mean over sentences and seeds; within 0.1 of Kendall's tau between fresh runs."""
    promised, runs = [], []
    shown = prompt(*"abcdefghijkl")
    game = CachedGame(random_game(12, 3, 5))
    target = Target.encode([*SENTENCES, "Three."], generator().tokenizer)
    for seed in range(6):
        runs.append(explain(game, shown, target, "kernel", rows=400, rng=rng(seed)))
        promised.append(runs[-1].trust.stability)  # type: ignore[union-attr]
    assert runs[0].trust.stability_from == "standard_errors"  # type: ignore[union-attr]
    assert np.mean(promised) == pytest.approx(np.mean(stability(runs)), abs=0.1)


def test_a_method_without_errors_is_run_again() -> None:
    game, solution = sampled(12, 128)
    asked: list[int] = []

    def again() -> Solution:
        asked.append(1)
        return Solution(solution.scores.copy())

    trust = assess(game, Solution(solution.scores), again, rng=rng())
    assert asked and (trust.stability == 1).all() and trust.stability_from == "second_seed"


@pytest.mark.parametrize("name", ["llama", "gpt2", "t5"])
def test_another_batching_changes_no_score_by_more_than_the_floor(name: str) -> None:
    lm, shown = generator(name), prompt("red", "green shoes", "b", "size 9", "wool")
    first = explain(lm, shown, SENTENCES)
    for batch_rows in (1, 3, 7):
        again = explain(lm, shown, SENTENCES, batch_rows=batch_rows)
        assert np.abs(again.scores - first.scores).max() <= first.noise_floor < 1e-3


def test_another_order_of_signals_changes_no_score_by_more_than_the_order_noise() -> None:
    """Random weights care much about order; eight orders, the largest change of any sentence."""
    lm, texts = generator(), ["red", "green shoes", "b", "size 9", "wool"]
    first = explain(lm, prompt(*texts), SENTENCES)
    assert first.order_noise is not None
    for seed in range(8):
        order = rng(seed).permutation(5)
        shuffled = explain(lm, prompt(*(texts[j] for j in order)), SENTENCES).scores
        assert np.abs(shuffled - first.scores[:, order]).max() <= first.order_noise.max()


@pytest.mark.parametrize("length", [10, 60])
def test_noise_takes_one_call_however_long_the_signals(length: int) -> None:
    lm = generator()  # reads 256 tokens
    shown = prompt("a" * length, "b" * length)
    game = game_for(lm, shown, Target.encode(SENTENCES, lm.tokenizer))
    batching, order, made = noise(game, game, rng())
    assert made == 1 and 0 < batching < 1e-3 < order.min()
