"""Captum's own language-model wrapper, on the same pieces, agrees with our value function."""

from __future__ import annotations

import numpy as np
import pytest
from explain_models import encoded, tiny

from privgen.errors import ExplainError
from privgen.explain.captum_methods import llm_attribution
from privgen.explain.exact import exact_shapley, leave_one_out
from privgen.explain.scorer import Scorer


@pytest.mark.filterwarnings("error:.*pretty.*", "error:.*Skipping this token.*")
@pytest.mark.parametrize("in_tokens", [False, True])
@pytest.mark.parametrize("name", ["llama", "gpt2", "qwen2"])
def test_feature_ablation_agrees(name: str, in_tokens: bool) -> None:
    pieces, target = encoded()
    model = tiny(name)
    found = llm_attribution(model, pieces, target, in_tokens=in_tokens)
    assert np.abs(found - leave_one_out(Scorer(model, pieces, target))).max() < 1e-3


def test_shapley_sampling_comes_near_the_exact_values() -> None:
    pieces, target = encoded()
    model = tiny("llama")
    found = llm_attribution(model, pieces, target, method="sampling", n_samples=60)
    exact = exact_shapley(Scorer(model, pieces, target))
    assert np.abs(found.sum(axis=1) - exact.sum(axis=1)).max() < 1e-3
    assert np.abs(found - exact).max() < 0.35 * np.abs(exact).max()


def test_unknown_method() -> None:
    pieces, target = encoded()
    with pytest.raises(ExplainError, match="'ablation' or 'sampling'"):
        llm_attribution(tiny("llama"), pieces, target, method="guess")
