"""Move images to the bucket; at every moment a record contains its images or names their objects."""

import base64
from typing import NoReturn

from bson import ObjectId

from common.domain.errors import PictureError
from common.domain.models import ImageFields, Images, Variant
from common.service.ports import PictureCodec
from common.storage.gcs.store import object_names
from common.storage.inline import InlineImageStore
from common.storage.mongo.documents import Document
from infra.errors import Deleted, Skipped
from infra.migrate.records import INLINE_FIELDS, OBJECTS, Conditions, Records, present, same
from infra.migrate.store import MigrationStore

_CHANGED = "it was changed in the meantime; run again"
_UNSURE = "it is not certain that the bucket keeps what was written to it; run again"
_LONGEST_NAME = 1024  # bytes, https://cloud.google.com/storage/docs/objects#naming


class ToBucket:
    """Moves the images of records to the bucket.

    First write the objects and let the record name them, so that cleanup spares them. Then verify the
    objects, and only then drop the images from the record. If a killed run leaves a record with both, move it
    again.
    """

    place = "to the bucket"
    wanted: Conditions = (*present(INLINE_FIELDS), {"original_object": {"$exists": False}})

    def __init__(self, records: Records, store: MigrationStore, codec: PictureCodec) -> None:
        self._records, self._store, self._codec = records, store, codec
        self._inline = InlineImageStore()

    def examine(self, document: Document) -> int:
        """Return the number of bytes to move, or raise Skipped; changes nothing."""
        return _size(self._images(document))

    def move(self, document: Document) -> int:
        """Move the images of a record and return their size in bytes, or raise Skipped or Vanished."""
        images = self._images(document)
        fields = self._store.save(document["user_id"], str(document["_id"]), images)
        self._lead_to(document, fields, images)
        if not self._store.has_saved():
            self._lead_nowhere(document, fields)
            self._give_up(document, _UNSURE)
        inline = [name for name in INLINE_FIELDS if name in document]
        if not self._records.change(document, {**same(document, inline), **fields}, to={}, drop=inline):
            self._lead_nowhere(document, fields)
            self._give_up(document, _CHANGED)
        return _size(images)

    def _lead_to(self, document: Document, fields: ImageFields, images: Images) -> None:
        known = {"size": len(images.original), "content_type": images.content_type}
        guard = {"$or": present(INLINE_FIELDS), **same(document, OBJECTS)}
        if not self._records.change(document, guard, to={**known, **fields}):
            self._give_up(document, _CHANGED)

    def _lead_nowhere(self, document: Document, fields: ImageFields) -> None:
        """Drop the objects' names from the record, which still has its images; cleanup deletes them."""
        guard = {"$or": present(INLINE_FIELDS), **fields}
        self._records.change(document, guard, to={}, drop=fields)

    def _give_up(self, document: Document, reason: str) -> NoReturn:
        try:
            self._records.read(document["_id"], self.wanted, ["_id"])
        except Deleted:
            # The record may have been deleted before the objects were written. Ids are never reused.
            self._store.remove(document["user_id"], str(document["_id"]))
            raise
        raise Skipped(reason)

    def _images(self, document: Document) -> Images:
        _check_names(document)
        original, processed = self._image(document, "original"), self._image(document, "processed")
        made = any(document.get(name) for name in self._inline.fields("preview"))
        preview = self._image(document, "preview") if made else self._preview(processed)
        content_type = document.get("content_type") or self._codec.content_type(original)
        return Images(original, processed, preview, content_type)

    def _image(self, document: Document, variant: Variant) -> bytes:
        kept = [document[name] for name in self._inline.fields(variant) if document.get(name)]
        if len(kept) != 1:
            raise Skipped(f"its {variant} image is {'there twice' if kept else 'missing'}")
        try:
            image = self._inline.load(variant, document)
        except (TypeError, ValueError):
            image = None
        if image is None or not _is_all_of_it(image.content, kept[0]):
            raise Skipped(f"its {variant} image cannot be decoded")
        return image.content

    def _preview(self, processed: bytes) -> bytes:
        """Make a preview for a record of the original application; empty if that fails."""
        try:
            return self._codec.preview(processed)
        except PictureError:
            return b""


def _is_all_of_it(content: bytes, kept: str | bytes) -> bool:
    """Tell whether dropping the field loses nothing, because decoding ignores other characters."""
    text = kept.encode() if isinstance(kept, str) else kept
    return content == kept or base64.b64encode(content) == b"".join(text.split())


def _check_names(document: Document) -> None:
    """Raise Skipped if the service could not find the record, or its objects' names would be invalid."""
    user_id, record_id = document.get("user_id"), document["_id"]
    if not isinstance(record_id, ObjectId) or not isinstance(user_id, str):
        raise Skipped("its ids are not of the kind that the service knows")
    names = object_names(user_id, str(record_id)).values()
    if any(len(name.encode()) > _LONGEST_NAME or "\r" in name or "\n" in name for name in names):
        raise Skipped("its user_id cannot be part of an object's name")


def _size(images: Images) -> int:
    return len(images.original) + len(images.processed) + len(images.preview)
