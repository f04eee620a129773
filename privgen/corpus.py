"""Endless section texts for the embedded base model, written by the template teacher from invented signals.

In a share of the examples each signal is dropped with probability `SIGNAL_DROPOUT` before the teacher writes,
so that a prompt with any signals removed is ordinary, and a sentence is never written without its signal. A
share of the slots holds random strings, so that the model learns to copy what it reads, not what it knows.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from privgen.phrases import Slots, load_lexicon, phrases
from privgen.schema import SectionKind, Signal, SignalKind
from privgen.sections import SECTION_SIGNALS, request_of
from privgen.signals import LONGEST_EXCERPT
from privgen.synthetic_shop import (
    Liking,
    attributes,
    brand,
    campaign_slots,
    product_title,
    query,
)
from privgen.synthetic_text import opinion
from privgen.template import Draft, SectionRequest, write_section

SIGNAL_DROPOUT = 0.5
DROPPED_SHARE = 0.5
"""Share of examples from which signals are dropped; real pages have most of theirs."""

NOISE_RATE = 0.3
"""Share of free slots that hold a random string."""

_ALWAYS = (SignalKind.ATTRIBUTE, SignalKind.DIALOGUE)
_WEIGHTS = {kind: 2 if kind is SectionKind.SERVICE_REPLY else 1 for kind in SectionKind}
_SLOT_WORDS = {"title", "category", "text", "value", "theme", "discount", "name"}
_CONSONANTS, _VOWELS = "bcdfghjklmnpqrstvwxyz", "aeiouáâãéêíóôõúüöä"


class Corpus:
    """Random requests and their teacher's text in one locale; deterministic for a given generator.

    `signal_dropout`, `dropped_share` and `noise_rate` may be changed between examples.
    """

    def __init__(self, locale: str, rng: random.Random) -> None:
        self.signal_dropout, self.dropped_share = SIGNAL_DROPOUT, DROPPED_SHARE
        self.noise_rate = NOISE_RATE
        self._lexicon: Mapping[str, Any] = load_lexicon(locale)
        self._language: str = self._lexicon["language"]
        self._rng = rng

    def example(self) -> tuple[SectionRequest, list[Draft]]:
        """One request and the sentences that say its signals."""
        rng = self._rng
        section = rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
        trade = self._lexicon["trades"][rng.choice(sorted(self._lexicon["trades"]))]
        dropout = self.signal_dropout if rng.random() < self.dropped_share else 0.0
        signals = [signal for signal in self._signals(section, trade) if rng.random() >= dropout]
        title = self._noisy(product_title(rng, self._lexicon, rng.choice(trade["categories"]), self._brand()))
        request = request_of(section, self._language, title, signals)
        return request, write_section(request, rng.choice)

    def _signals(self, section: SectionKind, trade: Mapping[str, Any]) -> list[Signal]:
        words = phrases(self._language)
        signals: list[Signal] = []
        for kind, most in SECTION_SIGNALS[section]:
            count = most if kind in _ALWAYS else max(self._rng.randint(0, most), self._rng.randint(0, most))
            made = self._slots_of(kind, trade, count)
            for wording, slots in made:
                text = words.signal_text(wording, self._with_noise(slots))
                signals.append(Signal(f"s{len(signals)}", kind, "text", text, "corpus:0"))
        if section is SectionKind.SERVICE_REPLY:
            self._ask(signals)
        return signals

    def _slots_of(self, kind: SignalKind, trade: Mapping[str, Any], count: int) -> list[tuple[str, Slots]]:
        rng, lexicon = self._rng, self._lexicon
        if kind is SignalKind.ATTRIBUTE:
            named = list(attributes(rng, lexicon, trade).items())[: count - 1]
            price = (lexicon["attribute_names"]["price"], f"{rng.uniform(4, 240):.2f} {lexicon['currency']}")
            named.insert(rng.randint(0, len(named)), price)
            return [("attribute", {"name": name, "value": value}) for name, value in named]
        if kind is SignalKind.CAMPAIGN:
            slots = campaign_slots(rng, lexicon)
            terms = {"text": slots.pop("terms")}
            return [("campaign", slots), ("terms", terms)][:count]
        return [self._slots(kind, trade) for _ in range(count)]

    def _slots(self, kind: SignalKind, trade: Mapping[str, Any]) -> tuple[str, Slots]:
        rng = self._rng
        category = rng.choice(trade["categories"])
        title = product_title(rng, self._lexicon, category, self._brand())
        if kind is SignalKind.PROFILE:
            return "profile", {"category": category}
        if kind is SignalKind.EVENT:
            wording = rng.choice(("view", "view", "purchase", "cart", "return"))
            return wording, {"title": title, "count": str(rng.randint(1, 12))}
        if kind is SignalKind.QUERY:
            use = rng.choice(self._lexicon["uses"])
            colour = rng.choice(self._lexicon["colours"]["values"])
            return "query", {"text": query(rng, self._lexicon, Liking(category, "", colour, use))}
        if kind is SignalKind.DIALOGUE:
            return "dialogue", {"text": rng.choice(self._lexicon["reviews"]["closers"])}
        return self._review_slots(kind, trade, category, title)

    def _review_slots(
        self, kind: SignalKind, trade: Mapping[str, Any], category: str, title: str
    ) -> tuple[str, Slots]:
        rng = self._rng
        rating = rng.choices((1, 2, 3, 4, 5), (1, 1, 1, 3, 4))[0]
        good = rating > 3
        phrase = opinion(rng, self._lexicon, trade["aspects"], rng.choice(sorted(trade["aspects"])), good)
        said = rng.choice(self._lexicon["reviews"]["good" if good else "bad"])
        text = self._other_words(said.format(category=category, phrase=phrase))
        slots = {"text": text, "rating": str(rating), "title": title}
        return ("review" if kind is SignalKind.REVIEW else "digest"), slots

    def _other_words(self, text: str) -> str:
        """The text, or now and then another sentence, or known words in an order nobody would write."""
        rng, reviews = self._rng, self._lexicon["reviews"]
        drawn = rng.random()
        if drawn < 0.55:
            return text
        if drawn < 0.75:
            return str(rng.choice(reviews["openers"] + reviews["closers"]))
        sentences = rng.sample(reviews["openers"] + reviews["closers"] + [text], k=2)
        if self._language == "zh":
            joined = "".join(sentences)
            cut = rng.randint(1, max(1, len(joined) - 2))
            return (joined[cut:] + joined[:cut]).strip("。")[:LONGEST_EXCERPT] or text
        words = " ".join(sentences).split()
        rng.shuffle(words)
        return " ".join(words)[:LONGEST_EXCERPT].strip()

    def _ask(self, signals: list[Signal]) -> None:
        """Make a dialogue signal ask for one of the attributes, four times in five."""
        words, rng = phrases(self._language), self._rng
        named = [words.read_signal(s) for s in signals if s.kind is SignalKind.ATTRIBUTE]
        for place, signal in enumerate(signals):
            if signal.kind is SignalKind.DIALOGUE and rng.random() < 0.8:
                read = rng.choice(named)
                title = self._noisy(product_title(rng, self._lexicon, "", self._brand()).strip())
                question = rng.choice(self._lexicon["dialogues"]["questions"])
                text = question.format(title=title, name=read[1]["name"] if read else "")
                if rng.random() < 0.3:
                    text = rng.choice(self._lexicon["dialogues"]["openers"]) + (
                        text if self._language == "zh" else " " + text
                    )
                text = words.signal_text("dialogue", {"text": text})
                signals[place] = Signal(signal.signal_id, signal.kind, "text", text, signal.source)

    def _brand(self) -> str:
        return brand(self._rng, self._lexicon)

    def _with_noise(self, slots: Slots) -> Slots:
        return {key: self._noisy(text) if self._may_be_noise(key) else text for key, text in slots.items()}

    def _may_be_noise(self, slot: str) -> bool:
        """Attribute names stay themselves more often: a question finds its answer by them."""
        return slot in _SLOT_WORDS and (slot != "name" or self._rng.random() < 0.3)

    def _noisy(self, text: str) -> str:
        """The text, or now and then a random string in its place or after it."""
        rng = self._rng
        if rng.random() >= self.noise_rate:
            return text
        pieces = [self._random_word() for _ in range(rng.randint(1, 5))]
        if rng.random() < 0.4:
            pieces.insert(0, text)
        joined = ("" if self._language == "zh" and rng.random() < 0.7 else " ").join(pieces)
        return joined.rstrip(".;:：；,") or text

    def _random_word(self) -> str:
        rng = self._rng
        kind = rng.random()
        if self._language == "zh" and kind < 0.7:
            return "".join(_hanzi(rng) for _ in range(rng.randint(1, 5)))
        if kind < 0.8:
            syllables = (rng.choice(_CONSONANTS) + rng.choice(_VOWELS) for _ in range(rng.randint(1, 4)))
            word = "".join(syllables) + rng.choice(("", "", "s", "n", "r", "ção", "."))
            return rng.choice((word, word, word.capitalize(), word.upper()))
        if kind < 0.9:
            return str(rng.randint(0, 10 ** rng.randint(1, 6)))
        return f"{rng.getrandbits(32):x}"[: rng.randint(3, 8)]


def _hanzi(rng: random.Random) -> str:
    """A character of GB 2312 level 1 (rows 16 to 54)."""
    return bytes((0xA0 + rng.randint(16, 54), 0xA0 + rng.randint(1, 94))).decode("gb2312")
