"""The stores' translation of their drivers' exceptions."""

from collections.abc import Callable
from typing import Any

import pytest
from pymongo.errors import (
    AutoReconnect,
    DocumentTooLarge,
    NotPrimaryError,
    OperationFailure,
    ServerSelectionTimeoutError,
    WTimeoutError,
)

from common.domain.errors import ImageTooLarge, Unavailable
from common.domain.models import PictureDetails, TimeWindow
from common.storage.mongo.connection import check_health
from common.storage.mongo.leases import MongoLeases
from common.storage.mongo.records import MongoRecords
from tests.fakes import START, UPLOAD

ID = "0" * 24
DETAILS = PictureDetails("image/png", 4, 3, 99, "")


class BrokenCollection:
    """A collection whose calls all raise the same exception."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        if name == "database":
            return self

        def fail(*_: object, **__: object) -> None:
            raise self._error

        return fail


LEASE_CALLS: dict[str, Callable[[MongoLeases], object]] = {
    "acquire": lambda leases: leases.acquire("me", UPLOAD, limit=1, now=START, valid=TimeWindow(START)),
    "release_key": lambda leases: leases.release_key("me", "key", TimeWindow(START)),
    "complete": lambda leases: leases.complete("me", ID, DETAILS, {}),
    "release": lambda leases: leases.release("me", ID),
    "release_stale": lambda leases: leases.release_stale(TimeWindow(START)),
}
RECORD_CALLS: dict[str, Callable[[MongoRecords], object]] = {
    "list": lambda records: records.list("me"),
    "find": lambda records: records.find("me", ID),
    "read": lambda records: records.read("me", ID, []),
    "rename": lambda records: records.rename("me", ID, "n"),
    "delete": lambda records: records.delete("me", ID, now=START),
    "expired": lambda records: records.expired(START, 1),
    "delete_many": lambda records: records.delete_many([ID]),
}
UNREACHABLE = [
    AutoReconnect("connection closed"),
    ServerSelectionTimeoutError("no server"),
    NotPrimaryError("stepped down"),
    WTimeoutError("no majority"),
    OperationFailure("bad auth", 18),
]


@pytest.mark.parametrize("error", UNREACHABLE, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("call", [*LEASE_CALLS, *RECORD_CALLS])
def test_a_database_that_does_not_answer_is_unavailable(call: str, error: Exception) -> None:
    broken: Any = BrokenCollection(error)

    def run() -> object:
        if call in LEASE_CALLS:
            return LEASE_CALLS[call](MongoLeases(broken))
        return RECORD_CALLS[call](MongoRecords(broken))

    with pytest.raises(Unavailable) as raised:
        run()

    assert str(error) not in raised.value.detail
    assert raised.value.__cause__ is error


@pytest.mark.parametrize("error", UNREACHABLE, ids=lambda error: type(error).__name__)
def test_a_database_that_does_not_answer_is_not_healthy(error: Exception) -> None:
    broken: Any = BrokenCollection(error)

    with pytest.raises(Unavailable) as raised:
        check_health(broken)

    assert raised.value.__cause__ is error


class HalfBroken(BrokenCollection):
    """A collection whose writes fail, and whose reads find a record or nothing."""

    def __init__(self, error: Exception, found: dict[str, object] | None) -> None:
        super().__init__(error)
        self._found = found

    def find_one(self, *_: object) -> dict[str, object] | None:
        return self._found


@pytest.mark.parametrize("error", [AutoReconnect("reset"), WTimeoutError("no majority")])
def test_a_completion_whose_outcome_is_unknown_may_have_been_kept(error: Exception) -> None:
    for collection in (BrokenCollection(error), HalfBroken(error, None)):
        with pytest.raises(Unavailable, match="may have been kept"):
            MongoLeases(collection).complete("me", ID, DETAILS, {})  # type: ignore[arg-type]


def test_a_completion_that_was_never_sent_has_changed_nothing() -> None:
    leases = MongoLeases(HalfBroken(ServerSelectionTimeoutError("no server"), None))  # type: ignore[arg-type]

    with pytest.raises(Unavailable, match="Nothing was changed"):
        leases.complete("me", ID, DETAILS, {})


def test_a_completion_whose_answer_was_lost_counts() -> None:
    leases = MongoLeases(HalfBroken(AutoReconnect("reset"), {"_id": ID}))  # type: ignore[arg-type]

    leases.complete("me", ID, DETAILS, {})


def test_a_document_over_16_mb_is_an_image_too_large() -> None:
    leases = MongoLeases(BrokenCollection(DocumentTooLarge("16793600 bytes")))  # type: ignore[arg-type]

    with pytest.raises(ImageTooLarge):
        leases.complete("me", ID, DETAILS, {})


def test_a_bug_does_not_pass_for_an_unavailable_database() -> None:
    records = MongoRecords(BrokenCollection(KeyError("slot")))  # type: ignore[arg-type]

    with pytest.raises(KeyError):
        records.list("me")


def test_indexes_are_created_again_after_a_failure_but_not_after_a_success() -> None:
    class Counting(BrokenCollection):
        asked = 0

        def create_indexes(self, _: object) -> None:
            self.asked += 1
            if self.asked == 1:
                raise self._error

        def find(self, *_: object, **__: object) -> list[dict[str, object]]:
            return []

    collection = Counting(AutoReconnect("gone"))
    leases = MongoLeases(collection)  # type: ignore[arg-type]

    with pytest.raises(Unavailable):
        leases.release_stale(TimeWindow(START))
    assert [leases.release_stale(TimeWindow(START)) for _ in range(3)] == [0, 0, 0]
    assert collection.asked == 2
