"""Encoded records as tensors: padded ids, masks, and labels, -1 where nothing is learnt (torch)."""

from __future__ import annotations

from collections.abc import Sequence

from privgen.errors import MissingExtraError
from privgen.federated.silo import Example

try:
    import torch
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None

Batch = tuple[dict[str, torch.Tensor], torch.Tensor]
"""What a network takes, and its labels `(B, T)`."""


def causal_batch(rows: Sequence[Example], pad: int, device: torch.device, *, positions: bool) -> Batch:
    """Prompt and target as one text; the logits at t predict the token at t + 1.

    Args:
        rows: One or more.
        pad: Token to pad with.
        device: Where the tensors go.
        positions: Whether the network wants to be told positions.
    """
    tokens, mask = _padded([example.prompt + example.target for example in rows], pad, device)
    labels = torch.full_like(tokens, -1)
    for place, example in enumerate(rows):
        start = len(example.prompt) - 1
        labels[place, start : start + len(example.target)] = torch.tensor(example.target)
    batch = {"input_ids": tokens, "attention_mask": mask}
    if positions:
        batch["position_ids"] = torch.arange(tokens.shape[1], device=device).expand_as(tokens)
    return batch, labels


def seq2seq_batch(rows: Sequence[Example], pad: int, start: int, device: torch.device) -> Batch:
    """Prompt for the encoder; for the decoder the target, behind the token that it starts with."""
    tokens, mask = _padded([example.prompt for example in rows], pad, device)
    inputs, _ = _padded([(start, *example.target[:-1]) for example in rows], pad, device)
    labels = torch.full_like(inputs, -1)
    for place, example in enumerate(rows):
        labels[place, : len(example.target)] = torch.tensor(example.target)
    return {"input_ids": tokens, "attention_mask": mask, "decoder_input_ids": inputs}, labels


def _padded(
    rows: Sequence[tuple[int, ...]], pad: int, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    """Right-padded ids and their mask, each `(B, T)`."""
    width = max(map(len, rows))
    tokens = torch.tensor([(*row, *[pad] * (width - len(row))) for row in rows], device=device)
    lengths = torch.tensor([len(row) for row in rows], device=device)
    return tokens, (torch.arange(width, device=device) < lengths[:, None]).long()
