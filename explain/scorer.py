"""The value function of language models: teacher-forced log-probability of every sentence.

The only file of the package's engine that imports torch and transformers. Coalitions are scored in batches
of similar length; the part of the prompt before the signals is computed once and its key-value cache is
shared by all of them. Log-probabilities are fp32 log-softmax at temperature 1, summed in float64.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from privgen.errors import ExplainError
from privgen.explain.game import Mask, Values, checked_mask
from privgen.explain.target import Target
from privgen.progress import Progress, silent
from privgen.prompt import EncodedPrompt

BATCH_ROWS = 64
"""Coalitions per forward call: 16 to 64 is fastest on CPU; halved by itself when memory runs out."""

_PositionLimits = ("max_position_embeddings", "n_positions")


class Scorer:
    """Scores subsets of the signals of one prompt for one generated target.

    Guarantees: removing a signal gives the log-probabilities of the prompt built without it; results do not
    depend on batch size or order beyond floating-point noise; the model's training mode is restored.

    Args:
        model: A Hugging Face causal or encoder-decoder model.
        prompt: Encoded pieces; the prompt without signals must have at least one token.
        target: Generated ids and sentence spans.
        batch_rows: Most coalitions per forward call.
        share_prefix: Compute the prompt's prefix once. Only done where the model's cache is a plain one
            (no sliding window, no recurrent state), where it is exact.
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
        self._prefix: list[tuple[Any, Any]] | None = None
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
        bodies = [self.prompt.ids(row) for row in distinct.tolist()]
        order = np.argsort([len(body) for body in bodies], kind="stable")
        values = np.empty((len(bodies), self.n_sentences))
        done = 0
        with _frozen(self.model):
            while done < len(order):
                batch = order[done : done + self.batch_rows]
                try:
                    values[batch] = self._batch([bodies[index] for index in batch])
                except torch.OutOfMemoryError:
                    self._shrink()
                    continue
                done += len(batch)
                self._progress(done, len(order), "scoring subsets")
        self.rows += len(order)
        return values[inverse.reshape(-1)]

    def independent(self) -> Scorer:
        """A scorer of the same prompt and target that shares nothing: it shows the numerical noise."""
        return Scorer(self.model, self.prompt, self.target, batch_rows=2, share_prefix=False)

    def _batch(self, prompts: list[list[int]]) -> Values:
        logits = self._encoder_decoder_logits(prompts) if self._encoder_decoder else self._causal(prompts)
        target = torch.tensor(self.target.token_ids, device=logits.device).expand(len(prompts), -1)
        logits = logits[:, -target.shape[1] :].float()  # (B, T, V)
        chosen = torch.log_softmax(logits, dim=-1).gather(2, target.unsqueeze(2)).squeeze(2)
        tokens = chosen.double().cpu().numpy()  # (B, T)
        return np.stack([tokens[:, start:end].sum(axis=1) for start, end in self.target.spans], axis=1)

    def _causal(self, prompts: list[list[int]]) -> Any:
        skip = self._prepare_prefix()
        bodies = [prompt[skip:] + list(self.target.token_ids[:-1]) for prompt in prompts]
        ids, mask = _padded(bodies, left=True)
        if skip:
            mask = torch.cat([torch.ones(len(bodies), skip, dtype=mask.dtype), mask], dim=1)
        positions = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, skip:]
        inputs: dict[str, Any] = {"input_ids": ids, "attention_mask": mask, "position_ids": positions}
        extra: dict[str, Any] = {"use_cache": skip > 0, "logits_to_keep": len(self.target.token_ids)}
        if skip:
            extra["past_key_values"] = self._expanded(len(bodies))
        return self._forward(inputs, extra)

    def _encoder_decoder_logits(self, prompts: list[list[int]]) -> Any:
        ids, mask = _padded(prompts, left=False)
        start = self.model.config.decoder_start_token_id
        decoder = torch.tensor([start, *self.target.token_ids[:-1]]).expand(len(prompts), -1)
        inputs = {"input_ids": ids, "attention_mask": mask, "decoder_input_ids": decoder}
        return self._forward(inputs, {"use_cache": False})

    def _forward(self, inputs: dict[str, Any], extra: dict[str, Any]) -> Any:
        inputs = {k: v.to(self.model.device) for k, v in inputs.items() if self._takes(k)}
        self.forward_passes += 1
        self.padded_tokens += int(inputs["input_ids"].numel())
        return self.model(**inputs, **{k: v for k, v in extra.items() if self._takes(k)}).logits

    def _takes(self, name: str) -> bool:
        return name in self._parameters

    def _prepare_prefix(self) -> int:
        """Tokens whose keys and values are cached: all of the prefix but its last token.

        The last one stays out, since its output predicts the target when nothing stands between them.
        """
        if not self._share:
            return 0
        if self._prefix is None:
            ids = torch.tensor([self.prompt.prefix[:-1]], device=self.model.device)
            cache = self.model(input_ids=ids, use_cache=True).past_key_values
            self.forward_passes += 1
            layers = getattr(cache, "layers", ())
            if not layers or any(type(layer) is not DynamicLayer for layer in layers):
                self._share = False
                return 0
            self._prefix = [(layer.keys, layer.values) for layer in layers]
        return len(self.prompt.prefix) - 1

    def _expanded(self, rows: int) -> Any:
        """A fresh cache of views: a forward call grows its cache in place."""
        views = [(k.expand(rows, -1, -1, -1), v.expand(rows, -1, -1, -1)) for k, v in self._prefix or ()]
        return DynamicCache(ddp_cache_data=views)

    def _shrink(self) -> None:
        if self.batch_rows == 1:
            raise ExplainError("one row does not fit in the memory of the device; shorten the prompt")
        self.batch_rows = max(1, self.batch_rows // 2)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

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


def _padded(rows: list[list[int]], *, left: bool) -> tuple[Any, Any]:
    """Ids and mask, `(B, longest)`; the padding id is 0 and is masked out."""
    width = max(len(row) for row in rows)
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    for index, row in enumerate(rows):
        where = slice(width - len(row), width) if left else slice(0, len(row))
        ids[index, where] = torch.tensor(row, dtype=torch.long)
        mask[index, where] = 1
    return ids, mask


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
