"""Labelled sentences for `train_ner.py`: the corpora, read."""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from privgen.anonymize.normalise import normalise
from privgen.errors import DataError

_KINDS = {
    **dict.fromkeys(("PER", "person", "PERSON"), "PERSON"),
    **dict.fromkeys(("LOC", "location", "LOCATION"), "LOCATION"),
    **dict.fromkeys(("ORG", "corporation", "group", "ORGANIZATION"), "ORG"),
}
_CLOSING = {",", ".", "!", "?", ":", ";", ")", "]", "%", "...", "n't"}
_OPENING = {"(", "[", "$", "#", "@"}


@dataclass(frozen=True)
class Sentence:
    """Text, its spans `(start, end, kind)` in order, and the document that it stands in."""

    text: str
    spans: tuple[tuple[int, int, str], ...] = ()
    group: str = ""


def read_corpora(folder: Path, language: str) -> dict[str, list[Sentence]]:
    """Every labelled file of a language in a folder, by its name without endings."""
    found = {}
    for path in sorted(folder.glob(f"{language}_*")):
        lines = None
        if path.name.endswith((".iob2.gz", ".conll.gz")):
            lines = list(_tagged(path))
        elif path.name.endswith(".json.gz"):
            lines = list(_json(path))
        if lines:
            found[path.name.split(".")[0]] = lines
    if not found:
        raise DataError(
            f"{folder}: no {language}_*.iob2.gz, .conll.gz or .json.gz; give the folder of labelled files"
        )
    return found


def _tagged(path: Path) -> Iterator[Sentence]:
    """Sentences of token lines: UNER's columns with the text in a comment, or token and tag."""
    tokens: list[str] = []
    tags: list[str] = []
    text, group = "", ""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in [*lines, ""]:
            cells = line.rstrip("\n").split("\t")
            if line.startswith("# newdoc"):
                group = line.split("=")[-1].strip()
            elif line.startswith("# text = "):
                text = line[9:].rstrip("\n")
            elif len(cells) > 1 and cells[0] and not line.startswith("# "):
                tokens.append(cells[1] if len(cells) > 2 else cells[0])
                tags.append(cells[2] if len(cells) > 2 else cells[1])
            elif tokens and not line.strip():
                yield _sentence(tokens, tags, text or _join(tokens), group)
                tokens, tags, text = [], [], ""


def _json(path: Path) -> Iterator[Sentence]:
    """Presidio's generated texts (one list) or tweets (one object per line)."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        text = file.read()
    if text.startswith("["):
        for row in json.loads(text):
            spans = [(s["start_position"], s["end_position"], s["entity_type"]) for s in row["spans"]]
            named = tuple(sorted((a, b, _KINDS[kind]) for a, b, kind in spans if kind in _KINDS))
            yield Sentence(row["full_text"], named, str(row["template_id"]))
    else:
        for row in map(json.loads, filter(None, text.split("\n"))):
            yield _sentence(row["tokens"], row["entities"], _join(row["tokens"]), "")


def _join(tokens: Sequence[str]) -> str:
    """Text of tokens as people write it."""
    text, before, quoted = "", "", False
    for token in tokens:
        glued = token in _CLOSING or before in _OPENING or (token[0] == "'" and len(token) < 4)
        if token == '"':
            glued, quoted = quoted, not quoted
        elif before == '"' and quoted:
            glued = True
        text += token if glued or not text else f" {token}"
        before = token
    return text


def _sentence(tokens: Sequence[str], tags: Sequence[str], text: str, group: str) -> Sentence:
    spans: list[tuple[int, int, str]] = []
    at, open_kind = 0, ""
    for token, tag in zip(tokens, tags, strict=True):
        start = text.index(token, at)
        at = start + len(token)
        kind = tag[2:]
        if tag[:2] == "I-" and kind == open_kind:
            spans[-1] = (spans[-1][0], at, kind)
        elif tag != "O":
            spans.append((start, at, kind))
        open_kind = kind
    return Sentence(text, tuple((a, b, _KINDS[kind]) for a, b, kind in spans if kind in _KINDS), group)


def read_reviews(path: Path) -> list[str]:
    """The texts of a CSV of reviews: its columns that are called title, review or text."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in (rows[0] if rows else {}) if re.search("title|text|^review$", name.lower())]
    return [text for row in rows if (text := ". ".join(filter(None, (row[name] for name in names))))]


def as_read(sentence: Sentence) -> Sentence:
    """The sentence as the scrubber shows text to a model."""
    plain = normalise(sentence.text)
    starts = plain.starts or range(len(plain.text))
    spans = [(bisect_left(starts, a), bisect_left(starts, b), kind) for a, b, kind in sentence.spans]
    return Sentence(plain.text, tuple(span for span in spans if span[0] < span[1]), sentence.group)


def split(
    corpora: dict[str, list[Sentence]], shares: Mapping[str, float]
) -> tuple[dict[str, list[Sentence]], dict[str, list[Sentence]]]:
    """Each file's training part and held-out part; sentences of a document stay together."""
    kept: dict[str, list[Sentence]] = {}
    held: dict[str, list[Sentence]] = {}
    for name, sentences in corpora.items():
        groups = sorted({s.group or f"{i}" for i, s in enumerate(sentences)})
        random.Random(1).shuffle(groups)
        out = set(groups[: round(shares.get(name, shares[""]) * len(groups))])
        kept[name] = [s for i, s in enumerate(sentences) if (s.group or f"{i}") not in out]
        held[name] = [s for i, s in enumerate(sentences) if (s.group or f"{i}") in out]
    return kept, held
