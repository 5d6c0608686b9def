"""What tests of every kind share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import ROOT
from infra.models.files import fetch
from tests.objectcut import ObjectCut


@pytest.fixture(scope="session")
def weights() -> Path:
    """Return the path of the local model's weights, downloading them if they are missing."""
    [path] = fetch("u2netp", ROOT / ".data/models")
    return path


@pytest.fixture(scope="session")
def running_provider() -> Iterator[ObjectCut]:
    with ObjectCut() as provider:
        yield provider


@pytest.fixture
def provider(running_provider: ObjectCut) -> Iterator[ObjectCut]:
    running_provider.reset()
    yield running_provider
    running_provider.reset()
