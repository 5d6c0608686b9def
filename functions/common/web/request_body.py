"""Read request bodies as JSON, forms or bytes; on gunicorn, abort those that are too slow."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import IO, Any

from flask import Request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, RequestTimeout
from werkzeug.formparser import FormDataParser

from common.domain.errors import BadRequest, ImageTooLarge
from common.timeouts import BODY_RATE as _BODY_RATE
from common.timeouts import BODY_SECONDS as _BODY_SECONDS
from common.timeouts import LINGER_BYTES as _SKIP_BYTES
from common.timeouts import LINGER_SECONDS as _SKIP_SECONDS
from common.timeouts import SILENT_SECONDS as _SILENT_SECONDS
from common.web.problems import detach_body

JSON_BYTES = 64 * 1024  # the limit of JSON bodies
_CHUNK = 64 * 1024  # bytes


@contextlib.contextmanager
def guarded(request: Request) -> Iterator[None]:
    """Limit the time of a body on gunicorn, where it is still arriving; waitress passes complete bodies."""
    connection = request.environ.get("gunicorn.socket")
    body = _ArrivingBody(request, connection) if connection else None
    try:
        yield
    finally:
        if body:
            body.finish()
        detach_body(request)


class _ArrivingBody:
    """A body that is aborted if it is too slow, ends early or is badly framed.

    gunicorn's read blocks until all requested bytes have arrived. So when the time is up, a thread shuts down
    the reading side of the connection: gunicorn then sees the end of the body, and we can still respond.
    """

    def __init__(self, request: Request, connection: socket.socket) -> None:
        environ = request.environ
        self._source: IO[bytes] = environ["wsgi.input"]
        self._connection = connection
        self._length = request.content_length
        self._received = 0
        self._started = time.monotonic()
        self._is_watched = False
        self._over = threading.Event()
        if not self._length and "HTTP_TRANSFER_ENCODING" not in environ:  # there is no body
            self._over.set()
        environ["wsgi.input"] = self
        connection.settimeout(_SILENT_SECONDS)

    def read(self, size: int = -1) -> bytes:
        """Return that many bytes, fewer at the end, or raise RequestTimeout or BadRequest."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK), b""))
        if self._over.is_set():
            return b""
        if not self._is_watched:
            self._is_watched = True
            threading.Thread(target=self._watch, daemon=True).start()
        if self._length:  # do not wait for bytes beyond the body's length
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
        except Exception as error:  # noqa: BLE001 - gunicorn raises several types for bad framing
            failure = error
        if self._left() <= 0 or isinstance(failure, TimeoutError):
            self._abort()
            raise RequestTimeout from failure
        if failure or (size and not chunk and self._length):
            self._over.set()
            raise BadRequest("The request ended before its body was complete. Send it again.") from failure
        return chunk

    def finish(self) -> None:
        """Skip the rest of the body if it arrives soon, and stop the watching thread."""
        if not self._over.is_set():
            timer = threading.Timer(_SKIP_SECONDS, self._abort)
            timer.start()
            left = _SKIP_BYTES
            with contextlib.suppress(BadRequest, HTTPException):  # the sender is gone or too slow
                while left > 0 and (chunk := self.read(min(left, _CHUNK))):
                    left -= len(chunk)
            timer.cancel()
            self._over.set()
        with contextlib.suppress(OSError):  # already closed
            self._connection.settimeout(None)

    def _left(self) -> float:
        """Return the remaining seconds; received bytes extend them."""
        return self._started + _BODY_SECONDS + self._received / _BODY_RATE - time.monotonic()

    def _watch(self) -> None:
        while (left := self._left()) > 0:
            if self._over.wait(left):
                return
        self._abort()

    def _abort(self) -> None:
        self._over.set()
        with contextlib.suppress(OSError):  # already closed
            self._connection.shutdown(socket.SHUT_RD)


class FormInMemory(FormDataParser):
    """Keeps the files of a form in memory instead of spooling them to disk."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "stream_factory": lambda *_, **__: BytesIO()})


def whole(request: Request) -> bytes:
    """Return the body, or raise RequestEntityTooLarge."""
    body = request.get_data()
    if request.environ["wsgi.input"].read(1):  # a chunked body that was cut at the limit
        raise RequestEntityTooLarge
    return body


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
    text = _read(request)
    if text is None:
        raise ImageTooLarge(f"The body has more than {JSON_BYTES // 1024} KiB. Send a shorter one.")
    return text


def content(request: Request, most: int) -> bytes:
    """Return a body of at most `most` bytes, or raise ImageTooLarge."""
    request.max_content_length = most
    body = _read(request)
    if body is None:
        raise ImageTooLarge(f"The picture has more than {most // 2**20} MB. Send a smaller one.")
    return body


def _read(request: Request) -> bytes | None:
    """Return the body, None if it is longer than max_content_length."""
    with contextlib.suppress(RequestEntityTooLarge):
        return whole(request)
    return None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a JSON object; refuse repeated names, because parsers disagree on them."""
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a name is repeated")
    return read
