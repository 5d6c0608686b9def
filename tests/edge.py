"""A stand-in for the load balancer: the site's bucket and the endpoints on one origin."""

import requests

from tests.gcs import GcsEmulator
from tests.loopback import Loopback, QuietHandler

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Edge(Loopback):
    """Passes /api/* to a host and everything else to a bucket; a context manager."""

    def __init__(self, storage: GcsEmulator, bucket: str, host: str, headers: dict[str, str]) -> None:
        super().__init__(_Exchange)
        self.storage, self.bucket, self.host, self.headers = storage, bucket, host, headers


class _Exchange(QuietHandler):
    owner: Edge

    def serve(self) -> None:
        """Answer with the response of the server for this path."""
        edge = self.owner
        if not self.path.startswith("/api/"):
            path = self.path.partition("?")[0].lstrip("/") or "index.html"
            self._pass_on(edge.storage.get(edge.bucket, path), edge.headers)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        sent = requests.request(
            self.command, edge.host + self.path, headers=dict(self.headers), data=body, timeout=60
        )
        self._pass_on(sent, {})

    do_GET = do_POST = do_PUT = do_DELETE = serve  # noqa: N815 - names that http.server asks for

    def _pass_on(self, answer: requests.Response, headers: dict[str, str]) -> None:
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP}
        kept.pop("Content-Encoding", None)  # requests has decompressed it
        self.send_response(answer.status_code)
        for name, value in {**kept, **headers, "Content-Length": str(len(answer.content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.content)
