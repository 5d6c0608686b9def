"""Both hosts with both image stores, on one embedded database behind a link that can be cut.

They also have their own provider and storage.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pymongo
import pytest

from infra.local.database import start_database
from tests.bucket_ids import share_id
from tests.gcs import GcsEmulator
from tests.integration.client import Client
from tests.integration.hosts import Host, running_app, running_functions
from tests.objectcut import ObjectCut
from tests.proxy import Proxy
from tests.storage_gate import StorageGate
from tests.tiers import extended

FRIEND = "https://friend.example"
LIMITS = {"USER_LIMIT": "5", "MAX_UPLOAD_MB": "1", "MAX_MEGAPIXELS": "2"}


@pytest.fixture(scope="session")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server, uri = start_database(tmp_path_factory.mktemp("database"), is_replica_set=True)
    yield uri
    server.stop()


@pytest.fixture(scope="session")
def link(mongo_uri: str) -> Iterator[Proxy]:
    """The link between hosts and database."""
    port = urlsplit(mongo_uri).port
    assert port
    with Proxy(port) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def environ(mongo_uri: str, link: Proxy, running_provider: ObjectCut) -> dict[str, str]:
    through_link = mongo_uri.replace(str(urlsplit(mongo_uri).port), str(link.port))
    return {
        "MONGO_URI": through_link,
        "APP_SECRET_KEY": "for-the-integration-tests-alone",
        "X_RAPID_API_KEY": running_provider.key,
        "X_RAPID_API_HOST": running_provider.host,
        "ALLOWED_ORIGINS": FRIEND,
        "THREADS": "16",
        **LIMITS,
    }


@pytest.fixture(scope="session")
def gcs() -> Iterator[GcsEmulator]:
    with GcsEmulator() as emulator:
        yield emulator


@pytest.fixture(scope="session")
def storage_gate(gcs: GcsEmulator) -> Iterator[StorageGate]:
    """The proxy between hosts and storage."""
    with StorageGate(gcs.url) as gate:
        yield gate


@pytest.fixture
def gate(storage_gate: StorageGate) -> Iterator[StorageGate]:
    """Return the storage proxy, which passes everything again after the test."""
    yield storage_gate
    storage_gate.reset()


@pytest.fixture(scope="session")
def stores(gcs: GcsEmulator, storage_gate: StorageGate) -> dict[str, dict[str, str]]:
    """The settings of a host by its image store."""
    bucket = {"IMAGE_BUCKET": gcs.create_bucket("images"), "STORAGE_EMULATOR_HOST": storage_gate.url}
    return {"inline": {}, "bucket": bucket}


@pytest.fixture(
    scope="session", params=["functions-inline", "app-bucket", *extended("app-inline", "functions-bucket")]
)
def host(
    request: pytest.FixtureRequest,
    environ: dict[str, str],
    stores: dict[str, dict[str, str]],
    gcs: GcsEmulator,
    mongo_uri: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Host]:
    """Each pair of host and store in turn.

    The first two have each host and each store once. That is enough for `make test`: no host knows which
    store it has, and no store knows its host.
    """
    kind, store = request.param.split("-")
    run = {"functions": running_functions, "app": running_app}[kind]
    log: Path = tmp_path_factory.mktemp("log") / f"{request.param}.log"
    chosen, database = dict(stores[store]), f"test_{kind}_{store}"
    if store == "bucket":
        chosen["IMAGE_BUCKET"] = gcs.create_bucket(f"images-{kind}")
        share_id(gcs.bucket(chosen["IMAGE_BUCKET"]), mongo_uri, database)
    with run({**environ, **chosen, "MONGO_DB": database}, log) as running:
        yield running


@pytest.fixture
def client(host: Host) -> Client:
    return Client(host)


@pytest.fixture
def documents(host: Host, mongo_uri: str) -> Iterator["pymongo.collection.Collection[dict[str, Any]]"]:
    """The documents in the database."""
    with pymongo.MongoClient[dict[str, Any]](mongo_uri) as mongo:
        yield mongo[host.database]["images"]
