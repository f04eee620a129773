"""The state of correlated noise on disk: refusals leave it alone, damage is named, no secret stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from federated_models import make_base, make_silo
from test_banded_training import banded, settings_of, state_of, train

from privgen.errors import BudgetExhausted, LedgerError
from privgen.federated import Ledger, Silo
from privgen.federated.local_training import Task, local_training
from privgen.federated.model import load_model
from privgen.federated.weights_file import read_weights


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def silo(tmp_path: Path) -> Silo:
    return make_silo(tmp_path, customers=12, most=2)


@pytest.mark.parametrize("refused", ["weights", "key", "seed"])
def test_a_refused_training_leaves_a_run_alone(refused: str, base: str, silo: Silo, tmp_path: Path) -> None:
    """Another rank, customer key or a fixed seed: no budget for a run of their own, and the first goes on."""
    out, plan = tmp_path / "out", banded(target_epsilon=1.2 * banded().epsilon())
    train(silo, out, plan, base, 1)
    paid, salt = state_of(out), out / "alpine.salt"
    before, key = paid.read_bytes(), salt.read_text()
    other: dict[str, Any] = {"weights": {"rank": 4}, "seed": {"seed": 5}, "key": {}}[refused]
    if refused == "key":
        salt.write_text("ab" * 32)
    task = Task(2, load_model(base, rank=other.get("rank", 2)).untrained("B"), "B")
    with pytest.raises(BudgetExhausted, match="would make epsilon"):
        local_training(silo, out, plan, settings_of(base, **other), task)
    salt.write_text(key)
    assert paid.read_bytes() == before
    train(silo, out, plan, base, 2)
    ledger = Ledger.open(out / "alpine.jsonl")
    (instance,) = {entry["instance"] for entry in ledger.entries()}
    assert ledger.run_steps(instance) == (4, 4) and ledger.spent().epsilon == plan.epsilon()


def test_a_damaged_state_is_refused(base: str, silo: Silo, tmp_path: Path) -> None:
    """Cut short, empty, or of another run: the ledger's own error, which says what to do."""
    out, plan = tmp_path / "out", banded()
    train(silo, out, plan, base, 1)
    train(silo, tmp_path / "other", plan, base, 1)
    state, other = state_of(out), state_of(tmp_path / "other")
    whole = state.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:3], b"", other.read_bytes()):
        state.write_bytes(damaged)
        with pytest.raises(LedgerError, match=r"\.noise: not a state of noise; restore it, or delete it"):
            train(silo, out, plan, base, 2)
    state.write_bytes(whole)
    train(silo, out, plan, base, 2)


def test_a_run_whose_last_round_crashed_keeps_nothing_secret(
    base: str, silo: Silo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, plan = tmp_path / "out", banded(steps=4)
    train(silo, out, plan, base, 1)

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("privgen.federated.opacus_step.private_steps", dies)
        with pytest.raises(KeyboardInterrupt):
            train(silo, out, plan, base, 2)
    assert set(read_weights(state_of(out))[0]) > {"position"}
    for _ in range(2):  # and it is read again
        with pytest.raises(BudgetExhausted, match="4 of the plan's 4 steps"):
            train(silo, out, plan, base, 3)
        assert set(read_weights(state_of(out))[0]) == {"position"}
