"""Checks on every generated sentence before it is shown; one that fails is dropped and counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from privgen.generator import GeneratedSentence
from privgen.template import SectionRequest

Guard = Callable[[GeneratedSentence, SectionRequest], bool]
"""True if the sentence may be shown."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_QUOTE = re.compile(r"[\"“](.+?)[\"”]")
_SCRUBBED = re.compile(r"<[A-Z_]+(?:_[0-9a-f]+)?>")


def supported_numbers(sentence: GeneratedSentence, request: SectionRequest) -> bool:
    """Every number stands in the prompt, digit for digit."""
    known = set(_NUMBER.findall(request.prompt.text()))
    return all(number in known for number in _NUMBER.findall(sentence.text))


def real_quotes(sentence: GeneratedSentence, request: SectionRequest) -> bool:
    """Every quotation is the words of a signal: no invented review."""
    texts = [signal.text for signal in request.prompt.signals]
    return all(any(quote in text for text in texts) for quote in _QUOTE.findall(sentence.text))


def no_scrubbed_token(sentence: GeneratedSentence, request: SectionRequest) -> bool:
    """No pseudonym of a person shows up on a page."""
    return not _SCRUBBED.search(sentence.text)


def no_line_noise(sentence: GeneratedSentence, request: SectionRequest) -> bool:
    """Whole characters only: a cut multi-byte token decodes to a replacement character."""
    return "\ufffd" not in sentence.text


GUARDS: Mapping[str, Guard] = {
    "no_scrubbed_token": no_scrubbed_token,
    "no_line_noise": no_line_noise,
    "supported_numbers": supported_numbers,
    "real_quotes": real_quotes,
}


def failed_guard(sentence: GeneratedSentence, request: SectionRequest) -> str | None:
    """Name of the first guard that the sentence fails, or None."""
    return next((name for name, passes in GUARDS.items() if not passes(sentence, request)), None)
