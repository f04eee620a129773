"""Generate with a Hugging Face causal or seq2seq model and an optional PEFT adapter (torch, transformers)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from privgen.citations import cited_signals
from privgen.errors import MissingExtraError, ModelError
from privgen.files import sha256_file, sha256_text, sha256_tree
from privgen.generator import GeneratedSection, GeneratedSentence
from privgen.phrases import phrases
from privgen.prompt import encode_prompt
from privgen.template import SectionRequest

try:
    import torch
    from transformers import (
        AutoConfig,
        AutoModelForCausalLM,
        AutoModelForSeq2SeqLM,
        AutoTokenizer,
    )
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("generate", str(missing.name)) from None

_WEIGHTS = ("*.safetensors", "*.bin", "config.json", "tokenizer.json")


class HFGenerator:
    """Greedy generation, batched; keeps the generated ids and scores them teacher-forced.

    Args:
        model: Local folder or hub id.
        adapter: PEFT adapter folder, applied and kept separate from the base weights.
        max_new_tokens: Longest section, in tokens.
        batch_size: Sections written at once; prompts of similar length go together.

    Raises:
        ModelError: Not a causal or seq2seq model, or not loadable.
    """

    name = "hf"

    def __init__(
        self, model: str, adapter: Path | None = None, *, max_new_tokens: int = 160, batch_size: int = 16
    ) -> None:
        self.tokenizer, self.model, self.seq2seq = _load(model)
        self.base_hash = _model_hash(model, self.model)
        self.adapter_hash: str | None = None
        if adapter is not None:
            self.model = _with_adapter(self.model, adapter)
            self.adapter_hash = sha256_tree(adapter)
        self.model.eval()
        bos = self.tokenizer.bos_token_id
        self.bos_ids: tuple[int, ...] = () if bos is None or self.seq2seq else (bos,)
        self._eos = self.tokenizer.eos_token_id
        self._pad = self.tokenizer.pad_token_id if self.tokenizer.pad_token_id is not None else self._eos
        self._max_new_tokens, self._batch_size = max_new_tokens, batch_size

    def write(self, requests: Sequence[SectionRequest]) -> list[GeneratedSection]:
        """Write each request; the order of `requests` does not matter to the text."""
        prompts = [self._prompt_ids(request) for request in requests]
        order = sorted(range(len(requests)), key=lambda place: len(prompts[place]))
        done: dict[int, GeneratedSection] = {}
        for start in range(0, len(order), self._batch_size):
            places = order[start : start + self._batch_size]
            written = self._generate([prompts[place] for place in places])
            scores = self._log_probs([prompts[place] for place in places], written)
            for place, ids, log_probs in zip(places, written, scores, strict=True):
                done[place] = self._section(requests[place], ids, log_probs)
        return [done[place] for place in range(len(requests))]

    def log_probs(self, request: SectionRequest, token_ids: Sequence[int]) -> list[float]:
        """Log-probability in nats of each given target token after the request's prompt."""
        return self._log_probs([self._prompt_ids(request)], [list(token_ids)])[0]

    def _prompt_ids(self, request: SectionRequest) -> list[int]:
        ids = encode_prompt(request.prompt, self.tokenizer, self.bos_ids).ids()
        return [*ids, self._eos] if self.seq2seq and self._eos is not None else ids

    def _generate(self, prompts: list[list[int]]) -> list[list[int]]:
        tokens, mask = self._left_padded(prompts)
        with torch.inference_mode():
            output = self.model.generate(
                input_ids=tokens,
                attention_mask=mask,
                max_new_tokens=self._max_new_tokens,
                do_sample=False,
                num_beams=1,
                pad_token_id=self._pad,
            )
        start = 1 if self.seq2seq else tokens.shape[1]
        return [_until(row[start:].tolist(), self._eos, self._pad) for row in output]

    def _log_probs(self, prompts: list[list[int]], targets: list[list[int]]) -> list[list[float]]:
        """Teacher-forced log-probability of every target token."""
        with torch.inference_mode():
            logits, offsets = self._teacher_forced(prompts, targets)
        scores: list[list[float]] = []
        for row, (target, offset) in enumerate(zip(targets, offsets, strict=True)):
            part = torch.log_softmax(logits[row, offset : offset + len(target)].float(), dim=-1)
            scores.append(part[torch.arange(len(target)), torch.tensor(target, dtype=torch.long)].tolist())
        return scores

    def _teacher_forced(self, prompts: list[list[int]], targets: list[list[int]]) -> tuple[Any, list[int]]:
        """Logits `(rows, width, vocabulary)`; per row, the position that predicts the first target token."""
        if self.seq2seq:
            tokens, mask = self._left_padded(prompts)
            starts = [self.model.config.decoder_start_token_id]
            inputs, _ = self._right_padded([starts + target for target in targets])
            output = self.model(input_ids=tokens, attention_mask=mask, decoder_input_ids=inputs)
            return output.logits, [0] * len(targets)
        joined = [prompt + target for prompt, target in zip(prompts, targets, strict=True)]
        inputs, mask = self._right_padded(joined)
        positions = torch.arange(inputs.shape[1]).expand_as(inputs)
        output = self.model(input_ids=inputs, attention_mask=mask, position_ids=positions)
        return output.logits, [len(prompt) - 1 for prompt in prompts]

    def _section(self, request: SectionRequest, ids: list[int], log_probs: list[float]) -> GeneratedSection:
        words = phrases(request.language)
        sentences = []
        for start, end in sentence_spans(ids, self.tokenizer):
            text = self.tokenizer.decode(ids[start:end], skip_special_tokens=True).strip()
            cited = cited_signals(text, request.prompt.signals, words)
            sentences.append(GeneratedSentence(text, start, end, sum(log_probs[start:end]), cited))
        return GeneratedSection(tuple(ids), tuple(sentences))

    def _left_padded(self, rows: list[list[int]]) -> tuple[Any, Any]:
        width = max(len(row) for row in rows)
        tokens = torch.tensor([[self._pad] * (width - len(row)) + row for row in rows])
        mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows])
        return tokens, mask

    def _right_padded(self, rows: list[list[int]]) -> tuple[Any, Any]:
        width = max(len(row) for row in rows)
        tokens = torch.tensor([row + [self._pad] * (width - len(row)) for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
        return tokens, mask


def sentence_spans(ids: Sequence[int], tokenizer: Any) -> list[tuple[int, int]]:
    """Half-open token ranges of the sentences in generated ids: one per non-empty line.

    The token that holds a line break ends its sentence.
    """
    spans, start = [], 0
    for place in range(len(ids)):
        last = place == len(ids) - 1
        if "\n" in tokenizer.decode([ids[place]]) or last:
            if tokenizer.decode(ids[start : place + 1], skip_special_tokens=True).strip():
                spans.append((start, place + 1))
            start = place + 1
    return spans


def _load(model: str) -> tuple[Any, Any, bool]:
    try:
        config = AutoConfig.from_pretrained(model)
        seq2seq = bool(getattr(config, "is_encoder_decoder", False))
        family = AutoModelForSeq2SeqLM if seq2seq else AutoModelForCausalLM
        tokenizer = AutoTokenizer.from_pretrained(model)
        loaded = family.from_pretrained(model, dtype=torch.float32)
    except (OSError, ValueError) as fault:
        kind = type(fault).__name__
        raise ModelError(
            f"--model {model}: not loadable as a causal or seq2seq model ({kind}); "
            "give a folder with config.json, weights and tokenizer, or a hub id that is in the cache"
        ) from None
    return tokenizer, loaded, seq2seq


def _with_adapter(model: Any, adapter: Path) -> Any:
    from peft import PeftModel

    if not (adapter / "adapter_config.json").is_file():
        raise ModelError(f"{adapter}: no adapter there; run privgen train first")
    try:
        return PeftModel.from_pretrained(model, adapter)
    except (OSError, ValueError, RuntimeError) as fault:
        raise ModelError(f"{adapter}: does not fit the base model ({type(fault).__name__})") from None


def _model_hash(name: str, model: Any) -> str:
    """Hash of the weight and tokenizer files of a folder; of the weights in memory for a hub id."""
    folder = Path(name)
    if folder.is_dir():
        files = sorted({path for pattern in _WEIGHTS for path in folder.glob(pattern)})
        return sha256_text("".join(f"{path.name}\0{sha256_file(path)}\n" for path in files))
    digest = hashlib.sha256()
    for key, value in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(value.detach().contiguous().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _until(ids: list[int], eos: int | None, pad: int | None) -> list[int]:
    """Ids up to the end-of-text token."""
    for place, token in enumerate(ids):
        if token in (eos, pad):
            return ids[:place]
    return ids
