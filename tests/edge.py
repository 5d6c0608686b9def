"""A stand-in of the load balancer: the site's bucket and the endpoints on one origin."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import requests

from tests.gcs import GcsEmulator

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Edge:
    """Hands /api/* to a host and everything else to a bucket; a context manager."""

    def __init__(self, storage: GcsEmulator, bucket: str, host: str, headers: dict[str, str]) -> None:
        self.storage, self.bucket, self.host, self.headers = storage, bucket, host, headers
        self._server = _Server(("127.0.0.1", 0), _Exchange)
        self._server.edge = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    edge: Edge


class _Exchange(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """Answer from whichever is behind this path."""
        edge = self.server.edge
        if not self.path.startswith("/api/"):
            path = self.path.partition("?")[0].lstrip("/") or "index.html"
            self._pass_on(edge.storage.get(edge.bucket, path), edge.headers)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        sent = requests.request(
            self.command, edge.host + self.path, headers=dict(self.headers), data=body, timeout=60
        )
        self._pass_on(sent, {})

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - names that http.server asks for

    def _pass_on(self, answer: requests.Response, headers: dict[str, str]) -> None:
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP}
        kept.pop("Content-Encoding", None)  # requests has unpacked it
        self.send_response(answer.status_code)
        for name, value in {**kept, **headers, "Content-Length": str(len(answer.content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test output clean."""
