"""A training in another process that tells how far it is, to be killed."""

from __future__ import annotations

from multiprocessing.connection import Connection
from pathlib import Path

import torch
from federated_models import make_plan

import privgen.federated.engines
import privgen.federated.flower_app
import privgen.federated.opacus_step  # noqa: F401 - loaded once, in the fork server
from privgen.federated import FederatedResult, Silo, simulate
from privgen.progress import Progress, silent

ROUNDS = 40


def train(folder: Path, progress: Progress = silent) -> FederatedResult:
    """Go on with the training in `folder`."""
    silos = [Silo(name, folder / f"{name}.jsonl") for name in ("alpine", "harbour")]
    return simulate(
        silos,
        make_plan(steps=400, target_epsilon=1e9),
        str(folder / "base"),
        folder / "out",
        rounds=ROUNDS,
        steps_per_round=1,
        rank=4,
        min_customers=5,
        progress=progress,
    )


def train_and_tell(folder: Path, pipe: Connection) -> None:
    """Send the number of rounds done, round by round."""
    torch.set_num_threads(1)
    train(folder, lambda done, total, label: pipe.send(int(done)))
    pipe.close()
