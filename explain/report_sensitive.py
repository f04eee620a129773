"""Whether signals point at what GDPR 9 and PIPL 28 call sensitive: a coarse check by word lists."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

from privgen.schema import CUSTOMER_KINDS

Facts = dict[str, Any]

WORDS = Path(__file__).parent / "templates" / "sensitive.toml"
SCRUB_TOKEN = re.compile(r"<[A-Z][A-Z_]*(?:_[0-9a-f]+)?>")
"""What scrubbing leaves in the place of a value: a signal with one tells of a person."""


@lru_cache(maxsize=1)
def patterns() -> dict[str, re.Pattern[str]]:
    """Category to the pattern of its words, in the order of the list."""
    listed = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    return {name: _pattern(entry["words"], entry["chinese"]) for name, entry in listed.items()}


@lru_cache(maxsize=20_000)
def categories(text: str) -> tuple[str, ...]:
    """Categories that a text points at.

    >>> categories("asked for socks for diabetic feet"), categories("likes shoes")
    (('health',), ())
    """
    return tuple(name for name, pattern in patterns().items() if pattern.search(text))


class SensitiveCheck:
    """Counts over signals; keeps no text."""

    def __init__(self) -> None:
        self.signals = self.customers = self.tokens = 0
        self.found: Counter[str] = Counter()
        self.cited: Counter[str] = Counter()

    def add_signal(self, kind: str, text: str) -> None:
        """Count one signal of a page's prompt."""
        self.signals += 1
        self.tokens += bool(SCRUB_TOKEN.search(text))
        if kind in CUSTOMER_KINDS:
            self.customers += 1
            self.found.update(categories(text))

    def add_sentence(self, cited: list[tuple[str, str]]) -> None:
        """Count one explained sentence with kind and text of the signals that it cites."""
        hit = {name for kind, text in cited if kind in CUSTOMER_KINDS for name in categories(text)}
        self.cited.update(hit)

    def to_json(self) -> Facts:
        """Counts by category, in the order of the list."""
        return {
            "checked": self.signals,
            "of_customers": self.customers,
            "scrub_tokens": self.tokens,
            "categories": [
                {"category": name, "signals": self.found[name], "sentences": self.cited[name]}
                for name in patterns()
            ],
        }


def _pattern(words: list[str], chinese: list[str]) -> re.Pattern[str]:
    latin = "|".join(re.escape(w[:-1]) + r"\w*" if w.endswith("*") else re.escape(w) for w in words)
    return re.compile(rf"\b(?:{latin})\b|{'|'.join(map(re.escape, chinese))}", re.IGNORECASE)
