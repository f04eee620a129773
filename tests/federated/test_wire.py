"""Numbers on the wire: read as numpy reads them, and nothing else passes."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from flwr.app import Array
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from privgen.federated.wire import WIRE, arrays_of, numbers, payload, single, weights_of

SHAPES = arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5)
TYPES = st.sampled_from([np.dtype(code) for code in ("<f2", ">f2", "<f4", ">f4", "<f8")])


@settings(max_examples=40, deadline=None)
@given(st.data(), SHAPES, TYPES, st.booleans())
def test_numbers_are_what_numpy_reads(data: Any, shape: tuple[int, ...], dtype: Any, turned: bool) -> None:
    value = data.draw(arrays.arrays(dtype, shape))
    value = value.copy(order="F" if turned else "C")
    array = Array(value)
    found = numbers(array)
    assert found.dtype == dtype and found.shape == shape and not found.flags.writeable
    np.testing.assert_array_equal(found, array.numpy())
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(single(found), value.astype(np.float32))


def test_every_half_precision_number_in_single_precision() -> None:
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    np.testing.assert_array_equal(single(halves), halves.astype(np.float32))


def test_weights_come_back_as_copies() -> None:
    sent = {"b": np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)}
    whole, half = arrays_of(sent), arrays_of(sent, WIRE)
    assert payload(whole) == 24 and payload(half) == 12
    for record, wanted in ((whole, sent["b"]), (half, sent["b"].astype(WIRE).astype(np.float32))):
        found = weights_of(record)["b"]
        np.testing.assert_array_equal(found, wanted)
        found += 1
        np.testing.assert_array_equal(weights_of(record)["b"], wanted)


def _altered(data: bytes, stype: str = "numpy.ndarray") -> Array:
    return Array("float32", (2,), stype, data)


def _saved(value: Any, version: tuple[int, int] | None = None) -> bytes:
    buffer = BytesIO()
    np.lib.format.write_array(buffer, np.asarray(value), version=version)
    return buffer.getvalue()


def test_another_version_of_the_format_is_read_too() -> None:
    value = np.ones(3, np.float32)
    np.testing.assert_array_equal(numbers(_altered(_saved(value, (2, 0)))), value)


GOOD = _saved(np.ones(2, np.float32))


@pytest.mark.parametrize(
    "array",
    [
        _altered(GOOD, "torch.tensor"),
        _altered(GOOD[:-1]),
        _altered(GOOD[:9]),
        _altered(GOOD[:40]),
        _altered(b""),
        _altered(b"anything else"),
        _altered(_saved([1, 2])),
        _altered(_saved([1j, 2j])),
        _altered(_saved(["1.0", "2.0"])),
        _altered(_saved([True, False])),
        _altered(_saved(np.array([{}, None], object))),
        _altered(_saved(np.array([1, 2]), (2, 0))),
        _altered(GOOD.replace(b"(2,)", b"(-2)")),
        _altered(GOOD.replace(b"'<f4'", b"'|O8'")),
    ],
)
def test_anything_else_is_refused(array: Array) -> None:
    with pytest.raises((TypeError, ValueError)):
        numbers(array)
