"""The lines of a ledger: what a reservation holds, what a commit repeats, what cannot be counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from privgen.errors import LedgerError, PlanError
from privgen.federated.accounting import PrivacyEvent, check_count, check_delta
from privgen.federated.chain import Chain
from privgen.federated.plan import PrivacyPlan

FORMAT = 1
"""Version of the lines."""

_MIRRORED = (
    *("event", "noise_multiplier", "sample_rate", "steps", "privacy_unit", "delta", "plan_id"),
    *("server_round", "data_fingerprint"),
)
"""What a committed line repeats of its reservation."""


def plan_fields(plan: PrivacyPlan) -> dict[str, Any]:
    """What a line says of its plan: enough to recompute epsilon without the plan."""
    return {
        "event": plan.event().event,
        "noise_multiplier": plan.noise_multiplier,
        "sample_rate": plan.sample_rate,
        "privacy_unit": plan.privacy_unit,
        "neighboring_relation": plan.neighboring_relation,
        "records_per_unit": plan.records_per_unit,
        "max_grad_norm": plan.max_grad_norm,
        "delta": plan.delta,
        "target_epsilon": plan.target_epsilon,
        "planned_steps": plan.steps,
        "plan_id": plan.plan_id,
    }


def event_of(entry: dict[str, Any]) -> PrivacyEvent:
    """The privacy event of a line.

    Raises:
        PlanError: It cannot be accounted for.
        KeyError: A field is missing.
    """
    return PrivacyEvent(entry["event"], entry["noise_multiplier"], entry["sample_rate"], entry["steps"])


def open_reservations(chain: Chain) -> dict[str, dict[str, Any]]:
    """Reservations that no commit has followed, by id."""
    found: dict[str, dict[str, Any]] = {}
    for entry in chain.entries:
        if entry["state"] == "reserved":
            found[entry["hash"]] = entry
        else:
            del found[entry["reservation"]]
    return found


def check_entries(path: Path, chain: Chain) -> None:
    """Every line can be accounted for, and every commit follows its own open reservation.

    Raises:
        LedgerError: One does not; the message names the line.
    """
    waiting: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(chain.entries, start=1):
        try:
            event_of(entry)
            check_delta(entry["delta"])
            check_count("server_round", entry["server_round"], low=0)
            if entry["format"] != FORMAT or not isinstance(entry["unsafe"], bool):
                raise ValueError
            if entry["state"] == "reserved":
                waiting[entry["hash"]] = {key: entry[key] for key in _MIRRORED}
            elif entry["state"] != "committed" or waiting.pop(entry["reservation"]) != {
                key: entry[key] for key in _MIRRORED
            }:
                raise ValueError
        except (PlanError, KeyError, TypeError, ValueError):
            raise LedgerError(f"{path}: line {number} cannot be accounted for by this version") from None
