"""The bucket store with a storage emulator in this process: outages, and the search for orphans."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from google.cloud import storage
from google.cloud.storage.retry import DEFAULT_RETRY

from common.domain.errors import Unavailable
from common.domain.models import Images, StoredObject
from common.storage.gcs import client, image, store
from common.storage.gcs.signer import Signer
from common.storage.gcs.store import BucketImageStore
from common.storage.inline import InlineImageStore
from tests.fakes import VARIANTS, FakeDatabaseId
from tests.gcs import GcsEmulator
from tests.storage_gate import Fate, StorageGate
from tests.tiers import extended

IMAGES = Images(b"original" * 100, b"\x89 processed", b"RIFF preview", "image/jpeg")
RECORDS = [(f"{user:08x}", f"{user:024x}") for user in range(0, 2**32, 2**29)]
_NUMBERS = count()
LATER = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def bucket(gcs: GcsEmulator, gate: StorageGate, monkeypatch: pytest.MonkeyPatch) -> storage.Bucket:
    """A new bucket, through the proxy and a client with short timeouts."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", gate.url)
    quick = {"retry": DEFAULT_RETRY.with_timeout(0.3).with_delay(0.05), "timeout": (1, 1)}
    for module in (image, store):
        monkeypatch.setattr(module, "RETRIES", quick)
    return client.connect(gcs.create_bucket(f"store-{next(_NUMBERS)}"))


@pytest.fixture
def images(bucket: storage.Bucket) -> BucketImageStore:
    store = BucketImageStore(bucket, InlineImageStore(), Signer(), FakeDatabaseId())
    store._has_id = True  # the id would add writes to those that tests count
    return store


def _names(bucket: storage.Bucket) -> set[str]:
    return {blob.name for blob in bucket.list_blobs()}


def test_saved_images_are_loaded_from_the_stores_fields(images: BucketImageStore) -> None:
    kept = {**images.save("me", "0" * 24, IMAGES), "size": len(IMAGES.original)}

    for variant in VARIANTS:
        found = images.load(variant, {name: kept[name] for name in images.fields(variant) if name in kept})
        assert found
        assert found.open().read() == getattr(IMAGES, variant)


def test_images_that_are_still_in_their_record_are_read_there(images: BucketImageStore) -> None:
    inline = InlineImageStore().save("me", "0" * 24, IMAGES)

    for variant in VARIANTS:
        found = images.load(
            variant, {name: inline[name] for name in images.fields(variant) if name in inline}
        )
        assert found
        assert found.open().read() == getattr(IMAGES, variant)


@pytest.mark.parametrize("fate", [Fate.LOSE, Fate.CUT, Fate.REFUSE])
def test_a_storage_that_stays_away_is_unavailable(
    images: BucketImageStore, gate: StorageGate, fate: Fate
) -> None:
    images.save(*RECORDS[0], IMAGES)
    gate.meet(range(999), fate)

    with pytest.raises(Unavailable):
        images.remove(RECORDS)
    if fate is not Fate.LOSE:  # the checksum identifies the object, even if its answer was lost
        with pytest.raises(Unavailable):
            images.save("me", "0" * 24, IMAGES)


def test_an_object_of_another_program_is_not_overwritten(
    images: BucketImageStore, bucket: storage.Bucket
) -> None:
    bucket.blob(f"me/{'0' * 24}/preview").upload_from_string(b"not what we send")

    with pytest.raises(Unavailable):
        images.save("me", "0" * 24, IMAGES)

    assert bucket.blob(f"me/{'0' * 24}/preview").download_as_bytes() == b"not what we send"


def test_removing_continues_after_a_failure_and_reports_it(
    images: BucketImageStore, gate: StorageGate, bucket: storage.Bucket
) -> None:
    for record in RECORDS:
        images.save(*record, IMAGES)
    gate.meet([5], Fate.REFUSE)

    with pytest.raises(Unavailable):
        images.remove(RECORDS)

    assert len(_names(bucket)) == 1
    assert images.remove(RECORDS) == 1
    assert images.remove(RECORDS) == 0


@pytest.mark.parametrize("start", ["80000000", *extended("00000000", "3fffffff", "ffffffff")])
def test_every_old_object_is_found_once_from_any_start(
    images: BucketImageStore, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    for record in RECORDS:
        images.save(*record, IMAGES)
    monkeypatch.setattr("common.storage.gcs.store.secrets.token_hex", lambda _: start)

    found = [each for page in images.old_objects(LATER) for each in page]

    assert sorted(each.name for each in found) == [
        f"{user}/{record}/{variant}" for user, record in RECORDS for variant in sorted(VARIANTS)
    ]
    assert {each.record_id for each in found} == {record for _, record in RECORDS}
    assert [each for page in images.old_objects(LATER - timedelta(hours=2)) for each in page] == []


def test_a_search_looks_through_a_bounded_part_of_a_large_bucket(
    images: BucketImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[dict[str, Any]] = []

    def pages(**offset: str) -> Iterator[list[Any]]:
        listed.append(offset)
        yield from ([] for _ in range(15))

    monkeypatch.setattr(images, "_pages", pages)

    assert len(list(images.old_objects(LATER))) == 20


def test_foreign_objects_in_the_bucket_are_never_found(
    images: BucketImageStore, bucket: storage.Bucket
) -> None:
    for name in ("readme.txt", f"me/{'0' * 24}/mask", "me/short/original", f"{'0' * 24}/original"):
        bucket.blob(name).upload_from_string(b"")

    assert [each for page in images.old_objects(LATER) for each in page] == []


def test_an_object_that_is_gone_already_is_not_counted(images: BucketImageStore) -> None:
    images.save("me", "0" * 24, IMAGES)
    (found,) = (list(page) for page in images.old_objects(LATER) if page)
    gone = StoredObject(f"me/{'1' * 24}/original", "1" * 24, 1)

    assert images.discard([*found, gone]) == 3
