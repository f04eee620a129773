"""Two ways to run the same ServerApp and ClientApp: in this process, or on Flower's Ray engine (flwr).

The in-process engine needs no daemon and hands replies on one by one, so that the server's memory does not
grow with the number of silos. It sets three values that Flower keeps private (the identity of the running
task, a message's id); `tests/federated/test_engines.py` fails where a Flower release changes them.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterable, Iterator
from typing import Any, Protocol
from uuid import uuid4

from privgen.errors import MissingExtraError, RunError

os.environ.setdefault("FLWR_TELEMETRY_ENABLED", "0")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
try:
    from flwr.app import Context, Error, Message, RecordDict
    from flwr.clientapp import ClientApp
    from flwr.serverapp import Grid, ServerApp
    from flwr.supercore.run import Run
    from flwr.supercore.task_identity import TaskIdentity
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None

_RUN_ID, _SERVER_NODE = 1, 1
_FIRST_NODE = 1000
_CRASHED = 2  # Flower's code of a ClientApp that raised
_OBJECT_STORE = 256 * 2**20  # bytes; adapters are small


class Engine(Protocol):
    """Runs a server and `nodes` nodes of one client app to the end."""

    def __call__(self, server: ServerApp, client: ClientApp, nodes: int) -> None:
        """Run them."""
        ...


class InProcessGrid(Grid):  # type: ignore[misc]
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

    def create_message(
        self,
        content: RecordDict,
        message_type: str,
        dst_node_id: int,
        group_id: str,
        ttl: float | None = None,
    ) -> Message:
        """A new message; Flower prefers the constructor of `Message`."""
        return Message(content, dst_node_id, message_type, ttl=ttl, group_id=group_id)

    def get_node_ids(self) -> list[int]:
        """Ids of the nodes."""
        return list(self._contexts)

    def push_messages(self, messages: Iterable[Message]) -> list[str]:
        """Keep messages until their replies are pulled."""
        ids = []
        for message in messages:
            ids.append(_identified(message))
            self._waiting[ids[-1]] = message
        return ids

    def pull_messages(self, message_ids: Iterable[str]) -> Iterator[Message]:
        """Answer kept messages, one at a time."""
        for message_id in message_ids:
            if message_id in self._waiting:
                yield self._answer(self._waiting.pop(message_id))

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None
    ) -> Iterator[Message]:
        """Answer messages, one at a time; nothing is kept. A function call has no time limit."""
        for message in messages:
            _identified(message)
            yield self._answer(message)

    def _answer(self, message: Message) -> Message:
        try:
            reply = self._client(message, self._contexts[message.metadata.dst_node_id])
        except Exception as fault:  # as Flower does; the fault's own words may hold text of the data
            reply = Message(Error(_CRASHED, type(fault).__name__), reply_to=message)
        _identified(reply)
        return reply


def run_inprocess(server: ServerApp, client: ClientApp, nodes: int) -> None:
    """Run a federation in this process, one node after the other."""
    grid = InProcessGrid(client, nodes)
    context = Context(_RUN_ID, _SERVER_NODE, {}, RecordDict(), {})
    with _quiet(), _task():
        server(grid, context)


def run_ray(server: ServerApp, client: ClientApp, nodes: int) -> None:
    """Run a federation on Flower's simulation engine: nodes share worker processes, one per CPU.

    Ray listens on 127.0.0.1 only, without dashboard and usage statistics.

    Raises:
        RunError: Ray or Flower broke down.
    """
    from flwr.simulation import run_simulation

    cpus = max(1, min(nodes, os.cpu_count() or 1))
    backend: dict[str, Any] = {
        "init_args": {
            "num_cpus": cpus,
            "_node_ip_address": "127.0.0.1",
            "include_dashboard": False,
            "log_to_driver": False,
            "logging_level": logging.ERROR,
            "object_store_memory": _OBJECT_STORE,
        },
        "client_resources": {"num_cpus": 1, "num_gpus": 0.0},
    }
    with _quiet():
        try:
            run_simulation(server, client, nodes, backend_config=backend)
        except (RuntimeError, OSError) as fault:
            raise RunError(
                f"engine ray: broke down ({type(fault).__name__}); try --engine inprocess"
            ) from fault


ENGINES: dict[str, Engine] = {"inprocess": run_inprocess, "ray": run_ray}
"""Engines by the name that the command line gives them."""


def _identified(message: Message) -> str:
    """Give a message the id that a SuperLink would give it."""
    message_id = str(uuid4())
    message.metadata.__dict__["_message_id"] = message_id
    return message_id


@contextlib.contextmanager
def _task() -> Iterator[None]:
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
