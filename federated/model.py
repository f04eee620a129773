"""The base model and what trains of it: a LoRA adapter whose A factors are frozen, or all weights (torch).

With the same A in every silo, averaging B is exact, and noise on B enters the product once, not squared. Full
fine-tuning averages the weights themselves.

Source: FFA-LoRA, Sun et al. 2024, arXiv:2403.12313.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from privgen.errors import MissingExtraError, ModelError
from privgen.federated.aggregation import Factors, trained
from privgen.federated.base import hash_base, load_base, no_bars
from privgen.federated.batches import causal_batch, seq2seq_batch
from privgen.federated.lora import with_adapter
from privgen.federated.preflight import Preflight, check_network, preflight
from privgen.federated.settings import Adapter, TrainingSettings, Weights
from privgen.federated.silo import Encoder, Example
from privgen.files import staged_folder, write_json

try:
    import torch
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
        if self.seq2seq:
            start = int(self.network.config.decoder_start_token_id)
            batch, labels = seq2seq_batch(rows, self._pad, start, self.device)
        else:
            batch, labels = causal_batch(rows, self._pad, self.device, positions=self._positions)
        logits = self.network(**batch, use_cache=False).logits  # (B, T, vocabulary)
        row, place = (labels >= 0).nonzero(as_tuple=True)
        losses = torch.nn.functional.cross_entropy(
            logits[row, place].float(), labels[row, place], reduction="none"
        )
        lengths = torch.tensor([len(example.target) for example in rows], device=losses.device)
        return losses.new_zeros(len(rows)).index_add(0, row, losses) / lengths

    def mean_loss(self, rows: Sequence[Example], micro_batch: int) -> float:
        """Mean of `record_losses` over one or more rows, `micro_batch` at a time, without gradients."""
        starts = range(0, len(rows), micro_batch)
        return sum(sum(self.losses(rows[at : at + micro_batch])) for at in starts) / len(rows)

    def losses(self, rows: Sequence[Example]) -> list[float]:
        """`record_losses` of one or more rows in one pass, without gradients."""
        with torch.no_grad():
            found: list[float] = self.record_losses(rows).double().tolist()
        return found

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
        network = with_adapter(loaded, rank, seq2seq, adapter_seed)
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
