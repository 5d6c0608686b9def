"""Constants of the fakes, a clock, and steps that a test makes fail."""

from dataclasses import dataclass
from datetime import UTC, datetime

from common.domain.models import (
    Upload,
    Variant,
)

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "a secret key for tests"
UPLOAD = Upload("n", "cd" * 32)
VARIANTS: tuple[Variant, ...] = ("original", "processed", "preview")


@dataclass
class Clock:
    """A clock that stands still until a test sets it."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


class Steps:
    """Records the steps, and fails at those that a test chooses."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.failing: dict[str, BaseException] = {}

    def take(self, step: str) -> None:
        self.taken.append(step)
        if step in self.failing:
            raise self.failing[step]
