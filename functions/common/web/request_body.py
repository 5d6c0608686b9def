"""The bodies of requests: given up where they come too slowly, and read away where nobody wants them."""

import contextlib
import socket
import threading
import time
from io import BytesIO
from typing import IO, Any

from flask import Request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, RequestTimeout
from werkzeug.formparser import FormDataParser
from werkzeug.wsgi import get_input_stream

from common.domain.errors import BadRequest
from common.web.problems import leave_body

_DISCARDED_BODY = 64 * 1024 * 1024  # bytes of a refused body that are still read
_DISCARD_SECONDS = 30.0  # for which they are
_BODY_SECONDS = 10.0  # that any body may take
_BODY_RATE = 32 * 1024  # bytes a second that one which takes longer has to come with
_CHUNK = 64 * 1024  # bytes


class Body:
    """A request's body as it arrives: given up when it comes too slowly, breaks off or is badly framed.

    A server's own reading returns when it has all that it was asked for, however long that takes. So a
    thread watches the clock and, when the time is up, closes the side of the connection that reads: the
    server finds the body's end there, and the answer can still be sent.
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

    def hurry(self) -> None:
        """Allow no more than a fixed time for what is left."""
        self._until = time.monotonic() + _DISCARD_SECONDS

    def read(self, size: int = -1) -> bytes:
        """Return that many bytes, fewer at the end; raise RequestTimeout or BadRequest to give it up."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK), b""))
        if self._over.is_set():
            return b""
        if not self._is_watched:
            self._is_watched = True
            threading.Thread(target=self._watch, daemon=True).start()
        if self._length:  # there are servers that would wait for more
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
        except Exception as error:  # noqa: BLE001 - each server has its own for a body that is badly framed
            failure = error
        if self._left() <= 0:
            self._give_up()
            raise RequestTimeout from failure
        if failure or (size and not chunk and self._length):
            self._over.set()
            raise BadRequest("The request ended before its body was complete. Send it again.") from failure
        return chunk

    def _left(self) -> float:
        """Return the seconds that are left; what has arrived adds to them."""
        until = self._started + _BODY_SECONDS + self._received / _BODY_RATE
        return min(until, self._until) - time.monotonic()

    def _watch(self) -> None:
        while (left := self._left()) > 0:
            if self._over.wait(left):
                return
        self._give_up()

    def _give_up(self) -> None:
        self._over.set()
        if self._connection:
            with contextlib.suppress(OSError):  # it is closed already
                self._connection.shutdown(socket.SHUT_RD)


class FormInMemory(FormDataParser):
    """Keeps a form's files in memory, where what they have goes anyway, and not on a disk before."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "stream_factory": lambda *_, **__: BytesIO()})


def discard_body(request: Request) -> None:
    """Read what is left of the body, so that its sender hears the answer and not a reset connection."""
    with contextlib.suppress(BadRequest, HTTPException):  # nobody is left to answer, or not for long
        try:
            _read_away(request.stream)
        except RequestEntityTooLarge:
            _read_away(get_input_stream(request.environ))
    leave_body(request)


def _read_away(body: IO[bytes]) -> None:
    left = _DISCARDED_BODY
    while left > 0 and (chunk := body.read(min(left, _CHUNK))):
        left -= len(chunk)
