"""A proxy to the storage that can also delay a write, or go away."""

import threading

from tests.storage_gate import Fate, StorageGate

_EVER = range(10**9)


class _Stall:
    """One write of several, numbered from 0, that waits until it is released."""

    def __init__(self, number: int, of: int) -> None:
        self.all_came, self.let_go = threading.Event(), threading.Event()
        self._number, self._left, self._lock = number, of, threading.Lock()
        self._next = 0

    def takes(self) -> bool:
        """Count a write, and tell whether it is the one."""
        with self._lock:
            number, self._next = self._next, self._next + 1
            self._left -= 1
            if not self._left:
                self.all_came.set()
        return number == self._number


class StallingGate(StorageGate):
    """Can also delay a write until the reset; a context manager."""

    _stalls: tuple[_Stall, ...] = ()
    _drops = False

    def reset(self) -> None:
        """Pass everything again, and release the waiting write."""
        super().reset()
        self._drops = False
        self._let_go()

    def stall(self, number: int, of: int) -> threading.Event:
        """Delay this one of the next writes before it is read; the event tells that all have come."""
        stall = _Stall(number, of)
        self._stalls = (*self._stalls, stall)
        return stall.all_came

    def go(self) -> None:
        """Break every write from now on, including waiting ones."""
        self._drops = True
        self.meet(_EVER, Fate.CUT)
        self._let_go()

    def _let_go(self) -> None:
        stalls, self._stalls = self._stalls, ()
        for stall in stalls:
            stall.let_go.set()

    def fate_of_next(self) -> Fate:
        """Return the fate of a write, after its release."""
        stall = next((each for each in self._stalls if not each.all_came.is_set()), None)
        if stall is None or not stall.takes():
            return super().fate_of_next()
        stall.let_go.wait()
        return Fate.CUT if self._drops else Fate.PASS
