"""Request bodies: aborted if too slow, read as JSON or forms, and skipped if nobody reads them."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from flask import Request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, RequestTimeout
from werkzeug.formparser import FormDataParser
from werkzeug.wsgi import get_input_stream

from common.domain.errors import BadRequest, ImageTooLarge
from common.web.problems import detach_body

JSON_BYTES = 64 * 1024  # more than any JSON body that we take
_SKIPPED_BYTES = 64 * 1024 * 1024  # of a refused body, so that its sender hears the response
_SKIP_SECONDS = 30.0
_BODY_SECONDS = 10.0  # that any body may take
_BODY_RATE = 32 * 1024  # bytes/s; minimum rate of a body that takes longer
_CHUNK = 64 * 1024  # bytes


class Body:
    """A request's body as it arrives: aborted if it comes too slowly, breaks off or is badly framed.

    A server's read returns when it has all that it was asked for, however long that takes. So a thread
    watches the clock and, when the time is up, shuts down the reading side of the connection: the server
    finds the end of the body there, and the response can still be sent.
    """

    def __init__(self, request: Request) -> None:
        environ = request.environ
        self._source: IO[bytes] = environ["wsgi.input"]
        self._connection: socket.socket | None = environ.get("gunicorn.socket")
        self._length = request.content_length
        self._received = 0
        self._started = time.monotonic()
        self._until = float("inf")
        self._over = threading.Event()
        environ["wsgi.input"] = self
        self._is_watched = self._connection is None
        if not self._length and "HTTP_TRANSFER_ENCODING" not in environ:  # there is none
            self._over.set()

    def __enter__(self) -> "Body":
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def set_deadline(self) -> None:
        """Allow no more than a fixed time for the rest."""
        self._until = time.monotonic() + _SKIP_SECONDS

    def read(self, size: int = -1) -> bytes:
        """Return that many bytes, fewer at the end; raise RequestTimeout or BadRequest if it is aborted."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK), b""))
        if self._over.is_set():
            return b""
        if not self._is_watched:
            self._is_watched = True
            threading.Thread(target=self._watch, daemon=True).start()
        if self._length:  # some servers would wait for more
            size = min(size, self._length - self._received)
        chunk = self._read(size)
        self._received += len(chunk)
        if self._received == self._length or (size and not chunk):
            self._over.set()
        return chunk

    def _read(self, size: int) -> bytes:
        failure: Exception | None = None
        chunk = b""
        try:
            chunk = self._source.read(size)
        except Exception as error:  # noqa: BLE001 - each server has its own error for bad framing
            failure = error
        if self._left() <= 0:
            self._abort()
            raise RequestTimeout from failure
        if failure or (size and not chunk and self._length):
            self._over.set()
            raise BadRequest("The request ended before its body was complete. Send it again.") from failure
        return chunk

    def _left(self) -> float:
        """Return the seconds that are left; received bytes add to them."""
        until = self._started + _BODY_SECONDS + self._received / _BODY_RATE
        return min(until, self._until) - time.monotonic()

    def _watch(self) -> None:
        while (left := self._left()) > 0:
            if self._over.wait(left):
                return
        self._abort()

    def _abort(self) -> None:
        self._over.set()
        if self._connection:
            with contextlib.suppress(OSError):  # already closed
                self._connection.shutdown(socket.SHUT_RD)


class FormInMemory(FormDataParser):
    """Keeps the files of a form in memory instead of spooling them to disk."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "stream_factory": lambda *_, **__: BytesIO()})


def json_object(request: Request) -> Mapping[str, Any]:
    """Return the JSON object in the body, or raise BadRequest."""
    try:
        body = json.loads(_read_text(request), object_pairs_hook=_unique)
    except (ValueError, RecursionError):  # not JSON, or nested too deeply
        body = None
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    return body


def _read_text(request: Request) -> bytes:
    with contextlib.suppress(RequestEntityTooLarge):
        text = request.get_data()
        if not request.environ["wsgi.input"].read(1):
            return text
        # else it is chunked, and was cut at the limit
    raise ImageTooLarge(f"The body has more than {JSON_BYTES // 1024} KiB. Send a shorter one.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a JSON object; refuse a repeated name, which different readers understand differently."""
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a name is repeated")
    return read


def skip(request: Request) -> None:
    """Read the rest of the body, so that its sender gets the response and not a reset connection."""
    with contextlib.suppress(BadRequest, HTTPException):  # the sender is gone or too slow
        try:
            _skip(request.stream)
        except RequestEntityTooLarge:
            _skip(get_input_stream(request.environ))
    detach_body(request)


def _skip(body: IO[bytes]) -> None:
    left = _SKIPPED_BYTES
    while left > 0 and (chunk := body.read(min(left, _CHUNK))):
        left -= len(chunk)
