"""Replies of silos: which of them may go into a mean, and in which words the others are left out (flwr)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from privgen.errors import MissingExtraError
from privgen.federated.flower_app import CHANGE, FAILED, VALIDATION
from privgen.federated.noised_validation import NoisedLoss
from privgen.federated.settings import Weights

try:
    from flwr.app import Message
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None

LATE = 1002
"""Error code of a reply that came after the deadline."""
_OUTLIER = 5.0  # times the median norm of the round before
_SINGLE = np.arange(2**16, dtype=np.uint16).view(np.float16).astype(np.float32)
_MOST_WORDS = 400  # characters of a silo's own reason


class Unusable(Exception):
    """Why a reply is left out, in words that may stand in the history."""

    def __init__(self, reason: str, *, late: bool = False) -> None:
        super().__init__(reason)
        self.late = late


def update_of(reply: Message, merchant: str, sent: Weights) -> tuple[Weights, int]:
    """The weights that a reply amounts to, and the bytes that they took.

    A silo of ours sends the change of `sent`; whole weights, as Flower's strategies expect them, count too.

    Raises:
        Unusable: There are none, or another merchant's.
    """
    if reply.has_error():
        raise _fault_of(reply)
    try:
        told = merchant_of(reply)
        ((name, arrays),) = reply.content.array_records.items()
        raw = {key: array.numpy() for key, array in arrays.items()}
        with np.errstate(over="ignore", invalid="ignore"):
            update = {key: _single(value) for key, value in raw.items()}
    except (KeyError, TypeError, ValueError):
        raise Unusable("the reply is malformed") from None
    if told is None:
        raise Unusable("the reply is malformed")
    if told != merchant:
        raise Unusable("the reply speaks for another merchant")
    if {name: v.shape for name, v in update.items()} != {name: v.shape for name, v in sent.items()}:
        raise Unusable("sent weights of other names or shapes")
    if name == CHANGE:
        update = {name: sent[name] + value for name, value in update.items()}
    return update, sum(value.nbytes for value in raw.values())


def check_update(update: Weights, sent: Weights, last_norm: float, bound: Callable[[int], float]) -> float:
    """Check that numbers are finite, and that an honest silo can have come so far.

    Args:
        update: What a silo's reply amounts to, of the names and shapes of `sent`.
        sent: What it was asked to train.
        last_norm: Median norm of the updates of the round before; 0 where there was none.
        bound: L2 norm that no honest update of so many weights passes.

    Returns:
        L2 norm of the change.

    Raises:
        Unusable: It may not go into the mean.
    """
    norm = _distance(update, sent)
    if not np.isfinite(norm):
        raise Unusable("sent weights that are not finite, or far too large")
    most = bound(sum(value.size for value in update.values()))
    if norm > most:
        raise Unusable(f"sent an update of norm {norm:.3g}; the settings allow at most {most:.3g}")
    if last_norm and norm > _OUTLIER * last_norm:
        raise Unusable(
            f"sent an update of norm {norm:.3g}; the last round's median was {last_norm:.3g}, and more than "
            f"{_OUTLIER:g} times that is not used"
        )
    return norm


def loss_of(reply: Message) -> NoisedLoss | None:
    """The noised loss in a reply; None where there is none."""
    if reply.has_error():
        return None
    try:
        found = reply.content.metric_records[VALIDATION]
        return NoisedLoss(float(found["loss"]), float(found["count"]))
    except (KeyError, TypeError, ValueError):
        return None


def merchant_of(reply: Message) -> str | None:
    """Who a reply says it is from."""
    if reply.has_error():
        return (reply.error.reason or "").partition(": ")[0] if reply.error.code == FAILED else None
    try:
        return str(reply.content.config_records["silo"]["merchant-id"])
    except (KeyError, TypeError):
        return None


def no_reply(deadline: float | None) -> str:
    """Reason of a silo that did not answer."""
    return "no reply" if deadline is None else f"no reply within {deadline:g} s"


def _fault_of(reply: Message) -> Unusable:
    """What an error reply says; only a silo's own words are passed on, in one line."""
    if reply.error.code == LATE:
        return Unusable(reply.error.reason or "no reply", late=True)
    if reply.error.code != FAILED:
        return Unusable("the node failed")
    reason = (reply.error.reason or "").partition(": ")[2]
    return Unusable(" ".join(reason.split())[:_MOST_WORDS] or "the node failed")


def _single(value: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """In single precision; half precision by a table, five times as fast as numpy's own conversion."""
    if value.dtype == np.float16:
        return _SINGLE.take(value.view(np.uint16))
    return value.astype(np.float32, copy=False)


def _distance(update: Weights, sent: Weights) -> float:
    total = 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        for name, value in update.items():
            change = (value - sent[name]).ravel()
            total += float(change @ change)
    return float(np.sqrt(total))
