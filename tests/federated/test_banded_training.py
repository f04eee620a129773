"""Correlated noise in training: turns, sensitivity over a run, and a state that no crash makes cheaper."""

from __future__ import annotations

import itertools
import os
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from federated_models import make_base, make_plan, make_silo
from ledger_tools import killed
from numpy.typing import NDArray
from scipy import stats
from test_strategy_matrix import matrix

from privgen.errors import BudgetExhausted, ConfigError, LedgerError, PlanError
from privgen.federated import Ledger, PrivacyPlan, Silo, simulate
from privgen.federated.ledger_summary import summarise
from privgen.federated.local_training import Task, local_training
from privgen.federated.mechanisms import step_noise_multiplier
from privgen.federated.model import load_model
from privgen.federated.opacus_step import PrivateTrainer, private_steps
from privgen.federated.partition import customer_key, held_out, turn_of
from privgen.federated.randomness import random_source
from privgen.federated.settings import TrainingSettings, Weights
from privgen.federated.silo import open_records
from privgen.federated.steps import open_steps
from privgen.federated.strategy_matrix import sensitivity
from privgen.federated.weights_file import read_weights
from privgen.files import read_jsonl, write_jsonl

BANDS = 3
HELD = {"holdout": 0.2, "validation_noise": 9.0, "validation_bound": 5.0, "validations": 4}


def banded(**changes: Any) -> PrivacyPlan:
    values = {"noise": "banded", "bands": BANDS, "sample_rate": 1.0, "steps": 8, "noise_multiplier": 0.5}
    return make_plan(**(values | changes))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def silo(tmp_path: Path) -> Silo:
    return make_silo(tmp_path, customers=12, most=2)


def settings_of(base: str, **changes: Any) -> TrainingSettings:
    return TrainingSettings(**({"base": base, "rank": 2, "max_length": 200, "steps_per_round": 2} | changes))


def start(base: str) -> Weights:
    return load_model(base, rank=2).untrained("B")


def train(silo: Silo, out: Path, plan: PrivacyPlan, base: str, number: int) -> Weights:
    return local_training(silo, out, plan, settings_of(base), Task(number, start(base), "B"))


def state_of(out: Path) -> Path:
    (found,) = out.glob("alpine.*.noise")
    return found


def test_turns_are_apart_few_and_nobody_else_s(tmp_path: Path, silo: Silo) -> None:
    """Of every customer, whatever rounds and crashes cut the steps into; and without some customers, all
    others keep their turns."""
    key = customer_key(tmp_path / "book.jsonl", "alpine", None)
    turn = turn_of(key, BANDS)
    plan, ids = banded(steps=11), [f"c{i}" for i in range(300)]
    assert sorted({turn(name) for name in ids}) == [0, 1, 2]
    counts = np.bincount([turn(name) for name in ids], minlength=BANDS)
    assert stats.chisquare(counts).pvalue > 1e-6  # the key is random
    records, ledger = open_records(silo), Ledger.open(tmp_path / "book.jsonl")
    seen: dict[tuple[int, ...], list[int]] = {}
    for first in (0, 2, 4, 6, 9):
        steps = open_steps(plan, ledger, records, key, 5, random_source(1))
        shifted = type(steps)(steps.clipper, steps.noise, steps.turns, first)
        for step in range(2):
            for unit in shifted.units(step):
                seen.setdefault(unit, []).append(first + step)
    assert len(seen) == 12
    for taken in seen.values():
        assert len(taken) <= plan.participations
        assert all(b - a >= BANDS for a, b in itertools.pairwise(taken))
    assert turn_of(customer_key(tmp_path / "x.jsonl", "x", None), 10**9)("c1") != turn_of(key, 10**9)("c1")
    assert customer_key(tmp_path / "y", "m", 3) == customer_key(tmp_path / "z", "m", 3)


def sums(silo: Silo, base: str, plan: PrivacyPlan, folder: Path) -> NDArray[np.float64]:
    """The clipped sums of all steps, without noise, at fixed weights: what the matrix multiplies."""
    model, records = load_model(base, rank=2), open_records(silo)
    model.set_weights(start(base))
    key = customer_key(folder / "alpine.jsonl", "alpine", 5)
    with Ledger.open(folder / "alpine.jsonl").locked():
        steps = open_steps(plan, Ledger(folder / "alpine.jsonl"), records, key, 5, random_source(1))
    settings = settings_of(base, signal_dropout=0.0, learning_rate=1e-30)
    trainer = PrivateTrainer(model, plan, settings, random_source(1), clipper=steps.clipper)
    rows: list[NDArray[np.float64]] = []
    trainer.optimizer.attach_step_hook(
        lambda _: rows.append(
            np.concatenate([p.grad.double().numpy().ravel() for p in model.parameters.values()])
        )
    )
    for step in range(plan.steps):
        trainer.step(list(trainer.sample(steps.units(step), records, model.encoder(200))))
    trainer.close()
    return np.stack(rows)


@pytest.mark.parametrize("clipping", ["flat", "automatic"])
def test_one_customer_moves_a_whole_run_by_its_sensitivity_at_most(
    clipping: str, base: str, silo: Silo, tmp_path: Path
) -> None:
    """Brute force over neighbouring data: without each of five customers in turn, C times the difference of
    the streams; the bound is small, so that every gradient reaches it."""
    stability = {"clip_stability": 1e-4} if clipping == "automatic" else {}
    plan = banded(
        noise_multiplier=0.0, max_grad_norm=1e-3, batch_divisor=1.0, clipping=clipping, steps=7, **stability
    )
    c = matrix(BANDS, 7)
    rows = list(read_jsonl(silo.records))
    whole = sums(silo, base, plan, tmp_path / "whole")
    most = sensitivity(BANDS, 7) * plan.max_grad_norm
    reached = 0.0
    for gone in range(5):
        path = tmp_path / f"{gone}" / "alpine.jsonl"
        write_jsonl(path, [row for row in rows if row["customer_id"] != f"c{gone}"])
        without = sums(Silo("alpine", path), base, plan, tmp_path / f"ledger{gone}")
        moved = float(np.linalg.norm(c @ (whole - without)))
        assert 0.0 < moved <= most * (1 + 1e-4)
        reached = max(reached, moved)
    assert reached > 0.7 * most


def test_a_run_s_noise_is_planned_correlated_and_survives_rounds(base: str, tmp_path: Path) -> None:
    """Four rounds of two steps, each from the state on disk. Nobody has records that fit, so that what the
    optimiser gets is noise: C times it, over step noise and bound, is white (chi-square and Kolmogorov and
    Smirnov, false alarm 2e-3 at this seed)."""
    plan, records = (
        banded(max_grad_norm=0.3, batch_divisor=4.0),
        open_records(make_silo(tmp_path, customers=4)),
    )
    model, ledger = load_model(base, rank=2), Ledger.open(tmp_path / "book.jsonl")
    model.set_weights(start(base))
    size = sum(p.numel() for p in model.parameters.values())
    rows: list[NDArray[np.float64]] = []
    for number in range(4):
        source = random_source(40, number)
        with ledger.locked():
            steps = open_steps(plan, ledger, records, b"key", size, source)
            entry = ledger.reserve(
                plan, steps=2, server_round=number, data_fingerprint="ab", instance=steps.instance
            )
            trainer = PrivateTrainer(
                model, plan, settings_of(base), source, clipper=steps.clipper, noise=steps.noise
            )
            trainer.optimizer.attach_step_hook(
                lambda _: rows.append(
                    np.concatenate([p.grad.double().numpy().ravel() for p in model.parameters.values()])
                )
            )
            for _ in range(2):
                trainer.step([])
            trainer.close()
            steps.keep(plan)
            ledger.commit(entry)
    noise = np.stack(rows) * 4.0 / (0.3 * step_noise_multiplier(plan))
    white = matrix(BANDS, 8) @ noise
    low, high = stats.chi2.ppf([5e-4, 1 - 5e-4], df=white.size)
    assert low < float((white**2).sum()) < high and not low < float((noise**2).sum()) < high
    assert stats.kstest(white.ravel(), "norm").pvalue > 1e-3
    assert step_noise_multiplier(plan) == pytest.approx(0.5 * sensitivity(BANDS, 8))


def test_the_ledger_charges_a_run_once_and_counts_its_steps(base: str, silo: Silo, tmp_path: Path) -> None:
    out, plan = tmp_path / "out", banded()
    for number in range(1, 5):
        train(silo, out, plan, base, number)
    ledger = Ledger.open(out / "alpine.jsonl")
    assert ledger.spent().epsilon == plan.epsilon() == plan.epsilon(1) and len(ledger.events()) == 1
    lines = [line for line in ledger.entries() if line["state"] == "reserved"]
    assert [line["first_step"] for line in lines] == [0, 2, 4, 6] and len({x["instance"] for x in lines}) == 1
    assert {(x["bands"], x["participations"], x["planned_steps"]) for x in lines} == {(BANDS, 3, 8)}
    (use,) = summarise(ledger).plans
    assert (use.steps, use.steps_left) == (8, 0) and "3 bands, 3 participations" in use.mechanism
    with pytest.raises(BudgetExhausted, match="8 of the plan's 8 steps"):
        train(silo, out, plan, base, 5)
    state = state_of(out)
    assert set(read_weights(state)[0]) == {"position"}  # at the end, nothing secret is left
    assert state.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "place", ["privgen.federated.opacus_step.private_steps", "privgen.federated.ledger.Ledger.commit"]
)
def test_a_crash_uses_steps_up_and_never_the_same_noise(
    place: str, base: str, silo: Silo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round that dies between reserve and commit, before its state is kept or after: the run goes on behind
    its steps, at no further price."""
    out, plan = tmp_path / "out", banded()
    train(silo, out, plan, base, 1)
    before = read_weights(state_of(out))[0]

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(place, dies)
        with pytest.raises(KeyboardInterrupt):
            train(silo, out, plan, base, 2)
    train(silo, out, plan, base, 2)
    ledger = Ledger.open(out / "alpine.jsonl")
    lines = ledger.entries()
    assert [(x["first_step"], x["state"]) for x in lines] == [
        *[(0, "reserved"), (0, "committed"), (2, "reserved"), (4, "reserved"), (4, "committed")]
    ]
    assert ledger.spent().epsilon == plan.epsilon()
    after, metadata = read_weights(state_of(out))
    assert metadata["position"] == "6"
    for one, other in itertools.product(("000000", "000001"), repeat=2):
        assert not np.array_equal(before[one], after[other])
    train(silo, out, plan, base, 3)
    with pytest.raises(BudgetExhausted):
        train(silo, out, plan, base, 4)


def _rounds_until_killed(silo: Silo, out: Path, plan: PrivacyPlan, base: str, pipe: int) -> None:
    for number in range(1, plan.steps):
        change = train(silo, out, plan, base, number)
        os.write(pipe, f"{number} {sorted(change)[0]}\n".encode())  # the result is out


def test_kill_9_at_random_moments_never_makes_a_run_cheaper_or_repeat(
    base: str, silo: Silo, tmp_path: Path
) -> None:
    """Twelve kills: after each the run goes on behind all that was reserved, whatever was let out had been
    committed, one run is charged once, and no row of noise that was kept comes again at another step."""
    out, plan, delays = tmp_path / "out", banded(steps=2000), random.Random(3)
    train(silo, out, plan, base, 1)  # load everything before the forks
    rows: dict[bytes, int] = {}
    for _ in range(12):
        told = killed(
            lambda pipe: _rounds_until_killed(silo, out, plan, base, pipe), delays.uniform(0.0, 0.08), first=1
        )
        ledger = Ledger.open(out / "alpine.jsonl")
        entries = ledger.entries()
        (instance,) = {entry["instance"] for entry in entries}
        reserved, committed = ledger.run_steps(instance)
        tensors, metadata = read_weights(state_of(out))
        assert committed <= int(metadata["position"]) <= reserved
        assert sum(entry["state"] == "committed" for entry in entries) >= 1 + told.count(b"\n") > 1
        assert ledger.spent().epsilon == plan.epsilon(1)
        for place in range(BANDS - 1):
            step = int(metadata["position"]) - place
            assert rows.setdefault(tensors[f"{place:06d}"].tobytes(), step) == step
    train(silo, out, plan, base, 1)
    assert len(rows) > 12


def test_an_older_copy_of_the_state_or_of_the_ledger_is_refused(
    base: str, silo: Silo, tmp_path: Path
) -> None:
    out, plan = tmp_path / "out", banded()
    train(silo, out, plan, base, 1)
    shutil.copytree(out, tmp_path / "old")
    train(silo, out, plan, base, 2)
    state, old = state_of(out), tmp_path / "old"
    newest = state.read_bytes()
    shutil.copy(old / state.name, state)
    with pytest.raises(LedgerError, match=r"at step 2, its ledger committed 4 and reserved 4: .* older copy"):
        train(silo, out, plan, base, 3)
    state.write_bytes(newest)
    for name in ("alpine.jsonl", "alpine.head"):
        shutil.copy(old / name, out)
    with pytest.raises(LedgerError, match="at step 4, its ledger committed 2"):
        train(silo, out, plan, base, 3)


@pytest.mark.parametrize("lost", ["state", "key", "weights"])
def test_a_run_that_cannot_go_on_is_paid_for_again(lost: str, base: str, silo: Silo, tmp_path: Path) -> None:
    """Without its noise, with other turns, or with other weights: a new run, or the end of the budget."""
    out = tmp_path / "out"
    for plan, enough in (
        (banded(target_epsilon=1000.0), True),
        (banded(target_epsilon=1.2 * banded().epsilon()), False),
    ):
        train(silo, out, plan, base, 1)
        rank = 4 if lost == "weights" else 2
        if lost == "state":
            state_of(out).unlink()
        elif lost == "key":
            (out / "alpine.salt").unlink()
        task = Task(2, load_model(base, rank=rank).untrained("B"), "B")
        again = settings_of(base, rank=rank)
        if enough:
            local_training(silo, out, plan, again, task)
        else:
            with pytest.raises(BudgetExhausted, match="would make epsilon"):
                local_training(silo, out, plan, again, task)
        events = Ledger.open(out / "alpine.jsonl").events()
        assert events == [plan.event()] * (2 if enough else 1)
        shutil.rmtree(out)


def test_what_does_not_go_with_correlated_noise_is_refused(base: str, silo: Silo, tmp_path: Path) -> None:
    plan = banded()
    with pytest.raises(PlanError, match="wants a ledger"):
        private_steps(load_model(base, rank=2), open_records(silo), plan, settings_of(base), random_source(1))
    with pytest.raises(ConfigError, match="not alternating"):
        simulate(
            [silo],
            plan,
            base,
            tmp_path,
            rounds=2,
            steps_per_round=2,
            min_customers=5,
            aggregation="alternating",
        )
    ledger = Ledger.open(tmp_path / "m.jsonl")
    for made, instance, purpose in (
        *[(plan, None, "training"), (make_plan(), "ab", "training"), (plan, "not an id", "training")],
        *[
            (made, "ab", "validation") for made in (banded(**HELD), make_plan(**HELD))
        ],  # one run would pay for all validations
    ):
        with pytest.raises(PlanError, match="instance"):
            ledger.reserve(
                made,
                steps=1,
                server_round=1,
                data_fingerprint="ab",
                purpose=purpose,  # type: ignore[arg-type]
                instance=instance,
            )
    assert not held_out(b"key", 0.0)("c1")
