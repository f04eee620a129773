"""Keys and values of prompt tokens that many coalitions share, each computed once (torch, transformers).

The store holds tokens, not sequences: a sequence is a list of places in it, so that beginnings which branch
from one another share what they have in common, as pages of memory are shared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

Places = npt.NDArray[np.int64]


class TokenStore:
    """Keys and values per layer, `(tokens, heads, head_size)` each."""

    def __init__(self) -> None:
        self._layers: list[tuple[Any, Any]] = []

    @staticmethod
    def holds(cache: Any) -> bool:
        """Whether a model's cache is a plain one: no sliding window, no recurrent state."""
        layers = getattr(cache, "layers", ())
        return bool(layers) and all(type(layer) is DynamicLayer for layer in layers)

    def add(self, cache: Any, mask: Any) -> list[Places]:
        """Take over the newest tokens of a cache.

        Args:
            cache: What a forward call returned; its last columns belong to `mask`.
            mask: `(B, columns)`, 0 at padding.

        Returns:
            For each row, the places of its tokens.
        """
        chosen, width = mask.bool(), mask.shape[1]
        new = [tuple(_tokens(x, chosen, width) for x in (layer.keys, layer.values)) for layer in cache.layers]
        old = self._layers or [(keys[:0], values[:0]) for keys, values in new]
        start = len(old[0][0])
        self._layers = [
            (torch.cat([keys, more_keys]), torch.cat([values, more_values]))
            for (keys, values), (more_keys, more_values) in zip(old, new, strict=True)
        ]
        ends = start + np.cumsum(mask.sum(dim=1).numpy())
        return [np.arange(begin, end) for begin, end in zip([start, *ends[:-1]], ends, strict=True)]

    def cache(self, rows: Sequence[Places]) -> tuple[Any, Any]:
        """A fresh cache of the given sequences, left-padded, and its mask `(B, longest)`.

        A forward call grows the cache it is given, so each call gets its own.
        """
        width = max(map(len, rows))
        places, mask = np.zeros((2, len(rows), width), dtype=np.int64)
        for number, row in enumerate(rows):
            places[number, width - len(row) :], mask[number, width - len(row) :] = row, 1
        flat = torch.from_numpy(places.reshape(-1))
        shape = (len(rows), width)
        data = [
            (_sequences(keys, flat, shape), _sequences(values, flat, shape)) for keys, values in self._layers
        ]
        return DynamicCache(ddp_cache_data=data), torch.from_numpy(mask)


def _tokens(states: Any, chosen: Any, width: int) -> Any:
    """`(B, heads, tokens, size)` to `(chosen tokens, heads, size)`."""
    newest = states[:, :, states.shape[2] - width :].transpose(1, 2)
    return newest[chosen.to(states.device)]


def _sequences(states: Any, places: Any, shape: tuple[int, int]) -> Any:
    """`(B, heads, width, size)` of the tokens at the given places."""
    picked = states.index_select(0, places.to(states.device))
    return picked.view(*shape, *states.shape[1:]).transpose(1, 2)
