"""The whole report: its contents, HTML and JSON agree, nothing hostile or personal gets through."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from report_run import HOSTILE, PLANTED, explanation, ledger_lines, make_run, page

from privgen.errors import ConfigError, DataError, LedgerError, RunError
from privgen.explain.report import SCHEMA_VERSION, pdf_installed, report_facts, write_report
from privgen.explain.report_evidence import COMMANDS
from privgen.explain.report_html import STYLES, labels, resolve, schema
from privgen.files import read_json, read_jsonl, write_json, write_jsonl
from privgen.runfolder import RunFolder

REPORT_FILES = ["details", "files.jsonl", "index.html", "report.json"]
DETAILS = re.compile(r"details/pages-\d{5}\.html")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = RunFolder(make_run(tmp_path_factory.mktemp("run"), rounds=2))
    write_report(folder)
    return folder


@pytest.fixture(scope="module")
def html(run: RunFolder) -> str:
    return (run.path / "report" / "index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def facts(run: RunFolder) -> dict[str, Any]:
    found: dict[str, Any] = read_json(run.path / "report" / "report.json")
    return found


class Elements(HTMLParser):
    """Start tags with attributes, `<data>` elements with their text, and all visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.figures: list[tuple[str, str, str]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "rect", "line", "polyline", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            assert self.open.pop() == tag, f"</{tag}> closes the wrong element"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data
        if self.open and self.open[-1] == "data":
            found = self.tags[-1][1]
            self.figures.append((found["data-path"] or "", found["value"] or "", data))


def test_json_follows_the_published_schema(facts: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(facts, schema())
    assert facts["schema_version"] == SCHEMA_VERSION
    assert schema()["$id"].endswith(SCHEMA_VERSION)


def test_schema_refuses_what_it_does_not_name(facts: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(facts | {"compliant": True}, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({key: value for key, value in facts.items() if key != "gaps"}, schema())


def test_every_number_of_the_html_is_the_number_of_the_json(html: str, facts: dict[str, Any]) -> None:
    figures = Elements(html).figures
    assert len(figures) > 80
    for pointer, exact, shown in figures:
        value = resolve(facts, pointer)
        assert exact == repr(value), pointer
        assert shown in {style(value) for style in STYLES.values()}, pointer


def test_heat_map_cells_are_the_scores_of_the_json(html: str, facts: dict[str, Any]) -> None:
    shown = re.findall(r'<td role="cell" class="[pn]\d">([+−][\d.]+)</td>', html)
    scores = [
        sentence["scores"][j]
        for heat in facts["explanations"]["heat_maps"]
        for section in heat["sections"]
        for j in range(len(section["signals"]))
        for sentence in section["sentences"]
    ]
    expected = [f"{score:+.1f}".replace("-", "−") for score in scores if abs(score) >= 0.05]
    assert expected and shown == expected


def test_html_stands_alone(html: str) -> None:
    elements = Elements(html)
    forbidden = {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
        "audio",
        "video",
        "source",
    }
    assert forbidden.isdisjoint(tag for tag, _ in elements.tags)
    for tag, attributes in elements.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert "//" not in (value or ""), (tag, name)
            if name in ("href", "src", "action", "data", "xlink:href"):
                assert (value or "").startswith("#") or DETAILS.fullmatch(value or ""), (tag, name)
    assert "url(" not in html and "@import" not in html
    assert elements.open == []


def test_hostile_text_is_shown_and_not_run(html: str) -> None:
    text = Elements(html).text
    assert "<img src=x onerror=alert(1)>" in text  # as text, which is what the signal says
    assert "{{ 7*7 }}" in text and "</td><script>" in text
    assert "<img" not in html and "<script" not in html
    assert "\u202e" not in html


def test_no_planted_personal_data(run: RunFolder) -> None:
    for name in ("index.html", "report.json"):
        written = (run.path / "report" / name).read_text(encoding="utf-8")
        assert not any(value in written for value in PLANTED)
        assert str(run.path) not in written and "/srv/models" not in written


def test_never_judges(html: str, facts: dict[str, Any]) -> None:
    for language in ("en", "zh"):
        words = json.dumps(labels(language), ensure_ascii=False).lower()
        assert "complian" not in words and "合规" not in words
    assert "complian" not in html.lower()


def test_document_structure(html: str) -> None:
    elements = Elements(html)
    tags = [tag for tag, _ in elements.tags]
    assert [tag for tag in tags if tag in ("h1", "main", "nav")] == ["h1", "nav", "main"]
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert tags.count("table") == tags.count("caption")
    images = [attributes for tag, attributes in elements.tags if tag == "svg"]
    assert images and all(a.get("aria-label") or a.get("aria-hidden") for a in images)
    ids = [attributes["id"] for _, attributes in elements.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [a["href"] or "" for tag, a in elements.tags if tag == "a"]
    assert links and all(link[1:] in ids or DETAILS.fullmatch(link) for link in links)


def test_equal_runs_give_equal_bytes(run: RunFolder, tmp_path: Path) -> None:
    again = RunFolder(make_run(tmp_path / "elsewhere", rounds=2))
    write_report(again)
    for name in ("index.html", "report.json"):
        assert (run.path / "report" / name).read_bytes() == (again.path / "report" / name).read_bytes()


def test_chinese_says_the_same_in_chinese(run: RunFolder, facts: dict[str, Any]) -> None:
    chinese = report_facts(run, language="zh")
    jsonschema.validate(chinese, schema())
    assert _codes(chinese) == _codes(facts)
    worded = ("language", "attention", "not_done", "gaps")
    assert {k: v for k, v in chinese.items() if k not in worded} == {
        k: v for k, v in facts.items() if k not in worded
    }
    assert all(re.search(r"[\u4e00-\u9fff]", item["text"]) for item in chinese["gaps"] + chinese["not_done"])


def test_languages_have_the_same_keys_and_fields() -> None:
    english, chinese = labels("en"), labels("zh")
    assert {s: set(e) for s, e in english.items()} == {s: set(e) for s, e in chinese.items()}
    for section, entries in english.items():
        for key, text in entries.items():
            fields = re.findall(r"{\w+}", text)
            assert sorted(fields) == sorted(re.findall(r"{\w+}", chinese[section][key])), (section, key)
            assert not re.search(r'[<>"&]', text + chinese[section][key]), (section, key)


@pytest.mark.parametrize("stage", ["ingest", "scrub", "train", "generate"])
def test_missing_stage_names_the_command(tmp_path: Path, stage: str) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1)
    manifest = read_json(path / "run.json")
    del manifest["stages"][stage]
    write_json(path / "run.json", manifest)
    with pytest.raises(RunError, match=f"run: privgen {stage} ") as fault:
        write_report(RunFolder(path))
    assert "\n" not in str(fault.value)
    assert not (path / "report").exists()


def test_run_without_explanations_says_so(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1, explained=False)
    summary = write_report(RunFolder(path))["summary"]
    facts = read_json(path / "report" / "report.json")
    jsonschema.validate(facts, schema())
    assert summary["explained"] == 0 and summary["supported_share"] is None
    assert "explain" in _codes(facts)["not_done"]
    assert not any(c["figure"].startswith("/explanations") for c in facts["evidence"]["commands"])
    assert (
        labels("en")["not_done"]["explain"]
        in Elements((path / "report" / "index.html").read_text("utf-8")).text
    )


def test_run_whose_pages_no_adapter_wrote_needs_no_training(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1, explained=False)
    write_jsonl(path / "pages" / "pages.jsonl", [page("alpine", 0, None, False)])
    manifest = read_json(path / "run.json")
    del manifest["stages"]["train"]
    write_json(path / "run.json", manifest)
    write_report(RunFolder(path))
    facts = read_json(path / "report" / "report.json")
    jsonschema.validate(facts, schema())
    assert not facts["privacy"]["trained"] and "train" in _codes(facts)["not_done"]


def test_unknown_language(run: RunFolder) -> None:
    with pytest.raises(ConfigError, match="language: wanted one of en, zh"):
        write_report(run, language="tlh")


def test_failure_leaves_the_old_report(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1)
    write_report(RunFolder(path))
    before = (path / "report" / "report.json").read_bytes()
    (path / "pages" / "pages.jsonl").write_text('{"page_id": 3}\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"pages.jsonl: line 1 is not a page record"):
        write_report(RunFolder(path))
    assert (path / "report" / "report.json").read_bytes() == before
    expected = [*REPORT_FILES, *(["report.pdf"] if pdf_installed() else [])]
    assert sorted(p.name for p in (path / "report").iterdir()) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": "proven"},
        {"section": "footer"},
        {"signals": [{"signal_id": "s0", "kind": "mood", "text": "x", "score": 1.0}]},
        {"signals": [{"signal_id": "s0", "kind": "event", "text": "x", "score": "1"}]},
        {"completeness_error": None},
    ],
)
def test_malformed_explanation_names_the_line_and_not_the_text(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    import random

    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1)
    written = page("alpine", 0, None, False)
    records = explanation(written, random.Random(1))
    write_jsonl(path / "explanations" / "explanations.jsonl", [records[0], records[1] | change])
    with pytest.raises(DataError, match=r"explanations.jsonl: line 2 is not an explanation") as fault:
        write_report(RunFolder(path))
    assert records[1]["text"] not in str(fault.value)


def test_changed_files_are_named(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1)
    (path / "federated" / "adapter" / "adapter_model.safetensors").write_bytes(b"\x01" * 64)
    facts = report_facts(RunFolder(path))
    states = {o["path"]: o["state"] for s in facts["evidence"]["stages"] for o in s["outputs"]}
    assert states.pop("federated/adapter") == "changed" and set(states.values()) == {"unchanged"}
    assert facts["model"]["adapter_matches"] is False
    assert {"changed", "adapter"} <= set(_codes(facts)["attention"])


def test_lone_surrogate_does_not_stop_the_report(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1, explained=False)
    text = json.dumps(page("alpine", 0, "a" * 64, True))
    assert "\\ud800" in text and HOSTILE.endswith("\ud800")
    (path / "pages" / "pages.jsonl").write_text(text + "\n", encoding="utf-8")
    write_report(RunFolder(path))
    assert "\ufffd" in (path / "report" / "index.html").read_text(encoding="utf-8")


def test_two_thousand_pages_stay_small(tmp_path: Path) -> None:
    import random

    rng = random.Random(3)
    merchants = tuple(f"shop{i:02d}" for i in range(20))
    path = make_run(tmp_path / "r", merchants=merchants, pages=1)
    adapter = read_json(path / "run.json")["stages"]["train"]["outputs"]["federated/adapter"]
    pages = (page(merchants[i % 20], i, adapter, True) for i in range(2_000))
    first = [page(merchants[i], i, adapter, True) for i in range(20)]
    write_jsonl(
        path / "pages" / "pages.jsonl", (json.loads(json.dumps(p).replace("\\ud800", "")) for p in pages)
    )
    records = (r for p in first for r in explanation(p, rng))
    write_jsonl(
        path / "explanations" / "explanations.jsonl",
        (json.loads(json.dumps(r).replace("\\ud800", "")) for r in records),
    )
    result = write_report(RunFolder(path))
    assert result["summary"]["pages"] == 2_000
    assert result["html"]["bytes"] < 1_000_000
    facts = read_json(path / "report" / "report.json")
    assert len(facts["generation"]["samples"]) == 12 and len(facts["explanations"]["heat_maps"]) == 12
    assert "part_explained" in _codes(facts)["attention"]


@pytest.mark.parametrize("pointer", [p for p in COMMANDS if not p.startswith("/privacy")])
def test_printed_commands_count_the_same(run: RunFolder, facts: dict[str, Any], pointer: str) -> None:
    printed = {c["figure"]: c["command"] for c in facts["evidence"]["commands"]}[pointer]
    command = printed.replace("RUN/", f"{run.path}/").replace("python -c", f"{sys.executable} -c")
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert float(done.stdout) == pytest.approx(resolve(facts, pointer), abs=1e-12)


def test_writing_a_report_needs_no_heavy_library(run: RunFolder, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "for name in ('torch', 'transformers', 'captum', 'shap', 'presidio_analyzer', 'flwr', 'numpy'):\n"
        "    sys.modules[name] = None\n"
        "from privgen.explain.report_generation import generation\n"
        "from privgen.explain.report_html import render\n"
        "from privgen.files import read_json\n"
        "facts = read_json(Path(sys.argv[1]) / 'report' / 'report.json')\n"
        "html = render(facts, 'en')\n"
        "print(len(html), [m for m in sys.modules if m.split('.')[0] in ('matplotlib', 'pandas')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(run.path)], capture_output=True, text=True, check=True
    )
    length, loaded = done.stdout.split(maxsplit=1)
    assert int(length) > 10_000 and loaded.strip() == "[]"


def test_tampered_or_unaccountable_ledger(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1, explained=False)
    ledger = path / "federated" / "ledger" / "alpine.jsonl"
    lines = ledger_lines(3)
    write_jsonl(ledger, [*lines[:2], *lines[4:]])
    facts = report_facts(RunFolder(path))
    assert facts["privacy"]["merchants"][0]["chained"] is False and "chain" in _codes(facts)["attention"]
    write_jsonl(ledger, [lines[0] | {"event": "magic"}])
    with pytest.raises(LedgerError, match=r"alpine.jsonl: line 1 cannot be accounted for"):
        write_report(RunFolder(path))


def _codes(facts: dict[str, Any]) -> dict[str, list[str]]:
    return {key: [item["code"] for item in facts[key]] for key in ("attention", "not_done", "gaps")}


def test_pages_that_a_template_wrote_have_no_log_probability(tmp_path: Path) -> None:
    run = RunFolder(make_run(tmp_path / "run", rounds=1))
    path = run.path / "pages" / "pages.jsonl"
    pages = list(read_jsonl(path))
    for section in (section for written in pages for section in written["sections"]):
        section["fallback"], section["token_ids"] = True, []
        for sentence in section["sentences"]:
            sentence["log_prob"] = None
    write_jsonl(path, pages)
    write_report(run)
    found = read_json(run.path / "report" / "report.json")
    jsonschema.validate(found, schema())
    sample = found["generation"]["samples"][0]["sections"][0]["sentences"][0]
    assert sample["text"] and sample["log_prob"] is None
