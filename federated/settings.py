"""How a silo trains besides its privacy plan; every field is public and none changes the guarantee."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from privgen.errors import ConfigError

Weights = dict[str, npt.NDArray[np.float32]]
"""Trainable weights by name, fp32: the B factors and the A factors where those train, or all of a model's."""

Adapter = Literal["lora", "full"]
"""What trains: the factors of a LoRA adapter, or all weights."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingSettings:
    """Settings of local training.

    Args:
        base: Base model, folder or hub id.
        adapter: lora, or full to train all weights of the model.
        rank: LoRA rank, 1 or more.
        adapter_seed: Public seed of the frozen A factors; equal in all silos.
        steps_per_round: Noisy steps per round, 1 or more.
        learning_rate: Of the local Adam optimiser, which starts afresh every round.
        max_length: Most tokens of a record.
        signal_dropout: Probability in [0, 1) that a signal of a record is left out of its prompt, so that
            taking a signal away stays within what the model knows.
        micro_batch: Most records in one forward pass, unless one unit has more.
        proximal_mu: Pull towards the round's first weights (FedProx), 0 for none.
        seed: None, or the fixed seed of sampling and noise that makes everything UNSAFE.

    Raises:
        ConfigError: A field is out of range; the message names it.
    """

    base: str
    adapter: Adapter = "lora"
    rank: int = 8
    adapter_seed: int = 0
    steps_per_round: int = 1
    learning_rate: float = 1e-3
    max_length: int = 512
    signal_dropout: float = 0.3
    micro_batch: int = 16
    proximal_mu: float = 0.0
    seed: int | None = None

    def __post_init__(self) -> None:
        """Check the ranges."""
        if self.adapter not in ("lora", "full"):
            raise ConfigError("train: adapter: wants lora or full")
        for name in ("rank", "steps_per_round", "max_length", "micro_batch"):
            if getattr(self, name) < 1:
                raise ConfigError(f"train: {name}: wants 1 or more")
        if not 0.0 < self.learning_rate < float("inf"):
            raise ConfigError("train: learning_rate: wants a finite number above 0")
        if not 0.0 <= self.proximal_mu < float("inf"):
            raise ConfigError("train: proximal_mu: wants a finite number, 0 or more")
        if not 0.0 <= self.signal_dropout < 1.0:
            raise ConfigError("train: signal_dropout: wants a number in [0, 1)")

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return dataclasses.asdict(self)
