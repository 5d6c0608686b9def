"""The limits on a process's concurrent work; beyond them, work waits or is refused."""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Iterator

from common.domain.errors import Overloaded
from common.observability.request_context import timed


class ConcurrencyLimiter:
    """Limits the uploads in progress, from before their body is read until their response is ready."""

    def __init__(self, limit: int) -> None:
        self._free = threading.BoundedSemaphore(limit)

    @contextlib.contextmanager
    def acquire(self) -> Iterator[None]:
        """Enter, or raise Overloaded at once if the limit is reached."""
        if not self._free.acquire(blocking=False):
            raise Overloaded
        try:
            yield
        finally:
            self._free.release()


class WeightedSemaphore:
    """Shares a capacity, first come, first served; a weight above the capacity gets all of it.

    with pixels.acquire(width * height):
        ...
    """

    def __init__(self, capacity: int, *, timeout: float) -> None:
        self._capacity = self._free = capacity
        self._timeout = timeout  # seconds
        self._queue: deque[object] = deque()
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def acquire(self, weight: int) -> Iterator[None]:
        """Reserve this much of the capacity, or raise Overloaded when the wait exceeds the timeout."""
        reserved = min(weight, self._capacity)
        with timed("wait"):
            self._reserve(reserved)
        try:
            yield
        finally:
            with self._changed:
                self._free += reserved
                self._changed.notify_all()

    def _reserve(self, weight: int) -> None:
        me, deadline = object(), time.monotonic() + self._timeout
        with self._changed:
            self._queue.append(me)
            try:
                while self._queue[0] is not me or self._free < weight:
                    if not self._changed.wait(deadline - time.monotonic()):
                        raise Overloaded
                self._free -= weight
            finally:
                self._queue.remove(me)
                self._changed.notify_all()
