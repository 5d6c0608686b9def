"""A provider on this machine that behaves like ObjectCut behind RapidAPI's gateway.

`python -m tests.objectcut --port N` runs it by hand; a test sets its behaviour and reads its requests.
"""

import argparse
import socket
import struct
import threading
import time
from collections import deque
from dataclasses import dataclass
from email.message import Message
from urllib.parse import parse_qsl, urlsplit

from tests.loopback import Loopback, QuietHandler
from tests.objectcut_behaviours import Behaviour, refuses, removes_the_background

KEY = "a-key-that-only-the-stand-in-knows"


@dataclass(frozen=True)
class Call:
    """One received request."""

    method: str
    path: str
    headers: Message  # case-insensitive
    form: dict[str, str]
    body: bytes
    client: tuple[str, int]  # the same number for requests over one connection
    at: float  # time.monotonic()


class ObjectCut(Loopback):
    """The stand-in; a context manager, or start() and stop()."""

    def __init__(self, port: int = 0, *, key: str = KEY) -> None:
        super().__init__(_Exchange, port)
        self.key = key
        self._lock = threading.Lock()
        self._script: deque[Behaviour] = deque()
        self._default: Behaviour = removes_the_background
        self._calls: list[Call] = []

    @property
    def host(self) -> str:
        """The origin, for the remover's host."""
        return self.url

    @property
    def calls(self) -> list[Call]:
        """The requests so far, oldest first."""
        with self._lock:
            return list(self._calls)

    def script(self, *behaviours: Behaviour) -> None:
        """Answer the next requests with these behaviours, one each; then as before."""
        with self._lock:
            self._script.extend(behaviours)

    def always(self, behaviour: Behaviour) -> None:
        """Answer every request without a planned behaviour like this."""
        with self._lock:
            self._default = behaviour

    def reset(self) -> None:
        """Forget calls and behaviours."""
        with self._lock:
            self._calls.clear()
            self._script.clear()
            self._default = removes_the_background

    def take(self, call: Call) -> Behaviour:
        """Record a request and return its behaviour."""
        with self._lock:
            self._calls.append(call)
            return self._script.popleft() if self._script else self._default


class _Exchange(QuietHandler):
    """One connection, through which behaviours answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    owner: ObjectCut

    def serve(self) -> None:
        """Record the request, apply the gateway's checks, and answer."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.form = dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True))
        now = time.monotonic()
        form = self.form.copy()  # behaviours may change their answers
        call = Call(self.command, self.path, self.headers, form, body, self.client_address, now)
        behaviour = self.owner.take(call)
        (self._gateway_refusal() or behaviour)(self)

    do_GET = do_POST = do_PUT = do_CONNECT = serve  # noqa: N815 - names that http.server asks for

    def _gateway_refusal(self) -> Behaviour | None:
        headers = self.headers
        if headers.get("X-RapidAPI-Key") != self.owner.key:
            return refuses(401, "Invalid API key. Go to https://docs.rapidapi.com/docs/keys for more info.")
        if headers.get("X-RapidAPI-Host") != urlsplit(self.owner.host).netloc:
            return refuses(404, "API doesn't exists")
        if (self.command, self.path) != ("POST", "/remove"):
            return refuses(404, f"Endpoint '{self.path}' does not exist")
        return None

    @property
    def content_type(self) -> str:
        """The media type of the request without its parameters."""
        return self.headers.get_content_type()

    def send(self, status: int, body: bytes, content_type: str, headers: dict[str, str]) -> None:
        """Answer with a complete body."""
        self.begin(status, len(body), content_type, headers)
        self.wfile.write(body)

    def begin(self, status: int, length: int, content_type: str, headers: dict[str, str]) -> None:
        """Answer with the headers of a body that follows later."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def write(self, content: bytes) -> None:
        """Send bytes as they are."""
        self.wfile.write(content)

    def wait(self, seconds: float | None) -> bool:
        """Wait, for ever if seconds is None; return true once the provider stops."""
        return self.owner.stopping.wait(seconds)

    def hang_up(self, *, reset: bool = False) -> None:
        """Close the connection, with a reset on request."""
        self.close_connection = True
        if reset:
            linger_not_at_all = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not_at_all)
            self.connection.close()


def main() -> None:
    """Run the stand-in until it is interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default=KEY)
    options = parser.parse_args()
    with ObjectCut(options.port, key=options.key) as provider:
        print(f"X_RAPID_API_HOST={provider.host} X_RAPID_API_KEY={provider.key}", flush=True)
        try:
            provider.stopping.wait()
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    main()
