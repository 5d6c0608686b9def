"""How much one process takes on: beyond that uploads wait in line, and beyond the line they are refused."""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Iterator

from common.domain.errors import Overloaded
from common.observability.request_context import step


class Admission:
    """Lets in so many uploads at a time, from before their body is read until they are answered."""

    def __init__(self, most: int) -> None:
        self._free = threading.BoundedSemaphore(most)

    @contextlib.contextmanager
    def enter(self) -> Iterator[None]:
        """Take a place, or raise Overloaded at once."""
        if not self._free.acquire(blocking=False):
            raise Overloaded
        try:
            yield
        finally:
            self._free.release()


class PixelBudget:
    """Keeps the pictures that are decoded at a time within so many pixels; what does not fit waits in line.

    A picture larger than the whole budget is worked on alone.
    """

    def __init__(self, pixels: int, *, patience: float) -> None:
        self._total = self._left = pixels
        self._patience = patience  # seconds
        self._line: deque[object] = deque()
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def hold(self, pixels: int) -> Iterator[None]:
        """Hold this part of the budget, in turn, or raise Overloaded when that takes too long."""
        held = min(pixels, self._total)
        self._take(held)
        try:
            yield
        finally:
            with self._changed:
                self._left += held
                self._changed.notify_all()

    def _take(self, pixels: int) -> None:
        with step("wait"):
            self._wait_for(pixels)

    def _wait_for(self, pixels: int) -> None:
        me, deadline = object(), time.monotonic() + self._patience
        with self._changed:
            self._line.append(me)
            try:
                while self._line[0] is not me or self._left < pixels:
                    if not self._changed.wait(deadline - time.monotonic()):
                        raise Overloaded
                self._left -= pixels
            finally:
                self._line.remove(me)
                self._changed.notify_all()
