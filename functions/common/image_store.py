"""Where the encoded images are kept: inline, as fields of the record, in the original's schema."""

import base64
from collections.abc import Sequence

from common.errors import ImageTooLarge
from common.models import ImageFields, Images, Variant

# MongoDB's limit on one document, less room for the other fields.
# https://www.mongodb.com/docs/manual/reference/limits/#mongodb-limit-BSON-Document-Size
DOCUMENT_BYTES = 16 * 1024 * 1024 - 64 * 1024

_FIELDS: dict[Variant, str] = {
    "original": "original_image_base64",
    "processed": "processed_image_base64",
    "preview": "preview",
}


class InlineImageStore:
    """Keeps original and cut-out as base64 text and the preview as binary, all in the record itself."""

    def ensure_fits(self, size: int) -> None:
        """Raise ImageTooLarge where an original of `size` bytes cannot be kept."""
        if _encoded_size(size) > DOCUMENT_BYTES:
            raise _too_large("The picture", _encoded_size(size))

    def save(self, user_id: str, record_id: str, images: Images) -> ImageFields:
        """Return the images as the fields of their record, or raise ImageTooLarge."""
        total = sum(_encoded_size(len(i)) for i in (images.original, images.processed)) + len(images.preview)
        if total > DOCUMENT_BYTES:
            raise _too_large("The picture and its cut-out", total)
        return {
            "original_image_base64": base64.b64encode(images.original).decode("ascii"),
            "processed_image_base64": base64.b64encode(images.processed).decode("ascii"),
            "preview": images.preview,
        }

    def fields(self, variant: Variant) -> Sequence[str]:
        """Return the names of the record's fields that lead to this image."""
        return (_FIELDS[variant],)

    def load(self, variant: Variant, fields: ImageFields) -> bytes | None:
        """Return the image in these fields, None where there is none."""
        value = fields.get(_FIELDS[variant])
        if variant == "preview" and isinstance(value, bytes):
            return value
        return None if value is None else _decode(value)

    def remove(self, user_id: str, record_id: str) -> int:
        """Do nothing: inline images go with their record."""
        return 0


def _encoded_size(size: int) -> int:
    return (size + 2) // 3 * 4


def _too_large(what: str, size: int) -> ImageTooLarge:
    return ImageTooLarge(
        f"{what} would take {size / 1e6:.0f} MB in the database, which keeps at most"
        f" {DOCUMENT_BYTES / 1e6:.0f} MB a picture. Send a smaller one; keeping images in a bucket"
        " (IMAGE_BUCKET) lifts this limit."
    )


def _decode(value: object) -> bytes:
    if not isinstance(value, str | bytes):
        raise TypeError(f"an inline image is {type(value).__name__}, not base64 text")
    return base64.b64decode(value)
