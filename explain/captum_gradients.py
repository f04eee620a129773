"""Captum's layer integrated gradients on the token embeddings, rolled up from tokens to signals.

A gradient method needs the model itself, not only its values, so it takes a `Scorer`. The path runs from the
prompt whose signal tokens are all one neutral token to the prompt as it is; scores sum to that difference,
not to v(all) - v(none), and the completeness error of the result says by how much.

Source: Sundararajan et al. (2017).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from captum.attr import LayerIntegratedGradients

from privgen.errors import ExplainError
from privgen.explain.game import CachedGame, Game, Values
from privgen.explain.solvers import Budget, Solution

STEPS = 32
"""Points on the path at least; a budget of more rows per sentence gives more."""

_AT_ONCE = 16


def solve_gradients(game: Game, budget: Budget) -> Solution:
    """Layer integrated gradients; the model's training mode, flags and gradients are left as they were.

    Raises:
        ExplainError: The game is not that of a local model.
    """
    inner = game.inner if isinstance(game, CachedGame) else game
    if not hasattr(inner, "prompt_ids"):
        raise ExplainError("captum_gradients: wanted a local model, whose gradients can be taken")
    steps = max(STEPS, budget.rows // max(1, game.n_sentences))
    return Solution(layer_integrated_gradients(inner, steps=steps))


def layer_integrated_gradients(scorer: Any, *, steps: int = STEPS) -> Values:
    """Integrated gradients of each sentence's log-probability, summed over the tokens of each signal.

    Args:
        scorer: A `Scorer`.
        steps: Points on the path (Gauss-Legendre).

    Returns:
        `(n_sentences, n_signals)`, nats.
    """
    ids = torch.from_numpy(scorer.prompt_ids(np.ones(scorer.n_signals, dtype=np.bool_)))[None]
    spans = _signal_spans(scorer)
    neutral = ids.clone()
    for start, stop in spans:
        neutral[:, start:stop] = _neutral_id(scorer.model)
    model, training = scorer.model, scorer.model.training
    model.eval()
    try:
        with torch.inference_mode(False), torch.enable_grad():
            seq2seq = bool(getattr(model.config, "is_encoder_decoder", False))
            layer = model.get_encoder().embed_tokens if seq2seq else model.get_input_embeddings()
            method = LayerIntegratedGradients(_forward(scorer, seq2seq), layer)
            rows = [_tokens(method, (ids, neutral), number, steps) for number in range(scorer.n_sentences)]
    finally:
        model.train(training)
    return np.array([[row[start:stop].sum() for start, stop in spans] for row in rows], dtype=np.float64)


def _tokens(method: Any, ends: tuple[Any, Any], sentence: int, steps: int) -> Any:
    """Attribution of each token between the two ends of the path, `(tokens,)`."""
    ids, neutral = (x.to(method.layer.weight.device) for x in ends)
    found = method.attribute(
        ids, baselines=neutral, target=sentence, n_steps=steps, internal_batch_size=_AT_ONCE
    )
    return found[0].sum(dim=-1).detach().double().cpu().numpy()


def _forward(scorer: Any, seq2seq: bool) -> Any:
    """Log-probability of every sentence as a function of prompt ids: `(B, tokens)` to `(B, n_sentences)`."""
    model, target = scorer.model, scorer.target
    written = torch.tensor(target.token_ids, device=model.device)
    if seq2seq:  # embedded beforehand: encoder and decoder may share the layer that is differentiated
        start = torch.tensor([model.config.decoder_start_token_id], device=model.device)
        with torch.no_grad():
            decoder = model.get_decoder().embed_tokens(torch.cat([start, written[:-1]]))[None]

    def forward(ids: Any) -> Any:
        rows = len(ids)
        if seq2seq:
            logits = model(input_ids=ids, decoder_inputs_embeds=decoder.expand(rows, -1, -1)).logits
        else:  # the target's own tokens pass the same layer; on the path they do not move
            logits = model(input_ids=torch.cat([ids, written[:-1].expand(rows, -1)], dim=1)).logits
        logits = logits[:, -len(written) :].float()
        chosen = torch.log_softmax(logits, dim=-1).gather(2, written.expand(rows, -1)[:, :, None])[:, :, 0]
        return torch.stack([chosen[:, start:end].sum(dim=1) for start, end in target.spans], dim=1)

    return forward


def _signal_spans(scorer: Any) -> list[tuple[int, int]]:
    """Half-open range of each signal's tokens in the whole prompt."""
    ends = len(scorer.prompt.prefix) + np.cumsum([0, *map(len, scorer.prompt.signals)])
    return [(int(start), int(stop)) for start, stop in zip(ends, ends[1:], strict=False)]


def _neutral_id(model: Any) -> int:
    """The padding token, else the end-of-text token, else 0."""
    config = model.config.get_text_config()
    found = (getattr(config, name, None) for name in ("pad_token_id", "eos_token_id"))
    return next((one for one in found if isinstance(one, int) and 0 <= one < config.vocab_size), 0)
