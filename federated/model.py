"""The base model and what trains of it: a LoRA adapter whose A factors are frozen, or all weights (torch,
transformers, peft, safetensors).

A is drawn from a public seed, so that every silo has the same one and the mean of the silos' B factors is
the B of the mean update: averaging is exact, and noise on B enters the product once, not squared. Full
fine-tuning averages the weights themselves.

Source: FFA-LoRA, Sun et al. 2024, arXiv:2403.12313.
"""

from __future__ import annotations

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
from privgen.federated.base import hash_base, load_base, no_bars
from privgen.federated.preflight import Preflight, check_network, preflight
from privgen.federated.settings import Adapter, TrainingSettings, Weights
from privgen.federated.silo import Encoder, Example
from privgen.files import atomic_path, staged_folder, write_json

try:
    import torch
    from peft import LoraConfig, get_peft_model
    from safetensors import SafetensorError, safe_open
    from safetensors.numpy import save_file
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None

_ADAPTER_FILE, _FULL_FILE = "adapter_config.json", "privgen_full.json"


class AdapterModel:
    """A base model of which a LoRA adapter's B factors train, or everything.

    All modules are in evaluation mode: dropout is off, so that a record's gradient depends on nothing but the
    record. `preflight` says how gradients of units are computed, and what had to be put right for it.

    Args:
        network: PEFT model, or for full fine-tuning the model itself; what trains requires gradients.
        tokenizer: Of the base model.
        base: Folder or hub id that it came from.
        adapter: lora or full.
        seq2seq: Whether it is an encoder-decoder.
        base_hash: Hash of the base model's files.
        repaired: What `check_network` put right.

    Raises:
        ModelError: Not trainable record by record; the message says why.
    """

    def __init__(
        self,
        network: Any,
        tokenizer: Any,
        *,
        base: str,
        adapter: Adapter,
        seq2seq: bool,
        base_hash: str,
        repaired: Sequence[str] = (),
    ) -> None:
        self.network, self.tokenizer, self._base, self.adapter = network, tokenizer, base, adapter
        self.seq2seq, self.base_hash = seq2seq, base_hash
        self.parameters: dict[str, torch.nn.Parameter] = {
            name: p for name, p in sorted(network.named_parameters()) if p.requires_grad
        }
        self._adapter = {n: p for n, p in sorted(network.named_parameters()) if ".lora_" in n}
        self._untrained = {name: _array(p) for name, p in self._adapter.items()}  # of LoRA: small
        self._adapter = self._adapter or self.parameters
        self._pad = next((t for t in (tokenizer.pad_token_id, tokenizer.eos_token_id) if t is not None), 0)
        self._plain = network.get_base_model() if adapter == "lora" else network
        self._positions = "position_ids" in inspect.signature(self._plain.forward).parameters
        vocabulary = int(self._plain.get_input_embeddings().weight.shape[0])
        self.preflight: Preflight = preflight(network, adapter, self.record_losses, vocabulary, repaired)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(iter(self.parameters.values())).device

    def encoder(self, max_length: int) -> Encoder:
        """How records are encoded for this model; never longer than it has positions for."""
        positions = getattr(self._plain.config, "max_position_embeddings", None)
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
        """The public weights that a training starts from: of these factors, or the base model's, read again.

        Raises:
            ModelError: The base model is gone.
        """
        if self.adapter == "lora":
            return trained(self._untrained, factors)
        fresh = dict(load_base(self._base)[0].named_parameters())
        return {name: _array(fresh[name]) for name in self.parameters}

    def choose(self, factors: Factors) -> None:
        """Let these LoRA factors train, and nothing else; in full fine-tuning, all trains as ever.

        Args:
            factors: A, B or AB.
        """
        if self.adapter == "full":
            return
        self.network.requires_grad_(False)
        for name, module in self.network.named_modules():
            if name.endswith(tuple(f".lora_{factor}.default" for factor in factors)):
                module.weight.requires_grad_(True)
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
        """Write what was trained, with `card` as its README.

        For lora a PEFT adapter folder that `PeftModel.from_pretrained` loads; for full a whole model with its
        tokenizer that `AutoModelForCausalLM.from_pretrained` (or its seq2seq brother) loads.

        Raises:
            RunError: `folder` holds something that was not written here.
        """
        known = [name for name in (_ADAPTER_FILE, _FULL_FILE) if (folder / name).is_file()]
        with staged_folder(folder, marker=known[0] if known else _ADAPTER_FILE) as staging:
            if self.adapter == "lora":
                self.network.save_pretrained(str(staging), save_embedding_layers=False)
            else:
                with no_bars():
                    self.network.save_pretrained(str(staging))
                self.tokenizer.save_pretrained(str(staging))
            (staging / "README.md").write_text(card, encoding="utf-8")
            if self.adapter == "full":
                write_json(staging / _FULL_FILE, {"base_hash": self.base_hash})

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


def load_model(base: str, *, rank: int = 8, adapter_seed: int = 0, adapter: Adapter = "lora") -> AdapterModel:
    """Load a base model in fp32, with an untrained adapter on all its linear layers or ready to train whole.

    There is one copy per process, handed out again for the same arguments: set its weights before use.

    Args:
        base: Folder of a causal or seq2seq model, or a hub id in the cache.
        rank: LoRA rank; alpha is twice the rank.
        adapter_seed: Public seed of the A factors; equal in all silos.
        adapter: lora, or full to train all weights.

    Raises:
        ModelError: Not loadable, or not trainable record by record; the message says why.
    """
    if adapter == "full":  # neither rank nor seed matters to it
        return _loaded(base, 0, 0, adapter)
    model = _loaded(base, rank, adapter_seed, adapter)
    model.choose("B")
    return model


def model_for(settings: TrainingSettings) -> AdapterModel:
    """The model of a training; see `load_model`."""
    return load_model(
        settings.base, rank=settings.rank, adapter_seed=settings.adapter_seed, adapter=settings.adapter
    )


@lru_cache(maxsize=1)
def _loaded(base: str, rank: int, adapter_seed: int, adapter: Adapter) -> AdapterModel:
    loaded, tokenizer, seq2seq = load_base(base)
    repaired = check_network(loaded, adapter)
    network = loaded
    if adapter == "lora":
        network = _with_adapter(loaded, rank, seq2seq, adapter_seed)
    if torch.cuda.is_available():
        network.to("cuda")
    return AdapterModel(
        network,
        tokenizer,
        base=base,
        adapter=adapter,
        seq2seq=seq2seq,
        base_hash=hash_base(base, loaded),
        repaired=repaired,
    )


def _array(parameter: torch.nn.Parameter) -> npt.NDArray[np.float32]:
    """A copy of a parameter."""
    return np.array(parameter.detach().to("cpu", torch.float32).numpy(), np.float32)


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


def _with_adapter(loaded: Any, rank: int, seq2seq: bool, adapter_seed: int) -> Any:
    """A PEFT model whose A factors follow a public seed, and of which nothing but the B factors trains."""
    config = LoraConfig(
        task_type="SEQ_2_SEQ_LM" if seq2seq else "CAUSAL_LM",
        target_modules="all-linear",
        r=rank,
        lora_alpha=2 * rank,
        lora_dropout=0.0,
    )
    try:
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            warnings.simplefilter("ignore")  # on the orientation of GPT-2's layers, which peft mends itself
            network = get_peft_model(loaded, config)
    except (ValueError, RuntimeError) as fault:
        raise ModelError(f"base model: takes no LoRA adapter ({type(fault).__name__})") from None
    network.requires_grad_(False)
    network.eval()
    generator = torch.Generator().manual_seed(adapter_seed)
    for name, module in sorted(network.named_modules()):
        if name.endswith(".lora_A.default"):
            bound = module.weight.shape[1] ** -0.5  # as peft draws it: Kaiming uniform, a = sqrt(5)
            drawn = torch.empty(module.weight.shape).uniform_(-bound, bound, generator=generator)
            with torch.no_grad():
                module.weight.copy_(drawn)
        elif name.endswith(".lora_B.default"):
            module.weight.requires_grad_(True)
    return network
