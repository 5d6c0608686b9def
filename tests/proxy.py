"""A TCP proxy on this machine that can be cut or stalled, to take a server away from its clients."""

import contextlib
import socket
import threading
from types import TracebackType

from tests.listener import Listener, close


class Proxy(Listener):
    """Forwards connections to a port of this machine unless it is cut."""

    def __init__(self, target_port: int) -> None:
        super().__init__()
        self._target_port = target_port
        self._links: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._is_cut = False
        self._flows = threading.Event()
        self._flows.set()

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        with self._lock:
            self._is_cut = True
            for link in self._links:
                close(link)
            self._links.clear()

    def stall(self) -> None:
        """Keep connections open, but pass nothing."""
        self._flows.clear()

    def restore(self) -> None:
        """Pass everything again."""
        self._flows.set()
        with self._lock:
            self._is_cut = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self.cut()
        self._flows.set()

    def _connect(self, client: socket.socket) -> None:
        with self._lock:
            if self._is_cut:
                close(client)
                return
            server = socket.create_connection(("127.0.0.1", self._target_port))
            self._links |= {client, server}
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=self._forward, args=(source, sink), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                self._flows.wait()
                sink.sendall(chunk)
        close(source)
        close(sink)
