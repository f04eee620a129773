from __future__ import annotations

import numpy as np
import pytest
import torch
from explain_models import encoded, random_game, tiny

from privgen.errors import ExplainError
from privgen.explain.captum_gradients import layer_integrated_gradients, solve_gradients
from privgen.explain.game import CachedGame
from privgen.explain.scorer import Scorer
from privgen.explain.solvers import Budget
from privgen.prompt import EncodedPrompt


@pytest.mark.parametrize("name", ["llama", "gpt2", "t5", "bart"])
def test_scores_sum_to_the_difference_of_the_two_ends_of_the_path(name: str) -> None:
    pieces, target = encoded()
    model = tiny(name).double()
    found = layer_integrated_gradients(Scorer(model, pieces, target), steps=256)
    neutral = EncodedPrompt(
        pieces.prefix, tuple((_neutral(model),) * len(s) for s in pieces.signals), pieces.suffix
    )
    everything = np.ones((1, 4), dtype=bool)
    ends = [Scorer(model, one, target).score(everything)[0] for one in (pieces, neutral)]
    gap = np.abs(found.sum(axis=1) - (ends[0] - ends[1]))
    assert found.shape == (3, 4) and found.dtype == np.float64
    assert gap.max() < 0.02 * np.abs(found).max()


def _neutral(model: torch.nn.Module) -> int:
    found = model.config.pad_token_id
    return found if found is not None else (model.config.eos_token_id or 0)


def test_it_leaves_the_model_and_its_gradients_alone_and_needs_one() -> None:
    pieces, target = encoded()
    model = tiny("gpt2").train()
    budget = Budget(rows=8, rng=np.random.default_rng(0))
    first = solve_gradients(CachedGame(Scorer(model, pieces, target)), budget)
    assert model.training and all(p.grad is None for p in model.parameters())
    assert np.array_equal(first.scores, solve_gradients(Scorer(model, pieces, target), budget).scores)
    assert not first.exact and first.standard_errors is None
    with pytest.raises(ExplainError, match="wanted a local model"):
        solve_gradients(random_game(3, 1, 0), budget)
