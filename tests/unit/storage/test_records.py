"""The records in MongoDB, here in mongomock; tests/integration does the same on a real server."""

from datetime import UTC

import pytest

from common.domain.errors import NotFound
from common.domain.models import ImageRecord
from common.storage.mongo.records import connect
from tests.fakes import START
from tests.mongo import MINUTE, SOMEBODY_ELSE, MongoImages, claim, keep, keep_original, store


@pytest.fixture
def images() -> MongoImages:
    return MongoImages()


def test_the_shelf_is_newest_first_and_its_users_own(images: MongoImages) -> None:
    second = keep(images, now=START)
    third = keep(images, now=START)
    first = keep_original(images)
    keep(images, SOMEBODY_ELSE)

    shelf = store(images).shelf("me")

    assert [record.record_id for record in shelf.records] == [third, second, first]
    assert shelf.used == 3


def test_a_record_of_the_original_application_is_a_record_like_any_other(images: MongoImages) -> None:
    record_id = keep_original(images)

    assert store(images).shelf("me").records == (ImageRecord(record_id, "old", "2025-01-02 03:04:05"),)
    found = store(images).image_fields("me", record_id, ["processed_image_base64", "preview"])
    assert (found.get("processed_image_base64"), found.get("preview")) == ("BBBB", None)
    store(images).rename("me", record_id, "new")
    assert store(images).find("me", record_id).image_name == "new"
    store(images).delete("me", record_id, now=START)
    assert images.count_documents({}) == 0


def test_only_the_image_that_is_asked_for_is_read(images: MongoImages) -> None:
    record_id = keep(images)

    assert set(store(images).image_fields("me", record_id, ["preview"])) == {"_id", "preview"}


@pytest.mark.parametrize("record_id", ["", "x", "0" * 23, "0" * 24, "0" * 25, "../etc", "\0", "é" * 12])
def test_an_id_that_is_unknown_or_malformed_is_not_found(images: MongoImages, record_id: str) -> None:
    records = store(images)

    with pytest.raises(NotFound):
        records.find("me", record_id)
    with pytest.raises(NotFound):
        records.delete("me", record_id, now=START)
    with pytest.raises(NotFound):
        records.rename("me", record_id, "other")
    with pytest.raises(NotFound):
        records.image_fields("me", record_id, ["preview"])


def test_somebody_elses_record_is_not_found_and_not_touched(images: MongoImages) -> None:
    record_id = keep(images, SOMEBODY_ELSE, "theirs")
    records = store(images)

    with pytest.raises(NotFound):
        records.find("me", record_id)
    with pytest.raises(NotFound):
        records.delete("me", record_id, now=START)
    with pytest.raises(NotFound):
        records.rename("me", record_id, "mine")
    with pytest.raises(NotFound):
        records.image_fields("me", record_id, ["preview"])

    assert records.find(SOMEBODY_ELSE, record_id).image_name == "theirs"


def test_a_record_may_be_given_the_name_that_it_has(images: MongoImages) -> None:
    record_id = keep(images, name="same")

    store(images).rename("me", record_id, "same")

    assert store(images).find("me", record_id).image_name == "same"


def test_expired_are_the_oldest_records_first_but_no_claims(images: MongoImages) -> None:
    new = keep(images, now=START)
    newer = keep(images, now=START + MINUTE)
    old = keep_original(images, SOMEBODY_ELSE)
    claim(images, now=START - 99 * MINUTE, user_id="a third")

    records = store(images)

    assert records.expired(START, 9) == [(SOMEBODY_ELSE, old)]
    assert records.expired(START + 2 * MINUTE, 2) == [(SOMEBODY_ELSE, old), ("me", new)]
    assert records.delete_many([old, new, old]) == 2
    assert [record.record_id for record in records.shelf("me").records] == [newer]


# The server


def test_the_connection_asks_for_writes_that_outlive_a_crash_whatever_the_uri_says() -> None:
    collection = connect("mongodb://127.0.0.1:9/?w=1&journal=false", "pictures")
    collection.database.client.close()

    assert collection.full_name == "pictures.images"
    assert collection.write_concern.document == {"w": "majority", "j": True}


def test_times_are_compared_in_utc(images: MongoImages) -> None:
    claim(images, now=START)

    assert images.find_one()["claimed_at"].replace(tzinfo=UTC) == START
