"""`privgen scrub --score`: table and JSON, policy of the flags, faults as one line."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from privgen.cli import app

CANARY = "canary.7391@example.com"
ROWS = [
    {"text": f"mail {CANARY}", "spans": [{"entity_type": "EMAIL_ADDRESS", "start": 5, "end": 28}]},
    {"text": "Zorblatt called", "known": {"name": "Zorblatt"}, "spans": []},
    {"text": f"{CANARY}"},
]


def score(tmp_path, *arguments, rows=ROWS):
    gold = tmp_path / "gold.jsonl"
    gold.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return CliRunner().invoke(app, ["scrub", "--score", str(gold), *arguments])


def test_json_holds_every_figure_and_no_text(tmp_path):
    result = score(tmp_path, "--json")
    assert result.exit_code == 0, result.output
    done = json.loads(result.stdout)
    assert done["overall"]["masked_recall"]["value"] == 1.0
    assert done["false_alarms_per_1000"]["value"] == 1000.0  # the name in the row is no gold span
    assert done["set_aside"]["rows"] == [{"row": 3, "reason": "spans: missing, or not a list"}]
    assert CANARY not in result.output and "Zorblatt" not in result.output


def test_table_shows_types_shares_and_faults(tmp_path):
    result = score(tmp_path)
    assert result.exit_code == 0, result.output
    (line,) = (line for line in result.stdout.splitlines() if "EMAIL_ADDRESS" in line)
    assert line.count("1.000") == 4 and "0 of 1" in line
    assert "set aside: row 3: spans: missing, or not a list" in result.stderr
    assert "set aside: 1 records" in result.stderr
    assert CANARY not in result.output


def test_the_policy_and_the_configuration_count(tmp_path):
    policy = tmp_path / "keep.toml"
    policy.write_text('[entities]\nEMAIL_ADDRESS = "keep"\n')
    config = tmp_path / "run.toml"
    config.write_text(f'[scrub]\npolicy = "{policy}"\n')
    for flags in (("--policy", str(policy)), ("--config", str(config))):
        done = json.loads(score(tmp_path, "--json", *flags).stdout)
        assert done["overall"]["leaked_records"] == 1


def test_a_file_without_gold_is_one_line(tmp_path):
    result = score(tmp_path, rows=[{"text": CANARY}])
    assert result.exit_code == 1
    assert result.stderr.startswith("privgen: ") and result.stderr.count("\n") == 1
    assert CANARY not in result.output and "Traceback" not in result.output


def test_score_stands_alone(tmp_path):
    assert score(tmp_path, "--out", str(tmp_path / "x")).exit_code == 2
