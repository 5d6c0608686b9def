"""The service's image store as a migration needs it: it replaces objects, and compares what it wrote."""

import time
from datetime import datetime
from typing import Any, NamedTuple

from google.api_core import exceptions as api
from google.cloud import storage
from google.cloud.storage.retry import DEFAULT_RETRY

from common.domain.errors import NotFound
from common.domain.models import IMMUTABLE, ImageFields, Images
from common.storage.gcs.client import at_once, checksum, driver_errors
from common.storage.gcs.signer import Signer
from common.storage.gcs.store import BucketImageStore
from common.storage.inline import InlineImageStore
from common.timeouts import ORPHAN_AGE

_CONNECT_SECONDS, _READ_SECONDS = 10, 60


class _Written(NamedTuple):
    size: int
    md5: str
    time_created: datetime  # the bucket's clock


class MigrationStore(BucketImageStore):
    """Keeps images in a bucket in place of whatever has their names; one record at a time.

    What a killed run left may be old enough for the service's cleanup to delete it at any moment, so it is
    never taken for ours. Cleanup deletes the generation that it listed: what has just been written is safe.
    It is overwritten instead of deleted first, because another run may have had a record lead to it by now.
    """

    def __init__(self, bucket: storage.Bucket, *, patience: float) -> None:
        super().__init__(bucket, InlineImageStore(), Signer())
        self._options: dict[str, Any] = {
            "retry": DEFAULT_RETRY.with_timeout(patience),
            "timeout": (min(_CONNECT_SECONDS, patience), _READ_SECONDS),
        }
        self._written: dict[str, _Written] = {}
        self._began = 0.0

    @driver_errors()
    def check(self) -> None:
        """Return where the bucket is there and may be listed; a missing object says nothing about that."""
        next(iter(self._bucket.list_blobs(max_results=1, fields="items(name)", **self._options)), None)

    def save(self, user_id: str, record_id: str, images: Images) -> ImageFields:
        """Write the objects at once, without a preview where there is none."""
        self._written, self._began = {}, time.time()
        fields = super().save(user_id, record_id, images)
        left_out = () if images.preview else self.fields("preview")
        return {name: value for name, value in fields.items() if name not in left_out}

    def _write(self, name: str, content: bytes, content_type: str) -> None:
        if not content:
            return
        blob = self._bucket.blob(name)
        blob.cache_control = IMMUTABLE
        # Written twice, because an answer was lost or another run is at it, the object is the same.
        blob.upload_from_string(content, content_type=content_type, **self._options)
        self._written[name] = _Written(len(content), checksum(content), blob.time_created)

    @driver_errors()
    def holds_what_was_saved(self) -> bool:
        """Tell whether the bucket has what was saved last, all of it too young for cleanup to have looked."""
        # A clock that goes on while the machine sleeps, and half the time, lest the clocks differ.
        is_young = time.time() - self._began < ORPHAN_AGE.total_seconds() / 2
        return is_young and all(at_once(lambda item: self._is_there(*item), self._written.items()))

    def _is_there(self, name: str, written: _Written) -> bool:
        blob = self._bucket.get_blob(name, **self._options)
        if blob is None:
            return False
        return (blob.size, blob.md5_hash) == written[:2] and blob.time_created >= written.time_created

    @driver_errors()
    def stored(self, name: str) -> storage.Blob | None:
        """Return the object of this name as it is now, None where there is none."""
        return self._bucket.get_blob(name, **self._options)

    @driver_errors()
    def content(self, blob: storage.Blob) -> bytes:
        """Return the bytes of this generation of an object, its checksum compared, or raise NotFound."""
        try:
            content: bytes = blob.download_as_bytes(**self._options)
        except api.NotFound:
            raise NotFound from None
        return content
