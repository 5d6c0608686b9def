"""API keys in MongoDB; a guarded update keeps each key within its limits, even under races."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pymongo
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from common.domain.quotas import ApiKey, Usage, Windows
from common.storage.mongo.connection import driver_errors

Document = dict[str, Any]

# Unique name of an active key; revoking a key frees its name.
_NAMES = pymongo.IndexModel(
    [("active_name", 1)], name="name", unique=True, partialFilterExpression={"active_name": {"$exists": True}}
)


class MongoApiKeyStore:
    """Keys in one collection, with the SHA-256 of the key as id."""

    def __init__(self, collection: "Collection[Document]") -> None:
        self._keys = collection

    @driver_errors()
    def add(self, sha256: str, key: ApiKey) -> bool:
        """Store a new key; return false if its name is in use."""
        self._keys.create_indexes([_NAMES])
        document = {
            "_id": sha256,
            "name": key.name,
            "active_name": key.name,
            "created_at": key.created_at,
            "per_minute": key.per_minute,
            "per_month": key.per_month,
            **{"minute": 0, "minute_used": 0, "month": 0, "month_used": 0},
        }
        try:
            self._keys.insert_one(document)
        except DuplicateKeyError:
            return False
        return True

    @driver_errors()
    def all(self, windows: Windows) -> Sequence[ApiKey]:
        """Return all keys, oldest first, with their calls of this month."""
        return [_key(document, windows) for document in self._keys.find(sort=[("created_at", 1)])]

    @driver_errors()
    def revoke(self, name: str, now: datetime) -> bool:
        """Make a key invalid from now on; false if no valid key has this name."""
        change = {"$set": {"revoked_at": now}, "$unset": {"active_name": ""}}
        return bool(self._keys.update_one({"active_name": name}, change).matched_count)

    @driver_errors()
    def usage(self, sha256: str, windows: Windows) -> Usage | None:
        """Return the usage of a valid key, None for any other key."""
        document = self._keys.find_one({"_id": sha256, "revoked_at": {"$exists": False}})
        return _usage(document, windows) if document else None

    @driver_errors()
    def count(self, sha256: str, usage: Usage) -> bool:
        """Count a call; return false if the key has reached a limit or is revoked.

        The first call in a window opens it. A process whose clock is behind counts in the open window.
        """
        windows = usage.windows
        valid = {"_id": sha256, "revoked_at": {"$exists": False}}
        for name, number in (("minute", windows.minute), ("month", windows.month)):
            opened = {"$set": {name: number, f"{name}_used": 0}}
            self._keys.update_one({**valid, name: {"$lt": number}}, opened)
        unused = {
            f"{name}_used": {"$lt": limit}
            for name, limit in (("minute", usage.per_minute), ("month", usage.per_month))
            if limit is not None
        }
        counted = {"$inc": {"minute_used": 1, "month_used": 1}}
        return bool(self._keys.update_one({**valid, **unused}, counted).matched_count)

    @driver_errors()
    def refund(self, sha256: str, windows: Windows) -> None:
        """Uncount a call of these windows, unless they are over."""
        for name, number in (("minute", windows.minute), ("month", windows.month)):
            counted = {"_id": sha256, name: number, f"{name}_used": {"$gt": 0}}
            self._keys.update_one(counted, {"$inc": {f"{name}_used": -1}})


def _key(document: Document, windows: Windows) -> ApiKey:
    return ApiKey(
        name=document["name"],
        created_at=_utc(document["created_at"]),
        per_minute=document["per_minute"],
        per_month=document["per_month"],
        used_this_month=_usage(document, windows).used_this_month,
        revoked_at=_utc(document["revoked_at"]) if "revoked_at" in document else None,
    )


def _usage(document: Document, windows: Windows) -> Usage:
    return Usage(
        windows=windows,
        per_minute=document["per_minute"],
        per_month=document["per_month"],
        used_this_minute=document["minute_used"] if document["minute"] >= windows.minute else 0,
        used_this_month=document["month_used"] if document["month"] >= windows.month else 0,
    )


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)  # the driver returns naive times
