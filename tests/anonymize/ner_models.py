"""Small models of names made on the spot: spaCy pipelines and a BERT that learn a handful of words."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import spacy
import torch
import transformers as tf
from spacy.training import Example
from spacy.util import fix_random_seed
from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers import models as tokenizer_models

torch.set_num_threads(1)
tf.logging.set_verbosity_error()

NAMES = {"en": ("Ann Lee", "Tom Hill", "Mary Poppins"), "zh": ("张伟", "王小明", "欧阳娜娜")}
PLACES = {"en": ("Paris", "Oslo", "New York"), "zh": ("北京", "上海", "杭州")}
FRAMES = {
    "en": ("I met {n} in {p} today", "{n} bought two shirts", "the {p} shop is good", "a nice warm shirt"),
    "zh": ("我在{p}见到{n}了", "{n}买了两件衬衫", "{p}的店很好", "衬衫很暖和"),
}
_TOK2VEC = {
    "@architectures": "spacy.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 32,
    "depth": 2,
    "embed_size": 500,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
}


def sentences(language: str, names: tuple[str, str]) -> Iterator[tuple[str, list[tuple[int, int, str]]]]:
    """Each frame with each name and place, and where they stand; `names` are the labels."""
    for name in NAMES[language]:
        for place in PLACES[language]:
            for frame in FRAMES[language]:
                text = frame.format(n=name, p=place)
                found = ((name, names[0]), (place, names[1]))
                yield text, [(text.index(v), text.index(v) + len(v), kind) for v, kind in found if v in text]


def spacy_model(
    folder: Path, language: str, names: tuple[str, str] = ("PERSON", "GPE"), lang: str = ""
) -> Path:
    """A spaCy pipeline that has learnt the sentences."""
    fix_random_seed(0)
    nlp = spacy.blank(lang or language)
    nlp.add_pipe("ner", config={"model": {"tok2vec": _TOK2VEC}})
    examples = [
        Example.from_dict(nlp.make_doc(text), {"entities": spans})
        for text, spans in sentences(language, names)
    ]
    optimizer = nlp.initialize(lambda: examples)
    rng = random.Random(0)
    for _ in range(60):
        nlp.update(rng.sample(examples, 12), sgd=optimizer)
    folder.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(folder)
    return folder


def hugging_face_model(folder: Path, labels: tuple[str, str] = ("PER", "LOC"), positions: int = 64) -> Path:
    """A BERT of one layer that has learnt the sentences of both languages, with a tokenizer of its own."""
    torch.manual_seed(0)
    tokenizer = _tokenizer()
    kinds = ["O", *(f"{place}-{label}" for label in labels for place in "BI")]
    texts = [item for language in NAMES for item in sentences(language, labels)]
    config = tf.BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=positions,
        id2label=dict(enumerate(kinds)),
        label2id={kind: i for i, kind in enumerate(kinds)},
    )
    model = tf.BertForTokenClassification(config)
    batch = tokenizer(
        [text for text, _ in texts], padding=True, return_tensors="pt", return_offsets_mapping=True
    )
    goal = torch.tensor(
        [
            [_kind(start, end, spans, kinds) for start, end in offsets.tolist()]
            for offsets, (_, spans) in zip(batch.pop("offset_mapping"), texts, strict=True)
        ]
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(40):
        optimizer.zero_grad()
        model(**batch, labels=goal).loss.backward()
        optimizer.step()
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _kind(start: int, end: int, spans: list[tuple[int, int, str]], kinds: list[str]) -> int:
    for first, last, label in spans:
        if start < end and first <= start and end <= last:
            return kinds.index(f"{'B' if start == first else 'I'}-{label}")
    return 0 if start < end else -100


def _tokenizer() -> Any:
    """Words, and Chinese character by character, as BERT's own tokenizers have them."""
    normal, split = normalizers.BertNormalizer(lowercase=False), pre_tokenizers.BertPreTokenizer()
    words = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3}
    for language in NAMES:
        for text, _ in sentences(language, ("a", "b")):
            for word, _ in split.pre_tokenize_str(normal.normalize_str(text)):
                words.setdefault(word, len(words))
    inner = Tokenizer(tokenizer_models.WordLevel(words, unk_token="[UNK]"))
    inner.normalizer, inner.pre_tokenizer = normal, split
    inner.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tf.PreTrainedTokenizerFast(
        tokenizer_object=inner,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=10**30,
    )
