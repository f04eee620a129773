"""Worker processes: the same weights as in one process, and no worker outlives the one that started it."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import killed_training
import numpy as np
import pytest
from faulty_clients import faulty_app
from federated_models import make_base, make_plan, make_silo
from flwr.app import Context
from flwr.serverapp import Grid, ServerApp
from safetensors.numpy import load_file
from started import Forked, session

from privgen.errors import LedgerBusy
from privgen.federated import Ledger, Silo, simulate
from privgen.federated.engines import run_inprocess
from privgen.federated.rules import Use
from privgen.federated.worker_grid import WorkerGrid

pytestmark = pytest.mark.usefixtures("libraries_loaded")
NAMES = ("alpine", "harbour", "mill")


@pytest.fixture
def silos(tmp_path: Path) -> list[Silo]:
    return [make_silo(tmp_path, name, customers=6, most=2) for name in NAMES]


@pytest.mark.slow
def test_workers_and_one_process_agree(silos: list[Silo], tmp_path: Path) -> None:
    """For a fixed UNSAFE seed, over all three aggregations; replies come in any order."""
    base = make_base(tmp_path / "base")
    for aggregation in ("frozen", "alternating", "exact"):
        found = []
        for workers in (None, 2):
            out = tmp_path / f"{aggregation}{workers}"
            result = simulate(
                silos,
                make_plan(),
                base,
                out,
                rounds=2,
                steps_per_round=1,
                rank=2,
                min_customers=5,
                aggregation=aggregation,  # type: ignore[arg-type]
                workers=workers,
                seed=5,
            )
            assert result.rounds_done == 2 and result.stopped is None
            found.append(dict(load_file(out / "state.safetensors")))
            for name in NAMES:
                states = [e["state"] for e in Ledger.open(out / "ledger" / f"{name}.jsonl").entries()]
                assert states == ["reserved", "committed"] * 2
        for name, value in found[0].items():
            np.testing.assert_allclose(found[1][name], value, atol=1e-6)
    assert not multiprocessing.active_children()


def test_a_factory_that_fails_is_an_error_of_every_node(silos: list[Silo], tmp_path: Path) -> None:
    """The base model is not there, so no worker comes up; nobody waits for ever."""
    from flwr.app import Message, MessageType, RecordDict

    from privgen.federated.settings import TrainingSettings

    settings = TrainingSettings(base=str(tmp_path / "none"))
    factory = partial(faulty_app, tuple(silos), tmp_path, make_plan(), settings, {})
    codes: list[int] = []
    server = ServerApp()

    @server.main()  # type: ignore[untyped-decorator]
    def main(grid: Grid, context: Context) -> None:
        assert isinstance(grid, WorkerGrid)
        messages = (Message(RecordDict(), node, MessageType.QUERY) for node in grid.get_node_ids())
        codes.extend(reply.error.code for reply in grid.send_and_receive(messages, timeout=60.0))

    run_inprocess(server, factory, len(silos), Use(workers=2))
    assert codes == [2, 2, 2]


@pytest.mark.slow
def test_workers_end_with_a_killed_parent_and_training_goes_on(silos: list[Silo], tmp_path: Path) -> None:
    make_base(tmp_path / "base")
    parent = Forked(killed_training.train_and_tell, tmp_path, 2)
    reached = [int(parent.pipe.recv()) for _ in range(4)][-1]
    workers = _workers(parent.pid)
    assert len(workers) == 2
    parent.kill()
    assert parent.wait() == -signal.SIGKILL
    books = [tmp_path / "out" / "ledger" / f"{name}.jsonl" for name in NAMES]
    assert _within(5.0, lambda: all(map(_free, books)))
    assert _within(20.0, lambda: not workers & {*session(parent.pid)})
    assert _within(
        40.0, lambda: not session(parent.pid)
    )  # its fork server: what has loaded torch ends slowly
    for path in books:  # every round in the model was charged
        committed = {e["server_round"] for e in Ledger.open(path).entries() if e["state"] == "committed"}
        assert {*range(1, reached + 1)} <= committed
    seen: list[int] = []
    result = killed_training.train(
        tmp_path,
        rounds=reached + 4,
        workers=2,
        progress=lambda done, total, label: seen.append(int(done)),
    )
    assert result.rounds_done == reached + 4 and seen == [*range(seen[0], reached + 5)]
    assert seen[0] >= reached > 0  # it went on, not back


def _workers(number: int) -> set[Path]:
    """The processes of a session that its leader's fork server started."""
    found = session(number)
    parents = {
        process: int((process / "stat").read_text().rpartition(")")[2].split()[1]) for process in found
    }
    return {
        process
        for process, parent in parents.items()
        if parent != number and Path(f"/proc/{parent}") in found
    }


def _free(path: Path) -> bool:
    """Whether nobody holds a ledger."""
    try:
        with Ledger.open(path).locked():
            return True
    except LedgerBusy:
        return False


def _within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether something comes to hold in time."""
    end = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < end:
        time.sleep(0.05)
    return held
