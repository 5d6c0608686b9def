"""The output of a chaos run, during it and at its end."""

import sys
import threading
from collections import Counter
from collections.abc import Iterable, Mapping

from tests.chaos.calls import Answer


class Tally:
    """The calls and their answers."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, str]] = Counter()
        self.retries = 0
        self._lock = threading.Lock()

    def count(self, answer: Answer) -> None:
        """Count one answer."""
        none = "gave up" if answer.gave_up else "none" if answer.arrived else "not sent"
        with self._lock:
            self.answers[answer.call, str(answer.status or none)] += 1

    def total(self) -> int:
        """Return how many calls there were."""
        with self._lock:
            return sum(self.answers.values())

    def table(self) -> str:
        """Return the calls by kind and by status."""
        kinds = sorted({kind for kind, _ in self.answers})
        statuses = sorted({status for _, status in self.answers})
        rows = [[kind, *(str(self.answers[kind, status] or "") for status in statuses)] for kind in kinds]
        sums = [str(sum(n for (_, s), n in self.answers.items() if s == status)) for status in statuses]
        return _aligned([["calls", *statuses], *rows, ["all", *sums]])


def show(line: str) -> None:
    """Show the progress of the run on a terminal."""
    if sys.stdout.isatty():
        print(f"\r{line[:110]:<110}", end="", flush=True)


def summary(tally: Tally, faults: Mapping[str, int], figures: Mapping[str, object]) -> str:
    """Return the tables of a finished run."""
    happened = _aligned([["faults", ""], *([name, str(count)] for name, count in sorted(faults.items()))])
    numbers = _aligned([[name, str(value)] for name, value in figures.items()])
    return "\n\n".join((tally.table(), happened, numbers))


def _aligned(rows: Iterable[list[str]]) -> str:
    rows = list(rows)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = (
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
