"""Sessions: a random user id in a signed token that nobody can forge."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadSignature, URLSafeTimedSerializer

from common import timeouts

LIFETIME = timeouts.SESSION_TTL
RENEW_AFTER = timeouts.SESSION_RENEWAL


@dataclass(frozen=True, slots=True)
class Session:
    """The caller's identity; `token` is set if the caller should get a new one."""

    user_id: str
    token: str | None = None


class SessionSigner:
    """Issues and reads tokens under one or more secret keys, newest first."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._newest = _serializer(keys[:1])
        self._all = _serializer(keys)

    def read(self, token: str | None) -> Session:
        """Return the session of a token, or a new user's if it is missing, forged or expired."""
        return self.verify(token) or self._start()

    def verify(self, token: str | None) -> Session | None:
        """Return the session of a token, or None if it is missing, forged or expired."""
        try:
            user_id, signed_at = self._all.loads(token or "", return_timestamp=True)
        except BadSignature:
            return None
        # A negative age, from a clock that was ahead, counts as new.
        age = datetime.now(UTC) - signed_at
        if age > LIFETIME or not isinstance(user_id, str) or not user_id:
            return None
        stale = age > RENEW_AFTER or not self._is_newest(token or "")
        return Session(user_id, self._newest.dumps(user_id) if stale else None)

    def issue(self, user_id: str) -> str:
        """Return a new token for this user."""
        return str(self._newest.dumps(user_id))

    def _start(self) -> Session:
        user_id = secrets.token_hex(16)
        return Session(user_id, self.issue(user_id))

    def _is_newest(self, token: str) -> bool:
        return self._newest.loads_unsafe(token)[0]


def _serializer(keys: Sequence[str]) -> URLSafeTimedSerializer:
    # itsdangerous wants the newest key last.
    return URLSafeTimedSerializer(list(reversed(keys)), salt="user_id")
