from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
import torch
from explain_models import CAUSAL, SEQ2SEQ, VOCABULARY, encoded, generator, prompt, tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from privgen.errors import ExplainError
from privgen.explain.attribution import game_for
from privgen.explain.exact import exact_shapley
from privgen.explain.game import all_coalitions
from privgen.explain.scorer import Scorer
from privgen.explain.target import Target
from privgen.prompt import EncodedPrompt


def slow_log_probs(model: Any, ids: list[int], target: Target) -> np.ndarray:
    """One row, float64, no batch, no cache, no padding."""
    with torch.inference_mode():
        if model.config.is_encoder_decoder:
            start = [model.config.decoder_start_token_id, *target.token_ids[:-1]]
            logits = model(input_ids=torch.tensor([ids]), decoder_input_ids=torch.tensor([start])).logits[0]
        else:
            logits = model(input_ids=torch.tensor([[*ids, *target.token_ids]])).logits[0, len(ids) - 1 : -1]
    chosen = logits.log_softmax(-1)[range(len(target.token_ids)), list(target.token_ids)]
    return np.array([float(chosen[start:end].sum()) for start, end in target.spans])


@pytest.mark.parametrize("name", [*CAUSAL, *SEQ2SEQ])
def test_exact_values_equal_a_permutation_loop_in_float64(name: str) -> None:
    pieces, target = encoded()
    model = tiny(name)
    scores = exact_shapley(Scorer(model, pieces, target))
    model = model.double()
    value = {
        tuple(row): slow_log_probs(model, pieces.ids(list(row)), target) for row in all_coalitions(4).tolist()
    }
    orders = list(permutations(range(4)))
    expected = np.zeros((3, 4))
    for order in orders:
        kept = [False] * 4
        for j in order:
            before = value[tuple(kept)]
            kept[j] = True
            expected[:, j] += (value[tuple(kept)] - before) / len(orders)
    assert np.abs(scores - expected).max() < 1e-4
    assert np.abs(expected).max() > 0.05  # the game is not flat


@pytest.mark.parametrize("name", CAUSAL)
def test_sharing_the_prefix_changes_nothing(name: str) -> None:
    pieces, target = encoded(1)
    model, masks = tiny(name), all_coalitions(4)
    shared = Scorer(model, pieces, target)
    alone = Scorer(model, pieces, target, share_prefix=False)
    assert np.abs(shared.score(masks) - alone.score(masks)).max() < 1e-4
    assert shared.shares_prefix == (name != "mistral_window")  # a sliding window may not be shared
    if shared.shares_prefix:
        assert shared.padded_tokens < alone.padded_tokens


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 20), st.integers(0, 99), st.sampled_from(["llama", "gpt2", "t5"]))
def test_batch_size_and_order_change_nothing(batch_rows: int, seed: int, name: str) -> None:
    pieces, target = encoded(2)
    masks = all_coalitions(4)
    expected = Scorer(tiny(name), pieces, target, batch_rows=16).score(masks)
    order = np.random.default_rng(seed).permutation(len(masks))
    found = Scorer(tiny(name), pieces, target, batch_rows=batch_rows).score(masks[order])
    assert np.abs(found - expected[order]).max() < 1e-4


@settings(max_examples=15, deadline=None)
@given(st.lists(st.booleans(), min_size=3, max_size=3), st.sampled_from(["left", "right"]))
def test_removing_a_signal_is_the_prompt_built_without_it(keep: list[bool], padding_side: str) -> None:
    texts = ("red shoes", "窄鞋头", "size 9")
    whole = prompt(*texts)
    lm = generator("qwen2", padding_side)
    target = Target.encode(["Warm red.", "Fits well."], lm.tokenizer)
    removed = [s.signal_id for s, kept in zip(whole.signals, keep, strict=True) if not kept]
    rest = whole.without(*removed)
    found = game_for(lm, whole, target).score(np.array([keep]))
    expected = game_for(lm, rest, target).score(np.ones((1, len(rest.signals)), dtype=bool))
    assert np.abs(found - expected).max() < 1e-4


def test_equal_rows_cost_one_and_passes_are_counted() -> None:
    pieces, target = encoded()
    scorer = Scorer(tiny("llama"), pieces, target, batch_rows=4)
    calls = []
    hook = scorer.model.model.register_forward_hook(lambda *_: calls.append(1))
    values = scorer.score(np.array([[True, False, True, False]] * 3 + [[False] * 4]))
    hook.remove()
    assert scorer.rows == 2
    assert scorer.forward_passes == len(calls) == 2  # prefix, one batch
    assert (values[0] == values[2]).all()


def test_eight_signals_take_at_most_nine_passes() -> None:
    pieces, target = encoded(3, lengths=(2,) * 8)
    scorer = Scorer(tiny("llama"), pieces, target)
    exact_shapley(scorer)
    assert scorer.forward_passes <= 8  # one is left for the noise floor


def test_no_signal_prompt_and_empty_suffix() -> None:
    _, target = encoded()
    bare = EncodedPrompt((5, 6), (), ())
    values = Scorer(tiny("llama"), bare, target).score(np.zeros((1, 0), dtype=bool))
    expected = slow_log_probs(tiny("llama").double(), [5, 6], target)
    assert np.abs(values[0] - expected).max() < 1e-4


def test_training_mode_is_restored_and_dropout_is_off() -> None:
    pieces, target = encoded()
    model = tiny("gpt2").train()  # GPT-2 has dropout by default
    scorer = Scorer(model, pieces, target)
    masks = all_coalitions(4)
    assert (scorer.score(masks) == Scorer(model, pieces, target).score(masks)).all()
    assert model.training


def test_low_precision_models_are_scored_in_fp32() -> None:
    pieces, target = encoded()
    values = Scorer(tiny("llama").to(torch.bfloat16), pieces, target).score(all_coalitions(4))
    full = Scorer(tiny("llama"), pieces, target).score(all_coalitions(4))
    assert values.dtype == np.float64
    assert 0 < np.abs(values - full).max() < 0.05 * np.abs(full).max()


def test_a_peft_adapter_is_scored_like_its_merged_model() -> None:
    from peft import LoraConfig, get_peft_model

    pieces, target = encoded()
    config = LoraConfig(r=2, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = get_peft_model(tiny("llama"), config).eval()
    scorer = Scorer(model, pieces, target)
    found = scorer.score(all_coalitions(4))
    assert scorer.shares_prefix
    merged = Scorer(model.merge_and_unload(), pieces, target).score(all_coalitions(4))
    plain = Scorer(tiny("llama"), pieces, target).score(all_coalitions(4))
    assert np.abs(found - merged).max() < 1e-3 < np.abs(found - plain).max()


def test_memory_exhaustion_halves_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces, target = encoded()
    scorer = Scorer(tiny("llama"), pieces, target, batch_rows=16)
    forward = scorer.model.forward

    def limited(*args: Any, **kwargs: Any) -> Any:
        if kwargs["input_ids"].shape[0] > 5:
            raise torch.OutOfMemoryError("out of memory")
        return forward(*args, **kwargs)

    monkeypatch.setattr(scorer.model, "forward", limited)
    values = scorer.score(all_coalitions(4))
    assert scorer.batch_rows == 4
    monkeypatch.undo()
    assert np.abs(values - Scorer(tiny("llama"), pieces, target).score(all_coalitions(4))).max() < 1e-4


@pytest.mark.parametrize(
    ("pieces", "ids", "message"),
    [
        (EncodedPrompt((), ((5,),), ()), (5,), "without signals is empty"),
        (EncodedPrompt((5,), (), ()), (VOCABULARY,), "outside the model's vocabulary"),
        (EncodedPrompt((5,) * 300, (), ()), (5,), "positions, the model has 256"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(
    pieces: EncodedPrompt, ids: tuple[int, ...], message: str
) -> None:
    target = Target(ids, ((0, len(ids)),), ("secret sentence",))
    with pytest.raises(ExplainError, match=message) as caught:
        Scorer(tiny("llama"), pieces, target)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_mask_of_the_wrong_width_is_refused() -> None:
    pieces, target = encoded()
    with pytest.raises(ExplainError, match=r"\(rows, 4\)"):
        Scorer(tiny("llama"), pieces, target).score(np.ones((1, 3), dtype=bool))
