"""What a ledger says, added up for people: spent, planned, left; it only reads."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privgen.composition import composed
from privgen.errors import DataError
from privgen.federated.accounting import BANDED_GAUSSIAN, POISSON_GAUSSIAN, PrivacyEvent, pld_epsilon
from privgen.federated.ledger import Ledger
from privgen.federated.ledger_entry import event_of

_MOST_STEPS = 1_000_000
_MOST_EPSILON = 200.0  # above it a target is no budget, and the search would take gigabytes


@dataclass(frozen=True, slots=True)
class PlanUse:
    """What one privacy plan has used of a ledger, and what of it is left.

    Args:
        plan_id: Of the plan.
        privacy_unit: customer or record.
        event: Mechanism of its steps.
        mechanism: How steps are sampled, clipped and noised, in words.
        noise_multiplier: Noise standard deviation over clip bound.
        sample_rate: Poisson rate of a unit per step.
        delta: Of the plan.
        target_epsilon: What the whole ledger may not pass under this plan.
        steps: Training steps charged under it.
        validations: Validation losses charged under it.
        clip_norm: Where adaptive clipping has come to; None without.
        epsilon_left: `target_epsilon` less what the whole ledger has spent at `delta`; never below 0.
        steps_left: Steps that could still be charged under this plan; where its target is above 200, by its
            number of steps alone.
    """

    plan_id: str
    privacy_unit: str
    event: str
    mechanism: str
    noise_multiplier: float
    sample_rate: float
    delta: float
    target_epsilon: float
    steps: int
    validations: int
    clip_norm: float | None
    epsilon_left: float
    steps_left: int


@dataclass(frozen=True, slots=True)
class LedgerSummary:
    """One merchant's ledger in figures.

    Args:
        merchant: Name of the ledger's file.
        epsilon: Spent, over all plans and runs.
        delta: At which `epsilon` holds; 0 for an empty ledger.
        reservations: Charged entries.
        unfinished: Those whose steps never came to an end: a crash, a fault or a lost round.
        rounds: Federated rounds that were charged; one that was redone after a crash counts once per plan.
        steps: Noisy training steps charged.
        validations: Validation losses charged.
        unsafe: Whether noise came from a fixed seed, so that epsilon promises nothing.
        plans: In the order of their first entry.
    """

    merchant: str
    epsilon: float
    delta: float
    reservations: int
    unfinished: int
    rounds: int
    steps: int
    validations: int
    unsafe: bool
    plans: tuple[PlanUse, ...]

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return dataclasses.asdict(self)


def ledger_paths(path: Path) -> list[Path]:
    """The ledgers at `path`: a ledger, a folder of ledgers, or the folder of a training.

    A ledger whose file is gone but whose head is there is listed too, so that its loss shows.

    Raises:
        DataError: There is none.
    """
    if path.is_file():
        return [path]
    folder = next((f for f in (path / "federated" / "ledger", path / "ledger") if f.is_dir()), path)
    heads = (head.with_suffix(".jsonl") for head in folder.glob("*.head"))
    found = sorted({*folder.glob("*.jsonl"), *heads})
    if not found:
        raise DataError(
            f"{path}: no ledger here; give a ledger, a folder of ledgers or a run that was trained"
        )
    return found


def summarise(ledger: Ledger) -> LedgerSummary:
    """Add a ledger up."""
    entries = ledger.entries()
    charged = [entry for entry in entries if entry["state"] == "reserved"]
    spend = ledger.spent()
    by_plan: dict[str, list[dict[str, Any]]] = {}
    for entry in charged:
        by_plan.setdefault(entry["plan_id"], []).append(entry)
    return LedgerSummary(
        merchant=ledger.path.stem,
        epsilon=spend.epsilon,
        delta=spend.delta,
        reservations=len(charged),
        unfinished=2 * len(charged) - len(entries),
        rounds=len({(entry["plan_id"], entry["server_round"]) for entry in charged}),
        steps=_steps(charged, "training"),
        validations=_steps(charged, "validation"),
        unsafe=ledger.unsafe,
        plans=tuple(
            _plan_use(used, ledger.events(), ledger.clip_norm(plan_id)) for plan_id, used in by_plan.items()
        ),
    )


def composed_epsilons(ledgers: Sequence[Ledger], delta: float | None = None) -> dict[int, float]:
    """Epsilon of a customer of any k merchants, at most: privacy losses composed, for some k.

    Args:
        ledgers: One per merchant.
        delta: At which; default the smallest of the ledgers' plans.

    Returns:
        For k = 1, 2, 3, 5, 10 and all, as far as there are so many; zeros for ledgers without an entry.
    """
    deltas = [spend.delta for spend in (ledger.spent() for ledger in ledgers) if spend.delta]
    chosen = min(deltas, default=None) if delta is None else delta
    return composed(
        [ledger.events() for ledger in ledgers],
        lambda events: 0.0 if chosen is None else pld_epsilon(events, chosen),
    )


def _plan_use(used: Sequence[dict[str, Any]], events: list[PrivacyEvent], clip_norm: float | None) -> PlanUse:
    steps = _steps(used, "training")
    first = next((entry for entry in used if _purpose(entry) == "training"), used[0])
    target, delta = float(first["target_epsilon"]), float(first["delta"])
    planned = first.get("planned_steps", _MOST_STEPS)  # ledgers of version 0.1.0 do not tell
    if _purpose(first) != "training":  # a redone validation of a run that never trained here
        planned = 0
    if first["event"] == BANDED_GAUSSIAN:  # paid for with its first step; the last run of the plan goes on
        run = [entry for entry in used if entry.get("instance") == _last_run(used)]
        left = planned - _steps(run, "training")
    else:
        left = _steps_left(events, event_of(first), delta, target, planned - steps)
    return PlanUse(
        plan_id=first["plan_id"],
        privacy_unit=first["privacy_unit"],
        event=first["event"],
        mechanism=_mechanism(first),
        noise_multiplier=first["noise_multiplier"],
        sample_rate=first["sample_rate"],
        delta=delta,
        target_epsilon=target,
        steps=steps,
        validations=_steps(used, "validation"),
        clip_norm=clip_norm,
        epsilon_left=max(0.0, target - pld_epsilon(events, delta)),
        steps_left=left,
    )


def _mechanism(entry: dict[str, Any]) -> str:
    """Sampling, clipping and noise of a line in a few words."""
    clipping = f"{entry.get('clipping', 'flat')} clipping"
    if entry["event"] == BANDED_GAUSSIAN:
        return f"banded noise, {entry['bands']} bands, {entry['participations']} participations, {clipping}"
    return f"Poisson, {clipping}" if entry["event"] == POISSON_GAUSSIAN else entry["event"]


def _purpose(entry: dict[str, Any]) -> str:
    return str(entry.get("purpose", "training"))


def _steps(entries: Sequence[dict[str, Any]], purpose: str) -> int:
    return sum(int(entry["steps"]) for entry in entries if _purpose(entry) == purpose)


def _last_run(entries: Sequence[dict[str, Any]]) -> str:
    return str(next(entry["instance"] for entry in reversed(entries) if "instance" in entry))


def _steps_left(
    events: list[PrivacyEvent], event: PrivacyEvent, delta: float, target: float, most: int
) -> int:
    """The most further steps, up to `most`, that do not pass the target."""
    if target > _MOST_EPSILON:
        return max(0, most)

    def fits(steps: int) -> bool:
        return pld_epsilon([*events, dataclasses.replace(event, steps=steps)], delta) <= target

    low, high = 0, 1
    while high <= most and fits(high):
        low, high = high, 2 * high
    high = min(high, most + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
