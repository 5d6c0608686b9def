"""Leases of slots: within the limit, and released when their process dies."""

import random
from typing import Any

import pytest
from bson import ObjectId

from common.domain.errors import LimitReached, NotFound, RemoverTimeout
from common.domain.models import ImageRecord, TimeWindow
from tests.fakes import START, UPLOAD
from tests.mongo import (
    DETAILS,
    FIELDS,
    MINUTE,
    SOMEBODY_ELSE,
    MongoImages,
    acquire,
    keep,
    keep_original,
    mongo_leases,
    mongo_records,
)


@pytest.fixture
def images() -> MongoImages:
    return MongoImages()


def test_a_lease_counts_as_used_but_is_not_listed(images: MongoImages) -> None:
    lease = acquire(images)

    listed = mongo_records(images).list("me")

    assert (listed.used, listed.records) == (1, ())
    with pytest.raises(NotFound):
        mongo_records(images).find("me", lease.record_id)
    with pytest.raises(NotFound):
        mongo_records(images).delete("me", lease.record_id, now=START)
    with pytest.raises(NotFound):
        mongo_records(images).rename("me", lease.record_id, "other")
    with pytest.raises(NotFound):
        mongo_records(images).read("me", lease.record_id, ["preview"])


def test_a_completed_lease_is_a_record_with_all_details(images: MongoImages) -> None:
    record_id = keep(images, name="cat")

    expected = ImageRecord(record_id, "cat", "2026-03-01 12:00:00", "image/png", 4, 3, 99)
    assert mongo_records(images).find("me", record_id) == expected
    assert mongo_records(images).list("me").records == (expected,)
    document = images.find_one()
    assert document["status"] == "ready"
    assert document["sha256"] == "ab" * 32
    assert "claimed_at" not in document
    assert document["slot"] == 0


def slots(images: MongoImages, user_id: str = "me") -> list[int]:
    return sorted(document["slot"] for document in images.find({"user_id": user_id}))


def test_leases_take_the_lowest_free_slots(images: MongoImages) -> None:
    first, *_ = [keep(images) for _ in range(3)]
    mongo_records(images).delete("me", first, now=START)

    acquire(images)

    assert slots(images) == [0, 1, 2]


def test_a_lease_has_its_users_number_of_used_slots(images: MongoImages) -> None:
    keep_original(images)
    keep(images)
    keep(images, SOMEBODY_ELSE)

    lease = mongo_leases(images).acquire("me", UPLOAD, limit=3, now=START, valid=TimeWindow(START))

    assert lease
    assert lease.used == mongo_records(images).list("me").used == 3


def test_a_user_without_a_free_slot_is_refused_and_others_are_not(images: MongoImages) -> None:
    for _ in range(3):
        acquire(images)

    with pytest.raises(LimitReached):
        acquire(images)

    acquire(images, SOMEBODY_ELSE)
    assert slots(images) == [0, 1, 2]


def test_releasing_a_lease_frees_its_slot(images: MongoImages) -> None:
    lease = acquire(images, limit=1)

    mongo_leases(images).release("me", lease.record_id)

    assert acquire(images, limit=1).record_id != lease.record_id


def test_a_slot_that_another_upload_has_just_taken_is_skipped(images: MongoImages) -> None:
    class Raced(MongoImages):
        def insert_one(self, document: dict[str, object]) -> object:
            if document["slot"] == 0:  # another upload of this user was faster
                self._images.insert_one({**document, "_id": ObjectId()})
            return self._images.insert_one(document)

    raced = Raced()
    acquire(raced)

    assert slots(raced) == [0, 1]
    with pytest.raises(LimitReached):
        acquire(Raced(), limit=1)


def test_the_lease_of_a_dead_process_is_released_by_its_users_next_upload(images: MongoImages) -> None:
    dead = acquire(images, limit=1)
    others = acquire(images, SOMEBODY_ELSE, limit=1)

    with pytest.raises(LimitReached):
        acquire(images, limit=1, now=START + 15 * MINUTE)
    acquire(images, limit=1, now=START + 16 * MINUTE)

    assert images.find_one({"_id": ObjectId(dead.record_id)}) is None
    assert images.find_one({"_id": ObjectId(others.record_id)}) is not None


def test_stale_leases_are_deleted_only_if_there_are_any() -> None:
    class Watched(MongoImages):
        def __init__(self) -> None:
            self.commands: list[str] = []
            super().__init__()

        def __getattr__(self, name: str) -> Any:
            self.commands.append(name)
            return super().__getattr__(name)

    watched = Watched()
    acquire(watched)
    acquire(watched)
    acquire(watched, now=START + 16 * MINUTE)

    assert watched.commands == 2 * ["find", "insert_one"] + ["find", "delete_many", "find", "insert_one"]


def test_completing_a_released_lease_is_a_timeout_and_keeps_nothing(images: MongoImages) -> None:
    lease = acquire(images)
    mongo_leases(images).release("me", lease.record_id)

    with pytest.raises(RemoverTimeout):
        mongo_leases(images).complete("me", lease.record_id, DETAILS, FIELDS)

    assert images.count_documents({}) == 0


def test_nobody_completes_or_releases_another_users_lease(images: MongoImages) -> None:
    lease = acquire(images)

    mongo_leases(images).release(SOMEBODY_ELSE, lease.record_id)
    with pytest.raises(RemoverTimeout):
        mongo_leases(images).complete(SOMEBODY_ELSE, lease.record_id, DETAILS, FIELDS)

    assert images.find_one()["status"] == "processing"


def test_only_stale_leases_are_released_for_all_users(images: MongoImages) -> None:
    keep_original(images)
    keep(images)
    acquire(images)
    acquire(images, SOMEBODY_ELSE)
    young = acquire(images, limit=4, now=START + 10 * MINUTE)
    acquire(images, "a third", now=START + 60 * MINUTE)

    assert mongo_leases(images).release_stale(TimeWindow(START + MINUTE, START + 30 * MINUTE)) == 3

    left = {document["_id"] for document in images.find({"status": "processing"})}
    assert left == {ObjectId(young.record_id)}
    assert images.count_documents({}) == 3


@pytest.mark.parametrize("seed", range(20))
def test_no_sequence_of_events_exceeds_the_limit_or_refuses_a_user_below_it(seed: int) -> None:
    chance = random.Random(seed)
    images, limit = MongoImages(), 3
    for _ in range(chance.randrange(3)):
        keep_original(images)
    for step in range(120):
        limit = chance.choice([1, 2, 3, 4, 6]) if chance.random() < 0.1 else limit
        kept = [str(document["_id"]) for document in images.find({"user_id": "me"}, ["_id"])]
        if kept and chance.random() < 0.45:
            mongo_leases(images).release("me", chance.choice(kept))
            continue
        try:
            record_id = acquire(images, limit=limit, now=START + step * MINUTE / 60).record_id
        except LimitReached:
            assert len(kept) >= limit, "a user below the limit was refused"
            continue
        assert len(kept) + 1 <= limit, "the limit was exceeded"
        if chance.random() < 0.5:
            mongo_leases(images).complete("me", record_id, DETAILS, FIELDS)
        taken = [d["slot"] for d in images.find({"user_id": "me", "slot": {"$exists": True}})]
        assert len(taken) == len(set(taken))
