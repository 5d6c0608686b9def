"""Touch-up: make a new cut-out of the kept original from a matte that a person has drawn."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import get_args

from common.domain.errors import ApplicationError, NotFound, RevisionChanged, UnreadableImage
from common.domain.mattes import CutOut, Matte
from common.domain.models import ImageFields, ImageRecord, Images, Variant
from common.observability.request_context import bind, timed
from common.service.ports import ImageStore, PictureCodec, RecordStore

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TouchUps:
    """The touch-ups of all users; if one is interrupted, the record still has one complete revision."""

    records: RecordStore
    images: Callable[[], ImageStore]
    codec: Callable[[], PictureCodec]

    def save(self, user_id: str, record: ImageRecord, content: bytes) -> ImageRecord:
        """Apply a new matte, an 8-bit grey PNG of the picture's size, and return the record's next revision.

        Raises RevisionChanged if the record is no longer at the given revision.
        """
        bind(record_id=record.record_id)
        store = self.images()
        matte = self.codec().read_matte(content)
        _require_size(matte, record.width or matte.width, record.height or matte.height)
        names = [name for variant in get_args(Variant) for name in store.fields(variant)]
        _, old = self.records.read(user_id, record.record_id, names)
        original = store.load("original", old)
        if original is None:
            raise NotFound
        sent = original.open().read()
        cut_out = self._cut_out(sent, matte)
        images = Images(sent, cut_out.processed, cut_out.preview)
        with timed("keep"):
            new = store.save_revision(user_id, record.record_id, record.revision + 1, images)
            self._move(user_id, record, new)
        self._delete(old)
        return replace(record, revision=record.revision + 1)

    def _cut_out(self, original: bytes, matte: Matte) -> CutOut:
        with self.codec().open(original) as picture:
            cut_out = picture.cut_out(matte)
        _require_size(matte, cut_out.width, cut_out.height)
        return cut_out

    def _move(self, user_id: str, record: ImageRecord, new: ImageFields) -> None:
        unset = list(_replaced(self.images(), new))
        try:
            self.records.revise(user_id, record.record_id, record.revision, new, unset)
        except (NotFound, RevisionChanged):
            # After any other failure the record may already name the new images.
            self._delete(new)
            raise

    def _delete(self, fields: ImageFields) -> None:
        try:
            self.images().delete_revision(fields)
        except ApplicationError:
            logger.warning("a replaced cut-out could not be deleted and is left to cleanup")


def _replaced(store: ImageStore, new: ImageFields) -> Iterator[str]:
    """Yield the fields that may still hold the images which the new fields replace."""
    for variant in get_args(Variant):
        names = store.fields(variant)
        if any(name in new for name in names):
            yield from (name for name in names if name not in new)


def _require_size(matte: Matte, width: int, height: int) -> None:
    if (matte.width, matte.height) != (width, height):
        raise UnreadableImage(
            f"The matte has {matte.width} x {matte.height} pixels, and the picture {width} x {height}."
        )
