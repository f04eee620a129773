"""What tests of all packages share: the helper modules of this folder, and one server to fork from."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # importlib import mode: makes the helper modules importable


@pytest.fixture(scope="session")
def libraries_loaded() -> None:
    """Processes that a test forks have the libraries; needed before a training starts workers of its own."""
    from started import load

    load()
