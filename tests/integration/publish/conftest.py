"""Buckets with a site to publish."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gcs import GcsEmulator
from tests.integration.publish.sites import Site


@pytest.fixture
def new_site(gcs: GcsEmulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Site]:
    """Return a function that creates another bucket and a folder with the site."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", gcs.url)
    number = f"{time.monotonic_ns()}"

    def make(name: str) -> Site:
        return Site(gcs, gcs.create_bucket(f"{name}-{number}"), tmp_path / name)

    return make


@pytest.fixture
def site(new_site: Callable[[str], Site]) -> Site:
    return new_site("site")
