"""What may go into a mean: the change of a reply against a plain oracle, and every fault noticed."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from flwr.app import ArrayRecord, ConfigRecord, Message, MessageType, MetricRecord, RecordDict
from hypothesis import given, settings
from hypothesis import strategies as st

from privgen.federated.engines import as_task, identified
from privgen.federated.flower_app import CHANGE, FAILED
from privgen.federated.replies import LATE, Unusable, change_of, check_change, error_reply, merchant_of
from privgen.federated.settings import Weights
from privgen.federated.wire import WIRE, arrays_of

SENT: Weights = {
    "a": np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4),
    "b": np.arange(5, dtype=np.float32),
}


def reply(name: str, weights: Weights, dtype: Any = WIRE, merchant: str = "alpine") -> Message:
    content = RecordDict({name: arrays_of(weights, dtype), "metrics": MetricRecord({"num-examples": 1})})
    content["silo"] = ConfigRecord({"merchant-id": merchant})
    with as_task():
        return Message(content, 7, MessageType.TRAIN)


def moved(seed: int, size: float) -> Weights:
    rng = np.random.default_rng(seed)
    return {n: (size * rng.normal(size=v.shape)).astype(np.float32) for n, v in SENT.items()}


def error(code: int, reason: str) -> Message:
    with as_task():
        asked = identified(Message(RecordDict(), 7, MessageType.TRAIN))
        return error_reply(asked, code, reason)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(1e-3, 1e3), st.booleans())
def test_a_change_and_whole_weights_amount_to_the_same(seed: int, size: float, whole: bool) -> None:
    """Oracle in double precision of the numbers as they travelled."""
    change = moved(seed, size)
    if whole:
        given_ = {name: SENT[name] + value for name, value in change.items()}
        found = change_of(reply("arrays", given_, np.float32), "alpine", SENT)
        wanted = {name: value.astype(float) - SENT[name] for name, value in given_.items()}
    else:
        found = change_of(reply(CHANGE, change), "alpine", SENT)
        wanted = {name: value.astype(WIRE).astype(float) for name, value in change.items()}
    assert found.size == 17 * (4 if whole else 2)
    norm = float(np.sqrt(sum((value**2).sum() for value in wanted.values())))
    assert found.norm == pytest.approx(norm, rel=1e-5)
    for name, value in wanted.items():
        np.testing.assert_allclose(found.weights[name], value, rtol=1e-6, atol=1e-6)
    check_change(found, norm / 4.9, 1.01 * norm)
    for last, most, words in ((0.0, 0.99 * norm, "the settings allow"), (norm / 5.1, np.inf, "median was")):
        with pytest.raises(Unusable, match=words):
            check_change(found, last, most)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", range(17))
@pytest.mark.parametrize("name", [CHANGE, "arrays"])
def test_one_number_that_is_not_finite_is_noticed(bad: float, place: int, name: str) -> None:
    change = moved(3, 0.1)
    spoilt = change["a"] if place < 12 else change["b"]
    spoilt.flat[place % 12] = bad
    with pytest.raises(Unusable, match="not finite"):
        check_change(change_of(reply(name, change), "alpine", SENT), 0.0, np.inf)


def test_numbers_too_large_to_square_are_noticed() -> None:
    huge = {name: np.full(value.shape, 1e30, np.float32) for name, value in SENT.items()}
    with pytest.raises(Unusable, match="far too large"):
        check_change(change_of(reply("arrays", huge, np.float32), "alpine", SENT), 0.0, np.inf)


def _without(name: str) -> Message:
    message = reply(CHANGE, SENT)
    del message.content[name]
    return message


def _with(name: str, record: Any) -> Message:
    message = reply(CHANGE, SENT)
    message.content[name] = record
    return message


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (_without(CHANGE), "the reply is malformed"),
        (_without("silo"), "the reply is malformed"),
        (_with("silo", ConfigRecord({"other": "alpine"})), "the reply is malformed"),
        (_with("silo", MetricRecord({"merchant-id": 1})), "the reply is malformed"),
        (_with("more", arrays_of(SENT)), "the reply is malformed"),
        (_with(CHANGE, ArrayRecord([np.arange(3)])), "the reply is malformed"),
        (reply(CHANGE, SENT, merchant="harbour"), "the reply speaks for another merchant"),
        (reply(CHANGE, {"a": SENT["a"]}), "sent weights of other names or shapes"),
        (reply(CHANGE, SENT | {"c": SENT["a"]}), "sent weights of other names or shapes"),
        (reply(CHANGE, {"a": SENT["a"].T, "b": SENT["b"]}), "sent weights of other names or shapes"),
        (error(LATE, "no reply within 3 s"), "no reply within 3 s"),
        (error(2, "canary"), "the node failed"),
        (error(FAILED, "alpine: PlanError: one\n line"), "PlanError: one line"),
        (error(FAILED, "alpine"), "the node failed"),
    ],
)
def test_why_a_reply_is_left_out(message: Message, words: str) -> None:
    with pytest.raises(Unusable, match=f"^{re.escape(words)}$") as caught:
        change_of(message, "alpine", SENT)
    assert caught.value.late == words.startswith("no reply")


def test_who_speaks() -> None:
    assert merchant_of(reply(CHANGE, SENT)) == "alpine"
    assert merchant_of(error(FAILED, "mill: PlanError: x")) == "mill"
    assert merchant_of(error(2, "mill: x")) is None and merchant_of(_without("silo")) is None
