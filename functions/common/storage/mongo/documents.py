"""The documents of the collection: their states and fields, and filters for them.

A lease is a document whose status is `processing`, a record is `ready`, and a tombstone (`deleted`) remembers
for a day that a record was deleted. A tombstone has `deleted_by` in place of `user_id`, so no query for the
documents of a user reads it. The original application's documents have no status and count as ready.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from bson import ObjectId
from bson.errors import InvalidId

from common.domain.errors import NotFound
from common.domain.models import ImageRecord, PictureDetails, TimeWindow

Document = dict[str, Any]

CREATED_ON = "%Y-%m-%d %H:%M:%S"
READY: Mapping[str, object] = {"status": {"$nin": ["processing", "deleted"]}}
KEPT: Mapping[str, object] = {"status": {"$ne": "deleted"}}
DETAILS = tuple(field.name for field in fields(PictureDetails))
FOREGROUND = "foreground"  # to_remove has this value if the subject is removed, and is missing otherwise
SHOWN = ("image_name", "created_on", "content_type", "width", "height", "size", "revision")


def owned(user_id: str, record_id: str) -> Document:
    """Return the filter for one document of a user, or raise NotFound."""
    try:
        return {"_id": ObjectId(record_id), "user_id": user_id}
    except InvalidId:
        raise NotFound from None


def removes_subject(document: Mapping[str, Any]) -> bool:
    """Tell whether the document's cut-out is the background, without the subject."""
    return document.get("to_remove") == FOREGROUND


def at_revision(revision: int) -> Document:
    """Return the filter for a revision; a document without one is at revision 1."""
    return {"revision": {"$in": [1, None]} if revision == 1 else revision}


def stale(valid: TimeWindow) -> Document:
    """Return the filter for leases outside of the window."""
    return {"status": "processing", "$or": outside(valid)}


def outside(valid: TimeWindow) -> list[Document]:
    """Return two conditions; a lease outside of the window meets one of them."""
    return [{"claimed_at": {"$lt": valid.since}}, {"claimed_at": {"$gt": valid.until}}]


def created_on(time: datetime) -> str:
    """Return a time in the format of stored records."""
    return time.strftime(CREATED_ON)


def record_from(document: Mapping[str, Any]) -> ImageRecord:
    """Return the record that a document describes."""
    shown = {name: document[name] for name in SHOWN if name in document}
    return ImageRecord(record_id=str(document["_id"]), **{"image_name": "", "created_on": "", **shown})
