"""One run: record after record, and what became of each."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from infra.migrate.errors import Gone, Left
from infra.migrate.records import Conditions, Document


class Direction(Protocol):
    """Where the images go; a move that is killed at any step is finished by the next one."""

    place: str
    wanted: Conditions  # which records are to be moved: those that meet one

    def examine(self, document: Document) -> int:
        """Return how many bytes there are to move, or raise Left or Gone; nothing is changed."""

    def move(self, document: Document) -> int:
        """Move the images of a record and return how many bytes they are, or raise Left or Gone."""


@dataclass
class Report:
    """What became of the records so far."""

    total: int
    moved: int = 0
    size: int = 0  # bytes
    gone: Counter[str] = field(default_factory=Counter)  # records by reason
    left: dict[str, str] = field(default_factory=dict)  # reasons by record id

    def summary(self, place: str) -> str:
        """Return the counts as one sentence without its end."""
        text = f"moved {self.moved} of {self.total} records {place}, {self.size} bytes"
        reasons = ", ".join(f"{count} {reason}" for reason, count in self.gone.items())
        text += f"; skipped {self.gone.total()}" + (f" ({reasons})" if reasons else "")
        return f"{text}; left {self.total - self.moved - self.gone.total()}"


def go_through(
    ids: Iterable[Any],
    read: Callable[[Any], Document],
    step: Callable[[Document], int],
    report: Report,
    advance: Callable[[str], None],
) -> None:
    """Take the step with each record, one in memory at a time, and write down what became of it."""
    for record_id in ids:
        try:
            report.size += step(read(record_id))
            report.moved += 1
        except Gone as gone:
            report.gone[str(gone)] += 1
        except Left as left:
            report.left[str(record_id)] = str(left)
        advance(str(record_id))
