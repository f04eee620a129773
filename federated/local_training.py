"""One silo's part of a round: reserve in the ledger, take the noisy steps, commit, hand the change on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from privgen.federated.aggregation import Factors
from privgen.federated.ledger import Ledger
from privgen.federated.partition import customer_key
from privgen.federated.plan import PrivacyPlan
from privgen.federated.settings import TrainingSettings, Weights
from privgen.federated.silo import Silo, open_records


@dataclass(frozen=True, slots=True)
class Task:
    """What the server asks of a silo in a round.

    Args:
        server_round: 1 for the first.
        weights: Adapter weights to start from.
        factors: Which of them train.
        proximal_mu: FedProx' pull towards them; 0 for none.
    """

    server_round: int
    weights: Weights
    factors: Factors
    proximal_mu: float = 0.0


def local_training(
    silo: Silo,
    ledgers: Path,
    plan: PrivacyPlan,
    settings: TrainingSettings,
    task: Task,
) -> Weights:
    """Take one silo's steps of a round.

    Returns:
        The change of the factors that were trained, which the plan's noise protects.

    Raises:
        BudgetExhausted: The round would pass the budget; nothing was done.
        PrivgenError: The silo cannot take part; what was reserved stays charged.
    """
    from privgen.federated.model import model_for
    from privgen.federated.opacus_step import private_steps
    from privgen.federated.randomness import random_source
    from privgen.federated.steps import open_steps

    records = open_records(silo)
    model = model_for(settings)
    model.choose(task.factors)
    model.set_weights(task.weights)
    settings = dataclasses.replace(settings, proximal_mu=task.proximal_mu)
    ledger = Ledger.open(ledgers / f"{silo.merchant_id}.jsonl")
    source = random_source(settings.seed, silo.merchant_id, task.server_round)
    key = customer_key(ledger.path, silo.merchant_id, settings.seed)
    size = sum(parameter.numel() for parameter in model.parameters.values())
    with ledger.locked():
        steps = open_steps(plan, ledger, records, key, size, source)
        entry = ledger.reserve(
            plan,
            steps=settings.steps_per_round,
            server_round=task.server_round,
            data_fingerprint=records.fingerprint(ledger.path),
            unsafe=source.unsafe,
            instance=steps.instance,
        )
        private_steps(model, records, plan, settings, source, steps)
        ledger.commit(entry, clip_norm=steps.keep(plan))
    return {name: value - task.weights[name] for name, value in model.weights().items()}
