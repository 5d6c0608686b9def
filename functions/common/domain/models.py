"""The data that the rooms exchange, independent of any driver or framework."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, Literal, Protocol, Self

_FOREVER = datetime.max.replace(tzinfo=UTC)

Variant = Literal["original", "processed", "preview"]

# The fields of a record's document that belong to the image store.
ImageFields = Mapping[str, object]

# The fields that name a record's objects in the bucket.
OBJECT_FIELDS: Mapping[Variant, str] = {
    "original": "original_object",
    "processed": "processed_object",
    "preview": "preview_object",
}

IMMUTABLE = "private, max-age=31536000, immutable"  # Cache-Control of one revision of an image


def utc_now() -> datetime:
    """Return the time on this machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One kept picture; fields that the original application did not store are None in its records."""

    record_id: str
    image_name: str
    created_on: str  # "YYYY-MM-DD HH:MM:SS", UTC
    content_type: str | None = None  # of the original as it was sent
    width: int | None = None  # pixels, upright
    height: int | None = None
    size: int | None = None  # bytes of the original
    revision: int = 1  # of the cut-out; every new matte makes another one


@dataclass(frozen=True, slots=True)
class Upload:
    """The description of an upload; uploads with the same key are retries of one."""

    name: str
    sha256: str  # of the picture
    key: str = ""  # the Idempotency-Key, empty for none
    removes_subject: bool = False  # instead of the background


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """Time window in which a live upload must have started; anything outside is stale."""

    since: datetime
    until: datetime = _FOREVER

    @classmethod
    def around(cls, now: datetime, distance: timedelta) -> Self:
        """Return the window of this distance before and after now, because another clock may be ahead."""
        return cls(now - distance, now + distance)

    def __contains__(self, time: datetime) -> bool:
        return self.since <= time <= self.until


@dataclass(frozen=True, slots=True)
class Lease:
    """A slot that an upload holds for its record; a completed lease is a record."""

    record: ImageRecord
    used: int  # the user's slots in use when the lease began, including this one
    sha256: str = ""  # of the picture
    is_completed: bool = False
    has_duplicate: bool = False  # whether the user had a record of the same picture when the lease began
    removes_subject: bool = False


@dataclass(frozen=True, slots=True)
class PictureDetails:
    """The facts about a picture that its record stores."""

    content_type: str
    width: int
    height: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Images:
    """The three encoded images of one record."""

    original: bytes
    processed: bytes  # PNG with transparency
    preview: bytes  # WebP, longest side 640
    content_type: str = "application/octet-stream"  # of the original


class EncodedImage(Protocol):
    """One encoded image, in memory or in a bucket."""

    @property
    def size(self) -> int:
        """Its length in bytes."""

    def open(self) -> BinaryIO:
        """Return its bytes as a seekable stream, or raise NotFound or Unavailable."""

    def link(self, method: str, disposition: str) -> str | None:
        """Return a short-lived URL of the image itself, None if we can send its bytes.

        `method` is GET or HEAD, `disposition` the Content-Disposition of the URL's response.
        """


@dataclass(frozen=True, slots=True)
class InMemoryImage:
    """An encoded image whose bytes are in memory."""

    content: bytes

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return len(self.content)

    def open(self) -> BinaryIO:
        """Return its bytes as a stream."""
        return io.BytesIO(self.content)

    def link(self, method: str, disposition: str) -> None:
        """Return None, because we can send its bytes."""


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One image and its media type, ready to be sent."""

    image: EncodedImage
    content_type: str


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object of a bucket; a write to the same name makes a new generation."""

    name: str
    record_id: str  # part of the name
    generation: int


@dataclass(frozen=True, slots=True)
class RecordList:
    """The records of one user, newest first; `used` also counts uploads that are still being processed."""

    used: int
    records: tuple[ImageRecord, ...]


@dataclass(frozen=True, slots=True)
class CleanupReport:
    """What one cleanup did; `more` means that it ran out of time and should be called again."""

    deleted_records: int
    released_claims: int  # stale leases; the name is part of the API
    deleted_images: int
    more: bool
    skipped_records: int = 0  # expired, but not deleted because their ids have another type
