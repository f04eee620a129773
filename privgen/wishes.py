"""What a shopper does not want used, or wants put right: signals hidden or corrected, from the next page on.

Wishes stand in `wishes.jsonl` of the run, one line each, the last one on a signal counts: `{merchant_id,
customer_id, kind, source, said, action, text}`. `said` is a hash of what the signal said, so that the same
words made from a later row are hidden too.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from privgen.errors import DataError, MissingExtraError, RunError
from privgen.files import read_jsonl, sha256_text, write_jsonl
from privgen.pages import PageRequest
from privgen.phrases import WORDINGS, phrases
from privgen.runfolder import RunFolder
from privgen.schema import Signal, SignalKind

WISHES = "wishes.jsonl"
LONGEST = 200
"""Longest correction, in characters."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One customer's wish on one signal of one merchant; `text` is what a corrected signal says instead."""

    merchant_id: str
    customer_id: str
    kind: str
    source: str
    said: str
    action: Literal["hide", "correct"]
    text: str | None = None

    def __repr__(self) -> str:
        """Say what is wished without saying of whom."""
        return f"Wish({self.action} {self.kind})"

    def concerns(self, signal: Signal) -> bool:
        """Whether the signal was made from the same row, or says the same, as the one that was meant."""
        same = signal.source == self.source or sha256_text(signal.text) == self.said
        return signal.kind.value == self.kind and same


def hide(run: RunFolder, page_id: str, signal_id: str) -> Wish:
    """Use a signal no more on pages for this customer; takes effect with the next `generate`.

    Raises:
        DataError: There is no such page, or no such signal on it.
        RunError: No page was written yet.
    """
    return _add(run, _wish(run, page_id, signal_id)[0])


def correct(run: RunFolder, page_id: str, signal_id: str, text: str) -> Wish:
    """Let a signal of the customer's own say something else; takes effect with the next `generate`.

    Args:
        run: The run.
        page_id: A page that uses the signal.
        signal_id: The signal on that page.
        text: One line in the wording of such a signal, without personal data.

    Raises:
        DataError: No such page or signal, a signal that is not about the customer, or a text that is too
            long, has personal data in it or is worded otherwise; the message does not repeat it.
        RunError: No page was written yet.
    """
    wish, signal, language = _wish(run, page_id, signal_id)
    if not signal.personal:
        raise DataError(f"signal {signal_id} of page {page_id} is not about the customer; it can be hidden")
    _check_text(signal, text, language)
    return _add(run, replace(wish, action="correct", text=text))


def read_wishes(run: RunFolder) -> tuple[Wish, ...]:
    """The wishes of a run, in the order in which they were told.

    Raises:
        DataError: A line is no wish; the message names file and line.
    """
    path = run.path / WISHES
    wishes = []
    for line, entry in enumerate(read_jsonl(path) if path.exists() else (), 1):
        try:
            wishes.append(Wish(**entry))
        except TypeError:
            raise DataError(f"{path}: line {line} is no wish; mend it or take it out") from None
    return tuple(wishes)


def follow(request: PageRequest, wishes: Sequence[Wish]) -> PageRequest:
    """The request as its customer wishes it: hidden signals gone, corrected ones with their new text."""
    own = [w for w in wishes if (w.merchant_id, w.customer_id) == (request.merchant_id, request.customer_id)]
    if not own:
        return request
    kept = [told for signal in request.signals if (told := _followed(signal, own)) is not None]
    return replace(request, signals=tuple(kept))


def _followed(signal: Signal, wishes: Sequence[Wish]) -> Signal | None:
    wish = next((wish for wish in reversed(wishes) if wish.concerns(signal)), None)
    if wish is None:
        return signal
    return None if wish.action == "hide" or wish.text is None else replace(signal, text=wish.text)


def _add(run: RunFolder, wish: Wish) -> Wish:
    write_jsonl(run.path / WISHES, (asdict(entry) for entry in (*read_wishes(run), wish)))
    return wish


def _wish(run: RunFolder, page_id: str, signal_id: str) -> tuple[Wish, Signal, str]:
    """The wish to hide a signal of a page, the signal, and the language of the page."""
    page = _page(run, page_id)
    for section in page["sections"]:
        for entry in section["prompt"]["signals"]:
            if entry["signal_id"] == signal_id:
                signal = Signal(**entry | {"kind": SignalKind(entry["kind"])})
                said = sha256_text(signal.text)
                whose = page["merchant_id"], page["customer_id"]
                wish = Wish(*whose, signal.kind.value, signal.source, said, "hide")
                return wish, signal, str(page["language"])
    raise DataError(f"page {page_id} uses no signal {signal_id}; see: privgen explain {run.path} --why")


def _page(run: RunFolder, page_id: str) -> dict[str, Any]:
    path: Path = run.path / "pages" / "pages.jsonl"
    if not path.is_file():
        raise RunError(f"{path}: no pages there; run: privgen generate {run.path}")
    page: dict[str, Any]
    for page in read_jsonl(path):
        if page["page_id"] == page_id:
            return page
    raise DataError(f"{path}: no page {page_id}; see: privgen explain {run.path} --why")


def _check_text(signal: Signal, text: str, language: str) -> None:
    if not text.strip() or text.splitlines() != [text] or len(text) > LONGEST:
        raise DataError(f"a correction is one line of at most {LONGEST} characters")
    words = phrases(language)
    corrected = replace(signal, text=text)
    if words.read_signal(signal) and not words.read_signal(corrected):
        wanted = " or ".join(words.signals[name] for name in WORDINGS[signal.kind])
        raise DataError(f"a correction of a signal of kind {signal.kind} is worded: {wanted}")
    try:
        from privgen.anonymize import Scrubber
    except ImportError as missing:
        raise MissingExtraError("anonymize", str(missing.name)) from None
    found = Scrubber(key=secrets.token_bytes(32)).scrub(text).spans
    if found:
        kinds = ", ".join(sorted({span.entity_type for span in found}))
        raise DataError(f"a correction holds no personal data; this one has {kinds}")
