"""Calls of one user and their outcomes: answered, refused, unanswered, or aborted."""

import contextlib
import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NewConnectionError

from tests.chaos.hosts import RestartableHost
from tests.integration.leaks import secrets_of

PATIENCE = 150.0  # seconds for an answer; more than an upload with all retries may take


@dataclass(frozen=True)
class Answer:
    """The outcome of a call; without a status there was no answer."""

    call: str
    begun: float  # time.monotonic()
    ended: float
    status: int | None = None
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    arrived: bool = True  # False: it was not sent completely, so it cannot have had an effect
    gave_up: bool = False  # the caller did not wait

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object in the answer, or an empty one."""
        try:
            body = json.loads(self.content)
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}

    @property
    def is_at_the_limit(self) -> bool:
        """Whether the user keeps as many pictures as allowed."""
        return self.status == 409 and not self.is_in_progress

    @property
    def is_in_progress(self) -> bool:
        """Whether the upload with this key is still running."""
        return self.status == 409 and self.body.get("code") == "upload_in_progress"

    def __str__(self) -> str:
        if self.status is None:
            outcome = "gave up" if self.gave_up else "no answer" if self.arrived else "not sent"
        else:
            outcome = f"{self.status} {self.body.get('code', '')}"
        return f"{self.call}: {outcome} after {self.ended - self.begun:.2f} s"


class Caller:
    """Calls one host over a new connection each time, so that none is found closed."""

    def __init__(self, host: RestartableHost) -> None:
        self._host = host

    def call(self, what: str, method: str, path: str, token: str, **options: Any) -> Answer:
        """Make a call and wait for its answer, by default for a long time."""
        begun = time.monotonic()
        headers = {**_headers(token), **options.pop("headers", {})}
        patience = options.pop("patience", PATIENCE)
        self._host.secrets.update(secrets_of({**options, "headers": headers}))
        try:
            answer = requests.request(
                method,
                self._host.url(path),
                headers=headers,
                timeout=(10, patience),
                allow_redirects=False,
                **options,
            )
        except requests.RequestException as error:
            return _unanswered(what, begun, error, short=patience < PATIENCE)
        ended = time.monotonic()
        return Answer(what, begun, ended, answer.status_code, answer.content, answer.headers)

    def hang_up(self, what: str, request: requests.Request, token: str, share: float, wait: float) -> Answer:
        """Send this share of a call, wait, and disconnect without reading an answer."""
        begun = time.monotonic()
        url = self._host.url(request.url)
        request.url, request.headers = url, {**_headers(token), **(request.headers or {})}
        self._host.secrets.update(secrets_of(vars(request)))
        prepared = request.prepare()
        lines = "".join(f"{name}: {value}\r\n" for name, value in prepared.headers.items())
        head = f"{prepared.method} {urlsplit(url).path} HTTP/1.1\r\nHost: here\r\n{lines}\r\n"
        body = prepared.body or b""
        whole = head.encode() + (body.encode() if isinstance(body, str) else body)
        arrived = False
        with contextlib.suppress(OSError):
            address = urlsplit(url)
            with socket.create_connection((address.hostname, address.port), 10) as gone:
                arrived = share >= 1
                gone.sendall(whole[: max(int(len(whole) * share), 1)])
                time.sleep(wait)
        return Answer(what, begun, time.monotonic(), arrived=arrived, gave_up=True)


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Connection": "close"}


def _unanswered(what: str, begun: float, error: requests.RequestException, *, short: bool) -> Answer:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    refused = isinstance(reason, NewConnectionError)
    gave_up = short and isinstance(error, requests.ReadTimeout)
    return Answer(what, begun, time.monotonic(), arrived=not refused, gave_up=gave_up)
