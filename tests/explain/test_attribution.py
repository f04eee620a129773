from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
from explain_models import CharTokenizer, generator, prompt, random_game, tiny

from privgen.errors import ExplainError
from privgen.explain.attribution import explain, game_for
from privgen.explain.game import CachedGame, all_coalitions
from privgen.explain.result import Explanation, Verdict, VerdictRule
from privgen.explain.solvers import METHODS
from privgen.explain.target import Target

CANARY = "canary 4111"
SIGNALS = prompt("red shoes", CANARY, "size 9")
SENTENCES = ["Warm red.", f"Fits {CANARY}."]


@pytest.mark.parametrize("name", ["llama", "gpt2", "qwen2", "t5"])
def test_scores_sum_to_what_the_signals_change(name: str) -> None:
    found = explain(generator(name), SIGNALS, SENTENCES)
    assert found.scores.shape == (2, 3) and found.scores.dtype == np.float64
    assert found.completeness_error <= 1e-6
    assert found.exact and found.standard_errors is None
    assert 0 <= found.noise_floor < 1e-4
    assert found.rows == 8


def test_eight_signals_five_sentences_take_at_most_nine_forward_calls() -> None:
    lm = generator()
    calls = []
    lm.model.model.register_forward_hook(lambda *_: calls.append(1))
    found = explain(lm, prompt(*"abcdefgh"), ["one.", "two.", "three.", "four.", "five."])
    assert found.rows == 256
    assert found.forward_passes == len(calls) <= 9


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_the_same_type_from_a_model(method: str) -> None:
    found = explain(generator(), SIGNALS, SENTENCES, method, rows=12)
    assert found.scores.shape == (2, 3)
    assert np.isfinite(found.scores).all()
    assert len(found.verdicts) == 2
    assert found.method == ("exact" if method == "auto" else method)
    json.dumps(found.to_records("p1", "description"), allow_nan=False)


def test_generated_ids_are_scored_as_they_are() -> None:
    lm = generator()
    ids = lm.tokenizer.encode("".join(text + "\n" for text in SENTENCES))
    same = Target(tuple(ids), ((0, 10), (10, len(ids))), tuple(SENTENCES))
    other = Target((*ids[:-1], 7), same.spans, same.texts)  # ids that no tokenizer would give for this text
    assert np.allclose(explain(lm, SIGNALS, same).scores, explain(lm, SIGNALS, SENTENCES).scores)
    assert not np.allclose(explain(lm, SIGNALS, other).values_full, explain(lm, SIGNALS, same).values_full)


def test_bos_ids_stand_in_front() -> None:
    plain, with_bos = generator(), generator()
    with_bos.bos_ids = (1,)
    full = explain(with_bos, SIGNALS, SENTENCES)
    assert not np.allclose(full.values_full, explain(plain, SIGNALS, SENTENCES).values_full)


def test_the_prompt_of_an_encoder_decoder_ends_with_its_eos() -> None:
    plain, ended = generator("t5"), generator("t5")
    ended.tokenizer.eos_token_id = 1
    target = Target.encode(SENTENCES, plain.tokenizer)
    scorers = [game_for(lm, SIGNALS, target) for lm in (plain, ended)]
    assert scorers[1].prompt.suffix == (*scorers[0].prompt.suffix, 1)
    causal = generator("llama")
    causal.tokenizer.eos_token_id = 1
    assert game_for(causal, SIGNALS, target).prompt == scorers[0].prompt


def test_a_scored_game_is_reused() -> None:
    lm = generator()
    target = Target.encode(SENTENCES, lm.tokenizer)
    game = CachedGame(game_for(lm, SIGNALS, target))
    first = explain(game, SIGNALS, target)
    again = explain(game, SIGNALS, target, "leave_one_out")
    assert (first.rows, again.rows) == (8, 0)
    assert again.forward_passes == 1  # only the noise floor
    assert (first.scores == explain(lm, SIGNALS, SENTENCES).scores).all()


def test_no_signals_means_no_support() -> None:
    found = explain(generator(), prompt(), SENTENCES)
    assert found.scores.shape == (2, 0)
    assert found.verdicts == (Verdict.NONE, Verdict.NONE)
    assert found.top(0) is None


def test_one_seed_one_result_and_another_seed_another() -> None:
    many = prompt(*"abcdefghijkl")

    def run(seed: int) -> Explanation:
        return explain(
            generator(), many, ["one."], "kernel", rows=40, rng=np.random.default_rng(seed), batch_rows=16
        )

    assert (run(1).scores == run(1).scores).all()
    assert not np.allclose(run(1).scores, run(2).scores)
    assert run(1).standard_errors is not None and not run(1).exact


def test_a_generator_without_a_model_is_refused_in_one_line() -> None:
    class TemplateGenerator:
        def __repr__(self) -> str:
            return CANARY

    with pytest.raises(ExplainError, match="TemplateGenerator has no language model") as caught:
        explain(TemplateGenerator(), SIGNALS, SENTENCES)
    assert "\n" not in str(caught.value) and CANARY not in str(caught.value)


@pytest.mark.parametrize(
    ("sentences", "method", "message"),
    [
        ([], "exact", "at least one sentence"),
        ("one string", "exact", "got one string"),
        (SENTENCES, "astrology", "unknown name"),
        (SENTENCES, "kernel", None),
    ],
)
def test_bad_arguments_say_what_to_do(sentences: list[str], method: str, message: str | None) -> None:
    lm = SimpleNamespace(model=tiny("llama"), tokenizer=CharTokenizer())
    if message is None:
        with pytest.raises(ExplainError, match="wanted at least 20"):
            explain(lm, prompt(*"abcdefgh"), sentences, method, rows=4)
        return
    with pytest.raises(ExplainError, match=message):
        explain(lm, SIGNALS, sentences, method)


def test_no_repr_and_no_error_holds_text() -> None:
    lm = generator()
    found = explain(lm, SIGNALS, SENTENCES)
    target = Target.encode(SENTENCES, lm.tokenizer)
    shown = [repr(found), repr(target), repr(SIGNALS), str(found), repr(game_for(lm, SIGNALS, target))]
    with pytest.raises(ExplainError) as caught:
        found.top(9)
    with pytest.raises(ExplainError) as mismatch:
        explain(random_game(2, 2, 0), SIGNALS, SENTENCES)
    assert not any(CANARY in text for text in [*shown, str(caught.value), str(mismatch.value)])


def test_records_hold_what_the_run_folder_promises() -> None:
    found = explain(generator(), SIGNALS, SENTENCES)
    record = found.to_records("p1", "description", {1: {"removed": "s0", "text": "x"}})[1]
    wanted = {
        "page_id", "section", "sentence", "text", "method", "signals", "value_full", "value_none",
        "completeness_error", "verdict", "counterfactual", "forward_passes",
    }  # fmt: skip
    assert wanted <= set(record)
    assert record["counterfactual"] == {"removed": "s0", "text": "x"}
    assert {"signal_id", "kind", "modality", "text", "score"} <= set(record["signals"][0])
    total = sum(s["score"] for s in record["signals"])
    assert abs(total - (record["value_full"] - record["value_none"])) <= 1e-6


def verdict(scores: list[float], errors: list[float] | None = None, noise: float = 0.0) -> tuple:
    return VerdictRule().judge(np.array(scores), np.array(errors or [0.0] * len(scores)), noise)


def test_verdicts() -> None:
    assert verdict([4.0, 0.1, 0.0]) == (Verdict.SUPPORTED, (0,))
    assert verdict([2.0, 2.5, 0.1]) == (Verdict.SUPPORTED, (1, 0))
    assert verdict([0.01, -0.02]) == (Verdict.NONE, ())
    assert verdict([0.4, 0.1]) == (Verdict.WEAK, ())
    assert verdict([-4.0, 0.5]) == (Verdict.WEAK, ())  # a signal that speaks against is no support
    assert verdict([1.5, -3.0, 1.0, -2.0]) == (Verdict.WEAK, ())  # others move it more
    assert verdict([4.0, 0.0], [3.0, 0.0]) == (Verdict.NONE, ())  # not told apart from nothing
    assert verdict([4.0, 0.0], [1.8, 0.0]) == (Verdict.WEAK, ())
    assert verdict([0.2, 0.1], noise=0.1) == (Verdict.NONE, ())


def test_random_games_solved_without_a_model() -> None:
    game = random_game(3, 2, 4)
    found = explain(game, SIGNALS, SENTENCES)
    assert (found.values_full == game.score(all_coalitions(3))[-1]).all()
    assert found.forward_passes == 0
