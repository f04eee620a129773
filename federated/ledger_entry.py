"""The lines of a ledger: what a reservation holds, what a commit repeats, and the events they amount to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from privgen.errors import PlanError
from privgen.federated.accounting import BANDED_GAUSSIAN, PrivacyEvent
from privgen.federated.chain import Chain
from privgen.federated.mechanisms import step_noise_multiplier
from privgen.federated.plan import PrivacyPlan

FORMAT = 1
"""Version of the lines."""

Entry = dict[str, Any]
Purpose = Literal["training", "validation"]
"""What a reservation pays for; ledgers of version 0.2 and before know training only."""


def plan_fields(plan: PrivacyPlan, purpose: Purpose = "training") -> Entry:
    """What a line says of its plan: enough to recompute epsilon without the plan."""
    event = plan.event() if purpose == "training" else plan.validation_event()
    return {
        "event": event.event,
        "purpose": purpose,
        "noise_multiplier": event.noise_multiplier,
        "sample_rate": event.sample_rate,
        "privacy_unit": plan.privacy_unit,
        "neighboring_relation": plan.neighboring_relation,
        "records_per_unit": plan.records_per_unit,
        "delta": plan.delta,
        "target_epsilon": plan.target_epsilon,
        "planned_steps": plan.steps if purpose == "training" else plan.validations,
        "plan_id": plan.plan_id,
        **(_step_fields(plan) if purpose == "training" else _validation_fields(plan)),
    }


def event_of(entry: Entry) -> PrivacyEvent:
    """The privacy event of a line; of banded noise, that of the whole run that the line belongs to.

    Raises:
        PlanError: It cannot be accounted for.
        KeyError: A field is missing.
    """
    steps = entry["steps"]
    if entry["event"] == BANDED_GAUSSIAN:
        steps = min(steps, 1) if isinstance(steps, int) else steps
    return PrivacyEvent(entry["event"], entry["noise_multiplier"], entry["sample_rate"], steps)


def charged_events(entries: Iterable[Entry]) -> list[PrivacyEvent]:
    """What reservations cost, in order: each its steps; of a run with banded noise, the first all of it."""
    events, runs = [], set()
    for entry in entries:
        if entry["event"] != BANDED_GAUSSIAN:
            events.append(event_of(entry))
        elif entry["instance"] not in runs:
            runs.add(entry["instance"])
            events.append(event_of(entry))
    return events


def open_reservations(chain: Chain) -> dict[str, Entry]:
    """Reservations that no commit has followed, by id."""
    found: dict[str, Entry] = {}
    for entry in chain.entries:
        if entry["state"] == "reserved":
            found[entry["hash"]] = entry
        else:
            del found[entry["reservation"]]
    return found


def check_instance(plan: PrivacyPlan, instance: str | None, purpose: Purpose) -> None:
    """Check that training steps with banded noise, and nothing else, name the run that they belong to.

    Raises:
        PlanError: They do not.
    """
    wanted = plan.noise == "banded" and purpose == "training"
    known = isinstance(instance, str) and instance.isalnum()
    if wanted != known or (instance is not None and not known):
        raise PlanError(
            "instance: wants the id of the run's noise for steps with banded noise, and none for all else"
        )


def _step_fields(plan: PrivacyPlan) -> Entry:
    """How the steps clip and noise: what the mechanism's noise multiplier is made of."""
    fields: Entry = {
        "clipping": plan.clipping,
        "noise": plan.noise,
        "max_grad_norm": plan.max_grad_norm,
        "step_noise": step_noise_multiplier(plan),
    }
    if plan.clipping == "adaptive":
        fields |= {"clip_quantile": plan.clip_quantile, "count_noise": plan.count_noise}
    if plan.noise == "banded":
        fields |= {"bands": plan.bands, "participations": plan.participations}
    return fields


def _validation_fields(plan: PrivacyPlan) -> Entry:
    return {"holdout": plan.holdout, "validation_bound": plan.validation_bound}
