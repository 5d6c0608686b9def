"""The use cases of kept images: list, read, rename and delete."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from common.domain.errors import NotFound
from common.domain.models import (
    EncodedImage,
    ImageFile,
    ImageRecord,
    InMemoryImage,
    RecordList,
    Variant,
    utc_now,
)
from common.domain.names import validated_name
from common.service.ports import ImageStore, PictureCodec, RecordStore
from common.service.retention import delete_images

_ENCODED_AS = {"processed": "image/png", "preview": "image/webp"}


@dataclass(frozen=True)
class Gallery:
    """The kept images of all users; each call acts for one user, who finds no other user's records."""

    records: RecordStore
    images: Callable[[], ImageStore]
    codec: Callable[[], PictureCodec]
    clock: Callable[[], datetime] = utc_now

    def list(self, user_id: str) -> RecordList:
        """Return the user's records, newest first."""
        return self.records.list(user_id)

    def find(self, user_id: str, record_id: str) -> ImageRecord:
        """Return one of the user's records."""
        return self.records.find(user_id, record_id)

    def read(self, user_id: str, record_id: str, variant: Variant) -> tuple[ImageRecord, ImageFile]:
        """Return a record and one of its images with a single query."""
        record, fields = self.records.read(user_id, record_id, self.images().fields(variant))
        image = self.images().load(variant, fields)
        if image is None and variant == "preview":  # the original application made no previews
            _, cut_out = self.read(user_id, record_id, "processed")
            image = InMemoryImage(self.codec().preview(cut_out.image.open().read()))
        if image is None:
            raise NotFound
        return record, ImageFile(image, self._content_type(record, variant, image))

    def _content_type(self, record: ImageRecord, variant: Variant, image: EncodedImage) -> str:
        if variant == "original":
            return record.content_type or self.codec().content_type(image.open().read())
        return _ENCODED_AS[variant]

    def rename(self, user_id: str, record_id: str, name: str) -> None:
        """Give a record another name, or raise InvalidName."""
        self.records.rename(user_id, record_id, validated_name(name))

    def delete(self, user_id: str, record_id: str) -> None:
        """Delete a record and its images; deleting it again within a day succeeds too."""
        self.records.delete(user_id, record_id, now=self.clock())
        delete_images(self.images(), user_id, record_id)
