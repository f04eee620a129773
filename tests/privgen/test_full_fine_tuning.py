"""`privgen train --adapter full`: all weights train under the same ledgers; pages come from the result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from transformers import AutoModelForCausalLM
from typer.testing import CliRunner

from privgen.cli import app
from privgen.federated import Ledger
from privgen.files import read_json, read_jsonl

SETTINGS = """
[train]
rounds = 2
steps_per_round = 1
min_customers = 2
max_length = 256
expected_batch_size = 2.0
learning_rate = 1e-4
[generate]
pages_per_merchant = 1
max_new_tokens = 8
[explain]
method = "leave_one_out"
"""


def _do(*arguments: object) -> dict[str, Any]:
    result = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.slow
def test_train_generate_and_explain_with_a_fully_tuned_model(run: Path, models: Path, tmp_path: Path) -> None:
    config = tmp_path / "settings.toml"
    config.write_text(SETTINGS)
    common = ("--config", config, "--model", models / "causal")
    summary = _do("train", run, "--adapter", "full", *common)["summary"]
    assert summary["rounds_done"] == 2 and not summary["unsafe"]
    plan = read_json(run / "federated/plan.json")
    assert plan["aggregation"] == "all weights of the model, equal weights"
    assert plan["gradients"] == "unit by unit" and plan["settings"]["adapter"] == "full"
    for path in (run / "federated/ledger").glob("*.jsonl"):
        assert Ledger.open(path).spent().epsilon <= plan["plan"]["target_epsilon"]

    before = AutoModelForCausalLM.from_pretrained(models / "causal").state_dict()
    after = AutoModelForCausalLM.from_pretrained(run / "federated/adapter").state_dict()
    changed = {n for n, value in after.items() if not np.array_equal(value.numpy(), before[n].numpy())}
    assert before.keys() == after.keys() and changed == set(before)

    generated = _do("generate", run, *common)["summary"]
    assert generated["adapter"] == "trained on this data"
    pages = list(read_jsonl(run / "pages/pages.jsonl"))
    assert {page["adapter_hash"] for page in pages} == {summary["adapter_hash"]}
    _do("explain", run, *common)
    _do("report", run)
    assert _do("train", run, "--adapter", "full", *common)["skipped"]

    larger = ("--target-epsilon", 16, "--rounds", 3)  # what is spent counts against the larger plan
    _do("train", run, "--adapter", "lora", *larger, *common)  # takes its place
    assert (run / "federated/adapter/adapter_config.json").is_file()
    assert not (run / "federated/adapter/config.json").exists()
    assert _do("generate", run, *common)["summary"]["adapter"] == "trained on this data"


def test_another_adapter_is_one_line(run: Path) -> None:
    result = CliRunner().invoke(app, ["train", str(run), "--adapter", "half"])
    assert result.exit_code == 1 and "train.adapter" in result.output and "Traceback" not in result.output
