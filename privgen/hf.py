"""Generate with a Hugging Face causal or seq2seq model and an optional PEFT adapter (torch, transformers)."""

from __future__ import annotations

import contextlib
import hashlib
import warnings
from collections.abc import Iterator, Sequence
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
    from transformers.utils import logging as hf_logging
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("generate", str(missing.name)) from None

_WEIGHTS = ("*.safetensors", "*.bin", "config.json", "tokenizer.json")


class HFGenerator:
    """Greedy generation, batched; keeps the generated ids and scores them teacher-forced.

    Args:
        model: Local folder or hub id.
        adapter: PEFT adapter folder, applied and kept separate from the base weights; or the whole model
            that full fine-tuning made of the base model.
        max_new_tokens: Longest section, in tokens.
        batch_size: Sections written at once; prompts of similar length go together.

    Raises:
        ModelError: Not a causal or seq2seq model, or not loadable, whole and with its own tokenizer.
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
        self._eos, pad = self.tokenizer.eos_token_id, self.tokenizer.pad_token_id
        self._stops = _stops(self.model, self._eos, pad)
        self._pad = next(token for token in (pad, self._eos, 0) if token is not None)
        self._max_new_tokens, self._batch_size = max_new_tokens, batch_size

    def write(self, requests: Sequence[SectionRequest]) -> list[GeneratedSection]:
        """Write each request; the order of `requests` does not matter to the text.

        Raises:
            ModelError: A prompt and its text are longer than the model can read.
        """
        prompts = [self._prompt_ids(request) for request in requests]
        self._check_length(max(map(len, prompts), default=0))
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

    def _check_length(self, prompt: int) -> None:
        new = self._max_new_tokens
        limit = _positions(self.model)
        needed = max(prompt, new + 1) if self.seq2seq else prompt + new
        if limit is not None and needed > limit:
            raise ModelError(
                f"a prompt of {prompt} tokens and {new} new ones need {needed} positions, "
                f"the model has {limit}; lower generate.max_signals or generate.max_new_tokens"
            )

    def _generate(self, prompts: list[list[int]]) -> list[list[int]]:
        tokens, mask = self._right_padded(prompts) if self.seq2seq else self._left_padded(prompts)
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
        return [_until(row[start:].tolist(), self._stops) for row in output]

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
            tokens, mask = self._right_padded(prompts)
            starts = [self.model.config.decoder_start_token_id]
            inputs, _ = self._right_padded([starts + target for target in targets])
            output = self.model(input_ids=tokens, attention_mask=mask, decoder_input_ids=inputs)
            return output.logits, [0] * len(targets)
        joined = [prompt + target for prompt, target in zip(prompts, targets, strict=True)]
        inputs, mask = self._right_padded(joined)
        output = self.model(input_ids=inputs, attention_mask=mask)
        return output.logits, [len(prompt) - 1 for prompt in prompts]

    def _section(self, request: SectionRequest, ids: list[int], log_probs: list[float]) -> GeneratedSection:
        words = phrases(request.language)
        sentences = []
        for start, end in sentence_spans(ids, self.tokenizer):
            text = " ".join(self.tokenizer.decode(ids[start:end], skip_special_tokens=True).split())
            cited = cited_signals(text, request.prompt.signals, words, request.product_title)
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
        with _quiet():
            config = AutoConfig.from_pretrained(model)
            seq2seq = bool(getattr(config, "is_encoder_decoder", False))
            family = AutoModelForSeq2SeqLM if seq2seq else AutoModelForCausalLM
            tokenizer = AutoTokenizer.from_pretrained(model)
            loaded, found = family.from_pretrained(model, dtype=torch.float32, output_loading_info=True)
    except Exception as fault:  # the loaders raise whatever a broken file makes them trip over
        kind = type(fault).__name__
        raise ModelError(
            f"--model {model}: not loadable as a causal or seq2seq model ({kind}); "
            "give a folder with config.json, weights and tokenizer, or a hub id that is in the cache"
        ) from None
    _check_whole(model, loaded, tokenizer, found)
    if not seq2seq:
        _check_causal(model, loaded)
    return tokenizer, loaded, seq2seq


def _check_whole(model: str, loaded: Any, tokenizer: Any, found: dict[str, Any]) -> None:
    """Refuse weights that were made up on loading, and ids that have no embedding."""
    if found["missing_keys"] or found["mismatched_keys"]:
        count = len(found["missing_keys"]) + len(found["mismatched_keys"])
        raise ModelError(f"--model {model}: {count} weights of a text generator are not in its files")
    rows = loaded.get_input_embeddings().weight.shape[0]
    if len(tokenizer) > rows:
        raise ModelError(f"--model {model}: the tokenizer has {len(tokenizer)} tokens, the model {rows}")


def _check_causal(model: str, loaded: Any) -> None:
    """Refuse an encoder: what it says of a token must not depend on the tokens behind it."""
    rows = loaded.get_input_embeddings().weight.shape[0]
    tokens = torch.tensor([[1, 2, 3, 4], [1, 2, 3, 5]]) % rows
    with torch.inference_mode():
        logits = loaded.eval()(input_ids=tokens).logits
    if not torch.allclose(logits[0, :3], logits[1, :3], atol=1e-3, rtol=1e-3):
        raise ModelError(
            f"--model {model}: reads the words to come (an encoder); give a causal or seq2seq model"
        )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No bars and no advice from the libraries while they load: the command line shows its own."""
    level, bars = hf_logging.get_verbosity(), hf_logging.is_progress_bar_enabled()
    hf_logging.set_verbosity_error()
    hf_logging.disable_progress_bar()
    try:
        yield
    finally:
        hf_logging.set_verbosity(level)
        if bars:
            hf_logging.enable_progress_bar()


def _with_adapter(model: Any, adapter: Path) -> Any:
    from peft import PeftModel

    if (adapter / "privgen_full.json").is_file():
        return _fully_tuned(model, adapter)
    if not (adapter / "adapter_config.json").is_file():
        raise ModelError(f"{adapter}: no adapter there; run privgen train first")
    try:
        with _quiet(), warnings.catch_warnings():
            warnings.filterwarnings("error", message=".*missing adapter keys")  # else left as made up
            return PeftModel.from_pretrained(model, adapter)
    except Exception as fault:  # as for the base model
        raise ModelError(f"{adapter}: does not fit the base model ({type(fault).__name__})") from None


def _fully_tuned(base: Any, folder: Path) -> Any:
    """The model that full fine-tuning made of `base`."""
    tuned = _load(str(folder))[1]
    shapes = ({name: tuple(p.shape) for name, p in m.named_parameters()} for m in (base, tuned))
    if next(shapes) != next(shapes):
        raise ModelError(f"{folder}: is not made of this base model; run privgen train again")
    return tuned


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


def _until(ids: list[int], stops: frozenset[int]) -> list[int]:
    """Ids up to the first token that ends a text."""
    return ids[: next((place for place, token in enumerate(ids) if token in stops), len(ids))]


def _stops(model: Any, eos: int | None, pad: int | None) -> frozenset[int]:
    """Tokens that end a text: the tokenizer's, and those at which the model stops."""
    more = getattr(model.generation_config, "eos_token_id", None)
    ends = more if isinstance(more, list) else [more]
    return frozenset(token for token in (eos, pad, *ends) if token is not None)


def _positions(model: Any) -> int | None:
    """How many positions the model can read; None if it counts distances instead (T5)."""
    config = model.config.get_text_config()
    names = ("max_position_embeddings", "n_positions")
    known = [limit for name in names if (limit := getattr(config, name, None))]
    return None if config.model_type in ("t5", "mt5", "umt5") else min(known, default=None)
