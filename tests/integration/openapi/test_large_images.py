"""An image that is too large to stream is the redirect in web/openapi.yaml."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.gcs import GcsEmulator
from tests.google_identity import MetadataServer, SigningService
from tests.integration.client import Client
from tests.integration.hosts import TARGETS, Host, running_app, running_functions
from tests.integration.openapi.contract import Answer, check
from tests.photos import photo
from tests.tiers import extended

LARGE = photo(1900, 1500, "BMP")  # 8.2 MiB


@pytest.fixture(params=["functions", *extended("app")])
def host(
    request: pytest.FixtureRequest, environ: dict[str, str], gcs: GcsEmulator, tmp_path: Path
) -> Iterator[Host]:
    """Return each host as in the cloud, with a bucket and an account that signs."""
    run = {"functions": running_functions, "app": running_app}[request.param]
    with ExitStack() as stack:
        metadata = stack.enter_context(MetadataServer())
        signing = stack.enter_context(SigningService(tmp_path))
        settings = {
            "IMAGE_BUCKET": gcs.create_bucket(f"openapi-{request.param}"),
            "STORAGE_EMULATOR_HOST": gcs.url.replace("127.0.0.1", "localhost"),
            "MONGO_DB": f"openapi_large_{request.param}",
            "MAX_UPLOAD_MB": "20",
            "MAX_MEGAPIXELS": "50",
        }
        stack.enter_context(patch.dict(TARGETS, {"upload": "upload", "image": "image"}, clear=True))
        environ = {**environ, **settings, **metadata.environ, **signing.environ}
        yield stack.enter_context(run(environ, tmp_path / "log"))


def test_a_large_image_is_a_redirection_as_described(host: Host) -> None:
    client = Client(host)
    uploaded = client.upload(LARGE)
    record = uploaded.json()["record"]

    assert check(uploaded) == Answer("upload", 201)
    for method in ("GET", "HEAD"):
        assert check(client.call(method, record["original_url"])) == Answer("image", 302)
    assert check(client.call("GET", record["processed_url"])) == Answer("image", 200)
    assert check(client.call("GET", record["preview_url"])) == Answer("image", 200)
