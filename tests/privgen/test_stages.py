"""Stages over a run folder: skipped when done, run again on any change, whole after any failure."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import pytest
import spacy

from privgen import stage_pages
from privgen.errors import ConfigError, DataError, ModelError, PrivgenError, RunError
from privgen.files import read_jsonl, sha256_tree
from privgen.pipeline import run_stage
from privgen.runfolder import RunFolder, StageResult

TEMPLATE = {"generate": {"generator": "template"}}
TINY = {"generate": {"generator": "hf", "pages_per_merchant": 1, "max_new_tokens": 24, "max_signals": 3}}


def _tiny(models: Path, name: str = "causal") -> dict[str, Any]:
    return TINY | {"model": str(models / name)}


def _manifest(run: Path) -> dict[str, Any]:
    return RunFolder(run).manifest


def _export(folder: Path, rows: int = 3) -> tuple[Path, Path]:
    """A merchant's export of two files, and its mapping."""
    source = folder / "export"
    source.mkdir()
    goods = "id,name\n" + "".join(f"p{number},Pan {number}\n" for number in range(rows))
    (source / "goods.csv").write_text(goods)
    (source / "people.csv").write_text("id\nc1\nc2\n")
    mapping = folder / "mapping.toml"
    mapping.write_text(
        """
[silos]
name = "shop"
[sources.goods]
path = "goods.csv"
[sources.people]
path = "people.csv"
[tables.products]
from = "goods"
[tables.products.columns]
product_id = "id"
title = "name"
[tables.customers]
from = "people"
[tables.customers.columns]
customer_id = "id"
[tables.customers.columns.consent]
basis = "a test"
value = { personalisation = "", training = "" }
"""
    )
    return source, mapping


def _ingest(run: Path, source: Path, mapping: Path) -> StageResult:
    return run_stage("ingest", run, options={"source": source, "mapping": mapping})


# -- skipping and running again


def test_done_stages_are_skipped_and_change_nothing(run: Path) -> None:
    first = run_stage("generate", run, flags=TEMPLATE)
    before = sha256_tree(run)
    for name in ("ingest", "scrub", "generate"):
        assert run_stage(name, run).skipped
    assert sha256_tree(run) == before and not first.skipped


@pytest.mark.parametrize(
    ("stage", "flags"),
    [
        ("generate", {"generate": {"pages_per_merchant": 1}}),
        ("generate", {"generate": {"max_signals": 2}}),
        ("scrub", {"scrub": {"languages": ["en"]}}),
        ("ingest", {"synthetic": {"seed": 8}}),
    ],
)
def test_another_value_runs_the_stage_again(run: Path, stage: str, flags: dict[str, Any]) -> None:
    run_stage("generate", run, flags=TEMPLATE)
    again = run_stage(stage, run, flags=flags)
    assert not again.skipped and run_stage(stage, run).skipped  # the value stays for the next command


def _names(folder: Path, name: str) -> str:
    """A spaCy pipeline that knows one name."""
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": name}])  # type: ignore[attr-defined]
    nlp.to_disk(folder)
    return str(folder)


def test_another_model_of_names_in_the_same_folder_scrubs_again(run: Path, tmp_path: Path) -> None:
    flags = {"scrub": {"ner": _names(tmp_path / "ner", "the"), "workers": 2}}
    first = run_stage("scrub", run, flags=flags)
    assert not first.skipped and run_stage("scrub", run).skipped
    _names(tmp_path / "ner", "nobody at all")
    second = run_stage("scrub", run)
    assert not second.skipped
    assert first.summary["entities"]["PERSON"] > second.summary["entities"].get("PERSON", 0)


def test_the_batch_size_is_no_reason_to_write_again(run: Path) -> None:
    run_stage("generate", run, flags=TEMPLATE)
    assert run_stage("generate", run, flags={"generate": {"batch_size": 3}}).skipped


def test_a_consent_that_runs_out_writes_the_pages_again(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not run_stage("generate", run, flags=TEMPLATE).skipped
    first = {page["customer_id"] for page in read_jsonl(run / "pages/pages.jsonl")}
    later = SimpleNamespace(date=SimpleNamespace(today=lambda: dt.date(2100, 1, 1)))
    monkeypatch.setattr(stage_pages, "dt", later)
    assert not run_stage("generate", run).skipped
    second = {page["customer_id"] for page in read_jsonl(run / "pages/pages.jsonl")}
    assert first and not second & first


def test_the_scrub_bar_is_one_over_all_silos(run: Path) -> None:
    steps: list[tuple[float, float | None, str]] = []
    run_stage("scrub", run, flags={"scrub": {"languages": ["en"]}}, progress=lambda *step: steps.append(step))
    done = [step[0] for step in steps]
    assert len({step[1] for step in steps}) == 1
    assert done == sorted(done) and done[0] > 0 and done[-1] == steps[0][1]
    labels = [step[2] for step in steps]
    assert any("1 of 2" in label for label in labels) and "2 of 2" in labels[-1]


# -- an ingest over an ingest


@pytest.mark.parametrize("fault", ["column", "garbage", "no rows", "mapping"])
def test_a_failed_ingest_leaves_the_run_as_it_was(run: Path, tmp_path: Path, fault: str) -> None:
    source, mapping = _export(tmp_path)
    if fault == "column":
        (source / "goods.csv").write_text("id,label\np1,Pan\n")
    elif fault == "garbage":
        (source / "goods.csv").write_bytes(b"\x00\xff\xfe" * 50)
    elif fault == "no rows":
        for file in source.iterdir():
            file.write_text(file.read_text().splitlines()[0] + "\n")
    else:
        mapping.write_text(mapping.read_text() + "\nsurprise = 1\n")
    before = sha256_tree(run)
    with pytest.raises((DataError, ConfigError)) as caught:
        _ingest(run, source, mapping)
    assert len(str(caught.value).splitlines()) == 1
    assert sha256_tree(run) == before  # manifest included: what is there is still complete
    assert run_stage("scrub", run).skipped


def test_an_ingest_replaces_the_synthetic_marketplace_and_itself(run: Path, tmp_path: Path) -> None:
    source, mapping = _export(tmp_path)
    summary = _ingest(run, source, mapping).summary
    assert [path.name for path in (run / "silos").iterdir() if path.is_dir()] == list(summary["merchants"])
    assert not (run / "truth").exists() and not list(run.glob(".*.tmp"))
    assert _ingest(run, source, mapping).skipped
    (source / "goods.csv").write_text("id,name\np9,Pot\n")
    assert _ingest(run, source, mapping).summary["rows_out"] == 3
    run_stage("ingest", run, flags={"synthetic": {"merchants": 1, "customers": 3, "products": 2}})
    assert (run / "truth").is_dir()


def test_an_export_inside_the_silos_is_refused(run: Path, tmp_path: Path) -> None:
    _, mapping = _export(tmp_path)
    before = sha256_tree(run / "silos")
    with pytest.raises(ConfigError, match="would be replaced"):
        _ingest(run, next((run / "silos").iterdir()), mapping)
    assert sha256_tree(run / "silos") == before


def test_after_another_ingest_every_later_stage_is_stale(run: Path) -> None:
    run_stage("generate", run, flags=TEMPLATE)
    run_stage("ingest", run, flags={"synthetic": {"seed": 8}})
    for name in ("train", "generate"):
        with pytest.raises(RunError, match=r"silos: changed after stage scrub; run: privgen scrub"):
            run_stage(name, run)
    run_stage("scrub", run)
    for name in ("explain", "report"):
        with pytest.raises(RunError, match=r"scrubbed: changed after stage generate; run: privgen generate"):
            run_stage(name, run)
    assert not run_stage("generate", run).skipped


# -- failures leave nothing behind


def test_what_a_killed_process_left_is_swept_but_not_ledgers(run: Path) -> None:
    run_stage("generate", run, flags=TEMPLATE)
    left = [
        run / ".run.json.1.2.tmp",
        run / "pages/.pages.jsonl.1.2.tmp",
        run / "scrubbed/.m1.new.tmp/x.parquet",
    ]
    kept = run / "federated/ledger/.m1.jsonl.1.2.tmp"
    for path in (*left, kept):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("half")
    assert run_stage("generate", run).skipped
    assert not any(path.exists() for path in left) and kept.exists()
    assert not (run / "scrubbed/.m1.new.tmp").exists()


def test_a_flag_at_fault_does_not_stay(run: Path, tmp_path: Path) -> None:
    run_stage("generate", run, flags=TEMPLATE)
    with pytest.raises(ModelError):
        run_stage(
            "generate", run, flags={"model": str(tmp_path / "nowhere"), "generate": {"generator": "hf"}}
        )
    assert run_stage("generate", run).skipped


def test_a_new_folder_is_not_made_for_a_wrong_flag(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"flags: synthetic\.locale"):
        run_stage("ingest", tmp_path / "new", flags={"synthetic": {"locale": "xx"}})
    assert not (tmp_path / "new").exists()


def test_an_unreadable_scrubbed_table_is_one_line_and_old_pages_stay(run: Path) -> None:
    run_stage("generate", run, flags=TEMPLATE)
    pages = (run / "pages/pages.jsonl").read_bytes()
    table = next((run / "scrubbed").glob("*/events.parquet"))
    table.write_bytes(b"garbage")
    with pytest.raises(DataError, match=r"events\.parquet: not readable"):
        run_stage("generate", run)
    assert (run / "pages/pages.jsonl").read_bytes() == pages
    shutil.rmtree(run / "scrubbed")
    run_stage("scrub", run)
    run_stage("generate", run)
    assert (run / "pages/pages.jsonl").read_bytes() == pages


# -- pages and their explanations


@pytest.fixture(scope="module")
def explained(scrubbed: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = Path(shutil.copytree(scrubbed, tmp_path_factory.mktemp("explained") / "run"))
    run_stage("generate", run, flags=_tiny(models))
    run_stage("explain", run)
    return run


def test_pages_carry_the_hashes_and_say_that_no_adapter_wrote_them(explained: Path) -> None:
    summary = _manifest(explained)["stages"]["generate"]["summary"]
    assert summary["adapter"] == "none" and summary["pages"] == 2
    hashes = {
        (page["base_hash"], page["adapter_hash"]) for page in read_jsonl(explained / "pages/pages.jsonl")
    }
    assert len(hashes) == 1 and hashes.pop()[1] is None


def test_every_sentence_of_a_model_is_explained_once(explained: Path) -> None:
    wrote = {}
    for page in read_jsonl(explained / "pages/pages.jsonl"):
        for section in page["sections"]:
            if not section["fallback"]:
                for number, sentence in enumerate(section["sentences"]):
                    wrote[page["page_id"], section["kind"], number] = (section, sentence)
    records = list(read_jsonl(explained / "explanations/explanations.jsonl"))
    assert [(r["page_id"], r["section"], r["sentence"]) for r in records] == list(wrote) and wrote
    for record in records:
        section, sentence = wrote[record["page_id"], record["section"], record["sentence"]]
        assert record["value_full"] == pytest.approx(sentence["log_prob"], abs=1e-3)
        assert [s["signal_id"] for s in record["signals"]] == [
            s["signal_id"] for s in section["prompt"]["signals"]
        ]
        gap = record["value_full"] - record["value_none"] - sum(s["score"] for s in record["signals"])
        assert gap == pytest.approx(0, abs=1e-3) and record["completeness_error"] < 1e-3
    assert run_stage("explain", explained).skipped


def test_other_weights_do_not_explain_what_they_did_not_write(
    explained: Path, models: Path, tmp_path: Path
) -> None:
    run = Path(shutil.copytree(explained, tmp_path / "run"))
    before = sha256_tree(run / "explanations")
    for flags in (_tiny(models, "seq2seq"), TEMPLATE):
        with pytest.raises(RunError, match="written by another model or adapter; run: privgen generate"):
            run_stage("explain", run, flags=flags)
    assert sha256_tree(run / "explanations") == before and run_stage("explain", run).skipped


def test_pages_of_templates_have_nothing_to_explain(run: Path) -> None:
    run_stage("generate", run, flags=TEMPLATE)
    assert run_stage("explain", run).summary["sentences"] == 0


def test_an_adapter_that_no_training_left_is_refused(explained: Path, models: Path, tmp_path: Path) -> None:
    from tiny_models import write_adapter

    run = Path(shutil.copytree(explained, tmp_path / "run"))
    write_adapter(models / "causal", run / "federated/adapter", scale=0.5)
    for stage in ("generate", "explain"):
        with pytest.raises(RunError, match="not the adapter of a complete training; run: privgen train"):
            run_stage(stage, run)


def test_one_customer_and_one_product(run: Path) -> None:
    run_stage("generate", run, flags=TEMPLATE)
    page = next(iter(read_jsonl(run / "pages/pages.jsonl")))
    options = {"customer_id": page["customer_id"], "product_id": page["product_id"]}
    assert run_stage("generate", run, options=options).summary["pages"] == 1
    assert [p["customer_id"] for p in read_jsonl(run / "pages/pages.jsonl")] == [page["customer_id"]]
    with pytest.raises(DataError, match="nobody is at no merchant"):
        run_stage("generate", run, options={"customer_id": "nobody"})


def test_no_error_holds_a_line_break_or_a_raw_identifier(run: Path) -> None:
    """Each fault of this module in one: the message is one line and none of the customers' own words."""
    from privgen.tables import read_table

    people = [
        row for silo in (run / "silos").iterdir() for batch in read_table(silo, "customers") for row in batch
    ]
    raw = {row[column] for row in people for column in ("name", "email", "phone") if row[column]}
    table = next((run / "scrubbed").glob("*/customers.parquet"))
    table.write_bytes(b"garbage")
    messages = []
    for stage in ("train", "generate", "explain", "report"):
        with pytest.raises(PrivgenError) as caught:
            run_stage(stage, run, flags=TEMPLATE)
        messages.append(str(caught.value))
    assert all("\n" not in message and not any(value in message for value in raw) for message in messages)
    assert not any(value in json.dumps(_manifest(run)) for value in raw)


def test_a_product_is_written_for_by_the_merchants_that_sell_it(run: Path) -> None:
    from privgen.tables import read_table

    silo = sorted((run / "scrubbed").iterdir())[1]
    product_id = next(read_table(silo, "products"))[0]["product_id"]
    summary = run_stage("generate", run, flags=TEMPLATE, options={"product_id": product_id}).summary
    assert list(summary["merchants"]) == [silo.name]
    assert {page["product_id"] for page in read_jsonl(run / "pages/pages.jsonl")} == {product_id}


def test_an_empty_silo_can_be_removed_and_the_run_goes_on(run: Path) -> None:
    """As the message of an empty silo asks for."""
    from privgen.tables import TableWriter

    silo = sorted((run / "silos").iterdir())[0]
    with TableWriter(silo, "customers"):
        pass
    with pytest.raises(DataError, match="no row in customers; an empty silo cannot take part, remove"):
        run_stage("scrub", run)
    shutil.rmtree(silo)
    run_stage("scrub", run)
    assert list(run_stage("generate", run, flags=TEMPLATE).summary["merchants"]) != [silo.name]
    shutil.rmtree(run / "silos")  # raw tables may be deleted
    assert run_stage("generate", run).skipped


def test_under_a_key_that_nobody_keeps_no_silo_of_an_earlier_try_is_used(run: Path) -> None:
    """Else one customer of two merchants would have two pseudonyms."""
    flags = {"scrub": {"policy": "gdpr-anonymous"}}
    first = min(path.name for path in (run / "silos").iterdir() if path.is_dir())

    def stop(done: float, total: float | None, label: str) -> None:
        if "2 of 2" in label:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_stage("scrub", run, None, flags, {}, stop)
    table = run / "scrubbed" / first / "customers.parquet"
    before = {row["customer_id"] for row in pq.read_table(table).to_pylist()}
    run_stage("scrub", run, None, flags)
    assert before.isdisjoint(row["customer_id"] for row in pq.read_table(table).to_pylist())
