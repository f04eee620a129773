"""Names, places and sentences of our own for `train_ner.py`, and what is known of single words."""

from __future__ import annotations

import csv
import gzip
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ner_data import Sentence

FOLDER = Path(__file__).resolve().parent / "ner"
FEATURES = 8
Maker = Callable[[], str]


def words(name: str) -> list[str]:
    """Words of `ner/<name>.txt`, separated by white space."""
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split()


def lines(name: str) -> list[str]:
    """Lines of `ner/<name>.txt`."""
    return [line for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("\n") if line]


def english_places() -> list[str]:
    """Places that the phonenumbers library knows codes of (a dependency of `privgen[anonymize]`)."""
    from phonenumbers.geodata import GEOCODE_DATA

    parts = {
        part.strip() for row in GEOCODE_DATA.values() for part in re.split(" - |[,/]", row.get("en", ""))
    }
    return sorted(name for name in parts if re.fullmatch(r"[A-ZÀ-Þ][^()\d]{2,30}", name))


def chinese_places(folder: Path) -> list[str]:
    """Administrative areas of `zh_areas.csv.gz`, with and without the ending that says what they are."""
    path = folder / "zh_areas.csv.gz"
    if not path.is_file():
        return ["北京市", "北京", "上海市", "上海", "杭州市", "杭州", "西湖区", "四川省", "四川"]
    with gzip.open(path, "rt", encoding="utf-8") as file:
        names = {row["name"] for row in csv.DictReader(file)}
    return sorted(names | {short for name in names if len(short := re.sub("[省市县区]$", "", name)) > 1})


class English:
    """Names of people by the lists in `ner/`, some of them crossed into names that no list holds."""

    language = "en"

    def __init__(self, rng: random.Random, places: Sequence[str]) -> None:
        self._rng, self.places = rng, places
        self.given, self.family = words("given_names"), words("family_names")
        pools = {name: values.split() for name, values in (row.split(": ") for row in lines("en_words"))}
        pick = {name: lambda values=values: rng.choice(values) for name, values in pools.items()}
        brand = lambda: "".join(rng.choices(pools["brand"], k=2)).title()  # noqa: E731
        self.makers: dict[str, Maker] = {
            **pick,
            **{name.title(): lambda name=name: pick[name]().capitalize() for name in ("noun", "adj")},
            **{name.upper(): lambda name=name: pick[name]().upper() for name in ("noun", "adj")},
            "Brand": brand,
            "Model": lambda: rng.choice((brand(), f"{rng.choice('ABEGLMSTX')}{rng.randint(1, 999)}")),
            "colour": pick["colour"],
            "mail": lambda: f"{rng.choice(self.given).lower()}{rng.randint(1, 99)}@example.com",
            "upper": lambda: brand().upper(),
            "person_given": lambda: self._one(self.given),
            "person_family": lambda: self._one(self.family),
            "person_full": self._full,
            "person_turned": lambda: f"{self._one(self.family)}, {self._one(self.given)}",
            "person_given_low": lambda: self._one(self.given).lower(),
            "place": lambda: rng.choice(places),
            "place_low": lambda: rng.choice(places).lower(),
        }

    def person(self, said: str) -> str:
        """A name of the same form, or the one given where its form is another."""
        if re.fullmatch(r"[\w'’-]+", said):
            return self._one(self.given if self._rng.random() < 0.6 else self.family)
        if re.fullmatch(r"[\w'’-]+ [\w'’-]+", said):
            return f"{self._one(self.given)} {self._one(self.family)}"
        return said

    def _full(self) -> str:
        middle = f" {self._rng.choice('ABCDEGHJKLMPRSTW')}." if self._rng.random() < 0.1 else ""
        return f"{self._one(self.given)}{middle} {self._one(self.family)}"

    def _one(self, names: Sequence[str]) -> str:
        name = self._rng.choice(names)
        if self._rng.random() < 0.3:
            other = self._rng.choice(names)
            name = name[: max(2, len(name) // 2)] + other[len(other) // 2 :]
        return name

    def known(self, common: Counter[str]) -> dict[str, list[float]]:
        """What is known of a word in lower case: given or family name, place or part of one, how common.

        From then on frames may hold `{word}` and `{Word}`: common words that are no names.
        """
        taken = {name.lower() for name in (*self.given, *self.family, *self.places)}
        plain = {
            word: count for word, count in common.items() if count > 2 and len(word) > 1 and word not in taken
        }
        pool = (
            self._rng.choices(list(plain), [n**0.5 for n in plain.values()], k=20_000) if plain else ["well"]
        )
        self.makers["word"] = lambda: self._rng.choice(pool)
        self.makers["Word"] = lambda: self._rng.choice(pool).capitalize()
        found: dict[str, list[float]] = defaultdict(lambda: [0.0] * FEATURES)
        for column, names in enumerate((self.given, self.family, self.places)):
            for name in names:
                parts = name.lower().split()
                if len(parts) == 1:
                    found[parts[0]][column] = 1.0
                else:
                    found[parts[0]][3] = found[parts[-1]][4] = 1.0
        for word, count in common.items():
            if count > 1:
                found[word][5], found[word][6] = 1.0, min(1.0, math.log(count) / 8)
        return found


class Chinese:
    """Names of a family name and one or two characters, and foreign ones written by their sound."""

    language = "zh"

    def __init__(self, rng: random.Random, places: Sequence[str]) -> None:
        from privgen.anonymize.surnames import COMPOUND, SINGLE

        self._rng, self.places = rng, places
        self.family, self.given, self.foreign = [*SINGLE, *COMPOUND], words("zh_given"), words("zh_foreign")
        self._common = list(SINGLE[:60])
        pools = {name: values.split() for name, values in (row.split(": ") for row in lines("zh_words"))}
        pick = {name: lambda values=values: rng.choice(values) for name, values in pools.items()}
        self.makers: dict[str, Maker] = {
            **pick,
            "brand": lambda: "".join(rng.choices(pools["brand"], k=2)),
            "person": self._native,
            "person_foreign": self._foreign,
            "place": lambda: rng.choice(places),
        }

    def person(self, said: str) -> str:
        """A name of the same form; names in other letters stay."""
        if re.search("[A-Za-z]", said):
            return said
        return self._foreign() if "·" in said or len(said) > 3 else self._native() if len(said) > 1 else said

    def _native(self) -> str:
        family = self._rng.choice(self._common if self._rng.random() < 0.5 else self.family)
        return family + "".join(self._rng.choices(self.given, k=self._rng.choice((1, 2, 2))))

    def _foreign(self) -> str:
        parts = ["".join(self._rng.choices(self.foreign, k=self._rng.choice((2, 2, 3, 4)))) for _ in range(2)]
        return "·".join(parts[: self._rng.choice((1, 2, 2))])

    def known(self, common: Counter[str]) -> dict[str, list[float]]:
        """What is known of a character: in names of each sort, at the start or the end of a place."""
        found: dict[str, list[float]] = defaultdict(lambda: [0.0] * FEATURES)
        for column, characters in enumerate(("".join(self.family), self.given, self.foreign)):
            for character in characters:
                found[character][column] = 1.0
        starts, ends = Counter(p[0] for p in self.places), Counter(p[-1] for p in self.places)
        for column, counts in ((3, starts), (4, ends), (5, common)):
            for character, count in counts.items():
                found[character][column] = min(1.0, math.log1p(count) / 6)
        return found


Words = English | Chinese


class Swapper:
    """Puts other names in the place of a sentence's own, so that a model learns where names stand."""

    def __init__(self, rng: random.Random, names: Words, share: float) -> None:
        self._rng, self._names, self._share = rng, names, share

    def __call__(self, sentence: Sentence) -> Sentence:
        """The sentence with some of its names swapped; offsets follow."""
        text, at, spans = "", 0, []
        for start, end, kind in sentence.spans:
            text += sentence.text[at:start]
            new = self._other(sentence.text[start:end], kind)
            spans.append((len(text), len(text) + len(new), kind))
            text, at = text + new, end
        return Sentence(text + sentence.text[at:], tuple(spans), sentence.group)

    def _other(self, said: str, kind: str) -> str:
        if kind == "ORG" or self._rng.random() > (self._share if kind == "PERSON" else self._share * 0.6):
            return said
        new = self._names.person(said) if kind == "PERSON" else self._rng.choice(self._names.places)
        return new.lower() if said.islower() else new.upper() if said.isupper() and len(said) > 3 else new


def fill(frame: str, makers: dict[str, Maker]) -> Sentence:
    """A frame with its `{slots}` filled; those that start with person or place are labelled."""
    text = ""
    spans: list[tuple[int, int, str]] = []
    for piece in re.split(r"(\{\w+\})", frame):
        value = makers[piece[1:-1]]() if piece.startswith("{") else piece
        kind = {"{per": "PERSON", "{pla": "LOCATION"}.get(piece[:4])
        if kind:
            spans.append((len(text), len(text) + len(value), kind))
        text += value
    return Sentence(text, tuple(spans), "generated")


def common_words(sentences: Iterable[Sentence], texts: Iterable[str]) -> Counter[str]:
    """How often each word in lower case, or Chinese character, stands outside names."""
    found: Counter[str] = Counter()
    for sentence in sentences:
        rest = list(sentence.text)
        for start, end, _ in sentence.spans:
            rest[start:end] = " " * (end - start)
        found.update(re.findall("[a-zà-ÿ'’-]+|[\u3400-\u9fff]", "".join(rest)))
    for text in texts:
        found.update(re.findall("[a-zà-ÿ'’-]+", text))
    return found
