"""A whole training: artefacts, resume, budget, faults, and what a kill leaves behind."""

from __future__ import annotations

import contextlib
import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import killed_training
import numpy as np
import pytest
import torch
from federated_models import make_base, make_plan, make_silo
from safetensors.numpy import load_file
from started import Forked

from privgen.errors import (
    BudgetExhausted,
    ConfigError,
    DataError,
    LedgerError,
    ModelError,
    PlanError,
    RunError,
)
from privgen.federated import FederatedResult, Ledger, PrivacyPlan, Silo, simulate
from privgen.federated.accounting import PrivacyEvent, pld_epsilon
from privgen.federated.model import load_model
from privgen.federated.opacus_step import private_steps
from privgen.federated.randomness import random_source
from privgen.federated.settings import TrainingSettings
from privgen.federated.silo import open_records
from privgen.federated.wire import WIRE

CANARY = "canary-7719"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def silos(tmp_path: Path) -> list[Silo]:
    return [_silo(tmp_path, name) for name in ("alpine", "harbour")]


def _silo(folder: Path, merchant: str = "alpine", seed: int = 1) -> Silo:
    return make_silo(folder, merchant, customers=6, most=2, seed=seed)


def _train(silos: list[Silo], plan: PrivacyPlan, base: str, out: Path, **changes: Any) -> FederatedResult:
    options: dict[str, Any] = {"rounds": 3, "steps_per_round": 2, "rank": 4, "min_customers": 5}
    return simulate(silos, plan, base, out, **(options | changes))


def _adapter(result: FederatedResult) -> dict[str, np.ndarray]:
    return dict(load_file(result.adapter / "adapter_model.safetensors"))


def _history(result: FederatedResult) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.history.read_text().splitlines()]


def _same(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> bool:
    return first.keys() == second.keys() and all(np.array_equal(first[n], second[n]) for n in first)


def test_artefacts_and_figures(silos: list[Silo], base: str, tmp_path: Path) -> None:
    told: list[tuple[float, float | None]] = []
    plan = make_plan()
    out = tmp_path / "out"
    result = _train(silos, plan, base, out, progress=lambda done, total, _: told.append((done, total)))
    assert (result.rounds_done, result.stopped, result.unsafe) == (3, None, False)
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    step = PrivacyEvent("poisson_subsampled_gaussian", plan.noise_multiplier, plan.sample_rate, 6)
    for merchant in ("alpine", "harbour"):
        assert result.spends[merchant].epsilon == pytest.approx(pld_epsilon([step], 1e-5))
        states = [entry["state"] for entry in Ledger.open(out / "ledger" / f"{merchant}.jsonl").entries()]
        assert states == ["reserved", "committed"] * 3
    assert result.epsilon_composed == pytest.approx(
        {1: pld_epsilon([step], 1e-5), 2: pld_epsilon([step, step], 1e-5)}
    )
    lines = _history(result)
    assert [line["server_round"] for line in lines] == [1, 2, 3]
    assert all(line["participants"] == ["alpine", "harbour"] and not line["failures"] for line in lines)
    assert lines[2]["epsilon"]["alpine"] == pytest.approx(result.spends["alpine"].epsilon)
    written = json.loads((out / "plan.json").read_text())
    assert PrivacyPlan.from_json(written["plan"]) == plan and written["claim"] == plan.claim()
    assert plan.claim() in (result.adapter / "README.md").read_text()
    assert any(value.any() for name, value in _adapter(result).items() if "lora_B" in name)


def test_nothing_un_noised_is_in_what_leaves(silos: list[Silo], base: str, tmp_path: Path) -> None:
    """History holds no count of customers or records, no loss, no norm of a gradient, no text."""
    result = _train(silos, make_plan(), base, tmp_path / "out")
    keys = {"server_round", "asked", "participants", "failures", "bytes_sent", "bytes_received", "seconds"}
    assert all(line.keys() == keys | {"epsilon", "unsafe", "update_norm"} for line in _history(result))


def test_a_fixed_seed_repeats_itself_and_is_stamped(silos: list[Silo], base: str, tmp_path: Path) -> None:
    first, second = (_train(silos, make_plan(), base, tmp_path / name, seed=9) for name in "ab")
    assert _same(_adapter(first), _adapter(second)) and first.unsafe
    for out in (tmp_path / "a", tmp_path / "b"):
        assert json.loads((out / "plan.json").read_text())["unsafe"] is True
        assert "UNSAFE" in (out / "adapter" / "README.md").read_text()
        assert Ledger.open(out / "ledger" / "alpine.jsonl").unsafe
    assert all(line["unsafe"] for line in _history(first))
    free = [_train(silos, make_plan(), base, tmp_path / name) for name in "cd"]
    assert not _same(_adapter(free[0]), _adapter(free[1]))


def test_one_silo_federated_is_central_training(base: str, tmp_path: Path) -> None:
    """To the last bit: the same steps in the same order with the same draws, travelling in half precision."""
    silo = _silo(tmp_path)
    plan = make_plan()
    result = _train([silo], plan, base, tmp_path / "out", seed=4, learning_rate=1e-3)
    model = load_model(base, rank=4)
    weights = {name: value * 0 for name, value in model.weights().items()}
    settings = TrainingSettings(base=base, rank=4, steps_per_round=2, learning_rate=1e-3, seed=4)
    for server_round in (1, 2, 3):
        given = {name: value.astype(WIRE).astype(np.float32) for name, value in weights.items()}
        model.set_weights(given)
        source = random_source(4, "alpine", server_round)
        private_steps(model, open_records(silo), plan, settings, source)
        for name, value in model.weights().items():
            weights[name] = weights[name] + (value - given[name]).astype(WIRE).astype(np.float32)
    for name, value in load_file(tmp_path / "out" / "state.safetensors").items():
        np.testing.assert_array_equal(value, weights[name])
    assert result.rounds_done == 3


class _Stop(Exception):
    pass


def test_resume_after_an_interruption(silos: list[Silo], base: str, tmp_path: Path) -> None:
    """Interrupted after round 2, done to the end, then asked again: the same adapter as in one go."""

    def interrupt(done: float, total: float | None, label: str) -> None:
        if done == 2:
            raise _Stop

    whole = _train(silos, make_plan(), base, tmp_path / "whole", seed=9)
    out = tmp_path / "out"
    with pytest.raises(_Stop):
        _train(silos, make_plan(), base, out, seed=9, progress=interrupt)
    assert not (out / "adapter").exists()
    again = [_train(silos, make_plan(), base, out, seed=9) for _ in range(2)]
    assert [result.rounds_done for result in again] == [3, 3]
    assert _same(_adapter(whole), _adapter(again[1]))
    assert [line["server_round"] for line in _history(again[1])] == [1, 2, 3]
    assert again[1].spends == whole.spends  # no round was lost, so none was charged twice


def test_another_plan_or_other_records_start_anew_and_the_ledger_goes_on(base: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    silo = _silo(tmp_path)
    first = _train([silo], make_plan(), base, out, rounds=2)
    spent = first.spends["alpine"].epsilon
    for plan, changed in (
        (make_plan(noise_multiplier=2.0), silo),
        (make_plan(), _silo(tmp_path, seed=2)),
    ):
        result = _train([changed], plan, base, out, rounds=1)
        assert result.rounds_done == 1 and len(_history(result)) == 1
        assert result.spends["alpine"].epsilon > spent
        spent = result.spends["alpine"].epsilon


def test_the_budget_stops_training_and_keeps_the_model(silos: list[Silo], base: str, tmp_path: Path) -> None:
    """The shared ledger already holds one training of the same plan."""
    plan = make_plan(steps=8)
    shared = tmp_path / "ledgers"
    _train(silos, plan, base, tmp_path / "first", rounds=2, ledger_dir=shared)
    second = _train(silos, plan, base, tmp_path / "second", ledger_dir=shared)
    assert second.rounds_done == 2 and second.stopped is not None and "budget" in second.stopped
    assert (second.adapter / "adapter_model.safetensors").exists() and len(_history(second)) == 2
    with pytest.raises(BudgetExhausted, match=r"^alpine: .*8 of the plan's 8 steps are used"):
        _train(silos, plan, base, tmp_path / "third", ledger_dir=shared)
    assert not (tmp_path / "third" / "adapter").exists()


def test_the_budget_is_the_target_epsilon_too(silos: list[Silo], base: str, tmp_path: Path) -> None:
    plan = make_plan(target_epsilon=5.0)
    result = _train(silos, plan, base, tmp_path / "out", rounds=10, steps_per_round=2)
    assert 0 < result.rounds_done < 10 and result.stopped is not None
    assert all(spend.epsilon <= 5.0 for spend in result.spends.values())


def test_a_merchant_without_budget_leaves_and_the_others_go_on(
    silos: list[Silo], base: str, tmp_path: Path
) -> None:
    plan, shared = make_plan(steps=6), tmp_path / "ledgers"
    _train(silos[:1], plan, base, tmp_path / "first", rounds=2, ledger_dir=shared)
    result = _train(silos, plan, base, tmp_path / "out", ledger_dir=shared)
    lines = _history(result)
    assert [line["participants"] for line in lines] == [["alpine", "harbour"], ["harbour"], ["harbour"]]
    assert "BudgetExhausted" in lines[1]["failures"]["alpine"] and result.stopped is None


def test_a_silo_that_breaks_down_is_named(silos: list[Silo], base: str, tmp_path: Path) -> None:
    """Its records become unreadable after round 1; nothing of them is quoted."""

    def spoil(done: float, total: float | None, label: str) -> None:
        if done == 1:
            silos[1].records.write_text(f'{{"customer_id": "{CANARY}"}}\n')

    result = _train(silos, make_plan(), base, tmp_path / "out", progress=spoil)
    lines = _history(result)
    assert [line["participants"] for line in lines] == [["alpine", "harbour"], ["alpine"], ["alpine"]]
    assert lines[1]["failures"]["harbour"].startswith("DataError: merchant harbour")
    assert CANARY not in result.history.read_text()
    with pytest.raises(DataError, match="harbour"):
        _train(silos, make_plan(), base, tmp_path / "out")


def test_all_silos_failing_ends_in_one_line(silos: list[Silo], base: str, tmp_path: Path) -> None:
    def spoil(done: float, total: float | None, label: str) -> None:
        if done == when:
            for silo in silos:
                silo.records.write_text("{}\n")

    when = 1
    stopped = _train(silos, make_plan(), base, tmp_path / "out", progress=spoil).stopped
    assert stopped is not None and "after round 1" in stopped and "\n" not in stopped
    silos[:] = [_silo(tmp_path, name) for name in ("alpine", "harbour")]
    when = 0
    with pytest.raises(RunError, match=r"^first round: no silo could take part \(alpine: DataError"):
        _train(silos, make_plan(), base, tmp_path / "other", progress=spoil)


def test_a_ledger_in_use_or_tampered_with_stops_training(
    silos: list[Silo], base: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    path = out / "ledger" / "harbour.jsonl"
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom privgen.federated import Ledger\n"
        "with Ledger.open(Path(sys.argv[1])).locked():\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        holder.stdout.readline()
        with pytest.raises(LedgerError, match="another process"):
            _train(silos, make_plan(), base, out)
        holder.stdin.close()
    _train(silos, make_plan(), base, out, rounds=1)
    path.write_text(path.read_text().replace('"steps":2', '"steps":1'))
    with pytest.raises(LedgerError, match=r"harbour\.jsonl: line 1"):
        _train(silos, make_plan(), base, out)


def test_bad_arguments(silos: list[Silo], base: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    plan = make_plan()
    small = make_silo(tmp_path, "mill", customers=3)
    for error, words, given, options in (
        (DataError, "no silos", [], {}),
        (DataError, "same merchant_id", [silos[0], silos[0]], {}),
        (DataError, "merchant mill: fewer than 5 customers", [*silos, small], {}),
        (PlanError, "calibrate with steps=22", silos, {"rounds": 11}),
        (ConfigError, "rounds", silos, {"rounds": 0}),
        (ConfigError, "engine", silos, {"engine": "cloud"}),
        (ConfigError, "rank", silos, {"rank": 0}),
        (DataError, "merchant alpine: .* max_length 9 tokens", silos, {"max_length": 9}),
    ):
        with pytest.raises(error, match=words) as caught:
            _train(given, plan, base, out, **options)
        assert "\n" not in str(caught.value)
    with pytest.raises(ModelError, match="not loadable"):
        _train(silos, plan, str(tmp_path / "no-model"), out)
    assert not out.exists()
    assert _train([small], plan, base, out, rounds=1, min_customers=3).rounds_done == 1


def test_torch_s_own_generator_is_neither_read_nor_moved(
    silos: list[Silo], base: str, tmp_path: Path
) -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    _train(silos, make_plan(), base, tmp_path / "out", rounds=1)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.slow
def test_kill_at_random_moments_never_under_counts(tmp_path: Path) -> None:
    """Ten times kill -9, seed 17: rounds never go back, every round in the model has been charged."""
    make_base(tmp_path / "base")
    silos = [_silo(tmp_path, name) for name in ("alpine", "harbour")]
    rng = random.Random(17)
    reached = 0
    for _ in range(10):
        told = _killed(tmp_path, after=rng.randint(0, 4), seconds=rng.uniform(0.0, 0.1))
        assert told[0] >= reached  # it went on, not back
        reached = told[-1]
        for silo in silos:
            entries = Ledger.open(tmp_path / "out" / "ledger" / f"{silo.merchant_id}.jsonl").entries()
            rounds = {state: {e["server_round"] for e in entries if e["state"] == state} for state in _STATES}
            assert {*range(1, reached + 1)} <= rounds["committed"] <= rounds["reserved"]
    assert 0 < reached < killed_training.ROUNDS
    result = killed_training.train(tmp_path)
    assert [line["server_round"] for line in _history(result)] == [*range(1, killed_training.ROUNDS + 1)]
    assert all(np.isfinite(value).all() for value in _adapter(result).values())


_STATES = ("reserved", "committed")


def _killed(folder: Path, *, after: int, seconds: float) -> list[int]:
    """Rounds done that a training told of before it was killed, a moment after its `after`-th round."""
    process = Forked(killed_training.train_and_tell, folder)
    told = [process.pipe.recv() for _ in range(after + 1)]
    time.sleep(seconds)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    with contextlib.suppress(EOFError):
        while True:
            told.append(process.pipe.recv())
    return told
