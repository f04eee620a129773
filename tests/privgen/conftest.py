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


@pytest.fixture(scope="session")
def whole(scrubbed: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run through every stage: trained, a page for everybody, explained, reported; copy it as well."""
    from erasure_tools import PAGES, SMALL

    from privgen.pipeline import run_stage

    run = Path(shutil.copytree(scrubbed, tmp_path_factory.mktemp("whole") / "run"))
    run_stage("train", run, flags={"train": SMALL, "model": str(models / "causal")})
    run_stage("generate", run, flags={"generate": PAGES})
    run_stage("explain", run, flags={"explain": {"method": "leave_one_out"}})
    run_stage("report", run)
    return run


@pytest.fixture
def full(whole: Path, tmp_path: Path) -> Path:
    """A copy of the whole run."""
    return Path(shutil.copytree(whole, tmp_path / "full"))
