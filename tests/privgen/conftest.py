"""Tiny models made on the spot, and silos with hand-made rows."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # importlib import mode: makes the helper modules importable
settings.register_profile("privgen", deadline=None, derandomize=True)  # fixed seeds; no timed tests
settings.load_profile("privgen")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders `causal`, `seq2seq` (T5), `bart` and `encoder` (BERT), each with model and tokenizer."""
    from tiny_models import write_models

    return write_models(tmp_path_factory.mktemp("models"))
