"""Records inserted directly into the database, as uploads leave them."""

import base64
import secrets
import sys
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any

from common.domain.models import TimeWindow
from common.storage.mongo.connection import connect
from common.storage.mongo.documents import CREATED_ON
from common.storage.mongo.leases import MongoLeases
from common.storage.mongo.records import MongoRecords

_EACH = 5  # records of a user
_BATCH = 1_000
_TOLD = 100_000
_SHOW_EVERY = 100_000
_TEXT = base64.b64encode(bytes(60)).decode("ascii")


class Stock:
    """The records of one database."""

    def __init__(self, uri: str, name: str = "bench") -> None:
        self.images = connect(uri, name)
        MongoLeases(self.images).release_stale(TimeWindow(datetime.now(UTC)))  # creates the indexes

    def keep(self, count: int, *, days_old: int = 0) -> list[tuple[str, str]]:
        """Insert small records of new users; return each user with the last record id."""
        kept: deque[tuple[str, str]] = deque(maxlen=_TOLD)
        for first in range(0, count, _BATCH):
            documents = [record(number, days_old=days_old) for number in range(min(_BATCH, count - first))]
            for number, document in enumerate(documents):
                document["user_id"] = documents[number // _EACH * _EACH]["sha256"][:32]
            self.images.insert_many(documents)
            kept.extend((document["user_id"], str(document["_id"])) for document in documents)
            if first and first % _SHOW_EVERY == 0:
                print(f"{first:,} of {count:,} records are there", file=sys.stderr, flush=True)
        return list(kept)

    def forget(self, record_ids: list[str]) -> None:
        """Delete these records."""
        MongoRecords(self.images).delete_many(record_ids)


def record(
    number: int, *, days_old: int = 0, original: str = _TEXT, processed: str = _TEXT
) -> dict[str, Any]:
    """Return a completed record; its number identifies it among the user's."""
    made = datetime.now(UTC) - timedelta(days=days_old, seconds=number)
    return {
        "image_name": f"Picture {number}",
        "created_on": made.strftime(CREATED_ON),
        "status": "ready",
        "slot": number % _EACH,
        "used": number % _EACH + 1,
        "sha256": secrets.token_hex(32),
        "content_type": "image/jpeg",
        "width": 1500,
        "height": 1000,
        "size": len(original) * 3 // 4,
        "original_image_base64": original,
        "processed_image_base64": processed,
        "preview": bytes(60),
    }
