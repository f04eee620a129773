"""The in-process engine with worker processes: a silo's round runs in one, several silos at a time (flwr).

A worker loads the base model once and keeps it. One that dies or misses the deadline is replaced, its silo
named; what its ledger had reserved stays charged. Workers end with the process that started them.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection, wait

from privgen.errors import MissingExtraError
from privgen.federated.engines import InProcessGrid, as_task, identified
from privgen.federated.flower_app import DEADLINE
from privgen.federated.replies import CRASHED, error_reply, late_reply

try:
    from flwr.app import Message
    from flwr.clientapp import ClientApp
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None

ClientFactory = Callable[[], ClientApp]
"""Makes the client app in a worker, with what is slow to load; must be picklable."""
_THREADS = "OMP_NUM_THREADS"
_PRELOADED = ["privgen.federated.opacus_step", "privgen.federated.worker_grid"]


class WorkerGrid(InProcessGrid):
    """Nodes that are function calls in worker processes; use it as a context.

    Args:
        factory: Makes the app of every node.
        nodes: Number of nodes; node i has partition id i.
        workers: Number of processes, 1 or more.
    """

    def __init__(self, factory: ClientFactory, nodes: int, workers: int) -> None:
        super().__init__(ClientApp(), nodes)
        self._workers = [_Worker(factory, nodes, workers) for _ in range(min(workers, nodes))]

    def __enter__(self) -> WorkerGrid:
        for worker in self._workers:
            worker.start()
        for worker in self._workers:
            worker.await_ready()
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.stop()

    def pull_messages(self, message_ids: Iterable[str]) -> Iterator[Message]:
        """Answer kept messages."""
        kept = [self._waiting.pop(message_id) for message_id in message_ids if message_id in self._waiting]
        return self._answers(kept, None)

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None
    ) -> Iterator[Message]:
        """Answer messages as workers get to them; `timeout` counts for each from when it is begun."""
        return self._answers(map(identified, messages), timeout)

    def _answers(self, messages: Iterable[Message], timeout: float | None) -> Iterator[Message]:
        source, more = iter(messages), True
        while True:
            for worker in self._workers:
                if more and worker.message is None:
                    message = next(source, None)
                    more = message is not None
                    if message is not None:
                        worker.give(message, timeout)
            busy = [worker for worker in self._workers if worker.message is not None]
            if not busy:
                return
            wait([worker.pipe for worker in busy], max(0.0, min(w.end for w in busy) - time.monotonic()))
            for worker in busy:
                reply = worker.reply(timeout)
                if reply is not None:
                    yield identified(reply)


class _Worker:
    """One process and what it is at."""

    def __init__(self, factory: ClientFactory, nodes: int, share: int) -> None:
        self._arguments = (factory, nodes)
        self._threads = str(max(1, (os.cpu_count() or 1) // share))
        self.message: Message | None = None
        self.end = 0.0

    def start(self) -> None:
        """Start the process, forked from a server that has imported what it needs and runs no threads."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_PRELOADED)
        self.pipe, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(*self._arguments, there), daemon=True)
        given = os.environ.get(_THREADS)
        os.environ[_THREADS] = given or self._threads
        try:
            self._process.start()
        finally:
            if given is None:
                del os.environ[_THREADS]
        there.close()
        self._ready = False

    def await_ready(self) -> None:
        """Wait until the process has loaded what it needs: that takes none of a silo's time."""
        if not self._ready:
            self._ready = True
            with contextlib.suppress(EOFError, OSError):  # it died; `reply` finds that
                self.pipe.recv()

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self.pipe.close()

    def give(self, message: Message, timeout: float | None) -> None:
        """Hand a message over."""
        self.await_ready()
        self.message = message
        self.end = time.monotonic() + (timeout if timeout is not None else DEADLINE)
        with contextlib.suppress(OSError):  # it died idle; `reply` finds that
            self.pipe.send(message)

    def reply(self, timeout: float | None) -> Message | None:
        """The reply, or what became of it; None while it is worked on."""
        message = self.message
        try:
            if self.pipe.poll():
                answer: Message = self.pipe.recv()
                self.message = None
                return answer
        except (EOFError, OSError):
            self._replace()
            return error_reply(message, CRASHED, "worker")
        if time.monotonic() < self.end:
            return None
        self._replace()
        return late_reply(message, timeout)

    def _replace(self) -> None:
        self.stop()
        self.start()
        self.message = None


def _serve(factory: ClientFactory, nodes: int, pipe: Connection) -> None:
    """What a worker does until its parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with as_task():
        grid = InProcessGrid(factory(), nodes)
        pipe.send(None)
        while True:
            try:
                message = pipe.recv()
            except (EOFError, OSError):
                return
            pipe.send(grid.answer(message))


def _end_with_parent() -> None:
    """A worker that outlived a killed parent would keep its ledger locked."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
