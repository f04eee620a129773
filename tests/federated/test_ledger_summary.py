"""The figures of a ledger: against the accountant, and what is left against what the ledger lets through."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from federated_models import make_plan

from privgen.errors import BudgetExhausted, DataError
from privgen.federated.accounting import pld_epsilon
from privgen.federated.ledger import Ledger
from privgen.federated.ledger_summary import ledger_paths, summarise

PRINT = "ab" * 32


def test_two_plans_and_an_open_reservation(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "alpine.jsonl")
    first, second = make_plan(steps=20), make_plan(noise_multiplier=2.0, steps=50)
    for plan, server_round, commit in (
        (first, 1, True),
        (first, 2, False),
        (first, 2, True),
        (second, 1, True),
    ):
        entry = ledger.reserve(plan, steps=3, server_round=server_round, data_fingerprint=PRINT)
        if commit:
            ledger.commit(entry)
    found = summarise(Ledger.open(ledger.path))
    assert (found.merchant, found.reservations, found.unfinished, found.rounds) == ("alpine", 4, 1, 3)
    assert (found.steps, found.unsafe, found.delta) == (12, False, 1e-5)
    assert found.epsilon == pytest.approx(pld_epsilon([first.event(9), second.event(3)], 1e-5))
    assert [plan.plan_id for plan in found.plans] == [first.plan_id, second.plan_id]
    assert [plan.steps for plan in found.plans] == [9, 3]
    assert [plan.steps_left for plan in found.plans] == [11, 47]  # the plans' own steps end first


@pytest.mark.parametrize("used", [1, 4])
def test_steps_left_is_what_reserve_lets_through(tmp_path: Path, used: int) -> None:
    plan = make_plan(target_epsilon=6.0, steps=1000)
    ledger = Ledger.open(tmp_path / "m.jsonl")
    ledger.reserve(plan, steps=used, server_round=1, data_fingerprint=PRINT)
    (use,) = summarise(ledger).plans
    assert use.epsilon_left == pytest.approx(6.0 - plan.epsilon(used)) and use.steps_left > 0
    with pytest.raises(BudgetExhausted):
        ledger.reserve(plan, steps=use.steps_left + 1, server_round=2, data_fingerprint=PRINT)
    ledger.reserve(plan, steps=use.steps_left, server_round=2, data_fingerprint=PRINT)
    assert summarise(ledger).plans[0].steps_left == 0


def test_a_budget_that_another_plan_has_passed_is_none(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "m.jsonl")
    for plan in (make_plan(target_epsilon=3.0, noise_multiplier=3.0), make_plan()):
        ledger.reserve(plan, steps=10, server_round=1, data_fingerprint=PRINT)
    small = summarise(ledger).plans[0]
    assert (small.epsilon_left, small.steps_left) == (0.0, 0)


def test_empty_and_json(tmp_path: Path) -> None:
    found = summarise(Ledger.open(tmp_path / "m.jsonl"))
    assert found.to_json() == dataclasses.asdict(found)
    assert (found.epsilon, found.delta, found.reservations, found.plans) == (0.0, 0.0, 0, ())


def test_where_ledgers_lie(tmp_path: Path) -> None:
    folder = tmp_path / "run" / "federated" / "ledger"
    for merchant in ("b", "a"):
        Ledger.open(folder / f"{merchant}.jsonl").reserve(
            make_plan(), steps=1, server_round=1, data_fingerprint=PRINT
        )
    expected = [folder / "a.jsonl", folder / "b.jsonl"]
    assert ledger_paths(tmp_path / "run") == ledger_paths(folder.parent) == ledger_paths(folder) == expected
    assert ledger_paths(folder / "a.jsonl") == expected[:1]
    (folder / "a.jsonl").unlink()
    assert ledger_paths(folder) == expected  # its head tells that it was there
    with pytest.raises(DataError, match="no ledger here"):
        ledger_paths(tmp_path / "nowhere")
