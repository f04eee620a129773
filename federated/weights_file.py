"""Weights on disk: one safetensors file with metadata, replaced whole (safetensors)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from privgen.errors import DataError, MissingExtraError
from privgen.federated.settings import Weights
from privgen.files import atomic_path

try:
    from safetensors import SafetensorError, safe_open
    from safetensors.numpy import save_file
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None


def save_weights(path: Path, weights: Weights, metadata: Mapping[str, str], *, secret: bool = False) -> None:
    """Write weights with metadata as one safetensors file, atomically and durably.

    Args:
        path: Where to.
        weights: Arrays by name.
        metadata: Words by name.
        secret: Whether only the owner may read the file, at any time.
    """
    with atomic_path(path) as temporary:
        if secret:
            temporary.touch(mode=0o600)
        save_file(weights, str(temporary), dict(metadata))


def read_weights(path: Path) -> tuple[Weights, dict[str, str]]:
    """Read what `save_weights` wrote.

    Raises:
        DataError: Not a readable safetensors file.
    """
    try:
        with safe_open(str(path), framework="numpy") as handle:
            weights = {name: handle.get_tensor(name) for name in handle.keys()}  # noqa: SIM118 - no iterator
            return weights, dict(handle.metadata() or {})
    except (OSError, SafetensorError, ValueError):
        raise DataError(f"{path}: not a readable state; delete it to start anew") from None
