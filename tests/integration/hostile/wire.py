"""Requests as bytes on a socket, and the host's answers."""

import contextlib
import json
import select
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from tests.integration.hosts import Host

PATIENCE = 60.0  # seconds
Headers = Mapping[str, str | bytes]
_GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
_ALSO_KNOWN_AS = {"update": "rename", "remove": "delete"}


@dataclass(frozen=True)
class Answer:
    """One answer; status 0 means that the connection was closed without one."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem, or an empty string."""
        is_problem = self.headers.get("content-type") == "application/problem+json"
        return str(self.json["code"]) if is_problem and self.body else ""


class Wire:
    """One connection to the endpoint in a path."""

    def __init__(self, host: Host, path: str = "/api/list", patience: float = PATIENCE) -> None:
        self.port = port_of(host, path)
        self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, content: bytes) -> bool:
        """Send, and tell whether the host still listens."""
        try:
            self._socket.sendall(content)
        except OSError:
            return False
        return True

    def finish(self) -> Self:
        """Close the sending side."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
        return self

    def answer(self, method: str = "GET") -> Answer:
        """Return the first answer to a request of this method."""
        received = bytearray()
        while not _is_complete(received, method) and (chunk := self._receive()):
            received += chunk
        return _parsed(bytes(received).removeprefix(_GO_ON), method)

    def rest(self) -> bytes:
        """Return everything until the host closes the connection."""
        return b"".join(iter(self._receive, b""))

    def hears_within(self, seconds: float) -> bool:
        """Tell whether the host sends something, or closes the connection, within this time."""
        return bool(select.select([self._socket], [], [], seconds)[0])

    def is_ended(self) -> bool:
        """Read the rest, and tell whether the host has closed the connection."""
        while self._receive():
            pass
        return True

    def _receive(self) -> bytes:
        try:
            return self._socket.recv(64 * 1024)
        except ConnectionError:
            return b""


def port_of(host: Host, path: str) -> int:
    """Return the port of the path's endpoint, by default that of the list."""
    parts = (_ALSO_KNOWN_AS.get(part, part) for part in path.split("?")[0].split("/"))
    return host.ports[next((part for part in parts if part in host.ports), "list")]


def request(method: str, path: str, headers: Headers | None = None, body: bytes | None = None) -> bytes:
    """Return a request with this head; the body's length is added if it is missing."""
    fields: dict[str, str | bytes] = {"Host": "127.0.0.1", **(headers or {})}
    names = {name.lower() for name in fields}
    if body is not None and not names & {"content-length", "transfer-encoding"}:
        fields["Content-Length"] = str(len(body))
    lines = [f"{method} {path} HTTP/1.1".encode()]
    for name, value in fields.items():
        encoded = value if isinstance(value, bytes) else value.encode("utf-8")
        lines.append(name.encode("latin-1") + b": " + encoded)
    return b"\r\n".join(lines) + b"\r\n\r\n" + (body or b"")


def ask(
    host: Host, method: str, path: str, headers: Headers | None = None, body: bytes | None = None
) -> Answer:
    """Send one request, close the sending side, and return the answer."""
    return tell(host, request(method, path, headers, body), path)


def tell(host: Host, content: bytes, path: str = "/api/list") -> Answer:
    """Send these bytes, close the sending side, and return the first answer."""
    method = content.removeprefix(b"\r\n").partition(b" ")[0]
    with Wire(host, path) as wire:
        wire.send(content)
        return wire.finish().answer(method.decode("latin-1"))


def chunked(*parts: bytes) -> Iterator[bytes]:
    """Frame a body whose length is in no header."""
    for part in parts:
        yield b"%x\r\n%b\r\n" % (len(part), part)
    yield b"0\r\n\r\n"


def _is_complete(received: bytearray, method: str) -> bool:
    head, end, body = bytes(received).removeprefix(_GO_ON).partition(b"\r\n\r\n")
    if not end:
        return False
    headers = _headers(head)
    if method == "HEAD" or b" 204 " in head[:13] or b" 304 " in head[:13]:
        return True
    if "content-length" in headers:
        return len(body) >= int(headers["content-length"])
    return body.endswith(b"0\r\n\r\n") if "transfer-encoding" in headers else False


def _parsed(received: bytes, method: str) -> Answer:
    if not received:
        return Answer(0, {}, b"")
    head, _, body = received.partition(b"\r\n\r\n")
    version, status = head.split(b" ", 2)[:2]
    assert version.startswith(b"HTTP/1."), received[:200]
    headers = _headers(head)
    if method != "HEAD" and "chunked" in headers.get("transfer-encoding", ""):
        return Answer(int(status), headers, _unchunked(body))
    # The answer to another request may follow.
    length = int(headers.get("content-length", len(body)))
    return Answer(int(status), headers, b"" if method == "HEAD" and body[:5] == b"HTTP/" else body[:length])


def _unchunked(body: bytes) -> bytes:
    content = b""
    while body:
        length, _, rest = body.partition(b"\r\n")
        size = int(length, 16)
        content, body = content + rest[:size], rest[size + 2 :] if size else b""
    return content


def _headers(head: bytes) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.decode("latin-1").partition(":")
        key = name.strip().lower()
        # Only cookies may be repeated.
        assert key not in fields or key in ("set-cookie", "vary"), head
        fields[key] = value.strip()
    return fields
