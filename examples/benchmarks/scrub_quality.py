"""Quality of the scrubber, and of stock Presidio, on generated texts: one JSON line per figure.

The texts come from the scrub_texts_* files beside this one, which were written without reading the rules.
A figure has its target, value, number of texts, and whether the target is reached; with --forms every way
of writing has its own line, and with --stock every line also holds what stock Presidio's pattern
recognisers reach on the same texts (English, or its Chinese set for Chinese texts). With --reviews the
records with a finding are counted in a file of real reviews, one text per line or a column of a CSV.

    python examples/benchmarks/scrub_quality.py [--texts N] [--seed S] [--stock] [--forms]
        [--reviews PATH [--column NAME]]
"""

import argparse
import itertools
import json
import logging
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import scrub_texts_en
import scrub_texts_ids
import scrub_texts_names
import scrub_texts_zh
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NoOpNlpEngine
from scrub_speed import read
from scrub_texts import Case, cases
from scrub_texts_known import known_cases
from scrub_texts_names import adversarial_cases
from scrub_texts_negative import invalid, luhn_orders, reviews, things

from privgen.anonymize import Scrubber, Span
from privgen.anonymize.score_counts import Scores
from privgen.errors import ScrubError

Find = Callable[[Case], Sequence[Span]]
REVIEWS = 3_000
MASKED = {
    "zh_patterns": 0.98,
    "en_patterns": 0.96,
    "known": 0.97,
    "names_in_context": 0.85,
    "adversarial": 0.96,
}
LEAKED = {"en_patterns": 0.02}
ALARMS = {"en_reviews": 8.0, "zh_reviews": 4.0, "en_things": 8.0, "zh_things": 4.0, "real_reviews": 8.0}
CHECKED = {"CN_ID_CARD", "CN_BANK_CARD", "CREDIT_CARD"}


def texts(count: int, seed: int) -> Iterator[Case]:
    """Every text of the benchmark; each set has its own random numbers."""
    for place, forms in enumerate((scrub_texts_zh, scrub_texts_en, scrub_texts_ids, scrub_texts_names)):
        for form in forms.FORMS:
            yield from cases(form, count, Random(f"{seed} {place} {form.entity_type} {form.name}"))
    yield from known_cases(count, Random(seed + 1))
    yield from adversarial_cases(count, Random(seed + 2))
    for language in ("en", "zh"):
        yield from reviews(language, REVIEWS, Random(f"{seed} {language}"))
    yield from things(5, Random(seed + 3))
    yield from luhn_orders(count, Random(seed + 4))
    yield from invalid(count, Random(seed + 5))


def stock_finder() -> Find:
    """Stock Presidio without an NLP model: its pattern recognisers of English and of Chinese."""
    languages = ["en", "zh"]
    registry = RecognizerRegistry(supported_languages=languages)
    registry.load_predefined_recognizers(languages=languages)
    registry.remove_recognizer("SpacyRecognizer")
    engine = NoOpNlpEngine(models=[{"lang_code": code, "model_name": "none"} for code in languages])
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=languages)

    def find(case: Case) -> list[Span]:
        found = analyzer.analyze(case.text, case.language)
        return [Span(hit.entity_type, hit.start, hit.end, max(hit.score, 0.01)) for hit in found]

    return find


class Board:
    """Scores by set and way of writing; how often a span of a wrong checksum was taken as real."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self.forms: dict[tuple[str, str], Scores] = defaultdict(Scores)
        self.taken: dict[tuple[str, str], int] = defaultdict(int)
        self.held_back = 0
        self.missed: dict[tuple[str, str], list[Case]] = defaultdict(list)

    def add(self, case: Case) -> None:
        """Score one text."""
        key = (case.group, case.form)
        try:
            found = self._find(case)
        except ScrubError:  # nothing leaks, but the text is of no use either
            found, self.held_back = [], self.held_back + 1
        scores = self.forms[key]
        scores.add(case.spans, found)
        self.taken[key] += any(span.entity_type in CHECKED for span in found)
        if (case.spans and not _covered(case, found)) or (not case.spans and found):
            self.missed[key].append(case)

    def together(self, group: str, name: Callable[[str], str]) -> dict[str, list[Scores]]:
        """Scores of a set, gathered by what `name` says of the way of writing."""
        gathered: dict[str, list[Scores]] = defaultdict(list)
        for (of_group, form), scores in self.forms.items():
            if of_group == group:
                gathered[name(form)].append(scores)
        return gathered


def _covered(case: Case, found: Iterable[Span]) -> bool:
    places = {place for span in found for place in range(span.start, span.end)}
    return all(place in places for span in case.spans for place in range(span.start, span.end))


def masked(scores: Iterable[Scores]) -> tuple[float, int]:
    """Share of fully masked values."""
    parts = [part.overall for part in scores]
    whole = sum(part.gold for part in parts)
    return sum(part.masked for part in parts) / whole, whole


def leaked(scores: Iterable[Scores]) -> tuple[float, int]:
    """Share of leaked characters."""
    parts = [part.overall for part in scores]
    whole = sum(part.characters for part in parts)
    return sum(part.leaked_characters for part in parts) / whole, whole


def alarms(scores: Iterable[Scores]) -> tuple[float, int]:
    """Records with a false alarm, per 1,000."""
    parts = list(scores)
    whole = sum(part.clean_records for part in parts)
    return 1000 * sum(part.false_alarm_records for part in parts) / whole, whole


def figures(board: Board, by_form: bool) -> Iterator[tuple[str, float | None, float, int, bool]]:
    """Name, target, value, number and whether more is better, of every figure."""
    for group, target in MASKED.items():
        kinds = [lambda form: "all", lambda form: form.split("/")[0], *([str] if by_form else [])]
        for name in kinds:
            for kind, scores in board.together(group, name).items():
                yield f"{group}.{kind}.masked", target, *masked(scores), True
                if name is kinds[0]:
                    yield f"{group}.{kind}.leaked", LEAKED.get(group), *leaked(scores), False
    for group in ("negatives", "real"):
        for kind, scores in board.together(group, str).items():
            yield f"{group}.{kind}.per_1000", ALARMS[kind], *alarms(scores), False
    for group in ("luhn_orders", "invalid_checksums"):
        for kind, scores in board.together(group, str).items():
            yield f"{group}.{kind}", 0, board.taken[group, kind], scores[0].records, False


def held_back(board: Board) -> dict[str, Any]:
    """Number of texts that a recogniser failed on."""
    return line("held_back", 0, board.held_back, sum(s.records for s in board.forms.values()), False)


def line(name: str, target: float | None, value: float, n: int, more: bool) -> dict[str, Any]:
    """One figure as it is printed."""
    reached = None if target is None else (value >= target if more else value <= target)
    return {"figure": name, "target": target, "value": round(value, 4), "n": n, "reached": reached}


def write_missed(board: Board, path: Path, examples: int = 2) -> None:
    """The ways of writing that fail, worst first, with texts whose values are only their shape."""
    rows = [
        (len(missed) / board.forms[key].records, key, missed)
        for key, missed in board.missed.items()
        if key[0] not in ("invalid_checksums", "luhn_orders")
    ]
    with path.open("w", encoding="utf-8") as handle:
        for rate, (group, form), missed in sorted(rows, key=lambda row: (-row[0], row[1])):
            handle.write(f"- {rate:.0%} missed: {group} {form}\n")
            handle.writelines(
                f"    {json.dumps(shape_of(case), ensure_ascii=False)}\n" for case in missed[:examples]
            )


def shape_of(case: Case) -> str:
    """The text with the characters of its values replaced by one of their kind."""
    chars = list(case.text)
    for span in case.spans:
        for place in range(span.start, span.end):
            char = chars[place]
            chars[place] = (
                "9"
                if char in "0123456789"
                else "x"
                if "a" <= char <= "z"
                else "X"
                if "A" <= char <= "Z"
                else char
            )
            if "\u4e00" <= char <= "\u9fff" and span.entity_type == "PERSON":
                chars[place] = "某"
    return "".join(chars)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", type=int, default=60, help="of every way of writing")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--stock", action="store_true", help="score stock Presidio, too")
    parser.add_argument("--forms", action="store_true", help="a line for every way of writing")
    parser.add_argument("--missed", type=Path, help="write what failed, with generated examples")
    parser.add_argument("--reviews", type=Path)
    parser.add_argument("--column")
    given = parser.parse_args()
    logging.getLogger("tldextract").setLevel(logging.CRITICAL)  # it asks the network for a list first
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    scrubber = Scrubber(key=bytes(range(32)))
    boards = [Board(lambda case: scrubber.find(case.text, case.row))]
    if given.stock:
        boards.append(Board(stock_finder()))
    real: Iterable[str] = read(given.reviews, given.column) if given.reviews else ()
    for case in itertools.chain(
        texts(given.texts, given.seed), (Case("real", "real_reviews", text, ()) for text in real)
    ):
        for board in boards:
            board.add(case)
    lines = [[*(line(*f) for f in figures(board, given.forms)), held_back(board)] for board in boards]
    for ours, *stock in zip(*lines, strict=True):
        print(json.dumps(ours | ({"stock": stock[0]["value"]} if stock else {}), ensure_ascii=False))
    if given.missed:
        write_missed(boards[0], given.missed)
    failed = [entry["figure"] for entry in lines[0] if entry["reached"] is False]
    print(f"{len(failed)} of {len(lines[0])} figures below target", file=sys.stderr)


if __name__ == "__main__":
    main()
