"""The planted model: truth by construction, recovered; and what destroys it."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
import typer

from privgen.cli_explain import run_selftest
from privgen.errors import ExplainError
from privgen.explain.attribution import explain, game_for
from privgen.explain.exact import exact_shapley, interactions
from privgen.explain.game import CachedGame
from privgen.explain.metrics import faithfulness, kendall
from privgen.explain.planted import (
    TRUTH,
    TYPES,
    PlantedModel,
    WordTokenizer,
    planted_page,
    precision,
    selftest,
    train_planted,
    training_page,
)
from privgen.explain.planted_training import tiny_llama
from privgen.explain.result import Verdict
from privgen.explain.sampling import kernel_shapley
from privgen.explain.target import Target


@pytest.fixture(scope="module")
def planted() -> PlantedModel:
    torch.set_num_threads(1)
    return train_planted(steps=300)


def page_game(planted: PlantedModel, seed: int):
    page = planted_page(np.random.default_rng(seed))
    target = Target.encode(page.sentences, planted.tokenizer)
    return page, target, CachedGame(game_for(planted, page.prompt, target))


def test_a_page_follows_from_its_signals() -> None:
    page = planted_page(np.random.default_rng(0))
    texts = {signal.signal_id: signal.text for signal in page.prompt.signals}
    assert page.sentences[0].split()[1] == texts["s0"] == page.sentences[5].split()[1]
    assert texts["s2"][-1] == texts["s3"][-1] == page.sentences[2].split()[1][-1]
    assert len(TRUTH) == len(TYPES) == len(page.sentences) == 6


def test_training_pages_drop_signals_and_do_not_learn_wrong_text() -> None:
    planted_words = train_planted(steps=1).tokenizer
    rng = np.random.default_rng(0)
    pages = [training_page(planted_words, rng, 0.35) for _ in range(50)]
    lengths, learnt = [len(ids) for ids, _ in pages], [sum(flags) for _, flags in pages]
    assert len(set(lengths)) > 3
    assert set(learnt) == {24, 20}  # six sentences of four words, or without the wrong first one


def test_a_word_outside_the_vocabulary_is_refused_without_showing_it() -> None:
    with pytest.raises(ExplainError) as caught:
        WordTokenizer(["a"]).encode("a canary")
    assert "canary" not in str(caught.value)


@pytest.mark.slow
def test_every_kind_of_dependence_is_recovered(planted: PlantedModel) -> None:
    found = selftest(planted=planted, pages=20)
    assert found["recovery"] == {"single": 1.0, "or": 1.0, "and": 1.0, "repeat": 1.0}
    assert found["none_nats"] < 0.01 and found["none_verdicts"] == 1.0
    assert found["completeness_error"] <= 1e-6
    assert found["passed"]


@pytest.mark.slow
def test_the_command_shows_every_check(planted: PlantedModel, capsys: pytest.CaptureFixture[str]) -> None:
    run_selftest(False, planted=planted, pages=2)
    shown = capsys.readouterr().out
    assert "self-test passed" in shown and "FAILED" not in shown
    assert all(f"precision, {kind}" in shown for kind in ("single", "or", "and", "repeat"))
    assert "verdict none" in shown and "random weights" in shown


def test_the_command_fails_where_the_truth_does_not_come_back(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        run_selftest(True, planted=train_planted(steps=1), pages=1)
    assert ended.value.exit_code == 1
    found = json.loads(capsys.readouterr().out)
    failed = {check["check"] for check in found["checks"] if not check["passed"]}
    assert not found["passed"] and failed & {f"precision, {kind}" for kind in TYPES}


@pytest.mark.slow
def test_leave_one_out_misses_either_or(planted: PlantedModel) -> None:
    hits = []
    for seed in range(10):
        page, target, game = page_game(planted, seed)
        hits.append(precision(explain(game, page.prompt, target, "leave_one_out"), 2, page.truth(2)))
    assert np.mean(hits) < 0.8


@pytest.mark.slow
def test_verdicts_name_the_planted_signals(planted: PlantedModel) -> None:
    for seed in range(5):
        page, target, game = page_game(planted, seed)
        found = explain(game, page.prompt, target)
        for sentence in range(6):
            assert set(found.cited[sentence]) == page.truth(sentence)
        assert found.verdicts[4] is Verdict.NONE


@pytest.mark.slow
def test_thirty_two_rows_come_within_two_per_cent(planted: PlantedModel) -> None:
    errors, inside = [], []
    for seed in range(10):
        _, _, game = page_game(planted, seed)
        exact = exact_shapley(game)
        scores, spread = kernel_shapley(game, rows=32, rng=np.random.default_rng(seed))
        errors.append(np.abs(scores - exact).max() / np.abs(exact).max())
        inside.append(np.abs(scores - exact) <= 1.96 * spread + 1e-9)
    assert np.mean(errors) <= 0.02
    assert np.mean(inside) >= 0.90


@pytest.mark.slow
def test_interactions_tell_and_from_or(planted: PlantedModel) -> None:
    page, _, game = page_game(planted, 1)
    pairs = interactions(game)
    a, b = sorted(page.truth(2))
    c, d = sorted(page.truth(3))
    assert pairs[2, a, b] < -1.0 and pairs[3, c, d] > 1.0
    assert abs(pairs[0, a, b]) < 0.5


@pytest.mark.slow
def test_curves_beat_a_random_order(planted: PlantedModel) -> None:
    for seed in range(5):
        _, _, game = page_game(planted, seed)
        found = faithfulness(game, exact_shapley(game), rng=np.random.default_rng(seed))
        driven = [0, 1, 2, 3, 5]
        assert (found.deletion_gain[driven] > 0.5).all() and (found.insertion_gain[driven] > 0.5).all()
        assert (found.sufficiency[driven] < 0.5).all() and (found.comprehensiveness[driven] > 1.0).all()


@pytest.mark.slow
def test_random_weights_destroy_the_ranking(planted: PlantedModel) -> None:
    size = planted.model.config
    random = PlantedModel(
        tiny_llama(size.vocab_size, hidden_size=size.hidden_size, seed=9), planted.tokenizer, 0.0
    )
    taus, hits = [], []
    for seed in range(10):
        page, _, game = page_game(planted, seed)
        sane, mad = exact_shapley(game), exact_shapley(page_game(random, seed)[2])
        taus += [kendall(sane[s], mad[s]) for s in (0, 1, 5)]
        found = explain(random, page.prompt, page.sentences)
        hits.append(np.mean([precision(found, s, page.truth(s)) for s in (0, 1, 2, 3, 5)]))
    assert abs(np.mean(taus)) < 0.3
    assert np.mean(hits) < 0.6
