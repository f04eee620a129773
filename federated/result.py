"""What a training leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from privgen.federated.ledger import PrivacySpend


@dataclass(frozen=True, slots=True)
class FederatedResult:
    """What a training left behind; all of it may leave the silos.

    Args:
        adapter: PEFT adapter folder; after full fine-tuning a whole model.
        rounds_done: Rounds in the adapter, earlier runs of the same training included.
        stopped: None, or why training ended before its last round.
        spends: Merchant to what its ledger has spent so far, over all plans and runs.
        epsilon_composed: Number k of merchants to epsilon of a customer of any k of them, at most.
        unsafe: Whether any noise came from a fixed seed; then no figure above promises anything.
        history: JSON Lines, one object per round.
        best_round: The round whose weights the adapter holds, where validation chose it.
        validation_loss: Its loss, in nats per token; on held-out customers, the noised one.
    """

    adapter: Path
    rounds_done: int
    stopped: str | None
    spends: dict[str, PrivacySpend]
    epsilon_composed: dict[int, float]
    unsafe: bool
    history: Path
    best_round: int | None = None
    validation_loss: float | None = None
