"""The record store over a collection in memory, and documents for it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import mongomock
import pymongo

from common.domain.models import ImageRecord, PictureDetails, TimeWindow, Upload
from common.storage.mongo.leases import MongoLeases
from common.storage.mongo.records import MongoRecords
from tests.fakes import START

MINUTE = timedelta(minutes=1)
SOMEBODY_ELSE = "somebody else"
DETAILS = PictureDetails("image/png", 4, 3, 99, "ab" * 32)
FIELDS = {"original_image_base64": "AAAA", "processed_image_base64": "BBBB", "preview": b"CC"}


class MongoImages:
    """A mongomock collection that creates indexes one by one, because mongomock forgets options otherwise."""

    def __init__(self) -> None:
        self._images: Any = mongomock.MongoClient()["t"]["images"]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._images, name)

    def create_indexes(self, models: Iterable[pymongo.IndexModel]) -> None:
        # mongomock also applies a new partial index to documents outside of it, so there must be none.
        documents = list(self._images.find())
        self._images.delete_many({})
        for model in models:
            options = dict(model.document)
            self._images.create_index(list(options.pop("key").items()), **options)
        if documents:
            self._images.insert_many(documents)


def mongo_records(images: MongoImages) -> MongoRecords:
    return MongoRecords(images)  # type: ignore[arg-type]


def mongo_leases(images: MongoImages) -> MongoLeases:
    return MongoLeases(images)  # type: ignore[arg-type]


def acquire(
    images: MongoImages, user_id: str = "me", name: str = "n", limit: int = 3, now: datetime = START
) -> ImageRecord:
    valid = TimeWindow(now - 15 * MINUTE)
    upload = Upload(name, DETAILS.sha256)
    lease = mongo_leases(images).acquire(user_id, upload, limit=limit, now=now, valid=valid)
    assert lease
    return lease.record


def keep(images: MongoImages, user_id: str = "me", name: str = "n", now: datetime = START) -> str:
    record_id = acquire(images, user_id, name, now=now).record_id
    mongo_leases(images).complete(user_id, record_id, DETAILS, FIELDS)
    return record_id


def keep_original(images: MongoImages, user_id: str = "me", created_on: str = "2025-01-02 03:04:05") -> str:
    """Insert a document of the original application."""
    document = {"user_id": user_id, "image_name": "old", "created_on": created_on, **FIELDS}
    del document["preview"]
    return str(images.insert_one(document).inserted_id)
