"""What an erasure cannot search, refuses or must not say: then nothing passes for done."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from erasure_tools import files_with, has_records, people, rows, tokens, widest

from privgen.anonymize import Cipher, load_key
from privgen.errors import DataError, KeyFileError, RunError
from privgen.files import sha256_tree
from privgen.pipeline import erase, run_stage


def _flat(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def test_a_run_of_an_earlier_version_names_what_it_can(full: Path) -> None:
    shutil.rmtree(full / "federated/participants")
    trained = [id_ for id_ in sorted(people(full)) if has_records(full, id_)]
    assert [model["known"] for model in erase(full, trained[0], None)["models"]] == [True]
    shutil.rmtree(full / "federated/records")
    (model,) = erase(full, trained[1], None)["models"]
    assert not model["known"] and model["adapter_hash"]


def test_an_unknown_customer_or_merchant_changes_nothing(full: Path) -> None:
    before = sha256_tree(full)
    for name in ("nobody-at-all", "c_0123456789abcdef"):
        with pytest.raises(DataError, match="no customer with this id in any table; nothing was erased") as e:
            erase(full, name, None)
        assert name not in str(e.value)
    with pytest.raises(DataError, match="no merchant of this name"):
        erase(full, widest(full), "m99")
    assert sha256_tree(full) == before


def test_without_the_key_nothing_passes_for_searched(full: Path, tmp_path: Path) -> None:
    customer, pseudonym = widest(full), tokens(full).identifier("customer_id", widest(full))
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
    customer = widest(full)
    ids = people(full)[customer]["ids"]
    key = (full / "keys/scrub.key").rename(tmp_path / "my.key")
    run_stage("scrub", full, flags={"scrub": {"key_file": str(key)}})
    erase(full, customer, None)
    assert files_with(full, ids) == set()


def test_under_a_discarded_key_only_what_is_raw_can_be_searched(full: Path) -> None:
    customer = widest(full)
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


def test_files_that_privgen_did_not_write_are_named(full: Path) -> None:
    customer = widest(full)
    (full / "notes.txt").write_text(f"call {customer} back\n")
    (full / "scrubbed/old").mkdir()
    (full / "scrubbed/old/copy.json").write_text(json.dumps({"who": customer}))
    result = erase(full, customer, None)
    assert set(result["left_in"]) == {"notes.txt", "scrubbed/old/copy.json"}
    assert set(erase(full, customer, None)["left_in"]) == set(result["left_in"])


def test_a_broken_table_stops_before_anything_is_changed(full: Path) -> None:
    customer = widest(full)
    path = sorted(full.glob("silos/*/reviews.parquet"))[-1]
    path.write_bytes(b"PAR1 garbage")
    before = sha256_tree(full)
    with pytest.raises(DataError, match=r"reviews\.parquet: not readable as Parquet; nothing was erased"):
        erase(full, customer, None)
    assert sha256_tree(full) == before


@pytest.mark.parametrize("name", ["truth/*/spans.jsonl", "explanations/explanations.jsonl"])
def test_a_broken_line_stops_and_leaves_nothing_aside(full: Path, name: str) -> None:
    customer = widest(full)
    path = sorted(full.glob(name))[-1]
    path.write_text(path.read_text() + '{"table": "reviews"}\n')
    before = sha256_tree(full)
    with pytest.raises(DataError, match=r"jsonl: line \d+ is not as privgen wrote it"):
        erase(full, customer, None)
    assert sha256_tree(full) == before and not (full / ".erasing").exists()


def test_pages_and_records_of_another_key_are_not_passed_over(full: Path, tmp_path: Path) -> None:
    (tmp_path / "new.key").write_text("abcd" * 16)
    (tmp_path / "new.key").chmod(0o600)
    customer = widest(full)
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


def test_the_record_holds_no_id_and_no_value(full: Path) -> None:
    customer = widest(full)
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
