"""What a merchant's ledger says: the entries that count as spent, and whether its hash chain holds.

Read here a second time on purpose: the report does not take the trainer's word for what was charged.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from privgen.errors import DataError, LedgerError
from privgen.explain.report_accounting import Spend
from privgen.explain.report_values import count, mapping, number
from privgen.files import canonical_json, read_json, sha256_text

EVENT = "poisson_subsampled_gaussian"
ALL = "gaussian"
"""A noised validation loss: every held-out customer counts."""
BANDED = "banded_gaussian"
"""Steps with correlated noise: a run of them is one Gaussian mechanism, charged with its first line."""
_GENESIS = "0" * 64

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LedgerFacts:
    """One ledger.

    Args:
        merchant_id: Whose it is.
        spends: Charged entries in order: every reservation, committed or not, because a reserved step may
            have been released before a crash.
        rounds: Server round of each spend.
        steps: Noisy training steps that were charged.
        uncommitted: Reservations that no commit followed.
        chained: Whether every line has the hash of its content and names the line before, and the head
            file, where there is one, knows no line that is missing.
        units: Privacy units in the ledger.
        deltas: Deltas in the ledger.
        plan_ids: Plans that spent.
        unsafe: Whether a line says that its noise was predictable.
        lines: Whole lines of the ledger.
    """

    merchant_id: str
    spends: tuple[Spend, ...]
    rounds: tuple[int, ...]
    steps: int
    uncommitted: int
    chained: bool
    units: tuple[str, ...]
    deltas: tuple[float, ...]
    plan_ids: tuple[str, ...]
    unsafe: bool
    lines: int


def read_ledger(path: Path) -> LedgerFacts:
    """Read a ledger without trusting it; the torn last line of a crash is left out.

    Raises:
        LedgerError: The ledger is not readable, or an entry has an event, a state or a number that cannot
            be accounted for; the message names file and line.
    """
    lines = _lines(path)
    charged = [line for line in lines if line["state"] == "reserved"]
    open_reservations = {line.get("hash") for line in charged}
    for line in lines:
        if line["state"] == "committed" and line.get("reservation") in open_reservations:
            open_reservations.discard(line["reservation"])
        elif line["state"] == "committed":
            charged.append(line)  # no reservation stands for it: it counts by itself
    return LedgerFacts(
        merchant_id=path.stem,
        spends=tuple(_charges(charged)),
        rounds=tuple(count(line.get("server_round")) for line in charged),
        steps=sum(line["steps"] for line in charged if line.get("purpose") != "validation"),
        uncommitted=len(open_reservations),
        chained=_chained(lines) and _head_agrees(path, lines),
        units=_distinct(charged, "privacy_unit"),
        deltas=tuple(sorted({number(line["delta"]) for line in charged})),
        plan_ids=_distinct(charged, "plan_id"),
        unsafe=any(bool(line.get("unsafe")) for line in lines),
        lines=len(lines),
    )


def _lines(path: Path) -> list[Entry]:
    try:
        *whole, _torn = path.read_bytes().split(b"\n")
    except OSError:
        raise LedgerError(f"{path}: not readable; check its permissions") from None
    lines = []
    for line_number, text in enumerate(whole, start=1):
        try:
            entry = mapping(json.loads(text))
            if entry["state"] not in ("reserved", "committed"):
                raise ValueError("unknown state")
            _spend(entry)
        except (KeyError, TypeError, ValueError, RecursionError):
            raise LedgerError(
                f"{path}: line {line_number} cannot be accounted for; restore the ledger"
            ) from None
        lines.append(entry)
    return lines


def _charges(lines: list[Entry]) -> Iterator[Spend]:
    """What each line cost: of a run with correlated noise, the first line everything."""
    runs = set()
    for line in lines:
        spend = _spend(line)
        if line["event"] == BANDED:
            spend = Spend(spend.noise_multiplier, 1.0, 0 if line["instance"] in runs else 1)
            runs.add(line["instance"])
        yield spend


def _spend(line: Entry) -> Spend:
    steps, rate, noise = line["steps"], number(line["sample_rate"]), number(line["noise_multiplier"])
    if line["event"] not in (EVENT, ALL, BANDED) or not isinstance(steps, int) or isinstance(steps, bool):
        raise ValueError("unknown event")
    if steps < 0 or noise < 0 or not 0 < rate <= 1 or not 0 < number(line["delta"]) < 1:
        raise ValueError("out of range")
    if line["event"] != EVENT and rate != 1:
        raise ValueError("sampling that nobody claims")
    return Spend(min(noise, _made_of(line, noise)), rate, steps)


def _made_of(line: Entry, stated: float) -> float:
    """Noise multiplier of a line's mechanism from its parts, by another way than the trainer's."""
    adaptive, banded = line.get("clipping") == "adaptive", line["event"] == BANDED
    if not (adaptive or banded):
        return stated
    drawn = number(line["step_noise"])  # over the clip bound, for each step
    if banded:
        bands, steps = line["bands"], line["planned_steps"]
        if not (isinstance(bands, int) and isinstance(steps, int) and bands > 1 and steps > 0):
            raise ValueError("no strategy matrix")
        return drawn / _sensitivity(bands, steps)
    counted = number(line["count_noise"])
    if not (drawn > 0 and counted > 0):
        raise ValueError("no noise")
    return 1.0 / math.sqrt(drawn**-2 + (2.0 * counted) ** -2)


@lru_cache(maxsize=64)
def _sensitivity(bands: int, steps: int) -> float:
    """How far a customer moves a run: squared columns of its strategy matrix that are `bands` apart."""
    squares = [(math.comb(2 * place, place) / 4**place) ** 2 for place in range(min(bands, steps))]
    runs = (range(first, steps, bands) for first in range(min(bands, steps)))
    return math.sqrt(max(sum(sum(squares[: steps - column]) for column in run) for run in runs))


def _chained(lines: list[Entry]) -> bool:
    previous = _GENESIS
    for line in lines:
        content = {key: value for key, value in line.items() if key != "hash"}
        if line.get("previous_hash") != previous or line.get("hash") != sha256_text(canonical_json(content)):
            return False
        previous = str(line["hash"])
    return True


def _head_agrees(path: Path, lines: list[Entry]) -> bool:
    """Whether the head beside the ledger knows its last line, or the one before (a crash came between)."""
    head = path.with_suffix(".head")
    if not head.exists():
        return True
    try:
        known = mapping(read_json(head))
    except DataError:
        return False
    at = count(known.get("lines"))
    return 0 < at <= len(lines) <= at + 1 and lines[at - 1].get("hash") == known.get("hash")


def _distinct(lines: list[Entry], field: str) -> tuple[str, ...]:
    return tuple(sorted({str(line[field]) for line in lines if line.get(field)}))
