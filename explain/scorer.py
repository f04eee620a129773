"""The value function of language models: teacher-forced log-probability of every sentence.

The only file of the package's engine that imports torch and transformers. Coalitions are scored in batches
of similar length. The part of the prompt before the signals is computed once, and so is each subset of the
leading signals; coalitions share their key-value caches. Log-probabilities are fp32 log-softmax at
temperature 1, summed in float64.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from privgen.errors import ExplainError
from privgen.explain.game import Mask, Values, checked_mask
from privgen.explain.sharing import best_split, groups
from privgen.explain.target import Target
from privgen.progress import Progress, silent
from privgen.prompt import EncodedPrompt

BATCH_ROWS = 64
"""Coalitions per forward call: 16 to 64 is fastest on CPU; halved by itself when memory runs out."""

_PositionLimits = ("max_position_embeddings", "n_positions")


@dataclass(frozen=True, eq=False, slots=True)
class _Context:
    """What rows need not compute: caches of one or more beginnings of the prompt.

    Args:
        layers: Keys and values per layer, `(beginnings, heads, tokens, head_size)`.
        mask: `(beginnings, tokens)`, 0 at padding.
        index: Beginning of each row.
        prefix: Tokens of the prompt's prefix that are cached.
        signals: Leading signals that are cached.
    """

    layers: tuple[tuple[Any, Any], ...]
    mask: Any
    index: Any
    prefix: int
    signals: int


class Scorer:
    """Scores subsets of the signals of one prompt for one generated target.

    Guarantees: removing a signal gives the log-probabilities of the prompt built without it; results do not
    depend on batch size or order beyond floating-point noise; the model's training mode is restored.

    Args:
        model: A Hugging Face causal or encoder-decoder model.
        prompt: Encoded pieces; the prompt without signals must have at least one token.
        target: Generated ids and sentence spans.
        batch_rows: Most coalitions per forward call.
        share_prefix: Compute the prompt's prefix, and subsets of leading signals, once. Only done where the
            model's cache is a plain one (no sliding window, no recurrent state), where it is exact.
        progress: Told of rows scored.

    Raises:
        ExplainError: The prompt has no fixed token, an id is outside the vocabulary, or prompt and target
            are longer than the model can read.
    """

    def __init__(
        self,
        model: Any,
        prompt: EncodedPrompt,
        target: Target,
        *,
        batch_rows: int = BATCH_ROWS,
        share_prefix: bool = True,
        progress: Progress = silent,
    ) -> None:
        self.model, self.prompt, self.target = model, prompt, target
        self.batch_rows = batch_rows
        self.forward_passes = 0
        self.rows = 0
        self.padded_tokens = 0
        self._progress = progress
        self._parameters = _parameters(model)
        self._encoder_decoder = bool(getattr(model.config, "is_encoder_decoder", False))
        cacheable = {"past_key_values", "use_cache"} <= self._parameters and not self._encoder_decoder
        self._share = share_prefix and cacheable and len(prompt.prefix) > 1
        self._prefix: tuple[tuple[Any, Any], ...] | None = None
        self._check()

    @property
    def n_signals(self) -> int:
        """Number of signals in the prompt."""
        return len(self.prompt.signals)

    @property
    def n_sentences(self) -> int:
        """Number of sentences in the target."""
        return len(self.target.spans)

    @property
    def shares_prefix(self) -> bool:
        """Whether the prefix is computed once; false after the model turned out not to allow it."""
        return self._share

    def score(self, keep: Mask) -> Values:
        """Log-probabilities of the sentences for each coalition.

        Args:
            keep: `(rows, n_signals)`; equal rows are scored once.

        Returns:
            `(rows, n_sentences)` float64, nats, each sentence given the prompt and the sentences before it.

        Raises:
            ExplainError: The mask has the wrong shape, or one row alone does not fit in memory.
        """
        keep = checked_mask(keep, self.n_signals)
        if not len(keep):
            return np.zeros((0, self.n_sentences))
        distinct, inverse = np.unique(keep, axis=0, return_inverse=True)
        lengths = np.array([len(ids) for ids in self.prompt.signals], dtype=np.int64)
        sharing = self._share and bool(self.prompt.suffix)
        split = best_split(distinct, lengths.tolist()) if sharing else 0
        # like lengths together: what is computed row by row first, then what is cached
        order = np.lexsort((distinct[:, :split] @ lengths[:split], distinct[:, split:] @ lengths[split:]))
        distinct, values = distinct[order], np.empty((len(order), self.n_sentences))

        def run(start: int, stop: int) -> None:
            values[order[start:stop]] = self._batch(distinct[start:stop], start, context)
            self._progress(stop, len(order), "scoring subsets")

        with _frozen(self.model):
            context = self._context(distinct, split)
            self._in_batches(len(order), run)
        self.rows += len(order)
        return values[inverse.reshape(-1)]

    def independent(self) -> Scorer:
        """A scorer of the same prompt and target that shares nothing: it shows the numerical noise."""
        return Scorer(self.model, self.prompt, self.target, batch_rows=2, share_prefix=False)

    def _batch(self, rows: Mask, start: int, context: _Context | None) -> Values:
        if self._encoder_decoder:
            logits = self._encoder_decoder_logits([self.prompt.ids(row) for row in rows.tolist()])
        else:
            prefix, signals = (context.prefix, context.signals) if context else (0, 0)
            bodies = [[*self._body(row, prefix, signals), *self.target.token_ids[:-1]] for row in rows]
            index = context.index[start : start + len(rows)] if context else None
            logits = self._causal(bodies, context, index, keep=len(self.target.token_ids)).logits
        target = torch.tensor(self.target.token_ids, device=logits.device).expand(len(rows), -1)
        logits = logits[:, -target.shape[1] :].float()  # (B, T, V)
        chosen = torch.log_softmax(logits, dim=-1).gather(2, target.unsqueeze(2)).squeeze(2)
        tokens = chosen.double().cpu().numpy()  # (B, T)
        return np.stack([tokens[:, begin:end].sum(axis=1) for begin, end in self.target.spans], axis=1)

    def _body(self, row: Any, prefix: int, signals: int, suffix: bool = True) -> list[int]:
        """Ids of a row after the part that is cached."""
        ids = list(self.prompt.prefix[prefix:])
        for index in np.flatnonzero(row[signals:]) + signals:
            ids.extend(self.prompt.signals[index])
        return ids + list(self.prompt.suffix) if suffix else ids

    def _causal(
        self, bodies: list[list[int]], context: _Context | None, index: Any, *, keep: int, width: int = 0
    ) -> Any:
        ids, mask = _padded(bodies, left=True, width=width)
        cache = None
        if context is not None:
            before = context.mask[index]
            used = before.any(dim=0)  # columns that are padding in every row of the batch cost nothing
            mask = torch.cat([before[:, used], mask], dim=1)
            cache = self._cache(context, index, None if bool(used.all()) else used)
        positions = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, mask.shape[1] - ids.shape[1] :]
        inputs: dict[str, Any] = {"input_ids": ids, "attention_mask": mask, "position_ids": positions}
        extra = {"use_cache": cache is not None, "logits_to_keep": keep, "past_key_values": cache}
        return self._forward(inputs, {k: v for k, v in extra.items() if v is not None})

    def _context(self, rows: Mask, split: int) -> _Context | None:
        """Cache the prefix, then the subsets of the first `split` signals, which several rows share."""
        prefix = self._prefix_context(len(rows))
        if prefix is None or not split:
            return prefix
        leads, index = groups(rows, split)
        layers, mask = self._lead_layers(leads, prefix)
        return _Context(layers, mask, torch.from_numpy(index), len(self.prompt.prefix), split)

    def _lead_layers(self, leads: Mask, prefix: _Context) -> tuple[tuple[tuple[Any, Any], ...], Any]:
        """Caches and mask of each subset of leading signals, all padded to one width."""
        bodies = [self._body(row, prefix.prefix, 0, suffix=False) for row in leads]
        width = max(map(len, bodies))
        caches: list[Any] = []

        def run(start: int, stop: int) -> None:
            first = torch.zeros(stop - start, dtype=torch.long)
            out = self._causal(bodies[start:stop], prefix, first, keep=1, width=width)
            caches.append([(layer.keys, layer.values) for layer in out.past_key_values.layers])

        self._in_batches(len(leads), run)
        layers = tuple(
            (torch.cat([keys for keys, _ in parts]), torch.cat([values for _, values in parts]))
            for parts in zip(*caches, strict=True)
        )
        mask = _padded(bodies, left=True, width=width)[1]
        return layers, torch.cat([prefix.mask.expand(len(mask), -1), mask], dim=1)

    def _prefix_context(self, rows: int) -> _Context | None:
        """The prefix but its last token, whose output predicts the target when nothing stands between."""
        if not self._share:
            return None
        if self._prefix is None:
            ids = torch.tensor([self.prompt.prefix[:-1]])
            cache = self._forward({"input_ids": ids}, {"use_cache": True}).past_key_values
            layers = getattr(cache, "layers", ())
            if not layers or any(type(layer) is not DynamicLayer for layer in layers):
                self._share = False
                return None
            self._prefix = tuple((layer.keys, layer.values) for layer in layers)
        length = len(self.prompt.prefix) - 1
        mask = torch.ones(1, length, dtype=torch.long)
        return _Context(self._prefix, mask, torch.zeros(rows, dtype=torch.long), length, 0)

    def _cache(self, context: _Context, index: Any, used: Any) -> Any:
        """A fresh cache for a batch: a forward call grows its cache in place."""

        def pick(states: Any) -> Any:
            if len(states) == 1:
                return states.expand(len(index), -1, -1, -1)
            picked = states[index.to(states.device)]
            return picked if used is None else picked[:, :, used.to(states.device)]

        return DynamicCache(ddp_cache_data=[(pick(k), pick(v)) for k, v in context.layers])

    def _encoder_decoder_logits(self, prompts: list[list[int]]) -> Any:
        ids, mask = _padded(prompts, left=False)
        start = self.model.config.decoder_start_token_id
        decoder = torch.tensor([start, *self.target.token_ids[:-1]]).expand(len(prompts), -1)
        inputs = {"input_ids": ids, "attention_mask": mask, "decoder_input_ids": decoder}
        return self._forward(inputs, {"use_cache": False}).logits

    def _forward(self, inputs: dict[str, Any], extra: dict[str, Any]) -> Any:
        inputs = {k: v.to(self.model.device) for k, v in inputs.items() if self._takes(k)}
        self.forward_passes += 1
        self.padded_tokens += int(inputs["input_ids"].numel())
        return self.model(**inputs, **{k: v for k, v in extra.items() if self._takes(k)})

    def _takes(self, name: str) -> bool:
        return name in self._parameters

    def _in_batches(self, count: int, run: Callable[[int, int], None]) -> None:
        """Call `run(start, stop)` over `count` rows; halve the batch when memory runs out."""
        start = 0
        while start < count:
            stop = min(count, start + self.batch_rows)
            try:
                run(start, stop)
            except torch.OutOfMemoryError:
                if self.batch_rows == 1:
                    raise ExplainError(
                        "one row does not fit in the memory of the device; shorten the prompt"
                    ) from None
                self.batch_rows = max(1, self.batch_rows // 2)
                torch.cuda.empty_cache()
                continue
            start = stop

    def _check(self) -> None:
        prompt, target = self.prompt, self.target
        if self.batch_rows < 1:
            raise ExplainError(f"batch_rows: wanted at least 1, got {self.batch_rows}")
        if not prompt.prefix and not prompt.suffix:
            raise ExplainError("the prompt without signals is empty; give it a prefix, a suffix or bos_ids")
        config = self.model.config.get_text_config()
        ids = [*prompt.ids(), *target.token_ids]
        if not 0 <= min(ids) <= max(ids) < config.vocab_size:
            raise ExplainError("a token id is outside the model's vocabulary; tokenizer and model differ")
        limit = min((v for k in _PositionLimits if (v := getattr(config, k, None))), default=None)
        apart = self._encoder_decoder
        longest = max(len(prompt.ids()), len(target.token_ids)) if apart else len(ids) - 1
        if limit is not None and longest > limit and getattr(config, "model_type", "") != "t5":
            raise ExplainError(f"prompt and target need {longest} positions, the model has {limit}")


def _parameters(model: Any) -> frozenset[str]:
    """What the model's forward takes; a PEFT wrapper hides it behind `*args, **kwargs`."""
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    return frozenset(inspect.signature(base.forward).parameters)


def _padded(rows: Sequence[Sequence[int]], *, left: bool, width: int = 0) -> tuple[Any, Any]:
    """Ids and mask, `(B, longest or width)`; the padding id is 0 and is masked out."""
    width = max([width, *map(len, rows)])
    gaps = [[0] * (width - len(row)) for row in rows]
    ids = [[*gap, *row] if left else [*row, *gap] for gap, row in zip(gaps, rows, strict=True)]
    marks = [[1] * len(row) for row in rows]
    mask = [[*gap, *mark] if left else [*mark, *gap] for gap, mark in zip(gaps, marks, strict=True)]
    return torch.tensor(ids, dtype=torch.long), torch.tensor(mask, dtype=torch.long)


@contextmanager
def _frozen(model: Any) -> Iterator[None]:
    """No gradients and no dropout while scoring."""
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        model.train(training)
