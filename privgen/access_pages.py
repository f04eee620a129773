"""The pages that were written for one person, without what other people wrote or did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from privgen.erasure_edit import Found, is_own_page
from privgen.erasure_person import Person
from privgen.errors import DataError
from privgen.files import read_jsonl
from privgen.runfolder import RunFolder
from privgen.schema import CUSTOMER_KINDS, SignalKind

Facts = dict[str, Any]

_SHARED = ("products", "campaigns")
"""Tables that are the merchant's and tell of nobody."""
_OWN_IDS = {"reviews": "review_id", "dialogues": "dialogue_id"}
_TOP, _LEAST = 3, 0.05  # signals told of a sentence, and the nats that count


@dataclass
class Pages:
    """The person's pages, and how much of them is left out for the sake of others."""

    pages: list[Facts] = field(default_factory=list)
    signals_left_out: int = 0
    sentences_left_out: int = 0

    def __repr__(self) -> str:
        """Count without showing anything."""
        return f"Pages({len(self.pages)})"


def own_pages(run: RunFolder, person: Person, found: Found, merchants: Sequence[str]) -> Pages:
    """Pages of the person with the signals they were written from and what drove each sentence.

    Guarantees: no text of a signal made from a row of somebody else, no sentence that quotes or cites one,
    and, in a section that read one, no sentence whose sources are not known.

    Raises:
        DataError: A line of pages or explanations is not as privgen writes it.
    """
    path = run.path / "pages/pages.jsonl"
    own = Pages()
    explained: dict[tuple[str, str, int], Facts] = {}
    try:
        mine = [p for p in read_jsonl(path) if is_own_page(p, person, merchants)] if path.exists() else []
        explained = _explained(run, {page["page_id"] for page in mine})
        for page in mine:
            own.pages.append(_page(page, explained, person, found, own))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise DataError(f"{path.parent}: not as privgen wrote it; run privgen generate and explain") from None
    return own


def inferred(pages: Pages, records: Iterable[Facts]) -> list[Facts]:
    """What was concluded from the person's rows: their signals, each once, with what used it."""
    told: dict[tuple[str, str, str], Facts] = {}
    sections = ((page["merchant_id"], part) for page in pages.pages for part in page["sections"])
    made = [("page_sections", merchant, part["signals"]) for merchant, part in sections]
    made += [("training_records", record["merchant_id"], record["signals"]) for record in records]
    for use, merchant, signals in made:
        for signal in signals:
            if signal["text"] is not None and SignalKind(signal["kind"]) in CUSTOMER_KINDS:
                key = merchant, signal["kind"], signal["text"]
                known = told.setdefault(key, dict(zip(("merchant_id", "kind", "text"), key, strict=True)))
                known.setdefault("source", signal["source"])
                known.setdefault("used_in", {"page_sections": 0, "training_records": 0})[use] += 1
    return list(told.values())


def _explained(run: RunFolder, page_ids: set[str]) -> dict[tuple[str, str, int], Facts]:
    path = run.path / "explanations/explanations.jsonl"
    if not page_ids or not path.exists():
        return {}
    records = (record for record in read_jsonl(path) if record["page_id"] in page_ids)
    return {(record["page_id"], record["section"], record["sentence"]): record for record in records}


def _page(
    page: Facts, explained: dict[tuple[str, str, int], Facts], person: Person, found: Found, own: Pages
) -> Facts:
    told = (
        "page_id",
        "merchant_id",
        "customer_id",
        "product_id",
        "product_title",
        "language",
        "generator",
        "adapter_hash",
    )
    sections = []
    for section in page["sections"]:
        signals = {s["signal_id"]: _signal(s, person, found) for s in section["prompt"]["signals"]}
        texts = {s["signal_id"]: s["text"] for s in section["prompt"]["signals"]}
        others = {id_: texts[id_] for id_, signal in signals.items() if signal["text"] is None}
        sentences = []
        for index, sentence in enumerate(section["sentences"]):
            if others and _tells_of_others(sentence, others):
                own.sentences_left_out += 1
                continue
            record = explained.get((page["page_id"], section["kind"], index))
            sentences.append({"text": sentence["text"]} | _reasons(record, signals, bool(others)))
        own.signals_left_out += len(others)
        part = {"section": section["kind"], "template": bool(section["fallback"])}
        sections.append(part | {"signals": list(signals.values()), "sentences": sentences})
    return {name: page.get(name) for name in told} | {"sections": sections}


def _signal(signal: Facts, person: Person, found: Found) -> Facts:
    mine = _is_told(signal["source"], person, found)
    return {
        "kind": SignalKind(signal["kind"]).value,
        "text": signal["text"] if mine else None,
        "source": signal["source"] if mine else None,
    }


def _is_told(source: str, person: Person, found: Found) -> bool:
    """Whether a signal may be told: made from a row of the person, or of the merchant; else it is not."""
    table, _, key = source.partition(":")
    first = key.split(",")[0]
    if table in _OWN_IDS:
        return first in found.ids[_OWN_IDS[table]]
    return table in _SHARED or (table == "events" and person.owns(first))


def _tells_of_others(sentence: Facts, others: dict[str, str]) -> bool:
    cited = set(sentence.get("source_ids") or ())
    if not cited or cited & set(others):
        return True
    said = sentence["text"].casefold()
    return any(part in said for text in others.values() for part in _quotable(text))


def _quotable(text: str) -> list[str]:
    """The signal's text whole and without the wording before a colon ("5/5: ...")."""
    whole = text.casefold().strip().rstrip(".!?。！？")
    rest = whole.replace("：", ":").partition(":")[2].strip()
    return [part for part in (whole, rest) if part]


def _reasons(record: Facts | None, signals: dict[str, Facts], others: bool) -> Facts:
    """What drove a sentence; what others drove is told as that, without its text."""
    if record is None:
        return {"verdict": None, "because": [], "instead": None}
    ranked = sorted(record["signals"], key=lambda signal: -abs(float(signal["score"])))
    because = [
        {"kind": signals[s["signal_id"]]["kind"], "text": signals[s["signal_id"]]["text"]}
        | {"nats": round(float(s["score"]), 3)}
        for s in ranked[:_TOP]
        if s["signal_id"] in signals and abs(float(s["score"])) >= _LEAST
    ]
    changed = record.get("counterfactual") or {}
    removed = signals.get(changed.get("removed", ""), {}).get("text")
    instead = {"without": removed, "text": changed["text"]} if removed and not others else None
    return {"verdict": record["verdict"], "because": because, "instead": instead}
