"""Trains the planted model: a two-layer Llama on pages drawn on the fly. Imports torch and transformers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from privgen.progress import Progress, silent


def tiny_llama(vocab_size: int, *, hidden_size: int, layers: int = 2, seed: int = 0) -> Any:
    """A Llama of random weights; `seed` fixes them without touching torch's global generator."""
    config = LlamaConfig(
        vocab_size=vocab_size,
        hidden_size=hidden_size,
        intermediate_size=2 * hidden_size,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=512,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=None,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LlamaForCausalLM(config)


def train(
    page: Callable[[], tuple[list[int], list[bool]]],
    *,
    vocab_size: int,
    hidden_size: int,
    steps: int,
    seed: int,
    batch: int = 48,
    learning_rate: float = 4e-3,
    progress: Progress = silent,
) -> tuple[Any, float]:
    """Train on drawn pages and return the model, in eval mode, and its last mean loss in nats per token.

    Args:
        page: Draws ids and which of them are learnt.
        vocab_size: Size of the vocabulary.
        hidden_size: Width.
        steps: Optimiser steps (AdamW, one-cycle learning rate).
        seed: Fixes the weights.
        batch: Pages per step.
        learning_rate: Highest learning rate.
        progress: Told of steps.
    """
    model = tiny_llama(vocab_size, hidden_size=hidden_size, seed=seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, learning_rate, total_steps=steps, pct_start=0.1)
    recent: list[float] = []
    for step in range(steps):
        ids, mask, labels = _batch([page() for _ in range(batch)])
        loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        recent = [*recent[-19:], float(loss.detach())]
        progress(step + 1, steps, "training the planted model")
    return model.eval(), sum(recent) / len(recent)


def _batch(pages: list[tuple[list[int], list[bool]]]) -> tuple[Any, Any, Any]:
    width = max(len(ids) for ids, _ in pages)
    ids = torch.zeros(len(pages), width, dtype=torch.long)
    mask = torch.zeros(len(pages), width, dtype=torch.long)
    labels = torch.full((len(pages), width), -100)
    for row, (tokens, learnt) in enumerate(pages):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        mask[row, : len(tokens)] = 1
        labels[row, : len(tokens)] = torch.where(torch.tensor(learnt), torch.tensor(tokens), -100)
    return ids, mask, labels
