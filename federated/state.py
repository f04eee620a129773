"""What a training keeps on disk between rounds, so that it can go on after a kill.

`state.safetensors` holds the weights, the number of rounds done and what they were made of, in one file
that is replaced whole. It is written after the round's history line; lines beyond it are dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privgen.errors import DataError
from privgen.federated.settings import Weights
from privgen.files import read_jsonl, write_jsonl

STATE, HISTORY = "state.safetensors", "history.jsonl"


@dataclass(frozen=True, slots=True)
class State:
    """A training between two rounds.

    Args:
        rounds_done: 0 for a new one.
        weights: B factors.
        history: One object per round.
    """

    rounds_done: int
    weights: Weights
    history: tuple[dict[str, Any], ...]


def load_state(out: Path, fingerprint: str, initial: Weights) -> State:
    """The state of the training with this fingerprint; a new one where `out` holds none, or another's.

    Args:
        out: The training's folder.
        fingerprint: Hash of plan, settings, base model and silos' records.
        initial: Weights of a new training.

    Raises:
        DataError: The state or the history cannot be read.
    """
    from privgen.federated.model import read_weights

    if not (out / STATE).exists():
        return State(0, initial, ())
    weights, metadata = read_weights(out / STATE)
    if metadata.get("fingerprint") != fingerprint:
        return State(0, initial, ())
    try:
        done = int(metadata["rounds_done"])
    except (KeyError, ValueError):
        raise DataError(f"{out / STATE}: not a training state; delete it to start anew") from None
    lines = list(read_jsonl(out / HISTORY)) if (out / HISTORY).exists() else []
    return State(done, weights, tuple(line for line in lines if line["server_round"] <= done))


def save_state(out: Path, fingerprint: str, state: State) -> None:
    """Write history, then state; a kill in between redoes the round, at its price."""
    from privgen.federated.model import save_weights

    write_jsonl(out / HISTORY, state.history)
    save_weights(
        out / STATE, state.weights, {"fingerprint": fingerprint, "rounds_done": str(state.rounds_done)}
    )
