"""The indexes of the collection; MongoDB cannot rename one, so they keep the names of existing databases."""

import pymongo

from common.timeouts import TOMBSTONE_TTL

_TOMBSTONE_SECONDS = int(TOMBSTONE_TTL.total_seconds())

INDEXES = (
    # Unique per user and slot, which enforces USER_LIMIT.
    pymongo.IndexModel(
        [("user_id", 1), ("slot", 1)],
        name="slot",
        unique=True,
        partialFilterExpression={"slot": {"$exists": True}},
    ),
    # Unique per user and idempotency key; also serves the lookup by key.
    pymongo.IndexModel(
        [("user_id", 1), ("idempotency_key", 1)],
        name="idempotency",
        unique=True,
        partialFilterExpression={"idempotency_key": {"$exists": True}},
    ),
    # Duplicates: records of the same picture.
    pymongo.IndexModel(
        [("user_id", 1), ("sha256", 1)], name="twins", partialFilterExpression={"sha256": {"$exists": True}}
    ),
    # A user's list of records.
    pymongo.IndexModel([("user_id", 1), ("created_on", -1), ("_id", -1)], name="shelf"),
    # Expired records.
    pymongo.IndexModel([("created_on", 1)], name="age"),
    # Tombstones; the database deletes them itself.
    pymongo.IndexModel([("deleted_at", 1)], name="deleted", expireAfterSeconds=_TOMBSTONE_SECONDS),
    # Stale leases.
    pymongo.IndexModel([("claimed_at", 1)], name="claims", partialFilterExpression={"status": "processing"}),
)
