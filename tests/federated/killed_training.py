"""A training in another process that tells how far it is, to be killed."""

from __future__ import annotations

from multiprocessing.connection import Connection
from pathlib import Path

import torch
from federated_models import make_plan

from privgen.federated import FederatedResult, Silo, simulate
from privgen.progress import Progress, silent

ROUNDS = 40


def train(
    folder: Path, *, rounds: int = ROUNDS, workers: int | None = None, progress: Progress = silent
) -> FederatedResult:
    """Go on with the training in `folder`, of the silos whose records are there."""
    silos = [Silo(path.stem, path) for path in sorted(folder.glob("*.jsonl"))]
    return simulate(
        silos,
        make_plan(steps=400, target_epsilon=1e9),
        str(folder / "base"),
        folder / "out",
        rounds=rounds,
        steps_per_round=1,
        rank=4,
        min_customers=5,
        workers=workers,
        progress=progress,
    )


def train_and_tell(pipe: Connection, folder: Path, workers: int | None = None) -> None:
    """Send the number of rounds done, round by round."""
    torch.set_num_threads(1)
    train(folder, workers=workers, progress=lambda done, total, label: pipe.send(int(done)))
    pipe.close()
