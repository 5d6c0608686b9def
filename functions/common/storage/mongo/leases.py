"""Leases of slots in MongoDB; a unique index keeps every user within USER_LIMIT, even under races."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from pymongo.errors import (
    ConnectionFailure,
    DuplicateKeyError,
    PyMongoError,
    ServerSelectionTimeoutError,
    WTimeoutError,
)

from common.domain.errors import LimitReached, RemoverTimeout, Unavailable
from common.domain.models import ImageFields, Lease, PictureDetails, TimeWindow, Upload
from common.storage.mongo.connection import Records, driver_errors
from common.storage.mongo.documents import (
    FOREGROUND,
    KEPT,
    SHOWN,
    Document,
    created_on,
    outside,
    owned,
    record_from,
    removes_subject,
    stale,
)
from common.storage.mongo.indexes import INDEXES

_BATCH = 100
_SLOT_FIELDS = ("slot", "claimed_at", "status", "sha256", "to_remove")
_MAY_BE_KEPT = (
    "The service is not available right now. Your picture may have been kept: reload the list before you send"
    " it again."
)


class MongoLeases:
    """The leases in one collection; `common.service.ports.LeaseStore` describes the calls."""

    def __init__(self, collection: Records) -> None:
        self._images = collection
        self._is_indexed = False

    def _ensure_indexes(self) -> None:
        # Creating an existing index changes nothing, so several processes may do it.
        if not self._is_indexed:
            self._images.create_indexes(list(INDEXES))
            self._is_indexed = True

    @driver_errors()
    def acquire(
        self, user_id: str, upload: Upload, *, limit: int, now: datetime, valid: TimeWindow
    ) -> Lease | None:
        """Insert a lease with one of the user's free slots."""
        self._ensure_indexes()
        kept = self._kept(user_id, valid)
        document = {
            "user_id": user_id,
            "image_name": upload.name,
            "created_on": created_on(now),
            "status": "processing",
            "claimed_at": now,
            "sha256": upload.sha256,
            **({"idempotency_key": upload.key} if upload.key else {}),
            **({"to_remove": FOREGROUND} if upload.removes_subject else {}),
        }
        for used, slot in enumerate(_free_slots(kept, limit), len(kept) + 1):
            leased = {**document, "slot": slot, "used": used}
            try:
                self._images.insert_one(leased)
            except DuplicateKeyError:
                if self._is_repeated(user_id, upload):
                    return None
                continue  # another upload of this user took the slot meanwhile
            except PyMongoError:
                with contextlib.suppress(PyMongoError):  # perhaps only the answer was lost
                    self._images.delete_one({"_id": leased["_id"]})
                raise
            return replace(_lease(leased), has_duplicate=_has_duplicate(kept, upload))
        if self._is_repeated(user_id, upload):
            return None
        raise LimitReached

    def _is_repeated(self, user_id: str, upload: Upload) -> bool:
        same = {"user_id": user_id, "idempotency_key": upload.key}
        return bool(upload.key) and self._images.find_one(same, ["_id"]) is not None

    @driver_errors()
    def find_by_key(self, user_id: str, key: str) -> Lease | None:
        """Return the user's upload with this key, if there is one."""
        same = {"user_id": user_id, "idempotency_key": key}
        document = self._images.find_one(same, [*SHOWN, "used", "sha256", "status", "to_remove"])
        return _lease(document) if document else None

    @driver_errors()
    def release_key(self, user_id: str, key: str, valid: TimeWindow) -> bool:
        """Delete the user's lease with this key if it is stale; return false if not."""
        same = {"user_id": user_id, "idempotency_key": key}
        return bool(self._images.delete_one({**same, **stale(valid)}).deleted_count)

    @driver_errors()
    def complete(self, user_id: str, record_id: str, details: PictureDetails, fields: ImageFields) -> None:
        """Turn a lease into a record in one write."""
        leased = {**owned(user_id, record_id), "status": "processing"}
        completed = {"$set": {**asdict(details), **fields, "status": "ready"}, "$unset": {"claimed_at": ""}}
        try:
            is_kept = bool(self._images.update_one(leased, completed).matched_count)
        except ServerSelectionTimeoutError:  # it was never sent
            raise
        except WTimeoutError as error:  # it was written, but not yet to a majority
            raise Unavailable(_MAY_BE_KEPT) from error
        except ConnectionFailure as error:
            with contextlib.suppress(PyMongoError):  # perhaps only the answer was lost
                if self._is_ready(user_id, record_id):
                    return
            raise Unavailable(_MAY_BE_KEPT) from error
        if not is_kept:
            raise RemoverTimeout  # the lease became stale, and another process released it

    def _is_ready(self, user_id: str, record_id: str) -> bool:
        ready = {**owned(user_id, record_id), "status": "ready"}
        return self._images.find_one(ready, ["_id"]) is not None

    @driver_errors()
    def release(self, user_id: str, record_id: str) -> bool:
        """Delete a lease; return false if it has become a record."""
        mine = owned(user_id, record_id)
        released = self._images.delete_one({**mine, "status": "processing"}).deleted_count
        return bool(released) or self._images.find_one(mine, ["_id"]) is None

    @driver_errors()
    def release_stale(self, valid: TimeWindow) -> int:
        """Delete all leases outside of the window in batches, and return how many."""
        self._ensure_indexes()
        # One query for each end of the window, because the index can serve each of them.
        return sum(self._delete_leases({"status": "processing", **dates}) for dates in outside(valid))

    def _delete_leases(self, stale_ones: Document) -> int:
        released = 0
        while found := list(self._images.find(stale_ones, ["_id"], limit=_BATCH)):
            ids = [document["_id"] for document in found]
            # The filter spares leases that were completed meanwhile.
            released += self._images.delete_many({"_id": {"$in": ids}, **stale_ones}).deleted_count
        return released

    def _kept(self, user_id: str, valid: TimeWindow) -> Sequence[Document]:
        """Delete the user's stale leases, and return the remaining leases and records."""
        kept = self._slots(user_id)
        # The driver returns naive times.
        started = (each["claimed_at"].replace(tzinfo=UTC) for each in kept if "claimed_at" in each)
        if all(time in valid for time in started):
            return kept
        self._images.delete_many({"user_id": user_id, **stale(valid)})
        return self._slots(user_id)

    def _slots(self, user_id: str) -> Sequence[Document]:
        return list(self._images.find({"user_id": user_id, **KEPT}, _SLOT_FIELDS))


def _free_slots(kept: Sequence[Document], limit: int) -> Sequence[int]:
    """Return the slots to try.

    Records without a slot (the original application's) and with slots above a lowered limit count too.
    """
    taken = {document.get("slot") for document in kept}
    free = [slot for slot in range(limit) if slot not in taken]
    return free[: max(limit - len(kept), 0)]


def _has_duplicate(kept: Sequence[Document], upload: Upload) -> bool:
    same = ("ready", upload.sha256, upload.removes_subject)
    return any((each.get("status"), each.get("sha256"), removes_subject(each)) == same for each in kept)


def _lease(document: Mapping[str, Any]) -> Lease:
    is_completed = document["status"] == "ready"
    return Lease(
        record_from(document),
        document["used"],
        document["sha256"],
        is_completed,
        removes_subject=removes_subject(document),
    )
