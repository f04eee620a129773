"""What a training says of itself: `plan.json` beside the adapter, and the adapter's README."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from privgen.federated.aggregation import as_statement

if TYPE_CHECKING:
    from privgen.federated.training import Training

_MERCHANTS = (2, 3, 5, 10)


def plan_file(training: Training) -> dict[str, Any]:
    """Plan, claim and everything public that shaped the weights."""
    unsafe = training.unsafe()
    plan, settings = training.plan, training.settings
    return {
        "plan": plan.to_json(),
        "plan_id": plan.plan_id,
        "claim": plan.claim(unsafe_seed=unsafe),
        "unsafe": unsafe,
        "planned_epsilon_composed": {
            str(k): plan.composed_epsilon(k) for k in _MERCHANTS if k <= len(training.silos)
        },
        "aggregation": as_statement(training.rules.aggregation, settings.adapter),
        "gradients": training.model.preflight.way,
        "repaired": list(training.model.preflight.repaired),
        "participation": _participation(training),
        "validation": training.judge.statement(training.state.best, training.base_loss),
        "rules": training.rules.to_json(),
        "settings": settings.to_json(),
        "base_hash": training.model.base_hash,
        "merchants": [silo.merchant_id for silo in training.silos],
    }


def card(training: Training) -> str:
    """README of the adapter."""
    claim = training.plan.claim(unsafe_seed=training.unsafe())
    return f"# Adapter, federated over {len(training.silos)} merchants\n\n{claim}\n"


def _participation(training: Training) -> str:
    per_round, silos = training.rules.silos_per_round, len(training.silos)
    if per_round is None or per_round >= silos:
        return "all silos in every round"
    return (
        f"{per_round} of {silos} silos a round, those asked least first, ties drawn at random; "
        "noise is for the most rounds of a silo, and nothing is claimed for the drawing"
    )
