"""The scrubber: finds personal data in text and replaces it; fails closed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from privgen.anonymize.keys import check_key, key_id
from privgen.anonymize.known import KnownIdentifiers
from privgen.anonymize.normalise import normalise
from privgen.anonymize.policy import Policy, check_policy, load_policy
from privgen.anonymize.scanner import Scanner, blank, blank_tokens, blanked
from privgen.anonymize.spans import Span, resolve
from privgen.anonymize.time_limit import DEFAULT_SECONDS, TimeLimitError, check_time, limited, unlimited
from privgen.anonymize.tokens import Tokens
from privgen.errors import ConfigError, ScrubError

if TYPE_CHECKING:
    from privgen.anonymize.presidio import DelegatedFinder, Replacer

MAX_CHARACTERS = 1_000_000
"""Longer texts are refused: no table cell of a shop is that long."""

T = TypeVar("T")
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
    """Scrubbed text, and what was replaced: disjoint spans in offsets of the input, sorted."""

    text: str
    spans: tuple[Span, ...]

    def __repr__(self) -> str:
        """Count without showing the text."""
        return f"ScrubResult({len(self.spans)} spans)"


class Scrubber:
    """Replaces personal data in English and Chinese text (and in others, by the same rules).

    Guarantees: every character that any recogniser reports is replaced, unless the policy says keep; a
    recogniser that raises stops the text from leaving (`ScrubError`); scrubbing scrubbed text changes
    nothing; equal values get equal tokens under one key.

    Args:
        languages: Two-letter codes of the languages expected; used by `ner`, all rules always run.
        key: At least 16 secret bytes, see `load_key`.
        policy: A `Policy`, the path of one in TOML, or None for keyed pseudonyms throughout.
        ner: Folder of a spaCy pipeline that recognises names and places; None for none.
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
        self.policy = (
            policy if isinstance(policy, Policy) else load_policy(Path(policy)) if policy else Policy()
        )
        check_policy(self.policy)
        self.tokens = Tokens(check_key(key))
        self.key_id = key_id(key)
        self._scanner = Scanner()
        self._finders = tuple(finders)
        if ner is not None:
            from privgen.anonymize.presidio import NerFinder

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

    def scrub(
        self, text: str, known: Known = None, *, table: str | None = None, column: str | None = None
    ) -> ScrubResult:
        """Find personal data in `text` and replace it.

        Args:
            text: Any text.
            known: The customer's own row (identifier column to value), or `KnownIdentifiers` made of it.
            table: Table that the text stands in, for the policy.
            column: Its column.

        Raises:
            ScrubError: A recogniser failed or took too long, or the text is too long; it must not leave.
        """
        return self._limited(text, lambda: self._scrub(text, known, table, column))

    def _scrub(self, text: str, known: Known, table: str | None, column: str | None) -> ScrubResult:
        spans = self._find(text, known, table, column)
        if not spans:
            return ScrubResult(text, ())
        operators = {
            span.entity_type: self.policy.operator(span.entity_type, table, column) for span in spans
        }
        try:
            return ScrubResult(self._replacer.replace(text, spans, operators), spans)
        except TimeLimitError:
            raise
        except Exception as fault:
            raise ScrubError(f"replacing failed ({type(fault).__name__}); the record is held back") from None

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
        for finder in self._recognisers(text, known):
            try:
                found.update(finder.find(text))
                check_time()  # a recogniser may swallow the alarm
            except TimeLimitError:
                raise
            except Exception as fault:
                raise ScrubError(
                    f"recogniser {finder.name} failed ({type(fault).__name__}); the record is held back"
                ) from None
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
        if known is not None:
            yield known
        if text.count(":") >= 2 or (_DIGIT.search(text) and _LONG.search(text)):
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
            from privgen.anonymize.presidio import Replacer

            return Replacer(self.tokens)


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
