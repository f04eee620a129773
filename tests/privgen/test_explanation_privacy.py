"""Explanations tell of nobody but the customer of their page: canaries in what everybody else left."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from shop_rows import START, canary, customer, shop, write_silo

from privgen.explain import why
from privgen.files import read_jsonl
from privgen.pipeline import run_stage
from privgen.tables import read_table

ALL = {"training": "", "personalisation": "", "analytics": ""}
RAW = {
    id_: {"name": name, "email": f"{name.split()[0].lower()}@example.com", "phone": f"+1 415 555 01{number}"}
    for number, (id_, name) in enumerate(
        {
            "ann-one": "Zora Quill",
            "bob-two": "Tibor Wex",
            "eve-three": "Ysolde Pym",
            "no-pages": "Ugo Fenk",
        }.items(),
        start=32,
    )
}
PEOPLE = {"ann-one": ALL, "bob-two": ALL, "eve-three": ALL, "no-pages": {"training": "", "analytics": ""}}


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of the embedded model for three customers of one shop; explaining them is stopped half way."""
    run = tmp_path_factory.mktemp("canaries") / "run"
    run_stage("ingest", run, flags={"synthetic": {"merchants": 1, "customers": 2, "products": 2}})
    (silo,) = (run / "silos").iterdir()
    shutil.rmtree(silo)
    shop(silo, PEOPLE)
    write_silo(silo, {"customers": [customer(id_, consent) | RAW[id_] for id_, consent in PEOPLE.items()]})
    mail = {
        "review_id": "r-mail",
        "customer_id": "ann-one",
        "product_id": "p3",
        "rating": 4,
        "timestamp": START,
    }
    rows = [row for batch in read_table(silo, "reviews") for row in batch]
    write_silo(silo, {"reviews": [*rows, mail | {"text": f"Mail me at {RAW['ann-one']['email']} for more."}]})
    run_stage("scrub", run)
    run_stage("generate", run, flags={"generate": {"pages_per_merchant": 3, "max_signals": 4}})

    def stop(done: float, total: float | None, label: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_stage("explain", run, progress=stop)
    return run


def _told_of(text: str) -> set[str]:
    return {id_ for id_ in PEOPLE if canary(id_) in text}


def _check(run: Path, records: list[dict[str, Any]]) -> None:
    """No record tells of anybody but the customer of its page."""
    owners = {page["page_id"]: page["customer_id"] for page in read_jsonl(run / "pages/pages.jsonl")}
    whose = {}
    for page in read_jsonl(run / "pages/pages.jsonl"):
        signals = [signal for part in page["sections"] for signal in part["prompt"]["signals"]]
        whose[page["page_id"]] = _told_of(" ".join(s["text"] for s in signals if s["kind"] == "query"))
    assert len(owners) == 3 and all(len(names) == 1 for names in whose.values())
    for record in records:
        assert _told_of(json.dumps(record, ensure_ascii=False)) <= whose[record["page_id"]]


@pytest.mark.slow
def test_canaries_of_others_are_in_no_explanation_and_no_file_of_the_stage(stopped: Path) -> None:
    pages = (stopped / "pages/pages.jsonl").read_text("utf-8")
    assert _told_of(pages) == {"ann-one", "bob-two", "eve-three"}
    quoting = [p for p in read_jsonl(stopped / "pages/pages.jsonl") if len(_told_of(json.dumps(p))) > 1]
    assert quoting  # pages do quote other buyers: there is something to withhold
    parts = sorted((stopped / "explanations/.parts").glob("*.jsonl"))
    assert len(parts) == 2
    for part in parts:
        _check(stopped, list(read_jsonl(part)))
    run_stage("explain", stopped)
    (file,) = [path for path in (stopped / "explanations").rglob("*") if path.is_file()]
    records = list(read_jsonl(file))
    _check(stopped, records)
    assert _told_of(file.read_text("utf-8"))  # the customers' own signals are there
    for page_id in {record["page_id"] for record in records}:
        page = [record for record in records if record["page_id"] == page_id]
        for language in ("en", "zh"):
            for number in range(len(page)):
                told = why(page, number, language)  # type: ignore[arg-type]
                _check(stopped, [{"page_id": page_id, "why": told}])


@pytest.mark.slow
def test_no_raw_identifier_is_in_an_explanation(stopped: Path) -> None:
    run_stage("explain", stopped)
    told = (stopped / "explanations/explanations.jsonl").read_text("utf-8")
    raw = {*PEOPLE, *(value for values in RAW.values() for value in values.values())}
    assert told and not [value for value in raw if value in told]
