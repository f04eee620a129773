"""The registry file as the real Presidio loads it: the same findings as `register`, in every language."""

from __future__ import annotations

import pytest
import yaml
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider
from typer.testing import CliRunner

from privgen.anonymize import register
from privgen.anonymize.presidio import PrivgenRuleRecognizer
from privgen.anonymize.recognizer_file import CLASS, write_registry
from privgen.anonymize.scanner import RULES, entity_types
from privgen.cli import app
from privgen.errors import ConfigError

TEXTS = [
    "收货人张伟，电话138 0013 8000，身份证11010519491231002X请核对，微信wei_88888",
    "Dear Mary Poppins, call (212) 555-0199 or mail ann@shop.com, order number 4839201",
    "ship to 12 Oak Street, Apt 4; card 4111 1111 1111 1111; IBAN DE89370400440532013000",
    "邮箱ａｎｎ＠ｓｈｏｐ．ｃｏｍ，寄到北京市海淀区中关村大街27号院3号楼502室吧",
    "size 34-26-37, length.my daughter",
]
LANGUAGES = ["en", "zh"]


def engine(registry):
    models = [{"lang_code": code, "model_name": "none"} for code in LANGUAGES]
    return AnalyzerEngine(
        registry=registry, nlp_engine=NoOpNlpEngine(models=models), supported_languages=LANGUAGES
    )


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    path = tmp_path_factory.mktemp("registry") / "privgen.yaml"
    write_registry(path, LANGUAGES)
    return engine(RecognizerRegistryProvider(conf_file=path).create_recognizer_registry())


@pytest.fixture(scope="module")
def registered():
    registry = RecognizerRegistry(supported_languages=LANGUAGES)
    register(registry)
    return engine(registry)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", TEXTS)
def test_the_file_finds_what_register_finds(loaded, registered, text, language):
    one, other = (
        [(r.entity_type, r.start, r.end, r.score) for r in e.analyze(text, language)]
        for e in (loaded, registered)
    )
    assert one == other


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_identity_card_next_to_chinese_characters(loaded, language):
    (card,) = loaded.analyze("我的身份证号11010519491231002X请核对", language, entities=["CN_ID_CARD"])
    assert (card.start, card.end, card.score) == (6, 24, 1.0)


def test_every_type_is_offered_in_every_language(loaded):
    for language in LANGUAGES:
        assert set(loaded.get_supported_entities(language)) == set(entity_types())


@pytest.mark.parametrize("maker", ["loaded", "registered"])
def test_results_say_which_rule_found_them_and_not_what(request, maker):
    analyzer = request.getfixturevalue(maker)
    names = {rule.name: rule for rule in RULES}
    results = [r for text in TEXTS for r in analyzer.analyze(text, "zh", return_decision_process=True)]
    assert {"CN_ID_CARD", "PERSON", "PHONE_NUMBER", "ADDRESS"} <= {r.entity_type for r in results}
    for result in results:
        why = result.analysis_explanation
        rule = names[why.pattern_name]
        assert rule.entity_type == result.entity_type and why.pattern == rule.pattern.pattern
        assert why.original_score == result.score == (1.0 if rule.validated else rule.score)
        assert why.validation_result is (True if rule.validated else None)
        assert why.recognizer == result.recognition_metadata["recognizer_name"]
        assert "13800138000" not in repr(why) and "张伟" not in repr(why)


def test_an_entry_can_be_switched_off(tmp_path):
    path = tmp_path / "some.yaml"
    write_registry(path, ["zh"])
    held = yaml.safe_load(path.read_text())
    for entry in held["recognizers"]:
        entry["enabled"] = entry["supported_entity"] == "CN_ID_CARD"
    path.write_text(yaml.safe_dump(held))
    registry = RecognizerRegistryProvider(conf_file=path).create_recognizer_registry()
    assert [r.name for r in registry.recognizers] == ["PrivgenCnIdCardRecognizer"]


def test_the_class_of_the_entries_is_ours():
    assert PrivgenRuleRecognizer.__name__ == CLASS
    with pytest.raises(ValueError, match="no rule finds"):
        PrivgenRuleRecognizer("NOPE")


@pytest.mark.parametrize("languages", [[], ["en", ""], ["en\n- x"], ["EN"]])
def test_languages_are_checked(tmp_path, languages):
    with pytest.raises(ConfigError, match="languages"):
        write_registry(tmp_path / "x.yaml", languages)
    assert not list(tmp_path.iterdir())


def test_a_language_code_that_yaml_reads_as_a_truth_value(tmp_path):
    write_registry(tmp_path / "no.yaml", ["no"])
    assert yaml.safe_load((tmp_path / "no.yaml").read_text())["supported_languages"] == ["no"]


def test_the_command(tmp_path):
    out = tmp_path / "all.yaml"
    done = CliRunner().invoke(app, ["recognizers", str(out), "--languages", "en, pt"])
    assert done.exit_code == 0 and "recognisers for en, pt" in done.stdout
    assert yaml.safe_load(out.read_text())["supported_languages"] == ["en", "pt"]
    bad = CliRunner().invoke(app, ["recognizers", str(out), "--languages", "english"])
    assert bad.exit_code == 1 and bad.stderr.startswith("privgen: languages")
