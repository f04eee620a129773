"""Quality of the pages a model writes for fresh synthetic customers: one JSON line per figure.

    python examples/benchmarks/page_quality.py [--locale en_US] [--pages 100] [--explained 20] [--check]

The customers come from a seed that no training text has seen. Figures: slot error rate (before any guard),
share of pages whose log-probability falls when another customer's signals are put in (and the median fall),
share of sentences whose planted signal ranks first by exact Shapley values, share of sentences that say no
signal whose verdict is none or weak, unique-sentence ratio. Planted are the signals that a sentence says: by
their words, and a question by its answer. With `--check`, exit 1 if one of the two shares misses its target.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import secrets
import statistics
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from privgen.anonymize import Scrubber, scrub_silo
from privgen.config import SyntheticConfig
from privgen.evaluation import SlotCount, count_slots, ranked_first, swap_drop, with_signals_of
from privgen.explain import Target, explain
from privgen.generator import EMBEDDED, load_generator
from privgen.pages import PageGenerator, PageRequest
from privgen.requests import page_requests
from privgen.schema import Purpose
from privgen.silo import open_silos
from privgen.synthetic import write_marketplace

TARGETS = {"planted_signal_first": 0.95, "sentences_without_signal_quiet": 0.90}


def fresh_requests(locale: str, pages: int, seed: int) -> list[PageRequest]:
    """Page requests for customers of a new marketplace, scrubbed like any other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = SyntheticConfig(locale=locale, merchants=5, customers=max(20, pages // 3), seed=seed)
        write_marketplace(config, folder / "silos", folder / "truth")
        scrubber = Scrubber(key=secrets.token_bytes(32))
        for silo in sorted((folder / "silos").iterdir()):
            scrub_silo(silo, folder / "scrubbed" / silo.name, scrubber=scrubber)
        silos = open_silos(folder / "scrubbed", Purpose.PERSONALISATION, dt.date(2026, 12, 1))
        made = [request for silo in silos for request in page_requests(silo, -(-pages // len(silos)))]
    return made[:pages]


def measure(generator: Any, requests: list[PageRequest], explained: int) -> dict[str, Any]:
    """Write a page for each request and measure; the first `explained` pages are explained exactly."""
    pages = PageGenerator(generator)
    slots, drops, first, saying = SlotCount(), [], 0, 0
    verdicts: Counter[tuple[bool, str]] = Counter()
    sentences: list[str] = []
    for number, request in enumerate(requests):
        asked = pages.section_requests(request)
        written = generator.write(asked)
        for section_request, section in zip(asked, written, strict=True):
            slots += count_slots(section_request, section)
            sentences += [sentence.text for sentence in section.sentences]
        other = requests[(number + 1) % len(requests)]
        drops.append(
            swap_drop(generator, asked, pages.section_requests(with_signals_of(request, other)), written)
        )
        for section_request, section in zip(asked, written, strict=True):
            if number >= explained or not section.sentences or not section_request.prompt.signals:
                continue
            spans = tuple((s.token_start, s.token_end) for s in section.sentences)
            target = Target(section.token_ids, spans, tuple(s.text for s in section.sentences))
            result = explain(generator, section_request.prompt, target)
            hits, said = ranked_first(result.scores, target.texts, section_request)
            first, saying = first + hits, saying + said
            for verdict, sentence in zip(result.verdicts, section.sentences, strict=True):
                verdicts[bool(sentence.source_ids), verdict.value] += 1
    silent = sum(times for (says, _), times in verdicts.items() if not says)
    quiet = silent - verdicts[False, "supported"]
    return {
        "slot_error_rate": round(slots.rate, 5),
        "slots": slots.slots,
        "slots_missing_wrong_added": [slots.missing, slots.wrong, slots.added],
        "user_swap_falls": sum(drop > 0 for drop in drops) / len(drops),
        "user_swap_median_nats": round(statistics.median(drops), 2),
        "planted_signal_first": first / saying if saying else None,
        "planted_sentences": saying,
        "sentences_without_signal_quiet": quiet / silent if silent else None,
        "sentences_without_signal": silent,
        "planted_sentences_supported": verdicts[True, "supported"] / saying if saying else None,
        "unique_sentence_ratio": round(len(set(sentences)) / len(sentences), 3),
    }


def main() -> None:
    """Write, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--locale", default="en_US")
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--explained", type=int, default=20, help="pages explained with exact Shapley values")
    parser.add_argument("--seed", type=int, default=4242)
    parser.add_argument("--model", default=EMBEDDED)
    parser.add_argument("--adapter", type=Path)
    parser.add_argument("--check", action="store_true", help="exit 1 if a target is missed")
    options = parser.parse_args()
    generator = load_generator(model=options.model, adapter=options.adapter, batch_size=32)
    requests = fresh_requests(options.locale, options.pages, options.seed)
    where = {"locale": options.locale, "pages": len(requests), "model": options.model}
    figures = measure(generator, requests, options.explained)
    for name, value in figures.items():
        target = {"target": TARGETS[name]} if name in TARGETS else {}
        print(json.dumps({"figure": name, "value": value} | target | where))
    missed = [name for name, target in TARGETS.items() if (figures[name] or 0.0) < target]
    if options.check and missed:
        raise SystemExit(f"under its target: {', '.join(missed)}")


if __name__ == "__main__":
    main()
