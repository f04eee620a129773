"""Replies of silos: which of them may go into a mean, and in which words the others are left out (flwr)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from privgen.errors import MissingExtraError
from privgen.federated.flower_app import CHANGE, FAILED, VALIDATION
from privgen.federated.noised_validation import NoisedLoss
from privgen.federated.settings import Weights
from privgen.federated.wire import numbers, single

try:
    from flwr.app import ArrayRecord, ConfigRecord, Error, Message
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None

LATE = 1002
"""Error code of a reply that came after the deadline."""
CRASHED = 2
"""Flower's code of a ClientApp that raised."""
_OUTLIER = 5.0  # times the median norm of the round before
_MOST_WORDS = 400  # characters of a silo's own reason
_MALFORMED = "the reply is malformed"


class Unusable(Exception):
    """Why a reply is left out, in words that may stand in the history."""

    def __init__(self, reason: str, *, late: bool = False) -> None:
        super().__init__(reason)
        self.late = late


@dataclass(frozen=True, slots=True)
class Change:
    """By how much a silo's reply moves the weights that it was sent.

    Args:
        weights: The change, of the names and shapes of what was sent.
        norm: Its L2 norm; not finite where one of its numbers is not.
        size: Bytes that its numbers took to travel.
    """

    weights: Weights
    norm: float
    size: int


def change_of(reply: Message, merchant: str, sent: Weights) -> Change:
    """The change that a reply amounts to.

    A silo of ours sends the change of `sent`; whole weights, as Flower's strategies expect them, count too.

    Args:
        reply: From the node that speaks for `merchant`.
        merchant: Who was asked.
        sent: What it was asked to train.

    Raises:
        Unusable: There is none, or another merchant's.
    """
    if reply.has_error():
        raise fault_of(reply)
    try:
        ((name, arrays),) = ((n, r) for n, r in reply.content.items() if isinstance(r, ArrayRecord))
        raw = {key: numbers(array) for key, array in arrays.items()}
    except (TypeError, ValueError):
        raise Unusable(_MALFORMED) from None
    _check_speaker(reply, merchant)
    if {key: value.shape for key, value in raw.items()} != {key: v.shape for key, v in sent.items()}:
        raise Unusable("sent weights of other names or shapes")
    change, total = {}, 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        for key, value in raw.items():
            change[key] = single(value) if name == CHANGE else single(value) - sent[key]
            flat = change[key].ravel()
            total += float(flat @ flat)
    return Change(change, math.sqrt(total), sum(value.nbytes for value in raw.values()))


def check_change(change: Change, last_norm: float, most: float) -> None:
    """Check that numbers are finite, and that an honest silo can have come so far.

    Args:
        change: A silo's.
        last_norm: Median norm of the changes of the round before; 0 where there was none.
        most: L2 norm that no honest change of so many weights passes.

    Raises:
        Unusable: It may not go into the mean.
    """
    if not math.isfinite(change.norm):
        raise Unusable("sent weights that are not finite, or far too large")
    if change.norm > most:
        raise Unusable(f"sent an update of norm {change.norm:.3g}; the settings allow at most {most:.3g}")
    if last_norm and change.norm > _OUTLIER * last_norm:
        raise Unusable(
            f"sent an update of norm {change.norm:.3g}; the last round's median was {last_norm:.3g}, and "
            f"more than {_OUTLIER:g} times that is not used"
        )


def loss_of(reply: Message, merchant: str) -> NoisedLoss:
    """The noised loss in a reply.

    Args:
        reply: From the node that speaks for `merchant`.
        merchant: Who was asked.

    Raises:
        Unusable: There is none, or another merchant's.
    """
    if reply.has_error():
        raise fault_of(reply)
    try:
        found = reply.content.metric_records[VALIDATION]
        loss = NoisedLoss(float(found["loss"]), float(found["count"]))
    except (KeyError, TypeError, ValueError):
        raise Unusable(_MALFORMED) from None
    _check_speaker(reply, merchant)
    return loss


def merchant_of(reply: Message) -> str | None:
    """Who a reply says it is from."""
    if reply.has_error():
        return (reply.error.reason or "").partition(": ")[0] if reply.error.code == FAILED else None
    silo = reply.content.get("silo")
    told = silo.get("merchant-id") if isinstance(silo, ConfigRecord) else None
    return None if told is None else str(told)


def error_reply(message: Message | None, code: int, reason: str) -> Message:
    """The reply of a node that has none of its own."""
    return Message(Error(code, reason), reply_to=message)


def late_reply(message: Message | None, deadline: float | None) -> Message:
    """The reply of a node that missed the deadline."""
    return error_reply(message, LATE, no_reply(deadline))


def no_reply(deadline: float | None) -> str:
    """Reason of a silo that did not answer."""
    return "no reply" if deadline is None else f"no reply within {deadline:g} s"


def fault_of(reply: Message) -> Unusable:
    """What an error reply says; only a silo's own words are passed on, in one line."""
    if reply.error.code == LATE:
        return Unusable(reply.error.reason or "no reply", late=True)
    if reply.error.code != FAILED:
        return Unusable("the node failed")
    reason = (reply.error.reason or "").partition(": ")[2]
    return Unusable(" ".join(reason.split())[:_MOST_WORDS] or "the node failed")


def _check_speaker(reply: Message, merchant: str) -> None:
    told = merchant_of(reply)
    if told is None:
        raise Unusable(_MALFORMED)
    if told != merchant:
        raise Unusable("the reply speaks for another merchant")
