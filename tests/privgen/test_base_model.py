"""The embedded base model: its size on disk, and that it really uses its signals on fresh customers."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from privgen.files import sha256_file
from privgen.generator import EMBEDDED_PATH, load_generator

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def page_quality() -> ModuleType:
    """The benchmark that users run is what is tested."""
    path = ROOT / "examples" / "benchmarks" / "page_quality.py"
    spec = importlib.util.spec_from_file_location("page_quality", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_small_and_the_card_names_it() -> None:
    weights = EMBEDDED_PATH / "model.safetensors"
    assert weights.stat().st_size <= 16 * 2**20
    config = json.loads((EMBEDDED_PATH / "config.json").read_text())
    assert config["architectures"] == ["LlamaForCausalLM"]
    assert sha256_file(weights)[:16] in (EMBEDDED_PATH / "MODEL_CARD.md").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["en_US", "zh_CN"])
def test_it_uses_its_signals(page_quality: ModuleType, locale: str) -> None:
    generator = load_generator(batch_size=32)
    figures = page_quality.measure(generator, page_quality.fresh_requests(locale, 12, seed=99), 1)
    assert figures["slots"] > 350
    assert figures["slot_error_rate"] <= 0.02
    assert figures["user_swap_falls"] >= 0.95
    assert figures["planted_signal_first"] >= 0.9
