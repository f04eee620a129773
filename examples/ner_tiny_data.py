"""Write a small folder of labelled files for `train_ner.py --tiny`, from the sentences in `ner/`.

python examples/ner_tiny_data.py FOLDER
"""

import gzip
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ner_data import Sentence
from ner_words import Chinese, English, Words, chinese_places, fill, lines

LABELS = {"PERSON": "PER", "LOCATION": "LOC"}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(0)
    english = English(rng, ["Lisbon", "Oslo", "New York", "Tampa", "Porto Alegre", "Leeds"])
    english.known(Counter(["what", "the", "well", "just", "soft", "fits"] * 9))
    chinese = Chinese(rng, chinese_places(folder))
    for name, names, count in (
        ("en_web_dev", english, 120),
        ("zh_wiki_train", chinese, 120),
        ("zh_wiki_dev", chinese, 30),
    ):
        with gzip.open(folder / f"{name}.iob2.gz", "wt", encoding="utf-8") as file:
            for number, sentence in enumerate(_sentences(names, rng, count)):
                file.write(f"# newdoc id = {number // 5}\n# text = {sentence.text}\n")
                file.writelines(
                    f"{i}\t{word}\t{tag}\t-\t-\n" for i, (word, tag) in enumerate(_tags(sentence), 1)
                )
                file.write("\n")


def _sentences(names: Words, rng: random.Random, count: int) -> Iterator[Sentence]:
    frames = [line for kind in ("frames", "plain") for line in lines(f"{names.language}_{kind}")]
    return (fill(rng.choice(frames), names.makers) for _ in range(count))


def _tags(sentence: Sentence) -> Iterator[tuple[str, str]]:
    for match in re.finditer(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+|[^\w\s]", sentence.text):
        kinds = [(start, LABELS[kind]) for start, end, kind in sentence.spans if start <= match.start() < end]
        yield match[0], f"{'B' if match.start() == kinds[0][0] else 'I'}-{kinds[0][1]}" if kinds else "O"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
