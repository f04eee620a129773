"""The recipe in examples/ that trains models of names: offsets stay right whatever is done to a sentence."""

import random
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))

import ner_data
import ner_tiny_data
import ner_words
from ner_data import Sentence

LANGUAGES = ("en", "zh")


def names(language, seed=0):
    kind = {"en": ner_words.English, "zh": ner_words.Chinese}[language]
    return kind(random.Random(seed), {"en": ["Oslo", "New York"], "zh": ["北京市", "杭州"]}[language])


def said(sentence):
    return [(sentence.text[start:end], kind) for start, end, kind in sentence.spans]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_frame_fills_and_labels_what_it_names(language):
    known = names(language)
    for frame in ner_words.lines(f"{language}_frames"):
        sentence = ner_words.fill(frame, known.makers)
        assert len(sentence.spans) == frame.count("{person") + frame.count("{place") > 0
        assert all(value == value.strip() != "" for value, _ in said(sentence)) and "{" not in sentence.text
    assert known.known(Counter({"well": 5, "ann": 5, "好": 5}))
    for frame in ner_words.lines(f"{language}_plain"):
        sentence = ner_words.fill(frame, known.makers)
        assert sentence.spans == () and "{" not in sentence.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_swapped_names_keep_their_labels_and_the_rest_of_the_text(language):
    known = names(language)
    swap = ner_words.Swapper(random.Random(1), known, 1.0)
    for frame in ner_words.lines(f"{language}_frames") * 5:
        before = ner_words.fill(frame, known.makers)
        after = swap(before)
        assert [kind for _, kind in said(after)] == [kind for _, kind in said(before)]
        assert all(value.strip() for value, _ in said(after))
        rest = [
            "".join(c for i, c in enumerate(s.text) if not any(a <= i < b for a, b, _ in s.spans))
            for s in (before, after)
        ]
        assert rest[0] == rest[1]


@given(st.lists(st.sampled_from(["Ann ", "\u200b", "Ｏｓｌｏ", "，", "张伟", "①", " ", "é"]), max_size=8))
def test_offsets_follow_the_text_that_a_model_reads(pieces):
    text = "".join(pieces)
    sentence = Sentence(f"{text}王小明{text}", ((len(text), len(text) + 3, "PERSON"),))
    assert said(ner_data.as_read(sentence)) == [("王小明", "PERSON")]


def test_written_files_are_read_back_and_split_by_document(tmp_path):
    ner_tiny_data.main(tmp_path)
    for language, files in (("en", {"en_web_dev"}), ("zh", {"zh_wiki_train", "zh_wiki_dev"})):
        corpora = ner_data.read_corpora(tmp_path, language)
        assert set(corpora) == files
        sentences = [s for part in corpora.values() for s in part]
        assert any(s.spans for s in sentences)
        assert all(value and value == value.strip() for s in sentences for value, _ in said(s))
        kept, held = ner_data.split(corpora, {"": 0.3})
        for name, part in corpora.items():
            assert len(kept[name]) + len(held[name]) == len(part) and held[name]
            assert not {s.group for s in kept[name]} & {s.group for s in held[name]}


def test_a_folder_without_labelled_files_is_refused(tmp_path):
    with pytest.raises(ner_data.DataError, match="no en_"):
        ner_data.read_corpora(tmp_path, "en")


def test_what_is_known_of_a_word_outlives_saving_in_any_case(tmp_path):
    from dataclasses import replace

    import spacy
    import train_ner

    recipe = replace(train_ner.RECIPES["en"], width=16, depth=1)
    made = train_ner._pipeline(recipe, {"ann": [1.0] + [0.0] * 7, "what": [0.0] * 7 + [1.0]})
    made.to_disk(tmp_path / "en")
    loaded = spacy.load(tmp_path / "en")
    for nlp in (made, loaded):
        words = nlp.make_doc("ann Ann ANN what What unheard")
        assert [word.vector.argmax() for word in words[:5]] == [0, 0, 0, 7, 7]
        assert words[5].vector.sum() == 0
