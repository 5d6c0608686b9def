"""Keep images as objects of a bucket; records contain the objects' names."""

import logging
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, cast

from google.api_core import exceptions as api
from google.cloud import storage

from common.domain.errors import ApplicationError
from common.domain.models import (
    IMMUTABLE,
    OBJECT_FIELDS,
    EncodedImage,
    ImageFields,
    Images,
    StoredObject,
    Variant,
)
from common.observability.causes import describe
from common.storage.gcs.bucket_id import BucketId, DatabaseId
from common.storage.gcs.client import RETRIES, checksum, driver_errors, in_parallel
from common.storage.gcs.image import BucketImage
from common.storage.gcs.signer import Signer

if TYPE_CHECKING:
    from common.service.ports import ImageStore

_PAGES = 20  # that one cleanup lists
_PAGE_SIZE = 1_000  # objects
# A random part in the names of a revision keeps two attempts from writing the same object.
_OBJECT_NAME = re.compile(r".+/([0-9a-f]{24})/(original|processed|preview)(-\d+-[0-9a-f]{8})?", re.DOTALL)
SIZE_FIELDS: Mapping[Variant, str] = {
    "original": "size",
    "processed": "processed_size",
    "preview": "preview_size",
}

logger = logging.getLogger(__name__)


class BucketImageStore:
    """Keeps images in a bucket, and reads images that are still inline in their records."""

    def __init__(
        self,
        bucket: storage.Bucket,
        inline: "ImageStore",
        signer: Signer,
        database_id: DatabaseId,
        upload: Callable[[storage.Blob, bytes, str], None] | None = None,
    ) -> None:
        self._bucket = bucket
        self._inline = inline
        self._signer = signer
        self._id = BucketId(bucket, database_id)
        self._has_id = False
        self._upload = upload or _upload_new

    def belongs_to_database(self) -> bool:
        """Tell whether bucket and database have the same id."""
        return self._id.is_shared()

    def ensure_fits(self, size: int) -> None:
        """Do nothing: every upload fits into a bucket."""

    @driver_errors()
    def save(self, user_id: str, record_id: str, images: Images) -> ImageFields:
        """Write the three objects in parallel; if this fails, the caller removes those that were written."""
        self._establish_id()
        names = object_names(user_id, record_id)
        objects = (
            (names["original"], images.original, images.content_type),
            (names["processed"], images.processed, "image/png"),
            (names["preview"], images.preview, "image/webp"),
        )
        in_parallel(lambda each: self._write(*each), objects)
        return {
            **{OBJECT_FIELDS[variant]: name for variant, name in names.items()},
            SIZE_FIELDS["processed"]: len(images.processed),
            SIZE_FIELDS["preview"]: len(images.preview),
        }

    @driver_errors()
    def save_revision(self, user_id: str, record_id: str, revision: int, images: Images) -> ImageFields:
        """Write the new cut-out and preview as new objects."""
        suffix = f"-{revision}-{secrets.token_hex(4)}"
        names = {variant: name + suffix for variant, name in object_names(user_id, record_id).items()}
        objects = (
            (names["processed"], images.processed, "image/png"),
            (names["preview"], images.preview, "image/webp"),
        )
        in_parallel(lambda each: self._write(*each), objects)
        return {
            OBJECT_FIELDS["processed"]: names["processed"],
            OBJECT_FIELDS["preview"]: names["preview"],
            SIZE_FIELDS["processed"]: len(images.processed),
            SIZE_FIELDS["preview"]: len(images.preview),
        }

    @driver_errors()
    def delete_revision(self, fields: ImageFields) -> None:
        """Delete the two objects that these fields name."""
        variants: tuple[Variant, ...] = ("processed", "preview")
        names = [str(fields[OBJECT_FIELDS[each]]) for each in variants if OBJECT_FIELDS[each] in fields]
        in_parallel(self._delete, names)

    def _write(self, name: str, content: bytes, content_type: str) -> None:
        blob = self._bucket.blob(name)
        blob.cache_control = IMMUTABLE
        self._upload(blob, content, content_type)

    def _establish_id(self) -> None:
        """Write the id to an empty bucket before the first upload, because cleanup requires it."""
        if self._has_id:
            return
        try:
            self._id.establish()
        except ApplicationError as error:
            logger.warning("the bucket got no id, and the next upload tries again: %s", describe(error))
        else:
            self._has_id = True

    def fields(self, variant: Variant) -> Sequence[str]:
        """Return the names of the record's fields for this image."""
        return (OBJECT_FIELDS[variant], SIZE_FIELDS[variant], *self._inline.fields(variant))

    def load(self, variant: Variant, fields: ImageFields) -> EncodedImage | None:
        """Return the image that these fields describe, without reading it yet."""
        name = fields.get(OBJECT_FIELDS[variant])
        if name is None:
            return self._inline.load(variant, fields)
        size = cast(int, fields[SIZE_FIELDS[variant]])
        return BucketImage(self._bucket.blob(name), size, self._signer)

    @driver_errors()
    def remove(self, records: Iterable[tuple[str, str]]) -> int:
        """Delete the objects of these records and return how many there were."""
        names = chain.from_iterable(in_parallel(self._names, records))
        return sum(in_parallel(self._delete, names))

    def _names(self, record: tuple[str, str]) -> Sequence[str]:
        """Return the names of a record's objects of all revisions."""
        prefix = object_names(*record)["original"].removesuffix("original")
        listed = self._bucket.list_blobs(prefix=prefix, fields="items(name),nextPageToken", **RETRIES)
        return [blob.name for blob in listed]

    @driver_errors()
    def discard(self, objects: Iterable[StoredObject]) -> int:
        """Delete these generations of objects, and return how many there were."""
        return sum(in_parallel(lambda each: self._delete(each.name, each.generation), objects))

    def _delete(self, name: str, generation: int | None = None) -> bool:
        try:
            self._bucket.blob(name).delete(if_generation_match=generation, **RETRIES)
        except (api.NotFound, api.PreconditionFailed):
            return False
        return True

    def old_objects(self, made_before: datetime) -> Iterator[Sequence[StoredObject]]:
        """Yield at most _PAGES pages of old objects, starting at a random name and wrapping around."""
        start = secrets.token_hex(4)
        with driver_errors():
            around = chain(self._pages(start_offset=start), self._pages(end_offset=start))
            for page in islice(around, _PAGES):
                yield [found for blob in page for found in _old_object(blob, made_before)]

    def _pages(self, **offset: str) -> Iterator[Iterable[storage.Blob]]:
        fields = "items(name,generation,timeCreated),nextPageToken"
        listed = self._bucket.list_blobs(fields=fields, page_size=_PAGE_SIZE, **offset, **RETRIES)
        return cast(Iterator[Iterable[storage.Blob]], listed.pages)


def _upload_new(blob: storage.Blob, content: bytes, content_type: str) -> None:
    """Upload an object, or raise PreconditionFailed if another one has its name."""
    try:
        blob.upload_from_string(content, content_type=content_type, if_generation_match=0, **RETRIES)
    except api.PreconditionFailed:
        # A retry fails like this too if only the answer to the first attempt was lost.
        found = blob.bucket.get_blob(blob.name, **RETRIES)
        if found is None or found.md5_hash != checksum(content):
            raise


def object_names(user_id: str, record_id: str) -> Mapping[Variant, str]:
    """Return the names of a record's objects."""
    return {variant: f"{user_id}/{record_id}/{variant}" for variant in OBJECT_FIELDS}


def record_id_of(name: str) -> str | None:
    """Return the record id in an object's name, None if the name is not one of ours."""
    ours = _OBJECT_NAME.fullmatch(name)
    return ours[1] if ours else None


def _old_object(blob: storage.Blob, made_before: datetime) -> Iterator[StoredObject]:
    """Yield the object if it is old and its name is one of ours."""
    record_id = record_id_of(blob.name)
    if record_id and blob.time_created < made_before:
        yield StoredObject(blob.name, record_id, blob.generation)
