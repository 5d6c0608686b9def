"""The output of a run on stderr: a bar with rate and remaining time on a terminal, else a line per file."""

import sys
import time
from pathlib import Path
from typing import TextIO

from infra.cutout.files import shown
from infra.progress import RateProgress


class Report:
    """Counts and prints the results."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.done = 0
        self.failed: list[str] = []
        self.begin(0)

    def begin(self, total: int) -> None:
        """Start to show progress towards this number of pictures, and to measure the time."""
        self._bar = RateProgress(total, self.stream)
        self._begun, self._ended = time.monotonic(), 0

    def succeed(self, name: str, target: Path | None) -> None:
        """Report a finished cut-out."""
        self.done += 1
        if not self._bar.is_shown:
            self.tell(f"{name} -> {shown(target or 'standard output')}")
        self._advance()

    def fail(self, name: str, reason: str) -> None:
        """Report a failed picture with the reason."""
        self.failed.append(name)
        self.tell(f"{name}: {shown(reason)}")
        self._advance()

    def tell(self, line: str) -> None:
        """Print a line above the bar."""
        self._bar.clear()
        print(line, file=self.stream, flush=True)

    def _advance(self) -> None:
        self._ended += 1
        self._bar.at(self._ended)

    def summarise(self, skipped: int) -> None:
        """Report the result of the whole run."""
        seconds = time.monotonic() - self._begun
        parts = [f"{self.done} cut out"]
        if skipped:
            parts.append(f"{skipped} skipped, whose cut-outs exist")
        if self.failed:
            parts.append(f"{len(self.failed)} failed")
        rate = f" ({self.done / seconds:.1f} a second)" if self.done > 1 else ""
        self.tell(f"{', '.join(parts)}, in {seconds:.1f} s{rate}.")
        if self.failed:
            self.tell(f"Failed: {', '.join(self.failed)}")
