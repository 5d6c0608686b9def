"""The bucket of a migration, which replaces objects and verifies them."""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from google.api_core import exceptions as api
from google.cloud import storage

from common.domain.errors import NotFound
from common.domain.models import ImageFields, Images, StoredObject, Variant
from common.storage.gcs.bucket_id import DatabaseId
from common.storage.gcs.client import checksum, driver_errors, in_parallel
from common.storage.gcs.signer import Signer
from common.storage.gcs.store import BucketImageStore
from common.storage.inline import InlineImageStore
from common.timeouts import ORPHAN_AGE
from infra.cloud_storage import call_options


class _Written(NamedTuple):
    size: int
    md5: str
    time_created: datetime  # by the bucket's clock


class MigrationStore:
    """The service's image store for one record at a time, which replaces objects of the same name.

    The objects of a killed run may be so old that the service's cleanup deletes them at any moment, so a run
    always writes them again. Cleanup deletes only the generation that it listed, so a new one is safe. A run
    does not delete objects before it writes them, because another run may have made a record name them.
    """

    def __init__(self, bucket: storage.Bucket, database_id: DatabaseId, *, timeout: float) -> None:
        self._bucket = bucket
        self._images = BucketImageStore(
            bucket, InlineImageStore(), Signer(), database_id, upload=self._replace
        )
        self._options = call_options(timeout)
        self._written: dict[str, _Written] = {}
        self._began = 0.0

    @driver_errors()
    def check(self) -> None:
        """Raise an error unless the bucket exists and we may list it."""
        next(iter(self._bucket.list_blobs(max_results=1, fields="items(name)", **self._options)), None)

    def fields(self, variant: Variant) -> Sequence[str]:
        """Return the names of the record's fields for this image."""
        return self._images.fields(variant)

    def save(self, user_id: str, record_id: str, images: Images) -> ImageFields:
        """Write the objects in parallel, without a preview if there is none."""
        self._written, self._began = {}, time.time()
        fields = self._images.save(user_id, record_id, images)
        left_out = () if images.preview else self.fields("preview")
        return {name: value for name, value in fields.items() if name not in left_out}

    def _replace(self, blob: storage.Blob, content: bytes, content_type: str) -> None:
        if not content:
            return
        # Writing again, after a lost answer or in another run, gives the same object.
        blob.upload_from_string(content, content_type=content_type, **self._options)
        self._written[blob.name] = _Written(len(content), checksum(content), blob.time_created)

    @driver_errors()
    def has_saved(self) -> bool:
        """Tell whether the bucket has the objects of the last save, all too young for cleanup."""
        # time.time() also counts while the machine sleeps; half the age, because the bucket's clock may
        # differ.
        is_young = time.time() - self._began < ORPHAN_AGE.total_seconds() / 2
        return is_young and all(in_parallel(lambda item: self._is_there(*item), self._written.items()))

    def _is_there(self, name: str, written: _Written) -> bool:
        blob = self._bucket.get_blob(name, **self._options)
        if blob is None:
            return False
        return (blob.size, blob.md5_hash) == written[:2] and blob.time_created >= written.time_created

    @driver_errors()
    def stored(self, name: str) -> storage.Blob | None:
        """Return the current object of this name, or None."""
        return self._bucket.get_blob(name, **self._options)

    @driver_errors()
    def content(self, blob: storage.Blob) -> bytes:
        """Return the bytes of this generation of an object, verified by checksum, or raise NotFound."""
        try:
            content: bytes = blob.download_as_bytes(**self._options)
        except api.NotFound:
            raise NotFound from None
        return content

    def remove(self, user_id: str, record_id: str) -> None:
        """Delete the objects of a record."""
        self._images.remove([(user_id, record_id)])

    def discard(self, objects: Iterable[StoredObject]) -> None:
        """Delete these generations of objects, and no later ones."""
        self._images.discard(objects)
