"""Flower grids whose replies are used as they come, so that the server holds few of them (flwr)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from privgen.errors import MissingExtraError
from privgen.federated.flower_app import DEADLINE

try:
    from flwr.app import Message, RecordDict
    from flwr.serverapp import Grid
    from flwr.supercore.run import Run
except ImportError as missing:  # pragma: no cover - depends on the installation
    raise MissingExtraError("federated", str(missing.name)) from None

_IN_FLIGHT = 64  # messages that wait for an answer; Flower keeps the content of each
_SOONEST, _LATEST = 0.02, 1.0  # seconds between two looks for replies


class StreamingGrid(Grid):  # type: ignore[misc]
    """A grid whose `send_and_receive` yields replies as they come."""

    streams = True

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


class StreamedGrid(StreamingGrid):
    """A Flower grid that hands replies on as they come, with few messages under way at a time.

    Args:
        grid: Flower's own, which would keep all messages and all replies of a round.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid

    def set_run(self, run: Run) -> None:
        """Set the run."""
        self._grid.set_run(run)

    @property
    def run(self) -> Run:
        """The run."""
        return self._grid.run

    def get_node_ids(self) -> Iterable[int]:
        """Ids of the nodes."""
        return list(self._grid.get_node_ids())

    def push_messages(self, messages: Iterable[Message]) -> Iterable[str]:
        """Send messages."""
        return list(self._grid.push_messages(messages))

    def pull_messages(self, message_ids: Iterable[str]) -> Iterable[Message]:
        """Replies that are there."""
        return list(self._grid.pull_messages(message_ids))

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None
    ) -> Iterator[Message]:
        """Send messages and yield their replies until all are there or the time is over."""
        source, more = iter(messages), True
        waiting: set[str] = set()
        end = time.monotonic() + (DEADLINE if timeout is None else timeout)
        pause = _SOONEST
        while (more or waiting) and time.monotonic() < end:
            while more and len(waiting) < _IN_FLIGHT:
                message = next(source, None)
                more = message is not None
                waiting.update(self._grid.push_messages([message]) if message is not None else ())
            replies = list(self._grid.pull_messages(waiting)) if waiting else []
            for reply in replies:
                waiting.discard(reply.metadata.reply_to_message_id)
                yield reply
            pause = _SOONEST if replies else min(2 * pause, _LATEST)
            if waiting:
                time.sleep(min(pause, max(0.0, end - time.monotonic())))
