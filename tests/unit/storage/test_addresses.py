"""Pictures at untrusted addresses: fetched or refused, within a time limit."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from common.domain.errors import ImageTooLarge, Overloaded
from common.domain.removal_errors import FetchFailed
from common.storage.addresses import AddressFetcher, is_public, resolve
from tests.listener import Listener, close

PRIVATE = (
    *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.1.2.3", "169.254.169.254", "172.16.0.1"),
    *("192.0.0.1", "192.0.2.1", "192.168.0.1", "198.18.0.1", "203.0.113.1", "224.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "fc00::1", "fd00:ec2::254"),
    *("fe80::1", "ff02::1", "2001::1", "2001:10::1", "2002:7f00:1::", "100::1"),
)
SPELLINGS_OF_LOOPBACK = (
    *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "localhost"),
    *("[::1]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:0:0:1]", "127.0.0.1."),
)


class Stranger(Listener):
    """A foreign server that passes each connection to a function."""

    def __init__(self, answer: Callable[[socket.socket], None]) -> None:
        super().__init__()
        self._answer = answer
        self.requests: list[bytes] = []

    def _connect(self, client: socket.socket) -> None:
        threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            try:
                self.requests.append(client.recv(65_536))
                self._answer(client)
            except OSError:
                pass  # the fetcher shut the connection down

    def fetcher(self, **chosen: object) -> AddressFetcher:
        """Return a fetcher that treats this server as public."""
        options: dict[str, object] = {
            "resolve": lambda *_: ["127.0.0.1"],
            "is_public": lambda _: True,
            "ports": (80, 443, self.port),
            "seconds": 5.0,
            **chosen,
        }
        return AddressFetcher(1000, **options)  # type: ignore[arg-type]

    def url(self, path: str = "/") -> str:
        return f"http://pictures.example:{self.port}{path}"


def answering(head: str, body: bytes = b"") -> Callable[[socket.socket], None]:
    """Answer with this head and body."""
    return lambda client: client.sendall(head.encode() + b"\r\n\r\n" + body)


def dripping(client: socket.socket) -> None:
    """Send a head byte by byte."""
    client.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        client.sendall(b"x")
        time.sleep(0.02)


@pytest.fixture
def stranger() -> Iterator[Callable[[Callable[[socket.socket], None]], Stranger]]:
    running: list[Stranger] = []

    def start(answer: Callable[[socket.socket], None]) -> Stranger:
        server = Stranger(answer)
        running.append(server.__enter__())
        return server

    yield start
    for server in running:
        server.__exit__(None, None, None)


Start = Callable[[Callable[[socket.socket], None]], Stranger]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_and_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "2a00:1450::1"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", SPELLINGS_OF_LOOPBACK)
def test_every_spelling_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises(FetchFailed):
        AddressFetcher(1000).fetch(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        *("", "picture.jpg", "//1.1.1.1/", "file:///etc/passwd", "ftp://1.1.1.1/", "gopher://1.1.1.1/"),
        *("http:///", "http://1.1.1.1:22/", "https://1.1.1.1:8443/", "http://1.1.1.1:99999/"),
        *("http://me:word@1.1.1.1/", "http://1.1.1.1:80@127.0.0.1/", "http://[::1", "http://a\nb/"),
    ],
)
def test_odd_addresses_are_refused(url: str) -> None:
    with pytest.raises(FetchFailed):
        AddressFetcher(1000, resolve=lambda *_: ["127.0.0.1"]).fetch(url)


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    fetcher = AddressFetcher(1000, resolve=lambda *_: ["1.1.1.1", "10.0.0.1"])

    with pytest.raises(FetchFailed, match="public"):
        fetcher.fetch("http://pictures.example/")


def test_a_name_that_nobody_knows_is_an_error_and_not_a_crash() -> None:
    with pytest.raises(FetchFailed):
        AddressFetcher(1000).fetch("http://nobody.invalid/")


def test_the_bytes_are_returned(stranger: Start) -> None:
    server = stranger(answering("HTTP/1.1 200 OK\r\nContent-Length: 5", b"bytes"))

    assert server.fetcher().fetch(server.url("/a/cat.jpg?size=1#top")) == b"bytes"
    (request,) = server.requests
    assert request.startswith(b"GET /a/cat.jpg?size=1 HTTP/1.1\r\n")
    assert f"Host: pictures.example:{server.port}\r\n".encode() in request
    assert b"Accept-Encoding: identity\r\n" in request


def test_the_connection_goes_to_the_address_that_was_checked(stranger: Start) -> None:
    server = stranger(answering("HTTP/1.1 200 OK\r\nContent-Length: 5", b"bytes"))
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])

    def changing(host: str, port: int) -> Sequence[str]:
        return next(answers)

    assert server.fetcher(resolve=changing).fetch(server.url()) == b"bytes"
    assert list(answers) == [["127.0.0.2"]]  # the name was not resolved again


def test_proxies_of_the_environment_are_ignored(stranger: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    server = stranger(answering("HTTP/1.1 200 OK\r\nContent-Length: 5", b"bytes"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    assert server.fetcher().fetch(server.url()) == b"bytes"


def test_every_redirect_is_checked_again(stranger: Start) -> None:
    server = stranger(
        answering("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0")
    )
    seen: list[str] = []

    def is_stranger(address: str) -> bool:
        return address == "127.0.0.1"

    def resolve_and_note(host: str, port: int) -> Sequence[str]:
        seen.append(host)
        return ["127.0.0.1"] if host == "pictures.example" else resolve(host, port)

    with pytest.raises(FetchFailed, match="public"):
        server.fetcher(resolve=resolve_and_note, is_public=is_stranger).fetch(server.url())
    assert seen == ["pictures.example", "169.254.169.254"]


@pytest.mark.parametrize(("redirects", "is_fetched"), [(1, True), (3, True), (4, False)])
def test_three_redirects_are_followed(stranger: Start, redirects: int, is_fetched: bool) -> None:
    left = iter(range(redirects))

    def redirect(client: socket.socket) -> None:
        if next(left, None) is None:
            answering("HTTP/1.1 200 OK\r\nContent-Length: 5", b"bytes")(client)
        else:
            answering("HTTP/1.1 307 Temporary Redirect\r\nLocation: /next\r\nContent-Length: 0")(client)

    server = stranger(redirect)
    if is_fetched:
        assert server.fetcher().fetch(server.url()) == b"bytes"
    else:
        with pytest.raises(FetchFailed, match="redirects"):
            server.fetcher().fetch(server.url())


def test_a_redirect_to_a_file_is_refused(stranger: Start) -> None:
    server = stranger(answering("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0"))

    with pytest.raises(FetchFailed):
        server.fetcher().fetch(server.url())


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "204 No Content", "302 Found"])
def test_other_answers_are_reported_by_status(stranger: Start, status: str) -> None:
    server = stranger(answering(f"HTTP/1.1 {status}\r\nContent-Length: 0"))

    with pytest.raises(FetchFailed, match=status[:3]):
        server.fetcher().fetch(server.url())


@pytest.mark.parametrize("head", ["HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\nContent-Length: 2000"])
def test_a_body_that_is_too_long_is_not_read_to_its_end(stranger: Start, head: str) -> None:
    def endless(client: socket.socket) -> None:
        answering(head)(client)
        while True:
            client.sendall(b"x" * 10_000)

    server = stranger(endless)
    with pytest.raises(ImageTooLarge):
        server.fetcher().fetch(server.url())


@pytest.mark.parametrize("answer", [dripping, lambda _: time.sleep(3)], ids=["dripping", "silent"])
def test_a_slow_server_is_cut_off(stranger: Start, answer: Callable[[socket.socket], None]) -> None:
    server = stranger(answer)
    fetcher = server.fetcher(seconds=0.2)

    for _ in range(6):  # more often than FETCHES_AT_ONCE: each place is free again
        with pytest.raises(FetchFailed, match="too long"):
            fetcher.fetch(server.url())
        _wait_for_a_free_place(fetcher)


def _wait_for_a_free_place(fetcher: AddressFetcher) -> None:
    deadline = time.monotonic() + 10
    while not fetcher._free.acquire(blocking=False):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    fetcher._free.release()


def test_a_handshake_that_never_ends_is_cut_off(stranger: Start) -> None:
    server = stranger(dripping)

    with pytest.raises(FetchFailed):
        server.fetcher(seconds=0.2).fetch(server.url().replace("http:", "https:"))


def test_a_fifth_fetch_at_once_is_refused(stranger: Start) -> None:
    waiting = threading.Semaphore(0)
    over = threading.Event()

    def hold(client: socket.socket) -> None:
        waiting.release()
        over.wait(10)
        close(client)

    server = stranger(hold)
    fetcher = server.fetcher()
    threads = [threading.Thread(target=_fetch_anyway, args=(fetcher, server.url())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert waiting.acquire(timeout=10)

    with pytest.raises(Overloaded):
        fetcher.fetch(server.url())
    over.set()
    for thread in threads:
        thread.join(10)


def _fetch_anyway(fetcher: AddressFetcher, url: str) -> None:
    with pytest.raises(FetchFailed):
        fetcher.fetch(url)
