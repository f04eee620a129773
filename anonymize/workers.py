"""A pool of forked processes that outlives the death of any of them.

Tasks are handed out one at a time and results come back in the order of the tasks, few of them in memory. A
worker tells, through shared memory, which record it is at; so when one is killed (out of memory, a crash in
C) or does not come back, the pool knows the record, and the task is done again without it.
"""

from __future__ import annotations

import gc
import mmap
import multiprocessing
import signal
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, Protocol, TypeVar

from privgen.anonymize.time_limit import own_alarm
from privgen.errors import PrivgenError, RunError

T = TypeVar("T")
R = TypeVar("R")
T_contra = TypeVar("T_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)
Mark = Callable[[int], None]
"""Told the number of the record, from 1, that is being worked on."""

_DEATHS_PER_TASK = 20
_TICK = 1.0
_READY = 2
"""Place in the shared memory that tells that a worker is prepared."""


class Work(Protocol[T_contra, R_co]):
    """What a worker does with a task."""

    def __call__(self, task: T_contra, skip: Mapping[int, str], mark: Mark, /) -> R_co:
        """Do it, but set the records in `skip` aside for the reason given there."""
        ...


@dataclass(slots=True)
class _Job:
    number: int
    task: Any
    skip: dict[int, str] = field(default_factory=dict)
    deaths: Counter[int] = field(default_factory=Counter)


class Workers(Generic[T, R]):
    """Forked workers; use it as a context.

    Args:
        work: Done in the workers; what it holds is inherited, not copied.
        count: Number of processes.
        patience: Seconds that a worker may stay at one record before it is killed; None for ever.
        retry: Whether a task whose worker died is done again without the record at which it died twice;
            without it the death of a worker is a `RunError`.
        prepare: Done once in each worker before its first task.
    """

    def __init__(
        self,
        work: Work[T, R],
        count: int,
        *,
        patience: float | None = None,
        retry: bool = True,
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        self._work, self._patience, self._retry, self._prepare = work, patience, retry, prepare
        self._workers: list[_Worker] = []
        self._count = count

    def __enter__(self) -> Workers[T, R]:
        for _ in range(self._count):
            self._workers.append(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.stop()

    def run(self, tasks: Iterable[T]) -> Iterator[R]:
        """Yield the result of every task, in order.

        Raises:
            RunError: Workers died again and again, or, without `retry`, at all.
            PrivgenError: What the work raised.
        """
        source = iter(tasks)
        ready: deque[_Job] = deque()
        done: dict[int, R] = {}
        read, wanted, more = 0, 0, True
        while more or wanted < read:
            while ready and (idle := next((w for w in self._workers if w.job is None), None)):
                self._give(idle, ready.popleft())
            if more and not ready and read - wanted <= 2 * self._count:  # one is read ahead
                try:
                    ready.append(_Job(read, next(source)))
                    read += 1
                except StopIteration:
                    more = False
                continue
            done.update(self._finished())
            while wanted in done:
                yield done.pop(wanted)
                wanted += 1

    def _start(self) -> _Worker:
        return _Worker(self._work, self._prepare, [worker.pipe for worker in self._workers])

    def _give(self, worker: _Worker, job: _Job) -> None:
        try:
            worker.give(job)
        except OSError:  # it died idle
            self._again(worker, job)

    def _finished(self) -> Iterator[tuple[int, R]]:
        busy = {worker.pipe: worker for worker in self._workers if worker.job is not None}
        for pipe in wait(list(busy), _TICK) if busy else ():
            worker = busy[pipe]  # type: ignore[index]
            job = worker.job
            assert job is not None
            try:
                result, fault = worker.pipe.recv()
            except (EOFError, OSError):
                self._died(worker, job, "the process that worked on it died twice (out of memory, or killed)")
                continue
            worker.job = None
            if fault is not None:
                raise fault
            yield job.number, result
        for worker in self._workers:
            if worker.job is not None and self._patience is not None and worker.stuck(self._patience):
                job = worker.job
                job.deaths[worker.record] += 1  # once is enough
                self._died(worker, job, f"took longer than {self._patience:g} s and could not be interrupted")

    def _died(self, worker: _Worker, job: _Job, reason: str) -> None:
        record = worker.record
        job.deaths[record] += 1
        if not self._retry or job.deaths.total() > _DEATHS_PER_TASK or (not record and job.deaths[0] > 1):
            raise RunError(
                "a worker process died (killed, or out of memory): free memory or use fewer workers, and run "
                "the same command again"
            )
        if job.deaths[record] > 1:
            job.skip[record] = f"{reason}; the record is held back"
        self._again(worker, job)

    def _again(self, worker: _Worker, job: _Job) -> None:
        worker.stop()
        place = self._workers.index(worker)
        self._workers.pop(place)
        fresh = self._start()
        self._workers.insert(place, fresh)
        fresh.give(job)


class _Worker:
    """One process, its pipe and the record it is at."""

    def __init__(self, work: Work[Any, Any], prepare: Callable[[], None], others: list[Connection]) -> None:
        context = multiprocessing.get_context("fork")
        self.job: _Job | None = None
        self.pipe, theirs = context.Pipe()
        self._place = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("q")
        self._seen, self._since = (0, 0), 0.0
        self._process = context.Process(
            target=_serve, args=(work, prepare, theirs, self._place, [*others, self.pipe]), daemon=True
        )
        self._process.start()
        theirs.close()

    @property
    def record(self) -> int:
        """Number of the record it is at, from 1; 0 before the first."""
        return self._place[0]

    def give(self, job: _Job) -> None:
        self._place[0] = 0
        self._seen, self._since = (0, 0), time.monotonic()
        self.pipe.send((job.task, job.skip))
        self.job = job

    def stuck(self, patience: float) -> bool:
        """Whether it has not gone on to another record for so many seconds, since it was prepared."""
        if not self._place[_READY]:
            return False
        now = time.monotonic()
        place = (self._place[0], self._place[1])
        if place != self._seen:
            self._seen, self._since = place, now
        return now - self._since > patience

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _serve(
    work: Work[Any, Any],
    prepare: Callable[[], None],
    pipe: Connection,
    place: memoryview,
    inherited: list[Connection],
) -> None:
    for connection in inherited:  # else a worker would not see the parent's death
        connection.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    own_alarm()
    failed = _answer(prepare)[1]
    place[_READY] = 1
    gc.freeze()

    def mark(record: int) -> None:
        place[0] = record
        place[1] += 1

    while True:
        try:
            task, skip = pipe.recv()
        except EOFError:
            return
        answer = (None, failed) if failed else _answer(partial(work, task, skip, mark))
        try:
            pipe.send(answer)
        except OSError:
            return


def _answer(work: Callable[[], Any]) -> tuple[Any, PrivgenError | None]:
    """What `work` returns, or its fault in words that hold no value."""
    try:
        return work(), None
    except PrivgenError as fault:
        return None, fault
    except Exception as fault:  # a bug; its message may hold a value
        return None, RunError(f"a worker failed ({type(fault).__name__}); please report it")
