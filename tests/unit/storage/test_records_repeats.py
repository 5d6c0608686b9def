"""Records of uploads that are sent again: found by their key, and by their picture."""

from datetime import UTC, datetime

import pytest

from common.domain.errors import LimitReached, NotFound, RemoverTimeout
from common.domain.models import Claim, Span, Upload
from tests.fakes import START
from tests.mongo import DETAILS, FIELDS, MINUTE, SOMEBODY_ELSE, MongoImages, keep, store

NOW = datetime.now(UTC)  # the database forgets what was deleted long ago
UPLOAD = Upload("cat", DETAILS.sha256, key="6f1c")


@pytest.fixture
def images() -> MongoImages:
    return MongoImages()


def claim(images: MongoImages, upload: Upload = UPLOAD, user_id: str = "me", limit: int = 3) -> Claim | None:
    return store(images).claim(user_id, upload, limit=limit, now=START, alive=Span(START - MINUTE))


def test_a_key_is_claimed_once(images: MongoImages) -> None:
    first = claim(images)

    assert first
    assert claim(images) is None
    assert store(images).claim_of("me", "6f1c") == first
    assert (first.sha256, first.is_filled) == (DETAILS.sha256, False)
    assert images.count_documents({}) == 1


def test_a_claimed_key_is_found_by_who_has_no_free_slot(images: MongoImages) -> None:
    assert claim(images, limit=1)

    assert claim(images, limit=1) is None
    with pytest.raises(LimitReached):
        claim(images, Upload("dog", DETAILS.sha256, key="other"), limit=1)


def test_uploads_without_a_key_are_never_the_same(images: MongoImages) -> None:
    assert all(claim(images, Upload("cat", DETAILS.sha256)) for _ in range(3))
    assert store(images).claim_of("me", "") is None


def test_a_key_is_its_users_own(images: MongoImages) -> None:
    assert claim(images)
    assert claim(images, user_id=SOMEBODY_ELSE)
    assert store(images).claim_of("nobody", "6f1c") is None


def test_a_filled_claim_remembers_what_was_answered(images: MongoImages) -> None:
    keep(images)
    first = claim(images)
    assert first
    store(images).complete("me", first.record.record_id, DETAILS, FIELDS)
    keep(images)

    found = store(images).claim_of("me", "6f1c")

    assert found
    assert (found.is_filled, found.used) == (True, 2)
    assert found.record == store(images).find("me", first.record.record_id)


def test_a_claim_under_a_key_is_released_by_its_age_alone(images: MongoImages) -> None:
    for key in ("6f1c", "other"):
        claim(images, Upload("cat", DETAILS.sha256, key))
    first = store(images).claim_of("me", "6f1c")
    assert first

    for user_id, before in [("me", START), (SOMEBODY_ELSE, START + MINUTE)]:
        store(images).release_key(user_id, "6f1c", Span(before))
    assert store(images).claim_of("me", "6f1c") == first
    store(images).release_key("me", "6f1c", Span(START + MINUTE))

    assert store(images).claim_of("me", "6f1c") is None
    assert images.count_documents({"idempotency_key": "other"}) == 1
    assert claim(images)
    with pytest.raises(RemoverTimeout):  # it was alive after all
        store(images).complete("me", first.record.record_id, DETAILS, FIELDS)


def test_a_record_under_a_key_is_not_released(images: MongoImages) -> None:
    first = claim(images)
    assert first
    store(images).complete("me", first.record.record_id, DETAILS, FIELDS)

    store(images).release_key("me", "6f1c", Span(NOW))

    assert store(images).claim_of("me", "6f1c")


def test_a_picture_is_found_by_its_checksum_once_it_is_complete(images: MongoImages) -> None:
    first = claim(images)
    assert first
    assert store(images).twin("me", DETAILS.sha256) is None

    store(images).complete("me", first.record.record_id, DETAILS, FIELDS)

    found = store(images).twin("me", DETAILS.sha256)
    assert found == (store(images).find("me", first.record.record_id), DETAILS)
    assert store(images).twin("me", "00" * 32) is None
    assert store(images).twin(SOMEBODY_ELSE, DETAILS.sha256) is None


# Deleting


def test_what_is_left_of_a_deleted_record_is_that_it_was_deleted(images: MongoImages) -> None:
    record_id = keep(images)
    first = claim(images)
    assert first
    store(images).delete("me", record_id, now=NOW)

    document = images.find_one({"status": "deleted"})
    assert set(document) == {"_id", "user_id", "status", "deleted_at"}
    assert store(images).shelf("me").used == 1
    assert store(images).expired(START + MINUTE, 9) == []
    assert store(images).twin("me", DETAILS.sha256) is None


def test_a_record_may_be_deleted_twice_by_its_user_alone(images: MongoImages) -> None:
    record_id = keep(images)

    for _ in range(2):
        store(images).delete("me", record_id, now=NOW)
    with pytest.raises(NotFound):
        store(images).delete(SOMEBODY_ELSE, record_id, now=NOW)
    with pytest.raises(NotFound):
        store(images).find("me", record_id)
    with pytest.raises(NotFound):
        store(images).rename("me", record_id, "new")


def test_deleted_records_take_no_slot(images: MongoImages) -> None:
    for _ in range(9):
        store(images).delete("me", keep(images), now=NOW)

    assert store(images).shelf("me").used == 0
    assert claim(images, limit=1)


def test_what_was_deleted_is_forgotten_by_the_database_after_a_day(images: MongoImages) -> None:
    keep(images)

    assert images.index_information()["deleted"]["expireAfterSeconds"] == 86_400
