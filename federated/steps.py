"""What a silo's steps carry over from round to round, and who takes part in which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from privgen.errors import PlanError
from privgen.federated.clipping import Clipper, clipper_of
from privgen.federated.ledger import Ledger
from privgen.federated.noise_state import NoiseRun, open_run
from privgen.federated.partition import commitment, held_out, turn_of
from privgen.federated.plan import PrivacyPlan
from privgen.federated.randomness import RandomSource
from privgen.federated.silo import SiloRecords
from privgen.federated.step_noise import IndependentNoise, StepNoise

Offsets = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of a round: their clipping, their noise, and the units of each.

    Args:
        clipper: The clipping rule, with the bound that the round starts with.
        noise: The noise.
        turns: Units that may join, by turn; step t has turn t modulo their number.
        first_step: Number of the round's first step.
        run: Of banded noise, the run.
    """

    clipper: Clipper
    noise: StepNoise
    turns: Sequence[Sequence[Offsets]]
    first_step: int = 0
    run: NoiseRun | None = None

    def units(self, step: int) -> Sequence[Offsets]:
        """Units that may join a step of the round, which counts from 0."""
        return self.turns[(self.first_step + step) % len(self.turns)]

    @property
    def instance(self) -> str | None:
        """Id of the run, of banded noise."""
        return self.run.instance if self.run else None

    def keep(self, plan: PrivacyPlan) -> float | None:
        """Make durable what the next round needs, before the ledger is told of the end.

        Returns:
            The bound for the ledger, of adaptive clipping.
        """
        if self.run is not None:
            self.run.keep(plan)
        return self.clipper.bound if plan.clipping == "adaptive" else None


def plain_steps(plan: PrivacyPlan, records: SiloRecords) -> Steps:
    """The first steps of a plan without a ledger: nothing is carried over.

    Raises:
        PlanError: The plan's noise is correlated, which wants a ledger.
    """
    if plan.noise != "independent":
        raise PlanError("noise: banded noise wants a ledger, and its state beside it")
    return Steps(clipper_of(plan), IndependentNoise(), (records.units(plan.privacy_unit),))


def open_steps(
    plan: PrivacyPlan, ledger: Ledger, records: SiloRecords, key: bytes, size: int, source: RandomSource
) -> Steps:
    """The next steps of a plan in a ledger, which the caller holds locked.

    Args:
        plan: The plan.
        ledger: The merchant's.
        records: The merchant's; held-out customers are left out here.
        key: Places the customers.
        size: Number of weights that train.
        source: Random numbers of the round.

    Raises:
        LedgerError: The state of correlated noise is not that of the ledger.
    """
    if plan.holdout:
        aside = held_out(key, plan.holdout)
        records = records.part(lambda customer: not aside(customer))
    clipper = clipper_of(plan, ledger.clip_norm(plan.plan_id))
    if plan.noise == "independent":
        return Steps(clipper, IndependentNoise(), (records.units(plan.privacy_unit),))
    run = open_run(ledger, plan, commitment(key), size, source)
    turn = turn_of(key, plan.bands)
    turns = [records.part(partial(_has, turn, at)).units(plan.privacy_unit) for at in range(plan.bands)]
    return Steps(clipper, run.noise, turns, run.noise.position, run)


def _has(turn: Callable[[str], int], at: int, customer_id: str) -> bool:
    return turn(customer_id) == at
