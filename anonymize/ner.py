"""Names and places by trained models on disk, through Presidio: spaCy pipelines, Hugging Face classifiers.

Presidio's own wrappers leave a text unread when a Hugging Face model fails on it, download a model whose
folder is missing, and let spaCy's vocabulary grow with every new word; the finder here does none of these.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from privgen.anonymize.ner_text import collapse, han, has_han, read_in_pieces, scripts
from privgen.anonymize.spans import Span
from privgen.errors import MissingExtraError, ModelError

try:
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.chunkers import TokenizerBasedTextChunker
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import HuggingFaceNerRecognizer
except ImportError:
    raise MissingExtraError("anonymize", "presidio") from None

_TYPES = {
    **dict.fromkeys(("PER", "PERSON", "PERS", "PS", "NR", "NAME"), "PERSON"),
    **dict.fromkeys(("LOC", "LOCATION", "LC", "NS", "GPE", "FAC", "ADDRESS"), "LOCATION"),
}
"""What models call names and places; other labels, organisations among them, are left out."""

_ANY = ""
_SPARE_TOKENS, _OVERLAP_TOKENS = 16, 32
_THRESHOLD = 0.3
_TOKENIZER_FILES = ("tokenizer.json", "vocab.txt", "vocab.json", "sentencepiece.bpe.model", "spiece.model")


class NerFinder:
    """Finds PERSON and LOCATION by the models of one folder.

    The folder is a spaCy pipeline, a Hugging Face token classifier with its tokenizer, or holds such folders
    named after their languages (`en/`, `zh/`). A model of Chinese reads text with Chinese characters, one of
    another language text with letters of other scripts, one without a language (Hugging Face, spaCy's `xx`)
    every text. In text of both scripts each keeps to its own.

    Guarantees: nothing is downloaded; a model that fails on a text raises; memory does not grow with the
    number of distinct words; runs of blanks are read as one, so that scrubbed text reads like its original.

    Args:
        path: Folder of a model, or of one per language.
        languages: Two-letter codes; of several models, those of other languages are not loaded.

    Raises:
        ModelError: No such folder, not loadable, or a model that knows no names and no places.
        MissingExtraError: A Hugging Face model without torch and transformers.
    """

    name = "ner"

    def __init__(self, path: str | Path, languages: Sequence[str]) -> None:
        self._made_of = (Path(path), tuple(languages))
        self._models = tuple(
            (language, _load(folder, language or languages[0]))
            for folder, language in _folders(Path(path), languages)
        )
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[type[NerFinder], tuple[Path, tuple[str, ...]]]:
        """Another process loads the models again."""
        return NerFinder, self._made_of

    def find(self, text: str) -> Iterable[Span]:
        """PERSON and LOCATION spans of normalised text; they may overlap."""
        short, places = collapse(text)
        present = scripts(short)
        found: set[Span] = set()
        with self._lock:  # spaCy's memory zones do not nest
            for language, model in self._models:
                if language == _ANY or han(language) in present:
                    mixed = language != _ANY and len(present) > 1
                    found.update(
                        span
                        for span in read_in_pieces(model.read, short)
                        if not mixed or has_han(short[span.start : span.end]) == han(language)
                    )
        return [
            Span(s.entity_type, places[s.start], places[s.end - 1] + 1, s.score)
            for s in sorted(found, key=lambda s: (s.start, s.end))
        ]


class _Model(Protocol):
    """A loaded model."""

    def read(self, text: str) -> Iterable[Span]:
        """What it finds in a text of bounded length."""
        ...


class _SpacyModel:
    """A spaCy pipeline in Presidio's engine; the words of a text are forgotten after it."""

    def __init__(self, folder: Path, language: str) -> None:
        self._language = language
        self._engine = SpacyNlpEngine(models=[{"lang_code": language, "model_name": str(folder)}])
        self._engine.load()
        self._nlp = self._engine.get_nlp(language)
        labels = {
            label
            for name in self._nlp.pipe_names
            if "doc.ents" in self._nlp.get_pipe_meta(name).assigns
            for label in self._nlp.get_pipe(name).labels
        }
        types = _types(labels, folder)
        self._engine.ner_model_configuration = NerModelConfiguration(
            model_to_presidio_entity_mapping=types, labels_to_ignore=sorted(labels - set(types))
        )
        registry = RecognizerRegistry(supported_languages=[language])
        registry.add_nlp_recognizer(nlp_engine=self._engine)
        self._analyzer = AnalyzerEngine(
            registry=registry, nlp_engine=self._engine, supported_languages=[language]
        )

    def read(self, text: str) -> Iterable[Span]:
        with self._nlp.memory_zone():
            results = self._analyzer.analyze(text, self._language)
            return [Span(str(r.entity_type), int(r.start), int(r.end), float(r.score)) for r in results]


class _HuggingFaceModel:
    """A Hugging Face token classifier in Presidio's recogniser, on the CPU, which forked workers can use."""

    def __init__(self, folder: Path, language: str) -> None:
        config = _json(folder / "config.json")
        if (folder / "adapter_config.json").exists():
            raise ModelError(f"{folder}: an adapter names its base model elsewhere; merge the two first")
        if not str(config.get("architectures", [""])[0]).endswith("ForTokenClassification"):
            raise ModelError(f"{folder}: config.json names no token classifier")
        types = _types(_labels(config), folder)
        _check_tokenizer(folder)
        positions = min(int(config.get("max_position_embeddings") or 512), 512)
        try:
            self._recognizer = HuggingFaceNerRecognizer(
                supported_language=language,
                model_name=str(folder),
                label_mapping=types,
                threshold=_THRESHOLD,
                aggregation_strategy="simple",  # the others take unspaced Chinese for one word
                device="cpu",
                text_chunker=TokenizerBasedTextChunker(
                    max_tokens=max(positions - _SPARE_TOKENS, positions // 2),
                    overlap_tokens=min(_OVERLAP_TOKENS, positions // 4),
                ),
            )
        except ImportError:
            raise MissingExtraError("generate", "transformers") from None
        self._pipeline = _Watched(self._recognizer.ner_pipeline)
        self._recognizer.ner_pipeline = self._pipeline

    def read(self, text: str) -> Iterable[Span]:
        self._pipeline.fault = None
        results = self._recognizer.analyze(text, self._recognizer.supported_entities)
        if self._pipeline.fault is not None:
            raise ModelError(f"the model failed on a text ({self._pipeline.fault})")
        wanted = set(self._recognizer.supported_entities)
        return [
            Span(str(r.entity_type), int(r.start), int(r.end), float(r.score))
            for r in results
            if r.entity_type in wanted
        ]


class _Watched:
    """A pipeline whose failure is kept: Presidio's recogniser would log it, text and all, and go on."""

    def __init__(self, pipeline: Any) -> None:
        self._pipeline = pipeline
        self._process = os.getpid()
        self.fault: str | None = None

    def __call__(self, text: str) -> Any:
        try:
            self._one_thread_if_forked()
            return self._pipeline(text)
        except Exception as fault:
            self.fault = type(fault).__name__
            return []

    def _one_thread_if_forked(self) -> None:
        """A forked worker would wait for the parent's OpenMP threads, which it does not have."""
        if os.getpid() != self._process:
            import torch

            torch.set_num_threads(1)
            self._process = os.getpid()


def _load(folder: Path, language: str) -> _Model:
    kind = _SpacyModel if (folder / "config.cfg").is_file() else _HuggingFaceModel
    try:
        return kind(folder, language)
    except (ModelError, MissingExtraError):
        raise
    except Exception as fault:
        raise ModelError(f"{folder}: not loadable as a model of names ({type(fault).__name__})") from None


def _folders(path: Path, languages: Sequence[str]) -> list[tuple[Path, str]]:
    """Model folders and their languages."""
    if not path.is_dir():
        raise ModelError(f"{path}: no model folder; give the path of a spaCy or Hugging Face model of names")
    if _is_model(path):
        return [(path, _language(path))]
    inner = sorted(p for p in path.iterdir() if re.fullmatch("[a-z]{2,3}", p.name) and _is_model(p))
    if not inner:
        raise ModelError(f"{path}: holds neither config.cfg, config.json nor folders en, zh, ... with one")
    chosen = [(folder, folder.name) for folder in inner if folder.name in languages]
    if not chosen:
        raise ModelError(f"{path}: has models of {', '.join(p.name for p in inner)}, none of them asked for")
    return chosen


def _is_model(path: Path) -> bool:
    return (path / "config.cfg").is_file() or (path / "config.json").is_file()


def _language(folder: Path) -> str:
    if not (folder / "config.cfg").is_file():
        return _ANY
    found = str(_json(folder / "meta.json").get("lang", "xx"))
    return _ANY if found == "xx" else found


def _check_tokenizer(folder: Path) -> None:
    """Without its files transformers makes a tokenizer that knows no word, and the model finds nothing."""
    if not any((folder / name).is_file() for name in _TOKENIZER_FILES):
        raise ModelError(f"{folder}: the model's tokenizer is missing ({_TOKENIZER_FILES[0]})")


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise ModelError(f"{path}: not readable as a JSON object")
    return found


def _labels(config: Mapping[str, Any]) -> set[str]:
    """A classifier's labels without the prefixes of their places in a name."""
    return {re.sub("^[BIOESULM]-", "", str(label)) for label in dict(config.get("id2label") or {}).values()}


def _types(labels: Iterable[str], folder: Path) -> dict[str, str]:
    types = {label: _TYPES[label.upper()] for label in labels if label.upper() in _TYPES}
    if not types:
        raise ModelError(f"{folder}: none of the model's labels is one for persons or places (PER, LOC, ...)")
    return types
