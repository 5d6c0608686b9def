"""Repeated uploads, found by key or by picture; and tombstones."""

from datetime import UTC, datetime

import pytest

from common.domain.errors import LimitReached, NotFound, RemoverTimeout
from common.domain.models import Lease, TimeWindow, Upload
from tests.fakes import START
from tests.mongo import DETAILS, FIELDS, MINUTE, SOMEBODY_ELSE, MongoImages, keep, mongo_leases, mongo_records

NOW = datetime.now(UTC)  # the database deletes old tombstones itself
UPLOAD = Upload("cat", DETAILS.sha256, key="6f1c")


@pytest.fixture
def images() -> MongoImages:
    return MongoImages()


def acquire(
    images: MongoImages, upload: Upload = UPLOAD, user_id: str = "me", limit: int = 3
) -> Lease | None:
    return mongo_leases(images).acquire(
        user_id, upload, limit=limit, now=START, valid=TimeWindow(START - MINUTE)
    )


def test_a_key_is_leased_once(images: MongoImages) -> None:
    first = acquire(images)

    assert first
    assert acquire(images) is None
    assert mongo_leases(images).find_by_key("me", "6f1c") == first
    assert (first.sha256, first.is_completed) == (DETAILS.sha256, False)
    assert images.count_documents({}) == 1


def test_a_repeat_is_recognized_even_without_a_free_slot(images: MongoImages) -> None:
    assert acquire(images, limit=1)

    assert acquire(images, limit=1) is None
    with pytest.raises(LimitReached):
        acquire(images, Upload("dog", DETAILS.sha256, key="other"), limit=1)


def test_uploads_without_a_key_are_never_repeats(images: MongoImages) -> None:
    assert all(acquire(images, Upload("cat", DETAILS.sha256)) for _ in range(3))
    assert mongo_leases(images).find_by_key("me", "") is None


def test_a_key_belongs_to_its_user(images: MongoImages) -> None:
    assert acquire(images)
    assert acquire(images, user_id=SOMEBODY_ELSE)
    assert mongo_leases(images).find_by_key("nobody", "6f1c") is None


def test_a_completed_lease_remembers_the_first_answer(images: MongoImages) -> None:
    keep(images)
    first = acquire(images)
    assert first
    mongo_leases(images).complete("me", first.record.record_id, DETAILS, FIELDS)
    keep(images)

    found = mongo_leases(images).find_by_key("me", "6f1c")

    assert found
    assert (found.is_completed, found.used) == (True, 2)
    assert found.record == mongo_records(images).find("me", first.record.record_id)


def test_a_lease_with_a_key_is_released_only_by_age(images: MongoImages) -> None:
    for key in ("6f1c", "other"):
        acquire(images, Upload("cat", DETAILS.sha256, key))
    first = mongo_leases(images).find_by_key("me", "6f1c")
    assert first

    for user_id, before in [("me", START), (SOMEBODY_ELSE, START + MINUTE)]:
        assert not mongo_leases(images).release_key(user_id, "6f1c", TimeWindow(before))
    assert mongo_leases(images).find_by_key("me", "6f1c") == first
    assert mongo_leases(images).release_key("me", "6f1c", TimeWindow(START + MINUTE))

    assert mongo_leases(images).find_by_key("me", "6f1c") is None
    assert images.count_documents({"idempotency_key": "other"}) == 1
    assert acquire(images)
    with pytest.raises(RemoverTimeout):  # it was still running
        mongo_leases(images).complete("me", first.record.record_id, DETAILS, FIELDS)


def test_a_record_with_a_key_is_not_released(images: MongoImages) -> None:
    first = acquire(images)
    assert first
    mongo_leases(images).complete("me", first.record.record_id, DETAILS, FIELDS)

    assert not mongo_leases(images).release_key("me", "6f1c", TimeWindow(NOW))
    assert not mongo_leases(images).release("me", first.record.record_id)

    assert mongo_leases(images).find_by_key("me", "6f1c")


def test_a_duplicate_is_found_by_its_checksum_once_it_is_completed(images: MongoImages) -> None:
    first = acquire(images)
    assert first
    assert mongo_records(images).find_duplicate("me", UPLOAD, ["preview"]) is None

    mongo_leases(images).complete("me", first.record.record_id, DETAILS, FIELDS)

    found = mongo_records(images).find_duplicate("me", UPLOAD, ["preview"])
    assert found == (DETAILS, {"preview": FIELDS["preview"]})
    assert mongo_records(images).find_duplicate("me", Upload("cat", "00" * 32), []) is None
    assert mongo_records(images).find_duplicate(SOMEBODY_ELSE, UPLOAD, []) is None


def test_uploads_that_remove_another_part_are_no_duplicates(images: MongoImages) -> None:
    other = Upload("cat", DETAILS.sha256, key="other", removes_subject=True)
    first = acquire(images)
    assert first
    mongo_leases(images).complete("me", first.record.record_id, DETAILS, FIELDS)

    second = acquire(images, other)
    assert second
    assert not second.has_duplicate
    assert mongo_records(images).find_duplicate("me", other, []) is None
    found = mongo_leases(images).find_by_key("me", "other")
    assert found
    assert found.removes_subject

    mongo_leases(images).complete("me", second.record.record_id, DETAILS, FIELDS)
    third = acquire(images, Upload("cat", DETAILS.sha256, removes_subject=True))
    assert third
    assert third.has_duplicate
    assert mongo_records(images).find_duplicate("me", other, []) == (DETAILS, {})


# Deleting


def test_a_deleted_record_leaves_only_a_tombstone(images: MongoImages) -> None:
    record_id = keep(images)
    first = acquire(images)
    assert first
    mongo_records(images).delete("me", record_id, now=NOW)

    document = images.find_one({"status": "deleted"})
    assert set(document) == {"_id", "deleted_by", "status", "deleted_at"}
    assert mongo_records(images).list("me").used == 1
    assert mongo_records(images).expired(START + MINUTE, 9) == []
    assert mongo_records(images).find_duplicate("me", UPLOAD, ["preview"]) is None


def test_only_its_user_can_delete_a_record_twice(images: MongoImages) -> None:
    record_id = keep(images)

    for _ in range(2):
        mongo_records(images).delete("me", record_id, now=NOW)
    with pytest.raises(NotFound):
        mongo_records(images).delete(SOMEBODY_ELSE, record_id, now=NOW)
    with pytest.raises(NotFound):
        mongo_records(images).find("me", record_id)
    with pytest.raises(NotFound):
        mongo_records(images).rename("me", record_id, "new")


def test_tombstones_take_no_slot(images: MongoImages) -> None:
    for _ in range(9):
        mongo_records(images).delete("me", keep(images), now=NOW)

    assert mongo_records(images).list("me").used == 0
    assert acquire(images, limit=1)


def test_tombstones_are_not_read_with_their_users_documents(images: MongoImages) -> None:
    mongo_records(images).delete("me", keep(images), now=NOW)

    assert images.count_documents({}) == 1
    assert images.count_documents({"user_id": "me"}) == 0


def test_the_database_deletes_tombstones_after_a_day(images: MongoImages) -> None:
    keep(images)

    assert images.index_information()["deleted"]["expireAfterSeconds"] == 86_400
