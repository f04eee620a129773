"""The pages that were written for one person, without what other people wrote or did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from privgen.erasure_edit import Found, is_own_page
from privgen.erasure_person import Person
from privgen.errors import DataError
from privgen.explain.withheld import tells_words_of
from privgen.files import read_jsonl
from privgen.runfolder import RunFolder
from privgen.schema import CUSTOMER_KINDS, Signal, SignalKind
from privgen.wishes import read_wishes

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


@dataclass(frozen=True)
class _Mine:
    """What is the person's at one merchant."""

    person: Person
    ids: dict[str, set[str]] = field(repr=False)

    def tells(self, source: str) -> bool:
        """Whether what was made from a row may be told: the person's, or the merchant's; else it is not."""
        table, _, key = source.partition(":")
        first = key.split(",")[0]
        if table in _OWN_IDS:
            return first in self.ids[_OWN_IDS[table]]
        return table in _SHARED or (table == "events" and self.person.owns(first))


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
            mine_there = _Mine(person, _own_ids(found, page["merchant_id"]))
            own.pages.append(_page(page, explained, mine_there, own))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise DataError(f"{path.parent}: not as privgen wrote it; run privgen generate and explain") from None
    return own


def own_wishes(run: RunFolder, person: Person, found: Found, merchants: Sequence[str]) -> list[Facts]:
    """What the person wished to be hidden or put right, as it stands in the run.

    Guarantees: of a signal made from a row of somebody else, neither the row nor the hash of its words.

    Raises:
        DataError: A line of the wishes is not as privgen writes it.
    """
    told = []
    for wish in map(asdict, read_wishes(run)):
        if is_own_page(wish, person, merchants):
            mine = _Mine(person, _own_ids(found, wish["merchant_id"])).tells(wish["source"])
            told.append(wish if mine else wish | {"source": None, "said": None})
    return told


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


def _page(page: Facts, explained: dict[tuple[str, str, int], Facts], mine: _Mine, own: Pages) -> Facts:
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
        made_from = [Signal(**s | {"kind": SignalKind(s["kind"])}) for s in section["prompt"]["signals"]]
        signals = {signal.signal_id: _signal(signal, mine) for signal in made_from}
        others = [signal for signal in made_from if signals[signal.signal_id]["text"] is None]
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


def _signal(signal: Signal, mine: _Mine) -> Facts:
    told = mine.tells(signal.source)
    return {
        "kind": signal.kind.value,
        "text": signal.text if told else None,
        "source": signal.source if told else None,
    }


def _own_ids(found: Found, merchant: str) -> dict[str, set[str]]:
    """Ids of what the person wrote at one merchant, by column: another one may give the same to others."""
    tables = [table for table in found.tables if table.path.parent.name == merchant]
    return {
        column: {str(row[column]) for table in tables for row in table.rows if row.get(column)}
        for column in _OWN_IDS.values()
    }


def _tells_of_others(sentence: Facts, others: Sequence[Signal]) -> bool:
    cited = set(sentence.get("source_ids") or ())
    if not cited or cited & {signal.signal_id for signal in others}:
        return True
    return tells_words_of(sentence["text"], others)


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
