"""What `privgen explain --why` shows of a page."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from privgen.cli import app
from privgen.cli_explain import print_difference
from privgen.files import read_jsonl
from privgen.pipeline import run_stage


@pytest.fixture(scope="module")
def explained(scrubbed: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = Path(shutil.copytree(scrubbed, tmp_path_factory.mktemp("why") / "run"))
    small = {"generator": "hf", "pages_per_merchant": 1, "max_new_tokens": 24, "max_signals": 3}
    run_stage("generate", run, flags={"generate": small, "model": str(models / "causal")})
    run_stage("explain", run)
    return run


def _run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["explain", *arguments])


def test_every_sentence_is_shown_with_its_reason_and_trust(explained: Path) -> None:
    records = list(read_jsonl(explained / "explanations/explanations.jsonl"))
    page_id = records[-1]["page_id"]
    own = [record for record in records if record["page_id"] == page_id]
    shown = _run(str(explained), "--why", "--page", page_id)
    assert shown.exit_code == 0
    assert all(record["text"] in shown.stdout for record in own)
    assert shown.stdout.count("over a random order") == shown.stdout.count("(order of signals)") == len(own)
    told = json.loads(_run(str(explained), "--why", "--page", page_id, "--lang", "zh", "--json").stdout)
    assert [entry["text"] for entry in told["sentences"]] == [record["text"] for record in own]
    assert all(entry["why"].endswith("。") and entry["trust"]["sizes"] for entry in told["sentences"])


def test_the_summary_tells_of_noise_trust_and_dropout(explained: Path) -> None:
    summary = json.loads(_run(str(explained), "--json").stdout)["summary"]
    assert 0 < summary["noise_floor"] < 1e-3 < summary["order_noise"]
    assert summary["signal_dropout"] == {"adapter": None, "base": None}  # not our model: nobody knows
    assert summary["verdicts"].get("supported", 0) == 0 or -1 <= summary["trust"]["stability"] <= 1


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["--why", "--page", "nowhere"], 1, "no page nowhere"),
        (["--page", "nowhere"], 2, "go with --why"),
        (["--why", "--lang", "fr"], 2, "en or zh"),
    ],
)
def test_faults_are_one_line(explained: Path, arguments: list[str], code: int, line: str) -> None:
    done = _run(str(explained), *arguments)
    assert done.exit_code == code and line in done.output


def test_a_difference_is_marked_without_colours_too(capsys: pytest.CaptureFixture[str]) -> None:
    print_difference("without c1: ", [["same", "Soft"], ["removed", " trail"], ["added", " city"]])
    assert capsys.readouterr().out == "without c1: Soft[- trail-]{+ city+}\n"
