"""The address on which a local run listens: for this machine only, or for its network too."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from common.settings import SettingsError
from infra.errors import CommandError

_EVERYWHERE = "0.0.0.0"  # noqa: S104 - only if HOST says so
_OUTSIDE = ("192.0.2.1", 9)  # an address reserved for documentation; nothing is sent to it


@dataclass(frozen=True)
class ListenAddress:
    """HOST and PORT, for example `ListenAddress.from_env({"HOST": "0.0.0.0"})`."""

    host: str
    port: int

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "ListenAddress":
        """Read HOST (127.0.0.1) and PORT (8080), or raise SettingsError."""
        return cls(_host(environ.get("HOST", "127.0.0.1")), _port(environ.get("PORT", "8080")))

    @property
    def url(self) -> str:
        """The address for a browser on this machine."""
        return self._url("127.0.0.1" if self.host == _EVERYWHERE else self.host)

    @property
    def network_url(self) -> str | None:
        """The address for the other machines of the network, if they can reach it."""
        if self.host != _EVERYWHERE:
            return None
        address = _network_address()
        return self._url(address) if address else None

    def check(self) -> None:
        """Raise CommandError if nothing can listen here."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise CommandError(
                    f"Port {self.port} of {self.host} cannot be used ({error.strerror})."
                    " Stop what uses it, or set HOST or PORT to another."
                ) from None

    def _url(self, host: str) -> str:
        return f"http://{host}:{self.port}"


def _host(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except ValueError:
        raise SettingsError(
            "HOST is malformed; it should be 127.0.0.1 for this machine only, 0.0.0.0 for its network too,"
            " or another IPv4 address of this machine"
        ) from None


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SettingsError("PORT is malformed; it should be a whole number from 1 to 65535")
    return int(text)


def _network_address() -> str | None:
    """Return this machine's address in its network: the one of its default route."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_OUTSIDE)
        except OSError:
            return None
        return str(probe.getsockname()[0])
