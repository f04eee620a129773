"""Numbers as they travel: weights into Flower's records and out of them, with few copies (flwr).

Both ways they are in half precision. A server reads an array per layer and silo in every round, so a header
is parsed once for all that have it, and numbers are used where they lie.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt

from privgen.errors import MissingExtraError
from privgen.federated.settings import Weights

try:
    from flwr.app import Array, ArrayRecord
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None

WIRE = np.float16
_MAGIC = b"\x93NUMPY\x01\x00"  # numpy's format 1.0; two bytes follow, the length of the header
_SINGLE = np.arange(2**16, dtype=np.uint16).view(np.float16).astype(np.float32)


def arrays_of(weights: Weights, dtype: npt.DTypeLike = np.float32) -> ArrayRecord:
    """Weights as a Flower record of a floating-point type."""
    return ArrayRecord({name: Array(np.ascontiguousarray(v, dtype)) for name, v in weights.items()})


def weights_of(arrays: ArrayRecord) -> Weights:
    """A copy of the weights of a Flower record, in single precision."""
    return {name: single(numbers(array), copy=True) for name, array in arrays.items()}


def payload(arrays: ArrayRecord) -> int:
    """Bytes of the numbers in a record, as they travel."""
    return sum(numbers(array).nbytes for array in arrays.values())


def numbers(array: Array) -> npt.NDArray[np.floating[Any]]:
    """What `array.numpy()` gives, but where it lies: it cannot be written to.

    Raises:
        TypeError: Fewer numbers than the header says, or not in numpy's format.
        ValueError: Not in numpy's format, or not of a floating-point type.
    """
    if array.stype != "numpy.ndarray":
        raise TypeError("not in numpy's format")
    if not array.data.startswith(_MAGIC):
        return _floating(np.lib.format.read_array(BytesIO(array.data), allow_pickle=False))
    start = len(_MAGIC) + 2 + int.from_bytes(array.data[len(_MAGIC) : len(_MAGIC) + 2], "little")
    shape, order, dtype = _header(array.data[:start])
    return np.ndarray(shape, dtype, array.data, start, order=order)


def single(value: npt.NDArray[np.floating[Any]], *, copy: bool = False) -> npt.NDArray[np.float32]:
    """In single precision; half precision by a table, faster than numpy's own conversion."""
    if value.dtype == WIRE:
        return _SINGLE.take(value.view(np.uint16))
    return value.astype(np.float32, copy=copy)


@lru_cache(maxsize=4096)
def _header(start: bytes) -> tuple[tuple[int, ...], Any, np.dtype[Any]]:
    shape, columns_first, dtype = np.lib.format.read_array_header_1_0(BytesIO(start[len(_MAGIC) :]))
    return shape, "F" if columns_first else "C", _floating(np.empty(0, dtype)).dtype


def _floating(value: npt.NDArray[Any]) -> npt.NDArray[np.floating[Any]]:
    if value.dtype.kind != "f":
        raise ValueError("not floating-point numbers")
    return value
