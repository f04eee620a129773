"""The real client app with a fault on top, as a silo would misbehave; picklable, so that workers take it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from flwr.app import ConfigRecord, Context, Message
from flwr.clientapp import ClientApp

from privgen.federated.flower_app import CHANGE, loaded_client_app
from privgen.federated.plan import PrivacyPlan
from privgen.federated.settings import TrainingSettings
from privgen.federated.silo import Silo
from privgen.federated.wire import WIRE, arrays_of, weights_of

CANARY = "canary-7719"


def faulty_app(
    silos: tuple[Silo, ...],
    ledgers: Path,
    plan: PrivacyPlan,
    settings: TrainingSettings,
    faults: dict[str, str],
) -> ClientApp:
    """`faults` is merchant to what it does wrong."""
    torch.set_num_threads(1)
    inner = loaded_client_app(silos, ledgers, plan, settings)
    app = ClientApp()

    @app.query()  # type: ignore[untyped-decorator]
    def query(message: Message, context: Context) -> Message:
        return inner(message, context)

    @app.train()  # type: ignore[untyped-decorator]
    def train(message: Message, context: Context) -> Message:
        merchant = silos[int(context.node_config["partition-id"])].merchant_id
        name, _, only = faults.get(merchant, "").partition("@")
        server_round = int(message.content["config"]["server-round"])
        fault = FAULTS[name] if name and only in ("", str(server_round)) else None
        if name == "raise_before" and fault:
            raise ValueError(CANARY)
        if name == "lazy" and fault:
            time.sleep(3600)
        reply = inner(message, context)
        if fault:
            fault(reply, message)
        return reply

    return app


def _changed(spoil: Callable[[np.ndarray], np.ndarray], reply: Message, message: Message) -> None:
    got = weights_of(reply.content[CHANGE])
    reply.content[CHANGE] = arrays_of({name: spoil(value) for name, value in got.items()}, WIRE)


def _nan(value: np.ndarray) -> np.ndarray:
    value = value.copy()
    value.flat[-1] = np.nan
    return value


def _raise(reply: Message, message: Message) -> None:
    raise ValueError(CANARY)


def _poser(reply: Message, message: Message) -> None:
    reply.content["silo"] = ConfigRecord({"merchant-id": "alpine"})


def _slow(reply: Message, message: Message) -> None:
    time.sleep(3.5)


def _die(reply: Message, message: Message) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


FAULTS: dict[str, Callable[[Message, Message], None]] = {
    "nan": partial(_changed, _nan),
    "shape": partial(_changed, lambda value: value[:-1]),
    "tenfold": partial(_changed, lambda value: 10 * value),
    "huge": partial(_changed, lambda value: np.full_like(value, 6e4)),
    "raise_before": _raise,
    "raise_after": _raise,
    "poser": _poser,
    "slow": _slow,
    "lazy": _raise,
    "die": _die,
}
