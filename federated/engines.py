"""Two ways to run the same ServerApp and ClientApp: in this process, or on Flower's Ray engine (flwr).

The in-process engine needs no daemon and hands replies on one by one, so that the server's memory does not
grow with the number of silos. It sets three values that Flower keeps private (the identity of the running
task, a message's id); `tests/federated/test_engines.py` fails where a Flower release changes them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol
from uuid import uuid4

from privgen.errors import MissingExtraError, RunError
from privgen.federated.replies import CRASHED, error_reply, late_reply
from privgen.federated.rules import Use
from privgen.federated.streamed_grid import StreamingGrid

os.environ.setdefault("FLWR_TELEMETRY_ENABLED", "0")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
try:
    from flwr.app import Context, Message, RecordDict
    from flwr.clientapp import ClientApp
    from flwr.serverapp import ServerApp
    from flwr.supercore.run import Run
    from flwr.supercore.task_identity import TaskIdentity
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None

_RUN_ID, _SERVER_NODE = 1, 1
_FIRST_NODE = 1000
_OBJECT_STORE = 256 * 2**20  # bytes; adapters are small


class Engine(Protocol):
    """Runs a server and `nodes` nodes of one client app to the end."""

    def __call__(self, server: ServerApp, client: Callable[[], ClientApp], nodes: int, use: Use) -> None:
        """Run them; `client` makes the app, wherever it is to run."""
        ...


_ALONE = Use()


class InProcessGrid(StreamingGrid):
    """Nodes that are function calls: each message is answered when its reply is asked for.

    Args:
        client: The app of every node.
        nodes: Number of nodes; node i has partition id i.
    """

    def __init__(self, client: ClientApp, nodes: int) -> None:
        self._client = client
        self._run = Run.create_empty(run_id=_RUN_ID)
        self._contexts = {
            _FIRST_NODE + partition: Context(
                run_id=_RUN_ID,
                node_id=_FIRST_NODE + partition,
                node_config={"partition-id": partition, "num-partitions": nodes},
                state=RecordDict(),
                run_config={},
            )
            for partition in range(nodes)
        }
        self._waiting: dict[str, Message] = {}

    def set_run(self, run: Run) -> None:
        """Set the run."""
        self._run = run

    @property
    def run(self) -> Run:
        """The run."""
        return self._run

    def get_node_ids(self) -> list[int]:
        """Ids of the nodes."""
        return list(self._contexts)

    def push_messages(self, messages: Iterable[Message]) -> list[str]:
        """Keep messages until their replies are pulled."""
        ids = []
        for message in messages:
            ids.append(identified(message).metadata.message_id)
            self._waiting[ids[-1]] = message
        return ids

    def pull_messages(self, message_ids: Iterable[str]) -> Iterator[Message]:
        """Answer kept messages, one at a time."""
        for message_id in message_ids:
            if message_id in self._waiting:
                yield self.answer(self._waiting.pop(message_id))

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None
    ) -> Iterator[Message]:
        """Answer messages, one at a time; nothing is kept. One that took too long is not used."""
        for message in map(identified, messages):
            begun = time.monotonic()
            reply = self.answer(message)
            if timeout is not None and time.monotonic() - begun > timeout:
                reply = identified(late_reply(message, timeout))
            yield reply

    def answer(self, message: Message) -> Message:
        """Let the node of a message answer it."""
        try:
            reply = self._client(message, self._contexts[message.metadata.dst_node_id])
        except Exception as fault:  # as Flower does; the fault's own words may hold text of the data
            reply = error_reply(message, CRASHED, type(fault).__name__)
        return identified(reply)


def run_inprocess(server: ServerApp, client: Callable[[], ClientApp], nodes: int, use: Use = _ALONE) -> None:
    """Run a federation in this process, one node after the other, or in worker processes of it."""
    context = Context(_RUN_ID, _SERVER_NODE, {}, RecordDict(), {})
    with contextlib.ExitStack() as stack:
        stack.enter_context(_quiet())
        stack.enter_context(as_task())
        if use.workers is None or use.workers == 1:
            grid = InProcessGrid(client(), nodes)
        else:
            from privgen.federated.worker_grid import WorkerGrid

            grid = stack.enter_context(WorkerGrid(client, nodes, use.workers))
        server(grid, context)


def run_ray(server: ServerApp, client: Callable[[], ClientApp], nodes: int, use: Use = _ALONE) -> None:
    """Run a federation on Flower's simulation engine: nodes share worker processes, one per CPU.

    Ray listens on 127.0.0.1 only, without dashboard and usage statistics.

    Raises:
        RunError: Ray or Flower broke down.
    """
    from flwr.simulation import run_simulation

    cpus = max(1, min(nodes, use.workers or os.cpu_count() or 1))
    backend: dict[str, Any] = {
        "init_args": {
            "num_cpus": cpus,
            "_node_ip_address": "127.0.0.1",
            "include_dashboard": False,
            "log_to_driver": False,
            "logging_level": logging.ERROR,
            "object_store_memory": _OBJECT_STORE,
        },
        "client_resources": {"num_cpus": 1, "num_gpus": use.gpus_per_client},
    }
    with _quiet():
        try:
            run_simulation(server, client(), nodes, backend_config=backend)
        except (RuntimeError, OSError) as fault:
            raise RunError(
                f"engine ray: broke down ({type(fault).__name__}); try --engine inprocess"
            ) from fault


ENGINES: dict[str, Engine] = {"inprocess": run_inprocess, "ray": run_ray}
"""Engines by the name that the command line gives them."""


def identified(message: Message) -> Message:
    """Give a message the id that a SuperLink would give it."""
    message.metadata.__dict__["_message_id"] = str(uuid4())
    return message


@contextlib.contextmanager
def as_task() -> Iterator[None]:
    """Say who is running, as Flower's own runtimes do, and forget it afterwards."""
    names = ("_run_id", "_node_id", "_task_id")
    before = {name: getattr(TaskIdentity, name) for name in names}
    TaskIdentity.run_id, TaskIdentity.node_id, TaskIdentity.task_id = _RUN_ID, _SERVER_NODE, 1
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(TaskIdentity, name, value)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Flower's round-by-round logging out of the user's terminal; errors come through."""
    logger = logging.getLogger("flwr")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)
