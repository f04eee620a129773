"""Training records of one merchant: sections that each say only what one consenting customer did.

A record holds one customer's own rows and catalogue facts, never another customer's, so that protecting the
customer protects everything in it. Three kinds: the shop's real reply to the customer's question; the
customer's own review as a digest would quote it; the customer's own events as a recommendation would use
them. The last two take their wording from the template teacher: the shop's words come from the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from privgen.files import write_jsonl
from privgen.prompt import TrainingRecord
from privgen.schema import Row, SectionKind, Signal
from privgen.sections import section_request
from privgen.signals import Catalogue, History, SignalMaker, sentences_of
from privgen.silo import Silo
from privgen.template import SectionRequest, TemplateGenerator

MakerOf = Callable[[Row], SignalMaker]
"""The signal maker for a product's language."""

MAX_EVENTS = 8
"""Events of one customer that are kept while a silo streams by."""


def page_language(product: Row, locale: str = "") -> str:
    """Language of a page: the product's, else the customer's, else English."""
    return product["language"] or locale or "en"


def write_records(silo: Silo, path: Path) -> dict[str, int]:
    """Write the records of every customer who consents to the silo's purpose.

    Returns:
        Counts: records, customers with at least one record.
    """
    customers: set[str] = set()

    def lines() -> Iterator[object]:
        for record in records(silo):
            customers.add(record.customer_id)
            yield record.to_json()

    return {"records": write_jsonl(path, lines()), "customers": len(customers)}


def records(silo: Silo) -> Iterator[TrainingRecord]:
    """Stream the records of a silo."""
    catalogue = silo.catalogue()
    makers: dict[str, SignalMaker] = {}

    def maker(product: Row) -> SignalMaker:
        language = page_language(product)
        return makers.setdefault(language, SignalMaker(language, catalogue))

    yield from _reply_records(silo, catalogue, maker)
    yield from _review_records(silo, catalogue, maker)
    yield from _event_records(silo, catalogue, maker)


def _reply_records(silo: Silo, catalogue: Catalogue, maker: MakerOf) -> Iterator[TrainingRecord]:
    """A customer's question and the shop's next turn in the same dialogue."""
    waiting: dict[str, Row] = {}
    for row in silo.rows("dialogues"):
        if row["role"] == "customer":
            waiting[row["dialogue_id"]] = row
            continue
        asked = waiting.pop(row["dialogue_id"], None)
        product = catalogue.get((asked or row)["product_id"] or "")
        if asked is None or product is None or asked["customer_id"] != row["customer_id"]:
            continue  # a turn that belongs to another customer never becomes this one's record
        make = maker(product)
        history = History(asked["customer_id"], dialogues=[asked])
        signals = [
            *make.customer_signals(history, product["product_id"]),
            *make.product_signals(product, (), ()),
        ]
        said = [sentence for sentence in sentences_of(row["text"]) if "<" not in sentence]
        yield from _record(SectionKind.SERVICE_REPLY, product, history, signals, said)


def _review_records(silo: Silo, catalogue: Catalogue, maker: MakerOf) -> Iterator[TrainingRecord]:
    """A customer's own review, quoted as a digest quotes it."""
    for row in silo.rows("reviews"):
        product = catalogue.get(row["product_id"])
        if product is not None:
            signals = maker(product).product_signals(product, (row,), ())
            yield from _record(SectionKind.REVIEW_DIGEST, product, History(row["customer_id"]), signals)


def _event_records(silo: Silo, catalogue: Catalogue, maker: MakerOf) -> Iterator[TrainingRecord]:
    """A customer's last events, leading to the last product that the customer touched."""
    latest: dict[str, list[Row]] = {}
    for row in silo.rows("events"):
        kept = latest.setdefault(row["customer_id"], [])
        kept.append(row)
        kept.sort(key=lambda event: event["timestamp"])
        del kept[:-MAX_EVENTS]
    for customer_id, events in latest.items():
        touched = [event for event in events if event["product_id"] in catalogue]
        if len(touched) > 1:
            product = catalogue[touched[-1]["product_id"]]
            earlier = [event for event in events if event is not touched[-1]]
            history = History(customer_id, events=earlier)
            signals = maker(product).customer_signals(history, product["product_id"])
            yield from _record(SectionKind.RECOMMENDATION, product, history, signals)


def _record(
    section: SectionKind,
    product: Row,
    history: History,
    signals: Sequence[Signal],
    target: Sequence[str] | None = None,
) -> Iterator[TrainingRecord]:
    """The record, unless there is nothing to learn from it."""
    request = section_request(section, page_language(product), product["title"], signals)
    sentences = list(target) if target is not None else _teacher_target(request)
    if request.prompt.signals and sentences:
        yield TrainingRecord(history.customer_id, section, request.prompt, tuple(sentences))


def _teacher_target(request: SectionRequest) -> list[str]:
    drafts = TemplateGenerator().write([request])[0]
    return [draft.text for draft in drafts] if any(draft.source_ids for draft in drafts) else []
