"""`privgen train` over a run: what it spends is spent once, charged before, and kept across runs."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
from erasure_tools import SMALL

from privgen.config import TrainConfig
from privgen.errors import BudgetExhausted, DataError, RunError
from privgen.federated import Ledger
from privgen.files import read_json, read_jsonl, sha256_tree, write_json
from privgen.pipeline import run_stage
from privgen.prompt import TrainingRecord
from privgen.runfolder import RunFolder
from privgen.schema import Purpose
from privgen.silo import Silo
from privgen.stage_train import _large_enough

MORE = {"target_epsilon": 16.0, "rounds": 4}
"""A larger plan: what is spent already counts against it, so it stops before its last round."""


def _flags(models: Path, **train: Any) -> dict[str, Any]:
    return {"train": SMALL | train, "model": str(models / "causal")}


def _entries(folder: Path) -> dict[str, list[dict[str, Any]]]:
    return {path.stem: Ledger.open(path).entries() for path in sorted(folder.glob("*.jsonl"))}


def _epsilon(folder: Path) -> dict[str, float]:
    return {path.stem: Ledger.open(path).spent().epsilon for path in sorted(folder.glob("*.jsonl"))}


@pytest.fixture(scope="module")
def trained(scrubbed: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = Path(shutil.copytree(scrubbed, tmp_path_factory.mktemp("trained") / "run"))
    run_stage("train", run, flags=_flags(models))
    return run


@pytest.fixture
def again(trained: Path, tmp_path: Path) -> Path:
    """A copy of the trained run."""
    return Path(shutil.copytree(trained, tmp_path / "run"))


def test_the_summary_is_what_the_ledgers_say(trained: Path) -> None:
    summary = RunFolder(trained).summary("train")
    assert summary["epsilon"] == pytest.approx(_epsilon(trained / "federated/ledger"))
    assert len(summary["epsilon"]) == 2 and 0 < max(summary["epsilon"].values()) <= 8.0
    assert summary["rounds_done"] == 1 and not summary["unsafe"]
    assert summary["adapter_hash"] == sha256_tree(trained / "federated/adapter")


def test_records_are_of_consenting_customers_only(trained: Path) -> None:
    from privgen.tables import read_table

    for path in sorted((trained / "federated/records").glob("*.jsonl")):
        silo = trained / "scrubbed" / path.stem
        rows = [row for batch in read_table(silo, "customers") for row in batch]
        consenting = {row["customer_id"] for row in rows if "training" in row["consent"]}
        records = [TrainingRecord.from_json(line) for line in read_jsonl(path)]
        assert records and {record.customer_id for record in records} <= consenting < {
            row["customer_id"] for row in rows
        }


def test_a_second_train_is_skipped_and_spends_nothing(again: Path, models: Path) -> None:
    before = sha256_tree(again)
    assert run_stage("train", again, flags=_flags(models)).skipped
    assert run_stage("train", again).skipped and sha256_tree(again) == before


def test_other_settings_charge_the_same_ledgers(again: Path, models: Path) -> None:
    before, spent = _entries(again / "federated/ledger"), _epsilon(again / "federated/ledger")
    result = run_stage("train", again, flags=_flags(models, **MORE))
    assert not result.skipped and result.summary["rounds_done"] >= 1
    after = _entries(again / "federated/ledger")
    for merchant, entries in before.items():
        assert after[merchant][: len(entries)] == entries and len(after[merchant]) > len(entries)
        assert spent[merchant] < _epsilon(again / "federated/ledger")[merchant] <= MORE["target_epsilon"]


def test_a_budget_that_is_spent_stops_and_keeps_the_adapter(again: Path, models: Path) -> None:
    before = {
        name: sha256_tree(again / "federated" / name) for name in ("adapter", "plan.json", "history.jsonl")
    }
    with pytest.raises(BudgetExhausted):
        for rate in (2e-3, 3e-3, 4e-3, 5e-3):  # each one plans for the whole budget again
            run_stage("train", again, flags=_flags(models, learning_rate=rate))
            before = {name: sha256_tree(again / "federated" / name) for name in before}
    assert {name: sha256_tree(again / "federated" / name) for name in before} == before
    assert max(_epsilon(again / "federated/ledger").values()) <= 8.0
    pages = run_stage("generate", again, flags={"generate": {"pages_per_merchant": 1, "max_new_tokens": 8}})
    assert pages.summary["adapter"] == "trained on this data"


def test_ledgers_outside_the_run_span_runs(scrubbed: Path, models: Path, tmp_path: Path) -> None:
    ledgers = tmp_path / "ledgers"
    first, second = (Path(shutil.copytree(scrubbed, tmp_path / name)) for name in ("one", "two"))
    run_stage("train", first, flags=_flags(models, ledger_dir=str(ledgers)))
    spent = _epsilon(ledgers)
    assert RunFolder(first).summary("train")["epsilon"] == pytest.approx(spent) and len(spent) == 2
    with pytest.raises(BudgetExhausted):
        run_stage("train", second, flags=_flags(models, ledger_dir=str(ledgers)))
    assert _epsilon(ledgers) == spent
    summary = run_stage("train", second, flags=_flags(models, ledger_dir=str(ledgers), **MORE)).summary
    assert summary["epsilon"] == pytest.approx(_epsilon(ledgers))
    assert all(_epsilon(ledgers)[merchant] > spent[merchant] for merchant in spent)
    assert not (first / "federated/ledger").exists() and not (second / "federated/ledger").exists()


def test_a_merchant_with_three_customers_is_named(again: Path, models: Path) -> None:
    before = sha256_tree(again)
    with pytest.raises(DataError, match=r"merchant m0\d-\w+: fewer than 500 customers .* min.customers"):
        run_stage("train", again, flags=_flags(models, min_customers=500))
    assert sha256_tree(again) == before  # refused before anything is spent or written


def test_pages_are_written_with_the_adapter_and_say_so(again: Path, models: Path) -> None:
    flags = {"generate": {"pages_per_merchant": 1, "max_new_tokens": 8}}
    assert run_stage("generate", again, flags=flags).summary["adapter"] == "trained on this data"
    page = next(iter(read_jsonl(again / "pages/pages.jsonl")))
    assert page["adapter_hash"] == RunFolder(again).summary("train")["adapter_hash"]
    other = shutil.copytree(models / "causal", again.parent / "other")
    config = read_json(other / "config.json")
    write_json(other / "config.json", config | {"transformers_version": "x"})
    with pytest.raises(RunError, match="trained on another base model"):
        run_stage("generate", again, flags={"model": str(other)})


def test_other_data_is_not_passed_off_as_what_the_adapter_was_trained_on(again: Path, models: Path) -> None:
    run_stage("ingest", again, flags={"synthetic": {"seed": 8}})
    run_stage("scrub", again)
    flags = {"generate": {"pages_per_merchant": 1, "max_new_tokens": 8}}
    assert run_stage("generate", again, flags=flags).summary["adapter"] == "trained on other data"
    before = _entries(again / "federated/ledger")
    assert not run_stage("train", again, flags=_flags(models, **MORE)).skipped
    after = _entries(again / "federated/ledger")
    assert all(after[merchant][: len(entries)] == entries for merchant, entries in before.items())
    assert run_stage("generate", again).summary["adapter"] == "trained on this data"


def test_small_merchants_are_left_out_only_when_asked(tmp_path: Path) -> None:
    tables = [Silo(tmp_path / name, Purpose.TRAINING, dt.date(2026, 1, 1)) for name in ("big", "small")]
    counts = {"big": {"customers": 20}, "small": {"customers": 19}}
    assert _large_enough(tables, counts, TrainConfig()) == (tables, [])
    assert _large_enough(tables, counts, TrainConfig(skip_small=True)) == (tables[:1], ["small"])
    with pytest.raises(DataError, match="no merchant has 21"):
        _large_enough(tables, counts, TrainConfig(skip_small=True, min_customers=21))
