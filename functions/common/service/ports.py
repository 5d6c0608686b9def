"""The ports of the use cases; adapters implement these protocols without importing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from common.domain.mattes import CutOut, Matte, Rendering, View, ViewSpec
    from common.domain.models import (
        EncodedImage,
        ImageFields,
        ImageRecord,
        Images,
        Lease,
        PictureDetails,
        RecordList,
        StoredObject,
        TimeWindow,
        Upload,
        Variant,
    )
    from common.domain.options import CutoutOptions


class LeaseStore(Protocol):
    """Leases slots to uploads; every call that names a user touches only that user's leases.

    Every method raises Unavailable if the database does not answer.
    """

    def acquire(
        self, user_id: str, upload: Upload, *, limit: int, now: datetime, valid: TimeWindow
    ) -> Lease | None:
        """Lease one of the user's `limit` slots, or raise LimitReached; None if the key is in use.

        Releases the user's leases outside of the `valid` window first.
        """

    def find_by_key(self, user_id: str, key: str) -> Lease | None:
        """Return the user's upload with this key, if there is one."""

    def release_key(self, user_id: str, key: str, valid: TimeWindow) -> bool:
        """Free the slot of the user's upload with this key if its lease is stale; return false if not."""

    def complete(self, user_id: str, record_id: str, details: PictureDetails, fields: ImageFields) -> None:
        """Turn a lease into a record in one write, or raise RemoverTimeout if another process released it.

        Raises Unavailable with a detail of its own if it is unknown whether the record was kept.
        """

    def release(self, user_id: str, record_id: str) -> bool:
        """Free the slot of a failed upload; return false if it has become a record, which stays."""

    def release_stale(self, valid: TimeWindow) -> int:
        """Free all users' slots that were leased outside of the window, and return how many."""


class RecordStore(Protocol):
    """Keeps the records; every call that names a user touches only that user's records.

    Every method raises Unavailable if the database does not answer.
    """

    def list(self, user_id: str) -> RecordList:
        """Return the user's records."""

    def find(self, user_id: str, record_id: str) -> ImageRecord:
        """Return one record, or raise NotFound."""

    def read(self, user_id: str, record_id: str, names: Sequence[str]) -> tuple[ImageRecord, ImageFields]:
        """Return a record and the named image fields that it has, or raise NotFound."""

    def find_duplicate(
        self, user_id: str, upload: Upload, names: Sequence[str]
    ) -> tuple[PictureDetails, ImageFields] | None:
        """Return details and image fields of a duplicate, a record of the same picture at revision 1."""

    def rename(self, user_id: str, record_id: str, name: str) -> None:
        """Change a record's name, or raise NotFound."""

    def revise(
        self, user_id: str, record_id: str, revision: int, fields: ImageFields, unset: Iterable[str]
    ) -> None:
        """Move a record from this revision to the next one, or raise NotFound or RevisionChanged.

        One write sets the image fields of the new revision and deletes the `unset` ones.
        """

    def delete(self, user_id: str, record_id: str, *, now: datetime) -> None:
        """Delete a record, or raise NotFound; deleting it again within a day succeeds too."""

    def expired(self, before: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Return (user_id, record_id) of at most `limit` older records of all users."""

    def count_irregular(self, before: datetime) -> int:
        """Return how many older documents `expired` leaves out because their ids have another type."""

    def delete_many(self, record_ids: Iterable[str]) -> int:
        """Delete these records of any users, and return how many there were."""

    def named_objects(self, record_ids: Iterable[str]) -> Collection[str]:
        """Return the names of these records' objects, and the ids of records that are still leases.

        Ids without a record are ignored.
        """


class ImageStore(Protocol):
    """Keeps the encoded images of the records.

    Every method raises Unavailable if it needs a bucket that does not answer.
    """

    def belongs_to_database(self) -> bool:
        """Tell whether the store belongs to this database, so that objects without a record are orphans."""

    def ensure_fits(self, size: int) -> None:
        """Raise ImageTooLarge if an original of `size` bytes cannot be kept."""

    def save(self, user_id: str, record_id: str, images: Images) -> ImageFields:
        """Store the images and return the record's fields for them, or raise ImageTooLarge."""

    def save_revision(self, user_id: str, record_id: str, revision: int, images: Images) -> ImageFields:
        """Store a new cut-out and preview beside the old ones, and return the fields for them."""

    def delete_revision(self, fields: ImageFields) -> None:
        """Delete the cut-out and the preview that these fields name."""

    def fields(self, variant: Variant) -> Sequence[str]:
        """Return the names of the record's fields for this image."""

    def load(self, variant: Variant, fields: ImageFields) -> EncodedImage | None:
        """Return the image that these fields describe, None if the record has no such image."""

    def remove(self, records: Iterable[tuple[str, str]]) -> int:
        """Delete the objects of these records, each (user_id, record_id), and return how many there were."""

    def old_objects(self, made_before: datetime) -> Iterator[Sequence[StoredObject]]:
        """Yield pages of older objects; in a large bucket only a part, a different one each time."""

    def discard(self, objects: Iterable[StoredObject]) -> int:
        """Delete these generations of objects and return how many there were."""


class Picture(Protocol):
    """A picture in work, decoded only while its pixels are needed."""

    @property
    def content_type(self) -> str:
        """The media type by the first bytes."""

    def view(self, spec: ViewSpec) -> View:
        """Return the picture as a remover wants to see it, or raise PictureError."""

    def cut_out(self, matte: Matte) -> CutOut:
        """Apply the matte and encode the cut-out, or raise PictureError; the picture cannot be used again."""

    def render(self, matte: Matte) -> Rendering:
        """Apply matte and options and encode, or raise PictureError; the picture cannot be used again."""


class PictureCodec(Protocol):
    """Decodes, combines and encodes pictures."""

    def open(
        self, content: bytes, options: CutoutOptions = ..., backdrop: bytes = b""
    ) -> AbstractContextManager[Picture]:
        """Open the picture, or raise PictureError if it is too large or its format is not supported.

        Raises InvalidOption if the options do not suit the picture.
        """

    def preview(self, content: bytes) -> bytes:
        """Return the WebP preview of an encoded cut-out, or raise PictureError."""

    def read_alpha(self, content: bytes, size: tuple[int, int]) -> Matte:
        """Return the alpha channel of a PNG of exactly this size, or raise PictureError."""

    def read_matte(self, content: bytes) -> Matte:
        """Return the matte in an 8-bit grey PNG, or raise PictureError."""

    def content_type(self, content: bytes) -> str:
        """Return the media type by the first bytes, application/octet-stream for an unknown one."""
