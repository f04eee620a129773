"""Prompts, encoded piece by piece, and training records made of them.

A prompt is prefix, signals, suffix. Each piece is tokenised on its own and the ids are concatenated, so
removing a signal removes exactly its tokens and leaves all others unchanged. A target is a list of
sentences, each its own line; the ids a model generates are kept and never re-encoded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from privgen.errors import DataError
from privgen.schema import SectionKind, Signal, SignalKind


class Tokenizer(Protocol):
    """What privgen needs of a Hugging Face tokenizer."""

    def encode(self, text: str, *, add_special_tokens: bool = True) -> list[int]:
        """Token ids of `text`."""
        ...


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the model reads: fixed text, then removable signals, then fixed text."""

    prefix: str
    signals: tuple[Signal, ...]
    suffix: str

    def __post_init__(self) -> None:
        """Check that ids are unique: taking one signal away would silently take away its namesake."""
        if len({signal.signal_id for signal in self.signals}) != len(self.signals):
            raise ValueError("two signals of the prompt have the same signal_id")

    def text(self) -> str:
        """The whole prompt as one string."""
        return self.prefix + "".join(signal_line(signal) for signal in self.signals) + self.suffix

    def without(self, *signal_ids: str) -> Prompt:
        """The prompt with some signals removed."""
        kept = tuple(signal for signal in self.signals if signal.signal_id not in signal_ids)
        return Prompt(self.prefix, kept, self.suffix)

    def __repr__(self) -> str:
        """Count without showing the text."""
        return f"Prompt({len(self.signals)} signals)"


@dataclass(frozen=True, slots=True)
class EncodedPrompt:
    """Token ids of the pieces of a prompt; `signals` has one tuple per signal, in prompt order."""

    prefix: tuple[int, ...]
    signals: tuple[tuple[int, ...], ...]
    suffix: tuple[int, ...]

    def ids(self, keep: Sequence[bool] | None = None) -> list[int]:
        """Ids of the prompt with only the signals whose `keep` flag is true (default: all)."""
        flags = [True] * len(self.signals) if keep is None else keep
        ids = list(self.prefix)
        for signal, kept in zip(self.signals, flags, strict=True):
            if kept:
                ids.extend(signal)
        ids.extend(self.suffix)
        return ids


def signal_line(signal: Signal) -> str:
    """The line that stands for a signal in a prompt: `- kind: text`."""
    return f"- {signal.kind.value}: {signal.text}\n"


def encode_prompt(prompt: Prompt, tokenizer: Tokenizer, bos: Sequence[int] = ()) -> EncodedPrompt:
    """Encode each piece of `prompt` by itself; `bos` ids go in front of the prefix."""
    return EncodedPrompt(
        prefix=(*bos, *_ids(tokenizer, prompt.prefix)),
        signals=tuple(_ids(tokenizer, signal_line(signal)) for signal in prompt.signals),
        suffix=_ids(tokenizer, prompt.suffix),
    )


def encode_sentences(
    sentences: Sequence[str], tokenizer: Tokenizer
) -> tuple[list[int], list[tuple[int, int]]]:
    """Ids of sentences written one per line, and each one's half-open token range, line break included.

    For text that did not come from a generator; generated ids are kept as they are.
    """
    ids: list[int] = []
    spans = []
    for sentence in sentences:
        start = len(ids)
        ids.extend(_ids(tokenizer, sentence + "\n"))
        spans.append((start, len(ids)))
    return ids, spans


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """One supervised example of one customer: the privacy unit is `customer_id` (a pseudonym)."""

    customer_id: str
    section: SectionKind
    prompt: Prompt
    target: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """A JSON object that `from_json` reads back."""
        return {
            "customer_id": self.customer_id,
            "section": self.section.value,
            "prefix": self.prompt.prefix,
            "signals": [
                [s.signal_id, s.kind.value, s.modality, s.text, s.source] for s in self.prompt.signals
            ],
            "suffix": self.prompt.suffix,
            "target": list(self.target),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> TrainingRecord:
        """Read what `to_json` wrote.

        Raises:
            DataError: A field is missing or malformed; the message never holds the content.
        """
        try:
            signals = tuple(
                Signal(id_, SignalKind(kind), modality, text, source)
                for id_, kind, modality, text, source in value["signals"]
            )
            prompt = Prompt(value["prefix"], signals, value["suffix"])
            return cls(value["customer_id"], SectionKind(value["section"]), prompt, tuple(value["target"]))
        except (KeyError, ValueError, TypeError):
            raise DataError("malformed training record") from None

    def __repr__(self) -> str:
        """Identify without showing the text."""
        return f"TrainingRecord({self.section.value}, {len(self.prompt.signals)} signals)"


def _ids(tokenizer: Tokenizer, text: str) -> tuple[int, ...]:
    return tuple(tokenizer.encode(text, add_special_tokens=False)) if text else ()
