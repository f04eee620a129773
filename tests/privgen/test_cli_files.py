"""`privgen scrub FILE --out OUT`: what it prints, what it leaves, one line on bad input; never a value."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from privgen.anonymize.policy import PRESETS
from privgen.cli import app

CANARIES = ("quillon.vexley@example.com", "13800138000", "canary.7391@example.com", "cust-7391")


def scrub(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["scrub", *map(str, arguments)])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Twelve rows with personal data, and one that is no JSON."""
    path = tmp_path / "in" / "notes.jsonl"
    path.parent.mkdir()
    row = json.dumps({"customer_id": CANARIES[3], "note": f"mail {CANARIES[0]}, ring {CANARIES[1]}"})
    path.write_text(f"{row}\n" * 12 + f'{{"broken": "{CANARIES[2]}"\n')
    return path


def shows_nothing(*texts: str) -> bool:
    return not any(canary in text for canary in CANARIES for text in texts)


@pytest.mark.parametrize("folder", [False, True])
def test_it_says_what_was_done_where_and_what_was_set_aside(
    source: Path, tmp_path: Path, folder: bool
) -> None:
    out = tmp_path / "out" / ("all" if folder else "notes.jsonl")
    done = scrub(source.parent if folder else source, "--out", out)
    assert done.exit_code == 0, done.output
    for line in (
        f"{out}: 12 rows written, 12 of them changed",
        "notes.jsonl, note: 12 EMAIL_ADDRESS, 12 PHONE_NUMBER",
        "notes.jsonl, customer_id: 12 CUSTOMER_ID",
        "set aside: 1 rows",
        "notes.jsonl.rejects.jsonl: 1 rows set aside: not JSON; the record is held back",
        f"key: {out.parent / 'scrub.key'}",
    ):
        assert line in done.stdout
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(written) == 4 and shows_nothing(done.output, *(path.read_text() for path in written))
    assert stat.S_IMODE((out.parent / "scrub.key").stat().st_mode) == 0o600
    assert "unchanged" in scrub(source.parent if folder else source, "--out", out).stdout


def test_json_is_one_document(source: Path, tmp_path: Path) -> None:
    done = scrub(source, "--out", tmp_path / "out.jsonl", "--json")
    report = json.loads(done.stdout)
    assert report["rows"] == 12 and report["rejected"] == 1 and report["out"] == str(tmp_path / "out.jsonl")
    assert shows_nothing(done.output)


def test_no_key_is_left_where_nobody_keeps_one(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "notes.jsonl"
    done = scrub(source, "--out", out, "--policy", "gdpr-anonymous")
    assert "key: a random one that nobody keeps" in done.stdout
    assert not (out.parent / "scrub.key").exists()


def test_an_unknown_policy_names_the_presets(source: Path, tmp_path: Path) -> None:
    done = scrub(source, "--out", tmp_path / "out" / "notes.jsonl", "--policy", "hipaa")
    assert done.exit_code == 1 and len(done.stderr.splitlines()) == 1
    assert all(name in done.stderr for name in PRESETS) and not (tmp_path / "out").exists()


@pytest.mark.parametrize("path", ["-", "in/notes.jsonl"])
def test_a_file_or_a_stream_without_out_is_a_wrong_usage(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = scrub(path)
    assert done.exit_code == 2 and "needs --out" in " ".join(done.stderr.split())


def test_a_stream_as_the_input_is_refused(tmp_path: Path) -> None:
    done = scrub("-", "--out", tmp_path / "out.csv")
    assert done.exit_code == 1 and "-: no such file or folder" in done.stderr


def test_the_help_names_the_presets_and_every_use() -> None:
    text = " ".join(scrub("--help").stdout.replace("│", " ").split())
    assert all(name in text for name in (*PRESETS, "--out OUT", "--reverse --out OUT", "--score GOLD"))


def test_the_help_of_an_argument_shows() -> None:
    """click 8.5 under the typer that flwr needs drops it: see pyproject."""
    text = " ".join(scrub("--help").stdout.replace("│", " ").split())
    assert "Run folder; or, with --out, a file or a folder of tables." in text
