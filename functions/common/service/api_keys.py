"""API keys: create, list and revoke them, and count their calls."""

import hashlib
import math
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from common.domain.quotas import ApiKey, Usage, Windows
from common.domain.removal_errors import KeyExhausted, KeyRefused, KeyTooFast

_KEY_BYTES = 32


class ApiKeyStore(Protocol):
    """Stores keys by their SHA-256."""

    def add(self, sha256: str, key: ApiKey) -> bool:
        """Store a new key; return false if its name is in use."""

    def all(self, windows: Windows) -> Sequence[ApiKey]:
        """Return all keys, oldest first, with their calls of this month."""

    def revoke(self, name: str, now: datetime) -> bool:
        """Make a key invalid from now on; false if no valid key has this name."""

    def usage(self, sha256: str, windows: Windows) -> Usage | None:
        """Return the usage of a valid key, None for any other key."""

    def count(self, sha256: str, usage: Usage) -> bool:
        """Count a call; return false if the key has reached a limit or is revoked."""

    def refund(self, sha256: str, windows: Windows) -> None:
        """Uncount a call of these windows, unless they are over."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class ApiKeys:
    """The API keys of this service."""

    store: ApiKeyStore
    clock: Callable[[], datetime] = _now

    def add(self, name: str, *, per_minute: int | None = None, per_month: int | None = None) -> str | None:
        """Create a key and return it, this once only; None if its name is in use."""
        key = secrets.token_urlsafe(_KEY_BYTES)
        made = ApiKey(name, self.clock(), per_minute, per_month)
        return key if self.store.add(_sha256(key), made) else None

    def all(self) -> Sequence[ApiKey]:
        """Return all keys, oldest first."""
        return self.store.all(Windows.at(self.clock()))

    def revoke(self, name: str) -> bool:
        """Make a key invalid from now on; false if no valid key has this name."""
        return self.store.revoke(name, self.clock())

    def usage(self, key: str) -> Usage:
        """Return the usage of a key, or raise KeyRefused."""
        usage = self.store.usage(_sha256(key), Windows.at(self.clock())) if key else None
        if usage is None:
            raise KeyRefused
        return usage

    def count(self, key: str) -> Usage:
        """Count a call and return the usage after it, or raise KeyRefused, KeyTooFast or KeyExhausted."""
        usage = self.usage(key)
        if not self.store.count(_sha256(key), usage):
            self._refuse(self.usage(key))
        return replace(
            usage,
            used_this_minute=usage.used_this_minute + 1,
            used_this_month=usage.used_this_month + 1,
        )

    def refund(self, key: str, usage: Usage) -> None:
        """Uncount a call that failed on our side."""
        self.store.refund(_sha256(key), usage.windows)

    def _refuse(self, usage: Usage) -> None:
        if usage.left_this_month <= 0:
            raise KeyExhausted
        left = usage.windows.next_minute - self.clock()
        raise KeyTooFast(retry_after=max(1, math.ceil(left.total_seconds())))


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
