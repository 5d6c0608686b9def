"""The deadline of a body on gunicorn, in this process and shortened."""

import threading
import time
from collections.abc import Iterator

import pytest
from flask import Response

from common import bootstrap
from common.web import request_body as bodies
from common.web.endpoint import Call, endpoint
from common.web.responses import json_response
from tests.host import at, serve

SOON = 0.3  # seconds


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(bodies, "_BODY_SECONDS", SOON)
    monkeypatch.setattr(bodies, "_SKIP_SECONDS", SOON)
    yield
    bootstrap.provide(None)


@endpoint(at("/api/work", methods=("POST",)), identified=False)
def work(call: Call) -> Response:
    """Read the body, and take longer than a body may."""
    size = len(call.request.get_data())
    time.sleep(2 * SOON)
    return json_response({"size": size})


class Line:
    """A connection on which this data arrives at once, and then nothing."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.is_closed = threading.Event()

    def read(self, size: int) -> bytes:
        """Return the data like a server that waits for all of it."""
        if len(self._content) < size:
            self.is_closed.wait(20)
        taken, self._content = self._content[:size], self._content[size:]
        return taken

    def shutdown(self, _: int) -> None:
        """Close the reading side."""
        self.is_closed.set()

    def settimeout(self, seconds: float | None) -> None:
        """Set the timeout of reads."""
        self.timeout = seconds


def send(line: Line, path: str, **environ: object) -> tuple[int, float]:
    """Return the status of the response and the time that it took."""
    given = {"wsgi.input": line, "wsgi.input_terminated": True, "gunicorn.socket": line, **environ}
    started = time.monotonic()
    response = serve(work).post(path, environ_overrides=given)
    return response.status_code, time.monotonic() - started


def test_work_that_takes_longer_than_a_body_may_keeps_its_connection() -> None:
    line = Line(b"x" * 9)
    assert send(line, "/work", CONTENT_LENGTH="9")[0] == 200
    assert not line.is_closed.is_set()


@pytest.mark.parametrize(
    "length", [{"CONTENT_LENGTH": "9999"}, {"HTTP_TRANSFER_ENCODING": "chunked"}], ids=str
)
def test_a_body_that_stops_arriving_is_aborted_and_its_connection_closed(length: dict[str, str]) -> None:
    line = Line(b"x" * 9)
    status, seconds = send(line, "/work", **length)
    assert status == 408
    assert SOON < seconds < 20
    assert line.is_closed.is_set()


def test_the_rest_of_a_refused_body_is_not_waited_for_either() -> None:
    line = Line(b"x" * 9)
    status, seconds = send(line, "/work/no/such", CONTENT_LENGTH="9999")
    assert status == 404
    assert seconds < 20
    assert line.is_closed.is_set()


def test_a_response_to_a_request_without_a_body_does_not_wait() -> None:
    line = Line(b"")
    assert send(line, "/work")[0] == 200
    assert not line.is_closed.is_set()
