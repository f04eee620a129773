"""Whether the lines of a ledger can be accounted for: each by itself, commits, and runs of banded noise.

What a mechanism's noise multiplier is made of is recomputed: the split of adaptive clipping, and the
sensitivity of a banded run from its bands and planned steps.
"""

from __future__ import annotations

import math
from pathlib import Path

from privgen.errors import LedgerError, PlanError
from privgen.federated.accounting import (
    BANDED_GAUSSIAN,
    POISSON_GAUSSIAN,
    check_count,
    check_delta,
    check_number,
)
from privgen.federated.chain import Chain
from privgen.federated.ledger_entry import FORMAT, Entry, event_of
from privgen.federated.mechanisms import joint_noise
from privgen.federated.strategy_matrix import participations, sensitivity

_MIRRORED = (
    *("event", "noise_multiplier", "sample_rate", "steps", "privacy_unit", "delta", "plan_id"),
    *("server_round", "data_fingerprint"),
)
"""What a committed line repeats of its reservation."""
_MIRRORED_WHERE_THERE = ("purpose", "instance", "first_step", "bands", "planned_steps", "step_noise")
_OF_A_RUN = ("plan_id", "noise_multiplier", "step_noise", "bands", "planned_steps", "delta")
_CLOSE = 1e-9


def check_entries(path: Path, chain: Chain) -> None:
    """Every line can be accounted for, and every commit follows its own open reservation.

    Raises:
        LedgerError: One does not; the message names the line.
    """
    waiting: dict[str, Entry] = {}
    runs: dict[str, Entry] = {}
    for number, entry in enumerate(chain.entries, start=1):
        try:
            _check_line(entry)
            if entry["state"] == "reserved":
                waiting[entry["hash"]] = _mirrored(entry)
                if entry["event"] == BANDED_GAUSSIAN:
                    _check_run(entry, runs)
            elif entry["state"] != "committed" or waiting.pop(entry["reservation"]) != _mirrored(entry):
                raise ValueError
        except (PlanError, KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
            raise LedgerError(f"{path}: line {number} cannot be accounted for by this version") from None


def _check_line(entry: Entry) -> None:
    event_of(entry)
    check_delta(entry["delta"])
    check_count("server_round", entry["server_round"], low=0)
    if entry["format"] != FORMAT or not isinstance(entry["unsafe"], bool):
        raise ValueError
    if entry.get("purpose", "training") not in ("training", "validation"):
        raise ValueError
    if entry.get("clipping") == "adaptive" and entry["event"] == POISSON_GAUSSIAN:
        _check_product(entry["noise_multiplier"], joint_noise(entry["step_noise"], entry["count_noise"]))
    if "clip_norm" in entry:
        check_number("clip_norm", entry["clip_norm"], low=0.0, open_low=True)
    if entry["event"] == BANDED_GAUSSIAN:
        check_count("bands", entry["bands"], low=2)
        check_count("planned_steps", entry["planned_steps"])
        whole = sensitivity(entry["bands"], entry["planned_steps"])
        _check_product(entry["step_noise"], entry["noise_multiplier"] * whole)
        if entry["participations"] != participations(entry["bands"], entry["planned_steps"]):
            raise ValueError


def _check_product(stated: float, found: float) -> None:
    if not math.isclose(stated, found, rel_tol=_CLOSE):
        raise ValueError


def _check_run(entry: Entry, runs: dict[str, Entry]) -> None:
    """A run's lines follow one another, under one plan, and end at its planned steps."""
    check_count("steps", entry["steps"])
    if not isinstance(entry["instance"], str):
        raise TypeError
    before = runs.get(entry["instance"], entry | {"first_step": 0, "steps": 0})
    if entry["first_step"] != before["first_step"] + before["steps"]:
        raise ValueError
    if any(entry[name] != before[name] for name in _OF_A_RUN):
        raise ValueError
    if entry["first_step"] + entry["steps"] > entry["planned_steps"]:
        raise ValueError
    runs[entry["instance"]] = entry


def _mirrored(entry: Entry) -> Entry:
    return {key: entry[key] for key in _MIRRORED} | {key: entry.get(key) for key in _MIRRORED_WHERE_THERE}
