"""One connection: its requests, its deadlines and its end."""

import socket
import time
from collections import deque
from typing import Any

from waitress.channel import HTTPChannel
from werkzeug.exceptions import BadRequest, RequestTimeout

from common.domain.errors import Overloaded
from common.timeouts import (
    BODY_RATE,
    BODY_WINDOW,
    CROWDED_SECONDS,
    HEAD_SECONDS,
    LINGER_BYTES,
    LINGER_SECONDS,
    READER_SECONDS,
    SILENT_SECONDS,
)
from common.web.front.parser import StrictParser


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection with deadlines; `check` is called about twice a second."""

    parser_class = StrictParser
    request: StrictParser | None  # the arriving one
    last_activity: float
    close_when_flushed: bool

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        now = time.monotonic()
        self._active_at = now
        self._seen_activity = self.last_activity
        self._request_seen: StrictParser | None = None
        self._request_began = now
        self._samples: deque[tuple[float, int]] = deque()  # times, and the bytes of the body by then
        self._lingers_since: float | None = None
        self._lingered = 0

    # Arrival

    def readable(self) -> bool:
        """Tell whether to read from the connection."""
        return self._lingers_since is not None or bool(super().readable())

    def handle_read(self) -> None:
        """Read the arrived data."""
        try:
            data = self.socket.recv(self.adj.recv_bytes)
        except BlockingIOError:
            return
        except OSError:
            self.handle_close()
            return
        if self._lingers_since is not None:
            self._lingered += len(data)
            if not data or self._lingered > LINGER_BYTES:
                self.handle_close()
        elif data:
            self.last_activity = time.time()
            self.received(data)
        elif self.request is not None:  # the client may still wait for a response
            self.fail(BadRequest("The request ended before it was complete. Send it again."))
        else:
            self.handle_close()

    def received(self, data: bytes) -> None:
        """Parse the arrived data; refuse a body if there is no memory for it."""
        super().received(data)
        request = self.request
        if request is None or request.body_rcv is None or (request.is_admitted and not request.chunked):
            return
        request.is_admitted = self.server.has_room()
        if not request.is_admitted:
            self.fail(Overloaded())

    def fail(self, error: Exception) -> None:
        """Complete the arriving request with this error."""
        with self.requests_lock:
            request, self.request = self.request, None
            if request is None:
                return
            request.fail(error)
            self.requests.append(request)
            if len(self.requests) == 1:
                self.server.add_task(self)

    # End

    def handle_write(self) -> None:
        """Send pending data; after the last response, close the connection so that the client gets it."""
        is_last = self.close_when_flushed
        if is_last:
            self.close_when_flushed = False
        super().handle_write()
        if is_last and self.connected:
            if self.total_outbufs_len:
                self.close_when_flushed = True
            else:
                self._linger()

    def _linger(self) -> None:
        self._lingers_since = time.monotonic()
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.handle_close()

    def close_after_response(self) -> None:
        """Close the connection now if it is idle, else after the response in progress."""
        if self.is_idle:
            self.handle_close()
        for request in [*self.requests, self.request]:
            if request is not None and request.headers_finished:
                request.headers["CONNECTION"] = "close"

    @property
    def is_idle(self) -> bool:
        """Whether no request has begun and no response is pending."""
        is_ending = self.close_when_flushed or self._lingers_since is not None
        return not (self.request or self.requests or self.total_outbufs_len or is_ending)

    @property
    def body_size(self) -> int:
        """The bytes of the bodies on this connection."""
        return sum(each.body_size for each in [*self.requests, self.request] if each is not None)

    # Deadlines

    def check(self, now: float, *, crowded: bool) -> None:
        """Close the connection or fail its request if it exceeds a deadline."""
        if self.last_activity != self._seen_activity:
            self._seen_activity, self._active_at = self.last_activity, now
        silent = now - self._active_at
        request = self.request
        if request is not self._request_seen:
            self._request_seen, self._request_began = request, now
            self._samples.clear()
        if self._lingers_since is not None:
            if now - self._lingers_since > LINGER_SECONDS:
                self.handle_close()
        elif self.total_outbufs_len:
            if silent > (CROWDED_SECONDS if crowded else READER_SECONDS):
                self.handle_close()
        elif self.requests:
            self._active_at = now
        elif request is None:
            if silent > (CROWDED_SECONDS if crowded else self.server.idle_seconds):
                self.handle_close()
        elif not request.headers_finished:
            if now - self._request_began > HEAD_SECONDS:
                self.handle_close()
        elif silent > SILENT_SECONDS or self._is_too_slow(request, now):
            self.fail(RequestTimeout())

    def _is_too_slow(self, request: StrictParser, now: float) -> bool:
        """Tell whether the body arrived too slowly in the last seconds."""
        samples = self._samples
        samples.append((now, request.body_bytes_received))
        while len(samples) > 1 and now - samples[1][0] >= BODY_WINDOW:
            samples.popleft()
        seconds = now - samples[0][0]
        received = request.body_bytes_received - samples[0][1]
        return seconds >= BODY_WINDOW and received < seconds * BODY_RATE
