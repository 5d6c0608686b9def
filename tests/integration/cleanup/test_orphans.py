"""Orphaned objects: cleanup deletes them after an hour, and never those of a running upload."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from bson import ObjectId

from common.domain.errors import RemoverTimeout
from common.domain.models import CleanupReport, ImageFields, Images
from common.storage.gcs.store import BucketImageStore
from common.storage.mongo.records import MongoRecords
from tests.fakes import VARIANTS
from tests.gcs import GcsEmulator
from tests.integration.cleanup.stock import DAY, MINUTE, Stock
from tests.photos import photo

HOUR = timedelta(hours=1)


def test_the_objects_of_a_dead_upload_are_deleted_after_an_hour(bucket_stock: Stock) -> None:
    bucket_stock.lease(30, 16 * MINUTE, with_objects=True)
    kept = bucket_stock.keep(2)

    assert bucket_stock.service().retention.clean_up() == CleanupReport(0, 30, 0, more=False)
    assert len(bucket_stock.objects()) == 96
    assert bucket_stock.service_in(61 * MINUTE).retention.clean_up() == CleanupReport(0, 0, 90, more=False)
    assert bucket_stock.objects() == bucket_stock.named()
    assert bucket_stock.documents(kept) == kept


def test_an_orphan_is_deleted_after_an_hour_and_not_before(bucket_stock: Stock, gcs: GcsEmulator) -> None:
    bucket_stock.write([("me", "0" * 24)])
    blobs = list(gcs.bucket(bucket_stock.name).list_blobs())
    made: list[datetime] = sorted(blob.time_created for blob in blobs)

    def deleted(now: datetime) -> int:
        return bucket_stock.service(clock=lambda: now).retention.clean_up().deleted_images

    assert deleted(made[0] + HOUR) == 0
    assert deleted(made[-1] + HOUR + timedelta(microseconds=1)) == 3


@pytest.mark.parametrize("ahead", [0, 16, 61, 24 * 60])
def test_a_running_upload_keeps_its_objects_even_with_wrong_clocks(
    bucket_stock: Stock, monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    """A cleanup with a fast clock runs after the objects are written and before the record names them."""
    real, reports = BucketImageStore.save, []

    def save(store: BucketImageStore, user_id: str, record_id: str, images: Images) -> ImageFields:
        fields = real(store, user_id, record_id, images)
        cleaning = bucket_stock.service_in(ahead * MINUTE).retention
        # As if the lease began after this cleanup released the stale ones.
        monkeypatch.setattr(cleaning.leases, "release_stale", lambda _: 0)
        reports.append(cleaning.clean_up())
        return fields

    monkeypatch.setattr(BucketImageStore, "save", save)
    service = bucket_stock.service()
    record_id = service.uploads.add("me", photo(), name="cat", file_name="").record.record_id

    assert reports == [CleanupReport(0, 0, 0, more=False)]
    assert service.image("me", record_id, "original") == photo()
    assert all(service.image("me", record_id, variant) for variant in VARIANTS)


def test_a_slow_upload_whose_lease_was_released_fails_and_leaves_nothing(
    bucket_stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = BucketImageStore.save

    def save(store: BucketImageStore, *arguments: Any) -> ImageFields:
        fields = real(store, *arguments)
        assert bucket_stock.service_in(16 * MINUTE).retention.clean_up().released_claims == 1
        return fields

    monkeypatch.setattr(BucketImageStore, "save", save)
    with pytest.raises(RemoverTimeout):
        bucket_stock.service().uploads.add("me", photo(), name="cat", file_name="")

    assert bucket_stock.objects() == set()
    assert bucket_stock.images.count_documents({}) == 0


def test_records_are_deleted_before_their_objects(
    bucket_stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket_stock.keep(120, 31 * DAY)
    (doomed,) = bucket_stock.keep(1)
    bucket_stock.write([("me", "0" * 24)])
    real, gone = BucketImageStore._delete, []

    def delete(store: BucketImageStore, name: str, generation: int | None = None) -> bool:
        record = bucket_stock.images.find_one({"_id": ObjectId(name.split("/")[1])})
        assert record is None or name not in record.values()
        gone.append(name)
        return real(store, name, generation)

    monkeypatch.setattr(BucketImageStore, "_delete", delete)
    bucket_stock.service().gallery.delete(doomed["user_id"], str(doomed["_id"]))
    report = bucket_stock.service_in(61 * MINUTE).retention.clean_up()

    assert report == CleanupReport(120, 0, 3 * 121, more=False)
    assert len(gone) == 3 * 122


def test_a_record_deleted_by_its_user_during_a_cleanup_keeps_its_tombstone(
    inline_stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (old,) = inline_stock.keep(1, 31 * DAY)
    service, record_id = inline_stock.service(), str(old["_id"])
    real = MongoRecords.delete_many

    def delete_many(records: MongoRecords, ids: Iterable[str]) -> int:
        service.gallery.delete(old["user_id"], record_id)
        return real(records, ids)

    monkeypatch.setattr(MongoRecords, "delete_many", delete_many)

    assert service.retention.clean_up().deleted_records == 0
    service.gallery.delete(old["user_id"], record_id)  # again, without an error
    assert [each["status"] for each in inline_stock.images.find()] == ["deleted"]
