"""Validation on customers who never train: a noised loss per silo and round, charged to the silo's ledger.

A held-out customer (with the unit record, each record of one) counts with its mean loss, clamped to
[0, bound] and brought to [-1/2, 1/2], and with 1/2 for being there: a vector of length root 1/2 at most.
Both sums get Gaussian noise of `validation_noise` times
that, are charged as one Gaussian mechanism and then let out; pooling them, comparing rounds and keeping the
best is post-processing. Which customers are held out follows from a keyed hash of each id (`partition`).

A customer either trains or validates, so the sum of both costs, which the ledger charges, is an upper bound;
it holds too where another run's key or share puts the customer on the other side.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from privgen.federated.ledger import Ledger
from privgen.federated.local_training import Task
from privgen.federated.partition import customer_key, held_out
from privgen.federated.plan import PrivacyPlan
from privgen.federated.settings import TrainingSettings
from privgen.federated.silo import Example, Silo, SiloRecords, open_records

if TYPE_CHECKING:
    from privgen.federated.model import AdapterModel
    from privgen.federated.randomness import RandomSource

RULE = (
    "lowest mean loss on held-out customers of the silos; each silo's figure is noised and charged to its "
    "ledger, and choosing by it costs nothing more"
)
_LENGTH = math.sqrt(0.5)  # of the vector that a customer adds to the sums, at most
_SURE = 8.0  # standard deviations of noise that an honest figure stays within


@dataclass(frozen=True, slots=True)
class NoisedLoss:
    """What a silo lets out of a validation.

    Args:
        loss: Noised sum over held-out customers of clamped loss over bound, less a half.
        count: Noised half of their number.
    """

    loss: float
    count: float


def noised_loss(
    silo: Silo, ledgers: Path, plan: PrivacyPlan, settings: TrainingSettings, task: Task
) -> NoisedLoss:
    """Judge a round's weights on one silo's held-out customers: reserve, compute, noise, commit.

    Raises:
        BudgetExhausted: The plan's validations are used up; nothing was done.
        PrivgenError: The silo cannot take part; what was reserved stays charged.
    """
    from privgen.federated.model import model_for
    from privgen.federated.randomness import random_source

    records, model = open_records(silo), model_for(settings)
    ledger = Ledger.open(ledgers / f"{silo.merchant_id}.jsonl")
    source = random_source(settings.seed, silo.merchant_id, task.server_round, "validation")
    key = customer_key(ledger.path, silo.merchant_id, settings.seed)
    with ledger.locked():
        entry = ledger.reserve(
            plan,
            steps=1,
            server_round=task.server_round,
            data_fingerprint=records.fingerprint(ledger.path),
            unsafe=source.unsafe,
            purpose="validation",
        )
        model.set_weights(task.weights)
        losses = unit_losses(records.part(held_out(key, plan.holdout)), model, plan, settings)
        found = release(losses, plan, source)
        ledger.commit(entry)
    return found


def unit_losses(
    records: SiloRecords, model: AdapterModel, plan: PrivacyPlan, settings: TrainingSettings
) -> list[float]:
    """Mean loss of each unit's first records in nats per token; none of a unit whose records do not fit.

    Each figure depends on its own unit only.
    """
    losses: list[list[float]] = []
    rows: list[tuple[int, Example]] = []
    for unit in _encoded(records, model, plan, settings):
        losses.append([])
        rows += [(len(losses) - 1, example) for example in unit]
        while len(rows) >= settings.micro_batch:
            _judge(rows[: settings.micro_batch], losses, model)
            rows = rows[settings.micro_batch :]
    if rows:
        _judge(rows, losses, model)
    return [math.fsum(found) / len(found) for found in losses]


def release(losses: list[float], plan: PrivacyPlan, source: RandomSource) -> NoisedLoss:
    """Noised sums of the customers' clamped losses; a loss that is no number counts as the bound."""
    bound = plan.validation_bound
    clamped = [min(max(loss, 0.0), bound) if loss == loss else bound for loss in losses]
    sums = (math.fsum(loss / bound - 0.5 for loss in clamped), 0.5 * len(clamped))
    deviation = plan.validation_noise * _LENGTH
    noise = source.normal(2)
    return NoisedLoss(sums[0] + deviation * float(noise[0]), sums[1] + deviation * float(noise[1]))


def usable(figure: NoisedLoss, plan: PrivacyPlan) -> bool:
    """Whether an honest silo can have sent a figure."""
    slack = 2.0 * _SURE * plan.validation_noise * _LENGTH
    return math.isfinite(figure.count) and abs(figure.loss) <= max(figure.count, 0.0) + slack


def pooled_loss(figures: Mapping[str, NoisedLoss], plan: PrivacyPlan) -> float | None:
    """Mean loss over all silos' held-out customers; None where noise hides how many they are."""
    count = math.fsum(figure.count for figure in figures.values())
    deviation = plan.validation_noise * _LENGTH * math.sqrt(len(figures))
    if not figures or count <= 2.0 * deviation:
        return None
    share = 0.5 + 0.5 * math.fsum(figure.loss for figure in figures.values()) / count
    return plan.validation_bound * min(max(share, 0.0), 1.0)


def _encoded(
    records: SiloRecords, model: AdapterModel, plan: PrivacyPlan, settings: TrainingSettings
) -> Iterator[list[Example]]:
    encoder = model.encoder(settings.max_length)
    for offsets in records.units(plan.privacy_unit):
        found = (
            encoder.encode(record, [True] * len(record.prompt.signals))
            for record in records.read(offsets[: plan.records_per_unit])
        )
        unit = [example for example in found if example is not None]
        if unit:
            yield unit


def _judge(rows: list[tuple[int, Example]], losses: list[list[float]], model: AdapterModel) -> None:
    found = model.losses([example for _, example in rows])
    for (place, _), loss in zip(rows, found, strict=True):
        losses[place].append(loss)
