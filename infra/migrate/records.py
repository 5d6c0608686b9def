"""The records of a migration: list them, read them, and change one only if it has not changed since."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from pymongo import ReadPreference
from pymongo.collection import Collection

from common.domain.models import OBJECT_FIELDS
from common.storage.gcs.store import SIZE_FIELDS
from common.storage.inline import InlineImageStore
from common.storage.mongo.documents import KEPT, READY, Document
from infra.errors import Deleted, Vanished

Conditions = Sequence[Mapping[str, object]]

INLINE_FIELDS = tuple(chain.from_iterable(map(InlineImageStore().fields, OBJECT_FIELDS)))
OBJECTS = tuple(OBJECT_FIELDS.values())

_NEEDED = ("user_id", "content_type", *SIZE_FIELDS.values(), *INLINE_FIELDS, *OBJECTS)


class Records:
    """The collection of records without the leases, which the service completes itself."""

    def __init__(self, images: "Collection[Document]") -> None:
        # A secondary may not have a new record yet, which must not count as deleted.
        self._images = images.with_options(read_preference=ReadPreference.PRIMARY)

    def ids(self, wanted: Conditions) -> Sequence[Any]:
        """Return the ids of the records that meet one of the conditions, in ascending order."""
        found = self._images.find({"$or": wanted, **READY}, ["_id"], sort=[("_id", 1)])
        return [document["_id"] for document in found]

    def read(self, record_id: Any, wanted: Conditions, fields: Sequence[str] = _NEEDED) -> Document:
        """Return these fields of a record that meets one of the conditions, or raise Vanished."""
        document = self._images.find_one({"_id": record_id, "$or": wanted, **READY}, list(fields))
        if document is None:
            raise Vanished if self._images.find_one({"_id": record_id, **KEPT}, ["_id"]) else Deleted
        return document

    def change(self, document: Document, guard: Document, *, to: Document, drop: Iterable[str] = ()) -> bool:
        """Change the record in one write if it passes the guard; return whether it did."""
        mine = {"_id": document["_id"], "user_id": document["user_id"], **READY, **guard}
        change = {"$set": to, "$unset": dict.fromkeys(drop, "")}
        return bool(self._images.update_one(mine, {k: v for k, v in change.items() if v}).matched_count)


def present(names: Iterable[str]) -> Conditions:
    """Return a condition for each of these fields, that the record has it."""
    return [{name: {"$exists": True}} for name in names]


def same(document: Document, names: Iterable[str]) -> Document:
    """Return a guard: these fields have the values in the document, or are missing as there."""
    return {n: {"$eq": document[n]} if n in document else {"$exists": False} for n in names}
