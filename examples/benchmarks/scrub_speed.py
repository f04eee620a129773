"""Speed of the scrubber against stock Presidio on one core: one JSON line per figure.

All find and replace in the same texts, in turns of 100 texts, timed by CPU time, in one thread. Stock is
Presidio's default English registry without an NLP model (its pattern recognisers). `ratio_same_types` is
privgen looking for the entity types of stock Presidio only, `ratio_all_types` for everything it knows:
names, addresses, shop numbers and Chinese identifiers among them. Texts are generated reviews of about 300
characters, of which one in ten holds personal data; or, with a path, the first 2,000 texts of a file: one
text per line, or a column of a CSV.

    python examples/benchmarks/scrub_speed.py [PATH] [--column NAME] [--texts N]
"""

import argparse
import csv
import gzip
import itertools
import json
import logging
import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine
from presidio_anonymizer import AnonymizerEngine

from privgen.anonymize import Policy, Scrubber
from privgen.anonymize.scanner import all_entity_types

PROSE = (
    "the dress fits well and the fabric is soft but a bit long for me so i wear it with a belt over jeans in "
    "summer or with boots when it is cold the colour is true to the picture and washing did not change it i "
    "ordered my usual size and could have gone one down because the cut is generous around the waist"
)
PERSONAL = (
    "Call me at (212) 555-0{:03d}.",
    "My mail is ann.lee{:03d}@example.com.",
    "order number 4839{:03d} came late.",
    "Dear Mary, thanks for {:03d}.",
)


def generated(count: int, rng: random.Random) -> list[str]:
    """Reviews of about 300 characters."""
    texts = []
    for _ in range(count):
        words = rng.choices(PROSE.split(), k=60)
        words.insert(rng.randrange(60), f"5'{rng.randrange(12)}\" and {rng.randrange(100, 190)} lbs.")
        if rng.random() < 0.1:
            words.insert(rng.randrange(60), rng.choice(PERSONAL).format(rng.randrange(1000)))
        texts.append(" ".join(words)[:310])
    return texts


def read(path: Path, column: str | None) -> Iterable[str]:
    """Non-empty texts of a file."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as handle:
        if column is None:
            yield from (line.strip() for line in handle if line.strip())
        else:
            yield from (row[column] for row in csv.DictReader(handle) if row[column])


def stock() -> tuple[Callable[[str], object], set[str]]:
    """Stock Presidio, to analyse and anonymise in English, and the entity types that it finds."""
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    registry.remove_recognizer("SpacyRecognizer")
    engine = NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "none"}])
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])
    anonymizer = AnonymizerEngine()
    types = set(analyzer.get_supported_entities("en"))
    return lambda text: anonymizer.anonymize(text, analyzer.analyze(text, "en")), types


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("path", nargs="?", type=Path)
    parser.add_argument("--column")
    parser.add_argument("--texts", type=int, default=2000)
    given = parser.parse_args()
    logging.getLogger("tldextract").setLevel(
        logging.CRITICAL
    )  # it asks the network for a list, then does without
    source = read(given.path, given.column) if given.path else generated(given.texts, random.Random(7))
    texts = list(itertools.islice(source, given.texts))
    plain, types = stock()
    shared = sorted(types & {*all_entity_types(), "DATE_TIME"})
    same = Policy.model_validate({"default": "keep", "entities": dict.fromkeys(shared, "pseudonymize")})
    runs: dict[str, Callable[[str], object]] = {
        "privgen_all_types": Scrubber(key=bytes(range(32))).scrub,
        "privgen_same_types": Scrubber(key=bytes(range(32)), policy=same).scrub,
        "stock": plain,
    }
    spent = dict.fromkeys(runs, 0.0)
    for run in runs.values():
        for text in ("warm up: a@b.com", *texts[:50]):
            run(text)
    for start in range(0, len(texts), 100):
        for name, run in runs.items():
            begin = time.process_time()
            for text in texts[start : start + 100]:
                run(text)
            spent[name] += time.process_time() - begin
    mean = round(sum(map(len, texts)) / len(texts))
    for name, seconds in spent.items():
        print(json.dumps({"figure": f"{name}_texts_per_cpu_second", "value": round(len(texts) / seconds, 1)}))
    for name in ("all_types", "same_types"):
        ratio = round(spent["stock"] / spent[f"privgen_{name}"], 2)
        line: dict[str, object] = {"figure": f"ratio_{name}", "value": ratio, "texts": len(texts)}
        print(
            json.dumps(
                line
                | {"mean_characters": mean, "types": len(shared if "same" in name else all_entity_types())}
            )
        )
    missing = sorted(types - set(shared))
    print(json.dumps({"figure": "stock_types_that_privgen_lacks", "value": len(missing), "names": missing}))


if __name__ == "__main__":
    main()
