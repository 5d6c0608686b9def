"""The random id that bucket and database share."""

import contextlib
import secrets
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from common.storage.mongo.connection import driver_errors

_ONE = {"_id": "bucket"}


class MongoDatabaseId:
    """The id in a collection of its own; `common.storage.gcs.bucket_id.DatabaseId` describes the calls."""

    def __init__(self, database: "Database[dict[str, Any]]") -> None:
        self._identity = database["identity"]

    @driver_errors()
    def read(self) -> str | None:
        """Return the id, None if the database has none."""
        document = self._identity.find_one(_ONE)
        return str(document["id"]) if document else None

    def create(self) -> str:
        """Return the id, creating it if the database has none."""
        return self.read() or self._insert()

    @driver_errors()
    def _insert(self) -> str:
        new = secrets.token_hex(16)
        with contextlib.suppress(DuplicateKeyError):  # another process was faster
            self._identity.insert_one({**_ONE, "id": new})
            return new
        return str((self._identity.find_one(_ONE) or {})["id"])
