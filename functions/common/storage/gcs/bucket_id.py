"""The random id that bucket and database share: cleanup deletes nothing if their ids differ."""

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
        """Return the id, creating it if the database has none."""


class BucketId:
    """The bucket's copy of the id, in an object of its own."""

    def __init__(self, bucket: storage.Bucket, database: DatabaseId) -> None:
        self._bucket = bucket
        self._database = database

    @driver_errors()
    def establish(self) -> None:
        """Write the database's id to an empty bucket; leave a bucket with objects unchanged."""
        if self._bucket.get_blob(NAME, **RETRIES) is None and self._is_empty():
            with contextlib.suppress(api.PreconditionFailed):  # another process was faster
                self._write(if_generation_match=0)

    @driver_errors()
    def is_shared(self) -> bool:
        """Tell whether bucket and database have the same id; rewrite the object if it is a day old.

        Otherwise the bucket's lifecycle rule, which deletes all old objects, would delete it.
        """
        blob = self._bucket.get_blob(NAME, **RETRIES)
        if blob is None or self._content(blob) != self._database.read():
            return False
        if datetime.now(UTC) - blob.time_created > timeouts.BUCKET_ID_AGE:
            self._write()
        return True

    @driver_errors()
    def adopt(self) -> None:
        """Write the database's id to the bucket, even if it has objects."""
        self._write()

    def _write(self, **condition: int) -> None:
        blob = self._bucket.blob(NAME)
        blob.upload_from_string(self._database.create(), content_type="text/plain", **condition, **RETRIES)

    def _content(self, blob: storage.Blob) -> str:
        return cast(bytes, blob.download_as_bytes(**RETRIES)).decode("ascii", "replace")

    def _is_empty(self) -> bool:
        listed = self._bucket.list_blobs(max_results=1, fields="items(name)", **RETRIES)
        return next(iter(listed), None) is None
