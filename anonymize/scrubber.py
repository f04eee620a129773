"""The scrubber: finds personal data in text and replaces it; fails closed."""

from __future__ import annotations

import importlib.util
import re
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from privgen.anonymize.date_text import DateFinder
from privgen.anonymize.header_rows import HeaderRows
from privgen.anonymize.keys import KEY_BYTES, check_key, key_id
from privgen.anonymize.known import KnownIdentifiers
from privgen.anonymize.normalise import normalise
from privgen.anonymize.operators import Operators
from privgen.anonymize.policy import Policy, check_policy, load_policy
from privgen.anonymize.rules import BLANK
from privgen.anonymize.scanner import (
    DELEGATED_TYPES,
    RULES,
    Scanner,
    all_entity_types,
    blank,
    blank_tokens,
    blanked,
)
from privgen.anonymize.settings import Setting
from privgen.anonymize.spans import Span, resolve
from privgen.anonymize.time_limit import DEFAULT_SECONDS, TimeLimitError, check_time, limited, unlimited
from privgen.errors import ConfigError, ScrubError

if TYPE_CHECKING:
    from privgen.anonymize.presidio import DelegatedFinder
    from privgen.anonymize.presidio_operators import Replacer

MAX_CHARACTERS = 1_000_000
"""Longer texts are refused: no table cell of a shop is that long."""

T = TypeVar("T")
_OF_MODELS = ("torch", "transformers")
"""What Presidio imports for models, where it is installed."""
_SHORT = 2_000
"""Characters up to which our own rules cannot run long, so that no alarm is set."""

Known = KnownIdentifiers | Mapping[str, Any] | None

_DIGIT = re.compile("[0-9]")
_LONG = re.compile(r"[A-Za-z0-9]{25}|[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-|[0-9A-Fa-f]{4}[.-][0-9A-Fa-f]{4}[.-]")


class Finder(Protocol):
    """Something that finds personal data in normalised text."""

    @property
    def name(self) -> str:
        """Its name in error messages."""
        ...

    def find(self, text: str) -> Iterable[Span]:
        """Spans in offsets of `text`; they may overlap. An exception holds the record back."""
        ...


@dataclass(frozen=True, slots=True)
class ScrubResult:
    """Scrubbed text, and what was replaced: disjoint spans in offsets of the input, sorted.

    Args:
        text: Scrubbed text.
        spans: What was found, in offsets of the input.
        placed: For each span the range `[start, end)` of `text` that stands for it.
    """

    text: str
    spans: tuple[Span, ...]
    placed: tuple[tuple[int, int], ...] = ()

    def blanked(self) -> str:
        """The text with every replacement blanked out: what a check for leftovers has to read."""
        chars = list(self.text)
        for start, end in self.placed:
            chars[start:end] = BLANK * (end - start)
        return "".join(chars)

    def __repr__(self) -> str:
        """Count without showing the text."""
        return f"ScrubResult({len(self.spans)} spans)"


class Scrubber:
    """Replaces personal data in English and Chinese text (and in others, by the same rules).

    Types that the policy keeps everywhere are not looked for.

    Guarantees: every character that any recogniser reports is replaced, unless the policy says keep; a
    recogniser that raises stops the text from leaving (`ScrubError`); equal values get equal tokens under
    one key. Scrubbing scrubbed text changes nothing, except where the policy writes look-alikes (surrogate,
    shift_date, a mask that keeps ends), which may be found again and replaced again; `ScrubResult.placed`
    says where they are.

    Args:
        languages: Two-letter codes of the languages expected; used by `ner`, all rules always run.
        key: At least 16 secret bytes, see `load_key`.
        policy: A `Policy`, the name of a preset, the path of a TOML file, or None for keyed pseudonyms
            throughout. One that says `key = "discard"` makes a key of its own and needs none.
        ner: Folder of a model that recognises names and places (see `privgen.anonymize.ner.NerFinder`).
        finders: Further recognisers, run on the normalised text.
        time_limit: Seconds that one text (or one record of a file) may take before it is held back, see
            `privgen.anonymize.time_limit` for what can be interrupted; None for no limit.

    Raises:
        KeyFileError: Unusable key.
        ConfigError: Unusable languages or policy.
        ModelError: `ner` cannot be loaded.
    """

    def __init__(
        self,
        languages: Sequence[str] = ("en", "zh"),
        key: bytes = b"",
        policy: Policy | str | Path | None = None,
        ner: str | Path | None = None,
        *,
        finders: Sequence[Finder] = (),
        time_limit: float | None = DEFAULT_SECONDS,
    ) -> None:
        if time_limit is not None and not time_limit > 0:
            raise ConfigError("time_limit: a positive number of seconds, or None")
        self.time_limit = time_limit
        self.languages = _languages(languages)
        self.policy = policy if isinstance(policy, Policy) else load_policy(policy) if policy else Policy()
        check_policy(self.policy)
        discard = self.policy.key == "discard"
        self.operators = Operators(secrets.token_bytes(KEY_BYTES) if discard else check_key(key))
        self.tokens = self.operators.tokens
        self.key_id = "discarded" if discard else key_id(key)
        wanted = {name for name in all_entity_types() if self.policy.looks_for(name)}
        self._scanner = Scanner(rule for rule in RULES if rule.entity_type in wanted)
        self._delegates = not wanted.isdisjoint(DELEGATED_TYPES)
        self._dates = DateFinder()
        self._rows = HeaderRows()
        self._finders = tuple(finders)
        if ner is not None:
            from privgen.anonymize.ner import NerFinder

            self._finders += (NerFinder(ner, self.languages),)

    def __repr__(self) -> str:
        """Say what it does without the key."""
        return f"Scrubber(languages={self.languages!r}, policy={self.policy.name!r}, key_id={self.key_id!r})"

    def settings(self) -> dict[str, Any]:
        """What decides how a text is scrubbed, ready for JSON; never the key."""
        return {
            "languages": list(self.languages),
            "policy": self.policy.model_dump(mode="json"),
            "finders": [finder.name for finder in self._finders],
            "time_limit": self.time_limit,
            "key_id": self.key_id,
        }

    def load(self) -> None:
        """Load Presidio now rather than at the first text that needs it (before a process forks)."""
        _ = (self._delegated, self._replacer)

    def load_shared(self) -> None:
        """Load what forked processes had better share: a model, or Presidio where it comes without torch."""
        heavy = any(importlib.util.find_spec(name) is not None for name in _OF_MODELS)
        if self._finders or not heavy or "presidio_analyzer" in sys.modules:
            self.load()

    def load_alone(self) -> None:
        """Load in a process that does nothing but scrub.

        Presidio imports torch and transformers where they are installed: some 330 MB in every process, of use
        to a model only.
        """
        if not self._finders:
            for name in _OF_MODELS:
                sys.modules.setdefault(name, None)  # type: ignore[arg-type]
        self.load()

    def scrub(
        self,
        text: str,
        known: Known = None,
        *,
        table: str | None = None,
        column: str | None = None,
        customer: str | None = None,
    ) -> ScrubResult:
        """Find personal data in `text` and replace it.

        Args:
            text: Any text.
            known: The customer's own row (identifier column to value), or `KnownIdentifiers` made of it.
            table: Table that the text stands in, for the policy.
            column: Its column.
            customer: Whose text it is, for shift_date; by default the customer_id of `known`.

        Raises:
            ScrubError: A recogniser failed or took too long, or the text is too long; it must not leave.
        """
        if customer is None and known is not None:
            customer = known.get("customer_id") if isinstance(known, Mapping) else known.customer
        return self._limited(text, lambda: self._scrub(text, known, table, column, customer))

    def _scrub(
        self, text: str, known: Known, table: str | None, column: str | None, customer: str | None
    ) -> ScrubResult:
        spans = self._find(text, known, table, column)
        if not spans:
            return ScrubResult(text, ())
        settings = {span.entity_type: self.policy.setting(span.entity_type, table, column) for span in spans}
        done: list[ScrubResult] = []
        failed = _failure(lambda: done.append(self._replaced(text, spans, settings, customer)))
        if failed:
            raise ScrubError(f"replacing failed ({failed}); the record is held back")
        return done[0]

    def _replaced(
        self, text: str, spans: tuple[Span, ...], settings: dict[str, Setting], customer: str | None
    ) -> ScrubResult:
        scrubbed, placed = self._replacer.replace(text, spans, settings, customer)
        return ScrubResult(scrubbed, spans, placed)

    def find(
        self, text: str, known: Known = None, *, table: str | None = None, column: str | None = None
    ) -> tuple[Span, ...]:
        """The spans that `scrub` would replace.

        Raises:
            ScrubError: As for `scrub`.
        """
        return self._limited(text, lambda: self._find(text, known, table, column))

    def _limited(self, text: str, work: Callable[[], T]) -> T:
        return limited(self.time_limit, work, interrupt=len(text) > _SHORT or bool(self._finders))

    def _find(self, text: str, known: Known, table: str | None, column: str | None) -> tuple[Span, ...]:
        if len(text) > MAX_CHARACTERS:
            raise ScrubError(f"text of more than {MAX_CHARACTERS:,} characters; the record is held back")
        plain = blank_tokens(normalise(text))
        identifiers = _known(known)
        found: list[Span] = []
        rest = plain.text
        while new := self._scan(rest, identifiers, table, column):
            found += new
            rest = blank(
                rest, new
            )  # a replacement is a boundary: what it uncovers is found now, not next time
        return resolve(Span(s.entity_type, *plain.back(s.start, s.end), s.score) for s in found)

    def _scan(
        self, text: str, known: KnownIdentifiers | None, table: str | None, column: str | None
    ) -> list[Span]:
        found: set[Span] = set()
        dates = self.policy.operator("DATE_TIME", table, column) != "keep"
        for finder in (*self._recognisers(text, known), *([self._dates] if dates else [])):
            failed = _failure(partial(_collect, found, finder, text))
            if failed:
                raise ScrubError(f"recogniser {finder.name} failed ({failed}); the record is held back")
        return [
            span
            for span in found
            if self.policy.operator(span.entity_type, table, column) != "keep" and not blanked(text, span)
        ]

    def scrub_many(self, texts: Iterable[str], known: Known = None) -> Iterator[ScrubResult]:
        """Scrub texts one after the other, in order; `known` holds for all of them."""
        identifiers = _known(known)
        for text in texts:
            yield self.scrub(text, identifiers)

    def _recognisers(self, text: str, known: KnownIdentifiers | None) -> Iterator[Finder]:
        yield self._scanner
        if known is not None and known.count:
            yield known
        yield self._rows
        if self._delegates and _may_hold_delegated(text):
            yield self._delegated
        yield from self._finders

    @cached_property
    def _delegated(self) -> DelegatedFinder:
        with unlimited():
            from privgen.anonymize.presidio import DelegatedFinder

            return DelegatedFinder()

    @cached_property
    def _replacer(self) -> Replacer:
        with unlimited():
            from privgen.anonymize.presidio_operators import Replacer

            return Replacer(self.operators)


def _may_hold_delegated(text: str) -> bool:
    """Whether a text has colons, or a long word (the shortest match of `_LONG` stands in one of 14)."""
    if text.count(":") >= 2:
        return True
    long = not text.isascii() or max(map(len, text.split()), default=0) >= 14
    return long and _DIGIT.search(text) is not None and _LONG.search(text) is not None


def _collect(found: set[Span], finder: Finder, text: str) -> None:
    found.update(finder.find(text))
    check_time()  # a recogniser may swallow the alarm


def _failure(work: Callable[[], object]) -> str:
    """What `work` raised, by name, or nothing; a passed time limit goes on as it is.

    Whoever raises on that does so outside the handler: an exception of a recogniser may hold the text, and
    not even `__context__` may carry it on.
    """
    try:
        work()
    except TimeLimitError:
        raise
    except Exception as fault:
        return type(fault).__name__
    return ""


def _known(known: Known) -> KnownIdentifiers | None:
    return KnownIdentifiers(known) if isinstance(known, Mapping) else known


def _languages(languages: Sequence[str]) -> tuple[str, ...]:
    if (
        isinstance(languages, str)
        or not languages
        or any(not re.fullmatch("[a-z]{2,3}", code) for code in languages)
    ):
        raise ConfigError("languages: a list of two-letter codes such as en, zh, pt")
    return tuple(dict.fromkeys(languages))
