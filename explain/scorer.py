"""The value function of language models: teacher-forced log-probability of every sentence.

Coalitions are scored in batches of similar length. The part of the prompt before the signals is computed
once, and so are equal beginnings of the signals (`sharing`); what is shared lies in a `TokenStore`.
Log-probabilities are fp32 log-softmax at temperature 1, summed in float64.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from privgen.errors import ExplainError
from privgen.explain.batching import Ids, frozen, padded, parameters, token_log_probs
from privgen.explain.game import Mask, Values, checked_mask
from privgen.explain.sharing import BATCH_ROWS, Stage, stages
from privgen.explain.target import Target
from privgen.explain.token_store import Places, TokenStore
from privgen.progress import Progress, silent
from privgen.prompt import EncodedPrompt

_PositionLimits = ("max_position_embeddings", "n_positions")


class Scorer:
    """Scores subsets of the signals of one prompt for one generated target.

    Guarantees: removing a signal gives the log-probabilities of the prompt built without it; results do not
    depend on batch size or order beyond floating-point noise; the model's training mode is restored.

    Args:
        model: A Hugging Face causal or encoder-decoder model.
        prompt: Encoded pieces; the prompt without signals must have at least one token.
        target: Generated ids and sentence spans.
        absent: Ids that stand for each signal that is not in the coalition; default none, its line goes.
        batch_rows: Most coalitions per forward call.
        share_prefix: Compute the prompt's prefix, and equal beginnings of the signals, once. Only done where
            the model's cache is a plain one (no sliding window, no recurrent state), where it is exact.
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
        absent: Sequence[Sequence[int]] | None = None,
        batch_rows: int = BATCH_ROWS,
        share_prefix: bool = True,
        progress: Progress = silent,
    ) -> None:
        self.model, self.prompt, self.target = model, prompt, target
        self.absent = tuple(tuple(ids) for ids in absent or [()] * len(prompt.signals))
        self.batch_rows = batch_rows
        self.forward_passes = 0
        self.rows = 0
        self.padded_tokens = 0
        self._progress = progress
        self._parameters = parameters(model)
        self._encoder_decoder = bool(getattr(model.config, "is_encoder_decoder", False))
        cacheable = {"past_key_values", "use_cache"} <= self._parameters and not self._encoder_decoder
        self._share = share_prefix and cacheable and len(prompt.prefix) > 1
        self._store: TokenStore | None = None
        self._prefix: Places = np.zeros(0, dtype=np.int64)
        self._check()
        self._pieces = [
            (np.array(gone, dtype=np.int64), np.array(ids, dtype=np.int64))
            for ids, gone in zip(prompt.signals, self.absent, strict=True)
        ]

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
        with frozen(self.model):
            values = self._values(distinct)
        self.rows += len(distinct)
        return values[inverse.reshape(-1)]

    def score_in_orders(
        self, orders: Sequence[Sequence[int]], keeps: Sequence[Mask]
    ) -> tuple[list[Values], int]:
        """Score subsets again with the signals in other orders, nothing shared: shows the noise.

        Args:
            orders: Orders of the signals in the prompt, by their places in this one.
            keeps: For each order, `(rows, n_signals)` as for `score`.

        Returns:
            For each order, `(rows, n_sentences)`, and the forward calls it took: one, if memory allows.
        """
        bodies = [
            self.prompt_ids(row, order)
            for order, keep in zip(orders, keeps, strict=True)
            for row in checked_mask(keep, self.n_signals)
        ]
        alone = Scorer(
            self.model,
            self.prompt,
            self.target,
            absent=self.absent,
            batch_rows=max(1, len(bodies)),
            share_prefix=False,
        )
        values = np.empty((len(bodies), self.n_sentences))

        def run(start: int, stop: int) -> None:
            values[start:stop] = alone._sentences(bodies[start:stop], [])

        with frozen(self.model):
            alone._in_batches(len(bodies), run)
        ends = np.cumsum([len(keep) for keep in keeps])[:-1]
        return np.split(values, ends), alone.forward_passes

    def prompt_ids(self, row: Any, order: Sequence[int] | None = None) -> Ids:
        """Ids of the whole prompt of one coalition, `(n_signals,)`, its signals in the given order."""
        places = range(self.n_signals) if order is None else order
        pieces = [self._pieces[int(j)][int(row[j])] for j in places]
        return np.concatenate([np.array(self.prompt.prefix, dtype=np.int64), *pieces, self._suffix()])

    def _values(self, rows: Mask) -> Values:
        bodies, places = self._rows(rows)
        # like lengths together: what is computed row by row first, then what is shared
        order = np.lexsort(([len(place) for place in places], [len(body) for body in bodies]))
        values = np.empty((len(rows), self.n_sentences))

        def run(start: int, stop: int) -> None:
            batch = order[start:stop]
            values[batch] = self._sentences([bodies[row] for row in batch], [places[row] for row in batch])
            self._progress(stop, len(rows), "scoring subsets")

        self._in_batches(len(rows), run)
        return values

    def _rows(self, rows: Mask) -> tuple[list[Ids], list[Places]]:
        """What each coalition has to compute, and the places of the stored tokens before that."""
        self._share_prefix()
        if not self._share:
            return [self.prompt_ids(row) for row in rows], [self._prefix] * len(rows)
        lengths = [[len(piece[kept]) for piece in self._pieces] for kept in (1, 0)]
        # without a suffix, a stored token might be the one whose output predicts the target
        plan = stages(rows, *lengths, batch_rows=self.batch_rows) if self.prompt.suffix else ()
        places = [self._prefix] * len(rows)
        for stage in plan:
            starts = self._stage(stage, rows, places)
            places = [starts[group] for group in stage.group]
        covered, suffix = plan[-1].stop if plan else 0, self._suffix()
        return [np.concatenate([self._after(row, covered, len(row)), suffix]) for row in rows], places

    def _share_prefix(self) -> None:
        """Store the prefix but its last token, whose output predicts the target when nothing comes between."""
        if not self._share or self._store is not None:
            return
        ids = torch.tensor([self.prompt.prefix[:-1]])
        cache = self._forward({"input_ids": ids}, {"use_cache": True}).past_key_values
        self._share = TokenStore.holds(cache)
        if self._share:
            self._store = TokenStore()
            self._prefix = self._store.add(cache, torch.ones_like(ids))[0]

    def _stage(self, stage: Stage, rows: Mask, places: list[Places]) -> list[Places]:
        """Places of the tokens of every beginning, after computing what is new in them."""
        bodies = [self._after(rows[row], stage.start, stage.stop) for row in stage.rows]
        before = [places[row] for row in stage.rows]
        found = list(before)
        # a beginning whose signals are all absent has nothing new
        new = sorted((place for place, body in enumerate(bodies) if len(body)), key=lambda i: len(bodies[i]))

        def run(start: int, stop: int) -> None:
            batch = new[start:stop]
            ids, mask = padded([bodies[i] for i in batch], left=True)
            out = self._causal(ids, mask, [before[i] for i in batch], keep=1)
            for i, added in zip(batch, self._store.add(out.past_key_values, mask), strict=True):
                found[i] = np.concatenate([before[i], added])

        self._in_batches(len(new), run)
        return found

    def _sentences(self, bodies: list[Ids], places: list[Places]) -> Values:
        count = len(self.target.token_ids)
        if self._encoder_decoder:
            logits = self._encoder_decoder_logits(bodies)
        else:
            end = np.array(self.target.token_ids[:-1], dtype=np.int64)
            ids, mask = padded([np.concatenate([body, end]) for body in bodies], left=True)
            logits = self._causal(ids, mask, places, keep=count).logits
        target = torch.tensor(self.target.token_ids, device=logits.device)
        tokens = token_log_probs(logits[:, -count:], target)  # (B, T)
        return np.stack([tokens[:, begin:end].sum(axis=1) for begin, end in self.target.spans], axis=1)

    def _causal(self, ids: Any, mask: Any, places: list[Places], *, keep: int) -> Any:
        extra: dict[str, Any] = {"use_cache": False, "logits_to_keep": keep}
        if self._store is not None:
            cache, before = self._store.cache(places)
            mask = torch.cat([before, mask], dim=1)
            extra |= {"use_cache": True, "past_key_values": cache}
        positions = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, mask.shape[1] - ids.shape[1] :]
        return self._forward({"input_ids": ids, "attention_mask": mask, "position_ids": positions}, extra)

    def _encoder_decoder_logits(self, prompts: list[Ids]) -> Any:
        ids, mask = padded(prompts, left=False)
        start = self.model.config.decoder_start_token_id
        decoder = torch.tensor([start, *self.target.token_ids[:-1]]).expand(len(prompts), -1)
        inputs = {"input_ids": ids, "attention_mask": mask, "decoder_input_ids": decoder}
        return self._forward(inputs, {"use_cache": False}).logits

    def _forward(self, inputs: dict[str, Any], extra: dict[str, Any]) -> Any:
        inputs = {k: v.to(self.model.device) for k, v in inputs.items() if k in self._parameters}
        self.forward_passes += 1
        self.padded_tokens += int(inputs["input_ids"].numel())
        return self.model(**inputs, **{k: v for k, v in extra.items() if k in self._parameters})

    def _after(self, row: Any, start: int, stop: int) -> Ids:
        """Ids of a range of signals, behind the one token of the prefix that is not stored."""
        last = np.array(self.prompt.prefix[-1:] if start == 0 else (), dtype=np.int64)
        return np.concatenate([last, self._signals(row, start, stop)])

    def _signals(self, row: Any, start: int, stop: int) -> Ids:
        pieces = [self._pieces[index][int(row[index])] for index in range(start, stop)]
        return np.concatenate([np.zeros(0, dtype=np.int64), *pieces])

    def _suffix(self) -> Ids:
        return np.array(self.prompt.suffix, dtype=np.int64)

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
        if len(self.absent) != len(prompt.signals):
            raise ExplainError(f"absent: wanted one entry per signal, {len(prompt.signals)}")
        if not prompt.prefix and not prompt.suffix:
            raise ExplainError("the prompt without signals is empty; give it a prefix, a suffix or bos_ids")
        config = self.model.config.get_text_config()
        ids = [*prompt.ids(), *target.token_ids, *(i for gone in self.absent for i in gone)]
        if not 0 <= min(ids) <= max(ids) < config.vocab_size:
            raise ExplainError("a token id is outside the model's vocabulary; tokenizer and model differ")
        limit = min((v for k in _PositionLimits if (v := getattr(config, k, None))), default=None)
        pairs = zip(prompt.signals, self.absent, strict=True)
        read = len(prompt.prefix) + len(prompt.suffix) + sum(max(map(len, pair)) for pair in pairs)
        written = len(target.token_ids)
        longest = max(read, written) if self._encoder_decoder else read + written - 1
        if limit is not None and longest > limit and getattr(config, "model_type", "") != "t5":
            raise ExplainError(f"prompt and target need {longest} positions, the model has {limit}")
