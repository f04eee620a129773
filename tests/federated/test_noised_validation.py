"""Validation on held-out customers: who they are, what is let out, what it costs, which round it keeps."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from federated_models import make_base, make_plan, make_silo
from safetensors.numpy import load_file
from scipy import stats

from privgen.errors import BudgetExhausted, ConfigError, PlanError
from privgen.federated import FederatedResult, Ledger, Silo, simulate
from privgen.federated.judge import Judge
from privgen.federated.local_training import Task
from privgen.federated.model import load_model
from privgen.federated.noised_validation import (
    NoisedLoss,
    noised_loss,
    pooled_loss,
    release,
    unit_losses,
    usable,
)
from privgen.federated.partition import customer_key, held_out
from privgen.federated.randomness import random_source
from privgen.federated.settings import TrainingSettings
from privgen.federated.silo import open_records
from privgen.federated.steps import open_steps
from privgen.files import read_jsonl

HELD: dict[str, Any] = {"holdout": 0.4, "validation_noise": 0.01, "validation_bound": 6.0, "validations": 9}
HELD["target_epsilon"] = 1e9  # of so little noise


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def silos(tmp_path: Path) -> list[Silo]:
    return [make_silo(tmp_path, name, customers=14, most=2) for name in ("alpine", "harbour")]


def settings_of(base: str) -> TrainingSettings:
    return TrainingSettings(base=base, rank=2, max_length=200, micro_batch=3)


def train(silos: list[Silo], base: str, out: Path, **changes: Any) -> FederatedResult:
    options: dict[str, Any] = {"rounds": 4, "steps_per_round": 2, "rank": 2, "min_customers": 5, "seed": 3}
    plan = make_plan(**(HELD | changes.pop("plan", {})))
    return simulate(silos, plan, base, out, **(options | changes))


def history(result: FederatedResult) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.history.read_text().splitlines()]


def test_a_customer_trains_or_validates_by_its_own_id(silos: list[Silo], tmp_path: Path) -> None:
    key = customer_key(tmp_path / "book.jsonl", "alpine", None)
    assert key == customer_key(tmp_path / "book.jsonl", "alpine", None)  # after a restart too
    share = np.mean([held_out(key, 0.4)(f"c{i}") for i in range(2000)])
    assert abs(share - 0.4) < 5 * (0.24 / 2000) ** 0.5  # the key is random: false alarm 1e-6
    records, plan = open_records(silos[0]), make_plan(**HELD)
    steps = open_steps(plan, Ledger(tmp_path / "book.jsonl"), records, key, 5, random_source(1))
    training = set(steps.units(0))
    aside = set(records.part(held_out(key, 0.4)).units("customer"))
    assert not training & aside and training | aside == set(records.units("customer"))


def test_one_customer_moves_what_is_let_out_by_its_sensitivity_at_most() -> None:
    """Brute force over neighbouring sets of losses: under, over and at the clamp's edges; no number too."""
    plan = make_plan(**HELD | {"validation_noise": 0.0})
    losses, far = [0.0, 2.0, 3.0, 6.0, 80.0, -1.0, math.nan, math.inf], 0.0
    for count in range(1, 5):
        for chosen in itertools.combinations(losses, count):
            whole = release(list(chosen), plan, random_source(1))
            for left_out in range(count):
                rest = [loss for place, loss in enumerate(chosen) if place != left_out]
                less = release(rest, plan, random_source(1))
                far = max(far, math.hypot(whole.loss - less.loss, whole.count - less.count))
    assert far == pytest.approx(math.sqrt(0.5))


def test_sum_and_count_have_the_planned_noise() -> None:
    """Chi-square, normality, and no correlation of the two; false alarm 3e-3 at these seeds."""
    plan = make_plan(**HELD | {"validation_noise": 3.0})
    found = [release([2.0, 9.0], plan, random_source(seed)) for seed in range(600)]
    clean = release([2.0, 9.0], make_plan(**HELD | {"validation_noise": 0.0}), random_source(1))
    assert clean == NoisedLoss(pytest.approx(2.0 / 6 - 0.5 + 0.5), 1.0)
    noise = np.array([[f.loss - clean.loss, f.count - clean.count] for f in found]) / (3.0 * math.sqrt(0.5))
    low, high = stats.chi2.ppf([5e-4, 1 - 5e-4], df=noise.size)
    assert low < float((noise**2).sum()) < high
    assert stats.kstest(noise.ravel(), "norm").pvalue > 1e-3
    assert abs(float(np.corrcoef(noise.T)[0, 1])) < 3.3 / 600**0.5


def test_the_pooled_figure_is_the_mean_loss(base: str, silos: list[Silo], tmp_path: Path) -> None:
    """With next to no noise: of all held-out customers' clamped mean losses, by a plain loop."""
    model, plan, settings = load_model(base, rank=2), make_plan(**HELD), settings_of(base)
    task = Task(1, model.untrained("B"), "B")
    figures, wanted = {}, []
    for silo in silos:
        figures[silo.merchant_id] = noised_loss(silo, tmp_path / "books", plan, settings, task)
        key = customer_key(tmp_path / "books" / f"{silo.merchant_id}.jsonl", silo.merchant_id, None)
        records = open_records(silo).part(held_out(key, 0.4))
        encoder = model.encoder(200)
        for unit in records.units("customer"):
            rows = [encoder.encode(r, [True] * len(r.prompt.signals)) for r in records.read(unit[:2])]
            wanted.append(np.mean([model.losses([row])[0] for row in rows if row is not None]))
        assert unit_losses(records, model, plan, settings) == pytest.approx(
            wanted[-len(records.units("customer")) :], rel=1e-5
        )
    assert pooled_loss(figures, plan) == pytest.approx(np.mean(np.minimum(wanted, 6.0)), abs=0.05)
    assert round(sum(figure.count for figure in figures.values()), 1) == len(wanted) / 2


def test_each_loss_is_reserved_charged_and_counted(base: str, silos: list[Silo], tmp_path: Path) -> None:
    plan = make_plan(**HELD | {"validation_noise": 5.0, "validations": 2})
    task = Task(1, load_model(base, rank=2).untrained("B"), "B")
    for _ in range(2):
        noised_loss(silos[0], tmp_path / "books", plan, settings_of(base), task)
    ledger = Ledger.open(tmp_path / "books" / "alpine.jsonl")
    assert [(e["purpose"], e["event"], e["state"]) for e in ledger.entries()] == [
        ("validation", "gaussian", state) for state in ("reserved", "committed") * 2
    ]
    assert ledger.events() == [plan.validation_event(1)] * 2
    with pytest.raises(BudgetExhausted, match="2 of the plan's 2 validations are used"):
        noised_loss(silos[0], tmp_path / "books", plan, settings_of(base), task)
    assert len(Ledger.open(ledger.path).entries()) == 4


def test_the_best_round_is_that_of_the_noised_losses(base: str, silos: list[Silo], tmp_path: Path) -> None:
    """Too high a rate, so that the last round is not the best; all within what the plan pays for."""
    result = train(silos, base, tmp_path / "out", learning_rate=0.3, seed=2, rounds=3)
    losses = [line["validation_loss"] for line in history(result)]
    best = int(np.argmin(losses)) + 1
    assert best < 3 and (result.best_round, result.validation_loss) == (best, min(losses))
    short = train(silos, base, tmp_path / "short", learning_rate=0.3, seed=2, rounds=best)
    found = load_file(result.adapter / "adapter_model.safetensors")
    for name, value in load_file(short.adapter / "adapter_model.safetensors").items():
        np.testing.assert_allclose(found[name], value, atol=1e-6)
    for silo in silos:
        entries = Ledger.open(tmp_path / "out" / "ledger" / f"{silo.merchant_id}.jsonl").entries()
        assert sum(e["purpose"] == "validation" for e in entries) == 6  # reserved and committed, three rounds
    assert all(line["validated_by"] == ["alpine", "harbour"] for line in history(result))
    said = json.loads((tmp_path / "out" / "plan.json").read_text())
    assert said["validation"]["best_round"] == best and "charged" in said["validation"]["rule"]
    assert set(said["planned_epsilon_composed"]) == {"2"}
    again = train(silos, base, tmp_path / "out", learning_rate=0.3, seed=2, rounds=3)
    assert (again.best_round, again.spends) == (best, result.spends)


def test_a_round_without_a_loss_is_never_the_best_and_training_goes_on(
    base: str, silos: list[Silo], tmp_path: Path
) -> None:
    """Ledgers that have paid for three of the plan's four losses before; noise that hides all customers."""
    out, plan = tmp_path / "out", {"validations": 4}
    task = Task(1, load_model(base, rank=2).untrained("B"), "B")
    for _ in range(3):
        for silo in silos:
            noised_loss(silo, out / "ledger", make_plan(**HELD | plan), settings_of(base), task)
    result = train(silos, base, out, plan=plan, rounds=2)
    assert ["validation_loss" in line for line in history(result)] == [True, False]
    first, second = (line["validation_failures"] for line in history(result))
    assert first == {} and set(second) == {"alpine", "harbour"}
    assert all("4 of the plan's 4 validations are used" in why for why in second.values())
    assert result.best_round == 1 and result.rounds_done == 2
    hidden = train(silos, base, tmp_path / "hidden", plan={"validation_noise": 1e3}, rounds=1)
    assert hidden.best_round is None and {line["validation_loss"] for line in history(hidden)} == {None}


def test_what_an_honest_silo_cannot_have_sent_is_left_out(
    base: str, silos: list[Silo], tmp_path: Path
) -> None:
    plan = make_plan(**HELD | {"validation_noise": 1.0})
    judge = Judge(plan, None, silos, load_model(base, rank=2), settings_of(base))
    good = {"a": NoisedLoss(-10.0, 40.0), "b": NoisedLoss(5.0, 30.0)}
    bad = {"c": NoisedLoss(1e30, 5.0), "d": NoisedLoss(math.nan, 5.0), "e": NoisedLoss(0.0, math.inf)}
    assert judge.noised_loss(good | bad) == judge.noised_loss(good) == (pooled_loss(good, plan), ["a", "b"])
    assert not any(usable(figure, plan) for figure in bad.values())
    assert pooled_loss({}, plan) is None and pooled_loss({"a": NoisedLoss(0.0, 0.1)}, plan) is None


def test_a_figure_out_of_bounds_is_named_and_left_out(
    base: str, silos: list[Silo], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One silo lets out ten thousand times what it may."""

    def spoilt(silo: Silo, *rest: Any) -> NoisedLoss:
        found = noised_loss(silo, *rest)
        return NoisedLoss(1e4, found.count) if silo.merchant_id == "harbour" else found

    monkeypatch.setattr("privgen.federated.flower_app.noised_loss", spoilt)
    for line in history(train(silos, base, tmp_path / "out", rounds=2)):
        assert line["validation_failures"] == {"harbour": "sent a figure that no honest silo can have sent"}
        assert line["validated_by"] == ["alpine"] and line["validation_loss"] is not None


def test_two_ways_of_choosing_and_too_few_validations_are_refused(
    base: str, silos: list[Silo], tmp_path: Path
) -> None:
    public = make_silo(tmp_path, "public", seed=9).records
    with pytest.raises(ConfigError, match="give one of them"):
        train(silos, base, tmp_path / "out", validation=public)
    with pytest.raises(PlanError, match="calibrated for 3 validations"):
        train(silos, base, tmp_path / "out", plan={"validations": 3})
    assert not (tmp_path / "out").exists() and len(list(read_jsonl(public))) > 0
