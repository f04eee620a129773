"""The Hugging Face generator: its scores against a plain loop, its text against itself, its refusals."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from tiny_models import tiny_tokenizer, write_adapter

from privgen.corpus import Corpus
from privgen.errors import ModelError
from privgen.files import sha256_tree
from privgen.hf import HFGenerator, sentence_spans
from privgen.template import SectionRequest

FAMILIES = ("causal", "seq2seq", "bart")


def _requests(count: int, seed: int = 1) -> list[SectionRequest]:
    corpora = [Corpus(locale, random.Random(seed)) for locale in ("en_US", "zh_CN")]
    return [corpora[number % 2].example()[0] for number in range(count)]


def _generator(models: Path, family: str, adapter: Path | None = None, **options: int) -> HFGenerator:
    return HFGenerator(str(models / family), adapter, **{"max_new_tokens": 24, "batch_size": 4} | options)


def _plain_loop(generator: HFGenerator, request: SectionRequest, target: list[int]) -> Iterator[float]:
    """One token at a time, one row, no padding, no mask, no cache."""
    prompt = generator._prompt_ids(request)
    for place, token in enumerate(target):
        with torch.no_grad():
            if generator.seq2seq:
                start = generator.model.config.decoder_start_token_id
                decoder = torch.tensor([[start, *target[:place]]])
                logits = generator.model(input_ids=torch.tensor([prompt]), decoder_input_ids=decoder).logits
            else:
                logits = generator.model(input_ids=torch.tensor([[*prompt, *target[:place]]])).logits
        yield float(torch.log_softmax(logits[0, -1].double(), dim=-1)[token])


@pytest.fixture(scope="module", params=FAMILIES)
def generator(request: pytest.FixtureRequest, models: Path) -> HFGenerator:
    return _generator(models, request.param)


@pytest.mark.parametrize("family", FAMILIES)
def test_scores_are_those_of_a_plain_loop(models: Path, family: str) -> None:
    generator = _generator(models, family)
    generator.model.double()  # in single precision some processors differ by 7e-4 where rows are batched
    requests = _requests(6)
    compared = 0
    for request, section in zip(requests, generator.write(requests), strict=True):
        target = list(section.token_ids)
        expected = list(_plain_loop(generator, request, target))
        assert generator.log_probs(request, target) == pytest.approx(expected, abs=1e-4)
        for sentence in section.sentences:
            wanted = sum(expected[sentence.token_start : sentence.token_end])
            assert sentence.log_prob == pytest.approx(wanted, abs=1e-4)
            compared += 1
    assert compared > 5


def test_generation_is_greedy(generator: HFGenerator) -> None:
    """Every written token is the most likely one, so that left padding and the cache did no harm."""
    requests = _requests(4)
    for request, section in zip(requests, generator.write(requests), strict=True):
        target = list(section.token_ids)
        prompt = generator._prompt_ids(request)
        for place, token in enumerate(target[:8]):
            with torch.no_grad():
                logits, offsets = generator._teacher_forced([prompt], [target[: place + 1]])
            scores = logits[0, offsets[0] + place]
            assert float(scores[token]) >= float(scores.max()) - 1e-3


def test_text_does_not_depend_on_the_batch(generator: HFGenerator) -> None:
    requests = _requests(7)
    together = generator.write(requests)
    alone = [generator.write([request])[0] for request in requests]
    backwards = generator.write(requests[::-1])[::-1]
    assert [s.token_ids for s in together] == [s.token_ids for s in alone] == [s.token_ids for s in backwards]
    assert len({section.token_ids for section in together}) > 1
    assert generator.write([]) == []


def test_an_empty_text_has_no_scores(generator: HFGenerator) -> None:
    assert generator.log_probs(_requests(1)[0], []) == []


def test_what_is_cited_stands_in_the_prompt(generator: HFGenerator) -> None:
    for request, section in zip(_requests(6), generator.write(_requests(6)), strict=True):
        ids = {signal.signal_id for signal in request.prompt.signals}
        for sentence in section.sentences:
            assert set(sentence.source_ids) <= ids and sentence.text
            assert sentence.text.splitlines() == [sentence.text]


# -- the weights


def test_an_adapter_changes_hash_and_text_and_an_empty_one_only_the_hash(
    models: Path, tmp_path: Path
) -> None:
    strong = write_adapter(models / "causal", tmp_path / "strong", scale=2.0)
    empty = write_adapter(models / "causal", tmp_path / "empty", scale=0.0)
    plain, other, same = (_generator(models, "causal", adapter) for adapter in (None, strong, empty))
    requests = _requests(4)
    texts = [[section.token_ids for section in g.write(requests)] for g in (plain, other, same)]
    assert texts[0] == texts[2] != texts[1]
    assert plain.base_hash == other.base_hash == same.base_hash
    assert plain.adapter_hash is None
    assert (other.adapter_hash, same.adapter_hash) == (sha256_tree(strong), sha256_tree(empty))
    scores = list(_plain_loop(other, requests[0], list(texts[1][0])))
    assert other.log_probs(requests[0], texts[1][0]) == pytest.approx(scores, abs=1e-4)


def test_the_base_hash_is_that_of_the_files(models: Path, tmp_path: Path) -> None:
    shutil.copytree(models / "causal", tmp_path / "copy")
    assert _generator(tmp_path, "copy").base_hash == _generator(models, "causal").base_hash
    model = _generator(models, "causal").model
    with torch.no_grad():
        model.lm_head.weight[3, 3] += 0.5
    model.save_pretrained(tmp_path / "copy")
    assert _generator(tmp_path, "copy").base_hash != _generator(models, "causal").base_hash


# -- refusals: one line that names the model


def _refused(model: Path | str, adapter: Path | None = None) -> str:
    with pytest.raises(ModelError) as fault:
        HFGenerator(str(model), adapter)
    assert len(str(fault.value).splitlines()) == 1
    return str(fault.value)


def test_an_encoder_is_refused(models: Path) -> None:
    assert "encoder" in _refused(models / "encoder")


def _copy(models: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(models / "causal", tmp_path / "broken"))


@pytest.mark.parametrize("keep", [0, 100, 0.5, -1])
def test_truncated_weights_are_refused(models: Path, tmp_path: Path, keep: float) -> None:
    folder = _copy(models, tmp_path)
    whole = (folder / "model.safetensors").read_bytes()
    cut = int(keep * len(whole)) if isinstance(keep, float) else keep
    (folder / "model.safetensors").write_bytes(whole[:cut])
    assert str(folder) in _refused(folder)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe{", b"[1, 2]"])
def test_a_missing_or_broken_file_is_refused(models: Path, tmp_path: Path, name: str, content: Any) -> None:
    folder = _copy(models, tmp_path)
    (folder / name).unlink()
    if name == "tokenizer.json":
        (folder / "tokenizer_config.json").unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    assert str(folder) in _refused(folder)


def test_weights_that_are_not_in_the_file_are_refused_and_not_made_up(models: Path, tmp_path: Path) -> None:
    folder = _copy(models, tmp_path)
    _generator(models, "causal").model.model.save_pretrained(folder)  # the body without its head
    config = (models / "causal" / "config.json").read_bytes()
    (folder / "config.json").write_bytes(config)
    assert "weights" in _refused(folder)


def test_a_tokenizer_with_more_words_than_the_model_is_refused(models: Path, tmp_path: Path) -> None:
    folder = _copy(models, tmp_path)
    tokenizer = tiny_tokenizer()
    tokenizer.add_tokens([f"extra{number}" for number in range(50)])
    tokenizer.save_pretrained(folder)
    assert "tokenizer has 450 tokens, the model 400" in _refused(folder)


def test_an_adapter_of_another_model_is_refused(models: Path, tmp_path: Path) -> None:
    adapter = write_adapter(models / "causal", tmp_path / "adapter", scale=0.1)
    assert str(adapter) in _refused(models / "seq2seq", adapter)
    weights = load_file(adapter / "adapter_model.safetensors")
    save_file(dict(list(weights.items())[1:]), adapter / "adapter_model.safetensors")
    assert str(adapter) in _refused(models / "causal", adapter)  # one matrix short
    (adapter / "adapter_model.safetensors").write_bytes(b"cut")
    assert str(adapter) in _refused(models / "causal", adapter)
    assert "run privgen train first" in _refused(models / "causal", tmp_path / "nowhere")


def test_a_prompt_longer_than_the_model_reads_is_refused(models: Path) -> None:
    generator = _generator(models, "causal", max_new_tokens=1020)
    with pytest.raises(ModelError, match=r"positions, the model has 1024; lower generate\.max_signals"):
        generator.write(_requests(2))


# -- sentences


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return tiny_tokenizer()


_line = st.text("abc xyz 12.!äé云岚山。", max_size=12)


@settings(deadline=None, max_examples=60)
@given(lines=st.lists(_line, max_size=6), last=st.booleans())
def test_spans_cover_every_line_that_says_something(lines: list[str], last: bool, tokenizer: Any) -> None:
    text = "\n".join(lines) + ("\n" if last else "")
    ids = tokenizer.encode(text, add_special_tokens=False)
    spans = sentence_spans(ids, tokenizer)
    decoded = [tokenizer.decode(ids[start:end]).strip() for start, end in spans]
    assert decoded == [line.strip() for line in lines if line.strip()]
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges) and all(0 <= edge <= len(ids) for edge in edges)
    covered = {place for start, end in spans for place in range(start, end)}
    left = [ids[place] for place in range(len(ids)) if place not in covered]
    assert not tokenizer.decode(left).strip()


@settings(deadline=None, max_examples=60)
@given(ids=st.lists(st.integers(0, 399), max_size=40))
def test_spans_of_any_ids_are_in_order_and_drop_only_blanks(ids: list[int], tokenizer: Any) -> None:
    """Random ids hold cut multi-byte characters and special tokens."""
    spans = sentence_spans(ids, tokenizer)
    covered = {place for start, end in spans for place in range(start, end)}
    assert sum(end - start for start, end in spans) == len(covered)
    place = 0
    while place < len(ids):  # each gap by itself says nothing
        end = place
        while end < len(ids) and end not in covered:
            end += 1
        assert not tokenizer.decode(ids[place:end], skip_special_tokens=True).strip()
        place = max(end, place) + 1


def test_a_character_split_over_tokens_stays_whole(tokenizer: Any) -> None:
    ids = tokenizer.encode("龘靐\n齉", add_special_tokens=False)
    assert len(ids) > 6  # none of these characters is one token
    spans = sentence_spans(ids, tokenizer)
    assert [tokenizer.decode(ids[start:end]).strip() for start, end in spans] == ["龘靐", "齉"]


def test_no_ids_no_sentences(tokenizer: Any) -> None:
    assert sentence_spans([], tokenizer) == []
    assert sentence_spans(tokenizer.encode("\n\n \n", add_special_tokens=False), tokenizer) == []
