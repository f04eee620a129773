"""Tensors of a batch of rows: padding, the log-probabilities of given tokens, what a model takes (torch)."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from privgen.explain.game import Values

_CHUNK = 1 << 18
"""Logits softened at a time: what fits a core's own cache, and spares a second copy of all logits."""

Ids = npt.NDArray[np.int64]


def padded(rows: Sequence[Ids], *, left: bool) -> tuple[Any, Any]:
    """Ids and mask, both `(B, longest)` int64; the padding id is 0 and is masked out."""
    width = max(map(len, rows))
    ids, mask = np.zeros((2, len(rows), width), dtype=np.int64)
    for place, row in enumerate(rows):
        used = slice(width - len(row), width) if left else slice(len(row))
        ids[place, used], mask[place, used] = row, 1
    return torch.from_numpy(ids), torch.from_numpy(mask)


def token_log_probs(logits: Any, target: Any) -> Values:
    """Log-probability of each target token, fp32 softmax at temperature 1.

    Args:
        logits: `(B, T, V)`, any float type.
        target: `(T,)` ids.

    Returns:
        `(B, T)` float64, nats.
    """
    rows = max(1, _CHUNK // max(1, logits[0].numel()))
    parts = [_gathered(part, target) for part in logits.split(rows)]
    return torch.cat(parts).double().cpu().numpy()  # type: ignore[no-any-return]


def _gathered(logits: Any, target: Any) -> Any:
    index = target.expand(len(logits), -1).unsqueeze(2)  # (b, T, 1)
    return torch.log_softmax(logits.float(), dim=-1).gather(2, index).squeeze(2)


def parameters(model: Any) -> frozenset[str]:
    """What the model's forward takes; a PEFT wrapper hides it behind `*args, **kwargs`."""
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    return frozenset(inspect.signature(base.forward).parameters)


@contextmanager
def frozen(model: Any) -> Iterator[None]:
    """No gradients and no dropout while scoring; the training mode comes back afterwards."""
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        model.train(training)
