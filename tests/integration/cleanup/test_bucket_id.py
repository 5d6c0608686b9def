"""Cleanup never works on the bucket of another database, and never deletes most of a bucket."""

from datetime import UTC, datetime, timedelta

import pytest
from google.cloud import storage

from common.domain.models import CleanupReport
from common.storage.gcs.bucket_id import NAME, BucketId
from infra.migrate.__main__ import main as migrate
from tests.fakes import FakeDatabaseId
from tests.gcs import GcsEmulator
from tests.integration.cleanup.conftest import MakeStock
from tests.integration.cleanup.stock import DAY, MINUTE, Stock
from tests.photos import photo

IN_AN_HOUR = 61 * MINUTE


@pytest.fixture
def bucket(bucket_stock: Stock, gcs: GcsEmulator) -> storage.Bucket:
    return gcs.bucket(bucket_stock.bucket)


def id_in(bucket: storage.Bucket) -> str | None:
    blob = bucket.get_blob(NAME)
    return blob.download_as_bytes().decode() if blob else None


def test_the_first_upload_gives_an_empty_bucket_and_its_database_one_id(
    bucket_stock: Stock, bucket: storage.Bucket
) -> None:
    bucket.blob(NAME).delete()
    bucket_stock.images.database.drop_collection("identity")

    for _ in range(2):
        bucket_stock.service().uploads.add("me", photo(), name="cat", file_name="")

    assert id_in(bucket)
    assert id_in(bucket) == bucket_stock.database_id().read()


def test_an_upload_gives_no_id_to_a_bucket_that_has_objects(
    bucket_stock: Stock, bucket: storage.Bucket
) -> None:
    bucket.blob(NAME).delete()
    bucket_stock.keep(1)

    bucket_stock.service().uploads.add("me", photo(), name="cat", file_name="")

    assert id_in(bucket) is None


@pytest.mark.parametrize("fault", ["no id in the bucket", "no id in the database", "another id"])
def test_a_bucket_that_is_not_the_databases_own_is_left_alone(
    bucket_stock: Stock, bucket: storage.Bucket, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    bucket_stock.keep(3, 31 * DAY)
    bucket_stock.write([("me", "0" * 24)])
    before = bucket_stock.objects()
    if fault == "no id in the bucket":
        bucket.blob(NAME).delete()
    elif fault == "no id in the database":
        bucket_stock.images.database.drop_collection("identity")
    else:
        bucket.blob(NAME).upload_from_string("f" * 32)

    report = bucket_stock.service_in(IN_AN_HOUR).retention.clean_up()

    assert report == CleanupReport(0, 0, 0, more=False)
    assert bucket_stock.objects() == before
    assert bucket_stock.expired() == 3
    [error] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert "do not carry the same id" in error.getMessage()


def test_an_empty_database_does_not_empty_the_bucket(
    bucket_stock: Stock, bucket: storage.Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    """The ids match, but the records are missing, for example after restoring an old backup."""
    bucket_stock.keep(40)
    bucket_stock.images.delete_many({})

    report = bucket_stock.service_in(IN_AN_HOUR).retention.clean_up()

    assert report == CleanupReport(0, 0, 0, more=False)
    assert len(bucket_stock.objects()) == 120
    assert "120 of 120 have no record" in caplog.text


def test_orphans_among_many_more_objects_are_deleted(bucket_stock: Stock) -> None:
    bucket_stock.keep(200)
    bucket_stock.write((f"{number:032x}", f"{number:024x}") for number in range(40))

    assert bucket_stock.service_in(IN_AN_HOUR).retention.clean_up().deleted_images == 120


def test_the_id_is_written_again_when_it_is_a_day_old(
    bucket_stock: Stock, bucket: storage.Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation = bucket.get_blob(NAME).generation
    retention = bucket_stock.service().retention
    retention.clean_up()
    assert bucket.get_blob(NAME).generation == generation

    monkeypatch.setattr("common.timeouts.BUCKET_ID_AGE", timedelta(seconds=-1))
    retention.clean_up()

    renewed = bucket.get_blob(NAME)
    assert renewed.generation != generation
    assert datetime.now(UTC) - renewed.time_created < timedelta(minutes=1)
    assert id_in(bucket) == bucket_stock.database_id().read()


# python -m infra.migrate adopt


def adopt(stock: Stock, monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    for name, value in stock.environ.items():
        monkeypatch.setenv(name, value)
    return migrate(["adopt", "--timeout", "2", *options])


def test_a_bucket_with_pictures_of_the_database_is_adopted(
    bucket_stock: Stock, bucket: storage.Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket_stock.keep(30)
    bucket_stock.write([("me", "0" * 24)])
    bucket.blob(NAME).delete()
    bucket_stock.images.database.drop_collection("identity")

    assert adopt(bucket_stock, monkeypatch, "--dry-run") == 0
    assert id_in(bucket) is None
    assert adopt(bucket_stock, monkeypatch) == 0

    assert id_in(bucket)
    assert bucket_stock.service_in(IN_AN_HOUR).retention.clean_up().deleted_images == 3


def test_a_bucket_of_another_database_is_not_adopted(
    make_stock: MakeStock,
    gcs: GcsEmulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ours, theirs = make_stock("bucket"), make_stock("bucket")
    theirs.keep(10)
    ours.environ["IMAGE_BUCKET"] = theirs.bucket
    before = id_in(gcs.bucket(theirs.bucket))

    assert adopt(ours, monkeypatch) == 1

    assert "0 of 30 sampled objects are in the database" in capsys.readouterr().err
    assert id_in(gcs.bucket(theirs.bucket)) == before


def test_two_processes_that_start_at_once_agree_on_one_id(
    bucket_stock: Stock, bucket: storage.Bucket
) -> None:
    bucket.blob(NAME).delete()
    first, second = FakeDatabaseId("a"), FakeDatabaseId("b")
    BucketId(bucket, first).establish()
    BucketId(bucket, second).establish()

    assert id_in(bucket) == "a"
    assert [BucketId(bucket, each).is_shared() for each in (first, second)] == [True, False]
