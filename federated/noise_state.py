"""The state of correlated noise on the merchant's disk, so that a run goes on after a restart or a kill.

`<merchant>.<run>.noise` holds the last rows of noise and how many there were; <run> is a hash of plan,
customer key and number of weights, so that a training under others, which may be refused, leaves it alone. It
is a secret as long as its rows matter, and never repeats: each row's fresh part is drawn from the operating
system when it is used. The order is: reserve in the ledger, take the steps, write the state, commit, hand the
result on. So

- steps that were reserved and are not in the state were seen by nobody: their rows are drawn and forgotten,
  the steps are used up, and the run goes on behind them;
- a state that is behind a commit, or ahead of the ledger, is an older copy of one of the two: refused;
- without a state, as under another customer key, plan or number of weights, a new run begins, charged as a
  whole again.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from privgen.errors import DataError, LedgerError
from privgen.federated.ledger import Ledger
from privgen.federated.plan import PrivacyPlan
from privgen.federated.randomness import RandomSource
from privgen.federated.step_noise import Array, BandedNoise
from privgen.federated.weights_file import read_weights, save_weights
from privgen.files import sha256_text


@dataclass(frozen=True, slots=True)
class NoiseRun:
    """A run with correlated noise: its place on disk, its id, and what it belongs to.

    Args:
        path: Of the state.
        instance: Id of the run, which the ledger's lines name.
        belongs_to: Customer key (its commitment) and number of weights.
        noise: The noise, at the next step.
    """

    path: Path
    instance: str
    belongs_to: str
    noise: BandedNoise

    def keep(self, plan: PrivacyPlan) -> None:
        """Write the state, durably; after a run's last step, without what would be secret."""
        rows = self.noise.rows if self.noise.position < plan.steps else ()
        metadata = {"instance": self.instance, "belongs_to": self.belongs_to}
        metadata |= {"position": str(self.noise.position), "rows": str(len(rows))}
        tensors = {f"{place:06d}": row for place, row in enumerate(rows)}
        tensors["position"] = np.array([self.noise.position], np.float32)  # a file of no arrays is none
        save_weights(self.path, tensors, metadata, secret=True)


def open_run(ledger: Ledger, plan: PrivacyPlan, key: str, size: int, source: RandomSource) -> NoiseRun:
    """The run of a plan in a ledger, at its next step; a new one where none can go on.

    Args:
        ledger: Locked by the caller.
        plan: With banded noise.
        key: Commitment to the key that gives customers their turns.
        size: Number of weights that train.
        source: Draws the rows of steps that a crash took.

    Raises:
        LedgerError: The state cannot be read, or state and ledger are not of one time.
    """
    belongs_to = f"{key} {size}"
    name = sha256_text(f"{plan.plan_id} {belongs_to}")[:16]
    path = ledger.path.with_suffix(f".{name}.noise")
    if path.exists():
        run = _read(path, plan, belongs_to)
    else:
        run = NoiseRun(path, secrets.token_hex(16), belongs_to, BandedNoise(plan.bands))
        run.keep(plan)  # before the ledger knows of it: a crash here has charged nothing
    reserved, committed = ledger.run_steps(run.instance)
    if not committed <= run.noise.position <= reserved:
        raise LedgerError(
            f"{path}: is at step {run.noise.position}, its ledger committed {committed} and reserved "
            f"{reserved}: one of them is an older copy; restore both, or delete this file to pay anew"
        )
    run.noise.skip(reserved - run.noise.position, size, source)
    if run.noise.position == plan.steps:
        run.keep(plan)  # a crash took the last steps: nothing is left that would be secret
    return run


def _read(path: Path, plan: PrivacyPlan, belongs_to: str) -> NoiseRun:
    """The run in a file."""
    try:
        tensors, metadata = read_weights(path)
        rows: list[Array] = [tensors[f"{place:06d}"] for place in range(int(metadata["rows"]))]
        position = int(metadata["position"])
        wanted = min(position, plan.bands - 1) if position < plan.steps else 0
        if metadata["belongs_to"] != belongs_to or position < 0 or len(rows) != wanted:
            raise ValueError
        return NoiseRun(path, metadata["instance"], belongs_to, BandedNoise(plan.bands, position, rows))
    except (DataError, KeyError, ValueError):
        raise LedgerError(
            f"{path}: not a state of noise; restore it, or delete it to pay for a new run"
        ) from None
