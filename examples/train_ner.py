"""Train small recognisers of names and places, English and Chinese, and measure them, a JSON line per figure.

    python examples/train_ner.py ../shared/data/names_and_places OUT [--language en] [--reviews CSV.gz]

Makes OUT/en and OUT/zh, spaCy pipelines for `Scrubber(ner="OUT")`, in about eight minutes of one core each.
A part of every labelled file is held out of training (by document where the file has documents); precision,
recall and F1 (strict spans) are of those parts, through the same finder that the scrubber runs. Then the held
out parts are added and training goes on for a tenth of its time, unless --no-final. Texts of reviews, where
given, are taken for free of names: the first half helps in training, alarms are counted on the second.
The models learn from text under CC BY-SA 4.0 and CC BY 4.0: mind that where you pass them on.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ner_data as data
import numpy as np
import spacy
from ner_data import Sentence, as_read
from ner_figures import figures
from ner_words import (
    FEATURES,
    Chinese,
    English,
    Swapper,
    Words,
    chinese_places,
    common_words,
    english_places,
    fill,
    lines,
)
from spacy.language import Language
from spacy.training import Example
from spacy.training.batchers import minibatch_by_words
from spacy.util import fix_random_seed
from spacy.vectors import Vectors
from thinc.api import Adam

from privgen.anonymize.ner import NerFinder
from privgen.cli_show import errors_as_lines, progress_bar
from privgen.files import staged_folder


@dataclass(frozen=True)
class Recipe:
    """What is trained, and how long.

    Args:
        language: en or zh.
        attributes: Token attributes with an embedding, and the rows of each.
        width: Of every layer.
        depth: Layers of the convolution, each of which sees one token more to each side.
        dropout: Part of the activations left out.
        swaps: Part of the mentions that get another name in each round.
        rounds: Times that every sentence is read.
        generated: Sentences of our own in each round, with names and without.
        templates: Part of the sentences made from templates that each round reads.
        twice: Files that each round reads twice: those most like what the model is for.
        caution: Added to the score of taking a word for no name, for precision.
        held_out: Part of each file that is held out, by name; "" for the others.
        seed: Of everything random.
    """

    language: str
    attributes: tuple[tuple[str, int], ...]
    width: int = 96
    depth: int = 4
    dropout: float = 0.3
    swaps: float = 0.5
    rounds: int = 8
    generated: tuple[int, int] = (500, 500)
    templates: float = 0.15
    twice: tuple[str, ...] = ()
    caution: float = 0.0
    held_out: tuple[tuple[str, float], ...] = (("", 0.2),)
    learn_rate: float = 0.002
    batch_words: int = 600
    seed: int = 0


RECIPES = {
    "en": Recipe(
        "en",
        (("NORM", 5000), ("PREFIX", 1000), ("SUFFIX", 2500), ("SHAPE", 1000)),
        rounds=6,
        twice=("en_web_dev",),
        caution=1.5,
        held_out=(("en_web_dev", 0.33), ("", 0.1)),
    ),
    "zh": Recipe(
        "zh",
        (("ORTH", 5000), ("SHAPE", 500)),
        generated=(300, 700),
        held_out=(("zh_wiki_dev", 1.0), ("", 0.0)),
    ),
}


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("data", type=Path, help="folder of labelled files, en_*.conll.gz, zh_*.iob2.gz, ...")
    options.add_argument("out", type=Path, help="folder for the models")
    options.add_argument("--language", choices=sorted(RECIPES), help="one language only")
    options.add_argument("--reviews", type=Path, help="gzipped CSV of English reviews without names")
    options.add_argument("--rounds", type=int, help="times that every sentence is read")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--no-final", action="store_true", help="leave the held-out parts out to the end")
    options.add_argument("--tiny", action="store_true", help="a few seconds, for a look at the plumbing")
    given = options.parse_args()
    for language in [given.language] if given.language else sorted(RECIPES):
        recipe = replace(RECIPES[language], seed=given.seed)
        if given.rounds:
            recipe = replace(recipe, rounds=given.rounds)
        if given.tiny:
            recipe = replace(recipe, width=32, depth=2, rounds=8, generated=(60, 30), batch_words=150)
        with errors_as_lines():
            build(recipe, given.data, given.out / language, given.reviews, final=not given.no_final)


def build(recipe: Recipe, folder: Path, out: Path, reviews: Path | None, *, final: bool) -> None:
    """Train one language's model, measure it on what was held out, add that, and save it."""
    rng = random.Random(recipe.seed)
    fix_random_seed(recipe.seed)
    corpora = data.read_corpora(folder, recipe.language)
    kept, held = data.split(corpora, dict(recipe.held_out))
    texts = data.read_reviews(reviews) if reviews and recipe.language == "en" else []
    names: Words = (
        English(rng, english_places()) if recipe.language == "en" else Chinese(rng, chinese_places(folder))
    )
    training = Training(recipe, names, rng, kept, texts[: len(texts) // 2])
    with staged_folder(out, marker="config.cfg") as staging:
        with progress_bar(f"train {recipe.language}") as progress:
            training.run(recipe.rounds, progress)
        training.save(staging)
        finder = NerFinder(staging, (recipe.language,))
        for line in figures(finder, recipe.language, held, texts[len(texts) // 2 :][:3000]):
            print(json.dumps({**line, "cpu_seconds": round(time.process_time())}), flush=True)
        if final and any(held.values()):
            training.sentences = [*training.sentences, *(as_read(s) for part in held.values() for s in part)]
            with progress_bar(f"train {recipe.language} on all") as progress:
                training.run(max(1, recipe.rounds // 8), progress, last=True)
            training.save(staging)


class Training:
    """A spaCy pipeline in training: hashed words and what is known of them, a convolution, transitions."""

    def __init__(
        self,
        recipe: Recipe,
        names: Words,
        rng: random.Random,
        corpora: dict[str, list[Sentence]],
        reviews: Sequence[str],
    ) -> None:
        self.recipe, self.names, self._rng = recipe, names, rng
        corpora = {name: [as_read(s) for s in part] for name, part in corpora.items()}
        real = {name: part for name, part in corpora.items() if "templates" not in name}
        self.sentences = [s for n, part in real.items() for s in part * (2 if n in recipe.twice else 1)]
        self._templates = [s for name, part in corpora.items() if "templates" in name for s in part]
        self._reviews = [text for text in reviews if not self._names_someone(text)]
        self._swap = Swapper(rng, names, recipe.swaps)
        self._frames, self._plain = lines(f"{recipe.language}_frames"), lines(f"{recipe.language}_plain")
        self.nlp = _pipeline(recipe, names.known(common_words(self.sentences, reviews)))
        first = self._round()
        self.nlp.initialize(lambda: first[:500])
        self._optimizer = Adam(
            recipe.learn_rate, L2=0.01, L2_is_weight_decay=True, grad_clip=1.0, use_averages=True
        )

    def run(self, rounds: int, progress: Callable[..., None], *, last: bool = False) -> None:
        """Read every sentence `rounds` times, ever more slowly; `last` goes on at the lowest rate."""
        ner: Any = self.nlp.get_pipe("ner")  # alone: Language.update would copy every example first
        for done in range(rounds):
            examples = self._round()
            total = sum(len(example.x) for example in examples)
            words = 0
            for batch in minibatch_by_words(examples, size=self.recipe.batch_words, discard_oversize=False):
                words += sum(len(example.x) for example in batch)
                share = 1.0 if last else (done + words / total) / rounds
                self._optimizer.learn_rate = self.recipe.learn_rate * (1 - 0.9 * share)
                ner.update(batch, drop=self.recipe.dropout, sgd=self._optimizer)
                progress(done * total + words, rounds * total, f"round {done + 1}")

    def save(self, folder: Path) -> None:
        """Write the pipeline, with weights averaged over the training."""
        with self.nlp.use_params(self._optimizer.averages):
            _lean_to_nothing(self.nlp, self.recipe.caution)
            self.nlp.to_disk(folder)

    def _round(self) -> list[Example]:
        """Every sentence once, some templates, sentences of our own; in a new order with other names."""
        recipe, rng = self.recipe, self._rng
        chosen = [*self.sentences, *rng.sample(self._templates, int(len(self._templates) * recipe.templates))]
        sentences = [self._cased(self._swap(s)) for s in chosen]
        for frames, count in zip((self._frames, self._plain), recipe.generated, strict=True):
            sentences += [fill(rng.choice(frames), self.names.makers) for _ in range(count)]
        if self._reviews:
            sentences += [
                Sentence(_proper(t, rng)) for t in rng.sample(self._reviews, min(200, len(self._reviews)))
            ]
        rng.shuffle(sentences)
        return [_example(self.nlp, s) for s in sentences]

    def _cased(self, sentence: Sentence) -> Sentence:
        """Now and then in lower case or capitals, as some people write."""
        chance = self._rng.random()
        text = (
            sentence.text.lower()
            if chance < 0.04
            else sentence.text.upper()
            if chance > 0.99
            else sentence.text
        )
        return replace(sentence, text=text) if len(text) == len(sentence.text) else sentence

    def _names_someone(self, text: str) -> bool:
        found = set(text.lower().split())
        return isinstance(self.names, English) and not found.isdisjoint({n.lower() for n in self.names.given})


def _proper(text: str, rng: random.Random) -> str:
    """A review with capitals at the start of its sentences, most of the time."""
    if rng.random() < 0.3:
        return text
    return re.sub(r"(^|[.!?]\s+)([a-z])", lambda match: match[1] + match[2].upper(), text)


def _pipeline(recipe: Recipe, known: dict[str, list[float]]) -> Language:
    nlp = spacy.blank(recipe.language)
    vectors = Vectors(shape=(len(known), FEATURES), strings=nlp.vocab.strings)
    for word, values in known.items():
        row = vectors.add(nlp.vocab.strings.add(word), vector=np.asarray(values, dtype="f"))
        for form in {word.capitalize(), word.upper()}:  # `attr="LOWER"` is lost when spaCy 3.8 saves a table
            vectors.add(nlp.vocab.strings.add(form), row=row)
    nlp.vocab.vectors = vectors
    embed = {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": recipe.width,
        "attrs": [name for name, _ in recipe.attributes],
        "rows": [rows for _, rows in recipe.attributes],
        "include_static_vectors": True,
    }
    encode = {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": recipe.width,
        "window_size": 1,
        "maxout_pieces": 3,
        "depth": recipe.depth,
    }
    model = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode},
    }
    nlp.add_pipe("ner", config={"model": model})
    return nlp


def _lean_to_nothing(nlp: Language, caution: float) -> None:
    """Raise the score of the move that leaves a word out."""
    ner: Any = nlp.get_pipe("ner")
    moves = [ner.moves.get_class_name(i) for i in range(ner.moves.n_moves)]
    upper = ner.model.get_ref("upper")
    scores = upper.get_param("b").copy()
    scores[moves.index("O")] += caution
    upper.set_param("b", scores)


def _example(nlp: Language, sentence: Sentence) -> Example:
    gold = nlp.make_doc(sentence.text)
    spans: list[Any] = []
    for start, end, kind in sentence.spans:
        span = gold.char_span(start, end, label=kind, alignment_mode="expand")
        if span is not None and (not spans or span.start >= spans[-1].end):
            spans.append(span)
    gold.ents = spans
    return Example(nlp.make_doc(sentence.text), gold)


if __name__ == "__main__":
    warnings.filterwarnings("ignore", message=".*W033.*|.*W030.*")
    main()
