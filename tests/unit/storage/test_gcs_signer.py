"""The signer of links: our own key, the platform's account, or none."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import exceptions
from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.transport import Request
from google.cloud import storage
from google.oauth2.credentials import Credentials as PersonsCredentials
from google.oauth2.service_account import Credentials as KeyCredentials

from common.domain.errors import Unavailable
from common.storage.gcs.image import LARGEST_ANSWER, BucketImage
from common.storage.gcs.signer import Signer
from tests.google_identity import SERVICE_ACCOUNT, SigningService

THREADS = 8
ELSEWHERE = "https://nowhere.invalid/token"


class LentCredentials(Credentials):
    """An account without a key, whose numbered tokens take a moment."""

    service_account_email = SERVICE_ACCOUNT

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.refreshed = 0
        self.failure: Exception | None = None

    def refresh(self, request: Request) -> None:
        time.sleep(0.05)
        if self.failure:
            raise self.failure
        self.refreshed += 1
        self.token = f"token-{self.refreshed}"
        self.expire(timedelta(hours=1))

    def expire(self, after: timedelta) -> None:
        self.expiry = datetime.now(UTC).replace(tzinfo=None) + after


@pytest.fixture
def signing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SigningService]:
    with SigningService(tmp_path) as service:
        for name, value in service.environ.items():
            monkeypatch.setenv(name, value)
        yield service


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> LentCredentials:
    credentials = LentCredentials()
    sign_in(monkeypatch, credentials)
    return credentials


def sign_in(monkeypatch: pytest.MonkeyPatch, credentials: object) -> None:
    monkeypatch.setattr("google.auth.default", lambda **_: (credentials, "a-project"))


def large_image() -> BucketImage:
    nobody = AnonymousCredentials()  # type: ignore[no-untyped-call]
    blob = storage.Client("none", nobody).bucket("images").blob("me/1/original")
    return BucketImage(blob, LARGEST_ANSWER + 1, Signer())


def said_by(link: str | None) -> dict[str, list[str]]:
    assert link
    return parse_qs(urlsplit(link).query)


def test_a_lent_account_signs_in_its_name(lent: LentCredentials, signing: SigningService) -> None:
    link = large_image().link("GET", "inline")
    (call,) = signing.calls
    assert (call.account, call.token) == (SERVICE_ACCOUNT, "Bearer token-1")
    assert said_by(link)["X-Goog-Credential"][0].startswith(f"{SERVICE_ACCOUNT}/")
    signing.verify(bytes.fromhex(said_by(link)["X-Goog-Signature"][0]), call.payload)


def test_a_token_is_fetched_once_for_many_threads_and_again_when_it_expired(
    lent: LentCredentials, signing: SigningService
) -> None:
    image, together = large_image(), threading.Barrier(THREADS)

    def link(_: int) -> str | None:
        together.wait(5)
        return image.link("GET", "inline")

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(link, range(THREADS)))
        lent.expire(timedelta(seconds=1))  # less than the lifetime of a signature
        assert all(pool.map(link, range(THREADS)))
    tokens = [call.token for call in signing.calls]
    assert tokens == ["Bearer token-1"] * THREADS + ["Bearer token-2"] * THREADS


def test_a_token_that_is_not_to_be_had_is_an_outage_until_it_is(
    lent: LentCredentials, signing: SigningService
) -> None:
    image = large_image()
    lent.failure = exceptions.RefreshError("the metadata server is away")  # type: ignore[no-untyped-call]
    with pytest.raises(Unavailable):
        image.link("GET", "inline")
    lent.failure = None
    assert image.link("GET", "inline")


def test_a_refused_signature_is_an_outage(lent: LentCredentials, signing: SigningService) -> None:
    signing.refusal = 403
    with pytest.raises(Unavailable):
        large_image().link("GET", "inline")
    assert len(signing.calls) == 1  # a forbidden call is not retried


def test_a_key_of_our_own_signs_without_asking_anybody(
    monkeypatch: pytest.MonkeyPatch, signing: SigningService
) -> None:
    formats = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key = rsa.generate_private_key(65537, 2048).private_bytes(*formats).decode()
    info = {"client_email": SERVICE_ACCOUNT, "private_key": key, "token_uri": ELSEWHERE}
    sign_in(monkeypatch, KeyCredentials.from_service_account_info(info))  # type: ignore[no-untyped-call]
    assert said_by(large_image().link("GET", "inline"))["X-Goog-Signature"]
    assert signing.calls == []


def test_a_users_credentials_cannot_sign_so_large_images_are_sent(
    monkeypatch: pytest.MonkeyPatch, signing: SigningService
) -> None:
    sign_in(monkeypatch, PersonsCredentials("a-token"))  # type: ignore[no-untyped-call]
    assert large_image().link("GET", "inline") is None
    assert signing.calls == []
