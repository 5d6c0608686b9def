"""What tests of every kind share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import ROOT
from infra.local.weights import fetch
from tests.objectcut import ObjectCut


@pytest.fixture(scope="session")
def weights() -> Path:
    """Return the path of the local model's weights, fetched where they are not here yet."""
    return fetch(ROOT / ".data/models/u2netp.onnx")


@pytest.fixture(scope="session")
def running_provider() -> Iterator[ObjectCut]:
    with ObjectCut() as provider:
        yield provider


@pytest.fixture
def provider(running_provider: ObjectCut) -> Iterator[ObjectCut]:
    running_provider.reset()
    yield running_provider
    running_provider.reset()
