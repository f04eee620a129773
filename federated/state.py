"""What a training keeps on disk between rounds, so that it can go on after a kill.

`state.safetensors` holds the weights, the best round's weights, the server optimiser's state, the number of
rounds done and what they were made of, in one file that is replaced whole. It is written after the round's
history line; lines beyond it are dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from privgen.errors import DataError
from privgen.federated.settings import Weights
from privgen.files import read_jsonl, write_jsonl

STATE, HISTORY = "state.safetensors", "history.jsonl"
_MOMENTS, _BEST = "moments/", "best/"


@dataclass(frozen=True, slots=True)
class Best:
    """The round that did best on public validation records.

    Args:
        server_round: 1 for the first.
        loss: Its validation loss.
        validation: Hash of the validation records.
        weights: Its weights.
    """

    server_round: int
    loss: float
    validation: str
    weights: Weights


@dataclass(frozen=True, slots=True)
class State:
    """A training between two rounds.

    Args:
        rounds_done: 0 for a new one.
        weights: Adapter weights.
        history: One object per round.
        moments: State of the server's optimiser.
        best: The best round so far, where there are validation records.
    """

    rounds_done: int
    weights: Weights
    history: tuple[dict[str, Any], ...]
    moments: Weights = field(default_factory=dict)
    best: Best | None = None


def load_state(out: Path, fingerprint: str, initial: Weights) -> State:
    """The state of the training with this fingerprint; a new one where `out` holds none, or another's.

    Args:
        out: The training's folder.
        fingerprint: Hash of plan, settings, base model and silos' records.
        initial: Weights of a new training.

    Raises:
        DataError: The state or the history cannot be read.
    """
    from privgen.federated.weights_file import read_weights

    if not (out / STATE).exists():
        return State(0, initial, ())
    weights, metadata = read_weights(out / STATE)
    if metadata.get("fingerprint") != fingerprint:
        return State(0, initial, ())
    try:
        done, best = int(metadata["rounds_done"]), _best(metadata, _part(weights, _BEST))
    except (KeyError, ValueError):
        raise DataError(f"{out / STATE}: not a training state; delete it to start anew") from None
    lines = list(read_jsonl(out / HISTORY)) if (out / HISTORY).exists() else []
    history = tuple(line for line in lines if line["server_round"] <= done)
    return State(done, _part(weights, ""), history, _part(weights, _MOMENTS), best)


def save_state(out: Path, fingerprint: str, state: State) -> None:
    """Write history, then state; a kill in between redoes the round, at its price."""
    from privgen.federated.weights_file import save_weights

    write_jsonl(out / HISTORY, state.history)
    metadata = {"fingerprint": fingerprint, "rounds_done": str(state.rounds_done)}
    tensors = state.weights | {_MOMENTS + name: value for name, value in state.moments.items()}
    if state.best is not None:
        tensors |= {_BEST + name: value for name, value in state.best.weights.items()}
        metadata |= {"best_round": str(state.best.server_round), "best_loss": repr(state.best.loss)}
        metadata["validation"] = state.best.validation
    save_weights(out / STATE, tensors, metadata)


def _best(metadata: dict[str, str], weights: Weights) -> Best | None:
    if not weights:
        return None
    return Best(int(metadata["best_round"]), float(metadata["best_loss"]), metadata["validation"], weights)


def _part(tensors: Weights, prefix: str) -> Weights:
    """Those of one kind, without its prefix; the weights themselves have none."""
    if prefix:
        return {n.removeprefix(prefix): value for n, value in tensors.items() if n.startswith(prefix)}
    return {name: value for name, value in tensors.items() if not name.startswith((_MOMENTS, _BEST))}
