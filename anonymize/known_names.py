"""How people write a name that they know from a row: in any order, shortened, with initials or titles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from privgen.anonymize.data_files import pairs
from privgen.anonymize.known_name_contexts import (
    AMBIGUOUS,
    after_title,
    called,
    capital,
    capital_name,
    dotted,
    given_initial,
    one_sentence,
)
from privgen.anonymize.known_names_cn import chinese_name
from privgen.anonymize.variant import CUT, Variant, squeeze

_NICKNAMES = {name: tuple(short.split(",")) for name, short in pairs("nicknames")}
_PARTICLES = frozenset(
    {
        "de",
        "da",
        "do",
        "dos",
        "das",
        "e",
        "y",
        "van",
        "von",
        "der",
        "den",
        "di",
        "del",
        "la",
        "le",
        "bin",
        "al",
    }
)

_SHORT = frozenset(
    (
        "wei",
        "amy",
        "liu",
        "ali",
        "eva",
        "ian",
        "leo",
        "zoe",
        "lia",
        "mia",
        "ana",
        "ivy",
        "kai",
        "lei",
        "jun",
        "yan",
        "min",
    )
)
"""Given names of three letters that are no English word."""


def names(value: str) -> Iterator[Variant]:
    """Variants of a name in any script."""
    value = unicodedata.normalize("NFKC", value).strip()
    if re.search("[\u3400-\u9fff]", value):
        yield from chinese_name(CUT.sub("", value))
        pieces = [piece for piece in CUT.split(value) if len(piece) > 1]
        if len(pieces) > 1:  # names of minorities: the given name and the father's
            yield from (Variant(squeeze(p), "PERSON", None if len(p) > 2 else called) for p in pieces)
            yield from (Variant(squeeze(p) + title, "PERSON") for p in pieces for title in ("先生", "女士"))
        return
    if "," in value:
        last, _, first = value.partition(",")
        value = f"{first.strip()} {last.strip()}"
    parts = [part for part in re.split(r"[\s.]+", value) if part]
    words = [part for part in parts if squeeze(part) not in _PARTICLES]
    if not words:
        return
    for text in _full_names(parts, words):
        if len(squeeze(text)) >= 3:
            loose = len(words) > 1 and text[0].lower() + squeeze(words[-1]) != squeeze(text)
            yield Variant(squeeze(text), "PERSON", one_sentence if loose else capital)
    for letters in {"".join(word[0] for word in some) for some in (words, parts, parts[:2])}:
        if len(letters) >= 2:
            yield Variant(squeeze(letters), "PERSON", dotted, tail=".")
    for other in parts[1:]:
        yield Variant(squeeze(words[0] + other[0]), "PERSON", given_initial, tail=".")
    if len(words) < len(parts):  # a family name with its particle
        start = max(1, len(parts) - 2 if squeeze(parts[-2]) in _PARTICLES else 1)
        yield Variant(squeeze("".join((*parts[start:], parts[0]))), "PERSON", one_sentence)
        family = "".join(parts[1:])
        yield Variant(squeeze(family), "PERSON", capital_name)
        yield Variant(squeeze(family + parts[0]), "PERSON", one_sentence)
        yield Variant(squeeze(parts[0][0] + family), "PERSON", one_sentence)
    for short in _NICKNAMES.get(squeeze(words[0]), ()):
        yield Variant(squeeze(short), "PERSON", capital_name)
        if len(words) > 1:
            yield Variant(squeeze(short + words[-1]), "PERSON", one_sentence)
    for place, word in enumerate(words):
        if len(squeeze(word)) >= 3:
            plain = (
                squeeze(word) not in AMBIGUOUS
                and place == 0
                and (len(squeeze(word)) >= 4 or squeeze(word) in _SHORT)
            )
            yield Variant(squeeze(word), "PERSON", None if plain else capital_name)
        elif len(squeeze(word)) == 2:
            yield Variant(squeeze(word), "PERSON", after_title)


def _full_names(parts: list[str], words: list[str]) -> Iterator[str]:
    yield "".join(parts)
    yield "".join(words)
    first, last = words[0], words[-1]
    if len(words) > 1:
        yield from (first + last, last + first, last + "".join(words[:-1]))
        yield from (first[0] + last, last + first[0])
        yield from (a + b for a in words for b in words if a is not b and len(a) > 1 and len(b) > 1)
        yield "".join(word[0] for word in words[:-1]) + last
        if len(words) > 2:
            yield first + words[1][0] + last
