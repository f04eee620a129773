"""The best round by public records: the rule, what it reads, and what it refuses."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from federated_models import make_base, make_plan, make_silo, record
from safetensors.numpy import load_file

from privgen.errors import DataError
from privgen.federated import FederatedResult, Silo, simulate
from privgen.federated.model import load_model
from privgen.federated.settings import TrainingSettings
from privgen.federated.validation import open_validation
from privgen.files import write_jsonl


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def silo(tmp_path: Path) -> Silo:
    return make_silo(tmp_path, "alpine", customers=6, most=2)


@pytest.fixture
def public(tmp_path: Path) -> Path:
    path = tmp_path / "public.jsonl"
    write_jsonl(path, [record(f"p{i}", colour).to_json() for i, colour in enumerate(("red", "blue", "teal"))])
    return path


def _train(silo: Silo, base: str, out: Path, **changes: Any) -> FederatedResult:
    options: dict[str, Any] = {"rounds": 5, "steps_per_round": 2, "rank": 2, "min_customers": 5, "seed": 3}
    return simulate([silo], make_plan(), base, out, **(options | changes))


def _history(result: FederatedResult) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.history.read_text().splitlines()]


def test_the_loss_is_the_mean_of_the_records_own(base: str, public: Path, silo: Silo) -> None:
    model = load_model(base, rank=2)
    settings = TrainingSettings(base=base, rank=2, micro_batch=2)
    validation = open_validation(public, [silo], model, settings)
    found = validation.loss(model, model.untrained("B"))
    import torch

    encoder = model.encoder(512)
    with torch.no_grad():
        losses = [
            float(model.record_losses([encoder.encode(record(f"p{i}", colour), [True, True])]))  # type: ignore[list-item]
            for i, colour in enumerate(("red", "blue", "teal"))
        ]
    assert found == pytest.approx(np.mean(losses), rel=1e-5)


def test_the_adapter_is_that_of_the_best_round(silo: Silo, base: str, public: Path, tmp_path: Path) -> None:
    """Too high a rate, so that the last round is not the best."""
    result = _train(silo, base, tmp_path / "out", validation=public, learning_rate=0.3, seed=1)
    losses = [line["validation_loss"] for line in _history(result)]
    best = int(np.argmin(losses)) + 1
    assert best < 5 and result.best_round == best and result.validation_loss == min(losses)
    short = _train(silo, base, tmp_path / "short", rounds=best, learning_rate=0.3, seed=1)
    found = load_file(result.adapter / "adapter_model.safetensors")
    for name, value in load_file(short.adapter / "adapter_model.safetensors").items():
        np.testing.assert_allclose(found[name], value, atol=1e-6)
    said = json.loads((tmp_path / "out" / "plan.json").read_text())["validation"]
    assert (
        said["best_round"] == best and math.isfinite(said["untrained_loss"]) and "no privacy" in said["rule"]
    )
    again = _train(silo, base, tmp_path / "out", validation=public, learning_rate=0.3, seed=1)
    assert (again.best_round, again.validation_loss) == (best, result.validation_loss)
    assert again.spends == result.spends == short.spends | result.spends  # judging was not charged


def test_without_records_the_last_round_is_kept(silo: Silo, base: str, tmp_path: Path) -> None:
    result = _train(silo, base, tmp_path / "out", rounds=2)
    assert (result.best_round, result.validation_loss) == (None, None)
    assert all("validation_loss" not in line for line in _history(result))
    assert json.loads((tmp_path / "out" / "plan.json").read_text())["validation"] is None


def test_other_records_judge_anew(silo: Silo, base: str, public: Path, tmp_path: Path) -> None:
    _train(silo, base, tmp_path / "out", rounds=2, validation=public)
    other = tmp_path / "other.jsonl"
    write_jsonl(other, [record("q", "black").to_json()])
    result = _train(silo, base, tmp_path / "out", rounds=3, validation=other)
    assert result.best_round == 3  # the first two rounds were judged by other records


def test_a_merchant_s_own_records_are_refused(silo: Silo, base: str, public: Path, tmp_path: Path) -> None:
    mixed = tmp_path / "mixed.jsonl"
    own = silo.records.read_text().splitlines()[4]
    mixed.write_text(public.read_text() + "\n" + own + "\n")
    for path in (mixed, silo.records):
        with pytest.raises(DataError, match=r"merchant alpine's records; validate on public") as caught:
            _train(silo, base, tmp_path / "out", validation=path)
        assert own not in str(caught.value) and "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["", "{}\n", "not json\n"])
def test_bad_files_are_one_line(silo: Silo, base: str, tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(text)
    with pytest.raises(DataError, match=r"bad\.jsonl"):
        _train(silo, base, tmp_path / "out", validation=path)
    with pytest.raises(DataError, match="not found"):
        _train(silo, base, tmp_path / "out", validation=tmp_path / "none.jsonl")
