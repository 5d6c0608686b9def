"""Slow and silent bodies time out, and nobody else waits longer than that."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.hostile import ANY_HOST
from tests.integration.hostile.conftest import Victim
from tests.integration.hostile.guarantees import assert_refused
from tests.integration.hostile.wire import Answer, Wire, ask, request
from tests.integration.hosts import Host

pytestmark = [ANY_HOST, pytest.mark.usefixtures("untouched")]
THREADS = 16  # threads of each host's processes
DEADLINE = 10.0  # seconds for a body; more if it keeps the minimum rate
GENEROUS = 35.0  # seconds until the timeout must have happened on a busy machine
FORM = {"Content-Type": "multipart/form-data; boundary=edge"}
MATTE = b"\x89PNG\r\n\x1a\n"
IMAGE = b'--edge\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'

Pieces = Iterator[tuple[float, bytes]]  # the pause, and the data after it


def stalls() -> Pieces:
    """A body of which only the start arrives."""
    yield 0, request("POST", "/api/upload", {**FORM, "Content-Length": "100000"}) + IMAGE


def stalls_in_a_chunk() -> Pieces:
    """The same without a Content-Length."""
    yield 0, request("POST", "/api/upload", {**FORM, "Transfer-Encoding": "chunked"}) + b"ffff\r\n" + IMAGE


def trickles() -> Pieces:
    """A body that arrives byte by byte, so that no single wait is long."""
    yield from stalls()
    for _ in range(60):
        yield 0.25, b"x"


def trickles_chunks() -> Pieces:
    """The same in chunks of one byte."""
    yield 0, request("POST", "/api/upload", {**FORM, "Transfer-Encoding": "chunked"})
    for _ in range(60):
        yield 0.25, b"1\r\nx\r\n"


def stalls_though_refused() -> Pieces:
    """A refused body that does not arrive."""
    yield 0, request("PUT", "/api/upload", {**FORM, "Content-Length": "100000"}) + IMAGE


def keeps_coming() -> Pieces:
    """A body that takes longer than the deadline, but arrives at twice the minimum rate."""
    size, steps, seconds = 900 * 1024, 25, 12.0
    end = b"\r\n--edge--\r\n"
    length = len(IMAGE) + size + len(end)
    yield 0, request("POST", "/api/upload", {**FORM, "Content-Length": str(length)}) + IMAGE
    for _ in range(steps):
        yield seconds / steps, b"x" * (size // steps)
    yield 0, end


SLOW = [stalls, stalls_in_a_chunk, trickles, trickles_chunks, stalls_though_refused]


def send_slowly(host: Host, pieces: Pieces) -> tuple[float, Answer]:
    """Send until the host responds; return the seconds and the response."""
    started = time.monotonic()
    with Wire(host, "/api/upload") as wire:
        for wait, piece in pieces:
            if wire.hears_within(wait) or not wire.send(piece):
                break
        answer = wire.answer()
        seconds = time.monotonic() - started
        assert answer.status != 408 or wire.is_ended()
        return seconds, answer


@pytest.mark.extended
def test_a_matte_that_does_not_arrive_times_out(host: Host, victim: Victim) -> None:
    path = f"/api/matte/{victim.record_id}"
    headers = {
        "Authorization": f"Bearer {victim.token}",
        "Content-Type": "image/png",
        "If-Match": '"1"',
        "Content-Length": "100000",
    }
    with Wire(host, path) as wire:
        wire.send(request("PUT", path, headers) + MATTE)
        answer = wire.answer()
        assert_refused(answer, 408)
        assert wire.is_ended()


def test_slow_uploads_on_every_thread_time_out_and_others_are_served(host: Host) -> None:
    slow = [SLOW[number % len(SLOW)] for number in range(THREADS - 1)]
    with ThreadPoolExecutor(THREADS) as pool:
        honest = pool.submit(send_slowly, host, keeps_coming())
        time.sleep(0.2)  # so that it occupies one of the upload slots
        sent = [pool.submit(send_slowly, host, pieces()) for pieces in slow]
        time.sleep(1)  # now they occupy every thread
        started = time.monotonic()
        # In the functions host this call goes to the process with the slow bodies.
        between = ask(host, "GET", "/api/upload" if host.name == "functions" else "/api/list")
        waited = time.monotonic() - started
        ended = [future.result() for future in sent]
        patience, taken = honest.result()
    assert_refused(between, 405 if host.name == "functions" else 200)
    assert waited < GENEROUS
    for pieces, (seconds, answer) in zip(slow, ended, strict=True):
        # 503: more uploads than UPLOADS_AT_ONCE
        assert_refused(answer, *((405,) if pieces is stalls_though_refused else (408, 503)))
        assert seconds < GENEROUS
    assert patience > DEADLINE
    assert_refused(taken, 415)  # the whole body was read, and is no picture
    print(f"\n{host.name}: waited {waited:.1f} s; ended after {max(e[0] for e in ended):.1f} s at most")
