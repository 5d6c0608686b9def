"""A new collection and bucket for each test."""

import time
from collections.abc import Callable, Iterator

import pytest

from common.settings import SETTINGS
from tests.gcs import GcsEmulator
from tests.integration.cleanup.stock import Stock
from tests.storage_gate import StorageGate

MakeStock = Callable[[str], Stock]


@pytest.fixture
def make_stock(
    mongo_uri: str, gcs: GcsEmulator, storage_gate: StorageGate, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakeStock]:
    """Return a function that makes a stock: "inline", "bucket", or "gate" for a bucket that can fail."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    made: list[Stock] = []

    def make(kind: str) -> Stock:
        name = f"stock-{time.monotonic_ns()}"
        if kind != "inline":
            monkeypatch.setenv("STORAGE_EMULATOR_HOST", storage_gate.url if kind == "gate" else gcs.url)
            gcs.create_bucket(name)
        made.append(Stock(mongo_uri, name, "" if kind == "inline" else gcs.url))
        return made[-1]

    yield make
    storage_gate.reset()
    for stock in made:
        stock.images.database.client.close()


@pytest.fixture(params=["inline", "bucket"])
def stock(make_stock: MakeStock, request: pytest.FixtureRequest) -> Stock:
    return make_stock(request.param)


@pytest.fixture
def bucket_stock(make_stock: MakeStock) -> Stock:
    return make_stock("bucket")


@pytest.fixture
def inline_stock(make_stock: MakeStock) -> Stock:
    return make_stock("inline")
