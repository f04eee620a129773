"""Loading a base model: whole, in fp32, with its own tokenizer, known by its hash (torch, transformers)."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from privgen.errors import MissingExtraError, ModelError
from privgen.files import sha256_file, sha256_text

try:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer
    from transformers.utils import logging as transformers_logging
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None

_FILES = ("*.safetensors", "*.bin", "config.json", "tokenizer.json")


def load_base(base: str) -> tuple[Any, Any, bool]:
    """Load a base model; torch's random state stays as it is.

    Args:
        base: Folder of a causal or seq2seq model, or a hub id in the cache.

    Returns:
        Model, tokenizer, and whether it is an encoder-decoder.

    Raises:
        ModelError: Not loadable, or parts are missing; the message says which.
    """
    try:
        with no_bars(), torch.random.fork_rng(devices=[]):
            config = AutoConfig.from_pretrained(base)
            seq2seq = bool(getattr(config, "is_encoder_decoder", False))
            family = AutoModelForSeq2SeqLM if seq2seq else AutoModelForCausalLM
            tokenizer = AutoTokenizer.from_pretrained(base)
            loaded, found = family.from_pretrained(base, dtype=torch.float32, output_loading_info=True)
    except Exception as fault:  # whatever a broken file makes the loaders raise
        raise ModelError(
            f"base model {base}: not loadable as a causal or seq2seq model ({type(fault).__name__}); "
            "give a folder with config.json, weights and tokenizer, or a hub id that is in the cache"
        ) from None
    absent = len(found["missing_keys"]) + len(found["mismatched_keys"])
    if absent:  # made up on loading, and differently so in every silo
        raise ModelError(f"base model {base}: {absent} weights of a text generator are not in its files")
    if len(tokenizer) > loaded.get_input_embeddings().weight.shape[0]:
        raise ModelError(f"base model {base}: the tokenizer has tokens that the model has no embedding for")
    if seq2seq and loaded.config.decoder_start_token_id is None:
        raise ModelError(f"base model {base}: config.json has no decoder_start_token_id")
    return loaded, tokenizer, seq2seq


@contextlib.contextmanager
def no_bars() -> Iterator[None]:
    """Keep the library's own progress bars away: progress is the caller's to show."""
    bars = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        if bars:
            transformers_logging.enable_progress_bar()


def hash_base(base: str, loaded: Any) -> str:
    """Hash of a folder's weight and tokenizer files; of name and commit for a hub id."""
    folder = Path(base)
    if folder.is_dir():
        files = sorted({path for pattern in _FILES for path in folder.glob(pattern)})
        return sha256_text("".join(f"{path.name}\0{sha256_file(path)}\n" for path in files))
    commit = str(getattr(loaded.config, "_commit_hash", None))
    return hashlib.sha256(f"{base}\0{commit}".encode()).hexdigest()
