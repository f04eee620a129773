"""Every page with its sentences and what drove each, in files that the report links to.

Pages and explanations are read side by side, a page at a time, so memory does not grow with their number;
the report itself stays small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from jinja2 import Template

from privgen.errors import DataError
from privgen.explain.report_explanations import VERDICTS
from privgen.explain.report_html import environment, labels
from privgen.explain.report_values import clean, mapping, number, shorten, word
from privgen.files import read_jsonl
from privgen.progress import Progress, silent
from privgen.runfolder import RunFolder
from privgen.schema import SectionKind, SignalKind

Facts = dict[str, Any]
Keep = Callable[[str, str], None]
"""Told the name of a file of details and what belongs into it."""

FOLDER = "details"
INDEX = "index.json"
PAGES_PER_FILE = 100
MAX_SENTENCES = 40
"""Sentences shown of a section."""
MAX_SIGNALS = 3
"""Signals shown of a sentence: those that moved it most."""
_LEAST = 0.05  # nats; as in the heat map


def drop(name: str, text: str) -> None:
    """Keep nothing."""


def details(
    run: RunFolder,
    *,
    language: str = "en",
    hidden: frozenset[str] = frozenset(),
    keep: Keep = drop,
    progress: Progress = silent,
) -> Facts:
    """Write the details of all pages but the `hidden` ones through `keep`.

    Returns:
        `pages` shown, `left_out`, explained `sentences` shown, and `files`: `path` beside index.html, `pages`
        in it, id of the `first` and the `last`.

    Raises:
        DataError: A line of pages or explanations is not what it should be; the message names the file.
    """
    template = environment(language).get_template("details.html.j2")
    files: list[Facts] = []
    waiting: list[Facts] = []
    left_out = sentences = 0
    for done, (page, records) in enumerate(_explained_pages(run), start=1):
        if page.get("page_id") in hidden:
            left_out += 1
            continue
        shown = _shown(run, page, records)
        sentences += sum(s["verdict"] is not None for part in shown["sections"] for s in part["sentences"])
        waiting.append(shown)
        if len(waiting) == PAGES_PER_FILE:
            files.append(_file(template, language, len(files), waiting, keep))
            waiting = []
        if done % 500 == 0:
            progress(done, None, "details")
    if waiting:
        files.append(_file(template, language, len(files), waiting, keep))
    return {"pages": sum(file["pages"] for file in files), "left_out": left_out} | {
        "sentences": sentences,
        "files": files,
    }


def _file(template: Template, language: str, number: int, pages: list[Facts], keep: Keep) -> Facts:
    name = f"pages-{number + 1:05d}.html"
    keep(name, template.render(pages=pages, lang=language, number=number + 1, words=labels(language)) + "\n")
    ends = {"first": pages[0]["page_id"], "last": pages[-1]["page_id"]}
    return {"path": f"{FOLDER}/{name}", "pages": len(pages)} | ends


def _explained_pages(run: RunFolder) -> Iterator[tuple[Facts, list[Facts]]]:
    """Each page with its explanation records, which lie in the order of the pages."""
    path = run.path / "explanations" / "explanations.jsonl"
    groups = groupby(read_jsonl(path) if path.exists() else (), lambda record: mapping(record).get("page_id"))
    ahead = next(groups, None)
    for page in read_jsonl(run.path / "pages" / "pages.jsonl"):
        records: list[Facts] = []
        if ahead is not None and ahead[0] == mapping(page).get("page_id"):
            records = list(ahead[1])
            ahead = next(groups, None)
        yield page, records


def _shown(run: RunFolder, page: Facts, records: list[Facts]) -> Facts:
    try:
        explained = {(record["section"], record["sentence"]): record for record in records}
        return {
            "page_id": word(page["page_id"]),
            "merchant_id": word(page["merchant_id"]),
            "product_title": shorten(clean(str(page.get("product_title") or page["product_id"])), 120),
            "language": word(page["language"]),
            "sections": [_section(part, explained) for part in page["sections"][: len(SectionKind)]],
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        raise DataError(
            f"{run.path / 'pages'}: a page or its explanation is not as it was written; run privgen generate"
        ) from None


def _section(section: Facts, explained: dict[tuple[Any, Any], Facts]) -> Facts:
    kind = SectionKind(section["kind"]).value
    sentences = section["sentences"][:MAX_SENTENCES]
    return {
        "kind": kind,
        "fallback": bool(section.get("fallback")),
        "sentences": [_sentence(s, explained.get((kind, index))) for index, s in enumerate(sentences)],
    }


def _sentence(sentence: Facts, record: Facts | None) -> Facts:
    text = shorten(clean(str(sentence["text"])))
    if record is None or record["verdict"] not in VERDICTS:
        return {"text": text, "verdict": None, "signals": []}
    scored = [(number(signal["score"]), signal) for signal in record["signals"]]
    top = sorted(scored, key=lambda item: -abs(item[0]))[:MAX_SIGNALS]
    shown = [_signal(score, signal) for score, signal in top if abs(score) >= _LEAST]
    return {"text": text, "verdict": record["verdict"], "signals": shown}


def _signal(score: float, signal: Facts) -> Facts:
    kind, text = SignalKind(signal["kind"]).value, shorten(clean(str(signal["text"])), 160)
    return {"kind": kind, "text": text, "score": score}
