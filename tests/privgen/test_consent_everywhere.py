"""Consent at every reading: people who did not agree, or no longer do, are searched in all outputs."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from erasure_tools import rows
from pdf_text import pdf_text
from shop_rows import START, canary, shop, write_silo

from privgen.consent import allows
from privgen.errors import ConsentError
from privgen.files import read_json, read_jsonl
from privgen.pipeline import run_stage
from privgen.runfolder import RunFolder
from privgen.schema import TABLES, Purpose
from privgen.silo import Silo, open_silos
from privgen.tables import check_row

TODAY = dt.date.today()
YESTERDAY, TOMORROW = TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=1)
ALL = {"training": "", "personalisation": "", "analytics": ""}
PEOPLE = {
    "yes-one": ALL,
    "yes-two": ALL,
    "until-today": dict.fromkeys(ALL, TODAY.isoformat()),
    "until-tomorrow": dict.fromkeys(ALL, TOMORROW.isoformat()),
    "only-training": {"training": ""},
    "only-pages": {"personalisation": ""},
    "only-analytics": {"analytics": ""},
    "nothing": {},
    "expired": dict.fromkeys(ALL, YESTERDAY.isoformat()),
    "expired-time": dict.fromkeys(ALL, f"{YESTERDAY}T23:59:59"),
    "soon": dict.fromkeys(ALL, "soon"),
    "yes-word": dict.fromkeys(ALL, "yes"),
    "true": dict.fromkeys(ALL, "True"),
    "no-such-day": dict.fromkeys(ALL, "2999-02-30"),
    "garbage-after": dict.fromkeys(ALL, "2999-12-31 or so"),
    "other-names": {"Training": "", "personalization": "", "marketing": ""},
}


def _agreed(purpose: Purpose) -> set[str]:
    return {id_ for id_, consent in PEOPLE.items() if allows(consent, purpose, TODAY)}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose merchant has these customers, each with a canary in all that they wrote; scrubbed."""
    run = tmp_path_factory.mktemp("planted") / "run"
    run_stage("ingest", run, flags={"synthetic": {"merchants": 1, "customers": 2, "products": 2}})
    (silo,) = (run / "silos").iterdir()
    shutil.rmtree(silo)
    shop(silo, PEOPLE)
    run_stage("scrub", run)
    return run


@pytest.fixture
def shop_run(planted: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(planted, tmp_path / "run"))


def _told(path: Path) -> set[str]:
    """Whose canaries a file, or any file of a folder, holds."""
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    texts = [_text(file) for file in files]
    return {id_ for id_ in PEOPLE if any(canary(id_) in text for text in texts)}


def _text(file: Path) -> str:
    return pdf_text(file.read_bytes()) if file.suffix == ".pdf" else file.read_text("utf-8")


def test_the_planted_consents_are_what_they_should_be() -> None:
    yes = {"yes-one", "yes-two", "until-today", "until-tomorrow"}
    assert _agreed(Purpose.TRAINING) == yes | {"only-training"}
    assert _agreed(Purpose.PERSONALISATION) == yes | {"only-pages"}
    assert _agreed(Purpose.ANALYTICS) == yes | {"only-analytics"}


def test_pages_explanations_and_report_tell_of_nobody_who_did_not_agree(shop_run: Path, models: Path) -> None:
    many = {"generator": "template", "pages_per_merchant": 50, "max_signals": 40}
    run_stage("generate", shop_run, flags={"generate": many})
    told = _told(shop_run / "pages/pages.jsonl")
    assert told == _agreed(Purpose.PERSONALISATION)
    run_stage("explain", shop_run)
    run_stage("report", shop_run)
    report = (shop_run / "report/report.json").read_text("utf-8")
    pages = {page["page_id"]: page for page in read_jsonl(shop_run / "pages/pages.jsonl")}
    (sample,) = json.loads(report)["generation"]["samples"]
    shown = json.dumps(pages[sample["page_id"]])
    assert _told(shop_run / "report") <= _agreed(Purpose.ANALYTICS)
    assert {id_ for id_ in PEOPLE if canary(id_) in shown} <= _agreed(Purpose.ANALYTICS)
    counts = json.loads(report)["consent"]["totals"]
    assert counts == {"customers": len(PEOPLE)} | {p.value: len(_agreed(p)) for p in Purpose}


def test_training_records_tell_of_nobody_who_did_not_agree(shop_run: Path, models: Path) -> None:
    small = {"rounds": 1, "steps_per_round": 1, "min_customers": 2, "rank": 2, "expected_batch_size": 2.0}
    run_stage("train", shop_run, flags={"train": small, "model": str(models / "causal")})
    (records,) = (shop_run / "federated/records").iterdir()
    assert _told(records) == _agreed(Purpose.TRAINING)
    (listed,) = shop_run.glob("federated/participants/*/*.txt")
    assert len(listed.read_text().split()) == len(_agreed(Purpose.TRAINING))


def _withdraw(run: Path, purpose: Purpose, customers: set[str]) -> None:
    """As if the consent had run out since the last stage: the scrubbed table of the day after."""
    from privgen.files import sha256_tree

    (path,) = run.glob("scrubbed/*/customers.parquet")
    table = rows(path)
    for row in table:
        if row["customer_id"] in customers:
            row["consent"] = [(name, expiry) for name, expiry in row["consent"] if name != purpose.value]
    write_silo(path.parent, {"customers": table})

    def follow(manifest: dict) -> None:
        manifest["stages"]["generate"]["inputs"]["scrubbed"] = sha256_tree(run / "scrubbed")

    RunFolder(run).amend(follow)


def test_a_consent_that_ran_out_since_the_pages_were_written_stops_explain(shop_run: Path) -> None:
    many = {"generator": "template", "pages_per_merchant": 50, "max_signals": 40}
    run_stage("generate", shop_run, flags={"generate": many})
    pages = list(read_jsonl(shop_run / "pages/pages.jsonl"))
    _withdraw(shop_run, Purpose.PERSONALISATION, {pages[0]["customer_id"]})
    with pytest.raises(ConsentError, match=r"pages\.jsonl: \d+ pages use .* run: privgen generate"):
        run_stage("explain", shop_run)
    assert not run_stage("generate", shop_run).skipped
    run_stage("explain", shop_run)
    assert pages[0]["customer_id"] not in (shop_run / "pages/pages.jsonl").read_text()


def test_a_report_shows_nothing_of_who_no_longer_agrees_to_analytics(shop_run: Path) -> None:
    many = {"generator": "template", "pages_per_merchant": 50, "max_signals": 40}
    run_stage("generate", shop_run, flags={"generate": many})
    run_stage("explain", shop_run)
    run_stage("report", shop_run)
    everybody = {page["customer_id"] for page in read_jsonl(shop_run / "pages/pages.jsonl")}
    _withdraw(shop_run, Purpose.ANALYTICS, everybody)
    assert not run_stage("report", shop_run).skipped
    report = json.loads((shop_run / "report/report.json").read_text("utf-8"))
    assert report["generation"]["samples"] == [] and report["generation"]["pages"] == len(everybody)
    assert not _told(shop_run / "report")
    left_out = read_json(shop_run / "report/report.json")["details"]
    assert left_out == {"files": [], "left_out": len(everybody), "pages": 0, "sentences": 0}


# -- the reader itself


def test_of_several_rows_of_one_customer_each_has_to_agree(tmp_path: Path) -> None:
    silo = shop(tmp_path / "m", {"a": ALL, "b": ALL})
    people = [{"customer_id": "a", "consent": ALL}, {"customer_id": "a", "consent": {}}]
    write_silo(silo, {"customers": [*people, {"customer_id": "b", "consent": ALL}]})
    reader = Silo(silo, Purpose.TRAINING, TODAY)
    assert set(reader.customers()) == {"b"}
    with pytest.raises(ConsentError):
        reader.require("a")
    assert {row["customer_id"] for row in reader.rows("events")} == {"b"}


def test_histories_are_empty_without_consent_also_when_asked_for_by_name(tmp_path: Path) -> None:
    reader = Silo(shop(tmp_path / "m", {"a": ALL, "b": {}}), Purpose.TRAINING, TODAY)
    histories = reader.histories(["a", "b"])
    assert histories["a"].events and histories["a"].reviews and histories["a"].dialogues
    assert not (histories["b"].events or histories["b"].reviews or histories["b"].dialogues)


def test_rows_of_nobody_are_read_for_nothing(tmp_path: Path) -> None:
    """Customers of events who are not in the customers table never agreed."""
    silo = shop(tmp_path / "m", {"a": ALL})
    stray = {"customer_id": "stranger", "kind": "view", "product_id": "p1", "timestamp": START}
    write_silo(silo, {"events": [stray]})
    assert list(Silo(silo, Purpose.TRAINING, TODAY).rows("events")) == []


def test_a_file_of_a_customer_follows_the_customers_consent(tmp_path: Path) -> None:
    silo = shop(tmp_path / "m", {"a": ALL, "b": {}})
    media = [
        {"media_id": f"m-{owner}", "owner": owner, "kind": "image", "path": f"{owner}.png"}
        for owner in ("a", "b", "p1", "m")
    ]
    write_silo(silo, {"media": media})
    assert [row["owner"] for row in Silo(silo, Purpose.TRAINING, TODAY).rows("media")] == ["a", "p1", "m"]


@pytest.mark.parametrize(
    ("cell", "purposes"),
    [
        ({"training": None}, set()),
        ({"training": None, "analytics": ""}, {"analytics"}),
        ('{"training": null}', set()),
        ([("training", None), ("analytics", "2999-01-01")], {"analytics"}),
        ({"training": False, "analytics": True}, set()),
        ({"training": 0, "analytics": 1}, set()),
        ("training;analytics=2999-01-01", {"training", "analytics"}),
        ('["training"]', {"training"}),
    ],
)
def test_null_and_false_are_no_consent(cell: object, purposes: set[str]) -> None:
    row = check_row(TABLES["customers"], {"customer_id": "a", "consent": cell})
    assert {p.value for p in Purpose if allows(row["consent"], p, TODAY)} == purposes


def test_open_silos_reads_for_one_purpose_on_one_day(planted: Path) -> None:
    for purpose in Purpose:
        (silo,) = open_silos(planted / "scrubbed", purpose, TODAY)
        assert len(silo.customers()) == len(_agreed(purpose))
        assert silo.consent_counts()[purpose.value] == len(_agreed(purpose))
