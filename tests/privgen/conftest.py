"""Tiny models made on the spot, and silos with hand-made rows."""

from __future__ import annotations

import shutil
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


@pytest.fixture(scope="session")
def scrubbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two small merchants, ingested and scrubbed; copy it before you change it."""
    from privgen.pipeline import run_stage

    run = tmp_path_factory.mktemp("scrubbed") / "run"
    run_stage("ingest", run, flags={"synthetic": {"merchants": 2, "customers": 8, "products": 4}})
    run_stage("scrub", run)
    return run


@pytest.fixture
def run(scrubbed: Path, tmp_path: Path) -> Path:
    """A copy of the scrubbed run."""
    return Path(shutil.copytree(scrubbed, tmp_path / "run"))
