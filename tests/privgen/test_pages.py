"""Pages: five sections, guarded sentences, a stable id, records that read back, hashes of what wrote them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from shop_rows import TODAY, shop

from privgen.explain import Target
from privgen.files import canonical_json
from privgen.generator import GeneratedSection, GeneratedSentence, TemplateWriter
from privgen.guards import failed_guard
from privgen.hf import HFGenerator
from privgen.pages import Page, PageGenerator, PageRequest
from privgen.requests import page_requests
from privgen.schema import Purpose, SectionKind, Signal, SignalKind
from privgen.silo import Silo
from privgen.stage_explain import request_from_json, target_from_json
from privgen.template import SectionRequest


@pytest.fixture
def requests(tmp_path: Path) -> list[PageRequest]:
    silo = Silo(shop(tmp_path / "m", {"a": None, "b": None}), Purpose.PERSONALISATION, TODAY)
    return page_requests(silo, 2)


class Says:
    """A generator that writes the same sentences into every section."""

    name, base_hash, adapter_hash = "says", "b" * 64, None

    def __init__(self, *texts: str) -> None:
        self._texts = texts

    def write(self, requests: Sequence[SectionRequest]) -> list[GeneratedSection]:
        """One token per sentence."""
        sentences = tuple(GeneratedSentence(t, n, n + 1, -1.5, ()) for n, t in enumerate(self._texts))
        return [GeneratedSection(tuple(range(len(sentences))), sentences) for _ in requests]


def _write(requests: list[PageRequest], *texts: str) -> list[Page]:
    return PageGenerator(Says(*texts)).write(requests)


def test_a_page_has_the_five_sections_in_order(requests: list[PageRequest]) -> None:
    for page in PageGenerator(TemplateWriter()).write(requests):
        assert [section.request.kind for section in page.sections] == list(SectionKind)
        assert all(section.written.sentences and not section.fallback for section in page.sections)


def test_pages_do_not_depend_on_how_many_are_written_at_once(requests: list[PageRequest]) -> None:
    told: list[tuple[float, float | None]] = []
    writer = PageGenerator(TemplateWriter())
    one = writer.write(
        requests * 3, at_once=1, progress=lambda done, total, label: told.append((done, total))
    )
    assert one == writer.write(requests * 3, at_once=4) and told[-1] == (6, 6)


def test_the_id_tells_request_and_weights_apart_and_stays(requests: list[PageRequest]) -> None:
    first, second = _write(requests, "Fine.")
    again = _write(requests, "Other words.")[0]
    assert first.page_id == again.page_id != second.page_id
    other = Says("Fine.")
    other.base_hash = "c" * 64
    assert PageGenerator(other).write(requests)[0].page_id != first.page_id
    assert PageGenerator(TemplateWriter()).write(requests)[0].page_id != first.page_id


def test_a_guard_drops_its_sentence_and_is_counted(requests: list[PageRequest]) -> None:
    page = _write(requests, "It is fine.", "Only 99999 left.", "<PERSON_ab12cd34ef> says so.", "Nice.")[0]
    for section in page.sections:
        assert [sentence.text for sentence in section.written.sentences] == ["It is fine.", "Nice."]
        assert section.guards == {"supported_numbers": 1, "no_scrubbed_token": 1} and not section.fallback
        assert section.written.token_ids == (0, 1, 2, 3)  # generated ids are kept as they are
        assert [(s.token_start, s.token_end) for s in section.written.sentences] == [(0, 1), (3, 4)]


@pytest.mark.parametrize("texts", [(), ("Only 99999 left.",)])
def test_an_empty_section_falls_back_to_the_template(
    requests: list[PageRequest], texts: tuple[str, ...]
) -> None:
    page = _write(requests, *texts)[0]
    template = PageGenerator(TemplateWriter()).write(requests)[0]
    for section, expected in zip(page.sections, template.sections, strict=True):
        assert section.fallback and section.guards["empty_section"] == 1
        assert section.written == expected.written and section.written.token_ids == ()


def test_the_template_is_guarded_too(requests: list[PageRequest]) -> None:
    """A title with a scrub token says nothing rather than the token."""
    titled = PageRequest("m", "a", "p1", "Pan of <PERSON_ab12cd34ef>", "en", ())
    for generator in (TemplateWriter(), Says("<PERSON_ab12cd34ef> made it.")):
        page = PageGenerator(generator).write([titled])[0]
        assert "<PERSON" not in json.dumps(page.to_json()["sections"][0]["sentences"])
        assert [s.fallback for s in page.sections] == [True] * 5


def test_every_shown_sentence_passes_the_guards(requests: list[PageRequest]) -> None:
    for page in PageGenerator(TemplateWriter(), max_signals=40).write(requests):
        for section in page.sections:
            assert all(failed_guard(s, section.request) is None for s in section.written.sentences)


def _read_back(page: Page) -> None:
    record = json.loads(canonical_json(page.to_json()))
    for section, stored in zip(page.sections, record["sections"], strict=True):
        assert request_from_json(stored, record) == section.request
        if section.written.token_ids and section.written.sentences:
            target = target_from_json(stored, Target)
            assert target.token_ids == section.written.token_ids
            assert target.texts == tuple(s.text for s in section.written.sentences)
            assert target.spans == tuple((s.token_start, s.token_end) for s in section.written.sentences)


@pytest.mark.parametrize("language", ["en", "zh", "en_US", "zh_CN", "pt"])
def test_a_record_reads_back(requests: list[PageRequest], language: str) -> None:
    signal = Signal("i1", SignalKind.IMAGE, "image", "a teal pan", "media:1")
    request = PageRequest("m", "a", "p1", " Sol\tPan ", language, (*requests[0].signals, signal))
    for generator in (TemplateWriter(), Says("It is fine.")):
        for page in PageGenerator(generator).write([request]):
            _read_back(page)


def test_a_record_has_the_fields_that_readers_rely_on(requests: list[PageRequest]) -> None:
    record: dict[str, Any] = _write(requests, "It is fine.")[0].to_json()
    assert set(record) >= {"page_id", "merchant_id", "customer_id", "product_id", "adapter_hash", "base_hash"}
    assert record["merchant_id"] == "m" and record["customer_id"] in "ab"
    for section in record["sections"]:
        assert set(section) >= {"kind", "sentences"}
        for sentence in section["sentences"]:
            assert set(sentence) >= {"text", "log_prob", "source_ids"}


def test_the_hashes_are_those_of_the_weights(
    models: Path, tmp_path: Path, requests: list[PageRequest]
) -> None:
    from tiny_models import write_adapter

    adapter = write_adapter(models / "causal", tmp_path / "adapter", scale=0.5)
    generator = HFGenerator(str(models / "causal"), adapter, max_new_tokens=16)
    for page in PageGenerator(generator).write(requests):
        assert (page.base_hash, page.adapter_hash) == (generator.base_hash, generator.adapter_hash)
        assert page.to_json()["adapter_hash"] == generator.adapter_hash and page.generator == "hf"
        _read_back(page)
        for section in page.sections:
            for sentence in section.written.sentences:
                span = slice(sentence.token_start, sentence.token_end)
                if not section.fallback:
                    scores = generator.log_probs(section.request, section.written.token_ids)[span]
                    assert sentence.log_prob == pytest.approx(sum(scores), abs=1e-4)


def test_a_representation_shows_no_evidence(requests: list[PageRequest]) -> None:
    assert requests[0].signals[0].text not in repr(requests[0])
