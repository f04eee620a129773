"""`privgen demo` with the embedded model, small: every stage, both locales, the closing table, and again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from privgen.cli import app
from privgen.files import read_json, read_jsonl, sha256_tree
from privgen.runfolder import RunFolder
from privgen.schema import SectionKind

pytestmark = pytest.mark.slow
STAGES = ("ingest", "scrub", "train", "generate", "explain", "report")
SETTINGS = """
[train]
steps_per_round = 1
min_customers = 4
rank = 2
expected_batch_size = 4.0
[generate]
pages_per_merchant = 1
max_signals = 4
"""


@pytest.mark.parametrize(("locale", "language"), [("en_US", "en"), ("zh_CN", "zh")])
def test_the_whole_job(tmp_path: Path, locale: str, language: str) -> None:
    run, config = tmp_path / "run", tmp_path / "small.toml"
    config.write_text(SETTINGS)
    size = ("--merchants", "2", "--customers", "10", "--rounds", "1")
    arguments = ["demo", str(run), "--locale", locale, *size, "--config", str(config)]
    first = CliRunner().invoke(app, arguments)
    assert first.exit_code == 0, first.output
    for word in ("personal data found", "epsilon spent, m01", "pages written", "top signal", "index.html"):
        assert word in first.stdout
    pages = list(read_jsonl(run / "pages/pages.jsonl"))
    assert [page["language"] for page in pages] == [language] * 2
    trained = RunFolder(run).summary("train")
    for page in pages:
        assert [section["kind"] for section in page["sections"]] == list(SectionKind)
        assert page["adapter_hash"] == trained["adapter_hash"]
    written = RunFolder(run).summary("generate")
    assert written["fallbacks"] <= written["sections"] / 5  # the model writes, not the template
    explained = list(read_jsonl(run / "explanations/explanations.jsonl"))
    assert {record["page_id"] for record in explained} == {page["page_id"] for page in pages}
    assert max(record["completeness_error"] for record in explained) < 1e-3
    assert read_json(run / "report/report.json")["summary"]["pages"] == 2
    before = sha256_tree(run)
    again = CliRunner().invoke(app, [*arguments, "--json"])
    figures = json.loads(again.stdout)
    assert set(figures["seconds"]) == set(STAGES) and sha256_tree(run) == before
