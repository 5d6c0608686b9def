"""What the parts of the system hand to each other; nothing here depends on a driver or a framework."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO, Literal, Protocol

_FOR_EVER = datetime.max.replace(tzinfo=UTC)

Variant = Literal["original", "processed", "preview"]

# What an image store keeps of one record, as fields of that record's document.
ImageFields = Mapping[str, object]

# The fields that name a record's objects, where its images are in a bucket.
OBJECT_FIELDS: Mapping[Variant, str] = {
    "original": "original_object",
    "processed": "processed_object",
    "preview": "preview_object",
}

IMMUTABLE = "private, max-age=31536000, immutable"  # Cache-Control of an image, which never changes


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One kept picture; what the original application did not write down is None in its records."""

    record_id: str
    image_name: str
    created_on: str  # "YYYY-MM-DD HH:MM:SS", UTC
    content_type: str | None = None  # of the original as it was sent
    width: int | None = None  # pixels, upright
    height: int | None = None
    size: int | None = None  # bytes of the original


@dataclass(frozen=True, slots=True)
class Upload:
    """What a user sends, without the picture itself; under the same key it is one upload that is repeated."""

    name: str
    sha256: str  # of the picture
    key: str = ""  # empty: it has none


@dataclass(frozen=True, slots=True)
class Span:
    """The times at which what is at work now was begun; what has another date, a process or clock lost."""

    since: datetime
    until: datetime = _FOR_EVER

    def __contains__(self, time: datetime) -> bool:
        return self.since <= time <= self.until


@dataclass(frozen=True, slots=True)
class Claim:
    """A slot taken for a record, and how many slots its user used then."""

    record: ImageRecord
    used: int
    sha256: str = ""  # of the picture that is to fill it
    is_filled: bool = False
    has_twin: bool = False  # whether its user had a record of that picture then


@dataclass(frozen=True, slots=True)
class PictureDetails:
    """What is recorded of an upload beside its pixels."""

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
    """One encoded image, wherever its bytes are."""

    @property
    def size(self) -> int:
        """The number of its bytes."""

    def open(self) -> BinaryIO:
        """Return its bytes as a stream that can seek, or raise NotFound or Unavailable."""

    def link(self, method: str, disposition: str) -> str | None:
        """Return a short-lived address to read it from directly; None where it is small enough to be sent.

        `method` is GET or HEAD, `disposition` the Content-Disposition that the address answers with.
        """


@dataclass(frozen=True, slots=True)
class InMemoryImage:
    """An encoded image whose bytes are at hand."""

    content: bytes

    @property
    def size(self) -> int:
        """The number of its bytes."""
        return len(self.content)

    def open(self) -> BinaryIO:
        """Return its bytes as a stream."""
        return io.BytesIO(self.content)

    def link(self, method: str, disposition: str) -> None:
        """Return None: it can be sent as it is."""


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One image and its media type, ready to be sent."""

    image: EncodedImage
    content_type: str


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object of a bucket; an object of the same name that is written later has another generation."""

    name: str
    record_id: str  # as the name has it
    generation: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """What one user keeps, newest first; `used` also counts uploads that are still being processed."""

    used: int
    records: tuple[ImageRecord, ...]


@dataclass(frozen=True, slots=True)
class CleanupReport:
    """What one cleanup did; `more` says that it ran out of time and should be called again."""

    deleted_records: int
    released_claims: int
    deleted_images: int
    more: bool
