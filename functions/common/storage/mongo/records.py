"""The records in MongoDB; the database itself, not a count, keeps every user within the limit."""

import contextlib
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from typing import Any

import pymongo
from bson import ObjectId
from bson.errors import InvalidId
from pymongo.collection import Collection
from pymongo.errors import (
    ConnectionFailure,
    DocumentTooLarge,
    DuplicateKeyError,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from common.domain.errors import ImageTooLarge, LimitReached, NotFound, RemoverTimeout, Unavailable
from common.domain.models import (
    OBJECT_FIELDS,
    Claim,
    ImageFields,
    ImageRecord,
    PictureDetails,
    Shelf,
    Span,
    Upload,
)
from common.storage.debts import Debts

CREATED_ON = "%Y-%m-%d %H:%M:%S"
_PING_SECONDS = 2

# A claim is an upload at work; what was deleted is known by its id for a day, so that deleting it once more
# is no error. Documents of the original application have no status and count as ready.
_READY = {"status": {"$nin": ["processing", "deleted"]}}
_KEPT = {"status": {"$ne": "deleted"}}
_DELETED_SECONDS = 24 * 60 * 60
_BATCH = 100
_DETAILS = tuple(field.name for field in fields(PictureDetails))
_SLOT_FIELDS = ("slot", "claimed_at", "status", "sha256")
_SHOWN = ("image_name", "created_on", "content_type", "width", "height", "size")

_INDEXES = (
    # Makes a slot belong to one record: this index is what keeps USER_LIMIT.
    pymongo.IndexModel(
        [("user_id", 1), ("slot", 1)],
        name="slot",
        unique=True,
        partialFilterExpression={"slot": {"$exists": True}},
    ),
    # Makes of two uploads under one key a single one; it also finds it.
    pymongo.IndexModel(
        [("user_id", 1), ("idempotency_key", 1)],
        name="idempotency",
        unique=True,
        partialFilterExpression={"idempotency_key": {"$exists": True}},
    ),
    pymongo.IndexModel(
        [("user_id", 1), ("sha256", 1)], name="twins", partialFilterExpression={"sha256": {"$exists": True}}
    ),
    pymongo.IndexModel([("user_id", 1), ("created_on", -1), ("_id", -1)], name="shelf"),
    pymongo.IndexModel([("created_on", 1)], name="age"),
    pymongo.IndexModel([("deleted_at", 1)], name="deleted", expireAfterSeconds=_DELETED_SECONDS),
    pymongo.IndexModel([("claimed_at", 1)], name="claims", partialFilterExpression={"status": "processing"}),
)

Document = dict[str, Any]


def connect(uri: str, database: str) -> "Collection[Document]":
    """Return the collection of records; the connection is made when it is first used."""
    client: pymongo.MongoClient[Document] = pymongo.MongoClient(
        uri,
        appname="image-background-remover",
        connect=False,
        w="majority",
        journal=True,
        serverSelectionTimeoutMS=5_000,
        connectTimeoutMS=5_000,
        socketTimeoutMS=30_000,
    )
    return client[database]["images"]


@contextlib.contextmanager
def _driver_errors() -> Iterator[None]:
    """Turn the driver's exceptions into ours."""
    try:
        yield
    except DocumentTooLarge as error:
        raise ImageTooLarge from error
    except PyMongoError as error:
        raise Unavailable from error


class MongoRecordStore:
    """Records in one collection; see `common.service.ports.RecordStore` for what each call promises."""

    def __init__(self, collection: "Collection[Document]") -> None:
        self._images = collection
        self._indexed = False
        self._debts = Debts()

    @_driver_errors()
    def ping(self) -> None:
        """Return when the database reads within 2 seconds; one whose disk is full still answers a ping."""
        with pymongo.timeout(_PING_SECONDS):
            self._images.find_one({"_id": None}, ["_id"])

    @_driver_errors()
    def claim(self, user_id: str, upload: Upload, *, limit: int, now: datetime, alive: Span) -> Claim | None:
        """Insert a record that is still processing in a free slot of the user's."""
        self._ensure_indexes()
        kept = self._kept(user_id, alive)
        record = {
            "user_id": user_id,
            "image_name": upload.name,
            "created_on": now.strftime(CREATED_ON),
            "status": "processing",
            "claimed_at": now,
            "sha256": upload.sha256,
            **({"idempotency_key": upload.key} if upload.key else {}),
        }
        for used_now, slot in enumerate(_free_slots(kept, limit), len(kept) + 1):
            claimed = {**record, "slot": slot, "used": used_now}
            try:
                self._images.insert_one(claimed)
            except DuplicateKeyError:
                if self._is_repeated(user_id, upload):
                    return None
                continue  # another upload of this user's took it since we looked
            except PyMongoError:  # it may be there all the same, and nobody is going to fill it
                self._debts.owe(functools.partial(self._images.delete_one, {"_id": claimed["_id"]}))
                raise
            has_twin = any(
                (each.get("status"), each.get("sha256")) == ("ready", upload.sha256) for each in kept
            )
            return replace(_claim(claimed), has_twin=has_twin)
        if self._is_repeated(user_id, upload):
            return None
        raise LimitReached

    def _is_repeated(self, user_id: str, upload: Upload) -> bool:
        same = {"user_id": user_id, "idempotency_key": upload.key}
        return bool(upload.key) and self._images.find_one(same, ["_id"]) is not None

    @_driver_errors()
    def claim_of(self, user_id: str, key: str) -> Claim | None:
        """Return the user's upload under this key, where there is one."""
        named = {"user_id": user_id, "idempotency_key": key}
        document = self._images.find_one(named, [*_SHOWN, "used", "sha256", "status"])
        if document and document["status"] == "ready" and not self._promise(document["_id"]):
            return None
        return _claim(document) if document else None

    def _promise(self, record_id: ObjectId) -> bool:
        """Keep a record even if who filled it believes that this failed; false where it is gone."""
        ready = {"_id": record_id, "status": "ready"}
        return bool(self._images.update_one(ready, {"$set": {"promised": True}}).matched_count)

    @_driver_errors()
    def release_key(self, user_id: str, key: str, alive: Span) -> None:
        """Delete the user's claim under this key where it is not alive."""
        self._images.delete_one({"user_id": user_id, "idempotency_key": key, **_stale(alive)})

    @_driver_errors()
    def twin(self, user_id: str, sha256: str) -> tuple[ImageRecord, PictureDetails] | None:
        """Return a record of the user's with this very picture, where there is one."""
        same = {"user_id": user_id, "sha256": sha256, "status": "ready"}
        document = self._images.find_one(same, [*_SHOWN, "sha256"])
        if document is None:
            return None
        return _record(document), PictureDetails(**{name: document[name] for name in _DETAILS})

    @_driver_errors()
    def complete(self, user_id: str, record_id: str, details: PictureDetails, fields: ImageFields) -> None:
        """Turn a claim into a record in one write."""
        claimed = {**_mine(user_id, record_id), "status": "processing"}
        filled = {"$set": {**asdict(details), **fields, "status": "ready"}, "$unset": {"claimed_at": ""}}
        try:
            is_kept = self._images.update_one(claimed, filled).matched_count > 0
        except ServerSelectionTimeoutError:
            raise
        except ConnectionFailure:  # of which only the answer may be lost
            if not self._is_ready(user_id, record_id):
                raise
            is_kept = True
        if not is_kept:
            raise RemoverTimeout  # the claim was taken for one of a dead process and released

    def _is_ready(self, user_id: str, record_id: str) -> bool:
        ready = {**_mine(user_id, record_id), "status": "ready"}
        return self._images.find_one(ready, ["_id"]) is not None

    @_driver_errors()
    def release(self, user_id: str, record_id: str) -> bool:
        """Delete a claim, or the record that a lost answer has made of it; false where it was promised."""
        mine = _mine(user_id, record_id)
        deleted = self._images.delete_one({**mine, "promised": {"$exists": False}}).deleted_count
        return bool(deleted) or self._images.find_one(mine, ["_id"]) is None

    @_driver_errors()
    def shelf(self, user_id: str) -> Shelf:
        """Return what the user keeps, newest first."""
        self._ensure_indexes()
        newest_first = [("created_on", pymongo.DESCENDING), ("_id", pymongo.DESCENDING)]
        documents = list(
            self._images.find({"user_id": user_id, **_KEPT}, [*_SHOWN, "status"], sort=newest_first)
        )
        ready = (document for document in documents if document.get("status") != "processing")
        return Shelf(len(documents), tuple(map(_record, ready)))

    @_driver_errors()
    def find(self, user_id: str, record_id: str) -> ImageRecord:
        """Return one record, or raise NotFound."""
        return _record(self._one(user_id, record_id, _SHOWN))

    @_driver_errors()
    def image_fields(self, user_id: str, record_id: str, names: Sequence[str]) -> ImageFields:
        """Return those of the named image fields that the record has, or raise NotFound."""
        return self._one(user_id, record_id, names)

    @_driver_errors()
    def rename(self, user_id: str, record_id: str, name: str) -> None:
        """Change a record's name, or raise NotFound."""
        mine = {**_mine(user_id, record_id), **_READY}
        if not self._images.update_one(mine, {"$set": {"image_name": name}}).matched_count:
            raise NotFound

    @_driver_errors()
    def delete(self, user_id: str, record_id: str, *, now: datetime) -> None:
        """Leave nothing of a record but that it was deleted, or raise NotFound."""
        finished = {**_mine(user_id, record_id), "status": {"$ne": "processing"}}
        deleted = {"user_id": user_id, "status": "deleted", "deleted_at": now}
        if not self._images.replace_one(finished, deleted).matched_count:
            raise NotFound

    @_driver_errors()
    def release_claims(self, alive: Span) -> int:
        """Delete every claim that is not alive, batch by batch, and return how many."""
        self._ensure_indexes()
        # Not all in one query: the index on the date serves either.
        return sum(self._delete_claims({"status": "processing", **dates}) for dates in _other_dates(alive))

    def _delete_claims(self, stale: Document) -> int:
        released = 0
        while found := list(self._images.find(stale, ["_id"], limit=_BATCH)):
            ids = [document["_id"] for document in found]
            # One that has become a record since then is none any more.
            released += self._images.delete_many({"_id": {"$in": ids}, **stale}).deleted_count
        return released

    @_driver_errors()
    def expired(self, before: datetime, most: int) -> Sequence[tuple[str, str]]:
        """Return (user_id, record_id) of records made before then, oldest first."""
        old = {"created_on": {"$lt": before.strftime(CREATED_ON)}, **_READY}
        found = self._images.find(old, ["user_id"], sort=[("created_on", 1)], limit=most)
        return [(document["user_id"], str(document["_id"])) for document in found]

    @_driver_errors()
    def delete_many(self, record_ids: Iterable[str]) -> int:
        """Delete these records and return how many there were."""
        ids = [ObjectId(record_id) for record_id in record_ids]
        # What its user has deleted meanwhile stays known as that.
        return self._images.delete_many({"_id": {"$in": ids}, **_READY}).deleted_count

    @_driver_errors()
    def named_objects(self, record_ids: Iterable[str]) -> "set[str]":
        """Return the names of the objects that these records lead to, and the ids of those still at work."""
        ids = [ObjectId(record_id) for record_id in record_ids if ObjectId.is_valid(record_id)]
        names = list(OBJECT_FIELDS.values())
        named = set()
        for document in self._images.find({"_id": {"$in": ids}}, [*names, "status"]):
            named |= {document[name] for name in names if name in document}
            if document.get("status") == "processing":
                named.add(str(document["_id"]))
        return named

    def _one(self, user_id: str, record_id: str, names: Sequence[str]) -> Document:
        document = self._images.find_one({**_mine(user_id, record_id), **_READY}, list(names))
        if document is None:
            raise NotFound
        return document

    def _ensure_indexes(self) -> None:
        # Asking for an index that is there is free of effect, so several processes may do it at once.
        if not self._indexed:
            self._images.create_indexes(list(_INDEXES))
            self._indexed = True

    def _kept(self, user_id: str, alive: Span) -> Sequence[Document]:
        """Return the user's records and claims, once what dead processes have left is deleted."""
        kept = self._slots(user_id)
        # The driver leaves out that a time is in UTC.
        claimed = (each["claimed_at"].replace(tzinfo=UTC) for each in kept if "claimed_at" in each)
        if all(time in alive for time in claimed):
            return kept
        self._images.delete_many({"user_id": user_id, **_stale(alive)})
        return self._slots(user_id)

    def _slots(self, user_id: str) -> Sequence[Document]:
        return list(self._images.find({"user_id": user_id, **_KEPT}, _SLOT_FIELDS))


def _free_slots(kept: Sequence[Document], limit: int) -> Sequence[int]:
    """Return the slots to try.

    Records without a slot (the original application's) or beyond the limit (a higher one's) count too.
    """
    taken = {document.get("slot") for document in kept}
    free = [slot for slot in range(limit) if slot not in taken]
    return free[: max(limit - len(kept), 0)]


def _stale(alive: Span) -> Document:
    return {"status": "processing", "$or": _other_dates(alive)}


def _other_dates(alive: Span) -> Sequence[Document]:
    return [{"claimed_at": {"$lt": alive.since}}, {"claimed_at": {"$gt": alive.until}}]


def _mine(user_id: str, record_id: str) -> Document:
    try:
        return {"_id": ObjectId(record_id), "user_id": user_id}
    except InvalidId:
        raise NotFound from None


def _claim(document: Mapping[str, Any]) -> Claim:
    is_filled = document["status"] == "ready"
    return Claim(_record(document), document["used"], document["sha256"], is_filled)


def _record(document: Mapping[str, Any]) -> ImageRecord:
    shown = {name: document[name] for name in _SHOWN if name in document}
    return ImageRecord(record_id=str(document["_id"]), **{"image_name": "", "created_on": "", **shown})
