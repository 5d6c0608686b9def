"""What the use cases ask of the outside world; the adapters fill these protocols without naming them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from common.domain.models import (
    Claim,
    EncodedImage,
    ImageFields,
    ImageRecord,
    Images,
    PictureDetails,
    Shelf,
    Span,
    StoredObject,
    Upload,
    Variant,
)
from common.domain.pictures import CutOut, Matte, View, ViewSpec


class RecordStore(Protocol):
    """Keeps the records; every call that names a user touches that user's records only.

    Every method raises Unavailable when the database does not answer.
    """

    def ping(self) -> None:
        """Return when the database answers within 2 seconds."""

    def claim(self, user_id: str, upload: Upload, *, limit: int, now: datetime, alive: Span) -> Claim | None:
        """Take one of the user's `limit` slots for a picture, or raise LimitReached.

        None where an upload of the user's has this key already. The user's own claims from other
        times than those of `alive` are released first.
        """

    def claim_of(self, user_id: str, key: str) -> Claim | None:
        """Return the user's upload under this key, where there is one; a filled one is kept from now on."""

    def release_key(self, user_id: str, key: str, alive: Span) -> None:
        """Give back the slot of the user's upload under this key, where it is claimed and not alive."""

    def twin(self, user_id: str, sha256: str) -> tuple[ImageRecord, PictureDetails] | None:
        """Return a record of the user's with this very picture, where there is one."""

    def complete(self, user_id: str, record_id: str, details: PictureDetails, fields: ImageFields) -> None:
        """Turn a claim into a record in one write, or raise RemoverTimeout where the claim was released."""

    def release(self, user_id: str, record_id: str) -> bool:
        """Give back a slot whose upload failed; false where its record was promised to a repeated upload."""

    def shelf(self, user_id: str) -> Shelf:
        """Return what the user keeps."""

    def find(self, user_id: str, record_id: str) -> ImageRecord:
        """Return one record, or raise NotFound."""

    def image_fields(self, user_id: str, record_id: str, names: Sequence[str]) -> ImageFields:
        """Return those of the named image fields that the record has, or raise NotFound."""

    def rename(self, user_id: str, record_id: str, name: str) -> None:
        """Change a record's name, or raise NotFound."""

    def delete(self, user_id: str, record_id: str, *, now: datetime) -> None:
        """Delete a record, or raise NotFound; to delete it once more within a day is no error."""

    def release_claims(self, alive: Span) -> int:
        """Give back every slot that was claimed at other times, of all users, and return how many."""

    def expired(self, before: datetime, most: int) -> Sequence[tuple[str, str]]:
        """Return (user_id, record_id) of at most `most` records that were made before then."""

    def delete_many(self, record_ids: Iterable[str]) -> int:
        """Delete these records, whoever's they are, and return how many there were."""

    def named_objects(self, record_ids: Iterable[str]) -> Collection[str]:
        """Return the names of the objects that these records lead to, and the ids of those still at work.

        An id may be no record's.
        """


class ImageStore(Protocol):
    """Keeps the encoded images of the records.

    Every method raises Unavailable when a bucket that it needs does not answer.
    """

    def ensure_fits(self, size: int) -> None:
        """Raise ImageTooLarge where an original of `size` bytes cannot be kept."""

    def save(self, user_id: str, record_id: str, images: Images) -> ImageFields:
        """Keep the images and return the fields that lead to them, or raise ImageTooLarge."""

    def fields(self, variant: Variant) -> Sequence[str]:
        """Return the names of the record's fields that lead to this image."""

    def load(self, variant: Variant, fields: ImageFields) -> EncodedImage | None:
        """Return the image that these fields lead to, None where the record has no such image."""

    def remove(self, records: Iterable[tuple[str, str]]) -> int:
        """Delete the objects of these records, each (user_id, record_id), and return how many there were."""

    def old_objects(self, made_before: datetime) -> Iterator[Sequence[StoredObject]]:
        """Yield pages of the objects that were made before then.

        Of a large bucket that is a part, another one each time.
        """

    def discard(self, objects: Iterable[StoredObject]) -> int:
        """Delete these objects, not later ones of the same name, and return how many there were."""


class Picture(Protocol):
    """An upload that is being worked on; it is decoded only as long as somebody needs its pixels."""

    @property
    def content_type(self) -> str:
        """The media type by the first bytes."""

    def view(self, spec: ViewSpec) -> View:
        """Return the picture as a remover wants to see it, or raise PictureError."""

    def cut_out(self, matte: Matte) -> CutOut:
        """Return the picture under its matte, encoded, or raise PictureError; the last use of the picture."""


class PictureCodec(Protocol):
    """Decodes, combines and encodes pictures."""

    def open(self, content: bytes) -> AbstractContextManager[Picture]:
        """Return the picture, or raise PictureError if it is none that we read or is too large."""

    def preview(self, content: bytes) -> bytes:
        """Return the WebP preview of an encoded cut-out, or raise PictureError."""

    def read_alpha(self, content: bytes, size: tuple[int, int]) -> Matte:
        """Return the alpha channel of a PNG that must have this size, or raise PictureError."""

    def content_type(self, content: bytes) -> str:
        """Return the media type by the first bytes, application/octet-stream for an unknown one."""
