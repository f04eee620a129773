"""Silos that misbehave in a round: named, left out, charged for what they took; the others are not disturbed.

Real Flower apps and real training; what is expected of the model is the training of the honest silos alone.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faulty_clients import CANARY, faulty_app
from federated_models import make_base, make_plan, make_silo
from safetensors.numpy import load_file

from privgen.federated import FederatedResult, Ledger, Silo, simulate
from privgen.federated.bounds import update_bound
from privgen.federated.engines import run_inprocess
from privgen.federated.flower_app import server_app
from privgen.federated.rules import Rules, Use
from privgen.federated.settings import TrainingSettings, Weights
from privgen.federated.strategies import PrivateRounds
from privgen.federated.training import Training
from privgen.progress import silent

pytestmark = pytest.mark.usefixtures("libraries_loaded")
NAMES = ("alpine", "harbour", "mill")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def silos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Silo, ...]:
    folder = tmp_path_factory.mktemp("records")
    return tuple(make_silo(folder, name, customers=6, most=2) for name in NAMES)


@pytest.fixture(scope="module")
def honest(base: str, silos: tuple[Silo, ...], tmp_path_factory: pytest.TempPathFactory) -> Weights:
    """The adapter that alpine and mill train alone."""
    return adapter(
        simulate(
            [silos[0], silos[2]],
            make_plan(),
            base,
            tmp_path_factory.mktemp("honest"),
            rounds=2,
            steps_per_round=2,
            rank=4,
            learning_rate=1e-3,
            min_customers=5,
            seed=9,
        )
    )


def train(
    silos: tuple[Silo, ...],
    base: str,
    out: Path,
    faults: dict[str, str],
    *,
    rounds: int = 2,
    workers: int | None = None,
    deadline: float | None = None,
    **rules: Any,
) -> FederatedResult:
    settings = TrainingSettings(base=base, rank=4, steps_per_round=2, learning_rate=1e-3, seed=9)
    made = Rules("", bound=partial(update_bound, settings), seed=9, deadline=deadline, **rules)
    plan = make_plan()
    training = Training(
        silos, plan, settings, _with_plan(made, plan.plan_id), out, out / "ledger", None, silent
    )

    def federate(strategy: PrivateRounds, weights: Weights, left: int) -> None:
        client = partial(faulty_app, silos, out / "ledger", plan, settings, faults)
        server = server_app(strategy, weights, left, deadline=deadline)
        run_inprocess(server, client, len(silos), Use(workers=workers))

    return training.run(rounds, federate)


def _with_plan(rules: Rules, plan_id: str) -> Rules:
    import dataclasses

    return dataclasses.replace(rules, plan_id=plan_id)


def history(result: FederatedResult) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.history.read_text().splitlines()]


def states(out: Path, merchant: str) -> list[str]:
    return [entry["state"] for entry in Ledger.open(out / "ledger" / f"{merchant}.jsonl").entries()]


def adapter(result: FederatedResult) -> dict[str, np.ndarray]:
    return dict(load_file(result.adapter / "adapter_model.safetensors"))


CHARGED, RESERVED = ["reserved", "committed"] * 2, ["reserved"]


@pytest.mark.parametrize(
    ("fault", "reason", "charged"),
    [
        ("nan", "not finite", CHARGED),
        ("shape", "other names or shapes", CHARGED),
        ("tenfold", "the settings allow at most", CHARGED),
        ("huge", "the settings allow at most", CHARGED),
        ("poser", "another merchant", CHARGED),
        ("raise_after", "the node failed", CHARGED),
        ("raise_before", "the node failed", []),
    ],
)
def test_a_faulty_silo_is_named_charged_and_left_out(
    silos: tuple[Silo, ...],
    base: str,
    tmp_path: Path,
    honest: Weights,
    fault: str,
    reason: str,
    charged: list[str],
) -> None:
    out = tmp_path / "out"
    result = train(silos, base, out, {"harbour": fault})
    assert result.rounds_done == 2 and result.stopped is None
    for line in history(result):
        assert line["asked"] == sorted(NAMES) and line["participants"] == ["alpine", "mill"]
        assert set(line["failures"]) == {"harbour"} and reason in line["failures"]["harbour"]
        assert line["bytes_received"] * 3 == line["bytes_sent"] * 2
    assert CANARY not in result.history.read_text()
    assert states(out, "harbour") == charged and states(out, "alpine") == CHARGED
    found = adapter(result)
    for name, value in honest.items():
        np.testing.assert_array_equal(found[name], value)


def test_ten_times_the_usual_is_noticed_also_where_settings_allow_it(
    silos: tuple[Silo, ...], base: str, tmp_path: Path
) -> None:
    """With many small steps the bound is wide; the last round's median tells."""
    result = train(silos, base, tmp_path / "out", {"mill": "tenfold@2"}, rounds=2)
    first, second = history(result)
    assert first["participants"] == sorted(NAMES) and "mill" in second["failures"]


@pytest.mark.parametrize("workers", [None, pytest.param(2, marks=pytest.mark.slow)])
def test_a_straggler_misses_the_deadline_and_comes_back(
    silos: tuple[Silo, ...], base: str, tmp_path: Path, workers: int | None
) -> None:
    """In one process its work is done and charged; a worker is stopped, and its reservation stays."""
    out = tmp_path / "out"
    fault = "slow@2" if workers is None else "lazy@2"
    deadline = 3.0 if workers is None else 8.0
    result = train(silos, base, out, {"mill": fault}, rounds=3, deadline=deadline, workers=workers)
    lines = history(result)
    assert [line["participants"] for line in lines] == [sorted(NAMES), ["alpine", "harbour"], sorted(NAMES)]
    assert lines[1]["failures"] == {"mill": f"no reply within {deadline:g} s"}
    committed = states(out, "mill").count("committed")
    assert committed == (3 if workers is None else 2)


@pytest.mark.slow
def test_a_worker_that_dies_is_replaced(silos: tuple[Silo, ...], base: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = train(silos, base, out, {"harbour": "die@1"}, rounds=2, workers=2)
    first, second = history(result)
    assert first["failures"] == {"harbour": "the node failed"} and not second["failures"]
    assert states(out, "harbour") == ["reserved", "committed"] * 2  # it died after its steps


def test_nobody_usable_is_one_clear_line(silos: tuple[Silo, ...], base: str, tmp_path: Path) -> None:
    from privgen.errors import RunError

    with pytest.raises(RunError, match=r"^first round: no silo could take part \(alpine: sent weights that"):
        train(silos, base, tmp_path / "out", dict.fromkeys(NAMES, "nan"))
    later = train(silos, base, tmp_path / "later", dict.fromkeys(NAMES, "nan@2"), rounds=3)
    assert later.rounds_done == 1 and later.stopped is not None and "after round 1" in later.stopped
