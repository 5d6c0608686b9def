"""The base of the HTTP servers that tests run on this machine."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class Loopback:
    """Serves from threads that end with the process; a context manager, or start() and stop()."""

    def __init__(self, handler: type["QuietHandler"], port: int = 0) -> None:
        self.stopping = threading.Event()  # set to release waiting requests
        self._server = _Server(("127.0.0.1", port), handler)
        self._server.owner = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> Self:
        """Serve in a separate thread."""
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop serving; waiting requests lose their connection."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class QuietHandler(BaseHTTPRequestHandler):
    """One connection; subclasses declare the owner's type."""

    server: "_Server"
    owner: Loopback

    def setup(self) -> None:
        """Set the owner before the first request."""
        self.owner = self.server.owner
        super().setup()

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test output clean."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    owner: Loopback

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect early: tests do that."""
