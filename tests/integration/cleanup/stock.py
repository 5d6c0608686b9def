"""Thousands of records, expired, live and unfinished, with their objects, and cleanups of them."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from common.domain.models import OBJECT_FIELDS, Images, PictureDetails, TimeWindow
from common.service.ports import ImageStore
from common.storage.gcs.bucket_id import NAME as BUCKET_ID
from common.storage.gcs.client import connect as connect_bucket
from common.storage.gcs.signer import Signer
from common.storage.gcs.store import BucketImageStore, object_names
from common.storage.inline import InlineImageStore
from common.storage.mongo.connection import connect
from common.storage.mongo.database_id import MongoDatabaseId
from common.storage.mongo.documents import CREATED_ON
from common.storage.mongo.leases import MongoLeases
from infra.local import FUNCTIONS, ROOT
from tests import looking
from tests.bucket_ids import share_id
from tests.fakes import FakeRemover
from tests.photos import photo
from tests.use_cases import UseCases, mongo_stores, use_cases

Document = dict[str, Any]
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
RETENTION = 30 * DAY
IMAGES = Images(photo(40, 30, "JPEG"), photo(40, 30), photo(20, 15, "WEBP"), "image/jpeg")
_DETAILS = PictureDetails("image/jpeg", 40, 30, len(IMAGES.original), "ab" * 32)
_SIZES = {"processed_size": len(IMAGES.processed), "preview_size": len(IMAGES.preview)}


class Stock:
    """A collection and, with `storage_url`, a bucket, by default named after the database."""

    def __init__(self, uri: str, name: str, storage_url: str = "", bucket: str = "") -> None:
        self.name, self.storage_url, self.bucket = name, storage_url, bucket or name
        self.images = connect(uri, name)
        self.environ = {"MONGO_URI": uri, "MONGO_DB": name, "LOG_LEVEL": "ERROR"}
        if storage_url:
            self.environ |= {"IMAGE_BUCKET": self.bucket, "STORAGE_EMULATOR_HOST": storage_url}
        MongoLeases(self.images).release_stale(TimeWindow(datetime.now(UTC)))  # creates the indexes
        if storage_url:
            share_id(self._direct_bucket(), uri, name)

    def keep(self, count: int, age: timedelta = timedelta()) -> list[Document]:
        """Insert completed records of this age, and return their documents."""
        made = (datetime.now(UTC) - age).strftime(CREATED_ON)
        documents = [self._document(number, made) for number in range(count)]
        return self._insert(documents, documents if self.storage_url else [])

    def lease(self, count: int, age: timedelta, *, with_objects: bool = False) -> list[Document]:
        """Insert running uploads, and write their objects so far."""
        now = datetime.now(UTC)
        documents = [
            {**self._begun(number, now.strftime(CREATED_ON)), "status": "processing", "claimed_at": now - age}
            for number in range(count)
        ]
        return self._insert(documents, documents if with_objects else [])

    def delete(self, count: int) -> list[Document]:
        """Insert tombstones."""
        gone = {"status": "deleted", "deleted_at": datetime.now(UTC)}
        documents = [{"_id": ObjectId(), "deleted_by": os.urandom(16).hex(), **gone} for _ in range(count)]
        return self._insert(documents, [])

    def _begun(self, number: int, made: str) -> Document:
        named = {"_id": ObjectId(), "user_id": os.urandom(16).hex(), "image_name": f"cat {number}"}
        return {**named, "created_on": made, "sha256": _DETAILS.sha256, "slot": 0, "used": 1}

    def _document(self, number: int, made: str) -> Document:
        begun = self._begun(number, made)
        if self.storage_url:
            names = object_names(begun["user_id"], str(begun["_id"]))
            fields = {**{OBJECT_FIELDS[variant]: name for variant, name in names.items()}, **_SIZES}
        else:
            fields = dict(InlineImageStore().save("", "", IMAGES))
        return {**begun, **asdict(_DETAILS), **fields, "status": "ready"}

    def _insert(self, documents: list[Document], with_objects: Iterable[Document]) -> list[Document]:
        for first in range(0, len(documents), 500):
            self.images.insert_many(documents[first : first + 500])
        self.write((str(each["user_id"]), str(each["_id"])) for each in with_objects)
        return documents

    def write(self, records: Iterable[tuple[str, str]]) -> None:
        """Write the objects of these records over one connection, which is several times as fast."""
        line = http.client.HTTPConnection(self.storage_url.removeprefix("http://"), timeout=30)
        for user_id, record_id in records:
            for variant, name in object_names(user_id, record_id).items():
                path = f"/upload/storage/v1/b/{self.bucket}/o?uploadType=media&name={name}"
                line.request("POST", path, getattr(IMAGES, variant), {"Content-Type": "image/png"})
                answer = line.getresponse()
                answer.read()
                assert answer.status == 200
        line.close()

    def expired(self) -> int:
        return self.images.count_documents(_expired())

    def delete_expired(self) -> None:
        self.images.delete_many(_expired())

    def documents(self, like: Iterable[Document]) -> list[Document]:
        """Return the current versions of these documents, without deleted ones."""
        ids = [each["_id"] for each in like]
        found: list[Document] = []
        for first in range(0, len(ids), 100):
            found += self.images.find({"_id": {"$in": ids[first : first + 100]}})
        order = {_id: number for number, _id in enumerate(ids)}
        return sorted(found, key=lambda each: order[each["_id"]])

    def objects(self) -> set[str]:
        return {blob.name for blob in self._direct_bucket().list_blobs()} - {BUCKET_ID}

    def _direct_bucket(self) -> storage.Bucket:
        nobody = AnonymousCredentials()  # type: ignore[no-untyped-call]
        client = storage.Client("none", nobody, client_options={"api_endpoint": self.storage_url})
        return client.bucket(self.bucket)

    def named(self) -> set[str]:
        """Return the names of the objects in records."""
        fields = OBJECT_FIELDS.values()
        return {document[field] for document in self.images.find() for field in fields if field in document}

    def store(self) -> ImageStore:
        inline = InlineImageStore()
        if not self.storage_url:
            return inline
        return BucketImageStore(connect_bucket(self.bucket), inline, Signer(), self.database_id())

    def database_id(self) -> MongoDatabaseId:
        return MongoDatabaseId(self.images.database)

    def service(self, **options: Any) -> UseCases:
        """Return the use cases in this process."""
        leases, records = mongo_stores(self.images)
        given: Mapping[str, Any] = {"leases": leases, "records": records, "images": self.store, **options}
        return use_cases(
            **given,
            codec=looking.codec,
            remover=FakeRemover,
            user_limit=5,
            period=RETENTION,
        )

    def service_in(self, ahead: timedelta, **options: Any) -> UseCases:
        """Return the use cases with a clock that is ahead of ours."""
        return self.service(clock=lambda: datetime.now(UTC) + ahead, **options)

    def start(self, **environ: str) -> "Run":
        """Start `python cleanup.py`; with a bucket, all objects are old for it."""
        command = [sys.executable, "cleanup.py"]
        if self.storage_url:
            command = [sys.executable, "-m", "tests.integration.cleanup.process"]
        path = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(FUNCTIONS)])}
        return Run(command, {**os.environ, **path, **self.environ, **environ})

    def run_until(self, left: int) -> "Run":
        """Start a cleanup, and return when at most this number of documents is left."""
        run = self.start()
        while self.images.estimated_document_count() > left:
            assert run.process.poll() is None, run.process.communicate()
            time.sleep(0.02)
        return run


def _expired() -> dict[str, Any]:
    return {"created_on": {"$lt": (datetime.now(UTC) - RETENTION).strftime(CREATED_ON)}}


class Run:
    """A cleanup in a process of its own."""

    def __init__(self, command: list[str], environ: Mapping[str, str]) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, cwd=FUNCTIONS, env=environ, stdout=pipe, stderr=pipe, text=True
        )
        self.most_memory = 0  # in KiB

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()
        assert self.process.returncode < 0, "it was over before it was killed"

    def report(self) -> dict[str, Any]:
        """Return its final report."""
        output, errors = self.end()
        assert (self.process.returncode, errors) == (0, ""), errors
        report: dict[str, Any] = json.loads(output)
        return report

    def end(self) -> tuple[str, str]:
        """Wait for its end and return its output: a few lines, which fit into the pipes."""
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode, self.most_memory = os.waitstatus_to_exitcode(status), usage.ru_maxrss
        return self.process.communicate()
