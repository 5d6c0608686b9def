"""All use cases with the same parts, as bootstrap builds them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.collection import Collection

from common.domain.models import Variant, utc_now
from common.removers.base import BackgroundRemover
from common.service.gallery import Gallery
from common.service.ports import ImageStore, LeaseStore, PictureCodec, RecordStore
from common.service.retention import Retention
from common.service.touch_ups import TouchUps
from common.service.uploads import Uploads
from common.storage.mongo.leases import MongoLeases
from common.storage.mongo.records import MongoRecords


@dataclass
class UseCases:
    """The use cases of users and the scheduler."""

    uploads: Uploads
    gallery: Gallery
    retention: Retention
    touch_ups: TouchUps

    def image(self, user_id: str, record_id: str, variant: Variant) -> bytes:
        _, file = self.gallery.read(user_id, record_id, variant)
        return file.image.open().read()


def use_cases(
    leases: LeaseStore,
    records: RecordStore,
    images: Callable[[], ImageStore],
    codec: Callable[[], PictureCodec],
    remover: Callable[[], BackgroundRemover],
    *,
    user_limit: int,
    period: timedelta | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> UseCases:
    return UseCases(
        Uploads(
            leases=leases,
            records=records,
            images=images,
            codec=codec,
            remover=remover,
            user_limit=user_limit,
            clock=clock,
        ),
        Gallery(records, images, codec, clock),
        Retention(leases, records, images, period, clock),
        TouchUps(records, images, codec),
    )


def mongo_stores(collection: "Collection[dict[str, Any]]") -> tuple[MongoLeases, MongoRecords]:
    return MongoLeases(collection), MongoRecords(collection)
