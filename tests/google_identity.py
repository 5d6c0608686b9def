"""Google's metadata server and signing service on this machine, which give a function its identity.

A process with the `environ` of both acts as SERVICE_ACCOUNT and has no key, like a function in the cloud.
"""

import base64
import itertools
import json
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.certificates import self_signed
from tests.loopback import Loopback, QuietHandler

SERVICE_ACCOUNT = "image@a-project.iam.gserviceaccount.com"
SIGNING_HOST = "iamcredentials.googleapis.com"


class MetadataServer(Loopback):
    """Issues tokens for SERVICE_ACCOUNT, a new one each time; a context manager."""

    def __init__(self) -> None:
        super().__init__(_MetadataExchange)
        self.token_lifetime = 3600  # seconds
        self.issued: list[str] = []
        self._numbers = itertools.count(1)

    @property
    def environ(self) -> Mapping[str, str]:
        """The variables with which google-auth looks for credentials only here."""
        address = self.url.removeprefix("http://")
        return {
            "GCE_METADATA_HOST": address,
            "GCE_METADATA_IP": address,
            "NO_GCE_CHECK": "false",
            "GOOGLE_APPLICATION_CREDENTIALS": "",
            "CLOUDSDK_CONFIG": "/nonexistent",
        }

    def answer(self, path: str) -> str | dict[str, object] | None:
        """Return the metadata at this path."""
        path = path.removeprefix("/computeMetadata/v1").replace(SERVICE_ACCOUNT, "default")
        values: Mapping[str, str | dict[str, object]] = {
            "/": "computeMetadata/",
            "/project/project-id": "a-project",
            "/universe/universe-domain": "googleapis.com",
            "/instance/service-accounts/default/": {"email": SERVICE_ACCOUNT, "aliases": ["default"]},
        }
        return self._token() if path == "/instance/service-accounts/default/token" else values.get(path)

    def _token(self) -> dict[str, object]:
        self.issued.append(f"token-{next(self._numbers)}")
        return {"access_token": self.issued[-1], "expires_in": self.token_lifetime, "token_type": "Bearer"}


class _MetadataExchange(QuietHandler):
    owner: MetadataServer

    def do_GET(self) -> None:  # noqa: N802 - a name that http.server asks for
        found = self.owner.answer(self.path.partition("?")[0])
        if self.headers["Metadata-Flavor"] != "Google" or found is None:
            self.send_error(403 if found else 404)
            return
        is_text = isinstance(found, str)
        self.send_response(200)
        self.send_header("Metadata-Flavor", "Google")
        self.send_header("Content-Type", "application/text" if is_text else "application/json")
        self.end_headers()
        self.wfile.write(str(found).encode() if is_text else json.dumps(found).encode())


class Signed(NamedTuple):
    """One request for a signature."""

    account: str
    token: str
    payload: bytes


class SigningService(Loopback):
    """The IAM Credentials API's signBlob behind a proxy that leads nowhere else; a context manager."""

    def __init__(self, folder: Path) -> None:
        super().__init__(_SigningExchange)
        self.calls: list[Signed] = []
        self.refusal: int | None = None  # the status to return instead of a signature
        self.reachable = True  # through the proxy
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._certificate = self_signed(folder, SIGNING_HOST)
        self.tls.load_cert_chain(self._certificate)
        self._key = rsa.generate_private_key(65537, 2048)

    @property
    def environ(self) -> Mapping[str, str]:
        """The variables with which a process uses this server instead of the real one, and trusts it."""
        proxy = {"https_proxy": self.url, "no_proxy": "127.0.0.1,localhost"}
        return {**proxy, "REQUESTS_CA_BUNDLE": str(self._certificate)}

    def sign(self, payload: bytes) -> bytes:
        """Return the account's signature of these bytes."""
        return self._key.sign(payload, padding.PKCS1v15(), hashes.SHA256())

    def verify(self, signature: bytes, payload: bytes) -> None:
        """Raise InvalidSignature if the account did not sign these bytes."""
        self._key.public_key().verify(signature, payload, padding.PKCS1v15(), hashes.SHA256())


class _SigningExchange(QuietHandler):
    protocol_version = "HTTP/1.1"
    owner: SigningService

    def do_CONNECT(self) -> None:  # noqa: N802 - a name that http.server asks for
        if self.path != f"{SIGNING_HOST}:443" or not self.owner.reachable:
            self.send_error(502)
            return
        self.send_response(200)
        self.end_headers()
        # From here on, this side is the requested server.
        self.request = self.owner.tls.wrap_socket(self.request, server_side=True)
        self.setup()
        self.close_connection = False

    def do_POST(self) -> None:  # noqa: N802 - a name that http.server asks for
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        account = self.path.removeprefix("/v1/projects/-/serviceAccounts/").partition(":signBlob")[0]
        payload = base64.b64decode(body["payload"])
        self.owner.calls.append(Signed(account, self.headers["Authorization"], payload))
        if self.owner.refusal:
            error = {
                "code": self.owner.refusal,
                "message": "Permission 'iam.serviceAccounts.signBlob' denied",
            }
            self._answer(self.owner.refusal, {"error": error})
        else:
            self._answer(200, {"signedBlob": base64.b64encode(self.owner.sign(payload)).decode()})

    def _answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def finish(self) -> None:
        super().finish()
        self.request.close()  # the server itself knows only what was under the encryption
