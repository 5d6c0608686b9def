"""A LeaseStore and a RecordStore in memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

from common.domain.errors import LimitReached, NotFound, RemoverTimeout, RevisionChanged
from common.domain.models import (
    OBJECT_FIELDS,
    ImageFields,
    ImageRecord,
    Lease,
    PictureDetails,
    RecordList,
    TimeWindow,
    Upload,
)
from tests.fakes.steps import Steps


@dataclass
class Kept:
    """A record of the fake store."""

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
        """Tell whether this is a duplicate of the upload."""
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
        """Insert a completed record and return its id."""
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
