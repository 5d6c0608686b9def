"""Progress bars on a terminal; elsewhere they show nothing."""

import time
from datetime import timedelta
from types import TracebackType
from typing import Self, TextIO

_WIDTH = 30
_CLEAR_LINE = "\r\x1b[K"
_REDRAW_SECONDS = 0.1
_MEGABYTE = 1_000_000


class _Bar:
    """A context manager that clears its line at the end."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self._total = total
        self._stream = stream
        self._is_shown = total > 0 and stream.isatty()

    def _draw(self, done: int, text: str) -> None:
        if self._is_shown:
            bar = "#" * (_WIDTH * done // self._total)
            self._stream.write(f"{_CLEAR_LINE}[{bar:<{_WIDTH}}] {text}")
            self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_shown:
            self._stream.write(_CLEAR_LINE)
            self._stream.flush()


class Progress(_Bar):
    """Counts named items towards a total."""

    def __init__(self, total: int, stream: TextIO) -> None:
        super().__init__(total, stream)
        self._done = 0
        self._draw(0, f"0/{total}")

    def advance(self, name: str) -> None:
        """Count one more item as done."""
        self._done += 1
        self._draw(self._done, f"{self._done}/{self._total} {name[:30]}")


class ByteProgress(_Bar):
    """Shows how many bytes of a file have arrived, and how many arrive a second."""

    def __init__(self, total: int, stream: TextIO) -> None:
        super().__init__(total, stream)
        self._first: tuple[int, float] | None = None  # where this run began
        self._drawn_at = 0.0

    def at(self, position: int) -> None:
        """Show that the file has arrived up to this position."""
        now = time.monotonic()
        self._first = self._first or (position, now)
        if now - self._drawn_at < _REDRAW_SECONDS and position < self._total:
            return
        self._drawn_at = now
        rate = max(0, position - self._first[0]) / max(now - self._first[1], _REDRAW_SECONDS)
        self._draw(
            position,
            f"{position / _MEGABYTE:.1f} of {self._total / _MEGABYTE:.1f} MB, {rate / _MEGABYTE:.1f} MB/s",
        )


class RateProgress(_Bar):
    """Shows how many items are done, how many a second, and how long the rest will take."""

    def __init__(self, total: int, stream: TextIO) -> None:
        super().__init__(total, stream)
        self._begun = time.monotonic()
        self.at(0)

    @property
    def is_shown(self) -> bool:
        """Tell whether there is a bar."""
        return self._is_shown

    def at(self, done: int) -> None:
        """Show that so many items are done."""
        rate = done / max(time.monotonic() - self._begun, _REDRAW_SECONDS)
        left = f", {timedelta(seconds=round((self._total - done) / rate))} left" if done else ""
        self._draw(done, f"{done}/{self._total}, {rate:.1f} a second{left}")

    def clear(self) -> None:
        """Make room for a line; `at` draws the bar below it."""
        if self._is_shown:
            self._stream.write(_CLEAR_LINE)
