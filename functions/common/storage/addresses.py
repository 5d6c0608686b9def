"""Fetch pictures from untrusted addresses, without access to private networks.

All addresses that a name resolves to must be public, and the connection goes to the checked address, so a
name that resolves differently the next time gains nothing.
"""

import contextlib
import functools
import ipaddress
import socket
import ssl
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import BoundedSemaphore, Lock, Thread
from typing import NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

import certifi

from common.domain.errors import ImageTooLarge, Overloaded
from common.domain.removal_errors import FetchFailed
from common.timeouts import FETCH_CONNECT_SECONDS as _CONNECT_SECONDS
from common.timeouts import FETCH_SECONDS as _SECONDS

_REDIRECTS = 3
_FETCHES_AT_ONCE = 4
_CHUNK = 64 * 1024  # bytes
_PORTS = {"http": 80, "https": 443}
_MOVED = (301, 302, 303, 307, 308)
_HEADERS = {"Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "image-background-remover"}
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# Teredo, other protocol assignments and 6to4: such addresses can stand for any IPv4 address.
_TUNNELS = (ipaddress.IPv6Network("2001::/23"), ipaddress.IPv6Network("2002::/16"))

Resolve = Callable[[str, int], Sequence[str]]


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast
    return ip in _GLOBAL_UNICAST and not any(ip in network for network in _TUNNELS)


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the IP addresses of a host name; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]).partition("%")[0] for *_, address in found]


class _Target(NamedTuple):
    """A checked address; the connection goes to `ip`."""

    url: SplitResult
    ip: str
    port: int


class AddressFetcher:
    """Fetches files of limited size from public addresses, a few at a time."""

    def __init__(
        self,
        most_bytes: int,
        *,
        resolve: Resolve = resolve,
        is_public: Callable[[str], bool] = is_public,
        ports: Collection[int] = (80, 443),
        seconds: float = _SECONDS,
    ) -> None:
        self._most_bytes = most_bytes
        self._resolve = resolve
        self._is_public = is_public
        self._ports = ports
        self._seconds = seconds
        self._free = BoundedSemaphore(_FETCHES_AT_ONCE)

    def fetch(self, url: str) -> bytes:
        """Return the bytes at a URL, or raise FetchFailed, ImageTooLarge or Overloaded.

        The work runs in its own thread, whose connection is shut down when the time is up: a socket timeout
        does not stop a server that sends byte by byte.
        """
        if not self._free.acquire(blocking=False):
            raise Overloaded
        outcome: Future[bytes] = Future()
        connection = _Cuttable()
        Thread(target=self._run, args=(url, connection, outcome), name="fetch", daemon=True).start()
        try:
            return outcome.result(self._seconds)
        except TimeoutError:
            raise FetchFailed("The address took too long to answer.") from None
        finally:
            connection.cut()

    def _run(self, url: str, connection: "_Cuttable", outcome: Future[bytes]) -> None:
        try:
            outcome.set_result(self._follow(url, connection))
        except (OSError, HTTPException, ValueError) as error:
            failure = FetchFailed()
            failure.__cause__ = error
            outcome.set_exception(failure)
        except BaseException as error:  # noqa: BLE001 - the waiting thread raises it
            outcome.set_exception(error)
        finally:
            self._free.release()

    def _follow(self, url: str, connection: "_Cuttable") -> bytes:
        for _ in range(_REDIRECTS + 1):
            with _response(self._checked(url), connection) as response:
                if response.status == 200:
                    return self._read(response)
                location = response.headers.get("Location")
                if response.status not in _MOVED or not location:
                    raise FetchFailed(f"The address answered with status {response.status}.")
            url = urljoin(url, location)
        raise FetchFailed("The address redirects too often.")

    def _checked(self, url: str) -> _Target:
        """Resolve and check a URL, or raise FetchFailed if it is not public."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
            raise FetchFailed("The address must begin with http:// or https:// and name no user.")
        port = parts.port or _PORTS[parts.scheme]
        if port not in self._ports:
            raise FetchFailed("The address must use port 80 or 443.")
        ips = self._resolve(parts.hostname, port)
        if not ips or not all(map(self._is_public, ips)):
            raise FetchFailed("The address does not lead to a public server.")
        return _Target(parts, ips[0], port)

    def _read(self, response: HTTPResponse) -> bytes:
        """Return the body, or raise ImageTooLarge once too many bytes have arrived."""
        body = bytearray()
        while chunk := response.read1(_CHUNK):
            body += chunk
            if len(body) > self._most_bytes:
                raise ImageTooLarge
        return bytes(body)


class _Cuttable:
    """A connection that another thread can shut down, even before it is opened."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._socket: socket.socket | None = None
        self._is_cut = False

    def use(self, connected: socket.socket) -> None:
        """Register the socket, or raise TimeoutError if the time is already up."""
        with self._lock:
            if self._is_cut:
                raise TimeoutError
            self._socket = connected

    def cut(self) -> None:
        """Shut the connection down and refuse later ones."""
        with self._lock:
            self._is_cut = True
            if self._socket is not None:
                with contextlib.suppress(OSError):  # it is closed already
                    self._socket.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def _response(target: _Target, cuttable: _Cuttable) -> Iterator[HTTPResponse]:
    """Request the target, and close the connection at the end of the block."""
    with _connected(target, cuttable) as connected:
        connection = HTTPConnection(target.ip, target.port)
        connection.sock = connected
        path = target.url._replace(scheme="", netloc="", fragment="").geturl() or "/"
        connection.request("GET", path, headers={**_HEADERS, "Host": target.url.netloc})
        with connection.getresponse() as response:
            yield response


def _connected(target: _Target, cuttable: _Cuttable) -> socket.socket:
    """Connect to the checked IP address; TLS verifies the certificate for the host name."""
    connected = socket.create_connection((target.ip, target.port), _CONNECT_SECONDS)
    try:
        if target.url.scheme == "https":
            connected = _tls().wrap_socket(
                connected, server_hostname=target.url.hostname, do_handshake_on_connect=False
            )
        cuttable.use(connected)
        if isinstance(connected, ssl.SSLSocket):
            connected.do_handshake()
    except BaseException:
        connected.close()
        raise
    return connected


@functools.cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certifi.where())
