"""How a signal is worded and how a sentence may say it, per language; wordings can be read back.

The words stand in `lexicon/phrases.toml`. A language without phrases of its own uses English ones around
its own content.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from privgen.schema import SectionKind, Signal, SignalKind

Slots = dict[str, str]

WORDINGS: dict[SignalKind, tuple[str, ...]] = {
    SignalKind.PROFILE: ("profile",),
    SignalKind.EVENT: ("view", "cart", "purchase", "return"),
    SignalKind.QUERY: ("query",),
    SignalKind.REVIEW: ("review",),
    SignalKind.DIALOGUE: ("dialogue",),
    SignalKind.ATTRIBUTE: ("attribute",),
    SignalKind.DIGEST: ("digest",),
    SignalKind.CAMPAIGN: ("terms", "campaign"),
}
"""Wordings of a signal kind, the most specific first."""

_SLOT = re.compile(r"\{(\w+)\}")
_PATTERNS = {"count": r"\d+", "rating": r"\d(?:\.\d)?"}


@dataclass(frozen=True)
class Phrases:
    """The phrases of one language."""

    language: str
    signals: Mapping[str, str]
    sections: Mapping[str, str]
    openings: Mapping[str, list[str]]
    sentences: Mapping[str, list[str]]

    def signal_text(self, wording: str, slots: Slots) -> str:
        """The one-line text of a signal.

        >>> phrases("en").signal_text("view", {"title": "Sol Kettle", "count": "3"})
        'viewed Sol Kettle (3x)'
        """
        return self.signals[wording].format_map({k: " ".join(v.split()) for k, v in slots.items()})

    def read_signal(self, signal: Signal) -> tuple[str, Slots] | None:
        """The wording and slots of a signal's text, or None if it is not one of ours."""
        for wording in WORDINGS.get(signal.kind, ()):
            match = _reader(self.signals[wording]).fullmatch(signal.text)
            if match:
                return wording, match.groupdict()
        return None

    def section_name(self, section: SectionKind) -> str:
        """What a prompt calls the section."""
        return self.sections[section.value]


@cache
def phrases(language: str) -> Phrases:
    """The phrases of a language: `zh`, else `en`."""
    language = "zh" if language.lower().startswith("zh") else "en"
    return Phrases(language, **load_lexicon("phrases")[language])


@cache
def load_lexicon(name: str) -> dict[str, Any]:
    """A word list of `privgen/lexicon`, as parsed TOML; do not change it."""
    text = resources.files("privgen").joinpath("lexicon", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _reader(wording: str) -> re.Pattern[str]:
    """A pattern that reads the slots of a wording back."""
    parts = _SLOT.split(wording)
    pieces = [re.escape(parts[0])]
    for slot, literal in zip(parts[1::2], parts[2::2], strict=True):
        pieces += [f"(?P<{slot}>{_PATTERNS.get(slot, '.+?')})", re.escape(literal)]
    return re.compile("".join(pieces))
