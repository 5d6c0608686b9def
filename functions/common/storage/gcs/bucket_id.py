"""The random id that a bucket shares with its database: cleanup deletes nothing unless both are the same."""

import contextlib
from datetime import UTC, datetime
from typing import Protocol, cast

from google.api_core import exceptions as api
from google.cloud import storage

from common import timeouts
from common.storage.gcs.client import RETRIES, driver_errors

NAME = "bucket-id"  # no image has such a name


class DatabaseId(Protocol):
    """The database's copy of the id."""

    def read(self) -> str | None:
        """Return the id, None if the database has none."""

    def create(self) -> str:
        """Return the id, a new one if the database has none."""


class BucketId:
    """The bucket's copy of the id, in an object of its own."""

    def __init__(self, bucket: storage.Bucket, database: DatabaseId) -> None:
        self._bucket = bucket
        self._database = database

    @driver_errors()
    def establish(self) -> None:
        """Give an empty bucket the id of the database; one with objects keeps what it has, or has not."""
        if self._bucket.get_blob(NAME, **RETRIES) is None and self._is_empty():
            with contextlib.suppress(api.PreconditionFailed):  # another process was faster
                self._write(if_generation_match=0)

    @driver_errors()
    def is_shared(self) -> bool:
        """Tell whether bucket and database have the same id; renew an object that is a day old.

        The lifecycle rule of the bucket deletes old objects, whatever they are.
        """
        blob = self._bucket.get_blob(NAME, **RETRIES)
        if blob is None or self._content(blob) != self._database.read():
            return False
        if datetime.now(UTC) - blob.time_created > timeouts.BUCKET_ID_AGE:
            self._write()
        return True

    @driver_errors()
    def adopt(self) -> None:
        """Give the bucket the id of the database, whatever is in it."""
        self._write()

    def _write(self, **condition: int) -> None:
        blob = self._bucket.blob(NAME)
        blob.upload_from_string(self._database.create(), content_type="text/plain", **condition, **RETRIES)

    def _content(self, blob: storage.Blob) -> str:
        return cast(bytes, blob.download_as_bytes(**RETRIES)).decode("ascii", "replace")

    def _is_empty(self) -> bool:
        listed = self._bucket.list_blobs(max_results=1, fields="items(name)", **RETRIES)
        return next(iter(listed), None) is None
