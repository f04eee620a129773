"""No value in any log, warning, print, repr, error or its chain, nor in what crosses a process: canaries."""

from __future__ import annotations

import json
import logging
import multiprocessing
import pickle
import traceback
import warnings

import pytest
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine

import privgen.anonymize as package
from privgen.anonymize import (
    Cipher,
    GoldRecord,
    KnownIdentifiers,
    Scrubber,
    Span,
    Target,
    k_anonymize,
    measure_risk,
    register,
    score_records,
    type_columns,
)
from privgen.anonymize.known_variants import variants
from privgen.anonymize.normalise import normalise
from privgen.anonymize.presidio import PresidioFinder, recognizers
from privgen.errors import PrivgenError, ScrubError

KEY = bytes(range(32))
CANARIES = ("canary.7391@example.com", "Quillon Vexley", "13812345678", "11010519491231002X", "9 Vexley Lane")
ROW = {"name": "Quillon Vexley", "email": "canary.7391@example.com", "address": "9 Vexley Lane, Leeds"}
TEXT = (
    "Dear Quillon Vexley, mail canary.7391@example.com，电话13812345678，身份证11010519491231002X, "
    "ship to 9 Vexley Lane.\nFrom 192.168.10.1 or 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"
)


def leaks(shown: str) -> list[str]:
    """Which canaries a text shows, by their number: a failing test must not show them either."""
    lowered = shown.lower()
    parts = [*CANARIES, "canary.7391", "vexley", "quillon", "192.168.10.1", "1BvBMSEY", KEY.hex()]
    return [f"canary {place}" for place, part in enumerate(parts) if part.lower() in lowered]


def told(fault: BaseException) -> str:
    """Everything that an exception and its chain tell, formatted or not."""
    texts, seen, chain = [*traceback.format_exception(fault)], set(), [fault]
    while chain:
        one = chain.pop()
        if id(one) not in seen:
            seen.add(id(one))
            texts += [str(one), repr(one), repr(one.args), repr(vars(one))]
            chain += [other for other in (one.__cause__, one.__context__) if other is not None]
    source = {line.strip() for line in "".join(texts).splitlines() if line.strip().startswith("File ")}
    assert source, "no traceback to look at"
    return "\n".join(texts)


class Raising:
    """A recogniser whose fault holds the text in every way that an exception can."""

    name = "raising"

    def find(self, text):
        try:
            text.encode("ascii")
            raise ValueError(text)
        except ValueError as first:
            fault = RuntimeError(f"could not read {text}", text)
            fault.note = text
            fault.add_note(text)
            raise fault from first


class Swallowing(Raising):
    """One that yields before it raises."""

    def find(self, text):
        yield Span("PERSON", 0, 4, 0.5)
        raise KeyError(text)


@pytest.fixture
def everything(caplog, capfd):
    """All that is logged, warned and printed while a test runs."""
    caplog.set_level(logging.DEBUG)
    for name in ("presidio-analyzer", "presidio-anonymizer", "decision_process"):
        caplog.set_level(logging.DEBUG, logger=name)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")

        def shown() -> str:
            printed = capfd.readouterr()
            records = [f"{r.getMessage()} {r.args!r} {r.exc_info!r}" for r in caplog.records]
            return "\n".join([printed.out, printed.err, *records, *(str(w.message) for w in caught)])

        yield shown


@pytest.mark.parametrize("known", [None, ROW])
def test_scrubbing_shows_nothing(everything, known):
    scrubber = Scrubber(key=KEY)
    scrubber.load()  # else the time it takes counts against the first text
    results = [scrubber.scrub(TEXT, known), *scrubber.scrub_many([TEXT] * 2, known)]
    assert all(len(result.spans) >= 6 for result in results)
    assert leaks(everything() + "".join(map(repr, results))) == []


def test_the_presidio_engine_shows_nothing(everything):
    registry = RecognizerRegistry(supported_languages=["en"])
    register(registry)
    engine = AnalyzerEngine(
        registry=registry,
        nlp_engine=NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "none"}]),
        supported_languages=["en"],
    )
    results = engine.analyze(TEXT, "en", return_decision_process=True)
    assert len(results) >= 4
    assert (
        leaks(everything() + "".join(f"{result!r}{result.analysis_explanation!r}" for result in results))
        == []
    )


def test_no_public_object_shows_a_value(tmp_path):
    table = tmp_path / "people.jsonl"
    table.write_text(f"{json.dumps(ROW)}\n" * 3)
    scrubber = Scrubber(key=KEY)
    span = Span("PERSON", 5, 19, 1.0)
    report = score_records([GoldRecord(TEXT, (span,), ROW)], scrubber)
    columns = type_columns(table)
    safer = k_anonymize(table, tmp_path / "safer.jsonl", Target(2), quasi=["name"], sensitive=["address"])
    shown = {
        "Anonymised": safer,
        "Cipher": Cipher([KEY]),
        "Finder": PresidioFinder(recognizers(["en"])[0]),
        "GoldRecord": GoldRecord(TEXT, (span,), ROW),
        "KnownIdentifiers": KnownIdentifiers(ROW),
        "Policy": scrubber.policy,
        "RiskReport": measure_risk(table, ["name"], ["email"]),
        "ScrubResult": scrubber.scrub(TEXT, ROW),
        "Scrubber": scrubber,
        "Scores": report.scores,
        "Span": span,
        "Target": safer.target,
        "TypedColumn": columns,
        "loss": safer.loss,
        "normalised": normalise(TEXT + "\u200b"),
        "report": report,
        "tokens": scrubber.tokens,
        "recognisers": recognizers(["en"]),
    }
    classes = {name for name in package.__all__ if isinstance(getattr(package, name), type)}
    assert classes <= shown.keys(), "a public class without a canary test"
    assert len(columns) == len(ROW)
    assert leaks(json.dumps([safer.to_json(), *(column.to_json() for column in columns)])) == []
    for name, thing in shown.items():
        text = f"{thing!r}{thing!s}{thing}"
        assert leaks(text) == [], name
        assert leaks(repr([thing]) + repr({"a": thing})) == [], name


def test_no_variant_of_a_known_identifier_shows_it():
    made = [variant for column, value in ROW.items() for variant in variants(column, value)]
    assert len(made) > 10
    assert leaks(repr(made).replace(" ", "")) == [] and "vexley" not in repr(made).lower()


@pytest.mark.parametrize("finder", [Raising(), Swallowing()])
@pytest.mark.parametrize("work", ["scrub", "find", "scrub_many"])
def test_a_failing_recogniser_tells_nothing_not_even_in_its_chain(everything, finder, work):
    scrubber = Scrubber(key=KEY, finders=[finder])
    with pytest.raises(ScrubError) as caught:
        done = getattr(scrubber, work)([TEXT] if work == "scrub_many" else TEXT, ROW)
        list(done)
    assert leaks(told(caught.value) + everything()) == []
    assert "recogniser raising failed" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [f"{TEXT} \ud800", f"\udcff{TEXT}", f"{TEXT}\0", TEXT * 9_000],
    ids=["surrogate", "low", "nul", "long"],
)
def test_odd_text_is_scrubbed_or_held_back_and_tells_nothing(everything, text):
    shown = ""
    try:
        shown = Scrubber(key=KEY).scrub(text, ROW).text
    except ScrubError as fault:
        shown = told(fault)
    assert leaks(shown + everything()) == []


@pytest.mark.parametrize("text", [TEXT.encode(), None, 13812345678, [TEXT], {"a": TEXT}], ids=type)
def test_what_is_no_text_is_refused_and_tells_nothing(everything, text):
    with pytest.raises((PrivgenError, TypeError, AttributeError)) as caught:
        Scrubber(key=KEY).scrub(text, ROW)
    assert leaks(told(caught.value) + everything()) == []


def _scrub_with_raising(text):
    return Scrubber(key=KEY, finders=[Raising()]).scrub(text, ROW)


def test_what_crosses_a_process_tells_nothing(everything):
    """The error of a worker arrives with the worker's own formatted traceback."""
    with multiprocessing.get_context("fork").Pool(1) as pool, pytest.raises(ScrubError) as caught:
        pool.map(_scrub_with_raising, [TEXT])
    assert "RemoteTraceback" in told(caught.value)
    assert leaks(told(caught.value) + everything()) == []


def test_a_pickled_error_and_report_hold_nothing():
    scrubber = Scrubber(key=KEY, finders=[Raising()])
    with pytest.raises(ScrubError) as caught:
        scrubber.scrub(TEXT)
    report = score_records([GoldRecord(TEXT, (Span("PERSON", 5, 19, 1.0),), ROW)], scrubber)
    assert report.held_back.count == 1
    for thing in (caught.value, report):
        assert leaks(pickle.dumps(thing, protocol=2).decode("latin-1")) == []
    assert leaks(json.dumps(report.as_json())) == []
