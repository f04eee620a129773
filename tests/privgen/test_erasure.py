"""Erasure: no byte of a run tells of the person, all others are as they were, and the run goes on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from erasure_tools import SMALL, files_with, has_records, people, rows, tokens, widest

from privgen.errors import DataError
from privgen.files import read_json, read_jsonl, sha256_tree
from privgen.pipeline import erase, run_stage
from privgen.runfolder import RunFolder

ROW_TABLES = ("customers", "events", "reviews", "dialogues")


@pytest.mark.parametrize("given", ["raw", "pseudonym"])
def test_no_byte_of_the_run_tells_of_the_person(full: Path, given: str) -> None:
    customer = widest(full)
    who, make = people(full)[customer], tokens(full)
    before = files_with(full, who["ids"])
    wanted = ("silos/", "scrubbed/", "truth/", "federated/records/", "pages/", "explanations/")
    assert all(any(name.startswith(root) for name in before) for root in wanted[:-1])
    name = customer if given == "raw" else make.identifier("customer_id", customer)
    result = erase(full, name, None)
    assert result["status"] == "erased" and result["left_in"] == {} and result["mentions"] == {}
    assert files_with(full, who["ids"] | who["values"]) == set()
    assert result["pages"] == len(who["merchants"]) and result["explanations"] and result["records"]
    assert not (full / ".erasing").exists() and not list(full.rglob(".*.tmp"))
    # nor is what belongs to nobody else there: birth dates only stand in the row
    assert all(customer not in str(row) for file in full.glob("silos/*/*.parquet") for row in rows(file))


def test_everybody_else_is_as_before(full: Path) -> None:
    customer = widest(full)
    make, others = tokens(full), {id_: who["ids"] for id_, who in people(full).items() if id_ != customer}
    mine = {customer, make.identifier("customer_id", customer)}
    before = {
        (root, path.parent.name, path.stem): [row for row in rows(path) if row.get("customer_id") not in mine]
        for root in ("silos", "scrubbed")
        for path in full.glob(f"{root}/*/*.parquet")
    }
    removed = {
        key: sum(1 for row in rows(full / key[0] / key[1] / f"{key[2]}.parquet")) - len(kept)
        for key, kept in before.items()
    }
    result = erase(full, customer, None)
    for (root, merchant, table), kept in before.items():
        assert rows(full / root / merchant / f"{table}.parquet") == kept
        counted = result["rows"][root].get(merchant, {}).get(table, 0)
        assert counted == removed[root, merchant, table]
    assert all(files_with(full, ids) for ids in others.values())


def test_the_run_goes_on_and_nothing_passes_for_done(full: Path) -> None:
    customer = widest(full)
    erase(full, customer, None)
    assert not (full / "report").exists() and "report" not in RunFolder(full).manifest["stages"]
    before = sha256_tree(full / "scrubbed")
    for stage in ("ingest", "scrub"):
        assert run_stage(stage, full).skipped  # their outputs are what they would make of what is left
    run_stage("report", full)
    report = read_json(full / "report/report.json")
    assert report["model"]["trained_on_this_data"] is False  # the adapter knew the person
    assert report["evidence"]["changed"] == 0 and report["evidence"]["missing"] == 0
    left = len(people(full)) + sum(len(who["merchants"]) - 1 for who in people(full).values())
    assert report["consent"]["totals"]["customers"] == left
    generated = run_stage("generate", full)
    assert not generated.skipped and generated.summary["adapter"] == "trained on other data"
    assert not run_stage("explain", full).skipped
    run_stage("report", full)
    assert sha256_tree(full / "scrubbed") == before
    shutil.rmtree(full / "scrubbed")
    run_stage("scrub", full)
    logs = [read_json(path)["tables"] for path in sorted(full.glob("scrubbed/*/scrub.json"))]
    summary = RunFolder(full).summary("scrub")
    assert [{name: t["rows"] for name, t in log.items()} for log in logs] == list(summary["rows"].values())


def test_what_scrub_would_make_of_the_rest_is_what_is_left(full: Path) -> None:
    """The oracle of the edit: scrub the edited silos again; tables, rows and consent come out the same."""
    erase(full, widest(full), None)
    paths = [path.relative_to(full) for path in sorted(full.glob("scrubbed/*/*.parquet"))]
    edited = {path: rows(full / path) for path in paths}
    kept = ("rows", "consent")
    summary = {name: RunFolder(full).summary("scrub")[name] for name in kept}
    logs = [read_json(path) for path in sorted(full.glob("scrubbed/*/scrub.json"))]
    shutil.rmtree(full / "scrubbed")
    again = run_stage("scrub", full)
    assert {path: rows(full / path) for path in paths} == edited
    assert {name: again.summary[name] for name in kept} == summary
    for log, path in zip(logs, sorted(full.glob("scrubbed/*/scrub.json")), strict=True):
        made = read_json(path)
        assert all(log[name] == made[name] for name in ("known_identifiers", "risk", "held_back"))


def test_the_models_are_named_also_when_the_records_are_gone(full: Path, models: Path) -> None:
    adapter = RunFolder(full).summary("train")
    trained = [id_ for id_ in sorted(people(full)) if has_records(full, id_)]
    without = next(id_ for id_ in sorted(people(full)) if not has_records(full, id_))
    shutil.rmtree(full / "federated/records")
    result = erase(full, trained[0], None)
    (model,) = result["models"]
    assert model["adapter_hash"] == adapter["adapter_hash"] and model["in_use"] and model["known"]
    assert set(model["merchants"]) <= people(full)[trained[1]]["merchants"] | set(adapter["epsilon"])
    assert model["epsilon"] == {name: adapter["epsilon"][name] for name in model["merchants"]}
    assert model["rounds"] == 1 and model["claim"] == adapter["claim"] and model["delta"] == adapter["delta"]
    assert erase(full, without, None)["models"] == []
    more = SMALL | {"target_epsilon": 16.0, "rounds": 2}
    run_stage("train", full, flags={"train": more, "model": str(models / "causal")})
    again = erase(full, trained[1], None)["models"]
    assert [model["in_use"] for model in again].count(True) == 1 and len(again) == 2
    assert erase(full, trained[0], None)["models"] == result["models"]  # of the record
    records = list(read_jsonl(full / "erasures.jsonl"))
    assert [len(record["models"]) for record in records] == [1, 0, 2]


def test_pages_of_others_made_from_their_reviews_go_too(full: Path) -> None:
    make = tokens(full)
    writers = {
        make.identifier("review_id", row["review_id"]): row["customer_id"]
        for path in full.glob("silos/*/reviews.parquet")
        for row in rows(path)
    }
    quoting: dict[str, set[str]] = {}
    owners = {}
    for page in read_jsonl(full / "pages/pages.jsonl"):
        owners[page["page_id"]] = page["customer_id"]
        for section in page["sections"]:
            for signal in section["prompt"]["signals"]:
                if signal["kind"] == "digest":
                    quoting.setdefault(writers[signal["source"].split(":")[1]], set()).add(page["page_id"])
    customer = max(sorted(quoting), key=lambda id_: len(quoting[id_]))
    own = {id_ for id_, name in owners.items() if name == make.identifier("customer_id", customer)}
    result = erase(full, customer, None)
    assert result["pages_quoting"] == len(quoting[customer] - own) > 0
    left = {page["page_id"] for page in read_jsonl(full / "pages/pages.jsonl")}
    assert left == set(owners) - own - quoting[customer]
    explained = {line["page_id"] for line in read_jsonl(full / "explanations/explanations.jsonl")}
    assert explained <= left


def test_erasing_twice_says_so_and_changes_nothing(full: Path) -> None:
    customer, pseudonym = widest(full), tokens(full).identifier("customer_id", widest(full))
    first = erase(full, customer, None)
    before = sha256_tree(full)
    for name in (customer, pseudonym):
        again = erase(full, name, None)
        assert again["status"] == "already erased" and again["when"] == first["when"]
        assert again["customer"] == first["customer"] not in (customer, pseudonym)
    assert sha256_tree(full) == before and len(list(read_jsonl(full / "erasures.jsonl"))) == 1


def test_one_merchant_only(full: Path) -> None:
    customer, who = next((id_, who) for id_, who in people(full).items() if len(who["merchants"]) == 2)
    here, there = sorted(who["merchants"])
    result = erase(full, customer, here)
    assert set(result["rows"]["silos"]) == {here} and result["merchants"] == [here]
    assert not any(name.split("/")[1].startswith(here) for name in files_with(full, {customer}))
    assert any(name.startswith(f"silos/{there}") for name in files_with(full, {customer}))
    assert erase(full, customer, here)["status"] == "already erased"
    rest = erase(full, customer, None)
    assert set(rest["rows"]["silos"]) == {there} and rest["status"] == "erased"
    assert files_with(full, who["ids"] | who["values"]) == set()
    assert erase(full, customer, None)["status"] == "already erased"


def test_a_run_that_was_only_ingested(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run_stage("ingest", run, flags={"synthetic": {"merchants": 1, "customers": 4, "products": 2}})
    customer = next(row["customer_id"] for f in run.glob("silos/*/customers.parquet") for row in rows(f))
    with pytest.raises(DataError, match="no customer with this id"):
        erase(run, "nobody-at-all", None)
    assert not (run / "keys").exists()
    assert erase(run, customer, None)["models"] == []
    assert files_with(run, {customer}) == set() and erase(run, customer, None)["status"] == "already erased"
    assert not run_stage("scrub", run).skipped and run_stage("scrub", run).skipped


def test_a_page_made_for_one_customer_leaves_no_pseudonym_in_the_manifest(run: Path) -> None:
    customer = sorted(people(run))[0]
    make = tokens(run)
    pseudonyms = {make.identifier("customer_id", id_): id_ for id_ in people(run)}
    run_stage("generate", run, flags={"generate": {"generator": "template"}})
    name = next(iter(read_jsonl(run / "pages/pages.jsonl")))["customer_id"]
    customer = pseudonyms[name]
    ids = people(run)[customer]["ids"]
    run_stage("generate", run, options={"customer_id": name})
    assert "run.json" in files_with(run, {name})
    erase(run, customer, None)
    assert files_with(run, ids) == set()
    assert not run_stage("generate", run).skipped


def test_the_only_customer_of_a_merchant(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run_stage("ingest", run, flags={"synthetic": {"merchants": 1, "customers": 1, "products": 2}})
    for path in run.glob("silos/*/customers.parquet"):
        (one, *more) = [row["customer_id"] for row in rows(path)]
    run_stage("scrub", run)
    for id_ in (one, *more):
        result = erase(run, id_, None)
    assert any("has no customers left" in step for step in result["next"])


def test_rows_of_others_that_hold_the_same_values_are_counted_and_stay(run: Path) -> None:
    """A household shares an address: the other's row is the other's."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = sorted(run.glob("silos/*/customers.parquet"))[1]
    table = rows(path)
    table[1]["address"] = table[0]["address"]
    pq.write_table(pa.Table.from_pylist(table, schema=pq.read_schema(path)), path)
    run_stage("scrub", run)
    result = erase(run, table[0]["customer_id"], None)
    assert result["mentions"] == {path.relative_to(run).as_posix(): 1} and result["left_in"] == {}
    assert any(row["address"] == table[0]["address"] for row in rows(path))


def test_a_customer_who_comes_back_is_told_and_can_be_erased_again(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = sorted(people(run))[0]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    erase(run, customer, None)
    run_stage("ingest", run, flags={"synthetic": {"products": 5}})
    summary = run_stage("scrub", run).summary
    assert sum(summary["erased_again"].values()) == len(people(run)[customer]["merchants"])
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000001")  # two of one second would be one entry
    assert erase(run, customer, None)["status"] == "erased"
    assert len(RunFolder(run).manifest["erasures"]) == 2 == len(list(read_jsonl(run / "erasures.jsonl")))


def test_held_back_rows_keep_pointing_at_their_rows(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run_stage("ingest", run, flags={"synthetic": {"merchants": 1, "customers": 6, "products": 2}})
    import pyarrow as pa
    import pyarrow.parquet as pq

    (path,) = run.glob("silos/*/events.parquet")
    table = rows(path)
    first, last = table[0]["customer_id"], table[-1]["customer_id"]
    for row in (table[1], table[-1]):
        row["text"] = "x" * 1_000_001
    pq.write_table(pa.Table.from_pylist(table, schema=pq.read_schema(path)), path)
    assert run_stage("scrub", run).summary["held_back"] == 2
    (log,) = run.glob("scrubbed/*/scrub.json")
    assert table[1]["customer_id"] == first != last
    erase(run, first, None)
    (held,) = read_json(log)["held_back"]
    left = rows(path)
    assert held["row"] == len(left) and left[held["row"] - 1]["text"] == table[-1]["text"]
