"""Whether a merchant's budget allows what is about to be charged to its ledger."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from privgen.errors import BudgetExhausted, LedgerError
from privgen.federated.accounting import pld_epsilon
from privgen.federated.ledger_entry import Entry, Purpose, charged_events
from privgen.federated.plan import PrivacyPlan


def check_budget(
    path: Path,
    reserved: Sequence[Entry],
    plan: PrivacyPlan,
    steps: int,
    purpose: Purpose,
    instance: str | None,
) -> int:
    """Check that `steps` more steps pass neither the plan's number of them nor its target epsilon.

    Args:
        path: The ledger, for messages.
        reserved: Its reservations.
        plan: What is about to run.
        steps: Training steps or validations.
        purpose: Which of the two.
        instance: Of banded noise, the run that the steps belong to.

    Returns:
        How many steps of the plan, or of the run, came before.

    Raises:
        BudgetExhausted: They would.
        LedgerError: The ledger counts another privacy unit.
    """
    if any(entry["privacy_unit"] != plan.privacy_unit for entry in reserved):
        raise LedgerError(
            f"{path}: counts another privacy unit than {plan.privacy_unit}; "
            "a ledger never mixes units, plan with the ledger's unit"
        )
    used = used_steps(reserved, plan, purpose, instance)
    planned, word = (plan.steps, "steps") if purpose == "training" else (plan.validations, "validations")
    if used + steps > planned:
        raise BudgetExhausted(
            f"{path}: {used} of the plan's {planned} {word} are used, {steps} more would pass them; "
            f"{purpose} stops here"
        )
    if instance is not None and used:  # its first step paid for all of them
        return used
    event = plan.event(steps) if purpose == "training" else plan.validation_event(steps)
    epsilon = pld_epsilon([*charged_events(reserved), event], plan.delta)
    if not epsilon <= plan.target_epsilon:
        raise BudgetExhausted(
            f"{path}: {steps} more {word} would make epsilon {epsilon:.4f} of the planned "
            f"{plan.target_epsilon:g} at delta {plan.delta:g}; {purpose} stops here"
        )
    return used


def used_steps(reserved: Sequence[Entry], plan: PrivacyPlan, purpose: Purpose, instance: str | None) -> int:
    """Steps of the plan (of banded noise, of the run) that were reserved for a purpose."""
    return sum(
        int(entry["steps"])
        for entry in reserved
        if entry["plan_id"] == plan.plan_id
        and entry.get("purpose", "training") == purpose
        and entry.get("instance") == instance
    )
