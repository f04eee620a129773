"""`privgen erase` as a user meets it: a table or JSON, exit codes, one line on a fault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from erasure_tools import people, tokens
from typer.testing import CliRunner

from privgen.cli import app
from privgen.files import sha256_tree
from privgen.pipeline import run_stage


def privgen(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def customer(run: Path) -> str:
    """A customer of both merchants of a run with pages."""
    run_stage("generate", run, flags={"generate": {"generator": "template", "pages_per_merchant": 9}})
    return next(id_ for id_, who in people(run).items() if len(who["merchants"]) == 2)


def test_the_table_says_what_was_removed_and_what_is_next(run: Path, customer: str) -> None:
    result = privgen("erase", "--customer", customer, run)
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    for words in ("erased: ", "m01-", "m02-", "customers", "pages: 2 of theirs", "models: none was trained"):
        assert words in said
    assert "what other people wrote about them" in said and customer not in result.output
    again = privgen("erase", "--customer", customer, run)
    assert again.exit_code == 0 and again.stdout.startswith("already erased: ")


def test_json_counts_by_merchant_and_table(run: Path, customer: str) -> None:
    merchants = sorted(people(run)[customer]["merchants"])
    result = privgen("erase", "--customer", tokens(run).identifier("customer_id", customer), run, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert sorted(told["rows"]["silos"]) == sorted(told["rows"]["scrubbed"]) == merchants
    assert told["rows"]["silos"] == told["rows"]["scrubbed"] and told["status"] == "erased"
    assert {"when", "customer", "pages", "pages_quoting", "explanations", "records", "models"} <= set(told)


def test_an_unknown_customer_is_one_line_and_changes_nothing(run: Path) -> None:
    before = sha256_tree(run)
    result = privgen("erase", "--customer", "nobody-at-all", run, "--json")
    assert result.exit_code == 1 and json.loads(result.stdout)["error"] == "DataError"
    (line,) = result.stderr.splitlines()
    assert line.startswith("privgen: ") and "nobody-at-all" not in line and sha256_tree(run) == before


def test_what_is_left_in_other_files_is_exit_code_1(run: Path, customer: str) -> None:
    (run / "notes.txt").write_text(f"call {customer} back\n")
    result = privgen("erase", "--customer", customer, run)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].endswith("still in notes.txt; remove it there by hand")


def test_a_run_in_use_is_refused(run: Path, customer: str) -> None:
    from privgen.runfolder import RunFolder

    with RunFolder(run).locked():
        result = privgen("erase", "--customer", customer, run)
    assert result.exit_code == 1 and "another privgen process" in result.stderr


def test_usage(tmp_path: Path) -> None:
    assert privgen("erase", tmp_path).exit_code == 2  # --customer is missing
    result = privgen("erase", "--customer", "a", tmp_path / "nowhere")
    assert result.exit_code == 1 and "no run there" in result.stderr
