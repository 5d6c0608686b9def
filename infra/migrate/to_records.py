"""Move images into the records; delete the objects only once the record has the images."""

from collections.abc import Mapping
from typing import NoReturn

from google.cloud import storage

from common.domain.errors import ImageTooLarge, NotFound
from common.domain.models import OBJECT_FIELDS, ImageFields, Images, StoredObject, Variant
from common.storage.gcs.store import SIZE_FIELDS
from common.storage.inline import InlineImageStore
from common.storage.mongo.documents import Document
from infra.errors import Skipped
from infra.migrate.records import INLINE_FIELDS, OBJECTS, Conditions, Records, present, same
from infra.migrate.store import MigrationStore

_CHANGED = "it was changed in the meantime; run again"
_TOO_LARGE = "its images are too large for a record of the database and stay in the bucket"
_DROPPED = (*OBJECTS, SIZE_FIELDS["processed"], SIZE_FIELDS["preview"])


class ToRecords:
    """Moves the images of records from the bucket into their documents.

    If a run is killed before it deletes the objects, the service's cleanup deletes them. The migration itself
    deletes no orphans, because a wrong MONGO_DB would make all objects orphans.
    """

    place = "to the records"
    wanted: Conditions = present(OBJECTS)

    def __init__(self, records: Records, store: MigrationStore) -> None:
        self._records, self._store = records, store
        self._inline = InlineImageStore()

    def examine(self, document: Document) -> int:
        """Return the number of bytes to move, or raise Skipped or Vanished; changes nothing."""
        if self._has_both(document):
            return 0
        return sum(blob.size for blob in self._objects(document).values())

    def move(self, document: Document) -> int:
        """Move the images of a record and return their size in bytes, or raise Skipped or Vanished."""
        if self._has_both(document):
            self._lead_nowhere(document)
            return 0
        objects = self._objects(document)
        fields = self._fields(document, objects)
        if not self._records.change(document, same(document, OBJECTS), to=dict(fields), drop=_DROPPED):
            self._give_up(document, _CHANGED)
        # By generation, because a run in the other direction may now write new ones.
        record_id = str(document["_id"])
        self._store.discard(StoredObject(b.name, record_id, b.generation) for b in objects.values())
        return sum(blob.size for blob in objects.values())

    def _has_both(self, document: Document) -> bool:
        """Tell whether the record still has its images, because a move to the bucket is incomplete."""
        return all(
            any(document.get(name) for name in self._inline.fields(variant))
            for variant in ("original", "processed")
        )

    def _lead_nowhere(self, document: Document) -> None:
        # Leave the objects to cleanup, because the run that wrote them may still be active.
        guard = {"$or": present(INLINE_FIELDS), **same(document, OBJECTS)}
        if not self._records.change(document, guard, to={}, drop=_DROPPED):
            self._give_up(document, _CHANGED)

    def _objects(self, document: Document) -> Mapping[Variant, storage.Blob]:
        variants = [v for v in OBJECT_FIELDS if v != "preview" or OBJECT_FIELDS[v] in document]
        objects = {variant: self._object(document, variant) for variant in variants}
        try:
            self._inline.ensure_fits(sum(blob.size for blob in objects.values()))
        except ImageTooLarge:
            raise Skipped(_TOO_LARGE) from None
        return objects

    def _object(self, document: Document, variant: Variant) -> storage.Blob:
        name_field, size_field, *_ = self._store.fields(variant)
        blob = self._store.stored(document[name_field]) if name_field in document else None
        if blob is None:
            self._give_up(document, f"its {variant} image is not in the bucket")
        if blob.size != document.get(size_field):
            raise Skipped(f"its {variant} image in the bucket is not of the size that it should be")
        return blob

    def _fields(self, document: Document, objects: Mapping[Variant, storage.Blob]) -> ImageFields:
        try:
            contents = {variant: self._store.content(blob) for variant, blob in objects.items()}
            images = Images(contents["original"], contents["processed"], contents.get("preview", b""))
            fields = self._inline.save(document["user_id"], str(document["_id"]), images)
        except NotFound:
            self._give_up(document, _CHANGED)
        except ImageTooLarge:
            raise Skipped(_TOO_LARGE) from None
        return {name: value for name, value in fields.items() if name != "preview" or value}

    def _give_up(self, document: Document, reason: str) -> NoReturn:
        self._records.read(
            document["_id"], self.wanted, ["_id"]
        )  # raises Vanished if the record has nothing to move
        raise Skipped(reason)
