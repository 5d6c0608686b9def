"""API keys, their limits and their usage."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

UNLIMITED = 1_000_000  # calls; reported to the caller if a key has no limit

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key as the operator sees it; we store only the SHA-256 of the key itself."""

    name: str
    created_at: datetime
    per_minute: int | None = None  # calls; None: without a limit
    per_month: int | None = None
    used_this_month: int = 0
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Windows:
    """The calendar minute and month (UTC) of a moment, as consecutive numbers."""

    minute: int
    month: int

    @classmethod
    def at(cls, moment: datetime) -> "Windows":
        """Return the windows of a moment."""
        return cls(int(moment.timestamp()) // 60, moment.year * 12 + moment.month - 1)

    @property
    def next_minute(self) -> datetime:
        """When the next minute begins."""
        return datetime.fromtimestamp(self.minute * 60, UTC) + _MINUTE


@dataclass(frozen=True, slots=True)
class Usage:
    """A key's limits and its use in the current windows."""

    windows: Windows
    per_minute: int | None = None
    per_month: int | None = None
    used_this_minute: int = 0
    used_this_month: int = 0

    @property
    def left_this_minute(self) -> int:
        """The remaining calls in this minute."""
        return _left(self.per_minute, self.used_this_minute)

    @property
    def left_this_month(self) -> int:
        """The remaining calls in this month."""
        return _left(self.per_month, self.used_this_month)


def _left(limit: int | None, used: int) -> int:
    return UNLIMITED if limit is None else max(0, limit - used)
