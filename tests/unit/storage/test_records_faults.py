"""What the record store makes of its driver's exceptions."""

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
from common.domain.models import PictureDetails, Span
from common.storage.mongo.records import MongoRecordStore
from tests.fakes import START, UPLOAD

ID = "0" * 24
DETAILS = PictureDetails("image/png", 4, 3, 99, "")


class BrokenCollection:
    """A collection whose every call raises the same exception."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        if name == "database":
            return self

        def fail(*_: object, **__: object) -> None:
            raise self._error

        return fail


CALLS: dict[str, Callable[[MongoRecordStore], object]] = {
    "ping": lambda records: records.ping(),
    "claim": lambda records: records.claim("me", UPLOAD, limit=1, now=START, alive=Span(START)),
    "release_key": lambda records: records.release_key("me", "key", Span(START)),
    "complete": lambda records: records.complete("me", ID, DETAILS, {}),
    "release": lambda records: records.release("me", ID),
    "shelf": lambda records: records.shelf("me"),
    "find": lambda records: records.find("me", ID),
    "image_fields": lambda records: records.image_fields("me", ID, []),
    "rename": lambda records: records.rename("me", ID, "n"),
    "delete": lambda records: records.delete("me", ID, now=START),
    "release_claims": lambda records: records.release_claims(Span(START)),
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
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_database_that_does_not_answer_is_unavailable(
    call: Callable[[MongoRecordStore], object], error: Exception
) -> None:
    records = MongoRecordStore(BrokenCollection(error))  # type: ignore[arg-type]

    with pytest.raises(Unavailable) as raised:
        call(records)

    assert str(error) not in raised.value.detail
    assert raised.value.__cause__ is error


def test_a_document_over_16_mb_is_an_image_that_is_too_large() -> None:
    records = MongoRecordStore(BrokenCollection(DocumentTooLarge("16793600 bytes")))  # type: ignore[arg-type]

    with pytest.raises(ImageTooLarge):
        records.complete("me", ID, DETAILS, {})


def test_a_bug_is_not_taken_for_an_unavailable_database() -> None:
    records = MongoRecordStore(BrokenCollection(KeyError("slot")))  # type: ignore[arg-type]

    with pytest.raises(KeyError):
        records.shelf("me")


def test_indexes_are_asked_for_again_after_a_failure_and_not_after_a_success() -> None:
    class Counting(BrokenCollection):
        asked = 0

        def create_indexes(self, _: object) -> None:
            self.asked += 1
            if self.asked == 1:
                raise self._error

        def find(self, *_: object, **__: object) -> list[dict[str, object]]:
            return []

    collection = Counting(AutoReconnect("gone"))
    records = MongoRecordStore(collection)  # type: ignore[arg-type]

    with pytest.raises(Unavailable):
        records.shelf("me")
    assert [records.shelf("me").used for _ in range(3)] == [0, 0, 0]
    assert collection.asked == 2
