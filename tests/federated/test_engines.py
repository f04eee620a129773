"""The same apps in one process and on Ray; what Flower keeps private and we set is still as we found it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from federated_models import make_base, make_plan, make_silo
from flwr.app import Context, Message, MessageType, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid
from flwr.serverapp.strategy import FedAvg
from flwr.supercore.task_identity import TaskIdentity

from privgen.federated import simulate
from privgen.federated.engines import InProcessGrid, run_inprocess
from privgen.federated.flower_app import server_app
from privgen.federated.rules import RoundResult, Rules
from privgen.federated.settings import Weights
from privgen.federated.silo import Silo
from privgen.federated.strategies import PrivateRounds
from privgen.federated.weights_file import read_weights
from privgen.federated.wire import arrays_of, weights_of

SILOS = tuple(Silo(name, Path("none")) for name in ("alpine", "harbour", "mill", "quay"))


def _weights(value: float = 0.0) -> Weights:
    return {"b": np.full((2, 3), value, np.float32), "a": np.full((4,), value, np.float32)}


def _echo(message: Message, context: Context, change: float) -> RecordDict:
    weights = {name: value + change for name, value in weights_of(message.content["arrays"]).items()}
    return RecordDict({"arrays": arrays_of(weights), "metrics": MetricRecord({"num-examples": 1})})


def _app(faults: dict[int, str]) -> ClientApp:
    """Node i adds i + 1, unless it has a fault."""
    app = ClientApp()

    @app.train()  # type: ignore[untyped-decorator]
    def train(message: Message, context: Context) -> Message:
        from flwr.app import ConfigRecord

        node = int(context.node_config["partition-id"])
        fault = faults.get(node, "")
        if fault == "raise":
            raise ValueError("canary-7719")
        content = _echo(message, context, float(node + 1))
        content["silo"] = ConfigRecord({"merchant-id": SILOS[node].merchant_id})
        update = _weights(float(node + 1))
        if fault == "nan":
            update["a"][1] = np.nan
        elif fault == "shape":
            update["a"] = np.zeros(5, np.float32)
        elif fault == "name":
            update["c"] = update.pop("a")
        if fault:
            content["arrays"] = arrays_of(update)
        if fault == "nameless":
            del content["silo"]
        return Message(content, reply_to=message)

    return app


def _rounds(faults: dict[int, str], rounds: int = 1, **options: Any) -> list[RoundResult]:
    seen: list[RoundResult] = []

    def keep(result: RoundResult) -> bool:
        seen.append(result)
        return len(seen) < options.get("stop", 99)

    strategy = PrivateRounds(Rules("plan"), SILOS, keep, first_round=options.get("first_round", 1))
    run_inprocess(server_app(strategy, _weights(), rounds), lambda: _app(faults), len(SILOS))
    return seen


def test_the_mean_is_plain_and_goes_on() -> None:
    rounds = _rounds({}, 3, first_round=5)
    assert [r.server_round for r in rounds] == [5, 6, 7]
    for count, result in enumerate(rounds, start=1):
        assert result.participants == tuple(s.merchant_id for s in SILOS) and not result.failures
        assert result.weights is not None
        np.testing.assert_allclose(result.weights["b"], 2.5 * count, rtol=1e-3)
        assert result.bytes_sent == 4 * 10 * 2  # silos x numbers x bytes, in half precision
        assert result.bytes_received == 4 * 10 * 4  # this app sends whole weights, in single precision


@pytest.mark.parametrize(
    ("fault", "merchant", "reason"),
    [
        ("nan", "harbour", "not finite"),
        ("shape", "harbour", "names or shapes"),
        ("name", "harbour", "names or shapes"),
        ("raise", "node 1001", "the node failed"),
        ("nameless", "node 1001", "malformed"),
    ],
)
def test_a_silo_that_fails_is_named_and_left_out(fault: str, merchant: str, reason: str) -> None:
    (result,) = _rounds({1: fault})
    assert result.participants == ("alpine", "mill", "quay")
    assert reason in result.failures[merchant] and "canary" not in str(result.failures)
    assert result.failures.keys() <= {merchant, "harbour"}  # a nameless node's merchant gave no reply
    assert result.weights is not None
    np.testing.assert_allclose(result.weights["a"], (1 + 3 + 4) / 3)


def test_nobody_left_and_stopping() -> None:
    (nobody,) = _rounds(dict.fromkeys(range(4), "nan"))
    assert nobody.weights is None and len(nobody.failures) == 4
    assert len(_rounds({}, 5, stop=2)) == 2


def test_replies_are_made_one_by_one() -> None:
    """So that the server's memory does not grow with the silos."""
    done: list[int] = []
    app = ClientApp()

    @app.train()  # type: ignore[untyped-decorator]
    def train(message: Message, context: Context) -> Message:
        done.append(int(context.node_config["partition-id"]))
        return Message(message.content, reply_to=message)

    run_grid(app, lambda grid: _check_lazy(grid, done))


def _check_lazy(grid: Grid, done: list[int]) -> None:
    content = RecordDict({"arrays": arrays_of(_weights())})
    messages = (Message(content, node, MessageType.TRAIN) for node in grid.get_node_ids())
    replies = iter(grid.send_and_receive(messages))
    assert done == []
    next(replies)
    assert done == [0]
    assert len(list(replies)) == 3 and done == [0, 1, 2, 3]
    ids = list(grid.push_messages([Message(content, 1002, MessageType.TRAIN)]))
    assert len(done) == 4
    pulled = list(grid.pull_messages([*ids, "unknown"]))
    assert [r.metadata.reply_to_message_id for r in pulled] == ids and done[-1] == 2
    assert not list(grid.pull_messages(ids))


def run_grid(app: ClientApp, check: Any) -> None:
    from flwr.serverapp import ServerApp

    server = ServerApp()

    @server.main()  # type: ignore[untyped-decorator]
    def main(grid: Grid, context: Context) -> None:
        assert isinstance(grid, InProcessGrid)
        check(grid)

    run_inprocess(server, lambda: app, 4)


def test_flower_s_own_strategy_runs_unmodified() -> None:
    def check(grid: Grid) -> None:
        strategy = FedAvg(fraction_evaluate=0.0, min_available_nodes=4)
        result = strategy.start(grid, arrays_of(_weights()), num_rounds=2)
        np.testing.assert_allclose(weights_of(result.arrays)["b"], 5.0)

    app = ClientApp()

    @app.train()  # type: ignore[untyped-decorator]
    def train(message: Message, context: Context) -> Message:
        return Message(_echo(message, context, context.node_config["partition-id"] + 1.0), reply_to=message)

    run_grid(app, check)


def test_flower_s_identity_is_put_back() -> None:
    before = (TaskIdentity._run_id, TaskIdentity._node_id, TaskIdentity._task_id)
    _rounds({})
    assert (TaskIdentity._run_id, TaskIdentity._node_id, TaskIdentity._task_id) == before


@pytest.fixture
def federation(tmp_path: Path) -> Iterator[tuple[Path, str, list[Silo]]]:
    silos = [make_silo(tmp_path, name) for name in ("alpine", "harbour")]
    yield tmp_path, make_base(tmp_path / "base"), silos


@pytest.mark.slow
def test_ray_and_one_process_agree(federation: tuple[Path, str, list[Silo]]) -> None:
    """For a fixed UNSAFE seed; the order of replies and the threads of a worker differ by rounding only."""
    folder, base, silos = federation
    found = []
    for engine in ("inprocess", "ray"):
        result = simulate(
            silos,
            make_plan(),
            base,
            folder / engine,
            rounds=2,
            steps_per_round=2,
            engine=engine,
            seed=5,
            rank=4,
        )
        assert result.rounds_done == 2 and result.unsafe and result.stopped is None
        found.append(read_weights(folder / engine / "state.safetensors")[0])
    for name, value in found[0].items():
        np.testing.assert_allclose(found[1][name], value, atol=1e-6)
    assert max(float(np.abs(value).max()) for value in found[0].values()) > 1e-4
