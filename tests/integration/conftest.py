"""Both hosts, on one embedded database behind a link that can be cut, with a provider of their own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pymongo
import pytest

from infra.local.database import start_database
from tests.integration.client import Client
from tests.integration.hosts import Host, running_app, running_functions
from tests.objectcut import ObjectCut
from tests.proxy import Proxy

FRIEND = "https://friend.example"
LIMITS = {"USER_LIMIT": "5", "MAX_UPLOAD_MB": "1", "MAX_MEGAPIXELS": "2"}


@pytest.fixture(scope="session")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server, uri = start_database(tmp_path_factory.mktemp("database"))
    yield uri
    server.stop()


@pytest.fixture(scope="session")
def link(mongo_uri: str) -> Iterator[Proxy]:
    """What the hosts reach the database through."""
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


@pytest.fixture(scope="session", params=["functions", "app"])
def host(
    request: pytest.FixtureRequest, environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    """Each of the two hosts in turn, so that every test runs against both."""
    run = {"functions": running_functions, "app": running_app}[request.param]
    log: Path = tmp_path_factory.mktemp("log") / f"{request.param}.log"
    with run({**environ, "MONGO_DB": f"test_{request.param}"}, log) as running:
        yield running


@pytest.fixture
def client(host: Host) -> Client:
    return Client(host)


@pytest.fixture
def documents(host: Host, mongo_uri: str) -> Iterator["pymongo.collection.Collection[dict[str, Any]]"]:
    """The records as the database holds them."""
    with pymongo.MongoClient[dict[str, Any]](mongo_uri) as mongo:
        yield mongo[host.database]["images"]
