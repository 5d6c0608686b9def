"""A command that is applied after its sender has given up, and its rollback."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pymongo
import pytest

from common.domain.errors import RemoverTimeout, Unavailable
from common.domain.models import PictureDetails, TimeWindow, Upload
from common.storage.mongo.leases import MongoLeases
from common.storage.mongo.records import MongoRecords
from tests.fakes import START
from tests.integration.failing.mongo_gate import Fate, MongoGate
from tests.use_cases import mongo_stores

DETAILS = PictureDetails("image/png", 4, 3, 99, "ab" * 32)


@pytest.fixture
def gate(mongo_uri: str) -> Iterator[MongoGate]:
    with MongoGate(urlsplit(mongo_uri).port or 0) as gate:
        yield gate


@pytest.fixture
def stores(gate: MongoGate, mongo_uri: str) -> Iterator[tuple[MongoLeases, MongoRecords]]:
    """Leases and records whose driver waits half a second for an answer."""
    uri = mongo_uri.replace(str(urlsplit(mongo_uri).port), str(gate.port))
    with pymongo.MongoClient[dict[str, Any]](uri, socketTimeoutMS=500) as mongo:
        mongo.drop_database("late")
        yield mongo_stores(mongo["late"]["images"])
        gate.reset()


def acquire(leases: MongoLeases) -> str:
    upload = Upload("n", DETAILS.sha256, "key")
    lease = leases.acquire("me", upload, limit=1, now=START, valid=TimeWindow(START))
    assert lease
    return lease.record.record_id


def test_a_completion_that_arrives_after_its_release_makes_no_record(
    gate: MongoGate, stores: tuple[MongoLeases, MongoRecords]
) -> None:
    leases, records = stores
    record_id = acquire(leases)
    gate.meet("update", range(2), Fate.STALL)
    with pytest.raises(Unavailable):
        leases.complete("me", record_id, DETAILS, {})
    assert leases.release("me", record_id)
    gate.reset()
    with pytest.raises(RemoverTimeout):
        leases.complete("me", record_id, DETAILS, {})
    assert records.list("me").used == 0


def test_a_completion_that_arrives_before_its_release_is_a_record_that_stays(
    stores: tuple[MongoLeases, MongoRecords],
) -> None:
    leases, records = stores
    record_id = acquire(leases)
    leases.complete("me", record_id, DETAILS, {})
    assert not leases.release("me", record_id)
    assert [record.record_id for record in records.list("me").records] == [record_id]
