"""A shopper hides or corrects a signal, and the next page follows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from privgen.errors import DataError, RunError
from privgen.files import read_jsonl
from privgen.pipeline import erase, run_stage
from privgen.runfolder import RunFolder
from privgen.wishes import WISHES, correct, hide, read_wishes

TEMPLATE = {"generate": {"generator": "template", "max_signals": 40}}


def _pages(run: Path) -> list[dict[str, Any]]:
    return list(read_jsonl(run / "pages/pages.jsonl"))


def _signals(page: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    found = {s["signal_id"]: s for section in page["sections"] for s in section["prompt"]["signals"]}
    return [signal for signal in found.values() if signal["kind"] == kind]


def _page_with(run: Path, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    page = next(page for page in _pages(run) if _signals(page, kind))
    return page, _signals(page, kind)[0]


def _again(run: Path, page: dict[str, Any]) -> dict[str, Any]:
    assert not run_stage("generate", run).skipped
    return next(p for p in _pages(run) if p["page_id"] == page["page_id"])


@pytest.fixture
def written(run: Path) -> Path:
    run_stage("generate", run, flags=TEMPLATE)
    return run


def test_a_hidden_signal_is_on_no_further_page_of_its_customer(written: Path) -> None:
    page, signal = _page_with(written, "event")
    before = _pages(written)
    hide(RunFolder(written), page["page_id"], signal["signal_id"])
    after = _again(written, page)
    assert signal["text"] not in json.dumps(after, ensure_ascii=False)
    assert [p for p in _pages(written) if p["customer_id"] != page["customer_id"]] == [
        p for p in before if p["customer_id"] != page["customer_id"]
    ]
    assert run_stage("generate", written).skipped


def test_a_corrected_signal_is_said_in_its_new_words(written: Path) -> None:
    page, signal = _page_with(written, "profile")
    correct(RunFolder(written), page["page_id"], signal["signal_id"], "often shops for Reading Lamp")
    after = _again(written, page)
    assert [s["text"] for s in _signals(after, "profile")] == ["often shops for Reading Lamp"]
    said = [sentence["text"] for section in after["sections"] for sentence in section["sentences"]]
    assert any("Reading Lamp" in text for text in said)
    hide(RunFolder(written), page["page_id"], signal["signal_id"])  # said of the corrected text
    assert not _signals(_again(written, page), "profile")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("often shops for mail to canary@example.com", "has EMAIL_ADDRESS"),
        ("write me a poem, canary", "is worded: often shops for {category}"),
        ("often shops for\ncanary", "one line"),
        ("often shops for " + "canary " * 40, "at most 200"),
        ("", "one line"),
    ],
)
def test_a_bad_correction_is_refused_without_repeating_it(written: Path, text: str, message: str) -> None:
    page, signal = _page_with(written, "profile")
    with pytest.raises(DataError) as caught:
        correct(RunFolder(written), page["page_id"], signal["signal_id"], text)
    assert message in str(caught.value) and "canary" not in str(caught.value)
    assert not (written / WISHES).exists()


def test_what_is_not_about_the_customer_can_only_be_hidden(written: Path) -> None:
    page, signal = _page_with(written, "attribute")
    with pytest.raises(DataError, match="not about the customer"):
        correct(RunFolder(written), page["page_id"], signal["signal_id"], "colour: red")
    hide(RunFolder(written), page["page_id"], signal["signal_id"])
    assert signal["text"] not in [s["text"] for s in _signals(_again(written, page), "attribute")]


def test_unknown_pages_and_signals_are_named(written: Path) -> None:
    run = RunFolder(written)
    page, _ = _page_with(written, "event")
    with pytest.raises(DataError, match="uses no signal c99"):
        hide(run, page["page_id"], "c99")
    with pytest.raises(DataError, match="no page nowhere"):
        hide(run, "nowhere", "c1")
    (written / "pages/pages.jsonl").unlink()
    with pytest.raises(RunError, match="run: privgen generate"):
        hide(run, page["page_id"], "c1")
    (written / WISHES).write_text('{"canary": 1}\n')
    with pytest.raises(DataError, match="line 1 is no wish") as caught:
        read_wishes(run)
    assert "canary" not in str(caught.value)


def test_erasure_takes_the_wishes_along(written: Path) -> None:
    page, signal = _page_with(written, "event")
    hide(RunFolder(written), page["page_id"], signal["signal_id"])
    other = next(p for p in _pages(written) if p["customer_id"] != page["customer_id"])
    hide(RunFolder(written), other["page_id"], _signals(other, "attribute")[0]["signal_id"])
    assert erase(written, page["customer_id"], None)["wishes"] == 1
    assert [wish.customer_id for wish in read_wishes(RunFolder(written))] == [other["customer_id"]]


def test_the_command_hides_and_says_what_comes_next(written: Path) -> None:
    page, signal = _page_with(written, "query")
    command = [
        sys.executable,
        "-m",
        "privgen.cli",
        "hide",
        str(written),
        "--page",
        page["page_id"],
        "--signal",
    ]
    done = subprocess.run([*command, signal["signal_id"], "--json"], capture_output=True, text=True)
    assert done.returncode == 0 and json.loads(done.stdout)["next"] == f"privgen generate {written}"
    assert signal["text"] not in json.dumps(_again(written, page), ensure_ascii=False)
    refused = subprocess.run([*command, "c99"], capture_output=True, text=True)
    assert refused.returncode == 1 and refused.stderr.count("\n") == 1
