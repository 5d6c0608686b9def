"""Silent connections time out, and hardly delay others."""

import contextlib
import time

import pytest

from tests.integration.hostile.guarantees import assert_refused
from tests.integration.hostile.wire import Wire, ask, request
from tests.integration.hosts import Host

APP = pytest.mark.parametrize("host", ["app-inline"], indirect=True)
# In front of a function, Google's own server reads the heads.
pytestmark = [APP, pytest.mark.usefixtures("untouched")]
THREADS = 16
GENEROUS = 35.0  # seconds; the deadline is 10


@pytest.mark.extended
def test_heads_that_never_end_time_out_and_others_are_served(host: Host) -> None:
    starts = [b"", b"G", b"GET /api/list HTTP/1.1\r\n", b"GET /api/list HTTP/1.1\r\nHost: x\r\nX-Half"]
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(Wire(host)) for _ in range(THREADS)]
        for number, wire in enumerate(silent):
            wire.send(starts[number % len(starts)])
        started = time.monotonic()
        assert_refused(ask(host, "GET", "/api/list"), 200)
        assert time.monotonic() - started < GENEROUS
        for wire in silent:
            assert wire.is_ended()
    print(f"\n{host.name}: ended after {time.monotonic() - started:.1f} s at most")


def test_clients_that_do_not_hang_up_do_not_delay_others(host: Host) -> None:
    with contextlib.ExitStack() as stack:
        lingering = [stack.enter_context(Wire(host)) for _ in range(2 * THREADS)]
        for wire in lingering:
            wire.send(request("GET", "/api/list", {"Connection": "close"}))
            assert_refused(wire.answer(), 200)
        started = time.monotonic()
        assert_refused(ask(host, "GET", "/api/list"), 200)
        waited = time.monotonic() - started
    print(f"\n{host.name}: waited {waited:.1f} s")
    assert waited < 2 * THREADS * 2 / 3


def test_a_header_does_not_move_the_application(host: Host) -> None:
    assert_refused(ask(host, "GET", "/api/list", {"SCRIPT_NAME": "/x"}), 200)
