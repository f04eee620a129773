"""Erasure: no byte of a run tells of the person, all others are as they were, and the run goes on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from erasure_tools import PAGES, SMALL, files_with, people, rows, tokens

from privgen.anonymize import Cipher, load_key
from privgen.errors import DataError, KeyFileError, RunError
from privgen.files import read_json, read_jsonl, sha256_tree
from privgen.pipeline import erase, run_stage
from privgen.runfolder import RunFolder

ROW_TABLES = ("customers", "events", "reviews", "dialogues")


@pytest.fixture(scope="module")
def whole(scrubbed: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run through every stage: trained, a page for everybody, explained, reported."""
    run = Path(shutil.copytree(scrubbed, tmp_path_factory.mktemp("whole") / "run"))
    run_stage("train", run, flags={"train": SMALL, "model": str(models / "causal")})
    run_stage("generate", run, flags={"generate": PAGES})
    run_stage("explain", run, flags={"explain": {"method": "leave_one_out"}})
    run_stage("report", run)
    return run


@pytest.fixture
def full(whole: Path, tmp_path: Path) -> Path:
    """A copy of the whole run."""
    return Path(shutil.copytree(whole, tmp_path / "full"))


def _widest(run: Path) -> str:
    """A customer who is in tables, records, pages and explanations."""
    make = tokens(run)
    trained = {line["customer_id"] for path in run.glob("federated/records/*") for line in read_jsonl(path)}
    explained = {line["page_id"] for line in read_jsonl(run / "explanations/explanations.jsonl")}
    pages = {p["customer_id"] for p in read_jsonl(run / "pages/pages.jsonl") if p["page_id"] in explained}
    both = trained & pages
    return next(id_ for id_ in sorted(people(run)) if make.identifier("customer_id", id_) in both)


def _trained(run: Path, customer: str) -> bool:
    name = tokens(run).identifier("customer_id", customer)
    return any(line["customer_id"] == name for f in run.glob("federated/records/*") for line in read_jsonl(f))


@pytest.mark.parametrize("given", ["raw", "pseudonym"])
def test_no_byte_of_the_run_tells_of_the_person(full: Path, given: str) -> None:
    customer = _widest(full)
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
    customer = _widest(full)
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
    customer = _widest(full)
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
    erase(full, _widest(full), None)
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
    trained = [id_ for id_ in sorted(people(full)) if _trained(full, id_)]
    without = next(id_ for id_ in sorted(people(full)) if not _trained(full, id_))
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


def test_a_run_of_an_earlier_version_names_what_it_can(full: Path) -> None:
    shutil.rmtree(full / "federated/participants")
    trained = [id_ for id_ in sorted(people(full)) if _trained(full, id_)]
    assert [model["known"] for model in erase(full, trained[0], None)["models"]] == [True]
    shutil.rmtree(full / "federated/records")
    (model,) = erase(full, trained[1], None)["models"]
    assert not model["known"] and model["adapter_hash"]


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


def test_an_unknown_customer_or_merchant_changes_nothing(full: Path) -> None:
    before = sha256_tree(full)
    for name in ("nobody-at-all", "c_0123456789abcdef"):
        with pytest.raises(DataError, match="no customer with this id in any table; nothing was erased") as e:
            erase(full, name, None)
        assert name not in str(e.value)
    with pytest.raises(DataError, match="no merchant of this name"):
        erase(full, _widest(full), "m99")
    assert sha256_tree(full) == before


def test_erasing_twice_says_so_and_changes_nothing(full: Path) -> None:
    customer, pseudonym = _widest(full), tokens(full).identifier("customer_id", _widest(full))
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


# -- keys


def test_without_the_key_nothing_passes_for_searched(full: Path, tmp_path: Path) -> None:
    customer, pseudonym = _widest(full), tokens(full).identifier("customer_id", _widest(full))
    ids = people(full)[customer]["ids"]
    (full / "keys/scrub.key").rename(tmp_path / "away.key")
    before = sha256_tree(full)
    with pytest.raises(KeyFileError, match=r"silos/m01-\w+, silos/m02-\w+ cannot be searched"):
        erase(full, pseudonym, None)
    with pytest.raises(KeyFileError, match=r"scrubbed, federated/records, pages/pages\.jsonl cannot be"):
        erase(full, customer, None)
    (tmp_path / "other.key").write_text("abcd" * 16)
    (tmp_path / "other.key").chmod(0o600)
    shutil.copy(tmp_path / "other.key", full / "keys/scrub.key")
    with pytest.raises(KeyFileError, match="not the key that this run was scrubbed with"):
        erase(full, customer, None)
    (full / "keys/scrub.key").unlink()
    assert sha256_tree(full) == before
    shutil.rmtree(full / "silos")
    shutil.rmtree(full / "truth")
    assert erase(full, pseudonym, None)["status"] == "erased"  # all that is left holds pseudonyms
    assert files_with(full, ids) == set()


def test_a_key_outside_the_run_is_found_by_the_configuration(full: Path, tmp_path: Path) -> None:
    customer = _widest(full)
    ids = people(full)[customer]["ids"]
    key = (full / "keys/scrub.key").rename(tmp_path / "my.key")
    run_stage("scrub", full, flags={"scrub": {"key_file": str(key)}})
    erase(full, customer, None)
    assert files_with(full, ids) == set()


def test_under_a_discarded_key_only_what_is_raw_can_be_searched(full: Path) -> None:
    customer = _widest(full)
    run_stage("scrub", full, flags={"scrub": {"policy": "gdpr-anonymous"}})
    before = sha256_tree(full)
    with pytest.raises(KeyFileError, match=r"a key that nobody keeps; scrubbed, federated/records, pages"):
        erase(full, customer, None)
    assert sha256_tree(full) == before
    for name in ("scrubbed", "federated/records", "pages", "explanations"):
        shutil.rmtree(full / name)
    ids = {customer} | people(full)[customer]["ids"]
    (model,) = erase(full, customer, None)["models"]
    assert not model["known"] and files_with(full, ids) == set()
    run_stage("scrub", full)


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


# -- corners


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


def test_files_that_privgen_did_not_write_are_named(full: Path) -> None:
    customer = _widest(full)
    (full / "notes.txt").write_text(f"call {customer} back\n")
    (full / "scrubbed/old").mkdir()
    (full / "scrubbed/old/copy.json").write_text(json.dumps({"who": customer}))
    result = erase(full, customer, None)
    assert set(result["left_in"]) == {"notes.txt", "scrubbed/old/copy.json"}
    assert set(erase(full, customer, None)["left_in"]) == set(result["left_in"])


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


def test_a_broken_table_stops_before_anything_is_changed(full: Path) -> None:
    customer = _widest(full)
    path = sorted(full.glob("silos/*/reviews.parquet"))[-1]
    path.write_bytes(b"PAR1 garbage")
    before = sha256_tree(full)
    with pytest.raises(DataError, match=r"reviews\.parquet: not readable as Parquet; nothing was erased"):
        erase(full, customer, None)
    assert sha256_tree(full) == before


@pytest.mark.parametrize("name", ["truth/*/spans.jsonl", "explanations/explanations.jsonl"])
def test_a_broken_line_stops_and_leaves_nothing_aside(full: Path, name: str) -> None:
    customer = _widest(full)
    path = sorted(full.glob(name))[-1]
    path.write_text(path.read_text() + '{"table": "reviews"}\n')
    before = sha256_tree(full)
    with pytest.raises(DataError, match=r"jsonl: line \d+ is not as privgen wrote it"):
        erase(full, customer, None)
    assert sha256_tree(full) == before and not (full / ".erasing").exists()


def test_pages_and_records_of_another_key_are_not_passed_over(full: Path, tmp_path: Path) -> None:
    (tmp_path / "new.key").write_text("abcd" * 16)
    (tmp_path / "new.key").chmod(0o600)
    customer = _widest(full)
    run_stage("scrub", full, flags={"scrub": {"key_file": str(tmp_path / "new.key")}})
    before = sha256_tree(full)
    for left in ("federated/records", "pages/pages.jsonl"):
        with pytest.raises(RunError, match=r"knows none of the customers in .*; nothing was erased"):
            erase(full, customer, None)
        assert sha256_tree(full) == before
        shutil.rmtree(full / left) if (full / left).is_dir() else (full / left).unlink()
        before = sha256_tree(full)
    (model,) = erase(full, customer, None)["models"]
    assert not model["known"]  # who took part is listed under the former pseudonyms


def test_a_folder_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no run there"):
        erase(tmp_path / "nowhere", "c", None)
    assert not (tmp_path / "nowhere").exists()


def test_messages_and_reprs_hold_no_id(full: Path) -> None:
    from privgen.erasure_person import Person
    from privgen.erasure_tables import TableRows

    assert repr(Person("cust-1")) == "Person()"
    shown = repr(TableRows(full, "reviews", [1], [{"customer_id": "cust-1"}]))
    assert shown == "TableRows(reviews, 1 rows)"


def _flat(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def test_the_record_holds_no_id_and_no_value(full: Path) -> None:
    customer = _widest(full)
    who = people(full)[customer]
    told = _flat(erase(full, customer, None)) + (full / "erasures.jsonl").read_text("utf-8")
    assert not any(text in told for text in who["ids"] | who["values"])


@pytest.mark.parametrize("given", ["raw", "token"])
def test_ids_that_the_policy_encrypts_are_found(run: Path, tmp_path: Path, given: str) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[entities]\nCUSTOMER_ID = "encrypt"\n')
    run_stage("scrub", run, flags={"scrub": {"policy": str(policy)}})
    customer = sorted(people(run))[0]
    name = Cipher([load_key(run / "keys/scrub.key")]).encrypt("CUSTOMER_ID", customer)
    assert any(
        row["customer_id"] == name for f in run.glob("scrubbed/*/customers.parquet") for row in rows(f)
    )
    policy.unlink()  # what the run was scrubbed with is in its manifest
    result = erase(run, customer if given == "raw" else name, None)
    counts = result["rows"]
    assert result["status"] == "erased" and result["left_in"] == {}
    assert {m: c.get("events") for m, c in counts["silos"].items()} == {
        m: c.get("events") for m, c in counts["scrubbed"].items()
    }
    assert files_with(run, {customer, name}) == set()
    assert erase(run, customer, None)["status"] == "already erased"
