"""Uploads: make a record with a cut-out, or keep nothing if that fails."""

import contextlib
import hashlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from common import timeouts
from common.domain.errors import ApplicationError, KeyReused, NotFound, UploadInProgress
from common.domain.models import ImageRecord, Images, Lease, PictureDetails, TimeWindow, Upload, utc_now
from common.domain.names import name_from_file, validated_name
from common.domain.options import CutoutOptions
from common.observability.causes import describe
from common.observability.request_context import bind, timed
from common.removers.base import BackgroundRemover
from common.service.ports import ImageStore, LeaseStore, PictureCodec, RecordStore
from common.service.retention import delete_images

_TRIES = 3  # to lease a slot; only a failed upload with the same key makes another try necessary

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Uploads:
    """The uploads of all users; the callables make their part on first use, because loading it takes long."""

    leases: LeaseStore
    records: RecordStore
    images: Callable[[], ImageStore]
    codec: Callable[[], PictureCodec]
    remover: Callable[[], BackgroundRemover]
    user_limit: int
    clock: Callable[[], datetime] = utc_now

    def add(
        self,
        user_id: str,
        content: bytes,
        *,
        name: str,
        file_name: str,
        key: str = "",
        removes_subject: bool = False,
    ) -> Lease:
        """Keep a picture and its cut-out, without its background or subject; keep nothing if that fails.

        Idempotent: a second call with the same key returns the first call's result. Raises UploadInProgress
        if the first call still runs, and KeyReused if it had another picture or removed the other part.
        """
        image_name = validated_name(name) if name.strip() else name_from_file(file_name)
        self.images().ensure_fits(len(content))
        upload = Upload(image_name, hashlib.sha256(content).hexdigest(), key, removes_subject)
        lease = self._acquire(user_id, upload)
        bind(record_id=lease.record.record_id)
        if lease.is_completed:
            bind(repeated=True)
            return lease
        with self._rolled_back_on_failure(user_id, lease.record.record_id):
            return replace(lease, record=self._process(user_id, upload, lease, content))

    def _acquire(self, user_id: str, upload: Upload) -> Lease:
        """Lease a slot, or return the completed lease of an earlier upload with the same key."""
        for _ in range(_TRIES):
            now = self.clock()
            valid = TimeWindow.around(now, timeouts.LEASE_TTL)
            lease = self.leases.acquire(user_id, upload, limit=self.user_limit, now=now, valid=valid)
            if lease:
                return lease
            earlier = self.leases.find_by_key(user_id, upload.key)
            if earlier is None:  # it has failed meanwhile
                continue
            if (earlier.sha256, earlier.removes_subject) != (upload.sha256, upload.removes_subject):
                raise KeyReused
            if earlier.is_completed:
                return earlier
            valid = replace(valid, since=now - timeouts.KEY_LEASE_TTL)
            if not self.leases.release_key(user_id, upload.key, valid):
                break
        raise UploadInProgress

    @contextlib.contextmanager
    def _rolled_back_on_failure(self, user_id: str, record_id: str) -> Iterator[None]:
        with contextlib.ExitStack() as rollback:
            rollback.callback(self._roll_back, user_id, record_id)
            yield
            rollback.pop_all()

    def _roll_back(self, user_id: str, record_id: str) -> None:
        """Free the slot, then delete the images; lease expiry and cleanup do what fails here."""
        try:
            is_released = self.leases.release(user_id, record_id)
        except ApplicationError as error:
            logger.warning("the lease and images of %s are left to cleanup: %s", record_id, describe(error))
            return
        if is_released:
            delete_images(self.images(), user_id, record_id)

    def _process(self, user_id: str, upload: Upload, lease: Lease, content: bytes) -> ImageRecord:
        record_id = lease.record.record_id
        known = self._from_duplicate(user_id, upload, content) if lease.has_duplicate else None
        details, images = known or self._cut_out(upload, content)
        with timed("keep"):
            fields = self.images().save(user_id, record_id, images)
            self.leases.complete(user_id, record_id, details, fields)
        shown = {name: value for name, value in asdict(details).items() if name != "sha256"}
        return replace(lease.record, **shown)

    def _from_duplicate(
        self, user_id: str, upload: Upload, content: bytes
    ) -> tuple[PictureDetails, Images] | None:
        """Return the cut-out of a duplicate, if the user has one."""
        store = self.images()
        names = (*store.fields("processed"), *store.fields("preview"))
        duplicate = self.records.find_duplicate(user_id, upload, names)
        if duplicate is None:
            return None
        details, fields = duplicate
        processed, preview = store.load("processed", fields), store.load("preview", fields)
        if processed is None or preview is None:
            return None
        try:
            images = Images(content, processed.open().read(), preview.open().read(), details.content_type)
        except NotFound:  # it has just been deleted
            return None
        bind(reused=True)
        return details, images

    def _cut_out(self, upload: Upload, content: bytes) -> tuple[PictureDetails, Images]:
        options = CutoutOptions(removes_subject=upload.removes_subject)
        with self.codec().open(content, options) as picture:
            matte = self.remover().matte(picture.view)
            cut_out = picture.cut_out(matte)
        size = (cut_out.width, cut_out.height, len(content))
        details = PictureDetails(picture.content_type, *size, upload.sha256)
        return details, Images(content, cut_out.processed, cut_out.preview, details.content_type)
