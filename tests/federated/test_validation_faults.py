"""Silos that fail in validation: each named with its reason, and no line of an earlier round touched."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flwr.app import ConfigRecord, Context, Error, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from test_strategies import SILOS, moving_app, start_weights

from privgen.federated.engines import run_inprocess
from privgen.federated.flower_app import FAILED, VALIDATION, server_app
from privgen.federated.noised_validation import NoisedLoss
from privgen.federated.rules import RoundResult, Rules
from privgen.federated.settings import Weights
from privgen.federated.strategies import PrivateRounds

CANARY = "canary-7719"


def judged_app() -> ClientApp:
    """All train; only node 0 sends a loss of its own."""
    app = moving_app()

    @app.evaluate()  # type: ignore[untyped-decorator]
    def evaluate(message: Message, context: Context) -> Message:
        place = int(context.node_config["partition-id"])
        if place == 1:
            raise ValueError(CANARY)
        if place == 2:
            return Message(Error(FAILED, "m2: LedgerError: m2.jsonl: line 3 was cut"), reply_to=message)
        name = ConfigRecord({"merchant-id": "m0" if place == 3 else f"m{place}"})
        figures: dict[str, Any] = {"loss": 0.5} if place == 4 else {"loss": 0.5, "count": 9.0}
        return Message(RecordDict({VALIDATION: MetricRecord(figures), "silo": name}), reply_to=message)

    return app


def told(
    going: list[bool], weights: Weights | None = None
) -> list[tuple[int, dict[str, NoisedLoss], dict[str, str]]]:
    """What is handed on in as many rounds; the training ends where `going` says so."""
    found: list[tuple[int, dict[str, NoisedLoss], dict[str, str]]] = []

    def on_round(result: RoundResult) -> bool:
        return going[result.server_round - 1]

    strategy = PrivateRounds(Rules("plan"), SILOS, on_round, on_losses=lambda *figures: found.append(figures))
    run_inprocess(server_app(strategy, weights or start_weights(), len(going)), judged_app, len(SILOS))
    return found


def test_each_fault_is_named_and_the_loss_counts() -> None:
    reasons = {
        "m1": "the node failed",
        "m2": "LedgerError: m2.jsonl: line 3 was cut",
        "m3": "the reply speaks for another merchant",
        "m4": "the reply is malformed",
    }
    assert told([True, True]) == [(number, {"m0": NoisedLoss(0.5, 9.0)}, reasons) for number in (1, 2)]


def test_a_round_that_asks_nobody_tells_nothing() -> None:
    """The training ends after its second round: neither that round's losses nor a later call."""
    assert [number for number, _, _ in told([True, False, True])] == [1]
    nothing = {name: np.full_like(value, math.nan) for name, value in start_weights().items()}
    assert told([True, True], weights=nothing) == []  # nothing usable came, so that nothing is judged
