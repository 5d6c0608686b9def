"""A progress bar on a terminal; elsewhere nothing."""

from types import TracebackType
from typing import Self, TextIO

_WIDTH = 30
_CLEAR_LINE = "\r\x1b[K"


class Progress:
    """Counts towards a total; a context manager that leaves the line empty for what is said next."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self._total = total
        self._done = 0
        self._stream = stream
        self._is_shown = total > 0 and stream.isatty()

    def advance(self, name: str) -> None:
        """Count one more, the named one, as done."""
        self._done += 1
        self._show(name)

    def _show(self, name: str = "") -> None:
        if self._is_shown:
            bar = "#" * (_WIDTH * self._done // self._total)
            count = f"[{bar:<{_WIDTH}}] {self._done}/{self._total}"
            self._stream.write(f"{_CLEAR_LINE}{count} {name[:30]}")
            self._stream.flush()

    def __enter__(self) -> Self:
        self._show()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_shown:
            self._stream.write(_CLEAR_LINE)
            self._stream.flush()
