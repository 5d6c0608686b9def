"""A command that arrives only after its sender has given it up, and the undoing of what it may have done."""

import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pymongo
import pytest

from common.domain.errors import RemoverTimeout, Unavailable
from common.domain.models import PictureDetails, Span, Upload
from common.storage.debts import Debts
from common.storage.mongo.records import MongoRecordStore
from tests.fakes import START
from tests.integration.failing.mongo_gate import Fate, MongoGate

DETAILS = PictureDetails("image/png", 4, 3, 99, "ab" * 32)


@pytest.fixture
def gate(mongo_uri: str) -> Iterator[MongoGate]:
    with MongoGate(urlsplit(mongo_uri).port or 0) as gate:
        yield gate


@pytest.fixture
def records(gate: MongoGate, mongo_uri: str) -> Iterator[MongoRecordStore]:
    """Records whose driver waits half a second for an answer."""
    uri = mongo_uri.replace(str(urlsplit(mongo_uri).port), str(gate.port))
    with pymongo.MongoClient[dict[str, Any]](uri, socketTimeoutMS=500) as mongo:
        mongo.drop_database("late")
        yield MongoRecordStore(mongo["late"]["images"])
        gate.reset()


def claim(records: MongoRecordStore) -> str:
    claimed = records.claim("me", Upload("n", DETAILS.sha256, "key"), limit=1, now=START, alive=Span(START))
    assert claimed
    return claimed.record.record_id


def test_a_completion_that_arrives_after_its_release_makes_no_record(
    gate: MongoGate, records: MongoRecordStore
) -> None:
    record_id = claim(records)
    gate.meet("update", range(2), Fate.STALL)
    with pytest.raises(Unavailable):
        records.complete("me", record_id, DETAILS, {})
    assert records.release("me", record_id)
    gate.reset()
    with pytest.raises(RemoverTimeout):
        records.complete("me", record_id, DETAILS, {})
    assert records.shelf("me").used == 0


def test_a_completion_that_arrives_before_its_release_is_undone_but_not_once_it_was_promised(
    gate: MongoGate, records: MongoRecordStore
) -> None:
    for is_promised in (False, True):
        record_id = claim(records)
        records.complete("me", record_id, DETAILS, {})
        if is_promised:
            assert records.claim_of("me", "key")
        assert records.release("me", record_id) is not is_promised
        assert len(records.shelf("me").records) == is_promised


def test_debts_are_tried_again_until_they_are_settled() -> None:
    settled, tries = threading.Event(), iter([OSError(), ValueError(), None])

    def settle() -> None:
        error = next(tries)
        if error:
            raise error
        settled.set()

    debts = Debts(pause=0.01)
    debts.owe(settle)
    assert settled.wait(60)
    settled.clear()
    debts.owe(settled.set)
    assert settled.wait(60)
