"""What every page generator does, and the name-to-generator table of the CLI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from privgen.errors import ModelError
from privgen.files import sha256_text
from privgen.template import SectionRequest, TemplateGenerator

EMBEDDED = "embedded"
EMBEDDED_PATH = Path(__file__).resolve().parent / "base_model"


@dataclass(frozen=True, slots=True)
class GeneratedSentence:
    """One sentence: its text, its half-open token range, its log-probability in nats, what it cites.

    `log_prob` is the sum over the sentence's tokens at temperature 1, given the prompt and the sentences
    before it; None for a generator that has no probabilities.
    """

    text: str
    token_start: int
    token_end: int
    log_prob: float | None
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GeneratedSection:
    """The sentences of one section and the very token ids that were generated (empty for templates)."""

    token_ids: tuple[int, ...]
    sentences: tuple[GeneratedSentence, ...]


class Generator(Protocol):
    """Writes sections. `base_hash` and `adapter_hash` identify the weights that wrote them."""

    name: str
    base_hash: str
    adapter_hash: str | None

    def write(self, requests: Sequence[SectionRequest]) -> list[GeneratedSection]:
        """Write each request, in order."""
        ...


class TemplateWriter:
    """The template generator behind the `Generator` protocol."""

    name = "template"
    base_hash = sha256_text("privgen.template/1")
    adapter_hash: str | None = None

    def write(self, requests: Sequence[SectionRequest]) -> list[GeneratedSection]:
        """Write each request from templates."""
        sections = TemplateGenerator().write(requests)
        return [
            GeneratedSection((), tuple(GeneratedSentence(d.text, 0, 0, None, d.source_ids) for d in drafts))
            for drafts in sections
        ]


def model_path(model: str) -> str:
    """What to load for a model name: the embedded folder, a local path, or a hub id as it is.

    Raises:
        ModelError: It looks like a path, and nothing is there.
    """
    if model == EMBEDDED:
        if not (EMBEDDED_PATH / "config.json").is_file():
            raise ModelError(f"{EMBEDDED_PATH}: no model; run make_base_model.py there")
        return str(EMBEDDED_PATH)
    path = Path(model)
    if path.exists():
        return str(path.resolve())
    if path.is_absolute() or model.startswith((".", "~")) or model.count("/") != 1:
        raise ModelError(f"--model {model}: no such folder; give a folder with config.json or a hub id")
    return model


def load_generator(
    name: str = "hf",
    *,
    model: str = EMBEDDED,
    adapter: Path | None = None,
    max_new_tokens: int = 160,
    batch_size: int = 16,
) -> Generator:
    """Load a generator by name: `hf` (causal or seq2seq, with an optional PEFT adapter) or `template`.

    Raises:
        ModelError: Unknown name, or the model or adapter cannot be loaded.
    """
    if name == "template":
        return TemplateWriter()
    if name != "hf":
        raise ModelError(f"unknown generator {name}; use hf or template")
    from privgen.hf import HFGenerator

    return HFGenerator(model_path(model), adapter, max_new_tokens=max_new_tokens, batch_size=batch_size)
