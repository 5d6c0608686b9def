"""Images too large to stream: signed links, on both hosts, by an account without a key."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.gcs import GcsEmulator
from tests.google_identity import SERVICE_ACCOUNT, MetadataServer, SigningService
from tests.integration.client import Client
from tests.integration.hosts import TARGETS, Host, running_app, running_functions
from tests.photos import photo
from tests.tiers import extended, one_row_in

Record = dict[str, Any]

BUCKET = "large-images"
LARGE = photo(1900, 1500, "BMP")  # 8.2 MiB; its cut-out and preview are small
LINK_SECONDS = 300
PATIENCE = 30  # seconds that anybody waits for an answer, be it a refusal


@pytest.fixture(scope="module")
def metadata() -> Iterator[MetadataServer]:
    with MetadataServer() as server:
        yield server


@pytest.fixture(scope="module")
def signing_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SigningService]:
    with SigningService(tmp_path_factory.mktemp("signing")) as service:
        yield service


@pytest.fixture
def signing(signing_service: SigningService) -> Iterator[SigningService]:
    signing_service.calls.clear()
    yield signing_service
    signing_service.refusal, signing_service.reachable = None, True


@pytest.fixture(scope="module")
def storage(gcs: GcsEmulator) -> str:
    """The storage's origin under the name that the emulator uses in links."""
    gcs.create_bucket(BUCKET)
    return gcs.url.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module", params=["functions", *extended("app")])
def host(
    request: pytest.FixtureRequest,
    environ: dict[str, str],
    metadata: MetadataServer,
    signing_service: SigningService,
    storage: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Host]:
    """Both hosts as in the cloud; of the functions, the two that are called here."""
    bucket = {"IMAGE_BUCKET": BUCKET, "STORAGE_EMULATOR_HOST": storage, "MONGO_DB": f"links_{request.param}"}
    limits = {"MAX_UPLOAD_MB": "20", "MAX_MEGAPIXELS": "50"}
    log: Path = tmp_path_factory.mktemp("log") / f"{request.param}.log"
    run = {"functions": running_functions, "app": running_app}[request.param]
    with ExitStack() as stack:
        stack.enter_context(patch.dict(TARGETS, {"upload": "upload", "image": "image"}, clear=True))
        identity = {**metadata.environ, **signing_service.environ}
        yield stack.enter_context(run({**environ, **bucket, **limits, **identity}, log))


@pytest.fixture(scope="module")
def owner(host: Host) -> Client:
    return Client(host)


@pytest.fixture(scope="module")
def record(owner: Client) -> Record:
    return owner.keep(LARGE, name="Kätzchen")


def string_to_sign(method: str, link: str) -> bytes:
    """Return the string to sign for a link, computed from the link alone.

    https://cloud.google.com/storage/docs/authentication/canonical-requests
    """
    address = urlsplit(link)
    query = address.query.partition("&X-Goog-Signature=")[0]
    canonical = [method, address.path, query, f"host:{address.netloc}", "", "host", "UNSIGNED-PAYLOAD"]
    digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
    date, scope = parse_qs(query)["X-Goog-Date"][0], parse_qs(query)["X-Goog-Credential"][0]
    return "\n".join(["GOOG4-RSA-SHA256", date, scope.partition("/")[2], digest]).encode()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_long_image_is_a_link_that_the_account_signed_for_this_method_alone(
    owner: Client, record: Record, signing: SigningService, metadata: MetadataServer, method: str
) -> None:
    response = owner.call(method, record["original_url"])
    link = response.headers["Location"]
    (call,) = signing.calls
    assert (response.status_code, response.content) == (302, b"")
    assert (call.account, call.token) == (SERVICE_ACCOUNT, f"Bearer {metadata.issued[-1]}")
    assert call.payload == string_to_sign(method, link)
    signing.verify(bytes.fromhex(parse_qs(link)["X-Goog-Signature"][0]), call.payload)


def test_a_link_has_object_signer_and_lifetime_and_outlives_its_cached_redirect(
    owner: Client, record: Record, storage: str
) -> None:
    response = owner.call("GET", record["original_url"])
    address, _, query = response.headers["Location"].partition("?")
    said = parse_qs(query)
    assert address.startswith(f"{storage}/{BUCKET}/")
    assert address.endswith(f"/{record['record_id']}/original")
    assert said["X-Goog-Algorithm"] == ["GOOG4-RSA-SHA256"]
    assert said["X-Goog-Credential"][0].startswith(f"{SERVICE_ACCOUNT}/")
    assert said["X-Goog-Expires"] == [str(LINK_SECONDS)]
    privacy, lifetime = response.headers["Cache-Control"].split(", ")
    assert privacy == "private"
    assert int(lifetime.removeprefix("max-age=")) <= LINK_SECONDS - 30


def test_a_link_returns_the_image(owner: Client, record: Record) -> None:
    link = owner.call("GET", record["original_url"]).headers["Location"]
    followed = requests.get(link, timeout=10)
    assert (followed.content == LARGE, followed.headers["Content-Type"]) == (True, "image/bmp")
    head = owner.call("HEAD", record["original_url"], allow_redirects=True)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(LARGE)))


def test_a_link_contains_the_name_of_a_download(owner: Client, record: Record) -> None:
    for asked, kind in (("", "inline"), ("&download=1", "attachment")):
        link = owner.call("GET", record["original_url"] + asked).headers["Location"]
        disposition = parse_qs(link)["response-content-disposition"]
        assert disposition == [f"{kind}; filename*=UTF-8''K%C3%A4tzchen.bmp"]


@pytest.mark.parametrize("variant", ["processed", "preview"])
def test_a_short_image_of_the_same_record_is_sent_and_nothing_signed(
    owner: Client, record: Record, signing: SigningService, variant: str
) -> None:
    response = owner.call("GET", record[f"{variant}_url"])
    assert (response.status_code, len(response.content)) == (200, int(response.headers["Content-Length"]))
    assert signing.calls == []


def test_nobody_else_and_nobody_who_has_it_already_is_given_a_link(
    owner: Client, record: Record, signing: SigningService
) -> None:
    stranger = Client(owner.host)
    stranger.keep()
    has_it = {"If-None-Match": f'"{record["record_id"]}-original-1"'}
    assert stranger.call("GET", record["original_url"], headers=has_it).status_code == 404
    assert stranger.call("GET", record["original_url"]).json()["code"] == "not_found"
    assert owner.call("GET", record["original_url"], headers=has_it).status_code == 304
    assert signing.calls == []


@pytest.mark.parametrize(("refusal", "reachable"), one_row_in(2, [(403, True), (None, False)]))
def test_a_link_that_nobody_signs_is_an_outage_that_is_reported_soon(
    owner: Client, record: Record, signing: SigningService, refusal: int | None, reachable: bool
) -> None:
    signing.refusal, signing.reachable = refusal, reachable
    response = owner.session.get(
        owner.host.url(record["original_url"]), timeout=PATIENCE, allow_redirects=False
    )
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert "max-age" not in response.headers.get("Cache-Control", "")
    signing.refusal, signing.reachable = None, True
    assert owner.call("GET", record["original_url"]).status_code == 302
