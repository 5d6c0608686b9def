"""Shared by all tests: their distribution over workers, the models' weights, and the provider."""

import signal
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common.removers.catalogue import DEFAULT
from infra.local import ROOT
from infra.models.files import fetch
from tests.objectcut import ObjectCut

# The tiers of each test file: 1 if `make test` runs some of it, 2 if only `make test-all` runs some of it.
TIERS = pytest.StashKey[dict[str, set[int]]]()


def pytest_configure(config: pytest.Config) -> None:
    """Restore SIGINT, which shells ignore in background jobs: commands under test would inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # before -m deselects some
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Record the tiers of each file."""
    tiers: dict[str, set[int]] = defaultdict(set)
    config.stash[TIERS] = tiers
    for item in items:
        tiers[item.nodeid.partition("::")[0]].add(2 if item.get_closest_marker("extended") else 1)


@pytest.hookimpl(optionalhook=True)  # only pytest-xdist asks
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Distribute the tests over the workers."""
    from tests.spread import Spread

    return Spread(config, log)


@pytest.fixture(scope="session")
def weights() -> Path:
    """Return the path of the local model's weights, downloading them if they are missing."""
    [path] = fetch("u2netp", ROOT / ".data/models")
    return path


@pytest.fixture(scope="session")
def default_model() -> Path:
    """Return the folder with the default model's files, downloading them if they are missing."""
    [path, *_] = fetch(DEFAULT, ROOT / ".data/models")
    return path.parent


@pytest.fixture(scope="session")
def running_provider() -> Iterator[ObjectCut]:
    with ObjectCut() as provider:
        yield provider


@pytest.fixture
def provider(running_provider: ObjectCut) -> Iterator[ObjectCut]:
    running_provider.reset()
    yield running_provider
    running_provider.reset()
