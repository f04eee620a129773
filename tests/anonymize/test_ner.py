"""Models of names in the scrubber: languages, offsets, memory, forks, failing closed; real spaCy and BERT."""

import datetime as dt
import logging
import pickle
import random
import resource
import shutil
import socket
import subprocess
import sys

import pytest
import torch
from ner_models import hugging_face_model, spacy_model
from spacy.language import Language

from privgen.anonymize import Scrubber, scrub_silo
from privgen.anonymize.ner import NerFinder
from privgen.anonymize.rules import BLANK
from privgen.errors import ModelError, ScrubError
from privgen.tables import TableWriter, read_table

KEY = bytes(range(32))
NOW = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)
BOTH = ("en", "zh")
ENGLISH = "I met Ann Lee in Oslo today"
CHINESE = "我在杭州见到王小明了"


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """One folder with `en` and `zh` (spaCy) and one model of both (BERT)."""
    folder = tmp_path_factory.mktemp("models")
    spacy_model(folder / "pair" / "en", "en")
    spacy_model(folder / "pair" / "zh", "zh", ("PER", "LOC"))
    hugging_face_model(folder / "bert")
    return folder


@pytest.fixture(params=["pair", "bert"])
def path(models, request):
    return models / request.param


def found(finder, text):
    return [(text[s.start : s.end], s.entity_type) for s in finder.find(text)]


def test_names_and_places_in_both_languages(path):
    finder = NerFinder(path, BOTH)
    assert found(finder, ENGLISH) == [("Ann Lee", "PERSON"), ("Oslo", "LOCATION")]
    assert found(finder, CHINESE) == [("杭州", "LOCATION"), ("王小明", "PERSON")]
    assert found(finder, "a nice warm shirt") == found(finder, "衬衫很暖和") == found(finder, "") == []


def test_offsets_are_those_of_the_input_though_the_models_read_normalised_text(path):
    scrubber = Scrubber(key=KEY, ner=path)
    for text, value in (
        ("我在杭\u200b州见到王小\u200b明了", "王小\u200b明"),
        ("I met Ａｎｎ Ｌｅｅ in Oslo today", "Ａｎｎ Ｌｅｅ"),
    ):
        spans = [s for s in scrubber.scrub(text).spans if s.entity_type == "PERSON"]
        assert [text[s.start : s.end] for s in spans] == [value]


def test_each_model_reads_the_text_of_its_script(models):
    english, chinese = NerFinder(models / "pair" / "en", BOTH), NerFinder(models / "pair" / "zh", BOTH)
    assert found(english, CHINESE) == found(chinese, ENGLISH) == []
    mixed = f"{CHINESE}. {ENGLISH}"
    assert {word for word, _ in found(NerFinder(models / "pair", BOTH), mixed)} >= {
        "Ann Lee",
        "Oslo",
        "王小明",
    }
    only = NerFinder(models / "pair", ("en",))
    assert found(only, CHINESE) == [] and found(only, ENGLISH)
    with pytest.raises(ModelError, match="models of en, zh"):
        NerFinder(models / "pair", ("pt",))


def test_a_model_of_many_languages_reads_everything(tmp_path):
    finder = NerFinder(spacy_model(tmp_path / "xx", "en", lang="xx"), BOTH)
    assert found(finder, ENGLISH) == [("Ann Lee", "PERSON"), ("Oslo", "LOCATION")]


def test_other_labels_are_left_out(tmp_path, caplog):
    finder = NerFinder(spacy_model(tmp_path / "en", "en", ("PERSON", "ORG")), BOTH)
    assert found(finder, ENGLISH) == [("Ann Lee", "PERSON")]
    finder = NerFinder(hugging_face_model(tmp_path / "bert", ("ORG", "LOC")), BOTH)
    assert found(finder, CHINESE) == [("杭州", "LOCATION")]
    assert "not mapped" not in caplog.text


def test_a_long_text_is_read_to_its_end(path):
    """Longer than the positions of the BERT and than a piece, with and without spaces; a name at each cut."""
    finder = NerFinder(path, BOTH)
    for sentence, name in ((ENGLISH + ". ", "Ann Lee"), (CHINESE + "。", "王小明")):
        text = sentence * 400
        starts = {
            s.start
            for s in finder.find(text)
            if s.entity_type == "PERSON" and text[s.start :].startswith(name)
        }
        assert len(starts) == 400


def test_scrubbed_text_reads_like_its_original(path):
    scrubber = Scrubber(key=KEY, ner=path)
    for text in (
        ENGLISH,
        CHINESE,
        f"{ENGLISH} {CHINESE}",
        "Dear Tom Hill, mail a@b.com to Paris",
        "王小明张伟北京",
    ):
        once = scrubber.scrub(text)
        assert scrubber.scrub(once.text).text == once.text
    finder = NerFinder(path, BOTH)
    short, long = f"I met {BLANK} and Ann Lee", f"I met {BLANK * 40} and Ann Lee"
    assert found(finder, short) == found(finder, long)


def test_results_do_not_depend_on_what_was_read_before(path):
    texts = [ENGLISH, CHINESE, "the Paris shop is good", "Mary Poppins bought two shirts"] * 3
    expected = {text: found(NerFinder(path, BOTH), text) for text in set(texts)}
    finder = NerFinder(path, BOTH)
    random.Random(1).shuffle(texts)
    assert [found(finder, text) for text in texts] == [expected[text] for text in texts]


def test_a_finder_can_be_sent_to_another_process(path):
    copy = pickle.loads(pickle.dumps(NerFinder(path, BOTH)))
    assert found(copy, ENGLISH) == [("Ann Lee", "PERSON"), ("Oslo", "LOCATION")]


def test_memory_does_not_grow_with_the_number_of_words(models):
    """Words that never come again; spaCy alone would keep 0.4 KB of each, and more."""
    finder = NerFinder(models / "pair" / "en", BOTH)
    strings = finder._models[0][1]._nlp.vocab.strings
    before, words = len(strings), random.Random(0)
    for _ in range(100):
        list(finder.find(" ".join(f"{words.getrandbits(64):x}" for _ in range(50))))
    peak, size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, len(strings)
    for _ in range(200):
        list(finder.find(" ".join(f"{words.getrandbits(64):x}" for _ in range(50))))
    assert len(strings) == size <= before + 100
    assert (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 2_000
    )  # KiB; 10,000 words: 4,000 and more


def _silo(folder):
    rows = [
        {
            "review_id": f"r{i}",
            "customer_id": "c1",
            "product_id": "p1",
            "rating": 5,
            "text": text,
            "timestamp": NOW,
        }
        for i, text in enumerate([ENGLISH, CHINESE, "Tom Hill bought two shirts", "张伟买了两件衬衫"] * 10)
    ]
    with TableWriter(folder, "reviews") as writer:
        from privgen.schema import TABLES

        names = [column.name for column in TABLES["reviews"].columns]
        writer.write([{name: row.get(name) for name in names} for row in rows])
    return folder


def test_forked_workers_find_the_same(path, tmp_path):
    """Also after the parent has used the model, whose threads a fork does not copy."""
    silo, scrubber = _silo(tmp_path / "m1"), Scrubber(key=KEY, ner=path)
    torch.set_num_threads(2)
    try:
        scrubber.scrub(ENGLISH * 5)
        reports = [scrub_silo(silo, tmp_path / f"w{n}" / "m1", scrubber=scrubber, workers=n) for n in (1, 2)]
    finally:
        torch.set_num_threads(1)
    assert reports[0] == reports[1]
    assert reports[0]["residual"] == {} and reports[0]["entities"]["PERSON"] >= 40
    texts = [row["text"] for batch in read_table(tmp_path / "w2" / "m1", "reviews") for row in batch]
    assert not any(name in text for text in texts for name in ("Ann", "Hill", "小明", "张伟"))


class Faulty:
    """A part of the model that fails on one text."""

    def __call__(self, *values, **named):
        raise RuntimeError("canary 王小明 Ann Lee")


def test_a_model_that_fails_holds_the_record_back_and_logs_no_text(path, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    scrubber = Scrubber(key=KEY, ner=path)
    model = scrubber._finders[-1]._models[0][1]
    if path.name == "bert":
        forward = model._pipeline._pipeline.model.forward
        model._pipeline._pipeline.model.forward = Faulty()
    else:
        Language.component("faulty", func=Faulty())
        model._nlp.add_pipe("faulty")
    with pytest.raises(ScrubError, match="recogniser ner failed"):
        scrubber.scrub(ENGLISH)
    if path.name == "bert":
        model._pipeline._pipeline.model.forward = forward
        assert len(scrubber.scrub(ENGLISH).spans) == 2  # the next text is read as ever
    printed = capfd.readouterr()
    assert not any("canary" in text for text in (caplog.text, printed.out, printed.err))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "holds neither"),
        ({"config.cfg": "[nlp]\nlang = 'en'\n"}, "meta.json"),
        ({"config.cfg": "what", "meta.json": '{"lang": "en"}'}, "not loadable"),
        ({"config.json": "["}, "not readable"),
        ({"config.json": '{"architectures": ["BertModel"]}'}, "no token classifier"),
        (
            {
                "config.json": '{"architectures": ["BertForTokenClassification"], "model_type": "bert", '
                '"id2label": {"0": "LABEL_0"}}'
            },
            "none of the model's labels",
        ),
        (
            {
                "config.json": '{"architectures": ["BertForTokenClassification"], "model_type": "bert", '
                '"id2label": {"0": "O", "1": "B-PER"}}'
            },
            "tokenizer is missing",
        ),
        (
            {
                "config.json": '{"architectures": ["BertForTokenClassification"], "model_type": "bert", '
                '"id2label": {"0": "O", "1": "B-PER"}}',
                "vocab.txt": "[UNK]",
            },
            "not loadable",
        ),
        (
            {
                "config.json": '{"architectures": ["BertForTokenClassification"]}',
                "adapter_config.json": '{"base_model_name_or_path": "somebody/bert"}',
            },
            "merge the two",
        ),
    ],
)
def test_a_folder_that_is_no_model_says_what_is_wrong(tmp_path, files, message):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ModelError, match=message):
        NerFinder(tmp_path, BOTH)


def test_a_pipeline_without_a_recogniser_of_names_is_refused(tmp_path):
    import spacy

    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(ModelError, match="none of the model's labels"):
        NerFinder(tmp_path / "blank", BOTH)


def test_nothing_is_downloaded(models, tmp_path, monkeypatch):
    """Where no socket can be opened, good models load and missing ones are refused at once."""
    shutil.copytree(models / "bert", tmp_path / "bare")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / "bare" / name).unlink()
    tried = []

    def refuse(*values, **named):
        tried.append(values)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for good in ("pair", "bert"):
        Scrubber(key=KEY, ner=str(models / good))
    for bad in ("en_core_web_sm", str(tmp_path / "missing"), str(tmp_path / "bare")):
        with pytest.raises(ModelError):
            Scrubber(key=KEY, ner=bad)
    assert not tried


@pytest.mark.slow
def test_without_transformers_the_extra_is_named(models):
    code = (
        "import sys\nsys.modules['transformers'] = None\n"
        "from privgen.anonymize import Scrubber\nfrom privgen.errors import MissingExtraError\n"
        "Scrubber(key=bytes(range(32)), ner=sys.argv[1])\n"
        "try:\n    Scrubber(key=bytes(range(32)), ner=sys.argv[2])\n"
        "except MissingExtraError as missing:\n    print(missing)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(models / "pair"), str(models / "bert")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "transformers is not installed: pip install 'privgen[generate]'\n"
