"""API keys: made, listed, revoked and counted."""

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
    """Where keys are kept, by the SHA-256 of each."""

    def add(self, sha256: str, key: ApiKey) -> bool:
        """Keep a new key; false if its name is in use."""

    def all(self, windows: Windows) -> Sequence[ApiKey]:
        """Return every key, oldest first, with what it used in this month."""

    def revoke(self, name: str, now: datetime) -> bool:
        """Make a key invalid from now on; false if no valid key has this name."""

    def usage(self, sha256: str, windows: Windows) -> Usage | None:
        """Return what a valid key may use and has used, None for any other key."""

    def count(self, sha256: str, usage: Usage) -> bool:
        """Count one more call; false if the key is used up or has been revoked."""

    def refund(self, sha256: str, windows: Windows) -> None:
        """Take back a call that was counted in these windows, unless they are over."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class ApiKeys:
    """The keys of this service."""

    store: ApiKeyStore
    clock: Callable[[], datetime] = _now

    def add(self, name: str, *, per_minute: int | None = None, per_month: int | None = None) -> str | None:
        """Return a new key, which nobody can look up again; None if its name is in use."""
        key = secrets.token_urlsafe(_KEY_BYTES)
        made = ApiKey(name, self.clock(), per_minute, per_month)
        return key if self.store.add(_sha256(key), made) else None

    def all(self) -> Sequence[ApiKey]:
        """Return every key, oldest first."""
        return self.store.all(Windows.at(self.clock()))

    def revoke(self, name: str) -> bool:
        """Make a key invalid from now on; false if no valid key has this name."""
        return self.store.revoke(name, self.clock())

    def usage(self, key: str) -> Usage:
        """Return what a key may use and has used, or raise KeyRefused."""
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
        """Take back a call that failed on our side."""
        self.store.refund(_sha256(key), usage.windows)

    def _refuse(self, usage: Usage) -> None:
        if usage.left_this_month <= 0:
            raise KeyExhausted
        left = usage.windows.next_minute - self.clock()
        raise KeyTooFast(retry_after=max(1, math.ceil(left.total_seconds())))


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
