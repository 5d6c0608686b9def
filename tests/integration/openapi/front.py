"""A front that gives all functions one address."""

import contextlib
import socket
import threading
from collections.abc import Mapping

from tests.integration.hosts import function_of
from tests.listener import Listener

_MOST = 64 * 1024  # bytes of a request's head


class Front(Listener):
    """Passes each connection to the endpoint of its request; a context manager.

    It passes bytes unchanged, so that a host receives malformed requests too.
    """

    def __init__(self, ports: Mapping[str, int]) -> None:
        super().__init__()
        self._ports = ports
        self.url = f"http://127.0.0.1:{self.port}"

    def _connect(self, client: socket.socket) -> None:
        threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            start = _head(client)
            line, _, rest = start.partition(b"\r\n")
            port = self._port(line)
            with socket.create_connection(("127.0.0.1", port)) as server:
                # The next request may be for another function, so it needs another connection.
                server.sendall(line + b"\r\nConnection: close\r\n" + rest)
                threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()
                _pass_on(server, client)

    def _port(self, line: bytes) -> int:
        path = line.split(b" ")[1].decode("latin-1") if b" " in line else ""
        return self._ports.get(function_of(path), self._ports["list"])


def _head(client: socket.socket) -> bytes:
    """Return the first bytes of a request, including its head."""
    received = b""
    while b"\r\n\r\n" not in received and len(received) < _MOST:
        chunk = client.recv(_MOST)
        if not chunk:
            break
        received += chunk
    return received.replace(b"\r\nConnection: keep-alive\r\n", b"\r\n", 1)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            sink.sendall(chunk)
        sink.shutdown(socket.SHUT_WR)
