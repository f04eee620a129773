"""The quality benchmark: enough templates, true checksums, gold where the value stands, and it runs."""

from __future__ import annotations

import json
import logging
import sys
from functools import partial
from pathlib import Path
from random import Random

import pytest
from stdnum import iban, luhn
from stdnum.br import cnpj, cpf
from stdnum.cn import uscc
from stdnum.gb import nhs
from stdnum.in_ import aadhaar

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "benchmarks"


@pytest.fixture(scope="module")
def bench():
    sys.path.insert(0, str(FOLDER))
    try:
        import scrub_quality
        import scrub_values

        yield scrub_quality, scrub_values
    finally:
        sys.path.remove(str(FOLDER))


def test_every_type_has_many_templates_with_one_place_each(bench):
    quality, _ = bench
    modules = (quality.scrub_texts_zh, quality.scrub_texts_en, quality.scrub_texts_ids)
    for form in (form for module in modules for form in module.FORMS):
        assert all(template.count("{}") == 1 for template in form.templates), form.name
        assert len(set(form.templates)) >= 10, form.name
    kinds = {form.entity_type for module in modules for form in module.FORMS}
    for kind in kinds:
        texts = {
            t
            for module in modules
            for form in module.FORMS
            if form.entity_type == kind
            for t in form.templates
        }
        assert len(texts) >= 15, kind


def remainder(card: str) -> int:
    """GB 11643 (ISO 7064, MOD 11-2): the weighted sum of a valid number leaves 1."""
    digits = [10 if char == "X" else int(char) for char in card]
    return sum(digit * 2 ** (17 - place) for place, digit in enumerate(digits)) % 11


def test_checksums_are_those_of_the_standards(bench):
    _, values = bench
    rng = Random(3)
    national = {"BE", "ES"}  # stdnum also wants the check digits inside the account number
    for _ in range(100):
        assert luhn.is_valid(values.bank_card(19)(rng)) and luhn.is_valid(values.card(rng))
        assert uscc.is_valid(values.uscc(rng)) and nhs.is_valid(values.nhs(rng))
        assert cpf.is_valid(values.cpf(rng)) and cnpj.is_valid(values.cnpj(rng))
        assert aadhaar.is_valid(values.aadhaar(rng))
        number = values.iban(rng)
        assert number[:2] in national or iban.is_valid(number)
        card = values.id_card(rng)
        assert remainder(card) == 1 != remainder(values.bad_id_card(rng))


def test_gold_spans_stand_where_the_value_stands(bench):
    quality, _ = bench
    seen = 0
    for case in quality.texts(2, 5, clean=5):
        for span in case.spans:
            seen += 1
            held = case.text[span.start : span.end]
            assert (held and held == held.strip()) or "\u202d" in case.text, case.form
        assert (case.group in ("negatives", "luhn_orders", "invalid_checksums")) == (not case.spans)
    assert seen > 700


def test_texts_are_the_same_for_the_same_seed(bench):
    quality, _ = bench
    one, other, third = ([c.text for c in quality.texts(1, seed, clean=2)] for seed in (5, 5, 6))
    assert one == other != third


def test_it_prints_a_line_per_figure(bench, monkeypatch, capsys, request):
    for logger in map(logging.getLogger, ("tldextract", "presidio-analyzer")):  # the benchmark quietens them
        request.addfinalizer(partial(logger.setLevel, logger.level))
    monkeypatch.setattr(sys, "argv", ["scrub_quality.py", "--texts", "1", "--clean", "20"])
    bench[0].main()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"figure", "target", "value", "n", "reached"} == set(lines[0])
    groups = {line["figure"].split(".")[0] for line in lines}
    assert groups >= {"zh_patterns", "en_patterns", "known", "names_in_context", "adversarial", "negatives"}
    assert groups >= {"luhn_orders", "invalid_checksums", "held_back"}
    assert all(line["reached"] for line in lines if line["figure"].startswith("invalid_checksums"))
