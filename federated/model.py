"""The base model with a LoRA adapter whose A factors are frozen (torch, transformers, peft, safetensors).

A is drawn from a public seed, so that every silo has the same one and the mean of the silos' B factors is
the B of the mean update: averaging is exact, and noise on B enters the product once, not squared.

Source: FFA-LoRA, Sun et al. 2024, arXiv:2403.12313.
"""

from __future__ import annotations

import hashlib
import inspect
import warnings
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from privgen.errors import DataError, MissingExtraError, ModelError
from privgen.federated.aggregation import Factors, trained
from privgen.federated.settings import Weights
from privgen.federated.silo import Encoder, Example
from privgen.files import atomic_path, sha256_file, sha256_text, staged_folder

try:
    import torch
    from peft import LoraConfig, get_peft_model
    from safetensors import SafetensorError, safe_open
    from safetensors.numpy import save_file
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer
    from transformers.utils import logging as transformers_logging
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None

_FILES = ("*.safetensors", "*.bin", "config.json", "tokenizer.json")


class AdapterModel:
    """A frozen base model and a LoRA adapter whose B factors train.

    All modules but the B factors are in evaluation mode: dropout is off, so that a record's gradient depends
    on nothing but the record.

    Args:
        network: PEFT model.
        tokenizer: Of the base model.
        seq2seq: Whether it is an encoder-decoder.
        base_hash: Hash of the base model's files.
    """

    def __init__(self, network: Any, tokenizer: Any, *, seq2seq: bool, base_hash: str) -> None:
        self.network, self.tokenizer = network, tokenizer
        self.seq2seq, self.base_hash = seq2seq, base_hash
        self.parameters: dict[str, torch.nn.Parameter] = {
            name: p for name, p in sorted(network.named_parameters()) if p.requires_grad
        }
        self._adapter = {name: p for name, p in sorted(network.named_parameters()) if ".lora_" in name}
        self._untrained = {name: _array(p) for name, p in self._adapter.items()}
        self._pad = next((t for t in (tokenizer.pad_token_id, tokenizer.eos_token_id) if t is not None), 0)
        self._positions = "position_ids" in inspect.signature(network.get_base_model().forward).parameters

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(iter(self.parameters.values())).device

    def encoder(self, max_length: int) -> Encoder:
        """How records are encoded for this model; never longer than it has positions for."""
        positions = getattr(self.network.get_base_model().config, "max_position_embeddings", None)
        max_length = min(max_length, positions) if isinstance(positions, int) else max_length
        bos, eos = (
            () if token is None else (int(token),)
            for token in (self.tokenizer.bos_token_id, self.tokenizer.eos_token_id)
        )
        if self.seq2seq:
            return Encoder(self.tokenizer, (), eos, eos, max_length)
        return Encoder(self.tokenizer, bos, (), eos, max_length)

    def weights(self) -> Weights:
        """A copy of the trainable weights."""
        return {name: _array(p) for name, p in self.parameters.items()}

    def untrained(self, factors: Factors) -> Weights:
        """The public weights that a training of these factors starts from."""
        return trained(self._untrained, factors)

    def choose(self, factors: Factors) -> None:
        """Let these LoRA factors train, and nothing else.

        Args:
            factors: A, B or AB.
        """
        self.network.requires_grad_(False)
        self.network.eval()
        for name, module in self.network.named_modules():
            if name.endswith(tuple(f".lora_{factor}.default" for factor in factors)):
                module.weight.requires_grad_(True)
                module.train()  # Opacus' hooks only look at modules in training mode
        self.parameters = {name: p for name, p in self._adapter.items() if p.requires_grad}

    def set_weights(self, weights: Weights) -> None:
        """Put adapter weights in place; factors that are not given and do not train are as they were drawn.

        Raises:
            ModelError: Names or shapes differ, or a weight is not finite.
        """
        if not set(self.parameters) <= set(weights) <= set(self._adapter):
            raise ModelError(
                "adapter weights: names differ from this model's; same base and rank everywhere?"
            )
        weights = self._untrained | weights
        for name, parameter in self._adapter.items():
            if weights[name].shape != tuple(parameter.shape) or not np.isfinite(weights[name]).all():
                raise ModelError(f"adapter weights: {name} has another shape, or is not finite")
        with torch.no_grad():
            for name, parameter in self._adapter.items():
                parameter.copy_(torch.from_numpy(np.ascontiguousarray(weights[name])))

    def record_losses(self, rows: Sequence[Example]) -> torch.Tensor:
        """Mean negative log-likelihood of each row's target, in nats per token.

        Each entry depends on its own row only, whatever the other rows and the padding.

        Args:
            rows: One or more.

        Returns:
            Shape `(len(rows),)`.
        """
        batch, labels = self._seq2seq_batch(rows) if self.seq2seq else self._causal_batch(rows)
        logits = self.network(**batch, use_cache=False).logits  # (B, T, vocabulary)
        row, place = (labels >= 0).nonzero(as_tuple=True)
        losses = torch.nn.functional.cross_entropy(
            logits[row, place].float(), labels[row, place], reduction="none"
        )
        lengths = torch.tensor([len(example.target) for example in rows], device=losses.device)
        return losses.new_zeros(len(rows)).index_add(0, row, losses) / lengths

    def mean_loss(self, rows: Sequence[Example], micro_batch: int) -> float:
        """Mean of `record_losses` over one or more rows, `micro_batch` at a time, without gradients."""
        total = 0.0
        with torch.no_grad():
            for start in range(0, len(rows), micro_batch):
                total += float(self.record_losses(rows[start : start + micro_batch]).double().sum())
        return total / len(rows)

    def save(self, folder: Path, card: str) -> None:
        """Write a PEFT adapter folder that `PeftModel.from_pretrained` loads, with `card` as its README.

        Raises:
            RunError: `folder` holds something that is no adapter.
        """
        with staged_folder(folder, marker="adapter_config.json") as staging:
            self.network.save_pretrained(str(staging), save_embedding_layers=False)
            (staging / "README.md").write_text(card, encoding="utf-8")

    def _causal_batch(self, rows: Sequence[Example]) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
        tokens, mask = self._padded([example.prompt + example.target for example in rows])
        labels = torch.full_like(tokens, -1)
        for place, example in enumerate(rows):  # the logits at t predict the token at t + 1
            start = len(example.prompt) - 1
            labels[place, start : start + len(example.target)] = torch.tensor(example.target)
        batch = {"input_ids": tokens, "attention_mask": mask}
        if self._positions:
            batch["position_ids"] = torch.arange(tokens.shape[1], device=self.device).expand_as(tokens)
        return batch, labels

    def _seq2seq_batch(self, rows: Sequence[Example]) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
        start = (int(self.network.config.decoder_start_token_id),)
        tokens, mask = self._padded([example.prompt for example in rows])
        inputs, _ = self._padded([start + example.target[:-1] for example in rows])
        labels = torch.full_like(inputs, -1)
        for place, example in enumerate(rows):
            labels[place, : len(example.target)] = torch.tensor(example.target)
        return {"input_ids": tokens, "attention_mask": mask, "decoder_input_ids": inputs}, labels

    def _padded(self, rows: Sequence[tuple[int, ...]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Right-padded ids and their mask, each `(B, T)`."""
        width = max(map(len, rows))
        tokens = torch.tensor([(*row, *[self._pad] * (width - len(row))) for row in rows], device=self.device)
        lengths = torch.tensor([len(row) for row in rows], device=self.device)
        return tokens, (torch.arange(width, device=self.device) < lengths[:, None]).long()


def load_model(base: str, *, rank: int = 8, adapter_seed: int = 0) -> AdapterModel:
    """Load a base model in fp32 and put an untrained adapter of rank `rank` on all its linear layers.

    There is one copy per process, handed out again for the same arguments: set its weights before use.

    Args:
        base: Folder of a causal or seq2seq model, or a hub id in the cache.
        rank: LoRA rank; alpha is twice the rank.
        adapter_seed: Public seed of the A factors; equal in all silos.

    Raises:
        ModelError: Not loadable, or not trainable record by record; the message says why.
    """
    model = _loaded(base, rank, adapter_seed)
    model.choose("B")
    return model


@lru_cache(maxsize=1)
def _loaded(base: str, rank: int, adapter_seed: int) -> AdapterModel:
    with torch.random.fork_rng(devices=[]):  # peft draws weights that are replaced below
        loaded, tokenizer, seq2seq = _load(base)
        check_trainable(loaded)
        network = _with_adapter(loaded, rank, seq2seq)
    network.requires_grad_(False)
    generator = torch.Generator().manual_seed(adapter_seed)
    network.eval()
    for name, module in sorted(network.named_modules()):
        if name.endswith(".lora_A.default"):
            bound = module.weight.shape[1] ** -0.5  # as peft draws it: Kaiming uniform, a = sqrt(5)
            with torch.no_grad():
                module.weight.copy_(
                    torch.empty(module.weight.shape).uniform_(-bound, bound, generator=generator)
                )
        elif name.endswith(".lora_B.default"):
            module.weight.requires_grad_(True)
            module.train()  # Opacus' hooks only look at modules in training mode
    if torch.cuda.is_available():
        network.to("cuda")
    return AdapterModel(network, tokenizer, seq2seq=seq2seq, base_hash=_base_hash(base, loaded))


def _array(parameter: torch.nn.Parameter) -> npt.NDArray[np.float32]:
    """A copy of a parameter."""
    return np.array(parameter.detach().to("cpu", torch.float32).numpy(), np.float32)


def check_trainable(network: Any) -> None:
    """Refuse what couples records with each other, so that a record's gradient would not be its own.

    Raises:
        ModelError: A batch normalisation layer; the message names it.
    """
    for name, module in network.named_modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            raise ModelError(
                f"base model: {name} is a batch normalisation, which mixes customers; take a model without"
            )


def save_weights(path: Path, weights: Weights, metadata: Mapping[str, str]) -> None:
    """Write weights with metadata as one safetensors file, atomically."""
    with atomic_path(path) as temporary:
        save_file(weights, str(temporary), dict(metadata))


def read_weights(path: Path) -> tuple[Weights, dict[str, str]]:
    """Read what `save_weights` wrote.

    Raises:
        DataError: Not a readable safetensors file.
    """
    try:
        with safe_open(str(path), framework="numpy") as handle:
            weights = {name: handle.get_tensor(name) for name in handle.keys()}  # noqa: SIM118 - no iterator
            return weights, dict(handle.metadata() or {})
    except (OSError, SafetensorError, ValueError):
        raise DataError(f"{path}: not a readable state; delete it to start anew") from None


def _load(base: str) -> tuple[Any, Any, bool]:
    bars = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()  # progress is the caller's to show
    try:
        config = AutoConfig.from_pretrained(base)
        seq2seq = bool(getattr(config, "is_encoder_decoder", False))
        family = AutoModelForSeq2SeqLM if seq2seq else AutoModelForCausalLM
        tokenizer = AutoTokenizer.from_pretrained(base)
        return family.from_pretrained(base, dtype=torch.float32), tokenizer, seq2seq
    except Exception as fault:  # whatever a broken file makes the loaders raise
        raise ModelError(
            f"base model {base}: not loadable as a causal or seq2seq model ({type(fault).__name__}); "
            "give a folder with config.json, weights and tokenizer, or a hub id that is in the cache"
        ) from None
    finally:
        if bars:
            transformers_logging.enable_progress_bar()


def _with_adapter(loaded: Any, rank: int, seq2seq: bool) -> Any:
    config = LoraConfig(
        task_type="SEQ_2_SEQ_LM" if seq2seq else "CAUSAL_LM",
        target_modules="all-linear",
        r=rank,
        lora_alpha=2 * rank,
        lora_dropout=0.0,
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on the orientation of GPT-2's layers, which peft mends itself
            return get_peft_model(loaded, config)
    except (ValueError, RuntimeError) as fault:
        raise ModelError(f"base model: takes no LoRA adapter ({type(fault).__name__})") from None


def _base_hash(base: str, loaded: Any) -> str:
    """Hash of a folder's weight and tokenizer files; of name and commit for a hub id."""
    folder = Path(base)
    if folder.is_dir():
        files = sorted({path for pattern in _FILES for path in folder.glob(pattern)})
        return sha256_text("".join(f"{path.name}\0{sha256_file(path)}\n" for path in files))
    commit = str(getattr(loaded.config, "_commit_hash", None))
    return hashlib.sha256(f"{base}\0{commit}".encode()).hexdigest()
