"""How uploads claim their slots: within the limit, and released when their process dies."""

import random
from typing import Any

import pytest
from bson import ObjectId

from common.domain.errors import LimitReached, NotFound, RemoverTimeout
from common.domain.models import ImageRecord, Span
from tests.fakes import START, UPLOAD
from tests.mongo import DETAILS, FIELDS, MINUTE, SOMEBODY_ELSE, MongoImages, claim, keep, keep_original, store


@pytest.fixture
def images() -> MongoImages:
    return MongoImages()


def test_a_claim_counts_as_used_but_is_not_shown(images: MongoImages) -> None:
    claimed = claim(images)

    shelf = store(images).shelf("me")

    assert (shelf.used, shelf.records) == (1, ())
    with pytest.raises(NotFound):
        store(images).find("me", claimed.record_id)
    with pytest.raises(NotFound):
        store(images).delete("me", claimed.record_id, now=START)
    with pytest.raises(NotFound):
        store(images).rename("me", claimed.record_id, "other")
    with pytest.raises(NotFound):
        store(images).image_fields("me", claimed.record_id, ["preview"])


def test_a_completed_claim_is_a_record_with_everything_known_of_it(images: MongoImages) -> None:
    record_id = keep(images, name="cat")

    expected = ImageRecord(record_id, "cat", "2026-03-01 12:00:00", "image/png", 4, 3, 99)
    assert store(images).find("me", record_id) == expected
    assert store(images).shelf("me").records == (expected,)
    document = images.find_one()
    assert document["status"] == "ready"
    assert document["sha256"] == "ab" * 32
    assert "claimed_at" not in document
    assert document["slot"] == 0


def slots(images: MongoImages, user_id: str = "me") -> list[int]:
    return sorted(document["slot"] for document in images.find({"user_id": user_id}))


def test_claims_take_the_lowest_free_slots(images: MongoImages) -> None:
    first, *_ = [keep(images) for _ in range(3)]
    store(images).delete("me", first, now=START)

    claim(images)

    assert slots(images) == [0, 1, 2]


def test_a_claim_says_how_many_slots_its_user_uses_now(images: MongoImages) -> None:
    keep_original(images)
    keep(images)
    keep(images, SOMEBODY_ELSE)

    claimed = store(images).claim("me", UPLOAD, limit=3, now=START, alive=Span(START))

    assert claimed
    assert claimed.used == store(images).shelf("me").used == 3


def test_who_has_no_free_slot_is_refused_and_others_are_not(images: MongoImages) -> None:
    for _ in range(3):
        claim(images)

    with pytest.raises(LimitReached):
        claim(images)

    claim(images, SOMEBODY_ELSE)
    assert slots(images) == [0, 1, 2]


def test_a_released_claim_gives_its_slot_back(images: MongoImages) -> None:
    claimed = claim(images, limit=1)

    store(images).release("me", claimed.record_id)

    assert claim(images, limit=1).record_id != claimed.record_id


def test_a_slot_that_another_upload_took_in_between_is_passed_over(images: MongoImages) -> None:
    class Raced(MongoImages):
        def insert_one(self, document: dict[str, object]) -> object:
            if document["slot"] == 0:  # since the claim looked, another upload of this user's came first
                self._images.insert_one({**document, "_id": ObjectId()})
            return self._images.insert_one(document)

    raced = Raced()
    claim(raced)

    assert slots(raced) == [0, 1]
    with pytest.raises(LimitReached):
        claim(Raced(), limit=1)


def test_a_claim_from_a_dead_process_is_released_by_its_users_next(images: MongoImages) -> None:
    dead = claim(images, limit=1)
    others = claim(images, SOMEBODY_ELSE, limit=1)

    with pytest.raises(LimitReached):
        claim(images, limit=1, now=START + 15 * MINUTE)
    claim(images, limit=1, now=START + 16 * MINUTE)

    assert images.find_one({"_id": ObjectId(dead.record_id)}) is None
    assert images.find_one({"_id": ObjectId(others.record_id)}) is not None


def test_a_claim_looks_first_and_deletes_only_where_something_is_stale() -> None:
    class Watched(MongoImages):
        def __init__(self) -> None:
            self.commands: list[str] = []
            super().__init__()

        def __getattr__(self, name: str) -> Any:
            self.commands.append(name)
            return super().__getattr__(name)

    watched = Watched()
    claim(watched)
    claim(watched)
    claim(watched, now=START + 16 * MINUTE)

    assert watched.commands == 2 * ["find", "insert_one"] + ["find", "delete_many", "find", "insert_one"]


def test_completing_a_claim_that_was_released_is_a_timeout_and_keeps_nothing(images: MongoImages) -> None:
    claimed = claim(images)
    store(images).release("me", claimed.record_id)

    with pytest.raises(RemoverTimeout):
        store(images).complete("me", claimed.record_id, DETAILS, FIELDS)

    assert images.count_documents({}) == 0


def test_nobody_completes_or_releases_anothers_claim(images: MongoImages) -> None:
    claimed = claim(images)

    store(images).release(SOMEBODY_ELSE, claimed.record_id)
    with pytest.raises(RemoverTimeout):
        store(images).complete(SOMEBODY_ELSE, claimed.record_id, DETAILS, FIELDS)

    assert images.find_one()["status"] == "processing"


def test_cleanup_releases_old_claims_of_all_users_and_nothing_else(images: MongoImages) -> None:
    keep_original(images)
    keep(images)
    claim(images)
    claim(images, SOMEBODY_ELSE)
    young = claim(images, limit=4, now=START + 10 * MINUTE)
    claim(images, "a third", now=START + 60 * MINUTE)

    assert store(images).release_claims(Span(START + MINUTE, START + 30 * MINUTE)) == 3

    left = {document["_id"] for document in images.find({"status": "processing"})}
    assert left == {ObjectId(young.record_id)}
    assert images.count_documents({}) == 3


@pytest.mark.parametrize("seed", range(20))
def test_no_sequence_of_events_passes_the_limit_or_keeps_a_user_below_it_out(seed: int) -> None:
    chance = random.Random(seed)
    images, limit = MongoImages(), 3
    for _ in range(chance.randrange(3)):
        keep_original(images)
    for step in range(120):
        limit = chance.choice([1, 2, 3, 4, 6]) if chance.random() < 0.1 else limit
        kept = [str(document["_id"]) for document in images.find({"user_id": "me"}, ["_id"])]
        if kept and chance.random() < 0.45:
            store(images).release("me", chance.choice(kept))
            continue
        try:
            record_id = claim(images, limit=limit, now=START + step * MINUTE / 60).record_id
        except LimitReached:
            assert len(kept) >= limit, "a user below the limit was refused"
            continue
        assert len(kept) + 1 <= limit, "the limit was passed"
        if chance.random() < 0.5:
            store(images).complete("me", record_id, DETAILS, FIELDS)
        taken = [d["slot"] for d in images.find({"user_id": "me", "slot": {"$exists": True}})]
        assert len(taken) == len(set(taken))
