"""What privacy was spent: the plan, each merchant's ledger recomputed, and what the claim rests on."""

from __future__ import annotations

from typing import Any

from privgen.composition import composed
from privgen.errors import RunError
from privgen.explain.report_accounting import Accountant
from privgen.explain.report_ledger import LedgerFacts, read_ledger
from privgen.explain.report_training import stage_numbers
from privgen.explain.report_values import finite, mapping
from privgen.files import read_json, read_jsonl
from privgen.progress import Progress, silent
from privgen.runfolder import RunFolder

Facts = dict[str, Any]

TRUST = ("merchant_machine", "public_configuration", "secure_noise", "one_unit_per_id")
"""Assumptions of the claim; the wording is in templates/labels.*.toml."""

NOT_COVERED = ("prompt_signals", "counts_in_report", "same_text_many_customers", "scrubbing", "base_model")
"""What the claim says nothing about."""

_POINTS = 12
_TOLERANCE = 1e-3


def privacy(run: RunFolder, *, progress: Progress = silent) -> Facts:
    """What was spent, recomputed from the ledgers.

    Raises:
        RunError: Training is not complete, or it left no plan.
        LedgerError: A ledger holds an entry that cannot be accounted for.
    """
    summary = run.summary("train")
    plan_path = run.path / "federated" / "plan.json"
    if not plan_path.exists():
        raise RunError(f"{plan_path}: no privacy plan; run: privgen train {run.path}")
    plan = mapping(read_json(plan_path))
    plan = {**plan, **mapping(plan.get("plan"))}  # the plan may lie beside what was derived from it
    settings = mapping(plan.get("settings"))
    history = _history(run)
    ledgers = [read_ledger(path) for path in sorted((run.path / "federated" / "ledger").glob("*.jsonl"))]
    # the largest epsilon belongs to the smallest delta: never state the better of two
    deltas = [delta for ledger in ledgers for delta in ledger.deltas] + [finite(plan.get("delta"))]
    accountant = Accountant(min((delta for delta in deltas if delta), default=1e-5))
    recomputed = bool(ledgers) and Accountant.name() is not None
    merchants = []
    for done, ledger in enumerate(ledgers, start=1):
        merchants.append(
            _merchant(ledger, accountant if recomputed else None, _recorded(history, ledger.merchant_id))
        )
        progress(done, len(ledgers), "ledgers")
    outside = _names(history) - {ledger.merchant_id for ledger in ledgers}
    merchants += [_recorded_only(name, history) for name in sorted(outside)]
    return {
        "trained": True,
        "plan": _scalars({key: plan[key] for key in plan if key not in ("claim", "unsafe", "base_hash")}),
        "settings": _scalars({key: settings[key] for key in settings if key != "base"}),  # base may be a path
        "claim": next((str(part["claim"]) for part in (plan, summary) if part.get("claim")), None),
        "delta": accountant.delta,
        "target_epsilon": finite(plan.get("target_epsilon")),
        "unsafe": _unsafe(run, plan, summary, ledgers),
        "accountant": Accountant.name() if recomputed else None,
        "rounds": len(history),
        "stopped_early": bool(summary.get("stopped")),
        "merchants": merchants,
        "epsilon_max": _worst([m["epsilon"] for m in merchants]),
        "composed": _composed(ledgers, accountant) if recomputed else [],
        "by_round": _by_round(ledgers, accountant) if recomputed else [],
        "audit": stage_numbers(run, "audit"),
        "ledgers_in_run": len(ledgers),
        "failures": sum(_many(line.get("failures")) for line in history),
        "trust": [_who_sees_updates(plan), *TRUST],
        "not_covered": list(NOT_COVERED),
    }


def not_trained() -> Facts:
    """The same shape for a run whose pages no trained adapter wrote."""
    nothing: Facts = {"trained": False, "plan": {}, "settings": {}, "claim": None, "delta": None}
    nothing |= {"target_epsilon": None, "stopped_early": False}
    nothing |= {"unsafe": False, "accountant": None, "rounds": 0, "merchants": [], "epsilon_max": None}
    nothing |= {"by_round": [], "audit": {}}
    return nothing | {"composed": [], "ledgers_in_run": 0, "failures": 0, "trust": [], "not_covered": []}


def _merchant(ledger: LedgerFacts, accountant: Accountant | None, recorded: float | None) -> Facts:
    series = _series(ledger, accountant) if accountant else []
    epsilon = finite(accountant.epsilon(ledger.spends)) if accountant else recorded
    agrees = None
    if accountant and recorded is not None:
        agrees = epsilon is not None and abs(epsilon - recorded) <= _TOLERANCE * max(1.0, recorded)
    return {
        "merchant_id": ledger.merchant_id,
        "epsilon": epsilon,
        "epsilon_recorded": recorded,
        "agrees": agrees,
        "steps": ledger.steps,
        "entries": len(ledger.spends),
        "uncommitted": ledger.uncommitted,
        "chained": ledger.chained,
        "privacy_units": list(ledger.units),
        "plans": len(ledger.plan_ids),
        "series": series,
    }


def _series(ledger: LedgerFacts, accountant: Accountant) -> list[Facts]:
    """Epsilon after some of the entries, the first and the last among them; `entry` counts from 1."""
    last = len(ledger.spends)
    stops = sorted({round(1 + (last - 1) * i / (_POINTS - 1)) for i in range(_POINTS)}) if last else []
    return [
        {
            "entry": stop,
            "server_round": ledger.rounds[stop - 1],
            "epsilon": finite(accountant.epsilon(ledger.spends[:stop])),
        }
        for stop in stops
    ]


def _by_round(ledgers: list[LedgerFacts], accountant: Accountant) -> list[Facts]:
    """Largest epsilon of a merchant and how many had spent, after some rounds, first and last among them."""
    rounds = sorted({server_round for ledger in ledgers for server_round in ledger.rounds})
    last = len(rounds) - 1
    stops = sorted({rounds[round(last * i / (_POINTS - 1))] for i in range(_POINTS)}) if rounds else []
    found = []
    for stop in stops:
        spends = [
            tuple(s for s, r in zip(ledger.spends, ledger.rounds, strict=True) if r <= stop)
            for ledger in ledgers
        ]
        epsilons = [finite(accountant.epsilon(spent)) for spent in spends if spent]
        found.append({"server_round": stop, "merchants": len(epsilons), "epsilon_max": _worst(epsilons)})
    return found


def _who_sees_updates(plan: Facts) -> str:
    return "secure_aggregation" if plan.get("secure_aggregation") else "server_sees_updates"


def _composed(ledgers: list[LedgerFacts], accountant: Accountant) -> list[Facts]:
    """Epsilon of a customer of any k merchants, at most, for a few k up to all of them."""
    found = composed([ledger.spends for ledger in ledgers], accountant.epsilon)
    return [{"merchants": k, "epsilon": finite(epsilon)} for k, epsilon in found.items()]


def _epsilons(line: dict[str, Any]) -> dict[str, float]:
    """Epsilon by merchant in a line of history.jsonl: a number, or a spend with its epsilon."""
    spends = mapping(line.get("epsilon")) or mapping(line.get("spent"))
    found = {
        str(name): finite(spend.get("epsilon") if isinstance(spend, dict) else spend)
        for name, spend in spends.items()
    }
    return {name: epsilon for name, epsilon in found.items() if epsilon is not None}


def _worst(epsilons: list[float | None]) -> float | None:
    """The largest; None (no guarantee) as soon as one is unbounded or unknown."""
    known = [epsilon for epsilon in epsilons if epsilon is not None]
    return max(known) if known and len(known) == len(epsilons) else None


def _history(run: RunFolder) -> list[dict[str, Any]]:
    path = run.path / "federated" / "history.jsonl"
    return [mapping(line) for line in read_jsonl(path)] if path.exists() else []


def _scalars(values: Facts) -> Facts:
    return {k: v for k, v in values.items() if isinstance(v, str | bool) or finite(v) is not None}


def _many(value: Any) -> int:
    return len(value) if isinstance(value, list | dict) else 0


def _names(history: list[dict[str, Any]]) -> set[str]:
    return {str(name) for line in history for name in _epsilons(line)}


def _recorded(history: list[dict[str, Any]], name: str) -> float | None:
    found = [_epsilons(line).get(name) for line in history]
    return next((value for value in reversed(found) if value is not None), None)


def _recorded_only(name: str, history: list[dict[str, Any]]) -> Facts:
    """A merchant whose ledger is kept outside the run folder: only what the trainer wrote down."""
    nothing: Facts = {"agrees": None, "steps": None, "entries": None, "uncommitted": None, "chained": None}
    recorded = _recorded(history, name)
    return nothing | {
        "merchant_id": name,
        "epsilon": recorded,
        "epsilon_recorded": recorded,
        "privacy_units": [],
        "plans": None,
        "series": [],
    }


def _unsafe(run: RunFolder, plan: Facts, summary: Facts, ledgers: list[LedgerFacts]) -> bool:
    """Whether anything says that the noise could be predicted; one witness is enough."""
    config = mapping(run.manifest["stages"]["train"].get("config"))
    places = (config, mapping(config.get("train")), plan, mapping(plan.get("settings")), summary)
    seeded = any(place.get("seed") is not None for place in places)
    stamped = any(bool(part.get("unsafe")) for part in (plan, summary))
    return seeded or stamped or any(ledger.unsafe for ledger in ledgers)
