"""The records in MongoDB with mongomock; tests/integration does the same with a real server."""

from datetime import UTC

import pytest

from common.domain.errors import NotFound
from common.domain.models import ImageRecord
from common.storage.mongo.connection import connect
from common.storage.mongo.indexes import INDEXES
from common.storage.mongo.records import MongoRecords
from tests.fakes import START
from tests.mongo import MINUTE, SOMEBODY_ELSE, MongoImages, acquire, keep, keep_original, mongo_records


@pytest.fixture
def images() -> MongoImages:
    return MongoImages()


def test_a_user_lists_only_their_own_records_newest_first(images: MongoImages) -> None:
    second = keep(images, now=START)
    third = keep(images, now=START)
    first = keep_original(images)
    keep(images, SOMEBODY_ELSE)

    listed = mongo_records(images).list("me")

    assert [record.record_id for record in listed.records] == [third, second, first]
    assert listed.used == 3


def test_a_record_of_the_original_application_works_like_any_other(images: MongoImages) -> None:
    record_id = keep_original(images)
    images.create_indexes(INDEXES)  # one of them deletes the old tombstone

    assert mongo_records(images).list("me").records == (ImageRecord(record_id, "old", "2025-01-02 03:04:05"),)
    _, found = mongo_records(images).read("me", record_id, ["processed_image_base64", "preview"])
    assert (found.get("processed_image_base64"), found.get("preview")) == ("BBBB", None)
    mongo_records(images).rename("me", record_id, "new")
    assert mongo_records(images).find("me", record_id).image_name == "new"
    mongo_records(images).delete("me", record_id, now=START)
    assert images.count_documents({}) == 0


def test_only_the_requested_image_is_read(images: MongoImages) -> None:
    record_id = keep(images)

    record, fields = mongo_records(images).read("me", record_id, ["preview"])
    assert (record.record_id, set(fields)) == (record_id, {"preview"})


def check_not_found(records: MongoRecords, record_id: str) -> None:
    with pytest.raises(NotFound):
        records.find("me", record_id)
    with pytest.raises(NotFound):
        records.delete("me", record_id, now=START)
    with pytest.raises(NotFound):
        records.rename("me", record_id, "other")
    with pytest.raises(NotFound):
        records.read("me", record_id, ["preview"])


@pytest.mark.parametrize("record_id", ["", "x", "0" * 23, "0" * 24, "0" * 25, "../etc", "\0", "é" * 12])
def test_an_unknown_or_malformed_id_is_not_found(images: MongoImages, record_id: str) -> None:
    check_not_found(mongo_records(images), record_id)


def test_another_users_record_is_not_found_and_not_changed(images: MongoImages) -> None:
    record_id = keep(images, SOMEBODY_ELSE, "theirs")
    records = mongo_records(images)

    check_not_found(records, record_id)

    assert records.find(SOMEBODY_ELSE, record_id).image_name == "theirs"


def test_a_record_can_be_renamed_to_its_own_name(images: MongoImages) -> None:
    record_id = keep(images, name="same")

    mongo_records(images).rename("me", record_id, "same")

    assert mongo_records(images).find("me", record_id).image_name == "same"


def test_expired_records_come_oldest_first_and_leases_are_not_among_them(images: MongoImages) -> None:
    new = keep(images, now=START)
    newer = keep(images, now=START + MINUTE)
    old = keep_original(images, SOMEBODY_ELSE)
    acquire(images, now=START - 99 * MINUTE, user_id="a third")

    records = mongo_records(images)

    assert records.expired(START, 9) == [(SOMEBODY_ELSE, old)]
    assert records.expired(START + 2 * MINUTE, 2) == [(SOMEBODY_ELSE, old), ("me", new)]
    assert records.delete_many([old, new, old]) == 2
    assert [record.record_id for record in records.list("me").records] == [newer]


def test_expired_documents_with_ids_of_another_kind_are_left_out_and_counted(images: MongoImages) -> None:
    expired = keep(images, now=START)
    old = {"image_name": "odd", "created_on": "2020-01-01 00:00:00"}
    images.insert_many([{"_id": "a text", "user_id": "me", **old}, old, {"user_id": 7, **old}])

    later = START + MINUTE
    assert mongo_records(images).expired(later, 9) == [("me", expired)]
    assert mongo_records(images).count_irregular(later) == 3
    assert mongo_records(images).count_irregular(START - 9999999 * MINUTE) == 0


# The server


def test_writes_survive_a_crash_with_any_uri() -> None:
    collection = connect("mongodb://127.0.0.1:9/?w=1&journal=false", "pictures")
    collection.database.client.close()

    assert collection.full_name == "pictures.images"
    assert collection.write_concern.document == {"w": "majority", "j": True}


def test_times_are_compared_in_utc(images: MongoImages) -> None:
    acquire(images, now=START)

    assert images.find_one()["claimed_at"].replace(tzinfo=UTC) == START
