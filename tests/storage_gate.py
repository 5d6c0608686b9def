"""A proxy to the storage emulator that decides about each write."""

from collections.abc import Container
from enum import Enum
from itertools import count

import requests

from tests.loopback import Loopback, QuietHandler

_KEPT = ("Content-Type", "Range", "Content-Range", "X-Upload-Content-Type")


class Fate(Enum):
    """The fate of a request."""

    PASS = "passed on"
    REFUSE = "answered with 403"
    LOSE = "passed on, and its answer lost"
    CUT = "cut off in the middle of its body"


class StorageGate(Loopback):
    """Passes requests unless told otherwise; a context manager."""

    def __init__(self, to: str) -> None:
        super().__init__(_Exchange)
        self.to = to
        self.reset()

    def reset(self) -> None:
        """Pass everything."""
        self.meet(range(0), Fate.PASS)

    def meet(self, writes: Container[int], fate: Fate) -> None:
        """Give these writes, numbered from 0 from now on, this fate, and pass the others."""
        self._number, self._met, self._fate = count(), writes, fate

    def fate_of_next(self) -> Fate:
        """Return the fate of a write."""
        return self._fate if next(self._number) in self._met else Fate.PASS


class _Exchange(QuietHandler):
    protocol_version = "HTTP/1.1"
    owner: StorageGate

    def serve(self) -> None:
        is_read = self.command in ("GET", "HEAD")
        fate = Fate.PASS if is_read else self.owner.fate_of_next()
        length = int(self.headers.get("Content-Length", 0))
        if fate is Fate.CUT:
            self.rfile.read(length // 2)
            self._hang_up()
            return
        body = self.rfile.read(length)
        if fate is Fate.REFUSE:
            self._answer(403, {"Content-Type": "application/json"}, b'{"error": {"message": "no"}}')
            return
        kept = {name: self.headers[name] for name in _KEPT if name in self.headers}
        url = self.owner.to + self.path
        answer = requests.request(self.command, url, data=body, headers=kept, timeout=10)
        if fate is Fate.LOSE:
            self._hang_up()
        else:
            self._answer(answer.status_code, dict(answer.headers), answer.content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = serve  # noqa: N815 - http.server's names

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name in ("Content-Type", "Content-Range", "ETag") or name.startswith("X-Goog-"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
