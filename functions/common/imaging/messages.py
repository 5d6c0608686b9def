"""Messages between the host and a picture worker: a head followed by blobs."""

import socket
import struct
import time

Message = tuple[bytes, list[bytes]]

_COUNT = struct.Struct(">I")
_SIZE = struct.Struct(">Q")
_BUFFER = 1 << 20  # bytes of the send buffer


class Channel:
    """One end of a socket; deadlines are in time.monotonic(), None waits for ever.

    channel.send(b"head", content) arrives as (b"head", [content]).
    """

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)

    def fileno(self) -> int:
        """Return the file descriptor, for select."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close this end; the other one reads the end of the stream."""
        self._socket.close()

    def send(self, head: bytes, *blobs: bytes, deadline: float | None = None) -> None:
        """Send a message, or raise OSError (TimeoutError at the deadline)."""
        parts = (head, *blobs)
        sizes = _COUNT.pack(len(parts)) + b"".join(_SIZE.pack(len(part)) for part in parts)
        for part in (sizes, *parts):
            self._wait_until(deadline)
            self._socket.sendall(part)

    def receive(self, deadline: float | None = None) -> Message:
        """Return the next message, or raise EOFError at the end of the stream, or OSError."""
        (count,) = _COUNT.unpack(self._read(_COUNT.size, deadline))
        sizes = [size for (size,) in _SIZE.iter_unpack(self._read(count * _SIZE.size, deadline))]
        head, *blobs = [self._read(size, deadline) for size in sizes]
        return head, blobs

    def _read(self, size: int, deadline: float | None) -> bytes:
        content = bytearray(size)
        view, received = memoryview(content), 0
        while received < size:
            self._wait_until(deadline)
            count = self._socket.recv_into(view[received:])
            if not count:
                raise EOFError
            received += count
        return bytes(content)

    def _wait_until(self, deadline: float | None) -> None:
        self._socket.settimeout(None if deadline is None else max(deadline - time.monotonic(), 0.001))
