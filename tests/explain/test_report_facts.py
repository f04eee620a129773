"""Smaller facts of the report: rules, statements, erasures, ended consent, curves, sensitive words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from full_run import full_run
from hypothesis import given
from hypothesis import strategies as st
from report_run import make_run

from privgen.errors import ConfigError, DataError
from privgen.explain.game import TableGame
from privgen.explain.metrics import faithfulness
from privgen.explain.report import report_facts, write_report
from privgen.explain.report_curves import POINTS, Curves, resampled
from privgen.explain.report_deployer import STATEMENTS, deployer
from privgen.explain.report_erasures import erasures
from privgen.explain.report_fields import field_map
from privgen.explain.report_html import labels, schema
from privgen.explain.report_rules import _FACTS, RULES, STATES, _state
from privgen.explain.report_sensitive import categories, patterns
from privgen.explain.report_withdrawals import withdrawals
from privgen.files import read_json, read_jsonl, write_json, write_jsonl
from privgen.runfolder import RunFolder
from privgen.tables import TableWriter


@given(
    st.sampled_from(sorted(RULES)),
    st.fixed_dictionaries(dict.fromkeys(_FACTS, st.booleans())),
    st.none() | st.lists(st.sampled_from(["CN", "EU", "US"]), unique=True),
)
def test_a_rule_applies_only_where_its_facts_hold(
    code: str, holds: dict[str, bool], places: list[str] | None
) -> None:
    rule = RULES[code]
    state, reason = _state(rule, holds, places)
    assert state in STATES and reason in labels("en")["rule_reasons"] and code in labels("zh")["rule_names"]
    if not all(holds[need] for need in rule.needs):
        assert state == "does_not_apply" and reason.startswith("not_")
    elif rule.place and places is None:
        assert state == "for_the_deployer"
    elif rule.place and rule.place not in (places or []):
        assert (state, reason) == ("does_not_apply", "elsewhere")
    else:
        assert state == ("for_the_deployer" if rule.weighs else "applies")


def test_synthetic_data_is_nobodys(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1)
    manifest = read_json(path / "run.json")
    manifest["stages"]["ingest"]["summary"]["source"] = "synthetic"
    write_json(path / "run.json", manifest)
    states = {
        rule["code"]: (rule["state"], rule["reason"]) for rule in report_facts(RunFolder(path))["rules"]
    }
    assert states["inform"] == ("does_not_apply", "not_personal")
    assert states["ai_marking"] == ("for_the_deployer", "where_eu")
    assert states["nist_dp"] == ("applies", "trained")


def test_statements_close_gaps_and_decide_where(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1)
    before = report_facts(RunFolder(path))
    (path / "deployer.toml").write_text(
        'jurisdictions = ["EU"]\ncontroller = "Example <b>Ltd</b>"\n', "utf-8"
    )
    after = report_facts(RunFolder(path))
    gone = {gap["code"] for gap in before["gaps"]} - {gap["code"] for gap in after["gaps"]}
    assert gone == {"controller", "jurisdictions"}
    states = {rule["code"]: rule["state"] for rule in after["rules"]}
    assert states["erasure"] == states["ai_marking"] == "applies" and states["cn_label"] == "does_not_apply"
    assert states["decision"] == "for_the_deployer"
    write_report(RunFolder(path))
    html = (path / "report" / "index.html").read_text("utf-8")
    assert "Example &lt;b&gt;Ltd&lt;/b&gt;" in html


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('boss = "x"', "boss: unknown key"),
        ("controller = 3", "controller: wanted a text"),
        ('contact = ""', "contact: wanted a text"),
        ('jurisdictions = ["Mars"]', "jurisdictions: wanted some of CN, EU"),
        ("jurisdictions = []", "jurisdictions: wanted a list"),
        ("controller = ", "not valid TOML"),
    ],
)
def test_a_wrong_statement_is_named(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "deployer.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=named):
        deployer(RunFolder(tmp_path))


def test_every_statement_has_a_name_and_a_gap() -> None:
    for language in ("en", "zh"):
        assert set(STATEMENTS) <= set(labels(language)["statements"]) & set(labels(language)["gaps"])


def erasure(customer: str, **changed: Any) -> dict[str, Any]:
    """A record as `privgen erase` writes it."""
    record: dict[str, Any] = {
        "when": "2026-02-01T10:00:00+00:00",
        "customer": customer,
        "key_id": "00112233",
        "merchants": None,
        "media": 1,
        "models": [{"adapter_hash": "a" * 64, "known": True, "in_use": True, "merchants": ["alpine"]}],
        "rows": {
            "silos": {"alpine": {"customers": 1, "events": 4}},
            "scrubbed": {"alpine": {"customers": 1}},
        },
        "records": 2,
        "truth": 0,
        "pages": 1,
        "pages_quoting": 1,
        "explanations": 7,
    }
    return record | changed


def test_erasures_are_summed_and_name_nobody(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1)
    later = {"when": "2026-03-01T10:00:00+00:00", "merchants": ["alpine"], "models": [{"adapter_hash": None}]}
    write_jsonl(path / "erasures.jsonl", [erasure("f1"), erasure("f2"), erasure("f1", **later)])
    found = erasures(RunFolder(path))
    assert (found["people"], found["records"], found["partial"]) == (2, 3, 1)
    assert (found["first"], found["last"]) == ("2026-02-01T10:00:00+00:00", "2026-03-01T10:00:00+00:00")
    assert found["rows"] == {"scrubbed": {"customers": 3}, "silos": {"customers": 3, "events": 12}}
    assert found["removed"]["pages"] == 3 and found["removed"]["explanations"] == 21
    models = {model["adapter_hash"]: (model["people"], model["in_use"]) for model in found["models"]}
    assert models == {"a" * 64: (2, False), None: (1, False)}
    write_report(RunFolder(path))
    for name in ("index.html", "report.json"):
        assert "f1" not in (path / "report" / name).read_text("utf-8").replace("a" * 64, "").split('"')
    write_jsonl(path / "erasures.jsonl", [erasure("f1"), {"customer": "f2"}])
    with pytest.raises(DataError, match=r"erasures.jsonl: line 2 is not an erasure record"):
        erasures(RunFolder(path))


def test_a_model_in_use_that_knew_the_erased_is_said(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1)
    manifest = read_json(path / "run.json")
    manifest["stages"]["train"]["summary"]["adapter_hash"] = "a" * 64
    write_json(path / "run.json", manifest)
    write_jsonl(path / "erasures.jsonl", [erasure("f1")])
    assert erasures(RunFolder(path))["models"][0]["in_use"] is True


def customers(path: Path, consents: list[dict[str, str]]) -> None:
    rows: list[dict[str, Any]] = [
        {"customer_id": f"c{i}", "consent": consent}
        | dict.fromkeys(("locale", "region", "name", "phone", "email", "address", "birth_date"))
        for i, consent in enumerate(consents)
    ]
    with TableWriter(path / "scrubbed" / "alpine", "customers") as table:
        table.write(rows)


def test_consent_that_ended(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1)
    manifest = read_json(path / "run.json")
    manifest["stages"]["train"]["summary"]["consent_date"] = "2025-11-01"
    write_json(path / "run.json", manifest)
    consents = [
        {"training": ""},
        {"training": "2025-12-01"},
        {"training": "2025-10-01", "analytics": "soon"},
        {},
    ]
    customers(path, consents)
    found = withdrawals(RunFolder(path), hidden=4)
    assert found["ended"] == {"personalisation": 0, "training": 2, "analytics": 1}
    assert found["ended_since_training"] == 1 and found["pages_hidden"] == 4


def test_data_map_has_roles_days_and_retention(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1)
    manifest = read_json(path / "run.json")
    write_json(path / "run.json", manifest | {"config": {"scrub": {"retention": {"reviews": 365}}}})
    times = [dt.datetime(2025, month, 3, tzinfo=dt.UTC) for month in (2, 7)]
    with TableWriter(path / "scrubbed" / "alpine", "reviews") as table:
        table.write(
            [
                {"review_id": f"r{i}", "customer_id": "c", "product_id": "p", "rating": 4.0, "text": "x"}
                | {"title": None, "timestamp": time}
                for i, time in enumerate(times)
            ]
        )
    (reviews,) = (
        t for t in field_map(RunFolder(path), {"reviews": {"review": 3}}) if t["table"] == "reviews"
    )
    assert (reviews["oldest"], reviews["newest"]) == ("2025-02-03", "2025-07-03")
    assert reviews["retention_days"] == 365 and reviews["signals"] == {"review": 3} and reviews["training"]
    roles = {field["column"]: (field["role"], field["found"] > 0) for field in reviews["fields"]}
    assert roles["customer_id"] == ("pseudonym", False) and roles["text"] == ("free_text", True)
    assert roles["rating"] == ("fact", False) and roles["timestamp"] == ("time", False)


@given(st.dictionaries(st.integers(0, 200), st.floats(-50, 50), min_size=2, max_size=30))
def test_resampling_is_linear_interpolation(points: dict[int, float]) -> None:
    sizes = sorted(points)
    curve = [points[size] for size in sizes]
    expected = np.interp(np.linspace(sizes[0], sizes[-1], POINTS), sizes, curve)
    np.testing.assert_allclose(resampled([float(size) for size in sizes], curve), expected, atol=1e-9)


def test_curves_of_a_known_game_beat_a_random_order() -> None:
    weights = np.array([4.0, 2.0, 1.0, 0.0])
    masks = (np.arange(16)[:, None] >> np.arange(4)) & 1
    found = faithfulness(
        TableGame((masks @ weights)[:, None]), weights[None, :], rng=np.random.default_rng(0)
    )
    names = ("deletion", "random_deletion", "insertion", "random_insertion")
    record = {"signals": [0] * 4, "verdict": "supported"}
    record |= {"trust": {"sizes": found.sizes, **{name: getattr(found, name)[0].tolist() for name in names}}}
    curves = Curves()
    for _ in range(30):
        curves.add(record)
    curves.add(record | {"verdict": "none"})
    told = curves.to_json()
    assert told["sentences"] == 30 and told["deletion"][-1] == told["random_deletion"][-1] == -7.0
    assert told["insertion"][-1] == 7.0 and told["deletion"][5] == pytest.approx(-6.0)
    gain = told["deletion_gain"]
    assert (
        gain["mean"] > 0.5
        and gain["low"] == pytest.approx(gain["mean"])
        and told["insertion_gain"]["mean"] > 0.5
    )
    with pytest.raises(ValueError, match="do not rise"):
        curves.add(record | {"signals": [0] * 5})
    with pytest.raises(ValueError, match="wrong length"):
        curves.add(record | {"trust": record["trust"] | {"sizes": [0, 4]}})


def test_explanations_without_curves_are_a_gap(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1)
    assert "faithfulness" in {item["code"] for item in report_facts(RunFolder(path))["not_done"]}
    file = path / "explanations" / "explanations.jsonl"
    flat = {"deletion": 0.0, "random_deletion": 0.0, "insertion": 1.0, "random_insertion": 1.0}
    records = [
        record
        | {
            "trust": {"sizes": [0, len(record["signals"])], **{k: [v, v] for k, v in flat.items()}},
            "verdict": "weak",
        }
        for record in read_jsonl(file)
    ]
    write_jsonl(file, records)
    facts = report_facts(RunFolder(path))
    assert "faithfulness" not in {item["code"] for item in facts["not_done"]}
    assert facts["explanations"]["curves"]["deletion"] == [0.0] * POINTS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("asked for insulin pens", ("health",)),
        ("Halal gelatine?", ("religion",)),
        ("买给宝宝，怀孕五个月", ("health", "children")),
        ("waterproof trail shoes with a wide toe box", ()),
        ("cancerous", ()),
        ("the church of comfort for my son", ("religion", "children")),
    ],
)
def test_words_that_point_at_special_categories(text: str, expected: tuple[str, ...]) -> None:
    assert categories(text) == expected


def test_every_category_has_a_name() -> None:
    for language in ("en", "zh"):
        assert set(patterns()) == set(labels(language)["categories"])


def test_sensitive_signals_are_counted_where_they_are_cited(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1)
    for name in ("pages/pages.jsonl", "explanations/explanations.jsonl"):
        text = (path / name).read_text("utf-8")
        (path / name).write_text(
            text.replace("bought a rain jacket", "bought socks for diabetic feet"), "utf-8"
        )
    file = path / "explanations" / "explanations.jsonl"
    cited = [
        r | {"cited": [s["signal_id"] for s in r["signals"] if "diabetic" in s["text"]]}
        for r in read_jsonl(file)
    ]
    write_jsonl(file, cited)
    facts = report_facts(RunFolder(path))
    told = {item["category"]: item["signals"] for item in facts["generation"]["sensitive"]["categories"]}
    expected = sum(bool(r["cited"]) for r in cited)
    assert told["health"] == 1 and told["religion"] == 0 and expected > 0
    assert facts["explanations"]["sensitive_sentences"]["health"] == expected


def test_approvals_and_labels_come_from_the_pages(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=2, explained=False)
    file = path / "pages" / "pages.jsonl"
    write_jsonl(file, [page | {"state": "approved", "ai_label": "AI"} for page in read_jsonl(file)])
    facts = report_facts(RunFolder(path))
    assert facts["generation"]["states"] == {"approved": 2} and facts["generation"]["labelled"] == 2
    assert not {"human_review", "ai_label"} & {item["code"] for item in facts["not_done"]}


def test_an_audit_stands_beside_the_claim(tmp_path: Path) -> None:
    path = make_run(tmp_path / "r", merchants=("alpine",), pages=1, explained=False)
    manifest = read_json(path / "run.json")
    summary = {"epsilon_lower": 0.4, "attack": {"auc": 0.51}, "note": "text", "broken": float("nan")}
    manifest["stages"]["audit"] = {"status": "complete", "summary": summary | {"broken": None}}
    write_json(path / "run.json", manifest)
    facts = report_facts(RunFolder(path))
    assert facts["privacy"]["audit"] == {"attack.auc": 0.51, "epsilon_lower": 0.4}
    assert "audit" not in {item["code"] for item in facts["not_done"]}


def test_a_run_with_everything_follows_the_schema_and_says_it_all(tmp_path: Path) -> None:
    run = RunFolder(full_run(tmp_path / "r"))
    write_report(run)
    facts = read_json(run.path / "report" / "report.json")
    jsonschema.validate(facts, schema())
    assert facts["model"]["records"]["records"] == 9 and facts["model"]["records"]["signals_most"] == 3
    assert facts["model"]["quality"] == {"rouge": 0.31, "rouge_without": 0.22}
    assert facts["personal_data"]["risk"]["k_least"] == 2 and facts["erasures"]["people"] == 1
    assert facts["consent"]["ended"]["training"] == 3
    assert [rule["state"] for rule in facts["rules"] if rule["code"] == "cn_label"] == ["applies"]
    assert all(dimension["groups"] for dimension in facts["groups"]["dimensions"])
    open_points = {item["code"] for item in facts["not_done"]} | {item["code"] for item in facts["gaps"]}
    assert not {"audit", "evaluate", "faithfulness", "outcomes_by_group", "reidentification"} & open_points
    html = (run.path / "report" / "index.html").read_text("utf-8")
    for words in ("North Shore", "Example Ltd", "epsilon_lower", "rouge_without", "Training records"):
        assert words in html
    assert html.count("<figure>") == 7
