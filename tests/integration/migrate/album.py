"""Records of every form with a bucket, and the images that the service returns for them."""

import base64
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import ObjectId
from google.cloud import storage

from common.domain.errors import ApplicationError
from common.domain.models import Images
from common.service.ports import ImageStore
from common.storage.gcs.bucket_id import NAME as BUCKET_ID
from common.storage.gcs.client import connect as connect_bucket
from common.storage.gcs.signer import Signer
from common.storage.gcs.store import BucketImageStore
from common.storage.inline import InlineImageStore
from common.storage.mongo.connection import connect
from common.storage.mongo.database_id import MongoDatabaseId
from infra import ROOT
from infra.migrate.__main__ import main
from infra.migrate.records import INLINE_FIELDS
from tests import looking
from tests.fakes import VARIANTS
from tests.photos import photo
from tests.use_cases import UseCases, mongo_stores, use_cases

Capture = pytest.CaptureFixture[str]
PHOTO, CUT_OUT, PREVIEW = photo(40, 30, "JPEG"), photo(40, 30, "PNG"), photo(20, 15, "WEBP")
IMAGES = Images(PHOTO, CUT_OUT, PREVIEW, "image/jpeg")
NAMES = {"original_object", "processed_object", "preview_object"}
USER = "1f0e"

_KEPT = {"user_id": USER, "image_name": "cat", "created_on": "2026-03-01 12:00:00"}
_READY = {"status": "ready", "content_type": "image/jpeg", "width": 40, "height": 30, "size": len(PHOTO)}
_TEXT = {
    "original_image_base64": base64.b64encode(PHOTO).decode(),
    "processed_image_base64": base64.b64encode(CUT_OUT).decode(),
}
FORMS: Mapping[str, Mapping[str, object]] = {
    "text": {**_READY, **InlineImageStore().save("", "", IMAGES)},
    "binary": {**_READY, "original_image": PHOTO, "processed_image": CUT_OUT, "preview": PREVIEW},
    "the original's": _TEXT,
    "folded text": {**_TEXT, "original_image_base64": base64.encodebytes(PHOTO).decode()},
    "no picture": {
        "original_image_base64": base64.b64encode(b"who knows what").decode(),
        "processed_image_base64": base64.b64encode(b"nor what this is").decode(),
    },
}


class Album:
    """A collection of records and a bucket."""

    def __init__(self, uri: str, bucket: str) -> None:
        self.bucket, self.images = bucket, connect(uri, bucket)
        self.environ = {"MONGO_URI": uri, "MONGO_DB": bucket, "IMAGE_BUCKET": bucket}

    def keep(self, *forms: str, **fields: object) -> list[str]:
        """Insert records of these forms and return their ids."""
        documents = [{**_KEPT, **FORMS[form], **fields} for form in forms]
        return [str(self.images.insert_one(document).inserted_id) for document in documents]

    def migrate(self, direction: str, *options: str) -> int:
        return main([direction, "--timeout", "2", *options])

    def start(self, direction: str, **environ: str) -> "subprocess.Popen[str]":
        """Run the command line."""
        command = [sys.executable, "-m", "infra.migrate", direction]
        return subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environ}, stdout=subprocess.PIPE, text=True
        )

    def service(self, *, with_bucket: bool = True, ahead: timedelta = timedelta()) -> UseCases:
        """Return the use cases, with a clock that is ahead."""
        return use_cases(
            *mongo_stores(self.images),
            images=lambda: self.store() if with_bucket else InlineImageStore(),
            codec=looking.codec,
            remover=lambda: pytest.fail("nothing is uploaded here"),
            user_limit=9,
            clock=lambda: datetime.now(UTC) + ahead,
        )

    def store(self) -> ImageStore:
        database_id = MongoDatabaseId(self.images.database)
        return BucketImageStore(connect_bucket(self.bucket), InlineImageStore(), Signer(), database_id)

    def served(self, *, with_bucket: bool = True) -> dict[tuple[str, str], tuple[str, object]]:
        """Return the service's answer for every image of every record."""
        service = self.service(with_bucket=with_bucket)
        records = service.gallery.list(USER).records
        return {(r.record_id, v): self._answer(service, r.record_id, v) for r in records for v in VARIANTS}

    def _answer(self, service: UseCases, record_id: str, variant: Any) -> tuple[str, object]:
        try:
            _, file = service.gallery.read(USER, record_id, variant)
        except ApplicationError as error:
            return error.code, None
        content = file.image.open().read()
        assert len(content) == file.image.size
        return file.content_type, content

    def objects(self) -> set[str]:
        return {blob.name for blob in storage.Client(project=None).bucket(self.bucket).list_blobs()} - {
            BUCKET_ID
        }

    def named(self) -> set[str]:
        """Return the names of the objects in records."""
        return {document[name] for document in self.images.find() for name in NAMES & document.keys()}

    def inline(self) -> set[str]:
        """Return the ids of the records that contain images."""
        return {str(d["_id"]) for d in self.images.find() if d.keys() & set(INLINE_FIELDS)}

    def document(self, record_id: str) -> dict[str, Any]:
        document = self.images.find_one({"_id": ObjectId(record_id)})
        assert document
        return document
