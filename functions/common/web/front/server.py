"""The server: accept connections, check their deadlines, and finish requests in progress at the end."""

import logging
import resource
import signal
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from common.timeouts import SILENT_SECONDS
from common.web.front.channel import Channel

THREADS = 16
CONNECTIONS = 1000
_FILES = 2 * CONNECTIONS  # open files of the process
_SMALL_BODY = 64 * 1024  # bytes; smaller bodies do not count
_RESPONSES = 128 * 1024 * 1024  # bytes of unread responses; beyond this, clients get CROWDED_SECONDS
_MOST_RESPONSES = 3 * _RESPONSES  # beyond this, threads wait for their clients
_PATIENT, _IMPATIENT = 2**40, 1024 * 1024  # bytes of a response that may be unread before its thread waits
_HEAD_BYTES = 32 * 1024
_CHECK_EVERY = 0.5  # seconds


@dataclass(frozen=True)
class Limits:
    """The limits on clients: the largest body and all bodies in bytes, and the seconds between two requests.

    A load balancer reuses idle connections, so behind one they must stay open longer than it keeps them:
    Google's keeps them for 600 s. Requests for the paths in `probes` wait for no others.
    """

    body: int
    bodies: int
    idle_seconds: float = SILENT_SECONDS
    probes: Collection[str] = ()


class Front(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    """waitress's server with deadlines, a budget for bodies and a graceful end.

    One thread reads all requests, and only complete ones occupy a thread that responds, so silent clients
    cost only memory.
    """

    channel_class = Channel
    accepting: bool
    active_channels: dict[int, Channel]

    def __init__(self, application: Callable[..., Any], host: str, port: int, limits: Limits) -> None:
        adjustments = Adjustments(
            listen=f"{host}:{port}",
            connection_limit=CONNECTIONS,
            max_request_header_size=_HEAD_BYTES,
            max_request_body_size=limits.body + 1,
            inbuf_overflow=2 * limits.body,  # never write a body to a file
            outbuf_overflow=_PATIENT,
            outbuf_high_watermark=_PATIENT,
            recv_bytes=256 * 1024,
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=False,  # the application evaluates them
            log_socket_errors=False,
            ident=None,
        )
        self._limits = limits
        self._probes = _threads(1)
        super().__init__(
            application, {}, dispatcher=_threads(THREADS), adj=adjustments, sockinfo=adjustments.listen[0]
        )
        self.idle_seconds = limits.idle_seconds
        self._check_at = 0.0
        self._ends_at: float | None = None

    def add_task(self, channel: Channel) -> None:
        """Make a thread respond to the first request of a connection."""
        is_probe = channel.requests[0].path in self._limits.probes
        (self._probes if is_probe else self.task_dispatcher).add_task(channel)

    def has_room(self) -> bool:
        """Tell whether all bodies together are within their limit."""
        sizes = (channel.body_size for channel in self.active_channels.values())
        return sum(size for size in sizes if size > _SMALL_BODY) <= self._limits.bodies

    def run(self, grace: float) -> None:
        """Serve until SIGTERM or SIGINT; then finish the requests in progress, within `grace` seconds."""

        def end(*_: object) -> None:
            self._ends_at = self._ends_at or time.monotonic() + grace
            self.pull_trigger()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        while self._ends_at is None or (self.active_channels and time.monotonic() < self._ends_at):
            wasyncore.loop(timeout=_CHECK_EVERY, map=self._map, use_poll=True, count=1)
            self._check(time.monotonic())
        self.task_dispatcher.shutdown(timeout=1)

    def maintenance(self, now: float) -> None:
        """Do nothing, because the deadlines replace waitress's own."""

    def _check(self, now: float) -> None:
        channels = list(self.active_channels.values())
        if self._ends_at is not None:
            if self.accepting:
                self.accepting = False
                self.del_channel()
                self.socket.close()
            for channel in channels:
                channel.close_after_response()
        if now < self._check_at:
            return
        self._check_at = now + _CHECK_EVERY
        pending = sum(channel.total_outbufs_len for channel in channels)
        self.adj.outbuf_high_watermark = _IMPATIENT if pending > _MOST_RESPONSES else _PATIENT
        crowded = pending > _RESPONSES or len(channels) > 0.9 * CONNECTIONS
        for channel in channels:
            channel.check(now, crowded=crowded)


def _threads(count: int) -> ThreadedTaskDispatcher:
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(count)
    return dispatcher


def serve(application: Callable[..., Any], *, host: str, port: int, limits: Limits, grace: float) -> None:
    """Serve the application until the process is terminated."""
    _allow_files(_FILES)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    Front(application, host, port, limits).run(grace)


def _allow_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
