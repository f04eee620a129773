"""Captum's attribution methods over our value function, and its own `LLMAttribution` made safe.

The only file that imports captum. `CAPTUM_SOLVERS` run Captum's algorithms on a function of the 0/1 mask of
signals; values come from the shared table, so one sweep serves all sentences. `llm_attribution` runs
Captum's language-model wrapper as it is, for comparison: its cached token path (the default) gives wrong
log-probabilities with transformers 5.3 and later, so the flags that avoid it are forced.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from captum.attr import (
    FeatureAblation,
    KernelShap,
    Lime,
    LLMAttribution,
    ShapleyValueSampling,
    TextTemplateInput,
)

from privgen.errors import ExplainError
from privgen.explain.game import Game, Values
from privgen.explain.solvers import Budget, Solution, Solver, mean_solution, seeded_numpy
from privgen.explain.target import Target
from privgen.prompt import EncodedPrompt


def captum_ablation(game: Game, budget: Budget) -> Solution:
    """FeatureAblation: equals leave-one-out."""
    n = game.n_signals
    run = _runner(game, FeatureAblation, budget.rng)
    return Solution(run(perturbations_per_eval=n + 1), exact=True)


def captum_sampling(game: Game, budget: Budget) -> Solution:
    """ShapleyValueSampling; each permutation is one draw, their spread the standard error."""
    n = game.n_signals
    draws = max(2, (budget.rows - 2) // max(1, n - 1))
    runs = [
        _runner(game, ShapleyValueSampling, budget.rng)(n_samples=1, perturbations_per_eval=n)
        for _ in range(draws)
    ]
    return mean_solution(runs)


def captum_kernel(game: Game, budget: Budget) -> Solution:
    """KernelShap: sampled, gives no error estimate."""
    if game.n_signals < 2:  # Captum's size distribution is empty
        return captum_sampling(game, budget)
    run = _runner(game, KernelShap, budget.rng)
    return Solution(run(n_samples=budget.rows, perturbations_per_eval=64))


def captum_lime(game: Game, budget: Budget) -> Solution:
    """Lime with Captum's defaults (exponential cosine kernel, Lasso): weights of a local linear model."""
    run = _runner(game, Lime, budget.rng)
    return Solution(run(n_samples=budget.rows, perturbations_per_eval=64))


def llm_attribution(
    model: Any,
    prompt: EncodedPrompt,
    target: Target,
    *,
    method: str = "ablation",
    n_samples: int = 25,
    in_tokens: bool = False,
    rng: np.random.Generator | None = None,
) -> Values:
    """Captum's `LLMAttribution` on our pieces: the same token ids, no second tokenisation.

    Captum gets no tokenizer: it would only re-encode the text for display, and warn with the text in it.

    Args:
        model: A causal language model.
        prompt: Encoded pieces.
        target: Generated ids and spans.
        method: `ablation` or `sampling` (ShapleyValueSampling).
        n_samples: Permutations of `sampling`.
        in_tokens: One forward call per target token, uncached, instead of one per subset.
        rng: Seeds torch for `sampling`; default seed 0.

    Returns:
        `(n_sentences, n_signals)`: token attributions summed over each sentence.

    Raises:
        ExplainError: Unknown method.
    """
    wrapped = {"ablation": FeatureAblation, "sampling": ShapleyValueSampling}.get(method)
    if wrapped is None:
        raise ExplainError("method: wanted 'ablation' or 'sampling'")
    options = {} if method == "ablation" else {"n_samples": n_samples}
    with torch.random.fork_rng(devices=[]), torch.inference_mode():
        torch.manual_seed(0 if rng is None else int(rng.integers(2**31)))
        result = LLMAttribution(wrapped(model), _IdNames()).attribute(
            _Pieces(prompt),
            target=torch.tensor(target.token_ids),
            use_cached_outputs=False,
            forward_in_tokens=in_tokens,
            **options,
        )
    tokens = result.token_attr.double().cpu().numpy()  # (T, n)
    return np.stack([tokens[start:end].sum(axis=0) for start, end in target.spans])


class _Pieces(TextTemplateInput):  # type: ignore[misc]
    """A template input that hands the model the ids of the kept pieces instead of a string."""

    def __init__(self, prompt: EncodedPrompt) -> None:
        super().__init__(
            template=lambda *values: "".join(values), values=[str(i) for i in range(len(prompt.signals))]
        )
        self._prompt = prompt

    def to_model_input(self, perturbed_tensor: Any = None) -> Any:
        """Ids `(1, L)` of the prompt with the signals whose entry is not zero."""
        keep = None if perturbed_tensor is None else [bool(x) for x in perturbed_tensor[0].tolist()]
        return torch.tensor([self._prompt.ids(keep)])


class _IdNames:
    """Names tokens by their ids, so that Captum's display code sees no text."""

    def decode(self, ids: Any) -> str:
        """Ids as numbers."""
        return " ".join(str(int(i)) for i in ids)

    def encode(self, text: str, **_: Any) -> list[int]:
        """The numbers back as ids."""
        return [int(word) for word in text.split()]

    def __call__(self, text: str, **_: Any) -> dict[str, Any]:
        """Ids with the place of each number."""
        offsets = [(found.start(), found.end()) for found in re.finditer(r"\d+", text)]
        return {"input_ids": self.encode(text), "offset_mapping": offsets}


def _runner(game: Game, method: Any, rng: np.random.Generator) -> Callable[..., Values]:
    """Run a Captum method once per sentence with the same seed, so that all share their subsets."""
    seed = int(rng.integers(2**31))
    whole = torch.ones(1, game.n_signals, dtype=torch.float64)

    def run(**options: Any) -> Values:
        rows = []
        for sentence in range(game.n_sentences):
            with torch.random.fork_rng(devices=[]), seeded_numpy(np.random.default_rng(seed)):
                torch.manual_seed(seed)
                attribution = method(_column(game, sentence))
                rows.append(attribution.attribute(whole, **options)[0])
        return torch.stack(rows).double().numpy()  # type: ignore[no-any-return]

    return run


def _column(game: Game, sentence: int) -> Callable[[Any], Any]:
    """Payoff of one sentence as a function of the mask, `(rows, n_signals)` to `(rows,)`."""

    def forward(mask: Any) -> Any:
        return torch.from_numpy(game.score(mask.numpy() > 0.5)[:, sentence].copy())

    return forward


CAPTUM_SOLVERS: dict[str, Solver] = {
    "captum_ablation": captum_ablation,
    "captum_kernel": captum_kernel,
    "captum_lime": captum_lime,
    "captum_sampling": captum_sampling,
}
