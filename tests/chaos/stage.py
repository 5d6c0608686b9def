"""Everything in a chaos run: database, storage, provider and one host, each behind its faults."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pymongo
from google.cloud import storage

from common import bootstrap, timeouts
from common.service.retention import Retention
from common.service.sessions import SessionSigner
from common.settings import Settings
from common.storage.gcs.bucket_id import NAME as BUCKET_ID
from tests.bucket_ids import share_id
from tests.chaos.database import Link, RestartableDatabase
from tests.chaos.hosts import RestartableHost
from tests.chaos.provider import Provider
from tests.gcs import GcsEmulator
from tests.storage_gate import StorageGate

LIMIT = 5
_SECRET = "for-the-chaos-run-alone"
_DATABASE = "chaos"
_BUCKET = "images"


@dataclass(frozen=True)
class Stage:
    """The running parts, as faults and users use them."""

    database: RestartableDatabase
    link: Link
    provider: Provider
    host: RestartableHost
    settings: Settings  # of a process that connects to everything directly
    gate: StorageGate | None = None
    bucket: storage.Bucket | None = None

    def token(self, user_id: str) -> str:
        """Return a user's token."""
        return SessionSigner([_SECRET]).issue(user_id)

    def retention(self, *, ahead: timedelta) -> Retention:
        """Return the service's own use cases, with a clock that is ahead."""
        timeouts.TOLERATED_ORPHANS = 10**9  # chaos leaves many orphans
        retention = bootstrap.build(self.settings).retention()
        return replace(retention, clock=lambda: datetime.now(UTC) + ahead)

    def documents(self) -> list[dict[str, Any]]:
        """Return every record as the database holds it, without its images."""
        hidden = ("original_image_base64", "processed_image_base64", "preview")
        with pymongo.MongoClient[dict[str, Any]](self.database.uri) as client:
            return list(client[_DATABASE]["images"].find({}, dict.fromkeys(hidden, False)))

    def objects(self) -> set[str]:
        """Return the names of all objects."""
        return {blob.name for blob in self.bucket.list_blobs()} - {BUCKET_ID} if self.bucket else set()


@contextlib.contextmanager
def running(host: str, store: str, seed: str, folder: Path) -> Iterator[Stage]:
    """Run everything until the block ends, and stop it in any case."""
    with contextlib.ExitStack() as ends:
        database = RestartableDatabase(folder)
        ends.callback(database.stop)
        link = ends.enter_context(Link(database.port))
        provider = ends.enter_context(Provider(f"{seed}/provider"))
        environ = {
            "MONGO_DB": _DATABASE,
            "APP_SECRET_KEY": _SECRET,
            "X_RAPID_API_KEY": provider.key,
            "X_RAPID_API_HOST": provider.host,
            "USER_LIMIT": str(LIMIT),
            "THREADS": "16",
        }
        gate, bucket = None, None
        if store == "bucket":
            emulator = ends.enter_context(GcsEmulator())
            bucket = emulator.bucket(emulator.create_bucket(_BUCKET))
            share_id(bucket, database.uri, _DATABASE)
            gate = ends.enter_context(StorageGate(emulator.url))
            environ |= {"IMAGE_BUCKET": _BUCKET, "STORAGE_EMULATOR_HOST": gate.url}
            os.environ["STORAGE_EMULATOR_HOST"] = emulator.url  # this process runs the final cleanup
        through_link = database.uri.replace(str(database.port), str(link.port))
        served = RestartableHost(host, {**environ, "MONGO_URI": through_link}, folder / "host.log")
        ends.callback(served.stop)
        served.start(served.units)
        served.wait_until_up()
        settings = Settings.from_env(
            {**environ, "MONGO_URI": database.uri, "LOG_LEVEL": "ERROR"}, requires=()
        )
        yield Stage(database, link, provider, served, settings, gate, bucket)
