"""Small stand-ins for everything outside of the use cases; see common.service.ports for what each must do."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import mongomock
from PIL import Image

from common.bootstrap import Parts
from common.domain.errors import LimitReached, NotFound, RemoverTimeout, RevisionChanged
from common.domain.mattes import CutOut, Look, Matte, Rendering, View, ViewSpec
from common.domain.models import (
    OBJECT_FIELDS,
    ImageFields,
    ImageRecord,
    Images,
    InMemoryImage,
    Lease,
    PictureDetails,
    RecordList,
    StoredObject,
    TimeWindow,
    Upload,
    Variant,
)
from common.domain.options import DEFAULT_OPTIONS, CutoutOptions
from common.imaging.codec import Picture
from common.service.api_keys import ApiKeys
from common.service.limits import ConcurrencyLimiter
from common.service.removal import Removal
from common.service.sessions import SessionSigner
from common.settings import Settings
from common.storage.addresses import AddressFetcher
from common.storage.inline import InlineImageStore
from common.storage.mongo.key_store import MongoApiKeyStore
from tests.looking import codec, seen
from tests.use_cases import use_cases

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "a secret key for tests"
UPLOAD = Upload("n", "cd" * 32)
VARIANTS: tuple[Variant, ...] = ("original", "processed", "preview")


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


class Steps:
    """Remembers the steps that were taken, and fails at those where a test says so."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.failing: dict[str, BaseException] = {}

    def take(self, step: str) -> None:
        self.taken.append(step)
        if step in self.failing:
            raise self.failing[step]


@dataclass
class Kept:
    """A record as the fake keeps it."""

    user_id: str
    record: ImageRecord
    made: datetime
    ready: bool = False
    sha256: str = ""
    key: str = ""
    used: int = 0
    removes_subject: bool = False
    details: PictureDetails | None = None
    fields: dict[str, object] = field(default_factory=dict)

    def is_same(self, user_id: str, upload: Upload) -> bool:
        """Tell whether this is a record of the same upload."""
        mine = (self.user_id, self.sha256, self.removes_subject, self.ready)
        return mine == (user_id, upload.sha256, upload.removes_subject, True) and self.record.revision == 1


class FakeRecords:
    """A LeaseStore and a RecordStore in memory."""

    def __init__(self, steps: Steps | None = None) -> None:
        self.steps = steps or Steps()
        self.kept: dict[str, Kept] = {}
        self.deleted: set[tuple[str, str]] = set()
        self._ids: Iterator[int] = count(1)

    def keep(self, user_id: str, made: datetime, **fields: object) -> str:
        """Put a finished record here and return its id."""
        record_id = f"{next(self._ids):024x}"
        record = ImageRecord(record_id, "kept", f"{made:%Y-%m-%d %H:%M:%S}")
        self.kept[record_id] = Kept(user_id, record, made, ready=True, fields=fields)
        return record_id

    def ping(self) -> None:
        self.steps.take("ping")

    def acquire(
        self, user_id: str, upload: Upload, *, limit: int, now: datetime, valid: TimeWindow
    ) -> Lease | None:
        self.steps.take("acquire")
        self._release(lambda kept: kept.user_id == user_id and kept.made not in valid)
        if upload.key and self.find_by_key(user_id, upload.key):
            return None
        used = self.list(user_id).used
        if used >= limit:
            raise LimitReached
        record_id = self.keep(user_id, now)
        record = replace(self.kept[record_id].record, image_name=upload.name)
        self.kept[record_id] = Kept(
            *(user_id, record, now),
            sha256=upload.sha256,
            key=upload.key,
            used=used + 1,
            removes_subject=upload.removes_subject,
        )
        has_duplicate = any(kept.is_same(user_id, upload) for kept in self.kept.values())
        return Lease(record, used + 1, upload.sha256, has_duplicate=has_duplicate)

    def find_by_key(self, user_id: str, key: str) -> Lease | None:
        self.steps.take("find_by_key")
        mine = [kept for kept in self.kept.values() if (kept.user_id, kept.key) == (user_id, key)]
        if not mine:
            return None
        found = mine[0]
        removes_subject = found.removes_subject
        return Lease(found.record, found.used, found.sha256, found.ready, removes_subject=removes_subject)

    def release_key(self, user_id: str, key: str, valid: TimeWindow) -> bool:
        return bool(self._release(lambda k: (k.user_id, k.key) == (user_id, key) and k.made not in valid))

    def find_duplicate(
        self, user_id: str, upload: Upload, names: Sequence[str]
    ) -> tuple[PictureDetails, ImageFields] | None:
        self.steps.take("find_duplicate")
        found = [kept for kept in self.kept.values() if kept.is_same(user_id, upload)]
        return (found[0].details, found[0].fields) if found and found[0].details else None

    def complete(self, user_id: str, record_id: str, details: PictureDetails, fields: ImageFields) -> None:
        self.steps.take("complete")
        kept = self.kept.get(record_id)
        if kept is None:
            raise RemoverTimeout
        shown = asdict(details)
        kept.sha256, kept.details = shown.pop("sha256"), details
        kept.record, kept.ready, kept.fields = replace(kept.record, **shown), True, dict(fields)

    def release(self, user_id: str, record_id: str) -> bool:
        self.steps.take("release")
        self.kept.pop(record_id, None)
        return True

    def list(self, user_id: str) -> RecordList:
        mine = [kept for kept in self.kept.values() if kept.user_id == user_id]
        return RecordList(len(mine), tuple(kept.record for kept in reversed(mine) if kept.ready))

    def find(self, user_id: str, record_id: str) -> ImageRecord:
        return self._mine(user_id, record_id).record

    def read(self, user_id: str, record_id: str, names: Sequence[str]) -> tuple[ImageRecord, ImageFields]:
        self.steps.take("read_fields")
        kept = self._mine(user_id, record_id)
        return kept.record, {name: kept.fields[name] for name in names if name in kept.fields}

    def rename(self, user_id: str, record_id: str, name: str) -> None:
        kept = self._mine(user_id, record_id)
        kept.record = replace(kept.record, image_name=name)

    def revise(
        self, user_id: str, record_id: str, revision: int, fields: ImageFields, unset: Iterable[str]
    ) -> None:
        self.steps.take("revise")
        kept = self._mine(user_id, record_id)
        if kept.record.revision != revision:
            raise RevisionChanged
        kept.record = replace(kept.record, revision=revision + 1)
        kept.fields = {name: kept.fields[name] for name in kept.fields if name not in unset} | dict(fields)

    def delete(self, user_id: str, record_id: str, *, now: datetime) -> None:
        if (user_id, record_id) in self.deleted:
            return
        self._mine(user_id, record_id)
        del self.kept[record_id]
        self.deleted.add((user_id, record_id))

    def release_stale(self, valid: TimeWindow) -> int:
        return self._release(lambda kept: kept.made not in valid)

    def expired(self, before: datetime, limit: int) -> Sequence[tuple[str, str]]:
        old = [(k.user_id, i) for i, k in self.kept.items() if k.ready and k.made < before]
        return old[:limit]

    def count_irregular(self, before: datetime) -> int:
        return 0

    def delete_many(self, record_ids: Iterable[str]) -> int:
        self.steps.take("delete_many")
        return sum(self.kept.pop(record_id, None) is not None for record_id in record_ids)

    def named_objects(self, record_ids: Iterable[str]) -> set[str]:
        kept = [self.kept[record_id] for record_id in record_ids if record_id in self.kept]
        return {
            str(each.fields[name]) for each in kept for name in OBJECT_FIELDS.values() if name in each.fields
        }

    def _mine(self, user_id: str, record_id: str) -> Kept:
        kept = self.kept.get(record_id)
        if kept is None or kept.user_id != user_id or not kept.ready:
            raise NotFound
        return kept

    def _release(self, is_stale: Any) -> int:
        stale = [i for i, kept in self.kept.items() if not kept.ready and is_stale(kept)]
        return sum(self.kept.pop(record_id) is not None for record_id in stale)


class FakeImages:
    """An ImageStore in memory that keeps its objects outside of the record, as a bucket does."""

    def __init__(self, steps: Steps | None = None) -> None:
        self.steps = steps or Steps()
        self.objects: dict[str, bytes] = {}
        self.is_ours = True
        self.made: dict[str, datetime] = {}  # by name; what is not in here was made at the start

    def belongs_to_database(self) -> bool:
        return self.is_ours

    def ensure_fits(self, size: int) -> None:
        self.steps.take("ensure_fits")

    def save(self, user_id: str, record_id: str, images: Images) -> ImageFields:
        named = {f"{user_id}/{record_id}/{variant}": getattr(images, variant) for variant in VARIANTS}
        self.objects.update(named)
        self.steps.take("save")  # a store may fail half-way
        return {f"{variant}_object": name for variant, name in zip(VARIANTS, named, strict=True)}

    def save_revision(self, user_id: str, record_id: str, revision: int, images: Images) -> ImageFields:
        self.steps.take("save_revision")
        names = {each: f"{user_id}/{record_id}/{each}-{revision}" for each in ("processed", "preview")}
        self.objects.update({name: getattr(images, variant) for variant, name in names.items()})
        return {f"{variant}_object": name for variant, name in names.items()}

    def delete_revision(self, fields: ImageFields) -> None:
        self.steps.take("delete_revision")
        self._delete(str(fields.get(f"{variant}_object")) for variant in ("processed", "preview"))

    def fields(self, variant: Variant) -> Sequence[str]:
        return (f"{variant}_object",)

    def load(self, variant: Variant, fields: ImageFields) -> InMemoryImage | None:
        content = self.objects.get(str(fields.get(f"{variant}_object")))
        return None if content is None else InMemoryImage(content)

    def remove(self, records: Iterable[tuple[str, str]]) -> int:
        self.steps.take("remove")
        prefixes = tuple(f"{user_id}/{record_id}/" for user_id, record_id in records)
        return self._delete([name for name in self.objects if name.startswith(prefixes)])

    def old_objects(self, made_before: datetime) -> Iterator[Sequence[StoredObject]]:
        names = [name for name in self.objects if self.made.get(name, START) < made_before]
        for first in range(0, len(names), 2):
            self.steps.take("page")
            yield [StoredObject(name, name.split("/")[1], 1) for name in names[first : first + 2]]

    def discard(self, objects: Iterable[StoredObject]) -> int:
        self.steps.take("discard")
        return self._delete([found.name for found in objects])

    def _delete(self, names: Iterable[str]) -> int:
        return sum(self.objects.pop(name, None) is not None for name in names)


class FakePicture:
    """A red picture of 4 x 3 pixels with a transparent corner."""

    content_type = "image/png"

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def view(self, spec: ViewSpec) -> View:
        alpha = Image.new("L", (4, 3), 255)
        alpha.putpixel((0, 0), 0)
        return Picture(Image.new("RGB", (4, 3), "red"), alpha, None).view(spec)

    def cut_out(self, matte: Matte) -> CutOut:
        self._steps.take("cut_out")
        return CutOut(4, 3, b"the cut-out", b"the preview")

    def render(self, matte: Matte) -> Rendering:
        self._steps.take("cut_out")
        return Rendering(b"the cut-out", "image/png", 4, 3, (4, 3), (0, 0, 2, 3))


class FakeDatabaseId:
    """A DatabaseId in memory."""

    def __init__(self, value: str | None = None) -> None:
        self.value = value

    def read(self) -> str | None:
        return self.value

    def create(self) -> str:
        self.value = self.value or "a new id"
        return self.value


class FakeCodec:
    """A PictureCodec that takes everything for a FakePicture."""

    def __init__(self, steps: Steps | None = None) -> None:
        self.steps = steps or Steps()

    def start(self) -> None:
        self.steps.take("start")

    def open(
        self, content: bytes, options: CutoutOptions = DEFAULT_OPTIONS, backdrop: bytes = b""
    ) -> AbstractContextManager[FakePicture]:
        self.steps.take("read")
        return nullcontext(FakePicture(self.steps))

    def preview(self, content: bytes) -> bytes:
        return b"the preview of " + content

    def read_alpha(self, content: bytes, size: tuple[int, int]) -> Matte:
        return Matte(*size, content)

    def read_matte(self, content: bytes) -> Matte:
        self.steps.take("read_matte")
        return Matte(4, 3, content, is_final=True)

    def content_type(self, content: bytes) -> str:
        return "image/gif"


class FakeRemover:
    """A BackgroundRemover for which the left half is the subject; keeps what it was shown."""

    def __init__(self, steps: Steps | None = None) -> None:
        self.steps = steps or Steps()
        self.shown: list[Image.Image] = []

    def matte(self, look: Look) -> Matte:
        self.steps.take("matte")
        shown = seen(look(ViewSpec("rgb", 100_000)))
        self.shown.append(shown)
        matte = Image.new("L", shown.size)
        matte.paste(255, (0, 0, shown.width // 2, shown.height))
        return Matte(*matte.size, matte.tobytes())


def settings(**given: Any) -> Settings:
    """Return settings that name nothing real."""
    return Settings(
        **{"mongo_uri": "mongodb://nowhere", "app_secret_keys": (SECRET,), "user_limit": 2, **given}
    )


def parts(records: FakeRecords, remover: FakeRemover, chosen: Settings) -> Parts:
    """Return the parts of a service that really reads pictures and keeps them inline, but in memory."""
    made = use_cases(
        records,
        records,
        images=InlineImageStore,
        codec=lambda: codec(chosen.max_megapixels),
        remover=lambda: remover,
        user_limit=chosen.user_limit,
        period=timedelta(days=chosen.retention_days),
    )
    return Parts(
        settings=chosen,
        uploads=made.uploads,
        gallery=made.gallery,
        touch_ups=made.touch_ups,
        retention=made.retention,
        check_health=records.ping,
        removal=Removal(lambda: codec(chosen.max_megapixels), lambda: remover),
        api_keys=ApiKeys(MongoApiKeyStore(mongomock.MongoClient()["keys"]["api_keys"])),
        addresses=AddressFetcher(chosen.max_upload_bytes),
        sessions=SessionSigner(chosen.app_secret_keys),
        limiter=ConcurrencyLimiter(chosen.uploads_at_once),
    )
