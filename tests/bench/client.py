"""Calls over a kept connection, and their times."""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from types import TracebackType
from typing import Any, Self

from urllib3 import encode_multipart_formdata

_SECONDS = 300  # for one answer


@dataclass(frozen=True)
class Answer:
    """One answer, read completely."""

    status: int
    body: bytes
    seconds: float


class WrongAnswer(Exception):
    """A contender gave a wrong answer."""


class Connection:
    """A lightweight client; a context manager."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=_SECONDS)

    def call(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Make a call and return any answer."""
        begun = time.perf_counter()
        self._connection.request(method, path, body, dict(headers or {}))
        response = self._connection.getresponse()
        content = response.read()
        return Answer(response.status, content, time.perf_counter() - begun)

    def succeed(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Make a call, and raise WrongAnswer if it fails."""
        answer = self.call(method, path, body, headers)
        if answer.status not in (200, 201):
            raise WrongAnswer(f"{method} {path}: {answer.status} {answer.body[:300]!r}")
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()


def call_once(
    port: int, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Answer:
    """Make a call over a new connection, because servers close connections that are idle for 2 s."""
    with Connection(port) as connection:
        return connection.succeed(method, path, body, headers)


def form(part: str, content: bytes, fields: Mapping[str, str]) -> tuple[bytes, Mapping[str, str]]:
    """Return the body and the headers of a form with a picture."""
    body, kind = encode_multipart_formdata({**fields, part: ("photo.jpg", content, "image/jpeg")})
    return body, {"Content-Type": kind}


def at_once(work: Callable[[Any], object], items: Iterable[Any], threads: int) -> float:
    """Do the work on this number of threads, and return the total seconds."""
    items = list(items)
    with ThreadPoolExecutor(threads) as pool:
        begun = time.perf_counter()
        list(pool.map(work, items))
        return time.perf_counter() - begun
