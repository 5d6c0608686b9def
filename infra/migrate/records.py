"""The records in the database: which are to be moved, and changing one only while it is as it was read."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from pymongo import ReadPreference
from pymongo.collection import Collection

from common.domain.models import OBJECT_FIELDS
from common.storage.inline import InlineImageStore
from infra.migrate.errors import Deleted, Gone

Document = dict[str, Any]
Conditions = Sequence[Mapping[str, object]]

INLINE_FIELDS = tuple(chain.from_iterable(map(InlineImageStore().fields, OBJECT_FIELDS)))
OBJECTS = tuple(OBJECT_FIELDS.values())

_SIZES = ("size", "processed_size", "preview_size")
_READ = ("user_id", "content_type", *_SIZES, *INLINE_FIELDS, *OBJECTS)
# A lease is a running upload, which puts its images where the service keeps new ones.
_READY = {"status": {"$nin": ["processing", "deleted"]}}
_KEPT = {"status": {"$ne": "deleted"}}


class Records:
    """The collection of records."""

    def __init__(self, images: "Collection[Document]") -> None:
        # What one member of a replica set has not heard of yet must not pass for deleted.
        self._images = images.with_options(read_preference=ReadPreference.PRIMARY)

    def ids(self, wanted: Conditions) -> Sequence[Any]:
        """Return the ids of the finished records that meet one of the conditions, in ascending order."""
        found = self._images.find({"$or": wanted, **_READY}, ["_id"], sort=[("_id", 1)])
        return [document["_id"] for document in found]

    def read(self, record_id: Any, wanted: Conditions, fields: Sequence[str] = _READ) -> Document:
        """Return what a move needs of a record that meets one of the conditions, or raise Gone."""
        document = self._images.find_one({"_id": record_id, "$or": wanted, **_READY}, list(fields))
        if document is None:
            raise Gone if self._images.find_one({"_id": record_id, **_KEPT}, ["_id"]) else Deleted
        return document

    def change(self, document: Document, guard: Document, *, to: Document, drop: Iterable[str] = ()) -> bool:
        """Change the record in one write where it passes the guard; tell whether it did."""
        mine = {"_id": document["_id"], "user_id": document["user_id"], **_READY, **guard}
        change = {"$set": to, "$unset": dict.fromkeys(drop, "")}
        return bool(self._images.update_one(mine, {k: v for k, v in change.items() if v}).matched_count)


def present(names: Iterable[str]) -> Conditions:
    """Return the conditions that a record has one of these fields."""
    return [{name: {"$exists": True}} for name in names]


def same(document: Document, names: Iterable[str]) -> Document:
    """Return the guard that these fields are as they were read, there or not."""
    return {n: {"$eq": document[n]} if n in document else {"$exists": False} for n in names}
