"""Keep images inline, as fields of their record, in the original application's schema."""

import base64
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from common.domain.errors import ImageTooLarge
from common.domain.models import ImageFields, Images, InMemoryImage, StoredObject, Variant

# MongoDB's limit on a document, minus room for the other fields.
# https://www.mongodb.com/docs/manual/reference/limits/#mongodb-limit-BSON-Document-Size
DOCUMENT_BYTES = 16 * 1024 * 1024 - 64 * 1024

# Base64 as the original application wrote it, or binary if base64 would be too long.
_FIELDS: dict[Variant, tuple[str, ...]] = {
    "original": ("original_image_base64", "original_image"),
    "processed": ("processed_image_base64", "processed_image"),
    "preview": ("preview",),
}


class InlineImageStore:
    """Keeps images in their record: as base64 if that fits, else as binary, which takes a quarter less."""

    def belongs_to_database(self) -> bool:
        """Return True, because inline images are in the database."""
        return True

    def ensure_fits(self, size: int) -> None:
        """Raise ImageTooLarge if an original of `size` bytes cannot be kept."""
        if size > DOCUMENT_BYTES:
            raise _too_large("The picture takes", size)

    def save(self, user_id: str, record_id: str, images: Images) -> ImageFields:
        """Return the record's fields with the images, or raise ImageTooLarge."""
        total = len(images.original) + len(images.processed) + len(images.preview)
        if total > DOCUMENT_BYTES:
            raise _too_large("The picture and its cut-out take", total)
        original, processed = base64.b64encode(images.original), base64.b64encode(images.processed)
        if len(original) + len(processed) + len(images.preview) > DOCUMENT_BYTES:
            return {
                "original_image": images.original,
                "processed_image": images.processed,
                "preview": images.preview,
            }
        return {
            "original_image_base64": original.decode("ascii"),
            "processed_image_base64": processed.decode("ascii"),
            "preview": images.preview,
        }

    def save_revision(self, user_id: str, record_id: str, revision: int, images: Images) -> ImageFields:
        """Return the fields of all images, because a larger cut-out may change the original's encoding."""
        return self.save(user_id, record_id, images)

    def delete_revision(self, fields: ImageFields) -> None:
        """Do nothing: the write that sets the new images replaces the old ones."""

    def fields(self, variant: Variant) -> Sequence[str]:
        """Return the names of the record's fields for this image."""
        return _FIELDS[variant]

    def load(self, variant: Variant, fields: ImageFields) -> InMemoryImage | None:
        """Return the image in these fields, None if there is none."""
        for name in _FIELDS[variant]:
            if (value := fields.get(name)) is not None:
                return InMemoryImage(_decode(value, is_text=name.endswith("_base64")))
        return None

    def remove(self, records: Iterable[tuple[str, str]]) -> int:
        """Do nothing: inline images are deleted with their record."""
        return 0

    def old_objects(self, made_before: datetime) -> Iterator[Sequence[StoredObject]]:
        """Yield nothing: there are no objects."""
        yield from ()

    def discard(self, objects: Iterable[StoredObject]) -> int:
        """Do nothing: there are no objects."""
        return 0


def _too_large(what: str, size: int) -> ImageTooLarge:
    return ImageTooLarge(
        f"{what} {size / 1e6:.0f} MB, and the database keeps at most {DOCUMENT_BYTES / 1e6:.0f} MB a record."
        " Send a smaller one; keeping images in a bucket (IMAGE_BUCKET) lifts this limit."
    )


def _decode(value: object, *, is_text: bool) -> bytes:
    if not isinstance(value, str | bytes):
        raise TypeError(f"an inline image is of type {type(value).__name__}")
    return base64.b64decode(value) if is_text or isinstance(value, str) else value
