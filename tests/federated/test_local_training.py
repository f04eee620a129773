"""What a silo carries over from round to round: an adaptive bound, by the ledger alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from federated_models import make_base, make_plan, make_silo

from privgen.federated import Ledger, simulate
from privgen.federated.local_training import Task, local_training
from privgen.federated.model import load_model
from privgen.federated.settings import TrainingSettings

PLAN = make_plan(clipping="adaptive", clip_quantile=0.5, clip_learning_rate=0.5, count_noise=2.0, steps=12)


def test_an_adaptive_bound_survives_rounds_restarts_and_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each round starts with the bound that the last committed one ended with; a crash leaves it."""
    base = make_base(tmp_path / "base")
    silo = make_silo(tmp_path, customers=3)
    task = Task(1, load_model(base, rank=2).untrained("B"), "B")
    settings = TrainingSettings(base=base, rank=2, max_length=200, steps_per_round=2)
    started: list[float] = []
    from privgen.federated import opacus_step

    original = opacus_step.private_steps

    def watched(*arguments: object) -> None:
        started.append(arguments[5].clipper.bound)  # type: ignore[attr-defined]
        if len(started) == 3:
            raise KeyboardInterrupt
        original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(opacus_step, "private_steps", watched)
    ended: list[float | None] = [PLAN.max_grad_norm]
    for number in range(1, 6):
        try:
            local_training(silo, tmp_path / "out", PLAN, settings, Task(number, task.weights, "B"))
        except KeyboardInterrupt:
            assert number == 3
        ended.append(Ledger.open(tmp_path / "out" / "alpine.jsonl").clip_norm(PLAN.plan_id))
    assert started == ended[:5] and ended[2] == ended[3] and len(set(ended)) == 5
    ledger = Ledger.open(tmp_path / "out" / "alpine.jsonl")
    assert ledger.spent().epsilon == PLAN.epsilon(10)  # the crashed round is charged


def test_a_round_done_in_pieces_ends_where_one_piece_does(tmp_path: Path) -> None:
    """With a fixed UNSAFE seed, a training that was interrupted between rounds has the same bound and weights
    as one that was not."""
    base, silo = make_base(tmp_path / "base"), make_silo(tmp_path, customers=6)
    bounds = []
    for name, pieces in (("once", (3,)), ("pieces", (1, 2, 3))):
        for rounds in pieces:
            simulate(
                [silo],
                PLAN,
                base,
                tmp_path / name,
                rounds=rounds,
                steps_per_round=2,
                rank=2,
                min_customers=5,
                seed=4,
            )
        bounds.append(Ledger.open(tmp_path / name / "ledger" / "alpine.jsonl").clip_norm(PLAN.plan_id))
    assert bounds[0] == bounds[1] != PLAN.max_grad_norm
