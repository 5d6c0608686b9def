"""A server on this machine that publishes a model's file, and misbehaves on request."""

import contextlib
from collections import deque
from collections.abc import Callable
from hashlib import sha256

from common.removers.catalogue import U2NET_INPUT, U2NET_OUTPUT, Commercial, Model, ModelFile, Wheel
from tests.loopback import Loopback, QuietHandler

CONTENT = bytes(range(256)) * 4096  # 1 MiB
HALF = len(CONTENT) // 2

Behaviour = Callable[["Exchange"], None]


class ModelServer(Loopback):
    """Answers each request with the next planned behaviour, and then correctly; a context manager."""

    def __init__(self) -> None:
        super().__init__(Exchange)
        self.content = CONTENT
        self.planned: deque[Behaviour] = deque()
        self.ranges: list[str | None] = []  # of each request

    def plan(self, *behaviours: Behaviour) -> None:
        """Plan the behaviours for the next requests."""
        self.planned.extend(behaviours)

    def model(self, wheel: Wheel | None = None) -> Model:
        """Return a model whose file this server publishes."""
        return published_at(f"{self.url}/file.onnx", wheel)


def published_at(url: str, wheel: Wheel | None = None) -> Model:
    file = ModelFile(url=url, size=len(CONTENT), sha256=sha256(CONTENT).hexdigest(), wheel=wheel)
    return Model(
        title="a model",
        licence="MIT",
        commercial=Commercial.YES,
        notice="Made by the tests.",
        file=file,
        input=U2NET_INPUT,
        output=U2NET_OUTPUT,
    )


class Exchange(QuietHandler):
    """One request for the file."""

    owner: ModelServer

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        self.owner.ranges.append(self.headers["Range"])
        behaviour = self.owner.planned.popleft() if self.owner.planned else properly
        with contextlib.suppress(OSError):
            behaviour(self)

    @property
    def start(self) -> int:
        """The first requested byte."""
        return int((self.headers["Range"] or "bytes=0-").removeprefix("bytes=").removesuffix("-"))

    def answer(self, status: int, body: bytes, **headers: str | int) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def rest(self, length: int | None = None) -> None:
        """Send the requested bytes, or only the first of them."""
        content = self.owner.content[self.start :]
        total = len(self.owner.content)
        status, headers = 200, {}
        if self.start:
            status, headers = 206, {"Content-Range": f"bytes {self.start}-{total - 1}/{total}"}
        self.answer(status, content[:length], Content_Length=len(content), **headers)


def properly(exchange: Exchange) -> None:
    if exchange.start >= len(exchange.owner.content):
        exchange.answer(416, b"", Content_Length=0)
    else:
        exchange.rest()


def breaks_off(length: int) -> Behaviour:
    """Announce the whole file, and hang up after this many bytes."""
    return lambda exchange: exchange.rest(length)


def hangs_up(exchange: Exchange) -> None:
    exchange.close_connection = True


def stalls_after(length: int) -> Behaviour:
    def stall(exchange: Exchange) -> None:
        exchange.rest(length)
        exchange.owner.stopping.wait()

    return stall


def states_length(length: int) -> Behaviour:
    return lambda exchange: exchange.answer(200, CONTENT, Content_Length=length)


def sends_without_length(content: bytes) -> Behaviour:
    return lambda exchange: exchange.answer(200, content)


def ignores_the_range(exchange: Exchange) -> None:
    exchange.answer(200, CONTENT, Content_Length=len(CONTENT))


def sends_another_range(exchange: Exchange) -> None:
    exchange.answer(206, CONTENT, Content_Range=f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}")


def redirects(exchange: Exchange) -> None:
    exchange.answer(302, b"", Location=f"{exchange.owner.url}/elsewhere.onnx", Content_Length=0)


def refuses(status: int) -> Behaviour:
    return lambda exchange: exchange.answer(status, b"", Content_Length=0)
