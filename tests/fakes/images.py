"""An ImageStore and a DatabaseId in memory."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from common.domain.models import (
    ImageFields,
    Images,
    InMemoryImage,
    StoredObject,
    Variant,
)
from tests.fakes.steps import START, VARIANTS, Steps


class FakeImages:
    """An ImageStore in memory that keeps objects outside of the record, as a bucket does."""

    def __init__(self, steps: Steps | None = None) -> None:
        self.steps = steps or Steps()
        self.objects: dict[str, bytes] = {}
        self.is_ours = True
        self.made: dict[str, datetime] = {}  # by name; other objects were made at the start

    def belongs_to_database(self) -> bool:
        return self.is_ours

    def ensure_fits(self, size: int) -> None:
        self.steps.take("ensure_fits")

    def save(self, user_id: str, record_id: str, images: Images) -> ImageFields:
        named = {f"{user_id}/{record_id}/{variant}": getattr(images, variant) for variant in VARIANTS}
        self.objects.update(named)
        self.steps.take("save")  # a store may fail after some writes
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


class FakeDatabaseId:
    """A DatabaseId in memory."""

    def __init__(self, value: str | None = None) -> None:
        self.value = value

    def read(self) -> str | None:
        return self.value

    def create(self) -> str:
        self.value = self.value or "a new id"
        return self.value
