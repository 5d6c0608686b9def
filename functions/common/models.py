"""What the parts of the system hand to each other; nothing here depends on a driver or a framework."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Variant = Literal["original", "processed", "preview"]

# What an image store keeps of one record, as fields of that record's document.
ImageFields = Mapping[str, object]


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
class Claim:
    """A slot taken for a record, and how many slots its user uses now."""

    record: ImageRecord
    used: int


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


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One encoded image, ready to be sent."""

    content: bytes
    content_type: str


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
