"""The application host's server with silent clients and slow readers, within its memory."""

import contextlib
import re
import statistics
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.client import Client
from tests.integration.hostile import ANY_HOST
from tests.integration.hostile.guarantees import assert_refused
from tests.integration.hostile.wire import Answer, Wire, ask, request
from tests.integration.hosts import Host
from tests.photos import photo

# In front of a function there is Google's own server.
APP = pytest.mark.parametrize("host", ["app-inline"], indirect=True)
MB = 1024 * 1024
THREADS = 16
UPLOADS = 12  # UPLOADS_AT_ONCE
FORM = {"Content-Type": "multipart/form-data; boundary=edge"}
IMAGE = b'--edge\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
END = b"\r\n--edge--\r\n"


@contextlib.contextmanager
def connections(host: Host, count: int, content: bytes, path: str = "/api/upload") -> Iterator[list[Wire]]:
    """Open this number of connections, and send the same on each."""
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(Wire(host, path)) for _ in range(count)]
        for wire in wires:
            wire.send(content)
        yield wires


def upload(headers: Mapping[str, str] | None = None, *, length: int, content: bytes = b"") -> bytes:
    """Return the start of an upload."""
    return (
        request("POST", "/api/upload", {**FORM, "Content-Length": str(length), **(headers or {})}) + content
    )


def honest_upload(host: Host) -> Answer:
    return ask(host, "POST", "/api/upload", FORM, IMAGE + photo() + END)


def typical_health(host: Host, seconds: float) -> float:
    """Call health repeatedly, and return the median time; the longest depends on the machine."""
    taken = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        assert_refused(ask(host, "GET", "/api/health"), 200)
        taken.append(time.monotonic() - began)
    median = statistics.median(taken)
    print(f"\n{len(taken)} times health: {max(taken) * 1000:.0f} ms at most, median {median * 1000:.0f} ms")
    return median


@APP
def test_health_answers_beside_silent_bodies_and_idle_connections(host: Host) -> None:
    silent = upload(length=900_000)
    with connections(host, 32, silent), connections(host, 200, b""):
        assert typical_health(host, 5) < 1


@ANY_HOST
def test_stalled_uploads_end_and_others_upload_again(host: Host) -> None:
    began = time.monotonic()
    with connections(host, THREADS, upload(length=900_000, content=IMAGE + bytes(100_000))) as stalled:
        time.sleep(1)
        if host.name == "app":  # where they occupy no thread
            assert_refused(honest_upload(host), 201)
        for wire in stalled:
            assert_refused(wire.answer(), 408, 503)
        assert_refused(honest_upload(host), 201)
    took = time.monotonic() - began
    print(f"\n{host.name}: over after {took:.1f} s")
    assert took < 30


@APP
def test_clients_that_read_nothing_delay_nobody(host: Host) -> None:
    client = Client(host)
    record = client.keep(photo(700, 400, "BMP"))  # 840 kB, incompressible
    image = request("GET", record["original_url"], {"Cookie": f"user_id={client.token()}"})
    with connections(host, 20, image * 12) as readers:
        assert typical_health(host, 5) < 1
        assert readers[0].answer().status == 200
    client.call("DELETE", f"/api/delete/{record['record_id']}")


@APP
def test_the_rest_of_a_refused_body_is_read_for_two_seconds(host: Host) -> None:
    with Wire(host, "/api/upload") as wire:
        wire.send(upload(length=500 * MB))
        assert_refused(wire.answer(), 413)
        began = time.monotonic()
        while wire.send(b"x" * 1000) and time.monotonic() < began + 10:
            time.sleep(0.05)
    assert 1 < time.monotonic() - began < 5


@APP
def test_a_body_that_is_too_long_is_refused_by_its_length_as_every_endpoint_does(host: Host) -> None:
    friend = {"Origin": "https://friend.example", "Expect": "100-continue"}
    with connections(host, 1, upload(friend, length=2 * MB)) as [wire]:
        answer = wire.answer()
    assert_refused(answer, 413)
    assert answer.code == "image_too_large"
    assert answer.headers["access-control-allow-origin"] == "https://friend.example"

    with connections(host, 1, upload({"Accept": "text/html"}, length=2 * MB)) as [wire]:
        answer = wire.answer()
    assert answer.status == 302
    assert answer.headers["location"] == "/?flash=image_too_large#flash-image_too_large"


@APP
def test_bodies_beyond_the_budget_are_refused_at_once_and_small_ones_are_not(host: Host) -> None:
    with connections(host, UPLOADS, upload(length=MB * 4 // 3)):
        time.sleep(0.5)
        with connections(host, 1, upload(length=MB + 60_000)) as [wire]:
            refused = wire.answer()
        assert_refused(refused, 503)
        assert (refused.code, refused.headers["retry-after"]) == ("overloaded", "5")
        assert_refused(honest_upload(host), 201)
    assert_refused(ask(host, "POST", "/api/upload", FORM, IMAGE + bytes(MB) + END), 415)


@APP
def test_a_client_that_waits_for_100_continue_gets_it(host: Host) -> None:
    body = IMAGE + photo() + END
    with Wire(host, "/api/upload") as wire:
        wire.send(upload({"Expect": "100-continue"}, length=len(body)))
        assert wire.hears_within(5)
        wire.send(body)
        assert_refused(wire.answer(), 201)


@APP
def test_proxy_headers_reach_the_application(host: Host) -> None:
    plain, secure = (
        ask(host, "GET", "/api/list", headers) for headers in ({}, {"X-Forwarded-Proto": "https"})
    )
    assert "Secure" not in plain.headers["set-cookie"]
    assert "Secure" in secure.headers["set-cookie"]
    assert_refused(ask(host, "POST", "/api/cleanup", {"X-Forwarded-For": "203.0.113.9"}), 404)
    assert_refused(ask(host, "POST", "/api/cleanup"), 200)


@APP
def test_requests_on_one_connection_are_answered_in_their_order(host: Host) -> None:
    with connections(host, 1, request("GET", "/api/health") + request("GET", "/nowhere")) as [wire]:
        time.sleep(1)
        received = wire.finish().rest()
    assert re.findall(rb"HTTP/1.1 (\d+)", received) == [b"200", b"404"]


@APP
def test_many_connections_at_once_are_all_served(host: Host) -> None:
    def call(_: int) -> int:
        return ask(host, "GET", "/api/health").status

    with ThreadPoolExecutor(64) as pool:
        assert set(pool.map(call, range(500))) == {200}
