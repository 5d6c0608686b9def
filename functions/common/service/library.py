"""The use cases: what a user can do with pictures, whatever the host, database, store or remover."""

import hashlib
import logging
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePath

from common.domain.errors import ApplicationError, InvalidName, KeyReused, NotFound, Unavailable
from common.domain.models import (
    Claim,
    CleanupReport,
    EncodedImage,
    ImageFile,
    ImageRecord,
    Images,
    InMemoryImage,
    PictureDetails,
    Shelf,
    Span,
    Upload,
    Variant,
)
from common.observability.request_context import note, step
from common.removers.base import BackgroundRemover
from common.service.ports import ImageStore, PictureCodec, RecordStore
from common.storage.debts import Debts

NAME_LENGTH = 100  # characters
CLAIM_LIFETIME = timedelta(minutes=15)  # what is claimed farther from now, a process or clock has lost
_REPEAT_SECONDS = 100.0  # what an upload takes at most, and as long is one that repeats it kept waiting
_REPEAT_POLL = 0.25
# Its turn, the provider and the stores together keep an upload waiting for less: whoever sends it again under
# its key need not wait for CLAIM_LIFETIME.
_KEY_LIFETIME = timedelta(minutes=3)
_STILL_RUNNING = "This picture is still being worked on. Try again in a minute; it is not done twice."
STRAY_AGE = timedelta(hours=1)  # an older object that no record leads to is nobody's any more
_CLEANUP_BATCH = 100
_CLEANUP_SEARCH = 1_000  # each costs the embedded server a look at all that has expired
_CLEANUP_SECONDS = 50.0
_CLEANUP_FAILED = (
    "The service is not available right now. Part of the work may be done; try again in a minute."
)
_ENCODED_AS = {"processed": "image/png", "preview": "image/webp"}

logger = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Library:
    """Everybody's pictures; each call acts for one user.

    What is callable is asked for when it is first needed, because loading it is slow.
    """

    records: RecordStore
    images: Callable[[], ImageStore]
    codec: Callable[[], PictureCodec]
    remover: Callable[[], BackgroundRemover]
    user_limit: int
    retention: timedelta | None = None  # None keeps for ever
    clock: Callable[[], datetime] = _now
    debts: Debts = field(default_factory=Debts)

    def add(self, user_id: str, content: bytes, *, name: str, file_name: str, key: str = "") -> Claim:
        """Remove the background of a picture and keep both; when that fails, nothing is kept.

        What the same user sent under this key already is not done again: its outcome is returned, once there
        is one. Raises KeyReused where that was another picture.
        """
        image_name = checked_name(name) if name.strip() else _name_of_file(file_name)
        self.images().ensure_fits(len(content))
        upload = Upload(image_name, hashlib.sha256(content).hexdigest(), key)
        claim = self._claim(user_id, upload)
        note(record_id=claim.record.record_id)
        if claim.is_filled:
            note(repeated=True)
            return claim
        try:
            return replace(claim, record=self._fill(user_id, claim, content))
        except BaseException:
            self._abandon(user_id, claim.record.record_id)
            raise

    def _claim(self, user_id: str, upload: Upload) -> Claim:
        """Take a slot, or return the filled one of the upload that this one repeats, once it is."""
        deadline = time.monotonic() + _REPEAT_SECONDS
        while True:
            now = self.clock()
            alive = Span(now - CLAIM_LIFETIME, now + CLAIM_LIFETIME)
            claim = self.records.claim(user_id, upload, limit=self.user_limit, now=now, alive=alive)
            if claim:
                return claim
            earlier = self.records.claim_of(user_id, upload.key)
            if earlier and earlier.sha256 != upload.sha256:
                raise KeyReused
            if earlier and earlier.is_filled:
                return earlier
            self.records.release_key(user_id, upload.key, replace(alive, since=now - _KEY_LIFETIME))
            if time.monotonic() > deadline:
                raise Unavailable(_STILL_RUNNING)
            time.sleep(_REPEAT_POLL)

    def _fill(self, user_id: str, claim: Claim, content: bytes) -> ImageRecord:
        record_id, sha256 = claim.record.record_id, claim.sha256
        known = self._of_twin(user_id, sha256, content) if claim.has_twin else None
        details, images = known or self._cut_out(sha256, content)
        with step("keep"):
            fields = self.images().save(user_id, record_id, images)
            self.records.complete(user_id, record_id, details, fields)
        shown = {name: value for name, value in asdict(details).items() if name != "sha256"}
        return replace(claim.record, **shown)

    def _of_twin(self, user_id: str, sha256: str, content: bytes) -> tuple[PictureDetails, Images] | None:
        """Return the cut-out that the user has of this very picture already, where there is one."""
        twin = self.records.twin(user_id, sha256)
        if twin is None:
            return None
        record, details = twin
        try:
            processed = self.read(user_id, record, "processed").image.open().read()
            preview = self.read(user_id, record, "preview").image.open().read()
        except NotFound:  # it has just been deleted
            return None
        note(reused=True)
        return details, Images(content, processed, preview, details.content_type)

    def _cut_out(self, sha256: str, content: bytes) -> tuple[PictureDetails, Images]:
        with self.codec().open(content) as picture:
            matte = self.remover().matte(picture.view)
            cut_out = picture.cut_out(matte)
        details = PictureDetails(picture.content_type, cut_out.width, cut_out.height, len(content), sha256)
        return details, Images(content, cut_out.processed, cut_out.preview, details.content_type)

    def _abandon(self, user_id: str, record_id: str) -> None:
        """Give the slot back, and delete what was stored for it: now, or once the database is back."""
        try:
            self._give_back(user_id, record_id)
        except ApplicationError:
            logger.warning("a failed upload leaves claim or images of %s to cleanup", record_id)
            self.debts.owe(lambda: self._give_back(user_id, record_id))

    def _give_back(self, user_id: str, record_id: str) -> None:
        # In this order: while there may be a record, what it leads to stays.
        if self.records.release(user_id, record_id):
            self._remove_images(user_id, record_id)

    def _remove_images(self, user_id: str, record_id: str) -> None:
        try:
            self.images().remove([(user_id, record_id)])
        except ApplicationError:
            logger.warning("images of %s could not be deleted and are left to cleanup", record_id)

    def shelf(self, user_id: str) -> Shelf:
        """Return what the user keeps, newest first."""
        return self.records.shelf(user_id)

    def find(self, user_id: str, record_id: str) -> ImageRecord:
        """Return one of the user's records, or raise NotFound."""
        return self.records.find(user_id, record_id)

    def read(self, user_id: str, record: ImageRecord, variant: Variant) -> ImageFile:
        """Return one image of a record, or raise NotFound."""
        image = self._load(user_id, record.record_id, variant)
        if image is None and variant == "preview":  # the original application made none
            cut_out = self.read(user_id, record, "processed").image.open().read()
            image = InMemoryImage(self.codec().preview(cut_out))
        if image is None:
            raise NotFound
        return ImageFile(image, self._content_type(record, variant, image))

    def _load(self, user_id: str, record_id: str, variant: Variant) -> EncodedImage | None:
        fields = self.records.image_fields(user_id, record_id, self.images().fields(variant))
        return self.images().load(variant, fields)

    def _content_type(self, record: ImageRecord, variant: Variant, image: EncodedImage) -> str:
        if variant == "original":
            return record.content_type or self.codec().content_type(image.open().read())
        return _ENCODED_AS[variant]

    def rename(self, user_id: str, record_id: str, name: str) -> None:
        """Give a record another name, or raise NotFound or InvalidName."""
        self.records.rename(user_id, record_id, checked_name(name))

    def delete(self, user_id: str, record_id: str) -> None:
        """Delete a record and its images, or raise NotFound; once more soon after is no error."""
        self.records.delete(user_id, record_id, now=self.clock())
        self._remove_images(user_id, record_id)

    def check_health(self) -> None:
        """Return when the database answers, else raise Unavailable."""
        self.records.ping()

    def release_claims(self, *, older_than: timedelta = CLAIM_LIFETIME) -> int:
        """Give back the slots that dead processes have left claimed, and return how many."""
        now = self.clock()
        return self.records.release_claims(Span(now - older_than, now + older_than))

    def clean_up(self) -> CleanupReport:
        """Delete what is past its retention or nobody's, in bounded batches and a bounded time.

        Nobody's are the claims of dead processes, and the objects that these left behind.
        """
        try:
            return self._clean_up()
        except Unavailable as error:
            raise Unavailable(_CLEANUP_FAILED) from error

    def _clean_up(self) -> CleanupReport:
        deadline = time.monotonic() + _CLEANUP_SECONDS
        released = self.release_claims()
        records, images, more = self._delete_expired(deadline)
        if not more:
            strays, more = self._delete_strays(deadline)
            images += strays
        return CleanupReport(records, released, images, more)

    def _delete_expired(self, deadline: float) -> tuple[int, int, bool]:
        """Delete old records and their images; the third value says whether time ran out."""
        records, images, batches = 0, 0, self._expired()
        while time.monotonic() < deadline:
            batch = next(batches, None)
            if batch is None:
                return records, images, False
            deleted = self.records.delete_many(record_id for _, record_id in batch)
            records += deleted
            if deleted:  # else another cleanup was faster and deletes the images too
                images += self.images().remove(batch)
        return records, images, True

    def _expired(self) -> Iterator[Sequence[tuple[str, str]]]:
        """Yield what is past its retention in batches, until there is nothing more."""
        if self.retention is None:
            return
        before = self.clock() - self.retention
        found = self.records.expired(before, _CLEANUP_SEARCH)
        while found:
            for first in range(0, len(found), _CLEANUP_BATCH):
                yield found[first : first + _CLEANUP_BATCH]
            found = self.records.expired(before, _CLEANUP_SEARCH)

    def _delete_strays(self, deadline: float) -> tuple[int, bool]:
        """Delete old objects that no record leads to; the second value says whether time ran out."""
        strays = 0
        for page in self.images().old_objects(self.clock() - STRAY_AGE):
            if time.monotonic() >= deadline:
                return strays, True
            named = self.records.named_objects({found.record_id for found in page})
            # Whatever the clocks say, what an upload has written so far is left to it.
            strays += self.images().discard(
                found for found in page if found.name not in named and found.record_id not in named
            )
        return strays, False


def checked_name(name: str) -> str:
    """Return the name without surrounding white space, or raise InvalidName."""
    name = name.strip()
    if not name or len(name) > NAME_LENGTH or any(map(_is_control, name)):
        raise InvalidName
    return name


def _name_of_file(file_name: str) -> str:
    """Return a name for a picture that its sender did not name; never an error."""
    stem = PurePath(file_name.replace("\\", "/")).stem
    return "".join(c for c in stem if not _is_control(c)).strip()[:NAME_LENGTH].strip() or "Untitled"


def _is_control(character: str) -> bool:
    # Cc are the control characters, Zl and Zp break lines, Cs cannot be written as UTF-8.
    return unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs")
