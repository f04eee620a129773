"""Access requests: everything of the person, nothing of anybody else, nothing in the run changed."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from erasure_tools import rows, tokens
from shop_rows import canary, shop

from privgen.erasure_person import ERASURE_KEY
from privgen.errors import ConfigError, DataError, KeyFileError, RunError
from privgen.files import read_json, read_jsonl, sha256_tree, write_jsonl
from privgen.participants import note_training
from privgen.pipeline import answer, run_stage
from privgen.records import write_records
from privgen.runfolder import RunFolder
from privgen.schema import CUSTOMER_KINDS, Purpose
from privgen.silo import open_silos
from privgen.wishes import correct, hide

ALL = {"training": "", "personalisation": "", "analytics": ""}
PEOPLE: dict[str, dict[str, str]] = {f"person-{letter}": ALL for letter in "abcde"}
PEOPLE |= {"refuses-all": {}, "only-training": {"training": "2999-01-01"}}
MANY = {"generator": "template", "pages_per_merchant": 50, "max_signals": 40}
FILES = ("answer.json", "answer.en.html", "answer.zh.html")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose customers each have a canary in all that they wrote: trained, with pages, explained."""
    run = tmp_path_factory.mktemp("access") / "run"
    run_stage("ingest", run, flags={"synthetic": {"merchants": 1, "customers": 2, "products": 2}})
    (silo,) = (run / "silos").iterdir()
    shutil.rmtree(silo)
    shop(silo, PEOPLE)
    run_stage("scrub", run)
    _train(RunFolder(run))
    run_stage("generate", run, flags={"generate": MANY})
    write_jsonl(run / "explanations/explanations.jsonl", _explanations(run))
    return run


def _train(run: RunFolder) -> None:
    """What training leaves behind of who took part, without the training."""
    paths = {}
    for silo in open_silos(run.path / "scrubbed", Purpose.TRAINING, dt.date.today()):
        paths[silo.merchant_id] = run.path / "federated/records" / f"{silo.merchant_id}.jsonl"
        write_records(silo, paths[silo.merchant_id])
    spent = dict.fromkeys(paths, 3.0)
    summary = {"adapter_hash": "a" * 64, "rounds_done": 1, "epsilon": spent, "epsilon_composed": {"1": 3.0}}
    summary |= {"delta": 1e-5, "claim": "at most epsilon", "unsafe": False, "stopped": None}
    note_training(run, summary, paths)
    entry = {"status": "complete", "summary": summary}
    run.amend(lambda manifest: manifest["stages"].update(train=entry))


def _explanations(run: Path) -> Any:
    """As if a model had written the pages: the first signal carries each sentence."""
    for page in read_jsonl(run / "pages/pages.jsonl"):
        for part in page["sections"]:
            signals = part["prompt"]["signals"]
            for index, sentence in enumerate(part["sentences"]):
                told = " ".join(signal["text"] for signal in signals)
                yield {
                    "page_id": page["page_id"],
                    "section": part["kind"],
                    "sentence": index,
                    "text": sentence["text"],
                    "verdict": "supported",
                    "signals": [s | {"score": 5.0 - n} for n, s in enumerate(signals)],
                    "counterfactual": {"removed": signals[-1]["signal_id"], "text": told}
                    if signals
                    else None,
                }


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "run"))


def answered(run: Path, customer: str, out: Path, merchant: str | None = None) -> dict[str, Any]:
    answer(run, customer, merchant, out)
    found: dict[str, Any] = read_json(out / "answer.json")
    return found


@pytest.mark.parametrize("customer", list(PEOPLE))
def test_no_file_tells_of_anybody_else(made: Path, tmp_path: Path, customer: str) -> None:
    make = tokens(made)
    answered(made, customer, tmp_path / "out")
    others = [id_ for id_ in PEOPLE if id_ != customer]
    theirs = [text for id_ in others for text in (canary(id_), f"r-{id_}", f"d-{id_}", id_)]
    theirs += [make.identifier("customer_id", id_) for id_ in others]
    theirs += [
        make.identifier("review_id", row["review_id"])
        for row in rows(next(made.glob("silos/*/reviews.parquet")))
        if row["customer_id"] != customer
    ]
    for name in FILES:
        text = (tmp_path / "out" / name).read_text("utf-8")
        assert canary(customer) in text and customer in text
        assert [found for found in theirs if found in text] == [], name


def test_a_pseudonym_gives_the_same_answer(made: Path, tmp_path: Path) -> None:
    by_id = answered(made, "person-a", tmp_path / "a")
    pseudonym = tokens(made).identifier("customer_id", "person-a")
    by_name = answered(made, pseudonym, tmp_path / "b")
    same = set(by_id) - {"as_of"}
    assert by_id["pseudonyms"] == [pseudonym]
    assert {k: by_id[k] for k in same} == {k: by_name[k] for k in same}
    assert by_id["customer_ids"] == sorted([pseudonym, "person-a"])


def test_all_that_is_held_is_in_it(made: Path, tmp_path: Path) -> None:
    told = answered(made, "person-b", tmp_path / "out")
    pseudonym = tokens(made).identifier("customer_id", "person-b")
    for form, root, id_ in (("given", "silos", "person-b"), ("scrubbed", "scrubbed", pseudonym)):
        for table in ("customers", "events", "reviews", "dialogues"):
            (path,) = made.glob(f"{root}/*/{table}.parquet")
            mine = [row for row in rows(path) if row["customer_id"] == id_]
            (part,) = [p for p in told["held"] if (p["as"], p["table"]) == (form, table)]
            assert len(part["rows"]) == len(mine) > 0
            assert [set(row) for row in part["rows"]] == [set(row) for row in mine]
            if table == "reviews":
                assert [row["text"] for row in part["rows"]] == [row["text"] for row in mine]
    records = [r for path in made.glob("federated/records/*") for r in read_jsonl(path)]
    assert len(told["training_records"]) == sum(r["customer_id"] == pseudonym for r in records) > 0
    pages = [p for p in read_jsonl(made / "pages/pages.jsonl") if p["customer_id"] == pseudonym]
    assert [p["page_id"] for p in told["pages"]] == [p["page_id"] for p in pages] != []
    (model,) = told["models"]
    assert model["known"] and model["in_use"] and model["epsilon_composed"] > 0 and "run" not in model
    assert told["consent"][0]["until"] == dict.fromkeys(ALL, "")


def test_who_did_not_agree_is_told_what_is_held_and_that_nothing_was_made(made: Path, tmp_path: Path) -> None:
    told = answered(made, "refuses-all", tmp_path / "out")
    assert told["held"] and told["consent"][0]["until"] == dict.fromkeys(ALL)
    assert not told["pages"] and not told["training_records"] and not told["models"] and not told["inferred"]
    trained = answered(made, "only-training", tmp_path / "other")
    assert trained["models"] and trained["training_records"] and not trained["pages"]


def test_what_others_wrote_is_left_out_and_counted(made: Path, tmp_path: Path) -> None:
    told = answered(made, "person-c", tmp_path / "out")
    pseudonym = tokens(made).identifier("customer_id", "person-c")
    (page,) = [p for p in read_jsonl(made / "pages/pages.jsonl") if p["customer_id"] == pseudonym]
    signals = [s for part in page["sections"] for s in part["prompt"]["signals"]]
    assert told["left_out"]["signals"] == sum(s["kind"] == "digest" for s in signals) > 0
    assert told["left_out"]["sentences"] > 0
    shown = [s for part in told["pages"][0]["sections"] for s in part["signals"]]
    assert len(shown) == len(signals)
    assert {s["kind"] for s in shown if s["text"] is None} == {"digest"}
    because = [b for p in told["pages"][0]["sections"] for s in p["sentences"] for b in s["because"]]
    assert because and all(b["text"] is not None or b["kind"] == "digest" for b in because)


def test_what_was_concluded_names_its_row_and_use(made: Path, tmp_path: Path) -> None:
    told = answered(made, "person-d", tmp_path / "out")
    assert told["inferred"]
    for statement in told["inferred"]:
        assert statement["kind"] in set(CUSTOMER_KINDS)
        assert statement["source"].split(":")[0] in ("events", "reviews", "dialogues")
        assert sum(statement["used_in"].values()) > 0
    texts = [(s["merchant_id"], s["kind"], s["text"]) for s in told["inferred"]]
    assert len(texts) == len(set(texts))


def test_files_are_for_their_owner_only_and_an_answer_may_be_made_again(made: Path, tmp_path: Path) -> None:
    for _ in range(2):
        answered(made, "person-e", tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(FILES)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert {stat.S_IMODE((tmp_path / "out" / name).stat().st_mode) for name in FILES} == {0o600}


def test_the_run_stays_as_it_was(run: Path, tmp_path: Path) -> None:
    (run / ".lock").touch()
    before = sha256_tree(run)
    answered(run, "person-a", tmp_path / "out")
    assert sha256_tree(run) == before


def test_html_shows_hostile_text_and_does_not_run_it(run: Path, tmp_path: Path) -> None:
    path = run / "pages/pages.jsonl"
    pages = list(read_jsonl(path))
    for page in pages:
        page["product_title"] = "<script>alert(1)</script>\u202e"
        for part in page["sections"]:
            for sentence in part["sentences"]:
                sentence["source_ids"] = sentence["source_ids"] or ["none"]
                sentence["text"] += "</li><img src=x onerror=alert(1)>"
    write_jsonl(path, pages)
    answered(run, "person-a", tmp_path / "out")
    for name in FILES[1:]:
        html = (tmp_path / "out" / name).read_text("utf-8")
        assert "<script" not in html and "<img" not in html and "\u202e" not in html
        assert "&lt;script&gt;" in html and "http" not in html.replace("http-equiv", "")
    assert 'lang="zh-CN"' in (tmp_path / "out" / "answer.zh.html").read_text("utf-8")


@pytest.mark.parametrize("given", ["nobody-at-all", "c_0123456789abcdef"])
def test_an_unknown_person_is_one_line_and_writes_nothing(made: Path, tmp_path: Path, given: str) -> None:
    with pytest.raises(DataError, match="no customer with this id") as fault:
        answer(made, given, None, tmp_path / "out")
    assert given not in str(fault.value) and not (tmp_path / "out").exists()
    with pytest.raises(DataError, match="no merchant of this name"):
        answer(made, "person-a", "nowhere", tmp_path / "out")


def test_without_the_key_a_raw_id_is_refused(run: Path, tmp_path: Path) -> None:
    (run / "keys/scrub.key").unlink()
    with pytest.raises(KeyFileError, match=r"cannot be searched .* nothing was written"):
        answer(run, "person-a", None, tmp_path / "out")
    (run / "keys/scrub.key").write_text("0123456789abcdef" * 4)
    (run / "keys/scrub.key").chmod(0o600)
    with pytest.raises(KeyFileError, match=r"not the key .* nothing was written"):
        answer(run, "person-a", None, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_answer_does_not_go_into_the_run_or_over_other_files(run: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="lies in the run"):
        answer(run, "person-a", None, run / "answers")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(RunError, match=r"holds no answer\.json"):
        answer(run, "person-a", None, tmp_path / "mine")


def test_lines_that_privgen_did_not_write_stop_it(run: Path, tmp_path: Path) -> None:
    with (run / "pages/pages.jsonl").open("a") as handle:
        handle.write(json.dumps({"page_id": "secret-canary"}) + "\n")
    with pytest.raises(DataError, match="not as privgen wrote it") as fault:
        answer(run, "person-a", None, tmp_path / "out")
    assert "canary" not in str(fault.value)


def test_an_earlier_erasure_is_told(run: Path, tmp_path: Path) -> None:
    from privgen.anonymize.keys import load_key
    from privgen.erasure_person import fingerprint

    key = load_key(run / ERASURE_KEY)
    name = fingerprint(key, tokens(run).identifier("customer_id", "person-a"))
    record = {"when": "2026-01-01T00:00:00+00:00", "merchants": None}
    write_jsonl(run / "erasures.jsonl", [record | {"customer": name}, record | {"customer": "0" * 32}])
    assert answered(run, "person-a", tmp_path / "out")["erasures"] == [record]
    assert answered(run, "person-b", tmp_path / "b")["erasures"] == []


def test_what_the_deployer_states_is_told_and_no_longer_missing(run: Path, tmp_path: Path) -> None:
    assert "retention" in answered(run, "person-a", tmp_path / "a")["not_recorded"]
    stated = 'retention = "two years after the last order"\nprice = "not personalised"\n'
    (run / "deployer.toml").write_text(stated, encoding="utf-8")
    told = answered(run, "person-a", tmp_path / "b")
    assert [part["code"] for part in told["stated"]] == ["retention"]
    assert "retention" not in told["not_recorded"] and "shown_when" in told["not_recorded"]
    assert "two years after the last order" in (tmp_path / "b" / "answer.zh.html").read_text("utf-8")


def _own_page(run: Path, customer: str) -> dict[str, Any]:
    pseudonym = tokens(run).identifier("customer_id", customer)
    (page,) = [p for p in read_jsonl(run / "pages/pages.jsonl") if p["customer_id"] == pseudonym]
    return page


def _signals(page: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [s for part in page["sections"] for s in part["prompt"]["signals"] if s["kind"] == kind]


def test_the_same_review_id_at_another_merchant_is_of_somebody_else(run: Path, tmp_path: Path) -> None:
    """Review ids are unique at one merchant only, and equal ones have equal pseudonyms."""
    page, path = _own_page(run, "person-a"), run / "pages/pages.jsonl"
    own = _signals(page, "review")[0]["source"]
    there = json.loads(json.dumps(page)) | {"page_id": "there", "merchant_id": "there"}
    for signal in _signals(there, "digest"):
        signal["source"], signal["text"] = own, f"4/5: Bought by {canary('person-b')}."
    (run / "scrubbed/there").mkdir()
    write_jsonl(path, [*read_jsonl(path), there])
    here, told = answered(run, "person-a", tmp_path / "out")["pages"]
    assert own in {s["source"] for part in here["sections"] for s in part["signals"]}
    assert {s["text"] for part in told["sections"] for s in part["signals"] if s["kind"] == "digest"} == {
        None
    }
    assert not any(canary("person-b") in (tmp_path / "out" / name).read_text("utf-8") for name in FILES)


def test_a_sentence_that_quotes_a_part_of_anothers_review_is_left_out(run: Path, tmp_path: Path) -> None:
    """Though it cites a signal of the person's own."""
    path = run / "pages/pages.jsonl"
    pages, theirs = list(read_jsonl(path)), "Anna from flat 7 says that the zip broke."
    own = tokens(run).identifier("customer_id", "person-a")
    parts = [part for page in pages if page["customer_id"] == own for part in page["sections"]]
    read = next(part for part in parts if any(s["kind"] == "digest" for s in part["prompt"]["signals"]))
    others = [s for s in read["prompt"]["signals"] if s["kind"] == "digest"]
    mine = [s["signal_id"] for s in read["prompt"]["signals"] if s["kind"] != "digest"] or ["c1"]
    others[0]["text"] = f"2/5: {theirs}"
    told = "It is as light as a feather."
    read["sentences"] = [
        {"text": text, "source_ids": mine[:1]} for text in ("You like it; ANNA FROM FLAT 7 says no.", told)
    ]
    write_jsonl(path, pages)
    (page,) = answered(run, "person-a", tmp_path / "out")["pages"]
    (part,) = [part for part in page["sections"] if part["section"] == read["kind"]]
    assert [sentence["text"] for sentence in part["sentences"]] == [told]
    assert not any("anna" in (tmp_path / "out" / n).read_text("utf-8").casefold() for n in FILES)


@pytest.mark.parametrize(
    ("name", "yes", "no"), [("answer.en.html", "yes", "no"), ("answer.zh.html", "是", "否")]
)
def test_html_tells_consent_as_it_is_followed(
    made: Path, tmp_path: Path, name: str, yes: str, no: str
) -> None:
    """No end is agreed (`consent.allows`), not refused."""
    wanted = {"person-a": [yes] * 3, "refuses-all": [no] * 3, "only-training": [no, "2999-01-01", no]}
    for customer, cells in wanted.items():
        answered(made, customer, tmp_path / customer)
        html = (tmp_path / customer / name).read_text("utf-8")
        section = html.partition('id="consent"')[2].partition("</section>")[0]
        assert re.findall(r"<td>(.*?)</td>", section) == cells


def test_wishes_are_told_without_whose_review_was_hidden(run: Path, tmp_path: Path) -> None:
    page = _own_page(run, "person-a")
    hidden, own = _signals(page, "digest")[0], _signals(page, "query")[0]
    folder = RunFolder(run)
    hide(folder, page["page_id"], hidden["signal_id"])
    correct(folder, page["page_id"], own["signal_id"], own["text"].replace("pan", "wide kettle"))
    other = _own_page(run, "person-b")
    hide(folder, other["page_id"], _signals(other, "query")[0]["signal_id"])
    first, second = answered(run, "person-a", tmp_path / "out")["wishes"]
    assert (first["kind"], first["action"], first["source"], first["said"]) == ("digest", "hide", None, None)
    assert (second["action"], second["source"]) == ("correct", own["source"]) and "wide kettle" in second[
        "text"
    ]
    for name, words in (("answer.en.html", ("hide", "put right")), ("answer.zh.html", ("隐藏", "更正"))):
        html = (tmp_path / "out" / name).read_text("utf-8")
        section = html.partition('id="wishes"')[2].partition("</section>")[0]
        assert all(f"<td>{word}</td>" in section for word in words) and "wide kettle" in section
        assert hidden["source"] not in html
    assert "wide kettle" not in json.dumps(answered(run, "person-b", tmp_path / "b"))
    assert len(answered(run, "person-b", tmp_path / "b")["wishes"]) == 1


def test_who_is_left_in_wishes_alone_is_answered(run: Path, tmp_path: Path) -> None:
    page = _own_page(run, "person-a")
    hide(RunFolder(run), page["page_id"], _signals(page, "query")[0]["signal_id"])
    for name in ("silos", "scrubbed", "federated", "pages", "explanations"):
        for path in (run / name).rglob("*"):
            path.unlink() if path.is_file() else None
    told = answered(run, "person-a", tmp_path / "out")
    assert len(told["wishes"]) == 1 and told["merchants"] == [page["merchant_id"]]
