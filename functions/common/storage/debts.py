"""What has to be undone and could not be, because the database was away: done as soon as it is back."""

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable

_PAUSE = 0.5  # seconds between two tries
_PATIENCE = 900.0  # seconds; what cleanup can do it does by then
_MOST = 10_000

logger = logging.getLogger(__name__)


class Debts:
    """Tries again in a thread of its own, which lives while anything is owed.

    A process that dies takes its debts along; a claim is then cleanup's.
    """

    def __init__(self, pause: float = _PAUSE) -> None:
        self._pause = pause
        self._owed: deque[tuple[float, Callable[[], object]]] = deque(maxlen=_MOST)
        self._lock = threading.Lock()
        self._is_settling = False

    def owe(self, settle: Callable[[], object]) -> None:
        """Call this until it does not raise."""
        with self._lock:
            self._owed.append((time.monotonic() + _PATIENCE, settle))
            begins, self._is_settling = not self._is_settling, True
        if begins:
            threading.Thread(target=self._settle, name="debts", daemon=True).start()

    def _settle(self) -> None:
        while True:
            time.sleep(self._pause)
            for _ in range(len(self._owed)):
                self._try(*self._owed.popleft())
            with self._lock:
                if not self._owed:
                    self._is_settling = False
                    return

    def _try(self, deadline: float, settle: Callable[[], object]) -> None:
        with contextlib.suppress(Exception):
            settle()
            return
        if time.monotonic() < deadline:
            self._owed.append((deadline, settle))
        else:
            logger.warning("what a failed upload left is given up and left to cleanup")
