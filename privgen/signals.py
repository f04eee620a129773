"""Make signals from scrubbed rows: the evidence that a page may use, each with the row it came from."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from privgen.phrases import Phrases, Slots, phrases
from privgen.schema import Row, Signal, SignalKind

Catalogue = Mapping[str, Row]
"""Product id to product row."""

LONGEST_EXCERPT = 90
SHORTEST_EXCERPT = {"en": 8, "zh": 4}
SCRUB_TOKEN = re.compile(r"<[A-Z][A-Z_]*(?:_[0-9a-f]+)?>")
"""What the scrubber writes in the place of personal data: it stands for a person and is no evidence."""
_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]*")
_EVENT_RANK = ("view", "cart", "purchase", "return")
_OWNED = ("purchase", "return")
EARLIEST = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass
class History:
    """What one customer did at one merchant, scrubbed."""

    customer_id: str
    events: list[Row] = field(default_factory=list)
    reviews: list[Row] = field(default_factory=list)
    dialogues: list[Row] = field(default_factory=list)

    def __repr__(self) -> str:
        """Count without showing anything."""
        return f"History({len(self.events)} events, {len(self.reviews)} reviews)"


class SignalMaker:
    """Words rows as signals in one language and numbers them within one page."""

    def __init__(self, language: str, catalogue: Catalogue) -> None:
        self._words: Phrases = phrases(language)
        self._catalogue = catalogue

    def customer_signals(self, history: History, product_id: str | None) -> list[Signal]:
        """Signals of a customer for a page on `product_id`, best first within each kind."""
        made = [
            *self._profile(history),
            *self._events(history, product_id),
            *self._queries(history),
            *self._own_reviews(history, product_id),
            *self._questions(history, product_id),
        ]
        return _numbered(made, "c")

    def product_signals(self, product: Row, reviews: Iterable[Row], campaigns: Iterable[Row]) -> list[Signal]:
        """Signals of a product: its attributes and price, what reviews say, running campaigns."""
        made = [*self._attributes(product), *self._digest(reviews), *self._campaigns(campaigns)]
        return _numbered(made, "p")

    def _signal(self, kind: SignalKind, wording: str, slots: Slots, source: str) -> Signal:
        return Signal("-", kind, "text", self._words.signal_text(wording, slots), source)

    def _title(self, product_id: str | None) -> str | None:
        row = self._catalogue.get(product_id or "")
        return row["title"] if row else None

    def _profile(self, history: History) -> list[Signal]:
        rows = [self._catalogue.get(event["product_id"] or "") for event in history.events]
        counts = Counter(row["category"] for row in rows if row and row["category"])
        if not counts:
            return []
        category, times = counts.most_common(1)[0]
        slots = {"category": category}
        source = _source("events", history.customer_id)
        return [self._signal(SignalKind.PROFILE, "profile", slots, source)] if times > 1 else []

    def _events(self, history: History, product_id: str | None) -> list[Signal]:
        """One signal per product touched: the strongest thing done, same category and latest first."""
        by_product: dict[str, list[Row]] = {}
        for event in sorted(history.events, key=lambda row: row["timestamp"]):
            if event["product_id"] and event["kind"] in _EVENT_RANK:
                by_product.setdefault(event["product_id"], []).append(event)
        wanted = self._catalogue.get(product_id or "", {}).get("category")

        def order(item: tuple[str, list[Row]]) -> tuple[bool, dt.datetime]:
            same = self._catalogue.get(item[0], {}).get("category") == wanted
            return same, item[1][-1]["timestamp"]

        signals = []
        for touched, events in sorted(by_product.items(), key=order, reverse=True):
            title = self._title(touched)
            if title:
                wording = max((event["kind"] for event in events), key=_EVENT_RANK.index)
                if touched == product_id and wording in _OWNED:
                    continue  # no reason to recommend it once more
                slots = {"title": title, "count": str(len(events))}
                source = _source("events", history.customer_id, touched)
                signals.append(self._signal(SignalKind.EVENT, wording, slots, source))
        return signals

    def _queries(self, history: History) -> list[Signal]:
        signals, seen = [], set()
        for event in sorted(history.events, key=lambda row: row["timestamp"], reverse=True):
            text = (event["text"] or "").strip()
            if event["kind"] == "search" and text and "<" not in text and text.casefold() not in seen:
                seen.add(text.casefold())
                source = _source("events", history.customer_id, event["timestamp"].isoformat())
                signals.append(
                    self._signal(SignalKind.QUERY, "query", {"text": text[:LONGEST_EXCERPT]}, source)
                )
        return signals

    def _own_reviews(self, history: History, product_id: str | None) -> list[Signal]:
        signals = []
        for row in sorted(history.reviews, key=lambda row: row["timestamp"], reverse=True):
            text, title = self.excerpt(row["text"]), self._title(row["product_id"])
            if text and title and row["product_id"] != product_id:
                slots = {"title": title, "rating": _rating(row["rating"]), "text": text}
                source = _source("reviews", row["review_id"])
                signals.append(self._signal(SignalKind.REVIEW, "review", slots, source))
        return signals

    def _questions(self, history: History, product_id: str | None) -> list[Signal]:
        signals = []
        asked = [row for row in history.dialogues if row["role"] == "customer"]
        for row in sorted(asked, key=lambda row: (row["timestamp"] or EARLIEST, row["turn"]), reverse=True):
            text = question(row["text"], self._words.language)
            if text and row.get("product_id") in (None, product_id):
                source = _source("dialogues", row["dialogue_id"], str(row["turn"]))
                signals.append(self._signal(SignalKind.DIALOGUE, "dialogue", {"text": text}, source))
        return signals

    def _attributes(self, product: Row) -> list[Signal]:
        named = dict(product["attributes"] or {})
        if product["price"] is not None:
            price = f"{product['price']:.2f} {product['currency'] or ''}".strip()
            named.setdefault("价格" if self._words.language == "zh" else "price", price)
        source = _source("products", product["product_id"])
        return [
            self._signal(SignalKind.ATTRIBUTE, "attribute", {"name": name, "value": value}, source)
            for name, value in named.items()
            if name and value and len(value) <= LONGEST_EXCERPT
        ]

    def _digest(self, reviews: Iterable[Row]) -> list[Signal]:
        signals = []
        for row in reviews:
            text = self.excerpt(row["text"])
            if text:
                slots = {"rating": _rating(row["rating"]), "text": text}
                source = _source("reviews", row["review_id"])
                signals.append(self._signal(SignalKind.DIGEST, "digest", slots, source))
        return signals

    def _campaigns(self, campaigns: Iterable[Row]) -> list[Signal]:
        signals = []
        for row in campaigns:
            source = _source("campaigns", row["campaign_id"])
            if row["discount"] and row["starts"] and row["ends"]:
                slots = {"theme": row["theme"], "discount": row["discount"]}
                slots |= {"starts": row["starts"].isoformat(), "ends": row["ends"].isoformat()}
                signals.append(self._signal(SignalKind.CAMPAIGN, "campaign", slots, source))
            terms = row["terms"] or ""
            text = terms.strip() if len(terms) <= LONGEST_EXCERPT else self.excerpt(terms)
            if text:
                signals.append(self._signal(SignalKind.CAMPAIGN, "terms", {"text": text}, source))
        return signals

    def excerpt(self, text: str) -> str | None:
        """The most telling sentence of a scrubbed text: the longest that holds no scrub token."""
        whole = [s for s in sentences_of(text) if "<" not in s and len(s) <= LONGEST_EXCERPT]
        best = max(whole, key=len, default="")
        return best if len(best) >= SHORTEST_EXCERPT[self._words.language] else None


def sentences_of(text: str) -> list[str]:
    """Split text at sentence ends, English or Chinese."""
    return [found for match in _SENTENCE.finditer(text) if (found := match.group().strip())]


def question(text: str, language: str) -> str | None:
    """The question in a customer's turn: the sentence with a question mark, else the last sentence."""
    usable = [s for s in sentences_of(text) if "<" not in s and len(s) <= LONGEST_EXCERPT]
    asked = [s for s in usable if s.endswith(("?", "？"))]
    best = (asked or usable or [""])[-1]
    return best if len(best) >= SHORTEST_EXCERPT[language] else None


def _numbered(signals: Sequence[Signal], letter: str) -> list[Signal]:
    """The signals with ids; one that holds a scrub token, in a title or a value say, is left out."""
    told = [signal for signal in signals if not SCRUB_TOKEN.search(signal.text)]
    return [
        Signal(f"{letter}{number}", s.kind, s.modality, s.text, s.source) for number, s in enumerate(told, 1)
    ]


def _source(table: str, *key: str) -> str:
    return f"{table}:{','.join(key)}"


def _rating(value: float) -> str:
    return f"{value:g}" if value == int(value) else f"{value:.1f}"
