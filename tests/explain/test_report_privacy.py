"""Epsilon in the report: recomputed from ledgers, never smaller than the truth, and honest about faults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from report_run import ledger_lines, make_run

from privgen.errors import LedgerError
from privgen.explain.report import report_facts
from privgen.explain.report_accounting import Accountant, Spend
from privgen.explain.report_evidence import attention
from privgen.explain.report_ledger import read_ledger
from privgen.explain.report_privacy import privacy
from privgen.federated.ledger import Ledger
from privgen.federated.plan import PrivacyPlan
from privgen.files import read_json, write_json, write_jsonl
from privgen.runfolder import RunFolder


def renyi_epsilon(noise_multiplier: float, steps: int, delta: float) -> float:
    """Closed-form upper bound without sampling: min over orders a of a s / 2 + log(1/delta) / (a - 1)."""
    import math

    rho = steps / (2 * noise_multiplier**2)
    return rho + 2 * math.sqrt(rho * math.log(1 / delta))


@pytest.mark.parametrize(("noise", "steps"), [(1.0, 1), (2.0, 8), (5.0, 40)])
def test_epsilon_without_sampling_is_the_gaussian_mechanism(noise: float, steps: int) -> None:
    from dp_accounting.gaussian_mechanism import get_epsilon_gaussian

    found = Accountant(1e-5).epsilon([Spend(noise, 1.0, steps)])
    exact = get_epsilon_gaussian(noise / steps**0.5, 1e-5)
    assert exact <= found * (1 + 1e-9) and found == pytest.approx(exact, rel=2e-3)
    assert found < renyi_epsilon(noise, steps, 1e-5)


def test_edges_of_the_accountant() -> None:
    accountant = Accountant(1e-5)
    assert accountant.epsilon([]) == 0.0
    assert accountant.epsilon([Spend(1.0, 0.5, 0)]) == 0.0
    assert accountant.epsilon([Spend(0.0, 0.5, 1)]) == float("inf")
    sampled, whole = Spend(0.1, 0.2, 2), Spend(0.1, 1.0, 2)
    assert accountant.epsilon([sampled]) == accountant.epsilon(
        [whole]
    )  # no credit for sampling: an upper bound


def test_agrees_with_the_ledger_that_training_writes(tmp_path: Path) -> None:
    plan = PrivacyPlan.calibrate(target_epsilon=4.0, sample_rate=0.2, steps=6)
    path = tmp_path / "shop.jsonl"
    ledger = Ledger.open(path)
    for number in range(1, 4):
        entry = ledger.reserve(plan, steps=2, server_round=number, data_fingerprint="d" * 64)
        if number < 3:
            ledger.commit(entry)
    with path.open("ab") as handle:
        handle.write(b'{"state": "reser')  # a crash while appending
    facts = read_ledger(path)
    assert facts.merchant_id == "shop" and facts.chained and facts.uncommitted == 1
    assert facts.rounds == (1, 2, 3) and facts.plan_ids == (plan.plan_id,)
    spent = Ledger.open(path).spent()
    assert Accountant(spent.delta).epsilon(facts.spends) == pytest.approx(spent.epsilon, rel=1e-3)
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([*lines[:-4], b""]))  # cut off the end: the head still knows it
    assert not read_ledger(path).chained


def test_any_changed_byte_breaks_the_chain(tmp_path: Path) -> None:
    path = tmp_path / "shop.jsonl"
    write_jsonl(path, ledger_lines(2))
    assert read_ledger(path).chained
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"server_round":1', '"server_round":7', 1), encoding="utf-8")
    assert not read_ledger(path).chained


def test_commit_without_reservation_counts(tmp_path: Path) -> None:
    path = tmp_path / "shop.jsonl"
    committed = ledger_lines(2)[3]
    write_jsonl(path, [committed])
    assert len(read_ledger(path).spends) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"state": "done"},
        {"noise_multiplier": -1},
        {"sample_rate": 2},
        {"steps": "2"},
        {"delta": 0},
        {"event": "x"},
    ],
)
def test_unaccountable_entries_stop_the_report(tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "shop.jsonl"
    lines = ledger_lines(1)
    write_jsonl(path, [lines[0], lines[1] | change])
    with pytest.raises(LedgerError, match="line 2 cannot be accounted for"):
        read_ledger(path)


def test_series_composition_and_attention(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("a", "b", "c"), pages=1, rounds=2)
    write_jsonl(path / "federated" / "ledger" / "b.jsonl", ledger_lines(2, noise=1.2, commit_last=False))
    plan = read_json(path / "federated" / "plan.json")
    plan["plan"]["target_epsilon"] = 0.9
    write_json(path / "federated" / "plan.json", plan)
    write_jsonl(
        path / "federated" / "history.jsonl", [{"server_round": 2, "epsilon": {"a": 0.5, "outside": 1.0}}]
    )
    facts = report_facts(RunFolder(path))
    found = facts["privacy"]
    merchants = {m["merchant_id"]: m for m in found["merchants"]}
    assert set(merchants) == {"a", "b", "c", "outside"}
    for name in "abc":
        series = [point["epsilon"] for point in merchants[name]["series"]]
        assert series == sorted(series) and series[-1] == merchants[name]["epsilon"]
        assert [point["entry"] for point in merchants[name]["series"]] == [1, 2]
    assert merchants["b"]["epsilon"] == found["epsilon_max"] > merchants["a"]["epsilon"]
    assert merchants["outside"]["epsilon"] == 1.0 and merchants["outside"]["chained"] is None
    composed = {item["merchants"]: item["epsilon"] for item in found["composed"]}
    assert composed[1] == found["epsilon_max"] and composed[1] < composed[2] < composed[3]
    accountant = Accountant(1e-5)
    assert composed[3] == accountant.epsilon([Spend(1.2, 0.2, 4), Spend(2.0, 0.2, 8)])
    assert {"over_target", "uncommitted", "disagrees"} <= set(attention(facts))


def test_composed_figures_count_with_those_that_compose_to_most(tmp_path: Path) -> None:
    """Two merchants with the larger epsilon, two whose losses compose to more."""
    path = make_run(tmp_path / "r", merchants=("a", "b", "c", "d"), pages=1, rounds=1, explained=False)
    sampled = ledger_lines(1, noise=0.63)[0] | {"sample_rate": 0.05, "steps": 20}
    whole = sampled | {"event": "gaussian", "sample_rate": 1.0, "noise_multiplier": 0.78, "steps": 1}
    for name, line in (("a", sampled), ("b", sampled), ("c", whole), ("d", whole)):
        write_jsonl(path / "federated" / "ledger" / f"{name}.jsonl", [line])
    accountant = Accountant(1e-5)
    one, other = (Spend(x["noise_multiplier"], x["sample_rate"], x["steps"]) for x in (sampled, whole))
    assert accountant.epsilon([one]) > accountant.epsilon([other])
    assert accountant.epsilon([one, one]) < accountant.epsilon([other, other])
    found = report_facts(RunFolder(path))["privacy"]["composed"]
    composed = {item["merchants"]: item["epsilon"] for item in found}
    assert composed[1] == accountant.epsilon([one])
    assert composed[2] == accountant.epsilon([other, other])
    assert composed[4] == accountant.epsilon([one, one, other, other]) >= composed[3] >= composed[2]


def test_no_noise_is_no_guarantee(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("a",), pages=1, rounds=1, explained=False)
    write_jsonl(path / "federated" / "ledger" / "a.jsonl", ledger_lines(1, noise=0.0))
    facts = report_facts(RunFolder(path))
    assert facts["privacy"]["epsilon_max"] is None
    assert "no_guarantee" in attention(facts)
    json.dumps(facts, allow_nan=False)


@pytest.mark.parametrize("where", ["config", "plan", "settings", "summary", "ledger"])
def test_one_witness_of_a_fixed_seed_is_enough(tmp_path: Path, where: str) -> None:
    path = make_run(tmp_path / "r", merchants=("a", "b"), pages=1, rounds=1, explained=False)
    manifest = read_json(path / "run.json")
    if where == "config":
        manifest["stages"]["train"]["config"] = {"seed": 0}
    if where == "summary":
        manifest["stages"]["train"]["summary"]["unsafe"] = True
    write_json(path / "run.json", manifest)
    if where == "plan":
        plan = read_json(path / "federated" / "plan.json")
        write_json(path / "federated" / "plan.json", plan | {"unsafe": True})
    if where == "settings":
        plan = read_json(path / "federated" / "plan.json")
        plan["settings"]["seed"] = 7
        write_json(path / "federated" / "plan.json", plan)
    if where == "ledger":
        lines = ledger_lines(1)
        write_jsonl(path / "federated" / "ledger" / "b.jsonl", [lines[0] | {"unsafe": True}])
    assert privacy(RunFolder(path))["unsafe"] is True
