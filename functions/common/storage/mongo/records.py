"""The users' records in MongoDB."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import pymongo
from bson import ObjectId

from common.domain.errors import NotFound, RevisionChanged
from common.domain.models import (
    OBJECT_FIELDS,
    ImageFields,
    ImageRecord,
    PictureDetails,
    RecordList,
    Upload,
)
from common.storage.mongo.connection import Records, driver_errors
from common.storage.mongo.documents import (
    DETAILS,
    FOREGROUND,
    KEPT,
    READY,
    SHOWN,
    Document,
    at_revision,
    created_on,
    owned,
    record_from,
)

# Documents of the original application may have ids of another type, or no user.
_REGULAR = {"_id": {"$type": "objectId"}, "user_id": {"$type": "string"}}
_NEWEST_FIRST = [("created_on", pymongo.DESCENDING), ("_id", pymongo.DESCENDING)]


class MongoRecords:
    """The records in one collection; `common.service.ports.RecordStore` describes the calls."""

    def __init__(self, collection: Records) -> None:
        self._images = collection

    @driver_errors()
    def list(self, user_id: str) -> RecordList:
        """Return the user's records, newest first."""
        mine = {"user_id": user_id, **KEPT}
        documents = tuple(self._images.find(mine, [*SHOWN, "status"], sort=_NEWEST_FIRST))
        ready = (document for document in documents if document.get("status") != "processing")
        return RecordList(len(documents), tuple(map(record_from, ready)))

    @driver_errors()
    def find(self, user_id: str, record_id: str) -> ImageRecord:
        """Return one record, or raise NotFound."""
        return record_from(self._find(user_id, record_id, SHOWN))

    @driver_errors()
    def read(self, user_id: str, record_id: str, names: Sequence[str]) -> tuple[ImageRecord, ImageFields]:
        """Return a record and the named image fields that it has, or raise NotFound."""
        document = self._find(user_id, record_id, (*SHOWN, *names))
        return record_from(document), {name: document[name] for name in names if name in document}

    def _find(self, user_id: str, record_id: str, names: Sequence[str]) -> Document:
        document = self._images.find_one({**owned(user_id, record_id), **READY}, [*names])
        if document is None:
            raise NotFound
        return document

    @driver_errors()
    def find_duplicate(
        self, user_id: str, upload: Upload, names: Sequence[str]
    ) -> tuple[PictureDetails, ImageFields] | None:
        """Return details and image fields of a duplicate at revision 1, if the user has one."""
        to_remove = FOREGROUND if upload.removes_subject else {"$exists": False}
        same = {"user_id": user_id, "sha256": upload.sha256, "to_remove": to_remove, "status": "ready"}
        document = self._images.find_one({**same, **at_revision(1)}, [*DETAILS, *names])
        if document is None:
            return None
        details = PictureDetails(**{name: document[name] for name in DETAILS})
        return details, {name: document[name] for name in names if name in document}

    @driver_errors()
    def rename(self, user_id: str, record_id: str, name: str) -> None:
        """Change a record's name, or raise NotFound."""
        mine = {**owned(user_id, record_id), **READY}
        if not self._images.update_one(mine, {"$set": {"image_name": name}}).matched_count:
            raise NotFound

    @driver_errors()
    def revise(
        self, user_id: str, record_id: str, revision: int, fields: ImageFields, unset: Iterable[str]
    ) -> None:
        """Move a record to its next revision in one write, or raise NotFound or RevisionChanged."""
        mine = {**owned(user_id, record_id), **READY, **at_revision(revision)}
        change = {"$set": {**fields, "revision": revision + 1}, "$unset": dict.fromkeys(unset, "")}
        changes = {operator: values for operator, values in change.items() if values}
        if not self._images.update_one(mine, changes).matched_count:
            self._find(user_id, record_id, ("_id",))
            raise RevisionChanged

    @driver_errors()
    def delete(self, user_id: str, record_id: str, *, now: datetime) -> None:
        """Replace a record by a tombstone, or raise NotFound."""
        mine = owned(user_id, record_id)
        tombstone = {"deleted_by": user_id, "status": "deleted", "deleted_at": now}
        if self._images.replace_one({**mine, **READY}, tombstone).matched_count:
            return
        if self._images.find_one({"_id": mine["_id"], "deleted_by": user_id}, ["_id"]) is None:
            raise NotFound

    @driver_errors()
    def expired(self, before: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Return (user_id, record_id) of older records, oldest first."""
        old = {**_older(before), **_REGULAR}
        found = self._images.find(old, ["user_id"], sort=[("created_on", 1)], limit=limit)
        return [(document["user_id"], str(document["_id"])) for document in found]

    @driver_errors()
    def count_irregular(self, before: datetime) -> int:
        """Return how many older documents `expired` leaves out because their ids have another type."""
        irregular = [{name: {"$not": kind}} for name, kind in _REGULAR.items()]
        return self._images.count_documents({**_older(before), "$or": irregular})

    @driver_errors()
    def delete_many(self, record_ids: Iterable[str]) -> int:
        """Delete these records and return how many there were."""
        ids = [ObjectId(record_id) for record_id in record_ids]
        # The filter spares tombstones of records that users deleted meanwhile.
        return self._images.delete_many({"_id": {"$in": ids}, **READY}).deleted_count

    @driver_errors()
    def named_objects(self, record_ids: Iterable[str]) -> set[str]:
        """Return the names of these records' objects, and the ids of records that are still leases."""
        ids = [ObjectId(record_id) for record_id in record_ids if ObjectId.is_valid(record_id)]
        names = [*OBJECT_FIELDS.values()]
        named = set()
        for document in self._images.find({"_id": {"$in": ids}}, [*names, "status"]):
            named |= {document[name] for name in names if name in document}
            if document.get("status") == "processing":
                named.add(str(document["_id"]))
        return named


def _older(before: datetime) -> Document:
    return {"created_on": {"$lt": created_on(before)}, **READY}
