"""`privgen report --verify`, `--diff`, `--customer` and `--sign` as a user meets them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import Result
from erasure_tools import people
from typer.testing import CliRunner

from privgen.cli import app
from privgen.files import read_jsonl
from privgen.pipeline import run_stage


def privgen(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def written(scrubbed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a page of every merchant."""
    run = Path(shutil.copytree(scrubbed, tmp_path_factory.mktemp("written") / "run"))
    run_stage("generate", run, flags={"generate": {"generator": "template", "pages_per_merchant": 1}})
    run_stage("explain", run)
    return run


@pytest.fixture
def reported(written: Path, tmp_path: Path) -> Path:
    """A copy of it with a report."""
    run = Path(shutil.copytree(written, tmp_path / "reported"))
    run_stage("report", run)
    return run


def test_verified_then_one_byte_then_not(reported: Path) -> None:
    result = privgen("report", "--verify", reported)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("verified: ") and "not signed" in result.stdout
    (table,) = sorted(reported.glob("silos/*/reviews.parquet"))[:1]
    data = bytearray(table.read_bytes())
    data[len(data) // 2] ^= 1
    table.write_bytes(data)
    result = privgen("report", "--verify", reported)
    assert result.exit_code == 1 and "Traceback" not in result.output
    assert f"{table.relative_to(reported).as_posix()}: changed" in result.stdout
    assert "NOT VERIFIED" in result.stdout
    told = json.loads(privgen("report", "--verify", reported, "--json").stdout)
    assert told["verified"] is False
    assert [finding["path"] for finding in told["findings"]] == [table.relative_to(reported).as_posix()]


def test_verifying_writes_nothing_and_a_second_report_is_skipped(reported: Path) -> None:
    before = {path: path.read_bytes() for path in reported.rglob("*") if path.is_file()}
    assert privgen("report", "--verify", reported).exit_code == 0
    assert {path: path.read_bytes() for path in reported.rglob("*") if path.is_file()} == before
    assert "skipped" in privgen("report", reported).stdout
    assert privgen("report", "--verify", reported).exit_code == 0


def test_any_file_that_changed_makes_another_report(reported: Path) -> None:
    (reported / "note.txt").write_text("kept beside the run")
    assert privgen("report", "--verify", reported).exit_code == 1
    assert "done" in privgen("report", reported).stdout
    assert privgen("report", "--verify", reported).exit_code == 0


def test_signed_with_a_key_of_the_merchant(reported: Path, tmp_path: Path) -> None:
    key, public = tmp_path / "report.key", tmp_path / "report.pub"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
    key.chmod(0o600)
    subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", public], check=True)
    unsigned = privgen("report", "--verify", reported, "--public-key", public)
    assert unsigned.exit_code == 1 and "not signed" in unsigned.stdout
    assert privgen("report", reported, "--sign", key).exit_code == 0
    assert privgen("report", reported).exit_code == 0  # a seal that holds keeps its signature
    result = privgen("report", "--verify", reported, "--public-key", public, "--json")
    assert result.exit_code == 0 and len(json.loads(result.stdout)["signed_by"]) == 64
    key.chmod(0o644)
    result = privgen("report", reported, "--sign", key)
    assert result.exit_code == 1 and "chmod 600" in result.stderr


def test_what_changed_between_two_runs(reported: Path, written: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(written, tmp_path / "other"))
    more = {"generator": "template", "pages_per_merchant": 2}
    run_stage("generate", other, flags={"generate": more})
    result = privgen("report", reported, "--diff", other)
    assert result.exit_code == 1 and "has no report" in result.stderr
    run_stage("explain", other)
    run_stage("report", other)
    pages = [len(list(read_jsonl(run / "pages/pages.jsonl"))) for run in (reported, other)]
    out = tmp_path / "diff.html"
    result = privgen("report", other, "--diff", reported, "--out", out, "--json")
    assert result.exit_code == 0, result.output
    told = {change["figure"]: change for change in json.loads(result.stdout)["changes"]}
    change = told["/generation/pages"]
    assert (change["before"], change["after"], change["by"]) == (*pages, pages[1] - pages[0])
    assert told["/config/generate/pages_per_merchant"]["after"] == 2
    assert not any(figure.startswith(("/data/rows", "/data/merchants", "/personal_data")) for figure in told)
    html = out.read_text("utf-8")
    assert "<code>/generation/pages</code>" in html and "<script" not in html
    said = privgen("report", other, "--diff", reported).stdout
    assert f"{len(told)} figures and facts differ" in said
    assert privgen("report", reported, "--diff", reported).stdout.startswith("0 figures")


def test_one_person_is_answered(reported: Path, tmp_path: Path) -> None:
    customer = sorted(people(reported))[0]
    result = privgen("report", reported, "--customer", customer, "--out", tmp_path / "answer")
    assert result.exit_code == 0, result.output
    assert customer not in result.output and "answer.zh.html" in result.stdout
    assert privgen("report", "--verify", reported).exit_code == 0
    result = privgen("report", reported, "--customer", "nobody-at-all", "--json")
    assert result.exit_code == 1 and json.loads(result.stdout)["error"] == "DataError"
    assert "nobody-at-all" not in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("--verify", "--customer", "x"),
        ("--diff", "other", "--sign", "key"),
        ("--public-key", "key"),
        ("--merchant", "m"),
        ("--out", "folder"),
    ],
)
def test_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert privgen("report", tmp_path, *arguments).exit_code == 2


@pytest.mark.parametrize("arguments", [("--verify",), ("--customer", "x"), ("--diff", "nowhere")])
def test_no_run_is_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    result = privgen("report", tmp_path / "none", *arguments)
    assert result.exit_code == 1 and len(result.stderr.splitlines()) == 1
