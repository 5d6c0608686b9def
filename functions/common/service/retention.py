"""Cleanup: delete expired records, stale leases and orphaned objects."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from common import timeouts
from common.domain.errors import ApplicationError, Unavailable
from common.domain.models import CleanupReport, StoredObject, TimeWindow, utc_now
from common.observability.causes import describe
from common.service.ports import ImageStore, LeaseStore, RecordStore

_BATCH = 100
_SEARCH = 1_000  # each search makes the embedded server scan all expired records
_FOREIGN = (
    "cleanup deletes nothing: the bucket and the database do not carry the same id;"
    " if they belong together, run python -m infra.migrate adopt"
)
_FAILED = "The service is not available right now. Part of the work may be done; try again in a minute."

logger = logging.getLogger(__name__)


def delete_images(images: ImageStore, user_id: str, record_id: str) -> None:
    """Delete a record's images; if the store does not answer, leave them to cleanup."""
    try:
        images.remove([(user_id, record_id)])
    except ApplicationError as error:
        logger.warning("the images of %s are left to cleanup: %s", record_id, describe(error))


@dataclass(frozen=True)
class Retention:
    """Deletes expired and orphaned data of all users."""

    leases: LeaseStore
    records: RecordStore
    images: Callable[[], ImageStore]
    period: timedelta | None = None  # None keeps records for ever
    clock: Callable[[], datetime] = utc_now

    def release_leases(self, *, older_than: timedelta = timeouts.LEASE_TTL) -> int:
        """Free the slots of uploads whose process died, and return how many."""
        return self.leases.release_stale(TimeWindow.around(self.clock(), older_than))

    def clean_up(self) -> CleanupReport:
        """Delete expired records, stale leases and orphaned objects, in bounded batches and time."""
        try:
            return self._clean_up(time.monotonic() + timeouts.CLEANUP_SECONDS)
        except Unavailable as error:
            raise Unavailable(_FAILED) from error

    def _clean_up(self, deadline: float) -> CleanupReport:
        released = self.release_leases()
        if not self.images().belongs_to_database():
            logger.error(_FOREIGN)
            return CleanupReport(0, released, 0, more=False)
        records, images, more = self._delete_expired(deadline)
        if not more:
            orphans, more = self._delete_orphans(deadline)
            images += orphans
        return CleanupReport(records, released, images, more, 0 if more else self._skipped())

    def _skipped(self) -> int:
        """Return how many expired documents are not deleted because their ids have another type."""
        skipped = self.records.count_irregular(self.clock() - self.period) if self.period else 0
        if skipped:
            logger.warning("skipped %d expired documents whose _id or user_id is not of our kind", skipped)
        return skipped

    def _delete_expired(self, deadline: float) -> tuple[int, int, bool]:
        """Delete expired records and their images; the third value tells whether time ran out."""
        records, images, batches = 0, 0, self._expired()
        while time.monotonic() < deadline:
            batch = next(batches, None)
            if batch is None:
                return records, images, False
            deleted = self.records.delete_many(record_id for _, record_id in batch)
            records += deleted
            if deleted:  # otherwise another cleanup deleted the records and deletes their images too
                images += self.images().remove(batch)
        return records, images, True

    def _expired(self) -> Iterator[Sequence[tuple[str, str]]]:
        """Yield expired records in batches until there are no more."""
        if self.period is None:
            return
        before = self.clock() - self.period
        found = self.records.expired(before, _SEARCH)
        while found:
            for first in range(0, len(found), _BATCH):
                yield found[first : first + _BATCH]
            found = self.records.expired(before, _SEARCH)

    def _delete_orphans(self, deadline: float) -> tuple[int, bool]:
        """Delete orphaned objects; the second value tells whether time ran out."""
        orphans, seen, more = self._find_orphans(deadline)
        if len(orphans) > max(timeouts.TOLERATED_ORPHANS, seen * timeouts.TOLERATED_SHARE):
            logger.error("cleanup deletes no objects: %d of %d have no record", len(orphans), seen)
            return 0, False
        return self.images().discard(orphans), more

    def _find_orphans(self, deadline: float) -> tuple[Sequence[StoredObject], int, bool]:
        """Return the orphans, the number of objects that were looked at, and whether time ran out."""
        orphans: list[StoredObject] = []
        seen = 0
        for page in self.images().old_objects(self.clock() - timeouts.ORPHAN_AGE):
            if time.monotonic() >= deadline:
                return orphans, seen, True
            seen += len(page)
            named = self.records.named_objects({found.record_id for found in page})
            # The objects of a running upload are no orphans, even if a clock makes them look old.
            orphans += (each for each in page if each.name not in named and each.record_id not in named)
        return orphans, seen, False
