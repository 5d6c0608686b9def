"""Albums in the storage emulator and the database."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.api_core.exceptions import PreconditionFailed
from google.cloud import storage

from common.settings import SETTINGS
from infra.migrate.store import MigrationStore
from tests.gcs import GcsEmulator
from tests.integration.migrate.album import Album
from tests.integration.migrate.mortal import Mortals

# Moments of a move to the bucket: the record is read, the objects are written, the record names them, and the
# objects are compared.
MOMENTS = ("read", "written", "leading", "compared")

Happen = Callable[[str, Callable[[], object]], None]


@pytest.fixture
def album(gcs: GcsEmulator, mongo_uri: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Album]:
    """An empty album, named in the environment."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", gcs.url)
    album = Album(mongo_uri, gcs.create_bucket(f"album-{time.monotonic_ns()}"))
    for name, value in album.environ.items():
        monkeypatch.setenv(name, value)
    yield album
    album.images.database.client.drop_database(album.bucket)
    album.images.database.client.close()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Happen:
    """Return a function that lets something happen once, at one of the moments."""

    def happen(moment: str, event: Callable[[], object]) -> None:
        name = "save" if moment in ("read", "written") else "has_saved"
        real, events = getattr(MigrationStore, name), [event]

        def call(self: MigrationStore, *arguments: Any) -> Any:
            if events and moment in ("read", "leading"):
                events.pop()()
            answer = real(self, *arguments)
            if events:
                events.pop()()
            return answer

        monkeypatch.setattr(MigrationStore, name, call)

    return happen


@pytest.fixture
def generations_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make deletions compare the generation, as Cloud Storage does and the emulator does not."""
    real = storage.Blob.delete

    def delete(blob: storage.Blob, if_generation_match: int | None = None, **options: Any) -> None:
        found = blob.bucket.get_blob(blob.name)
        if if_generation_match and found and found.generation != if_generation_match:
            raise PreconditionFailed("another generation")  # type: ignore[no-untyped-call]
        real(blob, **options)

    monkeypatch.setattr(storage.Blob, "delete", delete)


@pytest.fixture(scope="session")
def mortals() -> Iterator[Mortals]:
    with Mortals() as mortals:
        yield mortals
