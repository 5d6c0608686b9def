"""The database over TLS, as for MongoDB Atlas."""

import contextlib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from common.domain.errors import Unavailable
from common.storage.mongo.connection import check_health, connect
from tests.certificates import self_signed
from tests.proxy import Proxy

HOST = "localhost"


class EncryptedProxy(Proxy):
    """Forwards TLS connections."""

    def __init__(self, target_port: int, certificate: Path) -> None:
        super().__init__(target_port)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate)

    def _connect(self, client: socket.socket) -> None:
        client.settimeout(60)  # with one thread, reading and writing take turns
        with contextlib.suppress(OSError):  # the client does not trust the certificate
            super()._connect(self._tls.wrap_socket(client, server_side=True))


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return self_signed(tmp_path, HOST)


@pytest.fixture
def port(mongo_uri: str, certificate: Path) -> Iterator[int]:
    target = urlsplit(mongo_uri).port
    assert target
    with EncryptedProxy(target, certificate) as proxy:
        yield proxy.port


def ping(host: str, port: int, **options: object) -> None:
    chosen = "".join(f"&{name}={value}" for name, value in options.items())
    images = connect(f"mongodb://{host}:{port}/?directConnection=true&tls=true{chosen}", "tls")
    with images.database.client:
        check_health(images)


def test_a_database_with_a_trusted_certificate_is_read(port: int, certificate: Path) -> None:
    ping(HOST, port, tlsCAFile=certificate)


def test_a_database_with_a_certificate_that_nobody_vouches_for_is_not(port: int) -> None:
    with pytest.raises(Unavailable) as refused:
        ping(HOST, port)

    assert "CERTIFICATE_VERIFY_FAILED" in str(refused.value.__cause__)


def test_a_database_with_another_host_s_certificate_is_not(port: int, certificate: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        ping("127.0.0.1", port, tlsCAFile=certificate)

    assert "IP address mismatch" in str(refused.value.__cause__)
