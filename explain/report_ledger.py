"""What a merchant's ledger says: the entries that count as spent, and whether its hash chain holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from privgen.errors import LedgerError
from privgen.explain.report_accounting import Spend
from privgen.explain.report_values import mapping, number
from privgen.files import read_jsonl

EVENT = "poisson_subsampled_gaussian"


@dataclass(frozen=True, slots=True)
class LedgerFacts:
    """One ledger.

    Args:
        merchant_id: Whose it is.
        spends: Charged entries in order: every reservation, committed or not, because a reserved step may
            have been released before a crash.
        rounds: Server round of each spend.
        uncommitted: Reservations that no commit followed.
        chained: Whether every line names the hash of the line before.
        units: Privacy units in the ledger.
        deltas: Deltas in the ledger.
        plan_ids: Plans that spent.
        unsafe: Whether a line says that its noise was predictable.
        lines: Lines of the ledger.
    """

    merchant_id: str
    spends: tuple[Spend, ...]
    rounds: tuple[int, ...]
    uncommitted: int
    chained: bool
    units: tuple[str, ...]
    deltas: tuple[float, ...]
    plan_ids: tuple[str, ...]
    unsafe: bool
    lines: int


def read_ledger(path: Path) -> LedgerFacts:
    """Read a ledger without trusting it.

    Raises:
        DataError: A line is not JSON.
        LedgerError: An entry has an event, a state or a number that cannot be accounted for.
    """
    lines: list[dict[str, Any]] = []
    charged: list[dict[str, Any]] = []
    reserved: Counter[tuple[str, int]] = Counter()
    for line_number, entry in enumerate(read_jsonl(path), start=1):
        line = mapping(entry)
        lines.append(line)
        try:
            if _charges(line, reserved):
                _spend(line)
                charged.append(line)
        except (KeyError, TypeError, ValueError):
            raise LedgerError(
                f"{path}: line {line_number} is not an entry that can be accounted for"
            ) from None
    return LedgerFacts(
        merchant_id=path.stem,
        spends=tuple(map(_spend, charged)),
        rounds=tuple(int(line.get("server_round", 0)) for line in charged),
        uncommitted=sum(reserved.values()),
        chained=_chained(lines),
        units=_distinct(charged, "privacy_unit"),
        deltas=tuple(sorted({number(line["delta"]) for line in charged})),
        plan_ids=_distinct(charged, "plan_id"),
        unsafe=any(bool(line.get("unsafe")) for line in lines),
        lines=len(lines),
    )


def _charges(line: dict[str, Any], reserved: Counter[tuple[str, int]]) -> bool:
    """Whether this line is spending: a reservation, or a commit that no reservation stands for."""
    key = (str(line.get("plan_id")), int(line.get("server_round", 0)))
    if line["state"] == "reserved":
        reserved[key] += 1
        return True
    if line["state"] != "committed":
        raise ValueError("unknown state")
    if reserved[key]:
        reserved[key] -= 1
        return False
    return True


def _spend(line: dict[str, Any]) -> Spend:
    steps, rate, noise = line["steps"], number(line["sample_rate"]), number(line["noise_multiplier"])
    number(line["delta"])
    if line["event"] != EVENT or not isinstance(steps, int) or steps < 0 or not 0 < rate <= 1 or noise < 0:
        raise ValueError("not accountable")
    return Spend(noise, rate, steps)


def _chained(lines: list[dict[str, Any]]) -> bool:
    hashes = [line.get("hash") for line in lines]
    links = [line.get("previous_hash") for line in lines[1:]]
    return all(hashes) and len(set(map(str, hashes))) == len(hashes) and links == hashes[:-1]


def _distinct(lines: list[dict[str, Any]], field: str) -> tuple[str, ...]:
    return tuple(sorted({str(line[field]) for line in lines if line.get(field)}))
