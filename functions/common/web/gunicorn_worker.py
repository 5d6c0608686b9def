"""gunicorn's threaded worker, in which silence on one connection never makes the others wait for long."""

import contextlib
import logging
import re
import socket
import struct
import time
from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_SECONDS = 10.0  # that a request's line and headers may take
SILENT_SECONDS = 20  # for which a client may take nothing of its answer
LINGER_SECONDS = 1.0  # that it may take to hang up when it has all of it
_BROKEN = re.compile(r"(Invalid request from ip=\S*: [^:']*).*", re.DOTALL)


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Gives up slow heads and answers that nobody takes, and says good-bye on the request's own thread.

    gunicorn itself reads and writes for as long as it takes, and waits for each client to hang up on the one
    thread that accepts connections. Bodies are watched by `common.web.request_body`.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.log.error_log.addFilter(_quotes_nothing)
        self._heads: dict[TConn, float] = {}  # until when they may come

    def handle(self, conn: TConn) -> Any:
        """Handle what is sent on a connection; called on a thread of the pool."""
        self._heads[conn] = time.monotonic() + HEAD_SECONDS
        # Not the socket's own timeout, which would be for all of an answer that is sent at once.
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SILENT_SECONDS, 0))
        try:
            outcome = super().handle(conn)
        finally:
            self._heads.pop(conn, None)
        if not outcome:
            with contextlib.suppress(OSError):
                util.close_graceful(conn.sock.dup(), LINGER_SECONDS)
            conn.close = lambda **_: util.close(conn.sock)  # so that nobody waits for it again
        return outcome

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """Handle a request whose head has come."""
        self._heads.pop(conn, None)
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """End what has waited for too long; called about once a second."""
        super().murder_pending()
        now = time.monotonic()
        for conn, until in list(self._heads.items()):
            if until < now:
                with contextlib.suppress(OSError):  # it has just been closed
                    conn.sock.shutdown(socket.SHUT_RD)


def _quotes_nothing(record: logging.LogRecord) -> bool:
    """Cut off what a line about a broken request quotes of it: that may be a cookie, or part of a picture."""
    record.msg = _BROKEN.sub(r"\1", str(record.msg))
    return True
