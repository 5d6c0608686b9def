"""What tests of every kind share: how they are spread over workers, the model's weights and the provider."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import ROOT
from infra.models.files import fetch
from tests.objectcut import ObjectCut

# The tiers of each file of tests: 1 where `make test` runs some of it, 2 where only `make test-all` does.
TIERS = pytest.StashKey[dict[str, set[int]]]()


@pytest.hookimpl(tryfirst=True)  # before -m leaves some out
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Note the tier of each test, and give tests that share a host, or else a file, to one worker."""
    tiers: dict[str, set[int]] = defaultdict(set)
    config.stash[TIERS] = tiers
    for item in items:
        path = item.path.relative_to(ROOT).as_posix()
        tiers[path].add(2 if item.get_closest_marker("extended") else 1)
        if not any(map(item.get_closest_marker, ("apart", "xdist_group"))):
            item.add_marker(pytest.mark.xdist_group(_shared(item) or path))


def _shared(item: pytest.Item) -> str:
    """Return which host, or which stages of hosts, a test shares with those of other files, or nothing."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return str(parameters.get("stages") or parameters.get("host") or "")


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
