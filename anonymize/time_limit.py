"""A time limit on one record that also stops a regular expression that is running.

CPython's `re` and the `regex` module that Presidio uses look for signals while they match, so an interval
timer ends them. What cannot be ended from within: other C code that does not come back to the interpreter
(a model's forward pass, `str` methods), and anything in a thread that is not the main one. There the time
is checked between recognisers, and the text is refused afterwards; in `scrub_file` the process that does
not come back is killed by the process that feeds it.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from privgen.errors import ScrubError

T = TypeVar("T")

DEFAULT_SECONDS = 10.0
"""Per record; a record of the usual size takes a thousandth of a second."""
_AGAIN = 1.0
"""Seconds after which a time-out that some library swallowed is raised again."""
_deadline = threading.local()
_live: list[float] = []
"""The limit that an alarm would enforce now, in seconds."""
_own: list[bool] = []
"""Holds something in a process that keeps our alarm for good."""


class TimeLimitError(ScrubError):
    """A record took too long; it is held back."""


def limited(seconds: float | None, work: Callable[[], T], *, interrupt: bool = True) -> T:
    """Run `work`, for at most so many seconds of wall-clock time; None for no limit.

    In the main thread the work is interrupted, unless the caller has an alarm of its own, which is left
    alone. Elsewhere the time is looked at by `check_time` and at the end. A limit inside a limit changes
    nothing.

    Args:
        seconds: The limit.
        work: What to do.
        interrupt: Whether to set an alarm (it costs some 10 microseconds).

    Raises:
        TimeLimitError: It took longer; whatever it returned is thrown away.
    """
    if seconds is None or getattr(_deadline, "at", None) is not None:
        return work()
    _deadline.at, _deadline.seconds = time.monotonic() + seconds, seconds
    try:
        result = _interrupted(seconds, work) if interrupt and (_own or _alarm_is_free()) else work()
        check_time()
        return result
    finally:
        _deadline.at = None


@contextlib.contextmanager
def unlimited() -> Iterator[None]:
    """The clock of the limit stands still: for loading a library, which must not be broken off half-way."""
    at = getattr(_deadline, "at", None)
    alarm, started = list(_live), time.monotonic()
    _live.clear()
    _deadline.at = None
    try:
        yield
    finally:
        if at is not None:
            _deadline.at = at + time.monotonic() - started
        if alarm:
            _live[:] = alarm
            signal.setitimer(signal.ITIMER_REAL, max(_deadline.at - time.monotonic(), 1e-3), _AGAIN)


def own_alarm() -> None:
    """Keep our alarm for good, in a process that is ours alone: a limit then costs two system calls."""
    signal.signal(signal.SIGALRM, _stop)
    _own[:] = [True]


def check_time() -> None:
    """Refuse to go on when the limit that is being kept has passed.

    Raises:
        TimeLimitError: It has.
    """
    at = getattr(_deadline, "at", None)
    if at is not None and time.monotonic() >= at:
        raise _late(_deadline.seconds)


def _interrupted(seconds: float, work: Callable[[], T]) -> T:
    before = None if _own else signal.signal(signal.SIGALRM, _stop)
    try:
        _live[:] = [seconds]
        signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
        return work()
    finally:
        _live[:] = ()  # first of all, so that no second alarm raises in here
        signal.setitimer(signal.ITIMER_REAL, 0)
        if not _own:
            signal.signal(signal.SIGALRM, before)


def _stop(*_: Any) -> None:
    if _live:
        raise _late(_live[0])


def _alarm_is_free() -> bool:
    return (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGALRM) in (signal.SIG_DFL, signal.SIG_IGN)
        and signal.getitimer(signal.ITIMER_REAL)[0] == 0
    )


def _late(seconds: float) -> TimeLimitError:
    return TimeLimitError(f"took longer than {seconds:g} s; the record is held back")
