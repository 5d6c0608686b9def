"""Run a migration record by record, and report the outcomes."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from common.storage.mongo.documents import Document
from infra.errors import Skipped, Vanished
from infra.migrate.records import Conditions


class Direction(Protocol):
    """A direction of migration; if a run is killed at any step, the next run finishes its move."""

    place: str
    wanted: Conditions  # a record is moved if it meets one of them

    def examine(self, document: Document) -> int:
        """Return the number of bytes to move, or raise Skipped or Vanished; changes nothing."""

    def move(self, document: Document) -> int:
        """Move the images of a record and return their size in bytes, or raise Skipped or Vanished."""


@dataclass
class Report:
    """The outcomes so far."""

    total: int
    moved: int = 0
    size: int = 0  # bytes
    vanished: Counter[str] = field(default_factory=Counter)  # number of records by reason
    skipped: dict[str, str] = field(default_factory=dict)  # reasons by record id

    def summary(self, place: str) -> str:
        """Return the counts as a sentence without its full stop."""
        text = f"moved {self.moved} of {self.total} records {place}, {self.size} bytes"
        reasons = ", ".join(f"{count} {reason}" for reason, count in self.vanished.items())
        text += f"; {self.vanished.total()} vanished" + (f" ({reasons})" if reasons else "")
        return f"{text}; {self.total - self.moved - self.vanished.total()} remain"


def go_through(
    ids: Iterable[Any],
    read: Callable[[Any], Document],
    step: Callable[[Document], int],
    report: Report,
    advance: Callable[[str], None],
) -> None:
    """Take the step with each record, one by one, and add the outcome to the report."""
    for record_id in ids:
        try:
            report.size += step(read(record_id))
            report.moved += 1
        except Vanished as vanished:
            report.vanished[str(vanished)] += 1
        except Skipped as skipped:
            report.skipped[str(record_id)] = str(skipped)
        advance(str(record_id))
