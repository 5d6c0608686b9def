"""The application with and without API keys, and published clients."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymongo
import pytest

from common.service.api_keys import ApiKeys
from common.storage.mongo.key_store import MongoApiKeyStore
from tests.integration.clients.published import NodeClient, install
from tests.integration.hosts import Host, running_app
from tests.objectcut import ObjectCut
from tests.tiers import extended


@dataclass(frozen=True)
class Service:
    """A running host, and a valid key."""

    host: Host
    keys: ApiKeys
    key: str

    @property
    def url(self) -> str:
        return self.host.url("/v1.0/removebg").removesuffix("/v1.0/removebg")

    def add_key(self, name: str, **limits: int) -> str:
        """Return a new key with limits."""
        key = str(self.keys.add(name, **limits))
        self.host.secrets.add(key)
        return key


@pytest.fixture(scope="session", params=["required", *extended("off")])
def running_service(
    request: pytest.FixtureRequest,
    environ: dict[str, str],
    mongo_uri: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Service]:
    install()
    database = f"clients_{request.param}"
    log: Path = tmp_path_factory.mktemp("clients") / "app.log"
    chosen = {"MONGO_DB": database, "API_KEYS": request.param}
    with (
        pymongo.MongoClient[dict[str, Any]](mongo_uri) as mongo,
        running_app({**environ, **chosen}, log) as host,
    ):
        keys = ApiKeys(MongoApiKeyStore(mongo[database]["api_keys"]))
        key = str(keys.add("client")) if request.param == "required" else "any"
        host.secrets.update({key} - {"any"})
        yield Service(host, keys, key)


@pytest.fixture
def service(running_service: Service, provider: ObjectCut) -> Service:
    """A host with keys, then one without."""
    return running_service


@pytest.fixture
def node(service: Service, tmp_path: Path) -> NodeClient:
    return NodeClient(service.url, service.key, tmp_path)
