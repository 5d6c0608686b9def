"""The guarantees of a service's answers, and the check that it keeps them after the trouble.

Every upload is reported as `kept`, `refused` or `unanswered`; `check` then compares the database, the bucket
and the answers to users, after a cleanup whose clock is two hours ahead.
"""

import io
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import pymongo
import requests
from google.cloud import storage
from PIL import Image
from pymongo.collection import Collection

from common.domain.errors import NotFound
from common.domain.models import OBJECT_FIELDS
from common.service.sessions import SessionSigner
from common.storage.gcs.signer import Signer
from common.storage.gcs.store import BucketImageStore
from common.storage.inline import InlineImageStore
from common.storage.mongo.database_id import MongoDatabaseId
from tests import looking
from tests.integration.client import Client
from tests.integration.hosts import Host
from tests.use_cases import UseCases, mongo_stores, use_cases

SECRET = "for-the-failing-parts-alone"
NAME = "a name nobody may read"
PATIENCE = 60.0  # seconds until a new upload must succeed; machines differ in speed
LIMIT = 2  # each user's limit of pictures
_AHEAD = timedelta(hours=2)
_NUMBERS = itertools.count(1)


def picture() -> bytes:
    """Return the file of a new small picture."""
    number = next(_NUMBERS)
    drawn = Image.new("RGB", (48 + number % 7, 32 + number % 5), (number % 256, number // 256 % 256, 99))
    drawn.putpixel((number % 40, number % 30), (255, 255, 0))
    buffer = io.BytesIO()
    drawn.save(buffer, "PNG")
    return buffer.getvalue()


@dataclass(frozen=True)
class Kept:
    """A picture whose upload was answered 201."""

    user_id: str
    record: dict[str, Any]
    content: bytes


@dataclass
class Guarantees:
    """The guarantees of one host; it makes the tokens of users from their ids."""

    host: Host
    mongo: "pymongo.MongoClient[dict[str, Any]]"  # without a proxy that fails
    bucket: storage.Bucket | None = None
    all_kept: list[Kept] = field(default_factory=list)
    all_refused: list[tuple[str, bytes]] = field(default_factory=list)
    all_unanswered: list[tuple[str, bytes]] = field(default_factory=list)

    def client(self, user_id: str = "") -> Client:
        """Return a caller, by default a new user."""
        client = Client(self.host)
        user_id = user_id or f"user{next(_NUMBERS)}-{time.monotonic_ns()}"
        token = SessionSigner([SECRET]).issue(user_id)
        client.session.headers.update({"Authorization": f"Bearer {token}", "X-Test-User": user_id})
        return client

    def upload(self, client: Client, content: bytes = b"", **options: Any) -> requests.Response | None:
        """Upload a picture, record and return the answer; None if there was none."""
        content = content or picture()
        user_id = str(client.session.headers["X-Test-User"])
        try:
            answer = client.upload(content, name=NAME, **options)
        except requests.RequestException:
            self.unanswered(user_id, content)
            return None
        self.answered(answer, content)
        return answer

    def answered(self, answer: requests.Response, content: bytes) -> None:
        """Record the answer to an upload."""
        if answer.status_code == 503 and "may have been kept" in answer.json()["detail"]:
            self.unanswered(_user_of(answer), content)
        else:
            (self.kept if answer.status_code == 201 else self.refused)(answer, content)

    def kept(self, answer: requests.Response, content: bytes) -> None:
        """Record that this picture was answered 201."""
        record = answer.json()["record"]
        if all(kept.record["record_id"] != record["record_id"] for kept in self.all_kept):
            self.all_kept.append(Kept(_user_of(answer), record, content))

    def revised(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        """Take down that a record has another revision now."""
        self.all_kept = [
            replace(kept, record=after) if kept.record == before else kept for kept in self.all_kept
        ]

    def refused(self, answer: requests.Response, content: bytes) -> None:
        """Record that this picture was answered with an error."""
        assert answer.headers["Content-Type"] == "application/problem+json", answer.text
        self.all_refused.append((_user_of(answer), content))

    def unanswered(self, user_id: str, content: bytes) -> None:
        """Record that an upload had no answer: the picture must be complete, or missing."""
        self.all_unanswered.append((user_id, content))

    def take_over(self, earlier: "Guarantees") -> None:
        """Apply another host's guarantees to this host, on the same database."""
        self.host.secrets.update(earlier.host.secrets)
        self.all_kept += earlier.all_kept
        self.all_refused += earlier.all_refused
        self.all_unanswered += earlier.all_unanswered

    def check(self) -> None:
        """Wait until the service works again, and raise AssertionError if a guarantee is violated."""
        self.works_again()
        _eventually(self._nothing_refused_is_there)
        while self.service(ahead=_AHEAD).retention.clean_up().more:
            pass
        self._nothing_else_is_there()
        for kept in self.all_kept:
            self._is_served(kept)
        for user_id in self.users():
            self._every_slot_counts(user_id)
        self._nobody_sees_anothers()

    def check_bytes(self) -> None:
        """Raise AssertionError if a kept picture is not as it was sent."""
        service = self.service()
        for kept in self.all_kept:
            assert service.image(kept.user_id, kept.record["record_id"], "original") == kept.content

    def works_again(self) -> None:
        """Upload a picture until it is answered 201, in bounded time."""
        client = self.client()

        def upload() -> None:
            answer = self.upload(client)
            assert answer is not None
            assert answer.status_code == 201, answer.text

        _eventually(upload)

    def service(self, *, ahead: timedelta = timedelta(0)) -> UseCases:
        """Return the use cases in this process, with a clock that is ahead and no remover."""
        inline = InlineImageStore()
        database_id = MongoDatabaseId(self.documents().database)
        images = BucketImageStore(self.bucket, inline, Signer(), database_id) if self.bucket else inline
        return use_cases(
            *mongo_stores(self.documents()),
            images=lambda: images,
            codec=lambda: looking.codec(2),
            remover=_no_remover,
            user_limit=LIMIT,
            period=timedelta(days=30),
            clock=lambda: datetime.now(UTC) + ahead,
        )

    def documents(self) -> "Collection[dict[str, Any]]":
        """Return the collection of records through a direct connection."""
        return self.mongo[self.host.database]["images"]

    def users(self) -> set[str]:
        """Return the ids of all users."""
        told = [*self.all_refused, *self.all_unanswered]
        return {kept.user_id for kept in self.all_kept} | {user_id for user_id, _ in told}

    def records_of(self, user_id: str) -> list[dict[str, Any]]:
        """Return the user's documents in the database, without tombstones."""
        return list(self.documents().find({"user_id": user_id, "status": {"$ne": "deleted"}}))

    def objects_of(self, user_id: str) -> set[str]:
        """Return the names of the user's objects."""
        blobs = self.bucket.list_blobs(prefix=f"{user_id}/") if self.bucket else ()
        return {blob.name for blob in blobs}

    def _nothing_refused_is_there(self) -> None:
        for user_id, content in self.all_refused:
            kept = [each for each in self.all_kept if (each.user_id, each.content) == (user_id, content)]
            unanswered = self.all_unanswered.count((user_id, content))
            same = [each for each in self.records_of(user_id) if each.get("size") == len(content)]
            ready = [each for each in same if self._original(user_id, each) == content]
            assert len(ready) <= len(kept) + unanswered, f"a refused picture of {user_id} is there"

    def _original(self, user_id: str, document: dict[str, Any]) -> bytes:
        try:
            return self.service().image(user_id, str(document["_id"]), "original")
        except NotFound:  # it was just rolled back
            return b""

    def _nothing_else_is_there(self) -> None:
        for user_id in self.users():
            documents = self.records_of(user_id)
            assert {each["status"] for each in documents} <= {"ready"}, f"{user_id} lost a slot"
            found = {str(each["_id"]) for each in documents}
            expected = {kept.record["record_id"] for kept in self.all_kept if kept.user_id == user_id}
            assert expected <= found, f"{user_id} lost a picture"
            self._adopt(user_id, [each for each in documents if str(each["_id"]) not in expected])
            if self.bucket:
                names = {each[field] for each in documents for field in OBJECT_FIELDS.values()}
                assert self.objects_of(user_id) == names

    def _adopt(self, user_id: str, documents: list[dict[str, Any]]) -> None:
        """From now on, also guarantee the records of unanswered uploads."""
        for document in documents:
            content = self._original(user_id, document)
            assert (user_id, content) in self.all_unanswered, f"{user_id} has a picture nobody answered for"
            self.all_unanswered.remove((user_id, content))
            listed = self.client(user_id).list()["records"]
            (record,) = [each for each in listed if each["record_id"] == str(document["_id"])]
            self.all_kept.append(Kept(user_id, record, content))

    def _is_served(self, kept: Kept) -> None:
        client = self.client(kept.user_id)
        assert kept.record in client.list()["records"]
        original, processed, preview = (
            client.call("GET", kept.record[f"{variant}_url"])
            for variant in ("original", "processed", "preview")
        )
        assert original.content == kept.content
        size = Image.open(io.BytesIO(kept.content)).size
        _decodes(processed.content, "PNG", size)
        _decodes(preview.content, "WEBP", size)

    def _every_slot_counts(self, user_id: str) -> None:
        listed = self.client(user_id).list()
        assert listed["used"] == len(listed["records"]) == len(self.records_of(user_id))

    def _nobody_sees_anothers(self) -> None:
        for mine, others in itertools.pairwise([*self.all_kept, *self.all_kept[:1]]):
            if mine.user_id == others.user_id:
                continue
            client = self.client(mine.user_id)
            for variant in ("original", "processed", "preview"):
                assert client.call("GET", others.record[f"{variant}_url"]).status_code == 404
            assert others.record not in client.list()["records"]


def _no_remover() -> NoReturn:
    raise AssertionError("nothing is uploaded from here")


def _user_of(answer: requests.Response) -> str:
    return str(answer.request.headers["X-Test-User"])


def _decodes(content: bytes, kind: str, size: tuple[int, int]) -> None:
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        assert (image.format, image.size, image.mode) == (kind, size, "RGBA")


def _eventually(check: Callable[[], None]) -> None:
    """Repeat the check until it passes, or for PATIENCE seconds."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            return check()
        except AssertionError:
            time.sleep(0.2)
    return check()
