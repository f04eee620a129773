"""The real Presidio: its AnalyzerEngine with our recognisers finds what the scrubber finds."""

import subprocess
import sys

import pytest
from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine

from privgen.anonymize import Scrubber, Span, recognizers, register
from privgen.anonymize.presidio import PresidioFinder
from privgen.anonymize.scanner import RULES, entity_types
from privgen.anonymize.spans import resolve

TEXTS = [
    "收货人张伟，电话138 0013 8000，身份证11010519491231002X，微信wei_88888",
    "Dear Mary Poppins, call (212) 555-0199 or mail ann@shop.com, order number 4839201",
    "ship to 12 Oak Street, Apt 4; card 4111 1111 1111 1111; IBAN DE89370400440532013000",
    "size 34-26-37, length.my daughter",
]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_analyzer_engine_and_scrubber_find_the_same(language):
    registry = RecognizerRegistry(supported_languages=["en", "zh"])
    register(registry)
    engine = AnalyzerEngine(
        registry=registry,
        nlp_engine=NoOpNlpEngine(models=[{"lang_code": code, "model_name": "none"} for code in ("en", "zh")]),
        supported_languages=["en", "zh"],
    )
    scrubber = Scrubber(key=bytes(range(32)))
    for text in TEXTS:
        results = engine.analyze(text, language)
        assert resolve(Span(r.entity_type, r.start, r.end, r.score) for r in results) == scrubber.find(text)


def test_every_rule_is_in_one_recogniser():
    found = recognizers(["en"])
    assert [r.supported_entities[0] for r in found] == list(entity_types())
    assert sum(len(r._triggers.rules) for r in found) == len(RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_a_presidio_recogniser_joins_the_scrubber():
    badge = PatternRecognizer("BADGE", patterns=[Pattern("badge", r"BX-\d{3}", 0.7)])
    scrubber = Scrubber(key=bytes(range(32)), finders=[PresidioFinder(badge)])
    assert scrubber.scrub("badge BX-123").spans == (Span("BADGE", 6, 12, 0.7),)


def test_importing_the_package_loads_no_presidio():
    code = (
        "import sys, privgen.anonymize as a; a.Scrubber(key=bytes(range(32))).scrub('plain'); "
        "print('presidio_analyzer' in sys.modules, 'spacy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
